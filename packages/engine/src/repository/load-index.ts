import { forEachParallel, LumbungError } from '@lumbung/stdx';
import { BlobIndex } from '../blob-index/blob-index.ts';
import type { IndexId } from '../format/ids.ts';
import { scanIndexFile } from '../format/index-file.ts';
import { IndexedRepository } from './indexed-repository.ts';
import { fileDamaged, type Repository } from './repository.ts';

export interface LoadIndexOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly filesDone: number; readonly filesTotal: number }) => void) | undefined;
  /** With it, index files that cannot be read are told and passed over: for `check` and the repair of an index. */
  readonly onDamagedFile?: ((id: IndexId, error: unknown) => void) | undefined;
}

/** Index files fetched at once on a local disk; elsewhere the backend's connections are the bound. */
const LOADS_IN_FLIGHT_MIN = 4;
/** Plain JSON of a blob in an index file, about. */
const JSON_BYTES_PER_BLOB = 170;
/** A sealed index file is compressed to about this part. */
const COMPRESSED_PART = 0.45;

/** Reads all index files. Load snapshots before: whatever a snapshot seen then refers to is in the index loaded after.
 *  @throws LumbungError REPOSITORY_FILE_DAMAGED (corruption): an index file, unless `onDamagedFile` takes it */
export async function loadIndex(repository: Repository, options: LoadIndexOptions = {}): Promise<IndexedRepository> {
  const { signal, onProgress } = options;
  const files: { id: IndexId; sizeBytes: number }[] = [];
  for await (const file of repository.listIds('index', { signal })) files.push(file);
  // A fixed order: which of several locations of a blob comes first should not depend on how a directory is listed.
  files.sort((a, b) => (a.id < b.id ? -1 : 1));

  const index = new BlobIndex();
  index.reserve(estimateBlobs(files));
  let filesDone = 0;
  const inFlightMax = Math.max(LOADS_IN_FLIGHT_MIN, repository.backend.properties.connectionsMax);
  await forEachParallel(files, inFlightMax, async ({ id }) => {
    try {
      addIndexFile(index, id, await repository.loadUnpacked('index', id, signal));
    } catch (error) {
      signal?.throwIfAborted();
      if (options.onDamagedFile === undefined || !isDamagedFile(error)) throw error;
      options.onDamagedFile(id, error);
    }
    filesDone += 1;
    onProgress?.({ filesDone, filesTotal: files.length });
  });
  return new IndexedRepository(
    repository,
    index,
    files.map(({ id }) => id),
  );
}

function addIndexFile(index: BlobIndex, id: IndexId, json: Uint8Array): void {
  try {
    scanIndexFile(json, index.sinkFor(json));
  } catch (cause) {
    throw fileDamaged('index', id, 'it is no index', cause);
  }
}

function isDamagedFile(error: unknown): boolean {
  return error instanceof LumbungError && error.kind === 'corruption';
}

function estimateBlobs(files: readonly { readonly sizeBytes: number }[]): number {
  let sealedBytes = 0;
  for (const { sizeBytes } of files) sealedBytes += sizeBytes;
  return Math.floor(sealedBytes / COMPRESSED_PART / JSON_BYTES_PER_BLOB);
}
