import type { ErrorRecord } from '@lumbung/stdx';
import type { PackId, SnapshotId } from '../format/ids.ts';
import type { ActOptions, ProgressEvent } from './act-options.ts';

/** How much unused data may stay inside kept packs. `percent` is of the repository's size after the prune (0 to below 100). */
export type PruneLimit =
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'unlimited' };

export interface PruneOptions extends ActOptions<PruneEvent> {
  /** Default: 5 percent. */
  readonly maxUnused?: PruneLimit;
  /** Stop choosing packs to repack before their sizes reach this. Default: no limit. */
  readonly maxRepackBytes?: number;
  /** Never repack packs of file contents: they are not in a cache and expensive to fetch. */
  readonly repackCacheableOnly?: boolean;
  /** Repack file contents stored without compression in a repository that allows it. Costs a compression of everything. */
  readonly repackUncompressed?: boolean;
  /** Repack packs below this size, if there are at least ten. Default: 80 % of the usual size in this repository. */
  readonly repackSmallerThanBytes?: number;
  /** The medium is full: repack nothing, and delete the old index files before the new ones are written. An interruption
   *  leaves a repository without an index, which `repair index` makes anew. */
  readonly recoverNoFreeSpace?: boolean;
  /** Threads that read trees; default: by the amount of work, 2 at most. */
  readonly workerCount?: number;
  /** Count these snapshots as gone already: what a forget that was only planned would remove. Such a plan cannot be executed. */
  readonly withoutSnapshots?: ReadonlySet<SnapshotId>;
}

export const PRUNE_PHASES = [
  'snapshots',
  'index',
  'mark',
  'packs',
  'removeUnreferenced',
  'repack',
  'rewriteIndex',
  'removePacks',
] as const;
export type PrunePhase = (typeof PRUNE_PHASES)[number];

export type PruneEvent =
  | { readonly kind: 'phase'; readonly phase: PrunePhase; readonly total: number }
  | ProgressEvent<PrunePhase>
  /** Deleting failed; the pack is unreferenced and the next prune tries again. */
  | { readonly kind: 'removeFailed'; readonly packId: PackId; readonly error: ErrorRecord };

/** What is and what would be, in restic's terms. `Remaining` = after the execution. */
export interface PruneStatistics {
  readonly blobs: {
    readonly used: number;
    readonly duplicate: number;
    readonly unused: number;
    readonly total: number;
    readonly repack: number;
    readonly repackRemove: number;
    readonly remove: number;
    readonly removeTotal: number;
    readonly remaining: number;
  };
  readonly bytes: {
    readonly used: number;
    readonly duplicate: number;
    readonly unused: number;
    readonly unreferenced: number;
    readonly uncompressed: number;
    readonly total: number;
    readonly repack: number;
    readonly repackRemove: number;
    readonly remove: number;
    readonly removeTotal: number;
    readonly remaining: number;
    readonly remainingUnused: number;
  };
  readonly packs: {
    readonly used: number;
    readonly partlyUsed: number;
    readonly unused: number;
    readonly unreferenced: number;
    readonly total: number;
    readonly keep: number;
    readonly repack: number;
    readonly remove: number;
    readonly removeTotal: number;
  };
}

/** Everything `executePrune` is going to do; true only while the lock under which it was made is held. */
export interface PrunePlan {
  readonly statistics: PruneStatistics;
  /** Packs that no index names: deleted first. */
  readonly unreferencedPackIds: readonly PackId[];
  /** Packs without a used blob: deleted last. */
  readonly removePackIds: readonly PackId[];
  /** Packs whose used blobs are written again. */
  readonly repackPackIds: readonly PackId[];
  /** In the index, gone from the backend, and not needed: only the index forgets them. */
  readonly missingPackIds: readonly PackId[];
  readonly isEmpty: boolean;
}

export interface PruneResult {
  readonly packsRemoved: number;
  readonly packsWritten: number;
  readonly bytesWritten: number;
  readonly indexFilesWritten: number;
  readonly indexFilesRemoved: number;
  /** Packs that could not be deleted; they are unreferenced. */
  readonly removeFailures: number;
}

export interface ExecutePruneOptions extends ActOptions<PruneEvent> {
  /** Threads that verify and seal; default: by the amount of work, 2 at most. */
  readonly workerCount?: number;
}
