import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { forEachParallel } from '@lumbung/stdx';
import type { SourceEntry } from '../entry/source-entry.ts';

/**
 * Writes a dump into a folder, pulling it as a backup does: the next entry is asked for while up to `parallel` are read.
 * A second entry of one path is an error, and so is a path that a careful consumer would refuse.
 *
 * @returns the paths, in the order in which they came
 */
export async function storeEntries(
  entries: Iterable<SourceEntry> | AsyncIterable<SourceEntry>,
  folder: string,
  { parallel = 4 }: { readonly parallel?: number } = {},
): Promise<string[]> {
  const paths: string[] = [];
  await forEachParallel(entries, parallel, async (entry) => {
    paths.push(entry.path);
    const file = innerPath(folder, entry.path);
    await mkdir(path.dirname(file), { recursive: true });
    await pipeline(await entry.open(), createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  });
  return paths;
}

/** Where a file of a tree stands on the disk. Only what every file system keeps apart passes.
 *  @throws Error for a path that would leave the folder, or means another file on another system */
export function innerPath(folder: string, inner: string): string {
  const parts = inner.split('/');
  const isPlain = (part: string): boolean =>
    /^[\x21-\x7e]+$/.test(part) && part !== '.' && part !== '..' && part.length <= 255;
  if (!parts.every(isPlain) || inner.includes('\\')) throw new Error(`not a path of a tree: ${JSON.stringify(inner)}`);
  return path.join(folder, ...parts);
}
