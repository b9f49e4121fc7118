import type { ErrorRecord } from '@lumbung/stdx';
import type { BlobId, SnapshotId } from '../format/ids.ts';
import type { Snapshot } from '../format/snapshot-file.ts';
import type { SnapshotFilter } from '../snapshot/snapshot-filter.ts';
import type { SnapshotRecord } from '../snapshot/snapshots.ts';
import type { ActOptions } from './act-options.ts';

/** Which snapshots an act works on: those named (prefixes of ids, or `latest`), or all that the filter lets pass. */
export interface SnapshotSelection {
  readonly ids?: readonly string[];
  readonly filter: SnapshotFilter;
}

/** One snapshot and what takes its place. */
export interface SnapshotChange {
  readonly before: SnapshotRecord;
  readonly after: Snapshot;
}

export type SnapshotChangeEvent =
  | { readonly kind: 'snapshot'; readonly snapshot: SnapshotRecord; readonly done: number; readonly total: number }
  /** A node leaves the tree (rewrite), or was changed by a repair. Path as text. */
  | { readonly kind: 'item'; readonly action: ItemAction; readonly path: string; readonly snapshotId: SnapshotId }
  | { readonly kind: 'saved'; readonly oldId: SnapshotId; readonly newId: SnapshotId }
  | { readonly kind: 'removed'; readonly snapshotId: SnapshotId }
  | { readonly kind: 'removeFailed'; readonly snapshotId: SnapshotId; readonly error: ErrorRecord };

/** `removed`: left out as asked. `shortened`: a file lost missing content. `emptied`: a folder that cannot be read became empty. */
export type ItemAction = 'removed' | 'shortened' | 'emptied';

/** What replaces what. Executing writes the new trees and snapshots, and removes the old snapshots where asked. */
export interface SnapshotChangePlan {
  readonly changes: readonly SnapshotChange[];
  /** Snapshots that would become empty: they are removed without a successor (only where old ones are removed). */
  readonly vanishing: readonly SnapshotRecord[];
  readonly unchangedCount: number;
  /** The old snapshots go when the new ones are stored. */
  readonly removesOld: boolean;
}

export interface SnapshotChangeResult {
  readonly replaced: readonly { readonly oldId: SnapshotId; readonly newId: SnapshotId }[];
  readonly removedIds: readonly SnapshotId[];
  readonly failures: readonly { readonly snapshotId: SnapshotId; readonly error: ErrorRecord }[];
}

export type TagChange =
  | { readonly kind: 'set'; readonly tags: readonly string[] }
  | { readonly kind: 'edit'; readonly add: readonly string[]; readonly remove: readonly string[] };

export interface TagOptions extends ActOptions<SnapshotChangeEvent> {
  readonly selection: SnapshotSelection;
  readonly change: TagChange;
}

/** Patterns as restic's `--exclude` and `--include` families take them; only one family at a time. */
export interface RewriteFilter {
  readonly exclude?: readonly string[];
  readonly caseInsensitiveExclude?: readonly string[];
  readonly include?: readonly string[];
  readonly caseInsensitiveInclude?: readonly string[];
}

export interface RewriteOptions extends ActOptions<SnapshotChangeEvent> {
  readonly selection: SnapshotSelection;
  readonly filter?: RewriteFilter;
  readonly hostname?: string;
  /** Milliseconds since 1970. */
  readonly timeMs?: number;
  /** Compute the totals of snapshots that have none. */
  readonly addSummary?: boolean;
  /** Remove the old snapshots; otherwise the new ones get the tag `rewrite`. */
  readonly forget?: boolean;
}

export interface RepairSnapshotsOptions extends ActOptions<SnapshotChangeEvent> {
  readonly selection: SnapshotSelection;
  /** Remove the damaged snapshots; the repaired ones get the tag `repaired` either way. */
  readonly forget?: boolean;
}

export interface RecoverOptions extends ActOptions<RecoverEvent> {
  readonly hostname?: string;
  readonly programVersion?: string;
}

export type RecoverEvent =
  | { readonly kind: 'progress'; readonly phase: 'trees'; readonly done: number; readonly total: number }
  | { readonly kind: 'unreadable'; readonly treeId: BlobId; readonly error: ErrorRecord };

export interface RecoverResult {
  /** Undefined: no tree was unreferenced. */
  readonly snapshotId: SnapshotId | undefined;
  readonly treesFound: number;
}
