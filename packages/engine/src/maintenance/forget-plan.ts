import type { ErrorRecord } from '@lumbung/stdx';
import type { SnapshotId } from '../format/ids.ts';
import type { RetentionPolicy } from '../retention/policy.ts';
import type { GroupKey } from '../snapshot/groups.ts';
import type { SnapshotFilter } from '../snapshot/snapshot-filter.ts';
import type { SnapshotRecord } from '../snapshot/snapshots.ts';
import type { ActOptions, ProgressEvent } from './act-options.ts';

/** `ids`: these and nothing else, without a policy (prefixes of ids, or `latest`). */
export type ForgetSelection =
  | { readonly kind: 'ids'; readonly ids: readonly string[]; readonly filter?: SnapshotFilter }
  | {
      readonly kind: 'policy';
      readonly policy: RetentionPolicy;
      readonly filter: SnapshotFilter;
      /** Default: host and paths. Empty: all snapshots are one group. */
      readonly groupBy?: readonly GroupKey[];
      /** An empty policy removes all that the filter selects; the filter must not be empty. */
      readonly allowRemoveAll?: boolean;
    };

export interface ForgetOptions extends ActOptions<ForgetEvent> {
  readonly selection: ForgetSelection;
}

export type ForgetEvent =
  | ProgressEvent<'remove'>
  | { readonly kind: 'removed'; readonly snapshotId: SnapshotId }
  | { readonly kind: 'removeFailed'; readonly snapshotId: SnapshotId; readonly error: ErrorRecord }
  /** A snapshot file that cannot be read: it is neither kept by a rule nor removed. */
  | { readonly kind: 'unreadable'; readonly snapshotId: SnapshotId; readonly error: ErrorRecord };

/** Why one snapshot stays. */
export interface KeepReason {
  readonly snapshot: SnapshotRecord;
  /** For example `daily snapshot`, `oldest weekly snapshot`, `within 7d`: restic's words. */
  readonly matches: readonly string[];
}

export interface ForgetGroup {
  /** Parts that were not grouped by are undefined. */
  readonly hostname: string | undefined;
  readonly paths: readonly string[] | undefined;
  readonly tags: readonly string[] | undefined;
  /** Newest first. */
  readonly keep: readonly SnapshotRecord[];
  readonly remove: readonly SnapshotRecord[];
  readonly reasons: readonly KeepReason[];
}

/** Everything `executeForget` is going to remove. */
export interface ForgetPlan {
  /** Empty when snapshots were chosen by id. */
  readonly groups: readonly ForgetGroup[];
  readonly removeIds: readonly SnapshotId[];
}

export interface ForgetResult {
  readonly removedIds: readonly SnapshotId[];
  /** Not empty: the command ends with exit code 3. */
  readonly failures: readonly { readonly snapshotId: SnapshotId; readonly error: ErrorRecord }[];
}
