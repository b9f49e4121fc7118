import type { Lock, Repository } from '@lumbung/engine';
import { LumbungError } from '@lumbung/stdx';
import type { CommandContext } from './context.ts';

export interface HeldRepository {
  readonly repository: Repository;
  /** `unlocked` where --no-lock was given, or the command needs none. */
  readonly lock: Lock | 'unlocked';
  /** The user's wish to stop and the loss of the lock in one. */
  readonly signal: AbortSignal;
}

/** `read`: shared, and --no-lock does without. `append`: shared. `exclusive`: nobody else. `preview`: exclusive too, but for an
 *  act that only prints what it would do, so that --no-lock may do without. */
export type LockNeed = 'none' | 'read' | 'append' | 'exclusive' | 'preview';

/** Opens the repository of the command line, takes the lock, acts, and gives both back, whatever happens.
 *  @throws LumbungError NO_LOCK_REFUSED (operator): --no-lock for an act that writes */
export async function withRepository<T>(
  context: CommandContext,
  need: LockNeed,
  act: (held: HeldRepository) => Promise<T>,
): Promise<T> {
  if (!context.isLockWanted && (need === 'append' || need === 'exclusive')) {
    throw new LumbungError('NO_LOCK_REFUSED', {
      kind: 'operator',
      message: 'this command changes the repository and cannot go without a lock',
      hint: 'leave out --no-lock, or add --dry-run where the command has it',
    });
  }
  const repository = await context.openRepository();
  try {
    return await underLock(context, repository, need, act);
  } finally {
    await repository.backend.close();
  }
}

/** As `withRepository`, for one that is open already; it stays open. */
export async function underLock<T>(
  context: CommandContext,
  repository: Repository,
  need: LockNeed,
  act: (held: HeldRepository) => Promise<T>,
): Promise<T> {
  if (need === 'none' || !context.isLockWanted) {
    return await act({ repository, lock: 'unlocked', signal: context.signal });
  }
  await using lock = await context.lock(repository, need === 'read' || need === 'append' ? 'shared' : 'exclusive');
  return await act({ repository, lock, signal: AbortSignal.any([context.signal, lock.signal]) });
}
