// What runs do to the activity of their date: its steps begin and end, and are proved.
import { type AssetId, BACKUP_JOB_KINDS, type LocalDate, parseAssetId, type RunRecord } from '@lumbung/contracts';
import { type ExpectedPart, localDateOf } from '@lumbung/procedure';
import type { Transaction } from '../../store/store.ts';
import { findAsset } from '../applications/index.ts';
import { readOrganisation } from '../organisation/index.ts';
import { listRunsOfActivity, type RunEnd, type RunFollower, type StoredRun } from '../runs/index.ts';
import { type ActivityPorts, happenIfFits, provideActivity } from './activities.service.ts';
import { findActivityById, type StoredActivity, saveEvidence } from './activities.store.ts';
import { judgeReadiness, outputsOf, worstCheck, worstOutcome } from './evidence.rules.ts';

const BACKUP_KINDS: ReadonlySet<string> = new Set(BACKUP_JOB_KINDS);

export function activityFollower(ports: ActivityPorts): RunFollower {
  return {
    async reading(tx, run, at) {
      if (BACKUP_KINDS.has(run.kind) && run.asset_id !== null) await beginPart(tx, run, at, ports);
    },
    async ended(tx, run, end) {
      if (run.kind === 'preflight') await endPreparation(tx, run, end.record);
      if (BACKUP_KINDS.has(run.kind) && run.asset_id !== null) await endPart(tx, run, end, ports);
    },
  };
}

/** A run belongs to the date on which it began to read, whatever date it was planned for. */
async function beginPart(
  tx: Transaction,
  run: StoredRun,
  at: number,
  ports: ActivityPorts,
): Promise<StoredActivity | undefined> {
  const part = await partOf(tx, run.asset_id);
  if (part === undefined) return undefined;
  const { zone } = await readOrganisation(tx);
  const date: LocalDate = localDateOf(at, zone);
  const activity = await provideActivity(tx, date, [part], ports);
  const expected = await happenIfFits(tx, activity, { kind: 'expected', at, parts: [part] });
  return await happenIfFits(tx, expected, {
    kind: 'run-began',
    at,
    runId: run.id,
    assetId: part.assetId,
    origin: run.origin,
  });
}

async function partOf(tx: Transaction, assetId: AssetId | null): Promise<ExpectedPart | undefined> {
  const asset = assetId === null ? undefined : await findAsset(tx, assetId);
  if (asset === undefined) return undefined;
  return {
    assetId: asset.id,
    kind: asset.kind,
    ...(asset.application_id === null ? {} : { applicationId: asset.application_id }),
  };
}

async function endPart(tx: Transaction, run: StoredRun, { record }: RunEnd, ports: ActivityPorts): Promise<void> {
  const beganAt = record.readStartedAt ?? run.read_started_at ?? record.startedAt;
  // One that failed before it read anything has not begun yet; one that has is known already, and this changes nothing.
  const begun = await beginPart(tx, run, beganAt, ports);
  if (begun === undefined) return;
  const ended = await happenIfFits(tx, begun, {
    kind: 'run-ended',
    at: Math.max(record.endedAt, beganAt),
    runId: run.id,
    outcome: record.outcome,
    ...('reason' in record ? { reasonCode: record.reason } : {}),
  });
  await proveParts(tx, ended);
}

/** The files of a step, from the records of its runs: whatever is shown is what they say. */
async function proveParts(tx: Transaction, { id, activity }: StoredActivity): Promise<void> {
  const runs = await listRunsOfActivity(tx, id);
  for (const act of ['databases', 'applications'] as const) {
    const kind = act === 'databases' ? 'backupDatabases' : 'backupFiles';
    const outputs = outputsOf(runs.filter((run) => run.kind === kind));
    const parts = activity.parts.filter((part) => (part.kind === 'database') === (act === 'databases'));
    if (outputs.length === 0 && parts.every(({ attempts }) => attempts.length === 0)) continue;
    await saveEvidence(tx, { activityId: id, act, result: worstOutcome(parts), outputs });
  }
}

async function endPreparation(tx: Transaction, run: StoredRun, record: RunRecord): Promise<void> {
  const activity = run.activity_id === null ? undefined : await findActivityById(tx, run.activity_id);
  if (activity === undefined) return;
  const assetIds = activity.activity.parts.map(({ assetId }) => assetId);
  const { ready, notReady } = judgeReadiness(record, assetIds.filter(asked(run)));
  await happenIfFits(tx, activity, { kind: 'preparation-ended', at: record.endedAt, ready, notReady });
  const result = notReady.length > 0 ? 'fail' : worstCheck(record.checks);
  await saveEvidence(tx, { activityId: activity.id, act: 'preflight', result, checks: record.checks });
}

/** Was this asset among those that the run was asked about? */
function asked({ spec }: StoredRun): (assetId: AssetId) => boolean {
  const subjects = new Set<string>();
  // The spec was parsed when it was written down.
  const { sources } = JSON.parse(spec) as { readonly sources?: readonly { readonly subject: string }[] };
  for (const { subject } of sources ?? []) subjects.add(parseAssetId(subject));
  return (assetId) => subjects.has(assetId);
}
