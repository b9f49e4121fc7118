import { assert, Semaphore } from '@lumbung/stdx';
import { Compressor } from '../compression/compressor.ts';
import { sha256 } from '../crypto/sha256.ts';
import { type BlobId, idBytes, idHex } from '../format/ids.ts';
import { BLOB_TYPES, type BlobType } from '../format/pack-header.ts';
import { PackBuffers } from '../pack/pack-buffers.ts';
import { type FinishedPack, PackBuilder, type UnfinishedPack } from '../pack/pack-builder.ts';
import { IndexSaver } from './index-saver.ts';
import type { IndexedRepository } from './indexed-repository.ts';

/** Packs that are filled at once for each type; each blob takes one by chance, so that the sizes of packs tell an
 *  observer less about the sizes of chunks. */
const OPEN_PACKS_PER_TYPE = 2;
/** Buffers of stored packs kept to be filled again. Each holds a pack's worth of memory. */
const IDLE_BUFFERS_MAX = 2;

export interface SaveOptions {
  /** The SHA-256 of the plaintext, if the caller knows it. */
  readonly id?: BlobId;
  /** Store it even if the repository has it: to replace a damaged copy. */
  readonly force?: boolean;
}

export interface SavedBlob {
  readonly id: BlobId;
  /** False: the repository or this writer had it. */
  readonly isNew: boolean;
  /** Bytes that it takes in its pack; 0 if it is not new. */
  readonly storedBytes: number;
}

export interface WriterStats {
  readonly dataBlobs: number;
  readonly treeBlobs: number;
  /** Bytes of the new blobs as they were given. */
  readonly plainBytes: number;
  /** Bytes of the new blobs in their packs. */
  readonly storedBytes: number;
  /** Packs stored, those of workers too. */
  readonly packs: number;
  /** Bytes of the packs stored. */
  readonly packBytes: number;
}

/**
 * Stores blobs: packs them, uploads the packs, indexes what is uploaded.
 *
 * Order, on which every reader relies: a pack enters the index in memory only after its upload succeeded, an index file is
 * saved only after all packs it names. `flush` ends with the last index file; a snapshot may be written after it.
 *
 * States: working → (flush) → working … , and broken from the first failure on: that failure is thrown by every later call,
 * uploads under way are cancelled, nothing more is written.
 *
 * @see docs/design/repository-format.md#order-of-writes
 */
export class BlobWriter {
  readonly #indexed: IndexedRepository;
  readonly #compressors: Readonly<Record<BlobType, Compressor>>;
  readonly #buffers: PackBuffers;
  readonly #open: Readonly<Record<BlobType, readonly PackBuilder[]>>;
  /** Blobs that are in a pack but not yet in the index. */
  readonly #pending: Readonly<Record<BlobType, Set<BlobId>>> = { data: new Set(), tree: new Set() };
  readonly #uploads: Semaphore;
  readonly #underWay = new Set<Promise<void>>();
  readonly #indexSaver: IndexSaver;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #failure: { readonly error: unknown } | undefined;
  #chance: Buffer = Buffer.alloc(0);
  #chanceAt = 0;
  readonly #stats = { dataBlobs: 0, treeBlobs: 0, plainBytes: 0, storedBytes: 0, packs: 0, packBytes: 0 };

  constructor(indexed: IndexedRepository, options: { readonly signal?: AbortSignal | undefined } = {}) {
    const { repository } = indexed;
    const uploadsInFlightMax = Math.max(1, repository.backend.properties.connectionsMax);
    this.#indexed = indexed;
    this.#compressors = compressorsOf(repository.config.version, repository.compression);
    this.#buffers = new PackBuffers(IDLE_BUFFERS_MAX);
    this.#open = { data: this.#newBuilders(), tree: this.#newBuilders() };
    this.#uploads = new Semaphore(uploadsInFlightMax);
    this.#signal =
      options.signal === undefined ? this.#stop.signal : AbortSignal.any([options.signal, this.#stop.signal]);
    this.#indexSaver = new IndexSaver(repository, this.#signal);
  }

  get stats(): WriterStats {
    return { ...this.#stats };
  }

  /** Whether the blob is stored, or on its way. */
  has(type: BlobType, id: BlobId): boolean {
    return this.#pending[type].has(id) || this.#indexed.index.findHex(type, id) >= 0;
  }

  /** Stores a blob unless it is stored. Resolves at once while there is room; waits for an upload when a pack is full and all
   *  connections are busy. The plaintext is not needed after the call returned its promise. */
  async save(type: BlobType, plaintext: Uint8Array, options: SaveOptions = {}): Promise<SavedBlob> {
    this.#refuseWhenBroken();
    const rawId = options.id === undefined ? sha256(plaintext) : idBytes(options.id);
    const id = options.id ?? (idHex(rawId) as BlobId); // 32 bytes of a hash
    const pending = this.#pending[type];
    if (options.force !== true && (pending.has(id) || this.#indexed.index.find(type, rawId) >= 0)) {
      return { id, isNew: false, storedBytes: 0 };
    }
    let storedBytes: number;
    const builder = this.#pickBuilder(type);
    try {
      const compressed = plaintext.length === 0 ? undefined : this.#compressors[type].compress(plaintext);
      storedBytes = builder.add({ type, id: rawId, plaintext, compressed });
    } catch (error) {
      throw this.#break(error);
    }
    pending.add(id);
    this.#count(type, plaintext.length, storedBytes);
    if (builder.isFull()) await this.#startUpload(builder.finish());
    return { id, isNew: true, storedBytes };
  }

  /** Stores a pack that was built elsewhere, a worker thread. Resolves when it is durable and in the index; its bytes are the caller's again. */
  async savePack(pack: FinishedPack): Promise<void> {
    this.#refuseWhenBroken();
    await this.#uploads.acquire();
    await this.#track(this.#upload(pack, 'caller'));
    this.#refuseWhenBroken();
  }

  /** Takes over the blobs of a pack that a worker left unfinished; its bytes are the caller's again afterwards. */
  async saveUnfinished(rest: UnfinishedPack): Promise<void> {
    for (const blob of rest.blobs) {
      this.#refuseWhenBroken();
      const { type, offset, lengthBytes, uncompressedBytes } = blob;
      const builder = this.#pickBuilder(type);
      builder.addSealed({
        type,
        id: idBytes(blob.id),
        sealed: rest.bytes.subarray(offset, offset + lengthBytes),
        uncompressedBytes,
      });
      this.#pending[type].add(blob.id);
      if (builder.isFull()) await this.#startUpload(builder.finish());
    }
  }

  /** Stores everything that was saved so far: packs, then index. No `save` may be under way. */
  async flush(): Promise<void> {
    this.#refuseWhenBroken();
    for (const type of BLOB_TYPES) {
      for (const builder of this.#mergedRests(type)) await this.#startUpload(builder.finish());
    }
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    this.#refuseWhenBroken();
    try {
      await this.#indexSaver.flush();
    } catch (error) {
      throw this.#break(error);
    }
  }

  /** The builders of a type that hold something; two rests that fit into one pack are one. */
  #mergedRests(type: BlobType): PackBuilder[] {
    const [first, ...others] = this.#open[type].filter((builder) => builder.blobCount > 0);
    if (first === undefined) return [];
    const rests = [first];
    for (const other of others) {
      if (first.sizeBytes + other.sizeBytes >= this.#indexed.repository.packSizeBytes) {
        rests.push(other);
        continue;
      }
      const rest = other.takeUnfinished();
      first.addUnfinished(rest);
      this.#buffers.give(rest.bytes);
    }
    return rests;
  }

  #pickBuilder(type: BlobType): PackBuilder {
    const builder = this.#open[type][this.#coin() % OPEN_PACKS_PER_TYPE];
    assert(builder !== undefined, 'there is a builder for each open pack');
    return builder;
  }

  #newBuilders(): PackBuilder[] {
    const { sealer, packSizeBytes, verify } = this.#indexed.repository;
    const options = { sealer, targetSizeBytes: packSizeBytes, verify, buffers: this.#buffers };
    return Array.from({ length: OPEN_PACKS_PER_TYPE }, () => new PackBuilder(options));
  }

  #coin(): number {
    if (this.#chanceAt >= this.#chance.length) {
      this.#chance = this.#indexed.repository.ports.random.bytes(256);
      this.#chanceAt = 0;
    }
    const value = this.#chance[this.#chanceAt] ?? 0;
    this.#chanceAt += 1;
    return value;
  }

  /** Waits for a free connection, then lets the upload run. */
  async #startUpload(pack: FinishedPack): Promise<void> {
    await this.#uploads.acquire();
    void this.#track(this.#upload(pack, 'pool'));
    this.#refuseWhenBroken();
  }

  /** Never rejects: a failure breaks the writer. */
  #track(upload: Promise<void>): Promise<void> {
    const tracked: Promise<void> = upload
      .catch((error: unknown) => {
        this.#break(error);
      })
      .finally(() => {
        this.#uploads.release();
        this.#underWay.delete(tracked);
      });
    this.#underWay.add(tracked);
    return tracked;
  }

  async #upload(pack: FinishedPack, bytesBelongTo: 'caller' | 'pool'): Promise<void> {
    this.#refuseWhenBroken();
    const { repository, index } = this.#indexed;
    await repository.backend.save({ folder: 'data', name: pack.id }, [pack.bytes], { signal: this.#signal });
    const isTreePack = pack.blobs.some(({ type }) => type === 'tree');
    if (isTreePack) await repository.cache?.put('data', pack.id, pack.bytes);
    this.#stats.packs += 1;
    this.#stats.packBytes += pack.bytes.length;
    if (bytesBelongTo === 'pool') this.#buffers.give(pack.bytes);
    index.addPack(pack.id, pack.blobs);
    for (const { type, id } of pack.blobs) this.#pending[type].delete(id);
    await this.#indexSaver.add({ id: pack.id, blobs: pack.blobs });
  }

  #count(type: BlobType, plainBytes: number, storedBytes: number): void {
    if (type === 'data') this.#stats.dataBlobs += 1;
    else this.#stats.treeBlobs += 1;
    this.#stats.plainBytes += plainBytes;
    this.#stats.storedBytes += storedBytes;
  }

  /** Returns the failure that broke the writer, which may be an earlier one. */
  #break(error: unknown): unknown {
    if (this.#failure === undefined) {
      this.#failure = { error };
      this.#stop.abort(error);
    }
    return this.#failure.error;
  }

  #refuseWhenBroken(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#signal.aborted) throw this.#break(this.#signal.reason);
  }
}

function compressorsOf(
  version: number,
  mode: ConstructorParameters<typeof Compressor>[0],
): Readonly<Record<BlobType, Compressor>> {
  // Version 1 knows no compression; in version 2 trees are always compressed.
  if (version < 2) return { data: new Compressor('off'), tree: new Compressor('off') };
  return { data: new Compressor(mode), tree: new Compressor(mode, { always: true }) };
}
