import type { ByteString, ErrorRecord } from '@lumbung/stdx';
import type { BlobId } from '../format/ids.ts';
import type { NodeType } from '../format/tree.ts';

/**
 * What happens to a file that exists already.
 * - `always`: its content is compared blob by blob, and what differs is written.
 * - `if-changed`: as `always`, but equal size and modification time are taken for equal content.
 * - `if-newer`: as `always` when the snapshot's file was modified later, else it is left alone.
 * - `never`: it is left alone.
 */
export const OVERWRITE_POLICIES = ['always', 'if-changed', 'if-newer', 'never'] as const;
export type OverwritePolicy = (typeof OVERWRITE_POLICIES)[number];

/** Pattern lists; a path or a name is in when one of them matches. */
export interface PatternChoice {
  readonly patterns?: readonly string[];
  readonly caseInsensitivePatterns?: readonly string[];
}

export interface RestoreOptions {
  /** Root of what is restored: the snapshot's tree, or that of a folder in it (`resolveTree`). */
  readonly treeId: BlobId;
  /** Folder that receives the content of the root; made if missing (mode 0700). It gets no metadata itself. */
  readonly target: ByteString;
  /** Only what matches, by its path below the root, which begins with a slash. Not together with `exclude`. */
  readonly include?: PatternChoice;
  readonly exclude?: PatternChoice;
  /** Only these, by their paths below the root, which begin with a slash, as they stand: no pattern. Folders with all that is in
   *  them. Not together with the others. */
  readonly paths?: readonly ByteString[];
  /** Default `always`. */
  readonly overwrite?: OverwritePolicy;
  /** Remove what the snapshot does not have from the folders that are restored, as far as it is selected; also lets a
   *  file replace a folder that is not empty. */
  readonly deleteExtra?: boolean;
  /** Leave holes for runs of zeros in files that did not exist before. */
  readonly sparse?: boolean;
  /** Read every file that was written again and compare it. */
  readonly verify?: boolean;
  /** Resolve the recorded user and group names on this machine; names it does not know fall back to the numbers. */
  readonly ownershipByName?: boolean;
  /** Names of extended attributes; not both. */
  readonly includeXattrs?: readonly string[];
  readonly excludeXattrs?: readonly string[];
  /** Worker threads that open blobs and write files; default 2. */
  readonly workerCount?: number;
}

export interface RestoreCallOptions {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RestoreEvent) => void;
  /** Send `item` events for every file, folder and link. */
  readonly reportItems?: boolean;
}

/** Counters as restic's `restore --json` shows them. Folders, links and special files count as files. */
export interface RestoreProgress {
  /** Found so far to be restored; skipped ones are not in it. */
  readonly filesTotal: number;
  readonly filesRestored: number;
  /** Left alone, or found to hold the right content already. */
  readonly filesSkipped: number;
  readonly filesDeleted: number;
  readonly bytesTotal: number;
  readonly bytesRestored: number;
  readonly bytesSkipped: number;
}

/** `restored`: did not exist; `updated`: existed and was changed; `unchanged`: left as it is; `deleted`: removed. */
export const RESTORE_ACTIONS = ['restored', 'updated', 'unchanged', 'deleted'] as const;
export type RestoreAction = (typeof RESTORE_ACTIONS)[number];

export type RestoreEvent =
  | { readonly kind: 'status'; readonly progress: RestoreProgress; readonly errorCount: number }
  | {
      readonly kind: 'item';
      readonly action: RestoreAction;
      /** Path inside the snapshot; of a deleted item: path in the target. */
      readonly path: ByteString;
      readonly type: NodeType | undefined;
      readonly sizeBytes: number;
    }
  /** This item is not, or not fully, restored. */
  | { readonly kind: 'error'; readonly path: ByteString; readonly error: ErrorRecord }
  /** Worth knowing, nothing is missing. */
  | { readonly kind: 'warning'; readonly path: ByteString; readonly error: ErrorRecord }
  /** Everything is written; the read-back of `verify` begins. */
  | { readonly kind: 'verifying' };

export interface RestoreItemError {
  readonly path: ByteString;
  readonly error: ErrorRecord;
}

/** How many of the errors a result names; the count is exact. */
export const RESTORE_ERRORS_KEPT_MAX = 1000;

export interface RestoreResult {
  readonly progress: RestoreProgress;
  readonly errorCount: number;
  /** The first of them. */
  readonly errors: readonly RestoreItemError[];
  /** Read back and found right; 0 without `verify`. */
  readonly filesVerified: number;
  readonly durationMs: number;
}
