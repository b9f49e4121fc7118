import { forEachParallel, LumbungError } from '@lumbung/stdx';
import { BlobIndex } from '../blob-index/blob-index.ts';
import { readMergedIndex, writeMergedIndex } from '../cache/merged-index-file.ts';
import type { IndexId } from '../format/ids.ts';
import { scanIndexFile } from '../format/index-file.ts';
import { fileDamaged } from './file-damage.ts';
import { IndexedRepository } from './indexed-repository.ts';
import type { Repository } from './repository.ts';

export interface LoadIndexOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly filesDone: number; readonly filesTotal: number }) => void) | undefined;
  /** With it, index files that cannot be read are told and passed over: for `check` and the repair of an index. */
  readonly onDamagedFile?: ((id: IndexId, error: unknown) => void) | undefined;
  /** `files`: reads every index file, although they were merged before: for `check`. */
  readonly from?: 'cache' | 'files' | undefined;
}

/** Index files fetched at once on a local disk; elsewhere the backend's connections are the bound. */
const LOADS_IN_FLIGHT_MIN = 2;
/** Plain JSON of a blob in an index file, about. */
const JSON_BYTES_PER_BLOB = 150;
/** A sealed index file is compressed to about this part. */
const COMPRESSED_PART = 0.34;

/** Below this, reading the index files takes no longer than reading a merged one. */
const MERGE_BLOBS_MIN = 10_000;
/** The merged index is written again when so many files, or so large a part of the blobs, came since. */
const MERGE_FILES_MAX = 16;
const MERGE_BLOBS_PART = 1 / 8;

interface IndexFile {
  readonly id: IndexId;
  readonly sizeBytes: number;
}

/** Reads all index files. Load snapshots before: whatever a snapshot seen then refers to is in the index loaded after.
 *  @throws LumbungError REPOSITORY_FILE_DAMAGED (corruption): an index file, unless `onDamagedFile` takes it */
export async function loadIndex(repository: Repository, options: LoadIndexOptions = {}): Promise<IndexedRepository> {
  const { signal } = options;
  const present: IndexFile[] = [];
  for await (const file of repository.listIds('index', { signal })) present.push(file);
  // A fixed order: which of several locations of a blob comes first should not depend on how a directory is listed.
  present.sort((a, b) => (a.id < b.id ? -1 : 1));

  const merged = options.from === 'files' ? undefined : await readUsableMerged(repository, present);
  const index = merged?.index ?? new BlobIndex();
  const files = new Map(merged?.files);
  const missing = present.filter(({ id }) => !files.has(id));
  const mergedBlobs = index.blobCount;
  index.reserve(mergedBlobs + estimateBlobs(missing));
  const isComplete = await addIndexFiles(repository, { index, files, missing }, options);

  const newBlobs = index.blobCount - mergedBlobs;
  const isWorthWriting = newBlobs > index.blobCount * MERGE_BLOBS_PART || missing.length > MERGE_FILES_MAX;
  const { cache } = repository;
  if (cache !== undefined && isComplete && index.blobCount >= MERGE_BLOBS_MIN && isWorthWriting) {
    await writeMergedIndex(cache.mergedIndexPath, { index, files }, repository.sealer, repository.ports.random);
  }
  if (cache?.keepsFiles === true && isComplete) await forgetUnindexedPacks(repository, index);
  return new IndexedRepository(repository, index, files);
}

/** The merged index, unless it holds an index file that is gone: its packs may be gone, too. */
async function readUsableMerged(repository: Repository, present: readonly IndexFile[]) {
  if (repository.cache === undefined) return undefined;
  const merged = await readMergedIndex(repository.cache.mergedIndexPath, repository.sealer);
  if (merged === undefined) return undefined;
  const presentIds = new Set(present.map(({ id }) => id));
  return [...merged.files.keys()].every((id) => presentIds.has(id)) ? merged : undefined;
}

/** Returns whether all could be read. */
async function addIndexFiles(
  repository: Repository,
  work: {
    readonly index: BlobIndex;
    readonly files: Map<IndexId, readonly number[]>;
    readonly missing: readonly IndexFile[];
  },
  options: LoadIndexOptions,
): Promise<boolean> {
  const { index, files, missing } = work;
  const { signal, onProgress, onDamagedFile } = options;
  let filesDone = 0;
  let isComplete = true;
  const inFlightMax = Math.max(LOADS_IN_FLIGHT_MIN, repository.backend.properties.connectionsMax);
  await forEachParallel(missing, inFlightMax, async ({ id }) => {
    try {
      files.set(id, addIndexFile(index, id, await repository.loadUnpacked('index', id, signal)));
    } catch (error) {
      signal?.throwIfAborted();
      if (onDamagedFile === undefined || !isDamagedFile(error)) throw error;
      isComplete = false;
      onDamagedFile(id, error);
    }
    filesDone += 1;
    onProgress?.({ filesDone, filesTotal: missing.length });
  });
  return isComplete;
}

/** Returns the numbers of the packs that the file names. */
function addIndexFile(index: BlobIndex, id: IndexId, json: Uint8Array): number[] {
  const packNrs: number[] = [];
  try {
    scanIndexFile(
      json,
      index.sinkFor(json, (packNr) => packNrs.push(packNr)),
    );
  } catch (cause) {
    throw fileDamaged('index', id, 'it is no index', cause);
  }
  return [...packNrs];
}

async function forgetUnindexedPacks(repository: Repository, index: BlobIndex): Promise<void> {
  const packs = new Set<string>();
  for (let packNr = 0; packNr < index.packCount; packNr += 1) packs.add(index.packId(packNr));
  await repository.cache?.retain('data', packs);
}

function isDamagedFile(error: unknown): boolean {
  return error instanceof LumbungError && error.kind === 'corruption';
}

function estimateBlobs(files: readonly IndexFile[]): number {
  let sealedBytes = 0;
  for (const { sizeBytes } of files) sealedBytes += sizeBytes;
  return Math.floor(sealedBytes / COMPRESSED_PART / JSON_BYTES_PER_BLOB);
}
