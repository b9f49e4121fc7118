import { forEachParallel, LumbungError } from '@lumbung/stdx';
import type { PackId } from '../format/ids.ts';
import { saveIndexFiles } from '../repository/index-saver.ts';
import { signalUnder } from './act-options.ts';
import { type IndexRewrite, indexPacks, rewriteIndexWithout } from './index-rewrite.ts';
import { moveBlobs, type PackPart } from './move-blobs.ts';
import { type PruneDetails, prunePlans } from './plan-prune.ts';
import type { ExecutePruneOptions, PrunePhase, PrunePlan, PruneResult } from './prune-plan.ts';
import { removePacks } from './remove-packs.ts';
import { SharedBitset } from './shared-bitset.ts';
import { workerCountFor } from './workers/pack-pool.ts';

/**
 * Executes a prune, once. In this order, so that the death of this process at any point leaves a repository in which everything
 * needed is found: unreferenced packs go; needed blobs are written anew and indexed; index files without the old packs are
 * stored, then the index files they replace go; then the old packs.
 *
 * @throws LumbungError PLAN_SPENT, PLAN_NOT_EXECUTABLE, LOCK_REQUIRED (bug); BLOB_DAMAGED (corruption): a needed blob has no readable
 * copy, and nothing but unreferenced packs was removed; BACKEND_*
 */
export async function executePrune(plan: PrunePlan, options: ExecutePruneOptions): Promise<PruneResult> {
  const signal = signalUnder('exclusive', options);
  return new PruneExecution(plan, prunePlans.spend(plan, options.lock), options, signal).run();
}

class PruneExecution {
  readonly #plan: PrunePlan;
  readonly #details: PruneDetails;
  readonly #options: ExecutePruneOptions;
  readonly #signal: AbortSignal;
  #packsRemoved = 0;
  #removeFailures = 0;

  constructor(plan: PrunePlan, details: PruneDetails, options: ExecutePruneOptions, signal: AbortSignal) {
    this.#plan = plan;
    this.#details = details;
    this.#options = options;
    this.#signal = signal;
  }

  async run(): Promise<PruneResult> {
    const { unreferencedPackIds, removePackIds, repackPackIds, missingPackIds } = this.#plan;
    const oldPackIds = [...removePackIds, ...repackPackIds];
    const hasIndexChange = oldPackIds.length + missingPackIds.length > 0;
    await this.#removePacks('removeUnreferenced', unreferencedPackIds);
    const written = await this.#repack();
    let index: IndexRewrite = { filesWritten: 0, filesRemoved: 0 };
    if (hasIndexChange && this.#details.recoverNoFreeSpace) {
      index = await this.#replaceIndex(() => this.#removePacks('removePacks', oldPackIds));
    } else {
      if (hasIndexChange) index = await this.#rewriteIndex();
      await this.#removePacks('removePacks', oldPackIds);
    }
    return {
      packsRemoved: this.#packsRemoved,
      packsWritten: written.packs,
      bytesWritten: written.packBytes,
      indexFilesWritten: index.filesWritten,
      indexFilesRemoved: index.filesRemoved,
      removeFailures: this.#removeFailures,
    };
  }

  async #repack(): Promise<{ readonly packs: number; readonly packBytes: number }> {
    const { indexed, toWrite, compressData, repository } = this.#details;
    const blobsTotal = toWrite.count();
    this.#begin('repack', blobsTotal);
    if (blobsTotal === 0) return { packs: 0, packBytes: 0 };
    const writer = indexed.createWriter({ signal: this.#signal });
    const written = SharedBitset.create(indexed.index.blobCount);
    let blobsDone = 0;
    await moveBlobs(indexed, {
      parts: this.#partsToWrite(written),
      writer,
      target: repository,
      compressData,
      workerCount: workerCountFor(this.#options.workerCount, this.#bytesToWrite()),
      signal: this.#signal,
      onMoved: (blobs) => {
        blobsDone += blobs;
        this.#progress('repack', blobsDone, blobsTotal);
      },
    });
    await writer.flush();
    if (blobsDone !== blobsTotal) {
      throw new LumbungError('PRUNE_REPACK_INCOMPLETE', {
        kind: 'bug',
        message: `${blobsDone} of ${blobsTotal} needed blobs were packed anew; nothing more was removed`,
        hint: 'the repository is whole; report this',
      });
    }
    return writer.stats;
  }

  /** What to take from which pack; each blob once, from the first pack that has it. */
  *#partsToWrite(written: SharedBitset): Generator<PackPart> {
    const { indexed, fates, toWrite, firstEntryOf } = this.#details;
    for (const [packNr, fate] of fates.entries()) {
      if (fate !== 'repack') continue;
      const entries = indexed.index.entriesOfPack(packNr).filter((entry) => {
        const first = firstEntryOf[entry] ?? 0;
        return toWrite.has(first) && written.add(first);
      });
      if (entries.length > 0) yield { packNr, entries };
    }
  }

  #bytesToWrite(): number {
    const { indexed, fates } = this.#details;
    let bytes = 0;
    for (const [packNr, fate] of fates.entries()) {
      if (fate !== 'repack') continue;
      for (const entry of indexed.index.entriesOfPack(packNr)) bytes += indexed.index.lengthOf(entry);
    }
    return bytes;
  }

  async #rewriteIndex(): Promise<IndexRewrite> {
    const { indexed, fates } = this.#details;
    this.#begin('rewriteIndex', indexed.indexFiles.size);
    // Packs that were written meanwhile have no fate: they are kept, in index files of their own.
    const isRemoved = (packNr: number): boolean => (fates[packNr] ?? 'keep') !== 'keep';
    const onProgress = (done: number, total: number): void => this.#progress('rewriteIndex', done, total);
    return rewriteIndexWithout(indexed, isRemoved, { signal: this.#signal, onProgress });
  }

  /** No room for a second index: it goes first. What is indexed is known here, and to `repair index`. */
  async #replaceIndex(between: () => Promise<void>): Promise<IndexRewrite> {
    const { indexed, fates, repository } = this.#details;
    const oldIds = [...indexed.indexFiles.keys()];
    this.#begin('rewriteIndex', oldIds.length);
    await forEachParallel(oldIds, repository.backend.properties.connectionsMax, (id) =>
      repository.removeFile('index', id, { signal: this.#signal }),
    );
    await between();
    const kept = [...fates.keys()].filter((packNr) => fates[packNr] === 'keep');
    const newIds = await saveIndexFiles(repository, indexPacks(indexed, kept), { signal: this.#signal });
    return { filesWritten: newIds.length, filesRemoved: oldIds.length };
  }

  async #removePacks(phase: PrunePhase, ids: readonly PackId[]): Promise<void> {
    this.#begin(phase, ids.length);
    let done = 0;
    await removePacks(this.#details.repository, ids, {
      signal: this.#signal,
      onRemoved: () => {
        this.#packsRemoved += 1;
      },
      onFailed: (packId, error) => {
        this.#removeFailures += 1;
        this.#options.onEvent?.({ kind: 'removeFailed', packId, error });
      },
      onEach: () => {
        done += 1;
        this.#progress(phase, done, ids.length);
      },
    });
  }

  #begin(phase: PrunePhase, total: number): void {
    this.#signal.throwIfAborted();
    this.#options.onEvent?.({ kind: 'phase', phase, total });
  }

  #progress(phase: PrunePhase, done: number, total: number): void {
    this.#options.onEvent?.({ kind: 'progress', phase, done, total });
  }
}
