import { describeError, forEachParallel, isLumbungError, LumbungError } from '@lumbung/stdx';
import type { LockId } from '../format/ids.ts';
import { encodeLock, type LockFile, parseLock } from '../format/lock-file.ts';
import { instantOf, localZone, millisecondsOf, timestampOfMilliseconds } from '../format/timestamp.ts';
import type { RepositoryPorts } from './ports.ts';
import type { Repository } from './repository.ts';

/** A lock is a small document; anything longer is none. */
const LOCK_BYTES_MAX = 64 * 2 ** 10;
/** Lock files read at once. Locks do not wait behind the other traffic of a backend. */
const LOADS_IN_FLIGHT_MAX = 8;
/** A lock that was not refreshed for so long belongs to nobody. */
export const LOCK_STALE_AFTER_MS = 30 * 60_000;

/** A lock file, read or not. Zero-length files are leftovers of torn uploads and do not count as locks. */
export type FoundLock =
  | { readonly status: 'valid'; readonly id: LockId; readonly lock: LockFile }
  | { readonly status: 'unreadable'; readonly id: LockId; readonly error: unknown };

/** Reads all lock files but `exceptId`. A file that vanishes meanwhile was released. */
export async function readLocks(
  repository: Repository,
  options: {
    readonly exceptId?: LockId | undefined;
    readonly known?: ReadonlySet<LockId>;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<FoundLock[]> {
  const { exceptId, known, signal } = options;
  const found: FoundLock[] = [];
  await forEachParallel(repository.listIds('locks', { signal }), LOADS_IN_FLIGHT_MAX, async ({ id, sizeBytes }) => {
    if (id === exceptId || sizeBytes === 0 || known?.has(id) === true) return;
    try {
      if (sizeBytes > LOCK_BYTES_MAX) throw lockInvalid(id, `it has ${sizeBytes} bytes`);
      found.push({ status: 'valid', id, lock: parseLock(await repository.loadUnpacked('locks', id, signal)) });
    } catch (error) {
      signal?.throwIfAborted();
      if (isLumbungError(error, 'BACKEND_FILE_MISSING')) return;
      found.push({ status: 'unreadable', id, error });
    }
  });
  return found;
}

/** Writes a lock file of this process, dated now. */
export async function writeLock(repository: Repository, isExclusive: boolean, signal?: AbortSignal): Promise<LockId> {
  const { clock, identity } = repository.ports;
  const lock: LockFile = {
    time: timestampOfMilliseconds(clock.nowMs(), localZone()),
    isExclusive,
    hostname: identity.hostname,
    username: identity.username,
    pid: identity.pid,
    uid: identity.uid,
    gid: identity.gid,
  };
  return repository.saveUnpacked('locks', encodeLock(lock), { signal });
}

/** Whether nobody can be working under the lock any more: it is 30 minutes old, or its process was of this machine and is gone. */
export function isStaleLock(lock: LockFile, ports: RepositoryPorts): boolean {
  if (ports.clock.nowMs() - millisecondsOf(instantOf(lock.time)) > LOCK_STALE_AFTER_MS) return true;
  return lock.hostname === ports.identity.hostname && ports.isProcessAlive?.(lock.pid) === false;
}

export interface UnlockResult {
  readonly removed: readonly LockId[];
  readonly kept: readonly LockId[];
}

/** Removes stale locks, with `removeAll` every lock. A lock that cannot be read is removed only with `removeAll`. */
export async function unlock(
  repository: Repository,
  options: { readonly removeAll?: boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<UnlockResult> {
  const { removeAll = false, signal } = options;
  const removed: LockId[] = [];
  const kept: LockId[] = [];
  const remove = async (id: LockId): Promise<void> => {
    await repository.removeFile('locks', id, { signal });
    removed.push(id);
  };
  if (removeAll) {
    await forEachParallel(repository.listIds('locks', { signal }), LOADS_IN_FLIGHT_MAX, ({ id }) => remove(id));
    return { removed, kept };
  }
  await forEachParallel(await readLocks(repository, { signal }), LOADS_IN_FLIGHT_MAX, async (found) => {
    if (found.status === 'valid' && isStaleLock(found.lock, repository.ports)) await remove(found.id);
    else kept.push(found.id);
  });
  return { removed, kept };
}

export function lockInvalid(id: LockId, problem: string, cause?: unknown): LumbungError {
  return new LumbungError('LOCK_INVALID', {
    kind: 'corruption',
    message: `lock ${id} cannot be read (${problem}): it is not known whether somebody works on the repository`,
    context: { lock: id },
    hint: 'if nobody else works on the repository, run "unlock --remove-all"',
    cause,
  });
}

/** The error of an attempt that met an unreadable lock. */
export function lockUnreadable(found: Extract<FoundLock, { status: 'unreadable' }>): unknown {
  const { id, error } = found;
  return isLumbungError(error) && error.kind === 'corruption' ? lockInvalid(id, describeError(error), error) : error;
}
