// Snapshots that are in a repository and not in the catalogue: their run got lost, or the catalogue did.
import type { CatalogueEntry, DestinationId } from '@lumbung/contracts';
import { localDateOf } from '@lumbung/procedure';
import type { Transaction } from '../../store/store.ts';
import { findAsset } from '../applications/index.ts';
import { readOrganisation } from '../organisation/index.ts';
import { findRun } from '../runs/index.ts';
import { insertSnapshot } from './snapshots.store.ts';

/** Takes what Lumbung made into the catalogue. Nothing is known of its verification: it proves nothing until it was read.
 *  @returns how many were not known before */
export async function adoptSnapshots(
  tx: Transaction,
  entries: readonly CatalogueEntry[],
  { destinationId, at }: { readonly destinationId: DestinationId; readonly at: number },
): Promise<number> {
  const { zone } = await readOrganisation(tx);
  let adopted = 0;
  for (const entry of entries) {
    if (entry.asset === undefined) continue;
    const asset = await findAsset(tx, entry.asset);
    const run = entry.run === undefined ? undefined : await findRun(tx, entry.run);
    // Of a run that goes on, the record will tell.
    if (run !== undefined && run.state !== 'finished') continue;
    const isNew = await insertSnapshot(tx, {
      snapshotId: entry.snapshotId,
      destinationId,
      assetId: asset?.id ?? null,
      runId: run?.id ?? null,
      originalId: entry.originalId ?? null,
      content: entry.content,
      outcome: 'warned',
      claimedAt: entry.takenAt,
      receivedAt: at,
      countsOn: localDateOf(entry.takenAt, zone),
      bytes: entry.bytes ?? null,
      bytesAdded: entry.storedBytes ?? null,
      verification: 'pending',
      verifiedAt: null,
      verificationCode: null,
      flags: { adopted: true },
    });
    if (isNew) adopted += 1;
  }
  return adopted;
}
