import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { type ByteString, byteStringOf, fsPath } from '@lumbung/stdx';
import { joinPath } from '../snapshot/resolve-tree.ts';

export interface RemoveTreeOptions {
  /** Called for everything removed, children before their folder. */
  readonly onRemoved: (path: ByteString) => void;
  /** Only tell what would be removed. */
  readonly isDryRun?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Removes `path` and all below it; links are removed, not followed.
 *  @throws the system's error for the first thing that cannot be removed, and the signal's reason */
export function removeTree(path: ByteString, options: RemoveTreeOptions): void {
  const { onRemoved, isDryRun = false, signal } = options;
  // A stack of its own: depth is what others made it.
  const waiting: Array<{ readonly path: ByteString; isEmptied: boolean }> = [{ path, isEmptied: false }];
  for (let item = waiting.at(-1); item !== undefined; item = waiting.at(-1)) {
    signal?.throwIfAborted();
    if (item.isEmptied) {
      if (!isDryRun) rmdirSync(fsPath(item.path));
    } else if (isFolder(item.path)) {
      item.isEmptied = true;
      for (const name of namesIn(item.path)) waiting.push({ path: joinPath(item.path, name), isEmptied: false });
      continue;
    } else if (!isDryRun) {
      unlinkSync(fsPath(item.path));
    }
    waiting.pop();
    onRemoved(item.path);
  }
}

/** Names in a folder as bytes, in no particular order. */
export function namesIn(folder: ByteString): ByteString[] {
  return readdirSync(fsPath(folder), { encoding: 'buffer' }).map((name) => byteStringOf(name));
}

function isFolder(path: ByteString): boolean {
  return lstatSync(fsPath(path)).isDirectory();
}
