import { LumbungError } from '@lumbung/stdx';

const spentPlans = new WeakSet<object>();

/** Marks `plan` as executed. What it says about the repository is no longer true afterwards.
 *  @throws LumbungError PLAN_SPENT (bug): it was executed before */
export function spendPlan(plan: object): void {
  if (spentPlans.has(plan)) {
    throw new LumbungError('PLAN_SPENT', { kind: 'bug', message: 'this plan was executed before; make a new one' });
  }
  spentPlans.add(plan);
}
