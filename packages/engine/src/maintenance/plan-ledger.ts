import { LumbungError } from '@lumbung/stdx';
import type { HeldLock } from './act-options.ts';

interface Entry<Details> {
  readonly lock: HeldLock;
  /** Why it cannot be executed; undefined: it can. */
  readonly obstacle: string | undefined;
  readonly details: Details;
}

/**
 * What the executions of plans need and their readers do not: large tables, open repositories. A plan itself stays plain
 * data that one can print. Spending a plan takes its details out, which is also what frees their memory.
 */
export class PlanLedger<Plan extends object, Details> {
  readonly #open = new WeakMap<Plan, Entry<Details>>();

  /** @param options `lock`: under which the plan is true; `obstacle`: it is for reading only, because … */
  register<P extends Plan>(
    plan: P,
    details: Details,
    options: { readonly lock: HeldLock; readonly obstacle?: string | undefined },
  ): P {
    this.#open.set(plan, { lock: options.lock, obstacle: options.obstacle, details });
    return plan;
  }

  /** The details of `plan`, once.
   *  @throws LumbungError PLAN_SPENT (bug): it was executed before; PLAN_NOT_EXECUTABLE (bug): it was made for reading, or
   *  under a lock that is not the one held now */
  spend(plan: Plan, lock: HeldLock): Details {
    const entry = this.#open.get(plan);
    if (entry === undefined) {
      throw new LumbungError('PLAN_SPENT', { kind: 'bug', message: 'this plan was executed before; make a new one' });
    }
    const obstacle =
      entry.obstacle ??
      (entry.lock === 'unlocked'
        ? 'it was made without a lock'
        : entry.lock === lock
          ? undefined
          : 'its lock was released since');
    if (obstacle !== undefined) {
      throw new LumbungError('PLAN_NOT_EXECUTABLE', {
        kind: 'bug',
        message: `this plan is for reading only: ${obstacle}`,
        context: { obstacle },
      });
    }
    this.#open.delete(plan);
    return entry.details;
  }
}
