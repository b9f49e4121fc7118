import { type ByteString, LumbungError } from '@lumbung/stdx';
import type { BlobId } from '../format/ids.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { existingFileAt } from './existing-file.ts';
import type { OverwritePolicy, RestoreOptions } from './restore-options.ts';
import { selectionOf, shownPath, type XattrPatterns, xattrChoiceOf } from './selection.ts';

const WORKERS_DEFAULT = 2;
const WORKERS_MAX = 64;

/** A restore that was found possible: options that fit together, a root that can be read, a target that can be one. */
export interface RestorePlan {
  readonly treeId: BlobId;
  readonly target: ByteString;
  /** The target exists already. */
  readonly targetExists: boolean;
  readonly overwrite: OverwritePolicy;
  readonly deletesExtra: boolean;
  readonly isSparse: boolean;
  readonly verifies: boolean;
  readonly ownershipByName: boolean;
  readonly xattrPatterns: XattrPatterns;
  readonly workerCount: number;
  readonly include: RestoreOptions['include'];
  readonly exclude: RestoreOptions['exclude'];
  readonly paths: RestoreOptions['paths'];
}

/** What a plan needs to be executed: not for its readers. */
export interface RestorePlanDetails {
  readonly indexed: IndexedRepository;
}

const unspent = new WeakMap<RestorePlan, RestorePlanDetails>();

/**
 * Checks everything that can be known to be wrong before the first change. What exactly a restore would do to which file
 * is told by `previewRestore`, item by item: a list of it could be as long as the tree, and would be out of date when it
 * is executed, so that every item is judged where and when it is restored.
 *
 * @throws LumbungError RESTORE_OPTIONS_CONFLICT, PATTERN_INVALID, RESTORE_TARGET_INVALID, RESTORE_WORKERS_INVALID (operator),
 * and what `loadTree` throws for the root
 */
export async function planRestore(
  indexed: IndexedRepository,
  options: RestoreOptions,
  signal?: AbortSignal,
): Promise<RestorePlan> {
  const { workerCount = WORKERS_DEFAULT, includeXattrs = [], excludeXattrs = [] } = options;
  selectionOf(options);
  const xattrPatterns = { include: includeXattrs, exclude: excludeXattrs };
  xattrChoiceOf(xattrPatterns);
  if (!Number.isInteger(workerCount) || workerCount < 1 || workerCount > WORKERS_MAX) {
    throw new LumbungError('RESTORE_WORKERS_INVALID', {
      kind: 'operator',
      message: `not a number of workers: ${workerCount}`,
      context: { workerCount, max: WORKERS_MAX },
    });
  }
  const target = cleanTarget(options.target);
  await indexed.loadTree(options.treeId, signal);
  const plan: RestorePlan = {
    treeId: options.treeId,
    target,
    targetExists: existingFileAt(target) !== undefined,
    overwrite: options.overwrite ?? 'always',
    deletesExtra: options.deleteExtra ?? false,
    isSparse: options.sparse ?? false,
    verifies: options.verify ?? false,
    ownershipByName: options.ownershipByName ?? false,
    xattrPatterns,
    workerCount,
    include: options.include,
    exclude: options.exclude,
    paths: options.paths,
  };
  unspent.set(plan, { indexed });
  return plan;
}

/** For a look that changes nothing; the plan stays as it is.
 *  @throws LumbungError PLAN_SPENT (bug) */
export function detailsOf(plan: RestorePlan): RestorePlanDetails {
  const details = unspent.get(plan);
  if (details !== undefined) return details;
  throw new LumbungError('PLAN_SPENT', { kind: 'bug', message: 'this plan was executed before; make a new one' });
}

/** For the execution, once. @throws LumbungError PLAN_SPENT (bug) */
export function spendPlan(plan: RestorePlan): RestorePlanDetails {
  const details = detailsOf(plan);
  unspent.delete(plan);
  return details;
}

function cleanTarget(target: ByteString): ByteString {
  if (!target.startsWith('/') || target.includes('\0')) {
    throw new LumbungError('RESTORE_TARGET_INVALID', {
      kind: 'operator',
      message: `the target is not an absolute path: ${shownPath(target)}`,
      context: { path: shownPath(target) },
    });
  }
  const trimmed = target.replace(/\/+$/, '');
  // Without slashes at its end a byte string is still one.
  return (trimmed === '' ? '/' : trimmed) as ByteString;
}
