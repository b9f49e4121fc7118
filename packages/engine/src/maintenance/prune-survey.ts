import type { BlobIndex } from '../blob-index/blob-index.ts';
import { entryBytesOf, HEADER_OVERHEAD_BYTES } from './pack-listing.ts';
import type { SharedBitset } from './shared-bitset.ts';

export type PackContent = 'data' | 'tree' | 'mixed';

const HAS_DATA = 1;
const HAS_TREES = 2;
const HAS_UNCOMPRESSED = 4;
/** How often a blob occurs is counted up to here. */
const COUNT_MAX = 255;
/** In place of a count: the next occurrence is the last one. */
const LAST_OCCURRENCE = 0;

/** What of each pack is needed, by pack number. Sizes of used blobs include the header of the pack. */
export class PruneSurvey {
  readonly #index: BlobIndex;
  readonly #flags: Uint8Array;
  readonly usedBlobs: Uint32Array;
  readonly unusedBlobs: Uint32Array;
  /** Of the unused ones, those of which another copy is used. */
  readonly duplicateBlobs: Uint32Array;
  readonly usedBytes: Float64Array;
  readonly unusedBytes: Float64Array;
  /** For every entry the first entry of the same blob: by it a blob is known in the bitsets. */
  readonly firstEntryOf: Uint32Array;
  /** Of blobs, each occurrence once; without headers. */
  readonly blobs = { used: 0, duplicate: 0, unused: 0 };
  readonly bytes = { used: 0, duplicate: 0, unused: 0 };

  /**
   * Decides for every occurrence of every blob whether it is the one that is needed. Of several copies that one is taken which
   * frees most: the first that lies in a pack that stays anyway, or in a pack of duplicates alone (what an interrupted prune has
   * written already), or the last there is.
   *
   * @param used bits of first entries; all of them must be in the index
   */
  constructor(index: BlobIndex, used: SharedBitset) {
    const { packCount, blobCount } = index;
    this.#index = index;
    this.#flags = new Uint8Array(packCount);
    this.usedBlobs = new Uint32Array(packCount);
    this.unusedBlobs = new Uint32Array(packCount);
    this.duplicateBlobs = new Uint32Array(packCount);
    this.usedBytes = new Float64Array(packCount).fill(HEADER_OVERHEAD_BYTES);
    this.unusedBytes = new Float64Array(packCount);
    this.firstEntryOf = firstEntries(index);
    const counts = new Uint8Array(blobCount);
    for (const first of this.firstEntryOf) counts[first] = Math.min(COUNT_MAX, (counts[first] ?? 0) + 1);
    for (let entry = 0; entry < blobCount; entry += 1) this.#survey(entry, used, counts);
    for (let entry = 0; entry < blobCount; entry += 1) this.#settleDuplicate(entry, used, counts);
  }

  contentOf(packNr: number): PackContent {
    const kinds = (this.#flags[packNr] ?? 0) & (HAS_DATA | HAS_TREES);
    return kinds === HAS_DATA ? 'data' : kinds === HAS_TREES ? 'tree' : 'mixed';
  }

  hasUncompressed(packNr: number): boolean {
    return ((this.#flags[packNr] ?? 0) & HAS_UNCOMPRESSED) !== 0;
  }

  /** Bytes of the pack file, by the index. */
  sizeOf(packNr: number): number {
    return (this.usedBytes[packNr] ?? 0) + (this.unusedBytes[packNr] ?? 0);
  }

  #survey(entry: number, used: SharedBitset, counts: Uint8Array): void {
    const index = this.#index;
    const packNr = index.packOf(entry);
    const first = this.firstEntryOf[entry] ?? 0;
    const lengthBytes = index.lengthOf(entry);
    this.#flags[packNr] = (this.#flags[packNr] ?? 0) | flagsOf(index, entry);
    add(this.usedBytes, packNr, entryBytesOf(index, entry));
    if (!used.has(first)) {
      add(this.unusedBlobs, packNr, 1);
      add(this.unusedBytes, packNr, lengthBytes);
      this.blobs.unused += 1;
      this.bytes.unused += lengthBytes;
    } else if (counts[first] === 1) {
      add(this.usedBlobs, packNr, 1);
      add(this.usedBytes, packNr, lengthBytes);
      this.blobs.used += 1;
      this.bytes.used += lengthBytes;
    } else {
      add(this.unusedBlobs, packNr, 1);
      add(this.duplicateBlobs, packNr, 1);
      add(this.unusedBytes, packNr, lengthBytes);
      this.blobs.duplicate += 1;
      this.bytes.duplicate += lengthBytes;
    }
  }

  #settleDuplicate(entry: number, used: SharedBitset, counts: Uint8Array): void {
    const first = this.firstEntryOf[entry] ?? 0;
    const count = counts[first] ?? 0;
    if (count === 1 || !used.has(first)) return;
    const packNr = this.#index.packOf(entry);
    const staysAnyway = (this.usedBlobs[packNr] ?? 0) > 0;
    const isAllDuplicates = this.duplicateBlobs[packNr] === this.unusedBlobs[packNr];
    if (!staysAnyway && !isAllDuplicates && count !== LAST_OCCURRENCE) {
      counts[first] = count === 2 ? LAST_OCCURRENCE : count - 1;
      return;
    }
    const lengthBytes = this.#index.lengthOf(entry);
    add(this.usedBlobs, packNr, 1);
    add(this.usedBytes, packNr, lengthBytes);
    add(this.unusedBlobs, packNr, -1);
    add(this.duplicateBlobs, packNr, -1);
    add(this.unusedBytes, packNr, -lengthBytes);
    this.blobs.used += 1;
    this.bytes.used += lengthBytes;
    this.blobs.duplicate -= 1;
    this.bytes.duplicate -= lengthBytes;
    counts[first] = 1; // chosen: further copies stay unused
  }
}

function flagsOf(index: BlobIndex, entry: number): number {
  const kind = index.typeOf(entry) === 'data' ? HAS_DATA : HAS_TREES;
  return index.uncompressedOf(entry) === 0 ? kind | HAS_UNCOMPRESSED : kind;
}

function firstEntries(index: BlobIndex): Uint32Array {
  const firsts = new Uint32Array(index.blobCount);
  const id = Buffer.alloc(32);
  for (let entry = 0; entry < index.blobCount; entry += 1) {
    index.copyIdTo(entry, id, 0);
    firsts[entry] = index.find(index.typeOf(entry), id);
  }
  return firsts;
}

function add(counters: Uint32Array | Float64Array, nr: number, amount: number): void {
  counters[nr] = (counters[nr] ?? 0) + amount;
}
