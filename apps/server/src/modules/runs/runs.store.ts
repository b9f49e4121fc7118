import type { JobKind, JobSpec, RunRecord } from '@lumbung/contracts';
import {
  type AccountId,
  type ActivityId,
  type AssetId,
  BACKUP_JOB_KINDS,
  type DestinationId,
  type LocalDate,
  type Outcome,
  type RunId,
  type RunOrigin,
  type StepId,
} from '@lumbung/contracts';
import type { BackupRun } from '@lumbung/procedure';
import type { RunRow } from '../../store/rows/work.ts';
import type { Queries, Transaction } from '../../store/store.ts';
import type { Stored } from '../../store/stored.ts';

export interface NewRun {
  readonly id: RunId;
  readonly spec: JobSpec;
  readonly assetId?: AssetId | undefined;
  readonly destinationId?: DestinationId | undefined;
  readonly activityId?: ActivityId | undefined;
  readonly stepId?: StepId | undefined;
  readonly origin: RunOrigin;
  readonly attempt?: number | undefined;
  readonly plannedOn?: LocalDate | undefined;
  readonly requestedBy?: AccountId | undefined;
  readonly reason?: string | undefined;
  readonly queuedAt: number;
}

export async function insertRun(tx: Transaction, run: NewRun): Promise<void> {
  await tx
    .insertInto('run')
    .values({
      id: run.id,
      kind: run.spec.kind,
      asset_id: run.assetId ?? null,
      destination_id: run.destinationId ?? null,
      activity_id: run.activityId ?? null,
      step_id: run.stepId ?? null,
      origin: run.origin,
      attempt: run.attempt ?? 1,
      retry_of: null,
      planned_on: run.plannedOn ?? null,
      counts_on: null,
      state: 'queued',
      outcome: null,
      reason_code: null,
      requested_by: run.requestedBy ?? null,
      reason: run.reason ?? null,
      spec: JSON.stringify(run.spec),
      record: null,
      worker: null,
      queued_at: run.queuedAt,
      started_at: null,
      read_started_at: null,
      finished_at: null,
      bytes_read: null,
      bytes_stored: null,
    })
    .execute();
}

export async function findRun(queries: Queries, id: RunId): Promise<Stored<RunRow> | undefined> {
  return await queries.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst();
}

/** @returns false: it had ended before */
export async function markRunning(
  tx: Transaction,
  { id, worker, at }: { readonly id: RunId; readonly worker: string; readonly at: number },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('run')
    .set({ state: 'running', worker, started_at: at })
    .where('id', '=', id)
    .where('state', '<>', 'finished')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** From the moment it reads, it counts for a date. */
export async function markReading(
  tx: Transaction,
  { id, at, countsOn }: { readonly id: RunId; readonly at: number; readonly countsOn: LocalDate },
): Promise<void> {
  await tx
    .updateTable('run')
    .set({ read_started_at: at, counts_on: countsOn })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute();
}

export interface FinishedRun {
  readonly id: RunId;
  readonly outcome: Outcome;
  readonly reasonCode: string | null;
  readonly record: RunRecord | null;
  readonly finishedAt: number;
  readonly readStartedAt: number | null;
  readonly countsOn: LocalDate;
}

/** @returns false: it had ended before, and nothing was changed */
export async function markFinished(tx: Transaction, run: FinishedRun): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('run')
    .set({
      state: 'finished',
      outcome: run.outcome,
      reason_code: run.reasonCode,
      record: run.record === null ? null : JSON.stringify(run.record),
      finished_at: run.finishedAt,
      read_started_at: run.readStartedAt,
      counts_on: run.countsOn,
      bytes_read: run.record?.totals.bytesRead ?? null,
      bytes_stored: run.record?.totals.bytesStored ?? null,
    })
    .where('id', '=', run.id)
    .where('state', '<>', 'finished')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Runs that nobody has ended, in the order in which they were asked for. */
export async function listUnfinishedRuns(queries: Queries): Promise<Stored<RunRow>[]> {
  return await queries.selectFrom('run').selectAll().where('state', '<>', 'finished').orderBy('queued_at').execute();
}

/** Runs of a kind that were asked for since a moment, finished or not. */
export async function listRunsSince(queries: Queries, kind: JobKind, since: number): Promise<Stored<RunRow>[]> {
  return await queries
    .selectFrom('run')
    .selectAll()
    .where('kind', '=', kind)
    .where('queued_at', '>=', since)
    .orderBy('queued_at')
    .execute();
}

export async function listRunsOfActivity(queries: Queries, activityId: ActivityId): Promise<Stored<RunRow>[]> {
  return await queries
    .selectFrom('run')
    .selectAll()
    .where('activity_id', '=', activityId)
    .orderBy('queued_at')
    .orderBy('id')
    .execute();
}

const BACKUP_KINDS: readonly JobKind[] = BACKUP_JOB_KINDS;

/** Finished backups since a moment, and the latest of each asset however old, as the rules of the procedure want them. */
export async function listBackupRuns(queries: Queries, since: number): Promise<BackupRun[]> {
  const rows = await queries
    .selectFrom('run')
    .leftJoin('snapshot', (join) => join.onRef('snapshot.run_id', '=', 'run.id').on('snapshot.original_id', 'is', null))
    .select([
      'run.id',
      'run.asset_id',
      'run.origin',
      'run.outcome',
      'run.started_at',
      'run.read_started_at',
      'run.queued_at',
      'run.finished_at',
      'snapshot.snapshot_id',
      'snapshot.verification',
      'snapshot.asset_id as snapshot_asset_id',
    ])
    .where('run.kind', 'in', BACKUP_KINDS)
    .where('run.state', '=', 'finished')
    .where(({ eb, or, selectFrom }) =>
      or([
        eb('run.queued_at', '>=', since),
        eb(
          'run.id',
          'in',
          selectFrom('run as latest')
            .select(({ fn }) => fn.max('latest.id').as('id'))
            .where('latest.kind', 'in', BACKUP_KINDS)
            .where('latest.state', '=', 'finished')
            .groupBy('latest.asset_id'),
        ),
      ]),
    )
    .orderBy('run.id')
    .execute();
  return rows.flatMap((row) => {
    const assetId = row.asset_id ?? row.snapshot_asset_id;
    if (assetId === null || row.outcome === null) return [];
    const startedAt = row.read_started_at ?? row.started_at ?? row.queued_at;
    return {
      runId: row.id,
      assetId,
      origin: row.origin,
      startedAt,
      endedAt: row.finished_at ?? startedAt,
      // The run was lost, and its copy is there: whole, and something for a person to look at.
      outcome: row.outcome === 'lost' && row.snapshot_id !== null ? 'warned' : row.outcome,
      verification: row.verification ?? 'pending',
      ...(row.snapshot_id === null ? {} : { snapshotId: row.snapshot_id }),
    };
  });
}

/** Assets with a backup that is queued or under way. */
export async function listAssetsUnderWay(queries: Queries): Promise<ReadonlySet<AssetId>> {
  const rows = await queries
    .selectFrom('run')
    .select('asset_id')
    .where('kind', 'in', BACKUP_KINDS)
    .where('state', '<>', 'finished')
    .execute();
  return new Set(rows.flatMap(({ asset_id }) => asset_id ?? []));
}
