import type { BlobIndex } from '../blob-index/blob-index.ts';
import type { PackId } from '../format/ids.ts';
import type { Repository } from '../repository/repository.ts';

const MISSING = -1;
const HEADER_ENTRY_BYTES = { plain: 37, compressed: 41 } as const;
/** Seal of the header, and its length. */
export const HEADER_OVERHEAD_BYTES = 32 + 4;

/** What lies in the backend, beside what the index says. */
export class PackListing {
  readonly #sizes: Float64Array;
  /** Packs that no index names, by id. */
  readonly unreferenced: readonly { readonly id: PackId; readonly sizeBytes: number }[];

  private constructor(
    sizes: Float64Array,
    unreferenced: readonly { readonly id: PackId; readonly sizeBytes: number }[],
  ) {
    this.#sizes = sizes;
    this.unreferenced = unreferenced;
  }

  static async load(repository: Repository, index: BlobIndex, signal: AbortSignal): Promise<PackListing> {
    const sizes = new Float64Array(index.packCount).fill(MISSING);
    const unreferenced: { id: PackId; sizeBytes: number }[] = [];
    for await (const pack of repository.listIds('data', { signal })) {
      const packNr = index.findPack(pack.id);
      if (packNr < 0) unreferenced.push(pack);
      else sizes[packNr] = pack.sizeBytes;
    }
    unreferenced.sort((a, b) => (a.id < b.id ? -1 : 1));
    return new PackListing(sizes, unreferenced);
  }

  /** Bytes of the file; undefined: there is none. */
  sizeOf(packNr: number): number | undefined {
    const sizeBytes = this.#sizes[packNr] ?? MISSING;
    return sizeBytes === MISSING ? undefined : sizeBytes;
  }
}

/** Bytes that a blob takes in the header of its pack. */
export function entryBytesOf(index: BlobIndex, entry: number): number {
  return index.uncompressedOf(entry) === 0 ? HEADER_ENTRY_BYTES.plain : HEADER_ENTRY_BYTES.compressed;
}

/** Size that a pack has if it holds what the index says, header and all.
 *  @see docs/design/repository-format.md#blobs-and-packs */
export function indexedPackSize(index: BlobIndex, packNr: number): number {
  let sizeBytes = HEADER_OVERHEAD_BYTES;
  for (const entry of index.entriesOfPack(packNr)) sizeBytes += index.lengthOf(entry) + entryBytesOf(index, entry);
  return sizeBytes;
}

/** The blobs of a pack lie one behind the other from its begin, as a pack demands: no gap, no overlap. */
export function hasPackGeometry(index: BlobIndex, packNr: number): boolean {
  const entries = index.entriesOfPack(packNr).sort((a, b) => index.offsetOf(a) - index.offsetOf(b));
  let end = 0;
  for (const entry of entries) {
    if (index.offsetOf(entry) !== end) return false;
    end += index.lengthOf(entry);
  }
  return true;
}
