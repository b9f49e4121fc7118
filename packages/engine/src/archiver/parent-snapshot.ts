import type { Instant } from '../format/timestamp.ts';
import { compareInstants, instantOf } from '../format/timestamp.ts';
import type { Repository } from '../repository/repository.ts';
import { findSnapshot, loadSnapshots, type SnapshotRecord } from '../snapshot/snapshots.ts';
import type { GroupKey, SnapshotOptions } from './backup-options.ts';

const GROUP_BY_DEFAULT: readonly GroupKey[] = ['host', 'paths'];

export interface ParentQuery {
  readonly parent: SnapshotOptions['parent'];
  readonly groupBy: readonly GroupKey[] | undefined;
  readonly hostname: string;
  readonly paths: readonly string[];
  readonly tags: readonly string[];
  /** The new snapshot's time: a parent is not younger. */
  readonly time: Instant;
}

/** The snapshot to compare with: the one that was named, or the newest of the same group that holds every target.
 *  @throws LumbungError SNAPSHOT_NOT_FOUND, SNAPSHOT_AMBIGUOUS (operator) for a named one */
export async function findParentSnapshot(
  repository: Repository,
  query: ParentQuery,
  signal?: AbortSignal,
): Promise<SnapshotRecord | undefined> {
  const { parent = { kind: 'newest' } } = query;
  if (parent.kind === 'none') return undefined;
  if (parent.kind === 'id') return (await findSnapshot(repository, parent.id, {}, signal)).snapshot;

  let newest: SnapshotRecord | undefined;
  for (const snapshot of await loadSnapshots(repository, signal)) {
    const time = instantOf(snapshot.time);
    if (compareInstants(time, query.time) > 0 || !isOfGroup(snapshot, query)) continue;
    if (newest === undefined || compareInstants(time, instantOf(newest.time)) >= 0) newest = snapshot;
  }
  return newest;
}

function isOfGroup(snapshot: SnapshotRecord, query: ParentQuery): boolean {
  return (query.groupBy ?? GROUP_BY_DEFAULT).every((key) => {
    switch (key) {
      case 'host':
        return snapshot.hostname === query.hostname;
      case 'paths':
        return query.paths.every((path) => snapshot.paths.includes(path));
      case 'tags':
        return query.tags.every((tag) => snapshot.tags.includes(tag));
    }
  });
}
