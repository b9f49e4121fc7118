import { type ErrorRecord, forEachParallel, toErrorRecord } from '@lumbung/stdx';
import type { PackId } from '../format/ids.ts';
import type { Repository } from '../repository/repository.ts';

/** Removes packs that nothing refers to any more. One that stays does no harm, so a failure is told and the others go on. */
export async function removePacks(
  repository: Repository,
  ids: readonly PackId[],
  options: {
    readonly signal: AbortSignal;
    readonly onRemoved?: (id: PackId) => void;
    readonly onFailed: (id: PackId, error: ErrorRecord) => void;
    readonly onEach?: () => void;
  },
): Promise<void> {
  const { signal } = options;
  await forEachParallel(ids, Math.max(1, repository.backend.properties.connectionsMax), async (id) => {
    try {
      await repository.removeFile('data', id, { signal });
      options.onRemoved?.(id);
    } catch (error) {
      signal.throwIfAborted();
      options.onFailed(id, toErrorRecord(error));
    }
    options.onEach?.();
  });
}
