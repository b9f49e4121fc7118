import type { IndexId } from '../format/ids.ts';
import type { IndexPack } from '../format/index-file.ts';
import { BLOBS_PER_INDEX, rewriteIndex } from '../repository/index-saver.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';

/** More blobs than this in an index file are too many: it is split. A full one and the largest pack. */
const BLOBS_PER_INDEX_MAX = BLOBS_PER_INDEX + 409_000;

export interface IndexRewrite {
  readonly filesWritten: number;
  readonly filesRemoved: number;
}

/**
 * Takes packs out of the index: files that name one of them, that are not full, too large, or name a pack that another file names
 * too are written anew without them; then the old files go. Files that came after `indexed` was loaded are left alone: nobody
 * here knows what they name.
 */
export async function rewriteIndexWithout(
  indexed: IndexedRepository,
  isRemoved: (packNr: number) => boolean,
  options: { readonly signal: AbortSignal; readonly onProgress?: (done: number, total: number) => void },
): Promise<IndexRewrite> {
  const namings = countNamings(indexed);
  const isFull = (blobCount: number): boolean => blobCount >= BLOBS_PER_INDEX && blobCount <= BLOBS_PER_INDEX_MAX;
  const obsoleteIds: IndexId[] = [];
  const packNrs = new Set<number>();
  for (const [id, named] of indexed.indexFiles) {
    const blobCount = named.reduce((count, packNr) => count + indexed.index.entriesOfPack(packNr).length, 0);
    const isStale = named.some((packNr) => isRemoved(packNr) || (namings[packNr] ?? 0) > 1);
    if (!isStale && isFull(blobCount)) continue;
    obsoleteIds.push(id);
    for (const packNr of named) if (!isRemoved(packNr)) packNrs.add(packNr);
  }
  const { signal, onProgress } = options;
  const newIds = await rewriteIndex(
    indexed.repository,
    { packs: indexPacks(indexed, packNrs), obsoleteIds },
    { signal, onSaved: (count) => onProgress?.(count, obsoleteIds.length) },
  );
  return { filesWritten: newIds.length, filesRemoved: obsoleteIds.length };
}

/** By pack number: how many times index files name it, up to 255. */
export function countNamings(indexed: IndexedRepository): Uint8Array {
  const namings = new Uint8Array(indexed.index.packCount);
  for (const packNrs of indexed.indexFiles.values()) {
    for (const packNr of packNrs) namings[packNr] = Math.min(255, (namings[packNr] ?? 0) + 1);
  }
  return namings;
}

/** What the index says of some packs, one pack after the other. */
export function* indexPacks(indexed: IndexedRepository, packNrs: Iterable<number>): Generator<IndexPack> {
  for (const packNr of packNrs) yield { id: indexed.index.packId(packNr), blobs: indexed.index.blobsOfPack(packNr) };
}
