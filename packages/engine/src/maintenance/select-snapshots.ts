import type { Repository } from '../repository/repository.ts';
import { filterSnapshots } from '../snapshot/snapshot-filter.ts';
import { findSnapshot, loadSnapshots, type SnapshotRecord } from '../snapshot/snapshots.ts';
import type { SnapshotSelection } from './snapshot-changes.ts';

/** The snapshots that `selection` means, oldest first; those named by id in the order of naming, each once.
 *  @throws LumbungError SNAPSHOT_NOT_FOUND, SNAPSHOT_AMBIGUOUS, SNAPSHOT_SPEC_INVALID (operator): one name is wrong, so none is meant */
export async function selectSnapshots(
  repository: Repository,
  selection: SnapshotSelection,
  signal: AbortSignal,
): Promise<SnapshotRecord[]> {
  const { ids = [], filter } = selection;
  if (ids.length === 0) return filterSnapshots(await loadSnapshots(repository, signal), filter);
  const byId = new Map<string, SnapshotRecord>();
  for (const spec of ids) {
    const { snapshot } = await findSnapshot(repository, spec, filter, signal);
    byId.set(snapshot.id, snapshot);
  }
  return [...byId.values()];
}
