import { isLumbungError, LumbungError } from '@lumbung/stdx';
import type { BlobIndex } from '../blob-index/blob-index.ts';
import type { BlobId, IndexId, PackId } from '../format/ids.ts';
import type { BlobType } from '../format/pack-header.ts';
import { parseTree, type TreeNode } from '../format/tree.ts';
import { type BlobFault, BlobOpener, blobDamaged } from '../pack/blob-opener.ts';
import { BlobWriter } from './blob-writer.ts';
import { isDamage } from './file-damage.ts';
import { planRangedReads } from './ranged-reads.ts';
import type { Repository } from './repository.ts';
import { TreeWindows } from './tree-windows.ts';

export interface ReadPackOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called for a blob of which no location is readable; without it the first such blob rejects the call. */
  readonly onDamaged?: ((entry: number, error: LumbungError) => Promise<void> | void) | undefined;
}

/** An opened repository and its index: blobs can be loaded and stored. */
export class IndexedRepository {
  readonly repository: Repository;
  readonly index: BlobIndex;
  /** The index files that were loaded, each with the numbers of the packs that it names. */
  readonly indexFiles: ReadonlyMap<IndexId, readonly number[]>;
  readonly #opener: BlobOpener;
  readonly #trees: TreeWindows;

  /** Made by `Repository.loadIndex`. */
  constructor(repository: Repository, index: BlobIndex, indexFiles: ReadonlyMap<IndexId, readonly number[]>) {
    this.repository = repository;
    this.index = index;
    this.indexFiles = indexFiles;
    this.#opener = new BlobOpener(repository.sealer);
    this.#trees = new TreeWindows(repository, index);
  }

  hasBlob(type: BlobType, id: BlobId): boolean {
    return this.index.findHex(type, id) >= 0;
  }

  /** A blob, verified. Tries every location of it.
   *  @throws LumbungError BLOB_MISSING (corruption): in no index; BLOB_DAMAGED (corruption): no location is readable, the
   *  context names the last; BACKEND_* where trying again may help */
  async loadBlob(type: BlobType, id: BlobId, signal?: AbortSignal): Promise<Buffer> {
    const entries = this.index.locationsOf(type, id);
    if (entries.length === 0) throw blobMissing(type, id);
    if (type === 'tree') {
      for (const entry of entries) {
        const plaintext = await this.#loadFromWindow(entry, signal);
        if (plaintext !== undefined) return plaintext;
      }
    }
    let failure: unknown;
    for (const entry of entries) {
      try {
        return await this.#loadEntry(entry, signal);
      } catch (error) {
        signal?.throwIfAborted();
        // What may work on another try says more than what is broken for good.
        if (failure === undefined || isDamage(failure)) failure = error;
      }
    }
    throw failure;
  }

  async loadTree(id: BlobId, signal?: AbortSignal): Promise<TreeNode[]> {
    return parseTree(await this.loadTreeBytes(id, signal));
  }

  loadTreeBytes(id: BlobId, signal?: AbortSignal): Promise<Buffer> {
    return this.loadBlob('tree', id, signal);
  }

  /** The tree if its bytes are in memory already, which is usual for a tree near another one that was loaded; otherwise, and when
   *  it is damaged, undefined: then `loadTreeBytes` knows more. */
  tryLoadTreeNow(id: string): Buffer | undefined {
    for (let entry = this.index.findHex('tree', id); entry >= 0; entry = this.index.next(entry)) {
      const sealed = this.#trees.peek(entry);
      const plaintext = sealed === undefined ? undefined : this.#tryOpen(entry, sealed);
      if (plaintext !== undefined) return plaintext;
    }
    return undefined;
  }

  /**
   * Reads blobs of one pack in few requests, in the order of their offsets, and hands each to `consume`, one after the other.
   * A blob that is damaged there is loaded from its other locations.
   *
   * @param entries of this pack; the same one twice is handed over twice
   * @throws LumbungError BLOB_DAMAGED (corruption) unless `onDamaged` takes it, BACKEND_*, what `consume` throws
   */
  async loadBlobsOfPack(
    packNr: number,
    entries: readonly number[],
    consume: (entry: number, plaintext: Buffer) => Promise<void> | void,
    options: ReadPackOptions = {},
  ): Promise<void> {
    const { index, repository } = this;
    const { signal } = options;
    const pack = index.packId(packNr);
    for (const read of planRangedReads(index, entries, repository.backend.properties.isLocal)) {
      signal?.throwIfAborted();
      let bytes: Buffer | undefined;
      try {
        bytes = await repository.loadPackRange(pack, { offset: read.offset, length: read.lengthBytes }, { signal });
      } catch (error) {
        signal?.throwIfAborted();
        if (!isDamage(error)) throw error;
        // A missing or shorter pack: each blob looks for itself what can be had.
      }
      for (const entry of read.entries) {
        const at = index.offsetOf(entry) - read.offset;
        let plaintext =
          bytes === undefined ? undefined : this.#tryOpen(entry, bytes.subarray(at, at + index.lengthOf(entry)));
        if (plaintext === undefined) {
          try {
            plaintext = await this.loadBlob(index.typeOf(entry), index.idOf(entry), signal);
          } catch (error) {
            signal?.throwIfAborted();
            if (options.onDamaged === undefined || !isLumbungError(error, 'BLOB_DAMAGED')) throw error;
            await options.onDamaged(entry, error);
            continue;
          }
        }
        const consumed = consume(entry, plaintext);
        if (consumed !== undefined) await consumed;
      }
    }
  }

  createWriter(options: { readonly signal?: AbortSignal | undefined } = {}): BlobWriter {
    return new BlobWriter(this, options);
  }

  async #loadFromWindow(entry: number, signal: AbortSignal | undefined): Promise<Buffer | undefined> {
    try {
      const sealed = await this.#trees.load(entry, signal);
      return sealed === undefined ? undefined : this.#tryOpen(entry, sealed);
    } catch (error) {
      signal?.throwIfAborted();
      // The window could not be read; the blob alone perhaps can, and if not, that error is the one to tell.
      if (isLumbungError(error)) return undefined;
      throw error;
    }
  }

  #tryOpen(entry: number, sealed: Uint8Array): Buffer | undefined {
    try {
      return this.#open(entry, sealed);
    } catch (error) {
      if (isLumbungError(error, 'BLOB_DAMAGED')) return undefined;
      throw error;
    }
  }

  #open(entry: number, sealed: Uint8Array): Buffer {
    return this.#opener.open(sealed, {
      id: this.index.idOf(entry),
      uncompressedBytes: this.index.uncompressedOf(entry),
    });
  }

  /** One location, read by itself; twice, if what came was damaged: it may have been damaged on the way. */
  async #loadEntry(entry: number, signal: AbortSignal | undefined): Promise<Buffer> {
    const { index, repository } = this;
    const range = { offset: index.offsetOf(entry), length: index.lengthOf(entry) };
    const pack = index.packId(index.packOf(entry));
    for (let attemptIdx = 0; ; attemptIdx += 1) {
      let sealed: Buffer;
      try {
        sealed = await repository.loadPackRange(pack, range, { signal });
      } catch (error) {
        const fault = faultOfReadError(error);
        throw fault === undefined ? error : this.#damaged(entry, pack, fault, error);
      }
      try {
        return this.#open(entry, sealed);
      } catch (error) {
        if (!isLumbungError(error, 'BLOB_DAMAGED')) throw error;
        await repository.cache?.forget('data', pack);
        if (attemptIdx > 0) throw this.#damaged(entry, pack, error.context['fault'] as BlobFault, error); // set by BlobOpener
      }
    }
  }

  #damaged(entry: number, pack: PackId, fault: BlobFault, cause: unknown): LumbungError {
    const { index } = this;
    const place = { pack, offset: index.offsetOf(entry), lengthBytes: index.lengthOf(entry) };
    return blobDamaged(index.idOf(entry), fault, cause, place);
  }
}

function faultOfReadError(error: unknown): BlobFault | undefined {
  if (isLumbungError(error, 'BACKEND_FILE_MISSING')) return 'missing';
  if (isLumbungError(error, 'BACKEND_FILE_TRUNCATED')) return 'truncated';
  return undefined;
}

function blobMissing(type: BlobType, id: BlobId): LumbungError {
  return new LumbungError('BLOB_MISSING', {
    kind: 'corruption',
    message: `${type} blob ${id} is in no index`,
    context: { blob: id, type },
    hint: 'run "repair index" in case packs are stored that no index names; if that does not help, back the affected files up again',
  });
}
