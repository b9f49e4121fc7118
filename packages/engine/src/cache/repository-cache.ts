import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Random } from '@lumbung/stdx';
import { isIdText } from '../format/ids.ts';
import { MERGED_INDEX_FOLDER, namesIn, prepareCacheBase, touchCache } from './cache-directory.ts';

export const CACHED_FOLDERS = ['data', 'index', 'snapshots'] as const;
export type CachedFolder = (typeof CACHED_FOLDERS)[number];

const LAYOUT_VERSION = '1';

export interface CacheOptions {
  readonly baseDirectory: string;
  readonly repositoryId: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Whether files of the repository are worth a copy: not when the repository itself is on a local disk. */
  readonly keepsFiles: boolean;
}

/**
 * Copies of files of one repository on the local disk, as they are stored: sealed. Holds index and snapshot files and packs of trees.
 *
 * A cache is never trusted and never needed: what it returns is verified by the reader, who calls `forget` for what is damaged,
 * and every failure of the disk reads as "not cached". It may be removed at any time.
 */
export class RepositoryCache {
  /** Where our merged index of this repository is kept. */
  readonly mergedIndexPath: string;
  readonly #directory: string;
  readonly #random: Random;
  readonly #keepsFiles: boolean;

  private constructor(options: CacheOptions) {
    this.#directory = join(options.baseDirectory, options.repositoryId);
    this.mergedIndexPath = join(options.baseDirectory, MERGED_INDEX_FOLDER, options.repositoryId);
    this.#random = options.random;
    this.#keepsFiles = options.keepsFiles;
  }

  /** Undefined: the disk does not let us have one, or its layout is of a later version. */
  static async open(options: CacheOptions): Promise<RepositoryCache | undefined> {
    const cache = new RepositoryCache(options);
    try {
      await prepareCacheBase(options.baseDirectory);
      await cache.#prepare(options.clock.nowMs());
      return cache;
    } catch {
      return undefined; // a command without cache is slower, not wrong
    }
  }

  /** Whether index, snapshot and tree pack files are kept. */
  get keepsFiles(): boolean {
    return this.#keepsFiles;
  }

  async get(folder: CachedFolder, id: string): Promise<Buffer | undefined> {
    if (!this.#keepsFiles) return undefined;
    try {
      return await readFile(this.#pathOf(folder, id));
    } catch {
      return undefined; // not cached, or not readable, which is the same
    }
  }

  /** Exactly the range, or undefined. */
  async getRange(
    folder: CachedFolder,
    id: string,
    range: { readonly offset: number; readonly length: number },
  ): Promise<Buffer | undefined> {
    if (!this.#keepsFiles) return undefined;
    try {
      await using file = await open(this.#pathOf(folder, id));
      const bytes = Buffer.allocUnsafeSlow(range.length);
      const { bytesRead } = await file.read(bytes, 0, range.length, range.offset);
      return bytesRead === range.length ? bytes : undefined;
    } catch {
      return undefined; // as above
    }
  }

  async put(folder: CachedFolder, id: string, bytes: Uint8Array): Promise<void> {
    if (!this.#keepsFiles) return;
    const path = this.#pathOf(folder, id);
    const temporary = join(this.#directory, folder, id.slice(0, 2), `tmp-${this.#random.bytes(8).toString('hex')}`);
    try {
      await mkdir(join(this.#directory, folder, id.slice(0, 2)), { recursive: true, mode: 0o700 });
      await writeFile(temporary, bytes, { mode: 0o600 });
      await rename(temporary, path);
    } catch {
      // No room or no permission: then it is not cached.
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  async forget(folder: string, id: string): Promise<void> {
    if (!isCachedFolder(folder)) return;
    await rm(this.#pathOf(folder, id), { force: true }).catch(() => undefined); // it stays, and is verified again next time
  }

  /** Removes the files of a folder that the repository does not have any more. */
  async retain(folder: CachedFolder, ids: ReadonlySet<string>): Promise<void> {
    if (!this.#keepsFiles) return;
    try {
      for (const shard of await namesIn(join(this.#directory, folder))) {
        for (const name of await namesIn(join(this.#directory, folder, shard))) {
          if (isIdText(name) && !ids.has(name)) await this.forget(folder, name);
        }
      }
    } catch {
      // What cannot be listed stays; it costs room only.
    }
  }

  async #prepare(nowMs: number): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const versionFile = join(this.#directory, 'version');
    const version = await readFile(versionFile, 'utf8').catch(() => undefined); // a new cache
    if (version === undefined) await writeFile(versionFile, LAYOUT_VERSION, { mode: 0o600 });
    else if (version.trim() !== LAYOUT_VERSION) throw new Error(`cache layout ${version.trim()}`);
    await touchCache(this.#directory, nowMs);
  }

  #pathOf(folder: CachedFolder, id: string): string {
    return join(this.#directory, folder, id.slice(0, 2), id);
  }
}

function isCachedFolder(folder: string): folder is CachedFolder {
  return CACHED_FOLDERS.some((cached) => cached === folder);
}
