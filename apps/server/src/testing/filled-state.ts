import {
  type AccountId,
  type ActivityId,
  type AgencyId,
  type ApplicationId,
  type AssetId,
  type DestinationId,
  type PersonId,
  parseAccountId,
  parseActivityId,
  parseAgencyId,
  parseApplicationId,
  parseAssetId,
  parseDestinationId,
  parseJobId,
  parseLocalDate,
  parsePersonId,
  parseReportId,
  parseRunId,
  parseSecretId,
  parseServerId,
  parseSnapshotId,
  parseStepId,
  parseTimeZone,
  type SecretId,
  type ServerId,
} from '@lumbung/contracts';
import type { Store, Transaction } from '../store/store.ts';

const AT = Date.UTC(2026, 2, 5);
const ON = parseLocalDate('2026-03-05');
/** What breaks programs that quote by hand. */
const ODD = `é "kutip" 'dan' \\ \n\t\u2028 %_ 😀`;
const HASH = 'a'.repeat(64);
const account: AccountId = parseAccountId('acc_1');
const agency: AgencyId = parseAgencyId('agy_1');
const person: PersonId = parsePersonId('per_1');
const secret: SecretId = parseSecretId('sec_1');
const destination: DestinationId = parseDestinationId('dst_1');
const server: ServerId = parseServerId('srv_1');
const application: ApplicationId = parseApplicationId('app_1');
const asset: AssetId = parseAssetId('ast_1');
const activity: ActivityId = parseActivityId('act_1');
const step = parseStepId('databases');
const run = parseRunId('run_2');
const snapshot = parseSnapshotId(HASH);
const report = parseReportId('rpt_1');

/** A state with a row in every table, and values that are hard to carry. */
export async function fillState(store: Store): Promise<void> {
  await store.transaction(async (tx) => {
    await fillOffice(tx);
    await fillAccess(tx);
    await fillRegister(tx);
    await fillWork(tx);
    await fillPaper(tx);
  });
}

async function fillOffice(tx: Transaction): Promise<void> {
  await tx
    .insertInto('account')
    .values({
      id: account,
      name: ODD,
      email: 'a@kantor.go.id',
      image: null,
      user_name: 'rani',
      state: 'active',
      language: null,
      last_login_at: null,
      created_at: AT,
      updated_at: AT,
    })
    .execute();
  await tx.insertInto('installation').values({ key: 'id', value: '"x"', updated_at: AT }).execute();
  await tx
    .insertInto('organisation')
    .values({
      id: 'organisation',
      name: ODD,
      zone: parseTimeZone('Asia/Makassar'),
      language: 'id',
      profile: '{}',
      updated_at: AT,
    })
    .execute();
  await tx
    .insertInto('agency')
    .values({ id: agency, code: 'kominfo', name: ODD, created_at: AT, updated_at: AT })
    .execute();
  await tx
    .insertInto('person')
    .values({
      id: person,
      name: ODD,
      employment: 'pns',
      official_number: '199001012015011001',
      rank: null,
      account_id: account,
      contact: '{}',
      created_at: AT,
      updated_at: AT,
    })
    .execute();
  await tx
    .insertInto('person_term')
    .values({
      id: 'trm_1',
      person_id: person,
      function: 'operator',
      position: 'Staf',
      capacity: 'plt',
      agency_id: agency,
      valid_from_on: ON,
      valid_until_on: null,
      created_at: AT,
      updated_at: AT,
    })
    .execute();
  await tx
    .insertInto('holiday')
    .values({ id: 'hol_1', held_on: ON, name: 'Nyepi', kind: 'national', source: null, updated_at: AT })
    .execute();
  await tx
    .insertInto('procedure_version')
    .values({
      id: 'prc_1',
      number: 1,
      status: 'in-force',
      format_version: 1,
      document: '{"a":1}',
      note: null,
      created_at: AT,
      created_by: account,
      in_force_at: AT,
      in_force_by: account,
      withdrawn_at: null,
    })
    .execute();
}

async function fillAccess(tx: Transaction): Promise<void> {
  await tx
    .insertInto('credential')
    .values({
      id: 'crd_1',
      account_id: account,
      provider: 'credential',
      provider_account: account,
      password_hash: '$argon2id$…',
      access_token: null,
      refresh_token: null,
      id_token: null,
      access_token_expires_at: null,
      refresh_token_expires_at: null,
      scope: null,
      created_at: AT,
      updated_at: AT,
    })
    .execute();
  await tx
    .insertInto('session')
    .values({
      id: 'ses_1',
      account_id: account,
      token: 't',
      method: 'password',
      expires_at: AT,
      ip_address: '::1',
      user_agent: ODD,
      created_at: AT,
      updated_at: AT,
    })
    .execute();
  await tx
    .insertInto('login_verification')
    .values({ id: 'ver_1', identifier: 'i', value: 'v', expires_at: AT, created_at: AT, updated_at: AT })
    .execute();
  await tx
    .insertInto('two_factor')
    .values({ id: 'two_1', account_id: account, secret: 's', backup_codes: 'b' })
    .execute();
  await tx
    .insertInto('device_code')
    .values({
      id: 'dev_1',
      device_code: 'd',
      user_code: 'u',
      account_id: account,
      status: 'pending',
      expires_at: AT,
      last_polled_at: null,
      polling_interval_ms: 5000,
      client_id: null,
      scope: null,
    })
    .execute();
  await tx.insertInto('login_guard').values({ key: HASH, failures: 1, last_at: AT }).execute();
  await tx.insertInto('spent_code').values({ account_id: account, code_hash: HASH, expires_at: AT }).execute();
  await tx
    .insertInto('password_link')
    .values({
      id: 'pwl_1',
      account_id: account,
      token_hash: HASH,
      created_by: account,
      created_at: AT,
      expires_at: AT,
    })
    .execute();
  await tx
    .insertInto('account_role')
    .values({
      id: 'rol_1',
      account_id: account,
      role: 'operator',
      agency_id: agency,
      granted_by: account,
      granted_at: AT,
      expires_at: null,
    })
    .execute();
  await tx
    .insertInto('api_token')
    .values({
      id: 'tok_1',
      account_id: account,
      name: 'skrip',
      token_hash: HASH,
      shown_prefix: 'lmb_ab',
      scopes: '[]',
      created_at: AT,
      expires_at: AT + 1,
      last_used_at: null,
      revoked_at: null,
    })
    .execute();
  await tx
    .insertInto('idempotency')
    .values({
      key: 'k',
      account_id: account,
      request_sha256: HASH,
      status: 201,
      answer: '{}',
      created_at: AT,
      expires_at: AT,
    })
    .execute();
}

async function fillRegister(tx: Transaction): Promise<void> {
  await tx
    .insertInto('secret')
    .values({ id: secret, name: 'repo', sealed: 'AAAA', key_id: 'k', created_at: AT, rotated_at: AT })
    .execute();
  await tx
    .insertInto('destination')
    .values({
      id: destination,
      name: 'utama',
      address: '/srv/cadangan',
      repository_id: HASH,
      secret_id: secret,
      options: '{}',
      region: null,
      position: 1,
      state: 'active',
      created_at: AT,
      updated_at: AT,
    })
    .execute();
  await tx
    .insertInto('server')
    .values({
      id: server,
      name: 'web1',
      kind: 'local',
      connection: '{}',
      secret_id: null,
      state: 'active',
      note: null,
      created_at: AT,
      updated_at: AT,
    })
    .execute();
  await tx
    .insertInto('application')
    .values({
      id: application,
      code: 'simpeg',
      name: ODD,
      agency_id: agency,
      server_id: server,
      person_id: person,
      state: 'active',
      registered_on: ON,
      retired_on: null,
      url: null,
      details: '{}',
      created_at: AT,
      updated_at: AT,
    })
    .execute();
  await tx
    .insertInto('asset')
    .values({
      id: asset,
      kind: 'database',
      name: 'simpeg',
      application_id: null,
      server_id: server,
      secret_id: secret,
      definition: JSON.stringify({ name: ODD }),
      state: 'active',
      registered_on: ON,
      retired_on: null,
      paused_at: null,
      pause_reason: null,
      created_at: AT,
      updated_at: AT,
    })
    .execute();
}

async function fillWork(tx: Transaction): Promise<void> {
  await tx
    .insertInto('activity')
    .values({
      id: activity,
      held_on: ON,
      procedure_number: 1,
      technical_state: 'succeeded',
      technical_final_at: null,
      administrative_state: 'reported',
      person_id: person,
      opened_at: AT,
      closed_at: null,
      document: null,
    })
    .execute();
  await tx
    .insertInto('activity_step')
    .values({
      activity_id: activity,
      step_id: step,
      number: 2,
      act: 'databases',
      standard_ms: 1_800_000,
      begun_at: AT,
      ended_at: null,
      worked_ms: null,
      result: null,
      checks: '[]',
      outputs: null,
    })
    .execute();
  // The one that is corrected sorts after the one that corrects it.
  for (const [id, corrects] of [
    ['rmk_1', 'rmk_2'],
    ['rmk_2', null],
  ] as const) {
    await tx
      .insertInto('activity_remark')
      .values({
        id,
        activity_id: activity,
        step_id: step,
        kind: corrects === null ? 'remark' : 'correction',
        corrects_id: corrects,
        text: ODD,
        evidence: null,
        account_id: account,
        written_at: AT,
      })
      .execute();
  }
  for (const [id, retryOf] of [
    [parseRunId('run_1'), run],
    [run, null],
  ] as const) {
    await tx
      .insertInto('run')
      .values({
        id,
        kind: 'backupDatabases',
        asset_id: asset,
        destination_id: destination,
        activity_id: activity,
        step_id: step,
        origin: 'scheduled',
        retry_of: retryOf,
        planned_on: ON,
        counts_on: ON,
        state: 'finished',
        outcome: 'succeeded',
        reason_code: null,
        requested_by: null,
        reason: null,
        spec: '{}',
        record: JSON.stringify({ text: ODD.repeat(5000) }),
        worker: 'w',
        queued_at: AT,
        started_at: AT,
        read_started_at: AT,
        finished_at: AT,
        bytes_read: Number.MAX_SAFE_INTEGER,
        bytes_stored: 0,
      })
      .execute();
  }
  await tx
    .insertInto('snapshot')
    .values({
      snapshot_id: snapshot,
      destination_id: destination,
      asset_id: asset,
      run_id: run,
      original_id: null,
      content: 'database',
      outcome: 'succeeded',
      claimed_at: AT,
      received_at: AT,
      counts_on: ON,
      bytes: 1,
      bytes_added: 1,
      verified_at: AT,
      verification_code: null,
      pinned_at: AT,
      pinned_by: account,
      pin_reason: ODD,
      trashed_at: null,
      trash_reason: null,
      removed_at: null,
      removal_reason: null,
      flags: null,
    })
    .execute();
  await tx
    .insertInto('job')
    .values({
      id: parseJobId('job_1'),
      kind: 'k',
      payload: '{}',
      unique_key: null,
      group_key: null,
      group_max: null,
      priority: 0,
      state: 'waiting',
      due_at: AT,
      attempts_max: 1,
      worker: null,
      lease_token: null,
      lease_until_at: null,
      cancel_asked_at: null,
      queued_at: AT,
      finished_at: null,
      last_error: null,
    })
    .execute();
  await tx
    .insertInto('audit_event')
    .values({
      seq: 1,
      at: AT,
      actor: 'system',
      action: 'x.y',
      subject: 'z',
      detail: '{}',
      previous_hash: '0'.repeat(64),
      hash: HASH,
      mac: HASH,
    })
    .execute();
}

async function fillPaper(tx: Transaction): Promise<void> {
  await tx
    .insertInto('report')
    .values({
      id: report,
      kind: 'daily',
      period_from_on: ON,
      period_until_on: ON,
      activity_id: activity,
      number: 1,
      letter_number: null,
      language: 'id',
      data: '{}',
      data_sha256: HASH,
      audit_head: '{}',
      created_at: AT,
      created_by: account,
    })
    .execute();
  await tx
    .insertInto('report_event')
    .values({
      id: 'rev_1',
      report_id: report,
      kind: 'sent',
      account_id: account,
      person_id: person,
      to_person_id: null,
      note: ODD,
      happened_at: AT,
    })
    .execute();
  await tx
    .insertInto('restore_request')
    .values({
      id: 'rst_1',
      kind: 'restoreFiles',
      asset_id: asset,
      snapshot_id: snapshot,
      destination_id: destination,
      selection: '{}',
      target: '{}',
      reason: ODD,
      state: 'requested',
      requested_by: account,
      requested_at: AT,
      run_id: run,
      expires_at: null,
    })
    .execute();
  await tx
    .insertInto('approval')
    .values({
      id: 'apv_1',
      action: 'restore',
      subject: 'rst_1',
      agency_id: agency,
      reason: ODD,
      owner_letter: null,
      needed: '[]',
      requested_by: account,
      requested_at: AT,
      expires_at: AT,
      used_at: null,
      withdrawn_at: null,
    })
    .execute();
  await tx
    .insertInto('approval_decision')
    .values({
      approval_id: 'apv_1',
      consent: 'overseer',
      decision: 'approved',
      decided_by: account,
      decided_at: AT,
      note: ODD,
    })
    .execute();
  await tx
    .insertInto('channel')
    .values({
      id: 'chn_1',
      name: 'surel',
      kind: 'email',
      settings: '{}',
      secret_id: secret,
      language: 'id',
      state: 'active',
      created_at: AT,
      updated_at: AT,
    })
    .execute();
  await tx
    .insertInto('message')
    .values({
      id: 'msg_1',
      channel_id: 'chn_1',
      kind: 'daily',
      unique_key: 'u',
      payload: '{}',
      state: 'waiting',
      due_at: AT,
      created_at: AT,
      sent_at: null,
      last_error: null,
    })
    .execute();
}
