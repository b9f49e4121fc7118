import type { Dirent, Stats } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  type FileHandle as OpenFile,
  open,
  readdir,
  rename,
  rm,
  stat,
  unlink,
} from 'node:fs/promises';
import path from 'node:path';
import { errnoOf, forEachParallel, LumbungError, mapParallel, type Random } from '@lumbung/stdx';
import type { Backend, BackendProperties, ByteRange, CallOptions, FileHandle, FileInfo, Layout } from '../backend.ts';
import { fileMissing } from '../driver-errors.ts';
import { checkFolder, checkHandle, checkRange, isFileName } from '../file-name.ts';
import { translating } from './file-errors.ts';
import { FolderSync } from './folder-sync.ts';
import { isOnOwnDisk } from './own-disk.ts';
import { notAFile, readRange } from './read-file.ts';

const SHARD_COUNT = 256;
const MKDIRS_IN_FLIGHT_MAX = 16;
/** Sizes asked for at once while a folder is listed, and the files told in one go. */
const STATS_IN_FLIGHT_MAX = 16;
const LISTED_AT_ONCE_MAX = 512;
const CANNOT_SYNC = new Set(['ENOTSUP', 'EOPNOTSUPP', 'ENOTTY', 'EINVAL']);

interface Modes {
  readonly folder: number;
  readonly writing: number;
  readonly stored: number;
}

const PRIVATE_MODES: Modes = { folder: 0o700, writing: 0o600, stored: 0o400 };
/** A repository that is shared by a group says so on the file that names it. */
const GROUP_MODES: Modes = { folder: 0o770, writing: 0o660, stored: 0o440 };
const GROUP_READ = 0o040;

export interface LocalBackendOptions {
  readonly path: string;
  readonly layout: Layout;
  readonly random: Random;
  /** The file whose group-read bit decides whether the group may read what is written. */
  readonly modeFile?: FileHandle;
}

/** Opens a folder as a backend; it need not exist yet.
 *  @throws LumbungError BACKEND_NOT_A_FOLDER, BACKEND_ACCESS_DENIED (operator), BACKEND_UNAVAILABLE (transient) */
export async function openLocalBackend(options: LocalBackendOptions): Promise<Backend> {
  const { modeFile } = options;
  const root = path.resolve(options.path);
  const isShared = await translating(root, async () => {
    const found = await statIfThere(root);
    if (found !== undefined && !found.isDirectory()) throw notAFolder(root);
    if (modeFile === undefined) return false;
    const marker = await statIfThere(path.join(root, modeFile.folder, modeFile.name));
    return marker !== undefined && (marker.mode & GROUP_READ) !== 0;
  });
  return new LocalBackend(root, options, isShared ? GROUP_MODES : PRIVATE_MODES, await isOnOwnDisk(root));
}

async function statIfThere(file: string): Promise<Stats | undefined> {
  try {
    return await stat(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A folder of a mounted file system. Files are written beside their name, synced, and renamed. */
class LocalBackend implements Backend {
  readonly location: string;
  readonly properties: BackendProperties;
  readonly #layout: Layout;
  readonly #random: Random;
  readonly #modes: Modes;
  readonly #folderSync = new FolderSync();
  /** Folders that exist but whose own names are not durable yet. */
  readonly #making = new Map<string, Promise<void>>();

  constructor(root: string, options: LocalBackendOptions, modes: Modes, hasPromptListings: boolean) {
    this.location = root;
    this.properties = { hasAtomicReplace: true, connectionsMax: 4, isLocal: true, hasPromptListings };
    this.#layout = options.layout;
    this.#random = options.random;
    this.#modes = modes;
  }

  async create(options?: CallOptions): Promise<void> {
    const { folders, shardedFolders } = this.#layout;
    const shards = shardedFolders.flatMap((folder) =>
      Array.from({ length: SHARD_COUNT }, (_, shard) => path.join(folder, shard.toString(16).padStart(2, '0'))),
    );
    for (const level of [[''], folders, shards]) {
      await forEachParallel(level, MKDIRS_IN_FLIGHT_MAX, async (folder) => {
        options?.signal?.throwIfAborted();
        await this.#makeFolder(path.join(this.location, folder));
      });
    }
  }

  async save(file: FileHandle, parts: readonly Uint8Array[], options?: CallOptions): Promise<void> {
    const signal = options?.signal;
    signal?.throwIfAborted();
    const target = this.#pathOf(file);
    const folder = path.dirname(target);
    await translating(
      target,
      async () => {
        const temporary = `${target}-tmp-${this.#random.bytes(8).toString('hex')}`;
        try {
          await this.#write(temporary, parts, signal);
          signal?.throwIfAborted();
          await rename(temporary, target);
        } catch (error) {
          await removeLeftover(temporary);
          throw error;
        }
        await this.#making.get(folder);
        await this.#folderSync.sync(folder);
        await this.#protect(target);
      },
      signal,
    );
  }

  async load(file: FileHandle, range?: ByteRange, options?: CallOptions): Promise<Buffer> {
    const signal = options?.signal;
    signal?.throwIfAborted();
    const source = this.#pathOf(file);
    checkRange(range);
    return await translating(source, () => readRange(source, range, signal), signal);
  }

  async stat(file: FileHandle, options?: CallOptions): Promise<FileInfo> {
    options?.signal?.throwIfAborted();
    const source = this.#pathOf(file);
    const found = await translating(source, () => stat(source));
    if (!found.isFile()) throw notAFile(source);
    return { name: file.name, sizeBytes: found.size };
  }

  async *list(folder: string, options?: CallOptions): AsyncGenerator<FileInfo> {
    checkFolder(folder, this.#layout);
    options?.signal?.throwIfAborted();
    const root = path.join(this.location, folder);
    if (!this.#layout.shardedFolders.includes(folder)) {
      yield* this.#listOne(root, options);
      return;
    }
    for (const shard of await this.#entries(root)) {
      if (shard.isDirectory()) yield* this.#listOne(path.join(root, shard.name), options);
    }
  }

  async remove(file: FileHandle, options?: CallOptions): Promise<void> {
    options?.signal?.throwIfAborted();
    const target = this.#pathOf(file);
    await translating(target, async () => {
      try {
        await unlink(target);
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return;
        throw error;
      }
      // Else a power cut could bring back a snapshot whose packs, removed after it, stay away. Files of sharded folders
      // come in thousands, a sync of each costs 3 ms, and one of them that comes back is only space.
      if (!this.#layout.shardedFolders.includes(file.folder)) await this.#folderSync.sync(path.dirname(target));
    });
  }

  async close(): Promise<void> {
    // Nothing stays open between calls.
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #pathOf(file: FileHandle): string {
    checkHandle(file, this.#layout);
    const { folder, name } = file;
    const shard = this.#layout.shardedFolders.includes(folder) ? name.slice(0, 2) : '';
    return path.join(this.location, folder, shard, name);
  }

  async #write(temporary: string, parts: readonly Uint8Array[], signal: AbortSignal | undefined): Promise<void> {
    await using handle = await this.#openNew(temporary);
    for (const part of parts) {
      for (let written = 0; written < part.length; ) {
        signal?.throwIfAborted();
        const { bytesWritten } = await handle.write(part, written, part.length - written);
        written += bytesWritten;
      }
    }
    try {
      await handle.sync();
    } catch (error) {
      if (!CANNOT_SYNC.has(errnoOf(error) ?? '')) throw error;
    }
  }

  async #openNew(temporary: string): Promise<OpenFile> {
    try {
      return await open(temporary, 'wx', this.#modes.writing);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      // Somebody may have cleared an empty folder away.
      await this.#makeFolder(path.dirname(temporary));
      return await open(temporary, 'wx', this.#modes.writing);
    }
  }

  /** Makes the folder and those above it that are missing, and waits until their names are durable: a file in a folder
   *  that a power cut takes away would be gone with it. */
  async #makeFolder(folder: string): Promise<void> {
    let making = this.#making.get(folder);
    if (making === undefined) {
      making = this.#makeNewFolder(folder).finally(() => this.#making.delete(folder));
      this.#making.set(folder, making);
    }
    await making;
  }

  // Not by `mkdir` with `recursive`: that hides what is wrong (ENOENT on a medium that is read-only), and does not wait.
  async #makeNewFolder(folder: string): Promise<void> {
    await translating(folder, async () => {
      let errno = await this.#tryMkdir(folder);
      if (errno === 'ENOENT' && path.dirname(folder) !== folder) {
        await this.#makeFolder(path.dirname(folder));
        errno = await this.#tryMkdir(folder);
      }
      if (errno === 'EEXIST') {
        if (!(await stat(folder)).isDirectory()) throw notAFolder(folder);
        return;
      }
      if (errno === 'ENOENT') throw fileMissing(folder);
      await this.#folderSync.sync(path.dirname(folder));
    });
  }

  async #tryMkdir(folder: string): Promise<'ENOENT' | 'EEXIST' | undefined> {
    try {
      await mkdir(folder, { mode: this.#modes.folder });
      return undefined;
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'ENOENT' || errno === 'EEXIST') return errno;
      throw error;
    }
  }

  /** Stored files never change: nobody should by mistake. Where modes mean nothing, nothing is lost. */
  async #protect(target: string): Promise<void> {
    try {
      await chmod(target, this.#modes.stored);
    } catch (error) {
      const errno = errnoOf(error);
      // Gone already: somebody else removed it, which is theirs to do.
      if (errno !== 'EPERM' && errno !== 'ENOTSUP' && errno !== 'EOPNOTSUPP' && errno !== 'ENOENT') throw error;
    }
  }

  async #entries(folder: string): Promise<Dirent[]> {
    return await translating(folder, async () => {
      try {
        return await readdir(folder, { withFileTypes: true });
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return [];
        throw error;
      }
    });
  }

  async *#listOne(folder: string, options: CallOptions | undefined): AsyncGenerator<FileInfo> {
    const entries = await this.#entries(folder);
    for (let begin = 0; begin < entries.length; begin += LISTED_AT_ONCE_MAX) {
      options?.signal?.throwIfAborted();
      const names = entries
        .slice(begin, begin + LISTED_AT_ONCE_MAX)
        .filter((entry) => entry.isFile() && isFileName(entry.name))
        .map(({ name }) => name);
      const found = await mapParallel(names, STATS_IN_FLIGHT_MAX, (name) => sizeIfThere(path.join(folder, name), name));
      for (const info of found) if (info !== undefined) yield info;
    }
    options?.signal?.throwIfAborted();
  }
}

async function sizeIfThere(file: string, name: string): Promise<FileInfo | undefined> {
  return await translating(file, async () => {
    try {
      const { size } = await lstat(file);
      return { name, sizeBytes: size };
    } catch (error) {
      // Removed since its folder was read.
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  });
}

async function removeLeftover(temporary: string): Promise<void> {
  try {
    await rm(temporary, { force: true });
  } catch {
    // What made the save fail is what the caller must hear; a leftover is nobody's file and is never listed.
  }
}

function notAFolder(place: string): LumbungError {
  return new LumbungError('BACKEND_NOT_A_FOLDER', {
    kind: 'operator',
    message: `${place} is not a folder`,
    context: { place },
    hint: 'name a folder for the repository',
  });
}
