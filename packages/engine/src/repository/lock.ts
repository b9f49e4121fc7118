import { type Clock, isLumbungError, LumbungError } from '@lumbung/stdx';
import type { LockId } from '../format/ids.ts';
import type { LockFile } from '../format/lock-file.ts';
import { instantOf, millisecondsOf } from '../format/timestamp.ts';
import { isStaleLock, lockUnreadable, readLocks, writeLock } from './lock-files.ts';
import type { Repository } from './repository.ts';

export const LOCK_MODES = ['exclusive', 'shared'] as const;
export type LockMode = (typeof LOCK_MODES)[number];

export interface LockOptions {
  /** `exclusive` suffers no other lock beside it, `shared` suffers other shared ones. */
  readonly kind: LockMode;
  /** How long to try again while somebody else holds a conflicting lock. */
  readonly retryForMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told before each wait for a conflicting lock. */
  readonly onWait?: ((conflict: LumbungError, delayMs: number) => void) | undefined;
}

/** Between writing the own lock and looking again, where listings are not prompt: two who write at the same moment see each
 *  other then. Where they are prompt nothing is to be waited for: of two who write and then look, one looks last. */
const SETTLE_MS = 200;
/** Waits before the second, third, fourth look at locks that could not be read. */
const UNREADABLE_DELAYS_MS = [5_000, 10_000, 20_000] as const;
/** Waits while somebody else holds the repository; the last one repeats. */
const CONFLICT_DELAYS_MS = [5_000, 10_000, 20_000, 40_000, 60_000] as const;
const REFRESH_EVERY_MS = 5 * 60_000;
/** Others may remove a lock after 30 minutes; a quarter of that is left for clocks that differ. */
const REFRESH_FAILED_AFTER_MS = 30 * 60_000 * 0.75;
/** How often the wall clock is looked at: timers stand still while a machine is suspended, so one long timer is not enough. */
const WATCH_EVERY_MS = 1_000;
/** The lock is removed at the end even when everything was cancelled; this long may it take. */
const RELEASE_MS_MAX = 60_000;

/**
 * Takes a lock on the repository: look, write, wait 200 ms where the backend's listings are not prompt, look again.
 *
 * @throws LumbungError LOCK_CONFLICT (operator): somebody else holds it, the context says who; LOCK_INVALID (corruption): a lock
 * cannot be read, four times; BACKEND_*. No lock file is left behind.
 * @see docs/design/repository-format.md#locks
 */
export async function lockRepository(repository: Repository, options: LockOptions): Promise<Lock> {
  const { clock } = repository.ports;
  const endMs = clock.monotonicMs() + (options.retryForMs ?? 0);
  for (let attemptIdx = 0; ; attemptIdx += 1) {
    try {
      return new Lock(repository, options.kind, await acquire(repository, options));
    } catch (error) {
      const restMs = endMs - clock.monotonicMs();
      if (!isLumbungError(error, 'LOCK_CONFLICT') || restMs <= 0) throw error;
      const delayMs = CONFLICT_DELAYS_MS[Math.min(attemptIdx, CONFLICT_DELAYS_MS.length - 1)] ?? 0;
      const waitMs = Math.min(delayMs, restMs); // one last try at the end
      options.onWait?.(error, waitMs);
      await clock.sleep(waitMs, options.signal);
    }
  }
}

async function acquire(repository: Repository, options: LockOptions): Promise<LockId> {
  const { kind, signal } = options;
  const seen = new Set<LockId>();
  await refuseConflicts(repository, { kind, seen, signal });
  const id = await writeLock(repository, kind === 'exclusive', signal);
  try {
    await settle(repository, signal);
    await refuseConflicts(repository, { kind, seen, ownId: id, signal });
    return id;
  } catch (error) {
    // Not by the caller's signal, which may be what ended the wait.
    await repository.removeFile('locks', id);
    throw error;
  }
}

async function settle({ backend, ports }: Repository, signal: AbortSignal | undefined): Promise<void> {
  if (!backend.properties.hasPromptListings) await ports.clock.sleep(SETTLE_MS, signal);
}

interface ConflictCheck {
  readonly kind: LockMode;
  /** Locks that were found harmless; grows. */
  readonly seen: Set<LockId>;
  readonly ownId?: LockId;
  readonly signal: AbortSignal | undefined;
}

async function refuseConflicts(repository: Repository, check: ConflictCheck): Promise<void> {
  const { kind, seen, ownId, signal } = check;
  for (let attemptIdx = 0; ; attemptIdx += 1) {
    const found = await readLocks(repository, { exceptId: ownId, known: seen, signal });
    let unreadable: unknown;
    for (const one of found) {
      if (one.status === 'unreadable') {
        unreadable ??= lockUnreadable(one);
        continue;
      }
      if (kind === 'exclusive' || one.lock.isExclusive) throw lockConflict(repository, one.id, one.lock);
      seen.add(one.id);
    }
    if (unreadable === undefined) return;
    const delayMs = UNREADABLE_DELAYS_MS[attemptIdx];
    if (delayMs === undefined) throw unreadable;
    await repository.ports.clock.sleep(delayMs, signal);
  }
}

/**
 * A held lock. Refreshes itself every 5 minutes by writing a new file and removing the old one.
 *
 * States: held → (refresh fails for 22.5 minutes) → regaining: everything but lock files is held back, and the own file
 * must still be there → held again, or lost: `signal` aborts with LOCK_LOST, whoever works under the lock must stop, and the
 * repository refuses to write.
 * From every state `release` leads to released.
 */
export class Lock implements AsyncDisposable {
  readonly kind: LockMode;
  readonly #repository: Repository;
  #id: LockId;
  /** Own lock files that were replaced but could not be removed yet. */
  readonly #obsolete = new Set<LockId>();
  #refreshedMs: number;
  #refreshError: unknown;
  readonly #lost = new AbortController();
  readonly #released = new AbortController();
  readonly #watch: Promise<void>;
  #release: Promise<void> | undefined;

  /** Made by `lockRepository`. */
  constructor(repository: Repository, kind: LockMode, id: LockId) {
    this.kind = kind;
    this.#repository = repository;
    this.#id = id;
    this.#refreshedMs = repository.ports.clock.nowMs();
    this.#watch = this.#refreshUntilReleased();
  }

  /** The lock file at present. */
  get id(): LockId {
    return this.#id;
  }

  /** Aborted, with LOCK_LOST as reason, when the lock may not be relied on any more. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Removes the lock file. Fine to call twice; does not reject when the lock is gone already. */
  release(): Promise<void> {
    this.#release ??= this.#removeFiles();
    return this.#release;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  async #removeFiles(): Promise<void> {
    this.#released.abort();
    await this.#watch; // a refresh under way may have written a new file
    this.#obsolete.add(this.#id);
    await withTimeLimit(this.#repository.ports.clock, RELEASE_MS_MAX, (signal) => this.#removeObsolete(signal));
  }

  async #removeObsolete(signal: AbortSignal): Promise<void> {
    for (const id of this.#obsolete) {
      await this.#repository.removeFile('locks', id, { signal });
      this.#obsolete.delete(id);
    }
  }

  async #refreshUntilReleased(): Promise<void> {
    const { clock } = this.#repository.ports;
    const { signal } = this.#released;
    let triedMs = this.#refreshedMs;
    while (!signal.aborted && !this.#lost.signal.aborted) {
      try {
        await clock.sleep(WATCH_EVERY_MS, signal);
      } catch {
        return; // released
      }
      const nowMs = clock.nowMs();
      // The clock was set back: count from there, or the next refresh would be that much later.
      triedMs = Math.min(triedMs, nowMs);
      this.#refreshedMs = Math.min(this.#refreshedMs, nowMs);
      if (nowMs - this.#refreshedMs >= REFRESH_FAILED_AFTER_MS) {
        await this.#regain();
        triedMs = clock.nowMs();
      } else if (nowMs - triedMs >= REFRESH_EVERY_MS) {
        triedMs = nowMs;
        await this.#refresh();
      }
    }
  }

  /** A failure is remembered, not thrown: the next interval tries again, and `#regain` decides when the time is over. */
  async #refresh(): Promise<void> {
    const { signal } = this.#released;
    try {
      const startedMs = this.#repository.ports.clock.nowMs();
      const newId = await writeLock(this.#repository, this.kind === 'exclusive', signal);
      this.#replaceBy(newId, startedMs);
      await this.#removeObsolete(signal);
    } catch (error) {
      this.#refreshError = error;
    }
  }

  #replaceBy(newId: LockId, refreshedMs: number): void {
    this.#obsolete.add(this.#id);
    this.#id = newId;
    this.#refreshedMs = refreshedMs;
  }

  async #regain(): Promise<void> {
    const repository = this.#repository;
    const { signal } = this.#released;
    const thaw = repository.freeze();
    try {
      await this.#requireFile();
      const newId = await writeLock(repository, this.kind === 'exclusive', signal);
      try {
        await settle(repository, signal);
        await this.#requireFile();
      } catch (error) {
        this.#obsolete.add(newId);
        throw error;
      }
      this.#replaceBy(newId, repository.ports.clock.nowMs());
    } catch (error) {
      if (!signal.aborted) this.#lose(error);
    } finally {
      thaw();
    }
    await this.#removeObsolete(signal).catch((error: unknown) => {
      this.#refreshError = error; // tried again with the next refresh and at the end
    });
  }

  /** The lock file must be there: while it was not refreshed, somebody may have taken it for stale and removed it. */
  async #requireFile(): Promise<void> {
    await this.#repository.backend.stat({ folder: 'locks', name: this.#id }, { signal: this.#released.signal });
  }

  #lose(cause: unknown): void {
    const reason = new LumbungError('LOCK_LOST', {
      kind: 'transient',
      message: 'the lock on the repository could not be refreshed in time; all work was stopped',
      context: { lock: this.#id, repository: this.#repository.backend.location },
      hint: 'see why the repository was out of reach (or the machine asleep), then run the command again',
      cause: cause ?? this.#refreshError,
    });
    this.#repository.haltWrites(reason);
    this.#lost.abort(reason);
  }
}

/** Gives `act` a signal that aborts after `limitMs`. */
async function withTimeLimit(
  clock: Clock,
  limitMs: number,
  act: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const done = new AbortController();
  const limit = new AbortController();
  const timer = clock.sleep(limitMs, done.signal).then(
    () => {
      limit.abort(
        new LumbungError('LOCK_RELEASE_TIMEOUT', {
          kind: 'transient',
          message: 'the lock could not be removed in time',
          hint: 'run "unlock" when the repository is reachable again',
        }),
      );
    },
    () => undefined, // done in time
  );
  try {
    await act(limit.signal);
  } finally {
    done.abort();
    await timer;
  }
}

function lockConflict(repository: Repository, id: LockId, lock: LockFile): LumbungError {
  const isStale = isStaleLock(lock, repository.ports);
  const sinceMs = millisecondsOf(instantOf(lock.time));
  return new LumbungError('LOCK_CONFLICT', {
    kind: 'operator',
    message: `the repository is locked ${lock.isExclusive ? 'exclusively ' : ''}by process ${lock.pid} on ${lock.hostname} (user ${lock.username}) since ${lock.time}`,
    context: {
      lock: id,
      isExclusive: lock.isExclusive,
      hostname: lock.hostname,
      username: lock.username,
      pid: lock.pid,
      since: lock.time,
      ageMs: repository.ports.clock.nowMs() - sinceMs,
      isStale,
    },
    hint: isStale
      ? 'the lock is stale: run "unlock" to remove it'
      : 'wait until the other command is done, or use --retry-lock; if it is certain that it does not run any more, run "unlock"',
  });
}
