import { loadSnapshot, type Repository, type SnapshotId, type SnapshotRecord } from '@lumbung/engine';
import { isLumbungError, LumbungError } from '@lumbung/stdx';

/** The snapshot that a job names by its whole id.
 *  @throws LumbungError SNAPSHOT_NOT_FOUND (operator); REPOSITORY_FILE_DAMAGED, SNAPSHOT_INVALID (corruption); BACKEND_* */
export async function loadJobSnapshot(
  repository: Repository,
  id: SnapshotId,
  signal: AbortSignal,
): Promise<SnapshotRecord> {
  try {
    return await loadSnapshot(repository, id, signal);
  } catch (cause) {
    if (!isLumbungError(cause, 'BACKEND_FILE_MISSING')) throw cause;
    throw new LumbungError('SNAPSHOT_NOT_FOUND', {
      kind: 'operator',
      message: `there is no snapshot ${id}`,
      context: { prefix: id },
      hint: 'it may have been removed by retention; look which ones there are',
      cause,
    });
  }
}
