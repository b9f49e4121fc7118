import { type ErrorRecord, forEachParallel, toErrorRecord } from '@lumbung/stdx';
import type { SnapshotId } from '../format/ids.ts';
import type { Repository } from '../repository/repository.ts';

export interface RemovedSnapshots {
  readonly removedIds: readonly SnapshotId[];
  readonly failures: readonly { readonly snapshotId: SnapshotId; readonly error: ErrorRecord }[];
}

/** Removes snapshot files. One that stays is whole, so a failure is told and the others go on. */
export async function removeSnapshots(
  repository: Repository,
  ids: readonly SnapshotId[],
  options: {
    readonly signal: AbortSignal;
    readonly onRemoved?: ((id: SnapshotId) => void) | undefined;
    readonly onFailed?: ((id: SnapshotId, error: ErrorRecord) => void) | undefined;
  },
): Promise<RemovedSnapshots> {
  const { signal } = options;
  const removedIds: SnapshotId[] = [];
  const failures: { snapshotId: SnapshotId; error: ErrorRecord }[] = [];
  await forEachParallel(ids, Math.max(1, repository.backend.properties.connectionsMax), async (snapshotId) => {
    signal.throwIfAborted();
    try {
      await repository.removeFile('snapshots', snapshotId, { signal });
      removedIds.push(snapshotId);
      options.onRemoved?.(snapshotId);
    } catch (thrown) {
      signal.throwIfAborted();
      const error = toErrorRecord(thrown);
      failures.push({ snapshotId, error });
      options.onFailed?.(snapshotId, error);
    }
  });
  return { removedIds, failures };
}
