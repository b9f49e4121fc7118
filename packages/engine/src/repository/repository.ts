import type { Backend, CallOptions } from '@lumbung/backend';
import type { RepositoryCache } from '../cache/repository-cache.ts';
import type { CompressionMode } from '../compression/compressor.ts';
import { Compressor } from '../compression/compressor.ts';
import { zstdDecompressUnknown } from '../compression/decompressor.ts';
import type { MasterKey } from '../crypto/master-key.ts';
import { Sealer } from '../crypto/sealer.ts';
import { sha256Hex } from '../crypto/sha256.ts';
import type { RepositoryConfig } from '../format/config-file.ts';
import { isIdText, type KeyId, type PackId } from '../format/ids.ts';
import { decodeUnpacked, encodeUnpacked } from '../format/unpacked-file.ts';
import { type VerifyMode, verifyFailed } from '../pack/pack-builder.ts';
import { fileDamaged } from './file-damage.ts';
import { FreezableBackend } from './freezable-backend.ts';
import type { IndexedRepository } from './indexed-repository.ts';
import { isUnpackedFolder, type RepositoryFolder, type UnpackedFolder, type UnpackedIds } from './layout.ts';
import { type LoadIndexOptions, loadIndex } from './load-index.ts';
import type { RepositoryPorts } from './ports.ts';

/** Index and snapshot files decompress to at most this: the largest that a writer makes (an index of a pack with the longest
 *  header) has a fifth of it. */
const UNPACKED_BYTES_MAX = 512 * 2 ** 20;
/** A sealed file larger than this is not read. */
const SEALED_BYTES_MAX = 512 * 2 ** 20;

/** A tree pack larger than this is read in parts and not cached. */
const CACHED_PACK_BYTES_MAX = 160 * 2 ** 20;

export interface PackRange {
  readonly offset: number;
  readonly length: number;
}

export interface RepositoryParts {
  readonly backend: Backend;
  readonly config: RepositoryConfig;
  readonly keyId: KeyId;
  readonly masterKey: MasterKey;
  readonly ports: RepositoryPorts;
  readonly compression: CompressionMode;
  readonly packSizeBytes: number;
  readonly verify: VerifyMode;
  readonly cache?: RepositoryCache | undefined;
}

/** An opened repository: its password was right and its config makes sense. Blobs need its index: `loadIndex`. */
export class Repository {
  readonly config: RepositoryConfig;
  /** The key that opened it. */
  readonly keyId: KeyId;
  readonly masterKey: MasterKey;
  readonly sealer: Sealer;
  readonly ports: RepositoryPorts;
  readonly compression: CompressionMode;
  /** A pack is closed when it has reached this. */
  readonly packSizeBytes: number;
  readonly verify: VerifyMode;
  readonly cache: RepositoryCache | undefined;
  readonly #backend: FreezableBackend;
  readonly #compressor: Compressor;
  /** Sizes that the last listing of each folder told: they save asking again before a file is read. */
  readonly #sizes: Record<UnpackedFolder, ReadonlyMap<string, number>> = {
    snapshots: new Map(),
    index: new Map(),
    locks: new Map(),
  };

  readonly #treePackFetches = new Map<PackId, Promise<Buffer>>();

  /** Made by `openRepository` and `initRepository`. */
  constructor(parts: RepositoryParts) {
    this.config = parts.config;
    this.keyId = parts.keyId;
    this.masterKey = parts.masterKey;
    this.sealer = new Sealer(parts.masterKey, parts.ports.random);
    this.ports = parts.ports;
    this.compression = parts.compression;
    this.packSizeBytes = parts.packSizeBytes;
    this.verify = parts.verify;
    this.cache = parts.cache;
    this.#backend = new FreezableBackend(parts.backend);
    this.#compressor = new Compressor(parts.compression, { always: true });
  }

  /** The files themselves. Everything but lock files waits while a lost lock is being regained. */
  get backend(): Backend {
    return this.#backend;
  }

  /** Lets only operations on lock files pass until the returned function is called. */
  freeze(): () => void {
    return this.#backend.freeze();
  }

  /** Refuses every save and removal but those of lock files from now on: the lock was lost, and with it the right to write.
   *  Open the repository again to go on. */
  haltWrites(reason: unknown): void {
    this.#backend.halt(reason);
  }

  /** The same repository, its cache passed over: for whoever wants to see what is stored. It is closed with this one. */
  withoutCache(): Repository {
    if (this.cache === undefined) return this;
    const { config, keyId, masterKey, ports, compression, packSizeBytes, verify } = this;
    return new Repository({
      backend: this.#backend,
      config,
      keyId,
      masterKey,
      ports,
      compression,
      packSizeBytes,
      verify,
    });
  }

  loadIndex(options: LoadIndexOptions = {}): Promise<IndexedRepository> {
    return loadIndex(this, options);
  }

  /** The document in a sealed file. A damaged transfer or cache copy is fetched once more.
   *  @throws LumbungError REPOSITORY_FILE_DAMAGED (corruption), BACKEND_* of the backend */
  async loadUnpacked<F extends UnpackedFolder>(
    folder: F,
    id: UnpackedIds[F],
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    const sealed = await this.#loadVerified(folder, id, signal);
    try {
      return decodeUnpacked(this.sealer.open(sealed), {
        decompress: (frame) => zstdDecompressUnknown(frame, UNPACKED_BYTES_MAX),
      });
    } catch (cause) {
      throw fileDamaged(folder, id, 'it cannot be opened', cause);
    }
  }

  /** Seals and stores a document; the id is that of the stored bytes.
   *  @throws LumbungError BLOB_VERIFY_FAILED (bug): not readable right after sealing, nothing was stored */
  async saveUnpacked<F extends UnpackedFolder>(
    folder: F,
    json: Uint8Array,
    options: CallOptions = {},
  ): Promise<UnpackedIds[F]> {
    const sealed = this.#sealUnpacked(json);
    const id = sha256Hex(sealed) as UnpackedIds[F]; // made of the bytes it names
    const file = { folder, name: id };
    try {
      await this.#backend.save(file, [sealed], options);
    } catch (error) {
      // A lock that arrived although its sender was told otherwise would shut everybody out.
      if (folder === 'locks') await this.#backend.remove(file).catch(() => undefined);
      throw error;
    }
    if (folder !== 'locks') await this.cache?.put(folder, id, sealed);
    return id;
  }

  #sealUnpacked(json: Uint8Array): Buffer {
    const encoded = encodeUnpacked(json, this.config.version, (bytes) => this.#compressor.compress(bytes) ?? bytes);
    const sealed = this.sealer.seal(encoded);
    if (this.verify === 'off') return sealed;
    let readBack: Uint8Array;
    try {
      readBack = decodeUnpacked(this.sealer.open(sealed), {
        decompress: (frame) => zstdDecompressUnknown(frame, UNPACKED_BYTES_MAX),
      });
    } catch (cause) {
      throw verifyFailed('a file of the repository', cause);
    }
    if (Buffer.compare(readBack, json) !== 0) throw verifyFailed('a file of the repository');
    return sealed;
  }

  /** Removes a file here and in the cache. Not an error: it is gone already. */
  async removeFile(folder: RepositoryFolder, id: string, options: CallOptions = {}): Promise<void> {
    await this.#backend.remove({ folder, name: id }, options);
    await this.cache?.forget(folder, id);
  }

  /** The files of a folder. Names that are no ids are leftovers and are passed over. Seen to its end, a listing also clears the
   *  cache of what is gone. */
  async *listIds<F extends RepositoryFolder>(
    folder: F,
    options: CallOptions = {},
  ): AsyncGenerator<{ readonly id: FolderId<F>; readonly sizeBytes: number }> {
    const sizes = new Map<string, number>();
    if (isUnpackedFolder(folder)) this.#sizes[folder] = sizes;
    for await (const { name, sizeBytes } of this.#backend.list(folder, options)) {
      if (!isIdText(name)) continue;
      if (isUnpackedFolder(folder)) sizes.set(name, sizeBytes);
      yield { id: name as FolderId<F>, sizeBytes }; // checked above
    }
    if (folder === 'index' || folder === 'snapshots') await this.cache?.retain(folder, new Set(sizes.keys()));
  }

  /** Bytes of a pack. */
  loadPackRange(id: PackId, range: PackRange, options: CallOptions = {}): Promise<Buffer> {
    return this.#backend.load({ folder: 'data', name: id }, range, options);
  }

  /** Bytes of a pack that holds trees: from the cache, which gets the whole pack if it does not have it. */
  async loadTreePackRange(id: PackId, range: PackRange, options: CallOptions = {}): Promise<Buffer> {
    const { cache } = this;
    if (cache === undefined || !cache.keepsFiles) return this.loadPackRange(id, range, options);
    const cached = await cache.getRange('data', id, range);
    if (cached !== undefined) return cached;
    const { sizeBytes } = await this.#backend.stat({ folder: 'data', name: id }, options);
    if (sizeBytes > CACHED_PACK_BYTES_MAX || range.offset + range.length > sizeBytes) {
      return this.loadPackRange(id, range, options);
    }
    const pack = await this.#fetchTreePack(id, cache);
    options.signal?.throwIfAborted();
    return pack.subarray(range.offset, range.offset + range.length);
  }

  /** A whole pack, into the cache. Shared by all who wait for it, so no single caller's signal ends it. */
  #fetchTreePack(id: PackId, cache: RepositoryCache): Promise<Buffer> {
    const present = this.#treePackFetches.get(id);
    if (present !== undefined) return present;
    const fetch = async (): Promise<Buffer> => {
      try {
        const pack = await this.#backend.load({ folder: 'data', name: id });
        if (sha256Hex(pack) === id) await cache.put('data', id, pack);
        return pack;
      } finally {
        this.#treePackFetches.delete(id);
      }
    };
    const fetching = fetch();
    this.#treePackFetches.set(id, fetching);
    return fetching;
  }

  async #loadVerified(folder: UnpackedFolder, id: string, signal: AbortSignal | undefined): Promise<Buffer> {
    if (folder !== 'locks') {
      const cached = await this.cache?.get(folder, id);
      if (cached !== undefined) {
        if (sha256Hex(cached) === id) return cached;
        await this.cache?.forget(folder, id);
      }
    }
    const file = { folder, name: id };
    const sizeBytes = this.#sizes[folder].get(id) ?? (await this.#backend.stat(file, { signal })).sizeBytes;
    if (sizeBytes > SEALED_BYTES_MAX) {
      throw fileDamaged(folder, id, `it has ${sizeBytes} bytes, more than any that is written`);
    }
    for (let attemptIdx = 0; ; attemptIdx += 1) {
      const sealed = await this.#backend.load(file, undefined, { signal });
      if (sha256Hex(sealed) === id) {
        if (folder !== 'locks') await this.cache?.put(folder, id, sealed);
        return sealed;
      }
      if (attemptIdx > 0) throw fileDamaged(folder, id, 'its content is not what its name says');
    }
  }
}

type FolderId<F extends RepositoryFolder> = F extends 'data'
  ? PackId
  : F extends 'keys'
    ? KeyId
    : F extends UnpackedFolder
      ? UnpackedIds[F]
      : never;
