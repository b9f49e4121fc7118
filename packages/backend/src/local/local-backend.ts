import { chmod, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf, forEachParallel, LumbungError, type Random } from '@lumbung/stdx';
import type { Backend, BackendProperties, ByteRange, CallOptions, FileHandle, FileInfo, Layout } from '../backend.ts';
import { checkHandle } from '../file-name.ts';
import { translating } from './file-errors.ts';
import { FolderSync } from './folder-sync.ts';

const SHARD_COUNT = 256;
/** Sizes asked for at once while a folder is listed. */
const STATS_IN_FLIGHT_MAX = 16;
const CANNOT_SYNC = new Set(['ENOTSUP', 'EOPNOTSUPP', 'ENOTTY', 'EINVAL']);

interface Modes {
  readonly folder: number;
  readonly writing: number;
  readonly stored: number;
}

const PRIVATE_MODES: Modes = { folder: 0o700, writing: 0o600, stored: 0o400 };
/** A repository that is shared by a group says so on the file that names it. */
const GROUP_MODES: Modes = { folder: 0o770, writing: 0o660, stored: 0o440 };

export interface LocalBackendOptions {
  readonly path: string;
  readonly layout: Layout;
  readonly random: Random;
  /** The file whose group-read bit decides whether the group may read what is written. */
  readonly modeFile?: FileHandle;
}

/** Opens a folder as a backend; it need not exist yet. @throws LumbungError BACKEND_NOT_A_FOLDER, BACKEND_* (operator) */
export async function openLocalBackend(options: LocalBackendOptions): Promise<Backend> {
  const { modeFile } = options;
  const root = path.resolve(options.path);
  await translating(root, async () => {
    const found = await statOrUndefined(root);
    if (found !== undefined && !found.isDirectory()) {
      throw new LumbungError('BACKEND_NOT_A_FOLDER', {
        kind: 'operator',
        message: `${root} is not a folder`,
        context: { path: root },
        hint: 'name a folder for the repository',
      });
    }
  });
  const marker =
    modeFile === undefined ? undefined : await statOrUndefined(path.join(root, modeFile.folder, modeFile.name));
  const isShared = marker !== undefined && (Number(marker.mode) & 0o040) !== 0;
  return new LocalBackend(root, options, isShared ? GROUP_MODES : PRIVATE_MODES);
}

async function statOrUndefined(file: string): Promise<Awaited<ReturnType<typeof stat>> | undefined> {
  try {
    return await stat(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** A folder of a mounted file system. Files are written beside their name, synced, and renamed. */
class LocalBackend implements Backend {
  readonly location: string;
  readonly properties: BackendProperties = { hasAtomicReplace: true, connectionsMax: 4, isLocal: true };
  readonly #layout: Layout;
  readonly #random: Random;
  readonly #modes: Modes;
  readonly #folderSync = new FolderSync();

  constructor(root: string, options: LocalBackendOptions, modes: Modes) {
    this.location = root;
    this.#layout = options.layout;
    this.#random = options.random;
    this.#modes = modes;
  }

  async create(options?: CallOptions): Promise<void> {
    const { folders, shardedFolders } = this.#layout;
    const shards = shardedFolders.flatMap((folder) =>
      Array.from({ length: SHARD_COUNT }, (_, shard) => path.join(folder, shard.toString(16).padStart(2, '0'))),
    );
    for (const folder of ['', ...folders, ...shards]) {
      options?.signal?.throwIfAborted();
      await this.#makeFolder(path.join(this.location, folder));
    }
  }

  async save(file: FileHandle, parts: readonly Uint8Array[], options?: CallOptions): Promise<void> {
    options?.signal?.throwIfAborted();
    const target = this.#pathOf(file);
    const folder = path.dirname(target);
    const temporary = `${target}-tmp-${this.#random.bytes(8).toString('hex')}`;
    await translating(target, async () => {
      try {
        await this.#write(temporary, parts, options?.signal);
        options?.signal?.throwIfAborted();
        await rename(temporary, target);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
      await this.#folderSync.sync(folder);
      await this.#protect(target);
    });
  }

  async load(file: FileHandle, range?: ByteRange, options?: CallOptions): Promise<Buffer> {
    options?.signal?.throwIfAborted();
    const source = this.#pathOf(file);
    return await translating(source, async () => {
      await using handle = await open(source, 'r');
      const { size } = await handle.stat();
      const offset = range?.offset ?? 0;
      const length = range?.length ?? size - offset;
      if (length < 0 || offset + length > size) throw truncated(source, size);
      const content = Buffer.allocUnsafeSlow(length);
      for (let filled = 0; filled < length; ) {
        options?.signal?.throwIfAborted();
        const { bytesRead } = await handle.read(content, filled, length - filled, offset + filled);
        if (bytesRead === 0) throw truncated(source, offset + filled);
        filled += bytesRead;
      }
      return content;
    });
  }

  async stat(file: FileHandle, options?: CallOptions): Promise<FileInfo> {
    options?.signal?.throwIfAborted();
    const source = this.#pathOf(file);
    const { size } = await translating(source, () => stat(source));
    return { name: file.name, sizeBytes: size };
  }

  async *list(folder: string, options?: CallOptions): AsyncGenerator<FileInfo> {
    const root = path.join(this.location, folder);
    if (folder === '' || !this.#layout.shardedFolders.includes(folder)) {
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
        if (errnoOf(error) !== 'ENOENT') throw error;
      }
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

  async #openNew(temporary: string): ReturnType<typeof open> {
    try {
      return await open(temporary, 'wx', this.#modes.writing);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      // Somebody may have cleared an empty folder away.
      await this.#makeFolder(path.dirname(temporary));
      return await open(temporary, 'wx', this.#modes.writing);
    }
  }

  async #makeFolder(folder: string): Promise<void> {
    await translating(folder, () => mkdir(folder, { recursive: true, mode: this.#modes.folder }));
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

  async #entries(folder: string): Promise<import('node:fs').Dirent[]> {
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
    options?.signal?.throwIfAborted();
    const names = (await this.#entries(folder)).filter((entry) => entry.isFile()).map(({ name }) => name);
    const found: FileInfo[] = [];
    await forEachParallel(names, STATS_IN_FLIGHT_MAX, async (name) => {
      const info = await translating(folder, () => statOrUndefined(path.join(folder, name)));
      if (info !== undefined) found.push({ name, sizeBytes: Number(info.size) });
    });
    yield* found;
  }
}

function truncated(source: string, sizeBytes: number): LumbungError {
  return new LumbungError('BACKEND_FILE_TRUNCATED', {
    kind: 'corruption',
    message: `${source} is shorter than it should be (${sizeBytes} bytes)`,
    context: { path: source, sizeBytes },
    hint: 'run lumbung check',
  });
}
