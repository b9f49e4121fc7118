import type { SnapshotId } from '../format/ids.ts';
import type { SnapshotRecord } from '../snapshot/snapshots.ts';
import type { ActOptions, HeldLock } from './act-options.ts';
import type { SnapshotSelection } from './snapshot-changes.ts';

export interface CopyOptions extends ActOptions<CopyEvent> {
  /** Of the source; `lock` is the target's. */
  readonly sourceLock: HeldLock;
  readonly selection: SnapshotSelection;
  /** Threads that verify and seal; default: by the amount of work, 2 at most. */
  readonly workerCount?: number;
  /** Contents that are copied before the snapshots that need them are written; default 100 packs of the target. */
  readonly batchBytes?: number;
}

export type CopyEvent =
  | {
      readonly kind: 'progress';
      readonly blobsDone: number;
      readonly blobsTotal: number;
      readonly bytesDone: number;
      readonly bytesTotal: number;
    }
  /** A snapshot whose contents are looked through. */
  | { readonly kind: 'snapshot'; readonly snapshot: SnapshotRecord }
  | { readonly kind: 'skipped'; readonly snapshot: SnapshotRecord; readonly existingId: SnapshotId }
  | { readonly kind: 'saved'; readonly sourceId: SnapshotId; readonly targetId: SnapshotId };

export interface CopyResult {
  readonly copied: readonly { readonly sourceId: SnapshotId; readonly targetId: SnapshotId }[];
  readonly skipped: readonly { readonly sourceId: SnapshotId; readonly targetId: SnapshotId }[];
  readonly blobsCopied: number;
  readonly bytesCopied: number;
}
