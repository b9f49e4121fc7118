import { chmod, mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isIdText } from '../format/ids.ts';

/** Where the parts of a cache lie under its base directory. Repository folders have the layout that stock clients use, so a base
 *  may even be shared with them; what is only ours lies in a folder of its own, whose name they pass over. */
export const MERGED_INDEX_FOLDER = 'lumbung-index';

/** @see https://bford.info/cachedir/ */
const CACHE_TAG = 'Signature: 8a477f597d28d172789f06886806bc55\n';
const DAY_MS = 24 * 60 * 60_000;
/** A cache that was not used for so long is old. */
export const CACHE_OLD_AFTER_DAYS = 30;

export interface CacheDescription {
  readonly repositoryId: string;
  readonly usedAtMs: number;
  readonly sizeBytes: number;
}

/** Makes the base directory, with the tag that tells backup programs to pass it over. */
export async function prepareCacheBase(baseDirectory: string): Promise<void> {
  await mkdir(baseDirectory, { recursive: true, mode: 0o700 });
  const tag = join(baseDirectory, 'CACHEDIR.TAG');
  try {
    await writeFile(tag, CACHE_TAG, { flag: 'wx' });
    await chmod(tag, 0o644);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** Notes that a cache was used now. */
export async function touchCache(directory: string, nowMs: number): Promise<void> {
  await utimes(directory, nowMs / 1000, nowMs / 1000);
}

/** The repositories that have a cache under `baseDirectory`. */
export async function listCaches(baseDirectory: string): Promise<CacheDescription[]> {
  const caches: CacheDescription[] = [];
  for (const name of await namesIn(baseDirectory)) {
    if (!isIdText(name)) continue;
    const { mtimeMs } = await stat(join(baseDirectory, name));
    const sizeBytes =
      (await sizeOf(join(baseDirectory, name))) + (await sizeOf(join(baseDirectory, MERGED_INDEX_FOLDER, name)));
    caches.push({ repositoryId: name, usedAtMs: mtimeMs, sizeBytes });
  }
  return caches;
}

/** Removes the cache of a repository. It may be in use: whoever uses it fetches what he misses. */
export async function removeCache(baseDirectory: string, repositoryId: string): Promise<void> {
  await rm(join(baseDirectory, repositoryId), { recursive: true, force: true });
  await rm(join(baseDirectory, MERGED_INDEX_FOLDER, repositoryId), { recursive: true, force: true });
}

/** Removes caches that were not used for a while.
 *  @returns those removed */
export async function removeOldCaches(
  baseDirectory: string,
  options: { readonly nowMs: number; readonly oldAfterDays?: number },
): Promise<CacheDescription[]> {
  const limitMs = options.nowMs - (options.oldAfterDays ?? CACHE_OLD_AFTER_DAYS) * DAY_MS;
  const old = (await listCaches(baseDirectory)).filter(({ usedAtMs }) => usedAtMs < limitMs);
  for (const { repositoryId } of old) await removeCache(baseDirectory, repositoryId);
  return old;
}

/** Names in a directory; none if it does not exist. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return [];
    throw error;
  }
}

async function sizeOf(path: string): Promise<number> {
  const stats = await stat(path).catch(() => undefined); // vanished, or never was
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.size;
  let sizeBytes = 0;
  for (const name of await namesIn(path)) sizeBytes += await sizeOf(join(path, name));
  return sizeBytes;
}
