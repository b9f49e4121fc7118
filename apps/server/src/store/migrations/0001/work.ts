import { sql } from 'kysely';
import {
  atCommit,
  localDates,
  oneOf,
  optional,
  primary,
  required,
  type SchemaWords,
  to,
  unique,
  withDefault,
} from '../schema-words.ts';

/** What is done, and what came of it. */
export async function createWorkTables(words: SchemaWords): Promise<void> {
  await createActivities(words);
  await createRuns(words);
  await createSnapshots(words);
  await createJobs(words);
  await createAuditTrail(words);
}

async function createActivities({ text, big, int, table, index }: SchemaWords): Promise<void> {
  await table('activity')
    .addColumn('id', text, primary)
    .addColumn('held_on', text, unique)
    .addColumn('procedure_number', int, (column) => column.references('procedure_version.number').notNull())
    .addColumn('technical_state', text, required)
    .addColumn('technical_final_at', big, optional)
    .addColumn('administrative_state', text, required)
    .addColumn('person_id', text, to('person', 'optional'))
    .addColumn('opened_at', big, required)
    .addColumn('closed_at', big, optional)
    .addColumn('document', text, optional)
    .addColumn('revision', int, withDefault(1))
    .addCheckConstraint('activity_dates', localDates('held_on'))
    .addCheckConstraint(
      'activity_technical',
      oneOf('technical_state', [
        'scheduled',
        'preparing',
        'postponed',
        'running',
        'succeeded',
        'partly',
        'failed',
        'missed',
      ]),
    )
    .addCheckConstraint(
      'activity_administrative',
      oneOf('administrative_state', ['unreported', 'reported', 'acknowledged', 'returned', 'closed']),
    )
    .execute();

  await table('activity_step')
    .addColumn('activity_id', text, to('activity'))
    .addColumn('step_id', text, required)
    .addColumn('number', int, required)
    .addColumn('act', text, required)
    .addColumn('standard_ms', big, required)
    .addColumn('begun_at', big, optional)
    .addColumn('ended_at', big, optional)
    .addColumn('worked_ms', big, optional)
    .addColumn('result', text, optional)
    .addColumn('checks', text, optional)
    .addColumn('outputs', text, optional)
    .addPrimaryKeyConstraint('activity_step_pkey', ['activity_id', 'step_id'])
    .addUniqueConstraint('activity_step_number', ['activity_id', 'number'])
    .addCheckConstraint(
      'activity_step_act',
      oneOf('act', ['preflight', 'databases', 'applications', 'report', 'close']),
    )
    .addCheckConstraint('activity_step_result', oneOf('result', ['pass', 'warn', 'fail']))
    .execute();

  await table('activity_remark')
    .addColumn('id', text, primary)
    .addColumn('activity_id', text, to('activity'))
    .addColumn('step_id', text, optional)
    .addColumn('kind', text, required)
    .addColumn('corrects_id', text, optional)
    .addColumn('text', text, required)
    .addColumn('evidence', text, optional)
    .addColumn('account_id', text, to('account', 'optional'))
    .addColumn('written_at', big, required)
    .addForeignKeyConstraint('activity_remark_corrects_fkey', ['corrects_id'], 'activity_remark', ['id'], atCommit)
    .addCheckConstraint('activity_remark_kind', oneOf('kind', ['remark', 'correction', 'manual-entry']))
    .addCheckConstraint('activity_remark_corrects', sql`(kind = 'correction') = (corrects_id is not null)`)
    .execute();
  await index('activity_remark', ['activity_id']);
}

async function createRuns({ text, big, int, table, index }: SchemaWords): Promise<void> {
  await table('run')
    .addColumn('id', text, primary)
    .addColumn('kind', text, required)
    .addColumn('asset_id', text, to('asset', 'optional'))
    .addColumn('destination_id', text, to('destination', 'optional'))
    .addColumn('activity_id', text, to('activity', 'optional'))
    .addColumn('step_id', text, optional)
    .addColumn('origin', text, required)
    .addColumn('attempt', int, withDefault(1))
    .addColumn('retry_of', text, optional)
    .addColumn('planned_on', text, optional)
    .addColumn('counts_on', text, optional)
    .addColumn('state', text, required)
    .addColumn('outcome', text, optional)
    .addColumn('reason_code', text, optional)
    .addColumn('requested_by', text, to('account', 'optional'))
    .addColumn('reason', text, optional)
    .addColumn('spec', text, required)
    .addColumn('record', text, optional)
    .addColumn('worker', text, optional)
    .addColumn('queued_at', big, required)
    .addColumn('started_at', big, optional)
    .addColumn('read_started_at', big, optional)
    .addColumn('finished_at', big, optional)
    .addColumn('bytes_read', big, optional)
    .addColumn('bytes_stored', big, optional)
    .addForeignKeyConstraint('run_retry_of_fkey', ['retry_of'], 'run', ['id'], atCommit)
    .addCheckConstraint('run_state', oneOf('state', ['queued', 'running', 'finished']))
    .addCheckConstraint(
      'run_outcome',
      oneOf('outcome', ['succeeded', 'warned', 'failed', 'cancelled', 'stalled', 'lost', 'missed']),
    )
    .addCheckConstraint('run_finished', sql`(state = 'finished') = (outcome is not null)`)
    .addCheckConstraint('run_finished_at', sql`(state = 'finished') = (finished_at is not null)`)
    .addCheckConstraint('run_dates', localDates('planned_on', 'counts_on'))
    .execute();
  await index('run', ['asset_id', 'queued_at desc']);
  await index('run', ['queued_at desc']);
  await index('run', ['counts_on', 'kind']);
  await index('run', ['activity_id']);
  await index('run', ['state'], { where: sql`state <> 'finished'` });
}

async function createSnapshots({ text, big, table, index }: SchemaWords): Promise<void> {
  await table('snapshot')
    .addColumn('snapshot_id', text, required)
    .addColumn('destination_id', text, to('destination'))
    .addColumn('asset_id', text, to('asset', 'optional'))
    .addColumn('run_id', text, to('run', 'optional'))
    .addColumn('original_id', text, optional)
    .addColumn('content', text, required)
    .addColumn('outcome', text, required)
    .addColumn('claimed_at', big, required)
    .addColumn('received_at', big, required)
    .addColumn('counts_on', text, required)
    .addColumn('bytes', big, optional)
    .addColumn('bytes_added', big, optional)
    .addColumn('verification', text, withDefault('pending'))
    .addColumn('verified_at', big, optional)
    .addColumn('verification_code', text, optional)
    .addColumn('pinned_at', big, optional)
    .addColumn('pinned_by', text, to('account', 'optional'))
    .addColumn('pin_reason', text, optional)
    .addColumn('trashed_at', big, optional)
    .addColumn('trash_reason', text, optional)
    .addColumn('removed_at', big, optional)
    .addColumn('removal_reason', text, optional)
    .addColumn('flags', text, optional)
    .addPrimaryKeyConstraint('snapshot_pkey', ['snapshot_id', 'destination_id'])
    .addCheckConstraint('snapshot_id_form', sql`length(snapshot_id) = 64 and length(original_id) = 64`)
    .addCheckConstraint('snapshot_content', oneOf('content', ['database', 'server', 'files']))
    .addCheckConstraint('snapshot_outcome', oneOf('outcome', ['succeeded', 'warned']))
    .addCheckConstraint('snapshot_verification', oneOf('verification', ['pending', 'verified', 'revoked']))
    .addCheckConstraint('snapshot_dates', localDates('counts_on'))
    .addCheckConstraint('snapshot_pin', sql`(pinned_at is null) = (pin_reason is null)`)
    .addCheckConstraint('snapshot_trash', sql`(trashed_at is null) = (trash_reason is null)`)
    .addCheckConstraint('snapshot_removal', sql`(removed_at is null) = (removal_reason is null)`)
    .execute();
  await index('snapshot', ['asset_id', 'claimed_at desc']);
  await index('snapshot', ['run_id']);
  await index('snapshot', ['destination_id', 'claimed_at desc']);
  await index('snapshot', ['counts_on']);
  await index('snapshot', ['verification'], { where: sql`verification <> 'verified' and removed_at is null` });
  await index('snapshot', ['trashed_at'], { where: sql`trashed_at is not null and removed_at is null` });
}

async function createJobs({ text, big, int, table, index }: SchemaWords): Promise<void> {
  await table('job')
    .addColumn('id', text, primary)
    .addColumn('kind', text, required)
    .addColumn('payload', text, required)
    .addColumn('unique_key', text, optional)
    .addColumn('group_key', text, optional)
    .addColumn('group_max', int, optional)
    .addColumn('priority', int, required)
    .addColumn('state', text, required)
    .addColumn('due_at', big, required)
    .addColumn('attempt', int, withDefault(0))
    .addColumn('attempts_max', int, required)
    .addColumn('worker', text, optional)
    .addColumn('lease_token', text, optional)
    .addColumn('lease_until_at', big, optional)
    .addColumn('cancel_asked_at', big, optional)
    .addColumn('queued_at', big, required)
    .addColumn('finished_at', big, optional)
    .addColumn('last_error', text, optional)
    .addCheckConstraint('job_state', oneOf('state', ['waiting', 'running', 'done', 'cancelled', 'dead']))
    .addCheckConstraint('job_lease', sql`(state = 'running') = (lease_token is not null)`)
    .addCheckConstraint('job_group', sql`(group_key is null) = (group_max is null)`)
    .execute();
  const isUnfinished = sql`state in ('waiting', 'running')`;
  await index('job', ['unique_key'], { unique: true, where: isUnfinished });
  await index('job', ['priority desc', 'due_at', 'id'], { where: sql`state = 'waiting'` });
  await index('job', ['lease_until_at'], { where: sql`state = 'running'` });
  await index('job', ['group_key'], { where: sql`state = 'running'` });
  await index('job', ['finished_at'], { where: sql`finished_at is not null` });
}

async function createAuditTrail({ text, big, table, index }: SchemaWords): Promise<void> {
  await table('audit_event')
    .addColumn('seq', big, primary)
    .addColumn('at', big, required)
    .addColumn('actor', text, required)
    .addColumn('action', text, required)
    .addColumn('subject', text, required)
    .addColumn('detail', text, required)
    .addColumn('previous_hash', text, unique)
    .addColumn('hash', text, unique)
    .addColumn('mac', text, required)
    .addCheckConstraint('audit_event_seq', sql`seq >= 1`)
    .execute();
  await index('audit_event', ['subject', 'seq']);
  await index('audit_event', ['actor', 'seq']);
  await index('audit_event', ['at']);
}
