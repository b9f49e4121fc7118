import { describeError, LumbungError } from '@lumbung/stdx';
import type { BlobIndex } from '../blob-index/blob-index.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import type { Repository } from '../repository/repository.ts';
import { loadSnapshots, type SnapshotRecord } from '../snapshot/snapshots.ts';
import { signalUnder } from './act-options.ts';
import { PackListing } from './pack-listing.ts';
import { PlanLedger } from './plan-ledger.ts';
import type { PruneOptions, PrunePhase, PrunePlan } from './prune-plan.ts';
import { type PackFate, selectFates } from './prune-selection.ts';
import { PruneSurvey } from './prune-survey.ts';
import { SharedBitset } from './shared-bitset.ts';
import { TreeSweep } from './tree-sweep.ts';
import { PackPool, workerCountByIndex } from './workers/pack-pool.ts';

/** What the execution of a prune needs beside its plan. */
export interface PruneDetails {
  readonly repository: Repository;
  readonly indexed: IndexedRepository;
  readonly fates: readonly PackFate[];
  /** Blobs that have to be written again: bits of first entries. */
  readonly toWrite: SharedBitset;
  readonly firstEntryOf: Uint32Array;
  readonly compressData: boolean;
  readonly recoverNoFreeSpace: boolean;
}

export const prunePlans = new PlanLedger<PrunePlan, PruneDetails>();

/**
 * What can be removed without touching anything that a snapshot needs, and what is worth being packed anew: by restic's rules.
 *
 * Holds back as soon as anything is missing that a snapshot needs: a repository that is not whole must not lose more.
 *
 * @throws LumbungError PRUNE_INDEX_INCOMPLETE, PRUNE_TREE_UNREADABLE, PRUNE_PACK_MISSING, PRUNE_PACK_SIZE_WRONG (corruption),
 * PRUNE_LIMIT_INVALID (operator), and what loading snapshots and index throws
 */
export async function planPrune(repository: Repository, options: PruneOptions): Promise<PrunePlan> {
  const signal = signalUnder('none', options);
  const begin = (phase: PrunePhase, total: number): void => {
    signal.throwIfAborted();
    options.onEvent?.({ kind: 'phase', phase, total });
  };

  const workerCount = await workerCountByIndex(repository, options.workerCount, 'trees');
  // Threads take a while to start, which is the time that loading the index takes.
  await using pool = new PackPool(repository, { workerCount });
  begin('snapshots', 0);
  // Snapshots first, and all of them: one that cannot be read may need anything.
  const snapshots = (await loadSnapshots(repository, signal)).filter(
    ({ id }) => options.withoutSnapshots?.has(id) !== true,
  );
  begin('index', 0);
  const indexed = await repository.loadIndex({
    signal,
    onProgress: ({ filesDone: done, filesTotal: total }) =>
      options.onEvent?.({ kind: 'progress', phase: 'index', done, total }),
  });
  begin('mark', snapshots.length);
  pool.useIndex(indexed.index);
  const used = await markUsed(indexed, snapshots, pool, signal);
  options.onEvent?.({ kind: 'progress', phase: 'mark', done: snapshots.length, total: snapshots.length });

  begin('packs', indexed.index.packCount);
  const { index } = indexed;
  const survey = new PruneSurvey(index, used);
  const listing = await PackListing.load(repository, index, signal);
  const { version } = repository.config;
  const { fates, statistics, missingPackNrs } = selectFates({ index, survey, listing, version }, options);

  const missing = new Set(missingPackNrs);
  const packsOf = (fate: PackFate): number[] => [...fates.keys()].filter((packNr) => fates[packNr] === fate);
  const idsOf = (packNrs: readonly number[]) => packNrs.map((packNr) => index.packId(packNr));
  const removePackIds = idsOf(packsOf('remove').filter((packNr) => !missing.has(packNr)));
  const repackPackIds = idsOf(packsOf('repack'));
  const plan: PrunePlan = {
    statistics,
    unreferencedPackIds: listing.unreferenced.map(({ id }) => id),
    removePackIds,
    repackPackIds,
    missingPackIds: idsOf(missingPackNrs),
    isEmpty: listing.unreferenced.length + removePackIds.length + repackPackIds.length + missing.size === 0,
  };
  const details: PruneDetails = {
    repository,
    indexed,
    fates,
    toWrite: blobsToWrite(index, { survey, used, fates }),
    firstEntryOf: survey.firstEntryOf,
    compressData: options.repackUncompressed === true,
    recoverNoFreeSpace: options.recoverNoFreeSpace === true,
  };
  const obstacle =
    options.withoutSnapshots === undefined ? undefined : 'it counts snapshots as gone that are still there';
  return prunePlans.register(plan, details, { lock: options.lock, obstacle });
}

async function markUsed(
  indexed: IndexedRepository,
  snapshots: readonly SnapshotRecord[],
  pool: PackPool,
  signal: AbortSignal,
): Promise<SharedBitset> {
  const { index } = indexed;
  const failures: LumbungError[] = [];
  const sweep = new TreeSweep(indexed, {
    pool,
    purpose: 'mark',
    signal,
    onProblem: (problem) =>
      failures.push(
        problem.kind === 'blob' ? indexIncomplete(problem.message) : treeUnreadable(problem.treeId, problem.message),
      ),
    onProblemsOmitted: () => undefined, // one is enough
    onUnreadable: (entry, error) => failures.push(treeUnreadable(index.idOf(entry), describeError(error), error)),
  });
  for (const { id, tree } of snapshots) {
    const entry = index.findHex('tree', tree);
    if (entry < 0) throw indexIncomplete(`tree ${tree} of snapshot ${id} is in no index`);
    sweep.addRoot(entry);
  }
  await sweep.run();
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  return sweep.used;
}

/** Used blobs that no kept pack holds. */
function blobsToWrite(
  index: BlobIndex,
  work: { readonly survey: PruneSurvey; readonly used: SharedBitset; readonly fates: readonly PackFate[] },
): SharedBitset {
  const { survey, used, fates } = work;
  const kept = SharedBitset.create(index.blobCount);
  for (let entry = 0; entry < index.blobCount; entry += 1) {
    if (fates[index.packOf(entry)] === 'keep') kept.add(survey.firstEntryOf[entry] ?? 0);
  }
  const toWrite = SharedBitset.create(index.blobCount);
  for (let entry = 0; entry < index.blobCount; entry += 1) {
    if (survey.firstEntryOf[entry] === entry && used.has(entry) && !kept.has(entry)) toWrite.add(entry);
  }
  return toWrite;
}

function indexIncomplete(message: string): LumbungError {
  return new LumbungError('PRUNE_INDEX_INCOMPLETE', {
    kind: 'corruption',
    message: `${message}; nothing was removed`,
    hint: 'run "repair index"; if that does not help, run "check" and "repair snapshots" before you prune',
  });
}

function treeUnreadable(treeId: string, reason: string, cause?: unknown): LumbungError {
  return new LumbungError('PRUNE_TREE_UNREADABLE', {
    kind: 'corruption',
    message: `tree ${treeId} cannot be read, so what it needs is not known: ${reason}; nothing was removed`,
    context: { tree: treeId },
    hint: 'run "check" to see what is damaged, then "repair snapshots"',
    cause,
  });
}
