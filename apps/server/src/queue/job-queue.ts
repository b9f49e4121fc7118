// Work that waits. A queue knows no kind of job: it hands them out, once each, and notices when whoever has one is gone.
import type { JobId } from '@lumbung/contracts';
import type { Transaction } from '../store/store.ts';

export interface NewJob {
  readonly kind: string;
  /** Plain data. */
  readonly payload: unknown;
  /** While a job of this key is unfinished a second one is not taken, and nothing is said about it. */
  readonly uniqueKey?: string;
  /** At most `groupMax` jobs of a group are under way. */
  readonly groupKey?: string;
  readonly groupMax?: number;
  /** Higher goes first; default 0. */
  readonly priority?: number;
  /** Not before; default now. */
  readonly dueAt?: number;
  /** How often it is handed out before it is dead; default 1. */
  readonly attemptsMax?: number;
}

/** Proof that a job was handed out to somebody, and to nobody after that. */
export interface Lease {
  readonly jobId: JobId;
  readonly token: string;
}

export interface LeasedJob {
  readonly lease: Lease;
  readonly kind: string;
  readonly payload: unknown;
  /** 1 when it is handed out for the first time. */
  readonly attempt: number;
}

/** `cancelled`: somebody asked for its end, and the lease holds until that is done. `lost`: another has it, or it is over. */
export type LeaseState = 'held' | 'cancelled' | 'lost';
/** `cancelled`: it waited, and is no more. `asked`: whoever has it is told. `gone`: it is over, or never was. */
export type CancelResult = 'cancelled' | 'asked' | 'gone';

export interface JobQueue {
  /** In `tx`, jobs are there when it is committed and never if it is not. */
  enqueue(jobs: readonly NewJob[], tx?: Transaction): Promise<void>;
  /** The next job that may begin; its lease runs out unless it is held by heartbeats. A job whose lease ran out is handed out
   *  again, with a higher attempt, until it is dead.
   *  @returns undefined: nothing may begin now */
  claim(worker: string, wanted: { readonly kinds: readonly string[] }): Promise<LeasedJob | undefined>;
  heartbeat(lease: Lease): Promise<LeaseState>;
  /** @returns false: the lease does not hold any more, and nothing was changed */
  finish(lease: Lease, tx?: Transaction): Promise<boolean>;
  /** Gives it back, to be handed out again later, or to be dead when it was handed out often enough.
   *  @returns false: the lease does not hold any more */
  retry(lease: Lease, afterMs: number): Promise<boolean>;
  cancel(jobId: JobId): Promise<CancelResult>;
  /** Resolves when there may be something to claim, or after a while in any case.
   *  @throws the signal's reason */
  waitForWork(signal: AbortSignal): Promise<void>;
}
