import { type Lock, type LockMode, lockRepository, type Repository, unlock } from '@lumbung/engine';
import { isLumbungError, LumbungError } from '@lumbung/stdx';
import type { JobRun } from './job-run.ts';
import { errorOf } from './shown-text.ts';

/** Waits while somebody else holds the repository; the last one repeats. */
const DELAYS_MS = [1_000, 2_000, 5_000, 10_000, 20_000, 30_000] as const;
/** Locks of the dead that are removed before one gives up: somebody writes them anew. */
const REMOVALS_MAX = 16;

/**
 * Takes a lock, and waits for it as long as the job allows. A lock whose holder is dead (its process is gone from this
 * machine, or it was not refreshed for half an hour) is removed: nobody is there at night to do it.
 *
 * @throws LumbungError REPOSITORY_BUSY (transient): somebody held it all the time; what the engine's `lockRepository` fails with
 */
export async function lockForJob(repository: Repository, kind: LockMode, run: JobRun): Promise<Lock> {
  const { ports, limits, signal, book } = run;
  const endMs = ports.clock.monotonicMs() + limits.lockWaitMs;
  let removals = 0;
  for (let attemptIdx = 0; ; ) {
    try {
      return await lockRepository(repository, { kind, signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!isLumbungError(error, 'LOCK_CONFLICT')) throw error;
      if (error.context['isStale'] === true && removals < REMOVALS_MAX) {
        removals += 1;
        const { removed } = await unlock(repository, { signal });
        book.note(`removed ${removed.length} locks of processes that are gone`);
        continue;
      }
      const restMs = endMs - ports.clock.monotonicMs();
      if (restMs <= 0) throw busy(error);
      const delayMs = DELAYS_MS[Math.min(attemptIdx, DELAYS_MS.length - 1)] ?? 0;
      attemptIdx += 1;
      const waitMs = Math.min(delayMs, restMs); // one last try at the end
      book.waiting('repository-locked', waitMs, errorOf(error));
      await ports.clock.sleep(waitMs, signal);
    }
  }
}

function busy(cause: LumbungError): LumbungError {
  const { hostname, pid, username, since } = cause.context;
  return new LumbungError('REPOSITORY_BUSY', {
    kind: 'transient',
    message: `somebody else held the repository all the time: ${cause.message}`,
    context: { hostname, pid, username, since },
    hint: 'it is tried again by itself; if nobody works on the repository, remove the lock with "unlock"',
    cause,
  });
}
