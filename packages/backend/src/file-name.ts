import { LumbungError } from '@lumbung/stdx';
import type { FileHandle, Layout } from './backend.ts';

const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Refuses what could lead a driver out of its place: every handle is checked before it becomes a path or a key.
 *  @throws LumbungError BACKEND_NAME_INVALID (bug) */
export function checkHandle({ folder, name }: FileHandle, layout: Layout): void {
  if (SAFE_NAME.test(name) && name.length <= 255 && (folder === '' || layout.folders.includes(folder))) return;
  throw new LumbungError('BACKEND_NAME_INVALID', {
    kind: 'bug',
    message: `not a file of this backend: ${JSON.stringify(folder)}/${JSON.stringify(name)}`,
    context: { folder, name },
  });
}
