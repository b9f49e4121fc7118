import type { SnapshotId } from '@lumbung/contracts';
import { type Repository, shortId } from '@lumbung/engine';
import { LumbungError } from '@lumbung/stdx';
import { folderOfSnapshot } from '../../database/dump-place.ts';
import type { StoredDump } from '../../database/find-dump.ts';
import type { JobRun } from '../job-run.ts';
import { loadJobSnapshot } from '../job-snapshot.ts';

/** @throws LumbungError SNAPSHOT_NO_DUMP, SNAPSHOT_NOT_FOUND (operator) */
export async function loadStoredDump(repository: Repository, id: SnapshotId, { signal }: JobRun): Promise<StoredDump> {
  const snapshot = await loadJobSnapshot(repository, id, signal);
  const folder = folderOfSnapshot(snapshot);
  if (folder === undefined) throw notADump(id);
  return { snapshot, folder };
}

export function notADump(id: SnapshotId): LumbungError {
  return new LumbungError('SNAPSHOT_NO_DUMP', {
    kind: 'operator',
    message: `snapshot ${shortId(id)} is no dump of a database`,
    context: { snapshot: shortId(id) },
    hint: 'choose a snapshot of a database',
  });
}
