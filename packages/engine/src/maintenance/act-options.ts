import { LumbungError } from '@lumbung/stdx';
import type { Lock } from '../repository/lock.ts';

/**
 * The one rule about locks: whoever calls an act of maintenance holds the lock and hands it in. A plan is only true while
 * the lock under which it was made is held, so one lock has to span plan and execution (and forget with its prune); the act
 * cannot own it. Take it with `lockRepository` before the first act, release it after the last.
 *
 * `unlocked` is for readers that accept a moving target: a check, or a plan that is only printed.
 */
export type HeldLock = Lock | 'unlocked';

/** What every act of maintenance takes besides its own options. */
export interface ActOptions<Event> {
  readonly lock: HeldLock;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: Event) => void) | undefined;
}

/** How far a phase has come. `total` is 0 while it is not known. */
export interface ProgressEvent<Phase extends string> {
  readonly kind: 'progress';
  readonly phase: Phase;
  readonly done: number;
  readonly total: number;
}

/** Which lock each command holds, for the one who takes it: shared with restic's clients. */
export const LOCK_KINDS = {
  check: 'exclusive',
  forget: 'exclusive',
  prune: 'exclusive',
  tag: 'exclusive',
  upgrade: 'exclusive',
  repairIndex: 'exclusive',
  repairPacks: 'exclusive',
  repairSnapshots: 'exclusive',
  recover: 'exclusive',
  rewrite: 'shared',
  rewriteForget: 'exclusive',
  copySource: 'shared',
  copyTarget: 'shared',
} as const satisfies Readonly<Record<string, 'exclusive' | 'shared'>>;

/** The caller's signal and the lock's in one: a lost lock stops the act as a cancellation does.
 *  @throws LumbungError LOCK_REQUIRED (bug): the act writes and the lock is missing or too weak */
export function signalUnder(
  needed: 'exclusive' | 'shared' | 'none',
  options: { readonly lock: HeldLock; readonly signal?: AbortSignal | undefined },
): AbortSignal {
  const { lock, signal } = options;
  const isStrongEnough =
    needed === 'none' || (lock !== 'unlocked' && (needed === 'shared' || lock.kind === 'exclusive'));
  if (!isStrongEnough) {
    throw new LumbungError('LOCK_REQUIRED', {
      kind: 'bug',
      message: `this act needs a lock of kind ${needed}`,
      context: { needed, held: lock === 'unlocked' ? 'none' : lock.kind },
    });
  }
  const signals = [...(signal === undefined ? [] : [signal]), ...(lock === 'unlocked' ? [] : [lock.signal])];
  return AbortSignal.any(signals);
}
