import type { SnapshotId } from '../format/ids.ts';
import { encodeSnapshot } from '../format/snapshot-file.ts';
import type { Repository } from '../repository/repository.ts';
import { type ActOptions, signalUnder } from './act-options.ts';
import { PlanLedger } from './plan-ledger.ts';
import { removeSnapshots } from './remove-snapshots.ts';
import type { SnapshotChangeEvent, SnapshotChangePlan, SnapshotChangeResult } from './snapshot-changes.ts';

export interface SnapshotChangeDetails {
  readonly repository: Repository;
  /** Makes the trees of the new snapshots durable and indexed. */
  readonly writeTrees?: ((signal: AbortSignal) => Promise<void>) | undefined;
}

export const snapshotChangePlans = new PlanLedger<SnapshotChangePlan, SnapshotChangeDetails>();

/**
 * Executes a plan of `planTag`, `planRewrite` or `planRepairSnapshots`, once: trees, then index, then new snapshots, and only when all
 * of these are stored the old ones go. Whatever is interrupted leaves each snapshot there in one form at least.
 *
 * @throws LumbungError PLAN_SPENT, PLAN_NOT_EXECUTABLE, LOCK_REQUIRED (bug), BACKEND_*
 */
export async function executeSnapshotChanges(
  plan: SnapshotChangePlan,
  options: ActOptions<SnapshotChangeEvent>,
): Promise<SnapshotChangeResult> {
  const signal = signalUnder(plan.removesOld ? 'exclusive' : 'shared', options);
  const { repository, writeTrees } = snapshotChangePlans.spend(plan, options.lock);
  await writeTrees?.(signal);

  const replaced: { oldId: SnapshotId; newId: SnapshotId }[] = [];
  for (const { before, after } of plan.changes) {
    signal.throwIfAborted();
    const newId = await repository.saveUnpacked('snapshots', encodeSnapshot(after), { signal });
    replaced.push({ oldId: before.id, newId });
    options.onEvent?.({ kind: 'saved', oldId: before.id, newId });
  }
  const obsoleteIds = plan.removesOld
    ? [...replaced.map(({ oldId }) => oldId), ...plan.vanishing.map(({ id }) => id)]
    : [];
  const { removedIds, failures } = await removeSnapshots(repository, obsoleteIds, {
    signal,
    onRemoved: (snapshotId) => options.onEvent?.({ kind: 'removed', snapshotId }),
    onFailed: (snapshotId, error) => options.onEvent?.({ kind: 'removeFailed', snapshotId, error }),
  });
  return { replaced, removedIds, failures };
}
