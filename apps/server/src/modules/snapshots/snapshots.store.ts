import type { AssetId, DestinationId, LocalDate, RunId, SnapshotId, Verification } from '@lumbung/contracts';
import type { StoredCopy as ProcedureCopy } from '@lumbung/procedure';
import type { SnapshotRow } from '../../store/rows/work.ts';
import type { Queries, Transaction } from '../../store/store.ts';
import type { Stored } from '../../store/stored.ts';

export interface NewSnapshot {
  readonly snapshotId: SnapshotId;
  readonly destinationId: DestinationId;
  readonly assetId: AssetId | null;
  readonly runId: RunId | null;
  readonly originalId: SnapshotId | null;
  readonly content: SnapshotRow['content'];
  readonly outcome: SnapshotRow['outcome'];
  readonly claimedAt: number;
  readonly receivedAt: number;
  readonly countsOn: LocalDate;
  readonly bytes: number | null;
  readonly bytesAdded: number | null;
  readonly verification: Verification;
  readonly verifiedAt: number | null;
  readonly verificationCode: string | null;
  /** What a person should look at. */
  readonly flags: unknown;
}

/** One that is known already stays as it is: a run that is told of twice changes nothing.
 *  @returns whether it was not known before */
export async function insertSnapshot(tx: Transaction, wanted: NewSnapshot): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('snapshot')
    .values({
      snapshot_id: wanted.snapshotId,
      destination_id: wanted.destinationId,
      asset_id: wanted.assetId,
      run_id: wanted.runId,
      original_id: wanted.originalId,
      content: wanted.content,
      outcome: wanted.outcome,
      claimed_at: wanted.claimedAt,
      received_at: wanted.receivedAt,
      counts_on: wanted.countsOn,
      bytes: wanted.bytes,
      bytes_added: wanted.bytesAdded,
      verification: wanted.verification,
      verified_at: wanted.verifiedAt,
      verification_code: wanted.verificationCode,
      pinned_at: null,
      pinned_by: null,
      pin_reason: null,
      trashed_at: null,
      trash_reason: null,
      removed_at: null,
      removal_reason: null,
      flags: wanted.flags === undefined ? null : JSON.stringify(wanted.flags),
    })
    .onConflict((conflict) => conflict.columns(['snapshot_id', 'destination_id']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

interface Judgement {
  readonly snapshotId: SnapshotId;
  readonly destinationId: DestinationId;
  readonly verification: Verification;
  readonly code: string | null;
  readonly at: number;
}

export async function judgeSnapshot(
  tx: Transaction,
  { snapshotId, destinationId, ...judged }: Judgement,
): Promise<void> {
  await tx
    .updateTable('snapshot')
    .set({ verification: judged.verification, verified_at: judged.at, verification_code: judged.code })
    .where('snapshot_id', '=', snapshotId)
    .where('destination_id', '=', destinationId)
    .execute();
}

/** The same content may be at several destinations. */
export async function findSnapshotsById(queries: Queries, id: SnapshotId): Promise<Stored<SnapshotRow>[]> {
  return await queries
    .selectFrom('snapshot')
    .selectAll()
    .where('snapshot_id', '=', id)
    .orderBy('received_at')
    .execute();
}

interface CopyKey {
  readonly snapshotId: SnapshotId;
  readonly destinationId: DestinationId;
}

/** @param trashed.reason codes of retention, with blanks between; `person`: somebody decided */
export async function moveToTrash(
  tx: Transaction,
  trashed: CopyKey & { readonly at: number; readonly reason: string },
): Promise<void> {
  await tx
    .updateTable('snapshot')
    .set({ trashed_at: trashed.at, trash_reason: trashed.reason })
    .where('snapshot_id', '=', trashed.snapshotId)
    .where('destination_id', '=', trashed.destinationId)
    .where('trashed_at', 'is', null)
    .execute();
}

export async function takeFromTrash(tx: Transaction, { snapshotId, destinationId }: CopyKey): Promise<void> {
  await tx
    .updateTable('snapshot')
    .set({ trashed_at: null, trash_reason: null })
    .where('snapshot_id', '=', snapshotId)
    .where('destination_id', '=', destinationId)
    .execute();
}

export async function noteRemoved(
  tx: Transaction,
  removed: {
    readonly snapshotId: SnapshotId;
    readonly destinationId: DestinationId;
    readonly at: number;
    readonly reason: string;
  },
): Promise<void> {
  await tx
    .updateTable('snapshot')
    .set({ removed_at: removed.at, removal_reason: removed.reason })
    .where('snapshot_id', '=', removed.snapshotId)
    .where('destination_id', '=', removed.destinationId)
    .where('removed_at', 'is', null)
    .execute();
}

/** What runs stored, and what was copied from that, first things first. */
export async function listSnapshotsOfRuns(queries: Queries, runIds: readonly RunId[]): Promise<Stored<SnapshotRow>[]> {
  if (runIds.length === 0) return [];
  return await queries
    .selectFrom('snapshot')
    .selectAll()
    .where('run_id', 'in', runIds)
    .orderBy('received_at')
    .orderBy('snapshot_id')
    .execute();
}

/** Those that are there: the trash is among them, what was removed is not. */
export async function listPresentSnapshots(queries: Queries, assetId?: AssetId): Promise<Stored<SnapshotRow>[]> {
  let query = queries.selectFrom('snapshot').selectAll().where('removed_at', 'is', null);
  if (assetId !== undefined) query = query.where('asset_id', '=', assetId);
  return await query.orderBy('claimed_at').orderBy('snapshot_id').execute();
}

/** The size of the latest copy of each asset at a destination, for a forecast. */
export async function latestSizes(
  queries: Queries,
  destinationId: DestinationId,
): Promise<ReadonlyMap<AssetId, { readonly bytes: number; readonly bytesAdded: number }>> {
  const rows = await queries
    .selectFrom('snapshot')
    .select(['asset_id', 'bytes', 'bytes_added'])
    .where('destination_id', '=', destinationId)
    .where('removed_at', 'is', null)
    .where('asset_id', 'is not', null)
    .orderBy('claimed_at')
    .execute();
  const sizes = new Map<AssetId, { readonly bytes: number; readonly bytesAdded: number }>();
  for (const { asset_id, bytes, bytes_added } of rows) {
    if (asset_id !== null) sizes.set(asset_id, { bytes: bytes ?? 0, bytesAdded: bytes_added ?? 0 });
  }
  return sizes;
}

/** A row as the rules of the procedure want it; undefined: it belongs to no asset. */
export function copyOf(row: Stored<SnapshotRow>): ProcedureCopy | undefined {
  if (row.asset_id === null) return undefined;
  return {
    id: row.snapshot_id,
    assetId: row.asset_id,
    readAt: row.claimed_at,
    // Our own clock timed what a run of ours stored: a first copy may take days. Only what came otherwise is compared.
    ...(row.run_id === null ? { receivedAt: row.received_at } : {}),
    outcome: row.outcome,
    verification: row.verification,
    pin: row.pinned_at === null ? 'none' : 'pinned',
    ...(row.trashed_at === null
      ? {}
      : { trashed: { at: row.trashed_at, by: row.trash_reason === 'person' ? 'person' : 'retention' } }),
  };
}
