import { forEachParallel } from '@lumbung/stdx';
import type { IndexId } from '../format/ids.ts';
import { encodeIndexFile, type IndexPack } from '../format/index-file.ts';
import type { Repository } from './repository.ts';

/** An index file with so many blobs is full. */
export const BLOBS_PER_INDEX = 50_000;
/** An index file that is this old is saved, full or not: what is in a saved index survives a crash. */
const INDEX_AGE_MS_MAX = 10 * 60_000;

/** Collects stored packs and saves them as index files: full or old ones in between, the rest on `flush`. */
export class IndexSaver {
  readonly #repository: Repository;
  readonly #signal: AbortSignal | undefined;
  #packs: IndexPack[] = [];
  #blobCount = 0;
  #beganMs = 0;
  readonly #savedIds: IndexId[] = [];

  constructor(repository: Repository, signal?: AbortSignal) {
    this.#repository = repository;
    this.#signal = signal;
  }

  /** Index files saved so far. */
  get savedIds(): readonly IndexId[] {
    return this.#savedIds;
  }

  /** Adds a pack whose upload has succeeded. Resolves after the index was saved, if it was due. */
  async add(pack: IndexPack): Promise<void> {
    const nowMs = this.#repository.ports.clock.monotonicMs();
    if (this.#packs.length === 0) this.#beganMs = nowMs;
    this.#packs.push(pack);
    this.#blobCount += pack.blobs.length;
    if (this.#blobCount >= BLOBS_PER_INDEX || nowMs - this.#beganMs >= INDEX_AGE_MS_MAX) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#packs.length === 0) return;
    const packs = this.#packs;
    this.#packs = [];
    this.#blobCount = 0;
    const id = await this.#repository.saveUnpacked('index', encodeIndexFile(packs), { signal: this.#signal });
    this.#savedIds.push(id);
  }
}

/** Saves index files that name `packs`, each file with about as many blobs as a full one. Every pack named must be stored.
 *  @returns ids of the files, durable */
export async function saveIndexFiles(
  repository: Repository,
  packs: Iterable<IndexPack> | AsyncIterable<IndexPack>,
  options: { readonly signal?: AbortSignal | undefined; readonly onSaved?: (savedCount: number) => void } = {},
): Promise<IndexId[]> {
  const ids: IndexId[] = [];
  await forEachParallel(fullIndexes(packs), repository.backend.properties.connectionsMax, async (file) => {
    ids.push(await repository.saveUnpacked('index', encodeIndexFile(file), { signal: options.signal }));
    options.onSaved?.(ids.length);
  });
  return ids;
}

async function* fullIndexes(packs: Iterable<IndexPack> | AsyncIterable<IndexPack>): AsyncGenerator<IndexPack[]> {
  let file: IndexPack[] = [];
  let blobCount = 0;
  for await (const pack of packs) {
    file.push(pack);
    blobCount += pack.blobs.length;
    if (blobCount >= BLOBS_PER_INDEX) {
      yield file;
      file = [];
      blobCount = 0;
    }
  }
  if (file.length > 0) yield file;
}

/** Replaces index files: the new ones are saved first, then `obsoleteIds` are removed, so that at every moment all packs are
 *  indexed. Files among the obsolete that were written again with the same content stay.
 *  @returns ids of the new files */
export async function rewriteIndex(
  repository: Repository,
  change: { readonly packs: Iterable<IndexPack> | AsyncIterable<IndexPack>; readonly obsoleteIds: Iterable<IndexId> },
  options: { readonly signal?: AbortSignal | undefined; readonly onSaved?: (savedCount: number) => void } = {},
): Promise<IndexId[]> {
  const newIds = await saveIndexFiles(repository, change.packs, options);
  const kept = new Set(newIds);
  const removable = [...change.obsoleteIds].filter((id) => !kept.has(id));
  await forEachParallel(removable, repository.backend.properties.connectionsMax, async (id) => {
    await repository.removeFile('index', id, { signal: options.signal });
  });
  return newIds;
}
