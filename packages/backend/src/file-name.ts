import { LumbungError } from '@lumbung/stdx';
import type { ByteRange, FileHandle, Layout } from './backend.ts';

const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
/** Drivers write beside the final name with a longer one, which must still fit into the 255 bytes of a file system. */
const NAME_LENGTH_MAX = 200;
/** What drivers, ours and stock restic's, call a file while they write it: never a file of the repository. */
const TEMPORARY_NAME = /-(?:tmp|restic-temp)-[0-9a-f]+$/;

/** Whether a file may bear this name: what a listing finds under another is nobody's file of ours. */
export function isFileName(name: string): boolean {
  return name.length <= NAME_LENGTH_MAX && SAFE_NAME.test(name) && !TEMPORARY_NAME.test(name);
}

/** Refuses what could lead a driver out of its place: every handle is checked before it becomes a path or a key.
 *  @throws LumbungError BACKEND_NAME_INVALID (bug) */
export function checkHandle({ folder, name }: FileHandle, layout: Layout): void {
  if (!isFileName(name) || !isFolder(folder, layout)) throw nameInvalid({ folder, name });
}

/** The same for a folder alone. The root is a folder, with an empty name. @throws LumbungError BACKEND_NAME_INVALID (bug) */
export function checkFolder(folder: string, layout: Layout): void {
  if (!isFolder(folder, layout)) throw nameInvalid({ folder });
}

/** Where in a file of `sizeBytes` the range lies; a range that does not lie in it is undefined.
 *  @throws LumbungError BACKEND_RANGE_INVALID (bug) for what is no range of any file */
export function resolveRange(
  range: ByteRange | undefined,
  sizeBytes: number,
): { readonly offset: number; readonly length: number } | undefined {
  const offset = range?.offset ?? 0;
  const length = range?.length;
  checkRange(range);
  if (offset > sizeBytes || (length !== undefined && length > sizeBytes - offset)) return undefined;
  return { offset, length: length ?? sizeBytes - offset };
}

/** @throws LumbungError BACKEND_RANGE_INVALID (bug) */
export function checkRange(range: ByteRange | undefined): void {
  if (range === undefined || (isCount(range.offset) && (range.length === undefined || isCount(range.length)))) return;
  throw new LumbungError('BACKEND_RANGE_INVALID', {
    kind: 'bug',
    message: `not a range of bytes: ${range.length ?? 'all'} from ${range.offset}`,
    context: { offset: range.offset, length: range.length },
  });
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isFolder(folder: string, layout: Layout): boolean {
  return folder === '' || layout.folders.includes(folder);
}

function nameInvalid(context: { readonly folder: string; readonly name?: string }): LumbungError {
  const shown = [context.folder, ...(context.name === undefined ? [] : [context.name])].map((part) =>
    JSON.stringify(part),
  );
  return new LumbungError('BACKEND_NAME_INVALID', {
    kind: 'bug',
    message: `not a place of this backend: ${shown.join('/')}`,
    context: { ...context },
  });
}
