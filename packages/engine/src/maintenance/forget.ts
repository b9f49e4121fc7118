import { LumbungError, toErrorRecord } from '@lumbung/stdx';
import type { SnapshotId } from '../format/ids.ts';
import type { Repository } from '../repository/repository.ts';
import { applyRetention, isEmptyPolicy } from '../retention/retention.ts';
import { type GroupKey, groupSnapshots, type SnapshotGroup } from '../snapshot/groups.ts';
import { filterSnapshots, isEmptyFilter } from '../snapshot/snapshot-filter.ts';
import { loadReadableSnapshots, type SnapshotRecord } from '../snapshot/snapshots.ts';
import { type ActOptions, signalUnder } from './act-options.ts';
import type {
  ForgetEvent,
  ForgetGroup,
  ForgetOptions,
  ForgetPlan,
  ForgetResult,
  ForgetSelection,
} from './forget-plan.ts';
import { PlanLedger } from './plan-ledger.ts';
import { removeSnapshots } from './remove-snapshots.ts';
import { selectSnapshots } from './select-snapshots.ts';

const GROUP_BY_DEFAULT: readonly GroupKey[] = ['host', 'paths'];

const forgetPlans = new PlanLedger<ForgetPlan, Repository>();

/**
 * Which snapshots a policy keeps and which it lets go, with the reason for each that stays.
 *
 * A policy that would leave nothing of a group is taken for a mistake: then the whole call is refused, whatever the
 * other groups say.
 *
 * @throws LumbungError FORGET_POLICY_EMPTY, FORGET_REMOVE_ALL_UNFILTERED, FORGET_GROUP_WOULD_VANISH (operator); of `ids`
 * SNAPSHOT_NOT_FOUND, SNAPSHOT_AMBIGUOUS (operator)
 * @see docs/design/repository-format.md#retention
 */
export async function planForget(repository: Repository, options: ForgetOptions): Promise<ForgetPlan> {
  const signal = signalUnder('none', options);
  const { selection } = options;
  const groups = selection.kind === 'ids' ? [] : await planGroups(repository, selection, { options, signal });
  const removable =
    selection.kind === 'ids'
      ? await selectSnapshots(repository, { ids: refuseNoIds(selection.ids), filter: selection.filter ?? {} }, signal)
      : groups.flatMap(({ remove }) => remove);
  const plan: ForgetPlan = { groups, removeIds: removable.map(({ id }) => id) };
  return forgetPlans.register(plan, repository, { lock: options.lock });
}

/** Removes the snapshots of the plan. One that cannot be removed does not stop the others: look at `failures`.
 *  @throws LumbungError PLAN_SPENT, PLAN_NOT_EXECUTABLE, LOCK_REQUIRED (bug) */
export async function executeForget(plan: ForgetPlan, options: ActOptions<ForgetEvent>): Promise<ForgetResult> {
  const signal = signalUnder('exclusive', options);
  const repository = forgetPlans.spend(plan, options.lock);
  const total = plan.removeIds.length;
  let done = 0;
  const report = (event: ForgetEvent): void => {
    options.onEvent?.(event);
    done += 1;
    options.onEvent?.({ kind: 'progress', phase: 'remove', done, total });
  };
  const { removedIds, failures } = await removeSnapshots(repository, plan.removeIds, {
    signal,
    onRemoved: (snapshotId) => report({ kind: 'removed', snapshotId }),
    onFailed: (snapshotId, error) => report({ kind: 'removeFailed', snapshotId, error }),
  });
  return { removedIds, failures };
}

type PolicySelection = Extract<ForgetSelection, { readonly kind: 'policy' }>;

async function planGroups(
  repository: Repository,
  selection: PolicySelection,
  call: { readonly options: ForgetOptions; readonly signal: AbortSignal },
): Promise<ForgetGroup[]> {
  const { policy, filter, groupBy = GROUP_BY_DEFAULT } = selection;
  const isEmpty = isEmptyPolicy(policy);
  refuseEmptyPolicy(isEmpty, selection);
  const readable = await loadReadableSnapshots(
    repository,
    (snapshotId: SnapshotId, error) =>
      call.options.onEvent?.({ kind: 'unreadable', snapshotId, error: toErrorRecord(error) }),
    call.signal,
  );
  const nowMs = repository.ports.clock.nowMs();
  return groupSnapshots(filterSnapshots(readable, filter), groupBy).map((group) => {
    const newestFirst = [...group.snapshots].reverse();
    if (isEmpty) return { ...describeGroup(group, groupBy), keep: [], remove: newestFirst, reasons: [] };
    const { keep, remove, reasons } = applyRetention(newestFirst, policy, nowMs);
    if (keep.length === 0) throw groupWouldVanish(group);
    return {
      ...describeGroup(group, groupBy),
      keep,
      remove,
      reasons: reasons.map(({ snapshot, matches }) => ({ snapshot, matches })),
    };
  });
}

function describeGroup(
  { key }: SnapshotGroup<SnapshotRecord>,
  groupBy: readonly GroupKey[],
): Pick<ForgetGroup, 'hostname' | 'paths' | 'tags'> {
  return {
    hostname: groupBy.includes('host') ? key.hostname : undefined,
    paths: key.paths ?? undefined,
    tags: key.tags ?? undefined,
  };
}

function refuseEmptyPolicy(isEmpty: boolean, { allowRemoveAll = false, filter }: PolicySelection): void {
  if (allowRemoveAll && isEmptyFilter(filter)) {
    throw new LumbungError('FORGET_REMOVE_ALL_UNFILTERED', {
      kind: 'operator',
      message: 'removing all snapshots is only allowed of those that a filter selects',
      hint: 'add --host, --tag or --path',
    });
  }
  if (!isEmpty || allowRemoveAll) return;
  throw new LumbungError('FORGET_POLICY_EMPTY', {
    kind: 'operator',
    message: 'no policy says what to keep, so nothing is removed',
    hint: 'say what to keep, for example --keep-daily 7, or name snapshots by their ids',
  });
}

function refuseNoIds(ids: readonly string[]): readonly string[] {
  // No ids must not come to mean all snapshots.
  if (ids.length > 0) return ids;
  throw new LumbungError('FORGET_POLICY_EMPTY', {
    kind: 'operator',
    message: 'no snapshot is named',
    hint: 'name at least one',
  });
}

function groupWouldVanish({ key, snapshots }: SnapshotGroup<SnapshotRecord>): LumbungError {
  const parts = [
    ...(key.hostname === '' ? [] : [`host ${key.hostname}`]),
    ...(key.tags === null ? [] : [`tags [${key.tags.join(', ')}]`]),
    ...(key.paths === null ? [] : [`paths [${key.paths.join(', ')}]`]),
  ];
  const group = parts.join(', ');
  return new LumbungError('FORGET_GROUP_WOULD_VANISH', {
    kind: 'operator',
    message: `the policy would remove every snapshot of a group (${group}); nothing is removed`,
    context: {
      group,
      snapshots: snapshots.length,
      host: key.hostname,
      tags: key.tags?.join(', '),
      paths: key.paths?.join(', '),
    },
    hint: 'keep at least one, for example with --keep-last 1; to remove a whole group, select it by a filter and allow the removal of all, or name its snapshots',
  });
}
