import { newId, type RunId, TECHNICAL_RESULTS, type TechnicalState } from '@lumbung/contracts';
import {
  applicationWeeks,
  type DailyFacts,
  dailyFacts,
  RunDays,
  type RunOutput,
  type WeekTally,
  weekAround,
} from '@lumbung/procedure';
import type { Clock, Random } from '@lumbung/stdx';
import type { AuditTrail } from '../../audit/audit-trail.ts';
import { canonicalJson } from '../../audit/canonical-json.ts';
import { sha256 } from '../../crypto/digest.ts';
import type { Transaction } from '../../store/store.ts';
import { happen, type StoredActivity, saveEvidence } from '../activities/index.ts';
import { applicationOf, assetOf, listApplications, listAssets } from '../applications/index.ts';
import { findDestination } from '../destinations/index.ts';
import { readOrganisation } from '../organisation/index.ts';
import { readProcedureInForce } from '../procedures/index.ts';
import { listBackupRuns } from '../runs/index.ts';
import { listSnapshotsOfRuns } from '../snapshots/index.ts';
import { insertReport, insertReportEvent, listReportsOfActivity } from './reports.store.ts';

export interface ReportPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditTrail;
}

const WEEK_MS = 8 * 86_400_000;

/** Drafts the daily report of an activity whose work is settled, and sends it: what is printed is kept as it is now, with its
 *  digest and the head of the audit trail.
 *  @returns false: it was reported before, or there is no result to report yet */
export async function reportDay(
  tx: Transaction,
  stored: StoredActivity,
  nowMs: number,
  ports: ReportPorts,
): Promise<boolean> {
  const { administrative, technical } = stored.activity;
  if (administrative !== 'unreported' || !isSettled(technical)) return false;
  const begun = await happen(tx, stored, { kind: 'report-began', at: nowMs });
  const reported = await happen(tx, begun, { kind: 'reported', at: nowMs });
  const facts = await readDailyFacts(tx, reported, nowMs);
  const data = canonicalJson(facts);
  const { language } = await readOrganisation(tx);
  const earlier = await listReportsOfActivity(tx, stored.id);
  const id = newId('report', ports);
  const dataSha256 = sha256(data);
  await insertReport(tx, {
    id,
    kind: 'daily',
    from: facts.date,
    until: facts.date,
    activityId: stored.id,
    number: earlier.length + 1,
    language,
    data,
    dataSha256,
    auditHead: canonicalJson(await ports.audit.head(tx)),
    at: nowMs,
    by: null,
  });
  await insertReportEvent(tx, { id: newId('report', ports), reportId: id, kind: 'sent', at: nowMs });
  await ports.audit.append(tx, {
    actor: 'system',
    action: 'report.sent',
    subject: id,
    detail: { date: facts.date, technical: facts.technical, sha256: dataSha256 },
  });
  await saveEvidence(tx, {
    activityId: stored.id,
    act: 'report',
    result: 'pass',
    outputs: [{ reportId: id, sha256: dataSha256 }],
  });
  await proveIndex(tx, stored, facts);
  return true;
}

function isSettled(technical: TechnicalState): boolean {
  return TECHNICAL_RESULTS.some((result) => result === technical);
}

/** What is told of a date, from the records of its runs and never from memory. */
export async function readDailyFacts(
  tx: Transaction,
  { activity }: StoredActivity,
  nowMs: number,
): Promise<DailyFacts> {
  const { procedure } = await readProcedureInForce(tx);
  const runIds = activity.parts.flatMap(({ attempts }) => attempts.map(({ runId }) => runId));
  return dailyFacts({
    activity,
    identity: procedure.identity,
    weeks: await readWeeks(tx, activity.date, nowMs),
    outputs: await readOutputs(tx, runIds),
    nowMs,
  });
}

async function readWeeks(tx: Transaction, date: DailyFacts['date'], nowMs: number): Promise<readonly WeekTally[]> {
  const { procedure } = await readProcedureInForce(tx);
  const { zone } = await readOrganisation(tx);
  const { rows } = applicationWeeks({
    standard: procedure.standards.applications,
    span: weekAround(date),
    applications: (await listApplications(tx)).map(applicationOf),
    // A pause is told beside what is missing, not counted: here only the number matters.
    assets: (await listAssets(tx)).map((row) => assetOf(row, () => date)),
    days: new RunDays(await listBackupRuns(tx, nowMs - WEEK_MS), zone, nowMs),
    zone,
    nowMs,
  });
  return rows.flatMap(({ applicationId, weeks }) =>
    weeks.map(({ dates, needed }) => ({ applicationId, done: dates.length, needed })),
  );
}

async function readOutputs(tx: Transaction, runIds: readonly RunId[]): Promise<ReadonlyMap<RunId, RunOutput>> {
  const outputs = new Map<RunId, RunOutput>();
  for (const row of await listSnapshotsOfRuns(tx, runIds)) {
    if (row.run_id === null) continue;
    const destination = await findDestination(tx, row.destination_id);
    const before = outputs.get(row.run_id);
    outputs.set(row.run_id, {
      snapshotId: before?.snapshotId ?? row.snapshot_id,
      bytes: before?.bytes ?? row.bytes ?? 0,
      verification: before?.verification ?? row.verification,
      destinations: [...(before?.destinations ?? []), ...(destination === undefined ? [] : [destination.name])],
    });
  }
  return outputs;
}

/** The last step needs the files of the day in one list; it ends when somebody has acknowledged. */
async function proveIndex(tx: Transaction, { id }: StoredActivity, facts: DailyFacts): Promise<void> {
  const files = facts.rows.flatMap(({ assetId, output }) =>
    output === undefined ? [] : [{ assetId, snapshotId: output.snapshotId, bytes: output.bytes }],
  );
  const isWhole = facts.failures.length === 0;
  await saveEvidence(tx, { activityId: id, act: 'close', result: isWhole ? 'pass' : 'warn', outputs: files });
}
