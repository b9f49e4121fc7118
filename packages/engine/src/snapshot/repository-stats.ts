import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { plaintextBytesOf } from './blob-tally.ts';

/** What an index says of a whole repository. */
export interface RepositoryStats {
  readonly packs: number;
  /** Different ones. */
  readonly blobs: number;
  /** Of these, before compression and sealing. */
  readonly plainBytes: number;
}

/** Counts what the index names, whether or not a snapshot needs it. */
export function repositoryStats({ index }: IndexedRepository): RepositoryStats {
  const id = Buffer.alloc(32);
  let blobs = 0;
  let plainBytes = 0;
  for (let entry = 0; entry < index.blobCount; entry += 1) {
    index.copyIdTo(entry, id, 0);
    // A blob that lies at several places counts once: at the first.
    if (index.find(index.typeOf(entry), id) !== entry) continue;
    blobs += 1;
    plainBytes += plaintextBytesOf(index, entry);
  }
  return { packs: index.packCount, blobs, plainBytes };
}
