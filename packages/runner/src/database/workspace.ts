import { mkdtemp, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Workspace } from '@lumbung/sources';
import { LumbungError } from '@lumbung/stdx';

/** Left to everybody else on the same disk. */
const SPACE_KEPT_BYTES = 512 * 2 ** 20;
/** With less there is no point in beginning. */
const SPACE_NEEDED_BYTES = 16 * 2 ** 20;

/**
 * Gives `act` a private folder below `baseFolder`, and removes it with all that is in it, however `act` ends.
 *
 * @throws LumbungError DB_WORKSPACE_FULL (operator); system errors of a folder that cannot be written to
 */
export async function withWorkspace<T>(baseFolder: string, act: (workspace: Workspace) => Promise<T>): Promise<T> {
  const { bavail, bsize } = await statfs(baseFolder);
  const limitBytes = bavail * bsize - SPACE_KEPT_BYTES;
  if (limitBytes < SPACE_NEEDED_BYTES) {
    throw new LumbungError('DB_WORKSPACE_FULL', {
      kind: 'operator',
      message: `there is too little space in ${baseFolder} for the files of a dump`,
      context: { folder: baseFolder, freeBytes: bavail * bsize },
      hint: 'free some space there, or name another folder for them',
    });
  }
  // Only its owner can enter what mkdtemp makes.
  const folder = await mkdtemp(path.join(baseFolder, 'lumbung-db-'));
  try {
    return await act({ folder, limitBytes });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
