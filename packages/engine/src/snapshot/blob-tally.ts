import { LumbungError } from '@lumbung/stdx';
import type { BlobIndex } from '../blob-index/blob-index.ts';
import { SEAL_OVERHEAD_BYTES } from '../crypto/sealer.ts';
import type { BlobId } from '../format/ids.ts';
import type { BlobType } from '../format/pack-header.ts';

/** Bytes of a blob's plaintext, by the index. */
export function plaintextBytesOf(index: BlobIndex, entry: number): number {
  return index.uncompressedOf(entry) || index.lengthOf(entry) - SEAL_OVERHEAD_BYTES;
}

/** The first index entry of a blob.
 *  @throws LumbungError BLOB_MISSING (corruption) */
export function entryOf(index: BlobIndex, type: BlobType, id: BlobId): number {
  const entry = index.findHex(type, id);
  if (entry >= 0) return entry;
  throw new LumbungError('BLOB_MISSING', {
    kind: 'corruption',
    message: `${type} blob is not in the index: ${id}`,
    context: { type, blob: id },
    hint: 'run "lumbung check"; if packs are there but not indexed, "lumbung repair index" finds them',
  });
}

/** A set of blobs, one bit each: a set of ids would take some hundred bytes a blob. Copies of a blob count as one. */
export class BlobSet {
  readonly #index: BlobIndex;
  readonly #bits: Uint8Array;

  constructor(index: BlobIndex) {
    this.#index = index;
    this.#bits = new Uint8Array(Math.ceil(index.blobCount / 8));
  }

  /** True when the blob was not in the set. @throws LumbungError BLOB_MISSING (corruption) */
  add(type: BlobType, id: BlobId): boolean {
    const entry = entryOf(this.#index, type, id);
    const byteIdx = entry >>> 3;
    const bit = 1 << (entry & 7);
    const byte = this.#bits[byteIdx] ?? 0;
    if ((byte & bit) !== 0) return false;
    this.#bits[byteIdx] = byte | bit;
    return true;
  }

  has(entry: number): boolean {
    return ((this.#bits[entry >>> 3] ?? 0) & (1 << (entry & 7))) !== 0;
  }

  /** Entries of the set, ascending. */
  *entries(): Iterable<number> {
    for (let byteIdx = 0; byteIdx < this.#bits.length; byteIdx += 1) {
      const byte = this.#bits[byteIdx] ?? 0;
      if (byte === 0) continue;
      for (let bit = 0; bit < 8; bit += 1) if ((byte & (1 << bit)) !== 0) yield byteIdx * 8 + bit;
    }
  }
}
