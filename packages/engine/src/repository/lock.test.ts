import type { LumbungError } from '@lumbung/stdx';
import { describe, expect, it, vi } from 'vitest';
import type { LockId } from '../format/ids.ts';
import { parseLock } from '../format/lock-file.ts';
import { createTestRepository, type TestRepository } from '../testing/test-repository.ts';
import { WatchedBackend } from '../testing/watched-backend.ts';
import { lockRepository } from './lock.ts';
import { isStaleLock, unlock, writeLock } from './lock-files.ts';
import type { Repository } from './repository.ts';

const MINUTE_MS = 60_000;

async function locksOf(repository: Repository): Promise<LockId[]> {
  const ids: LockId[] = [];
  for await (const { id } of repository.listIds('locks')) ids.push(id);
  return ids;
}

/** A repository and a second client of it: another process, which does not refresh its lock. */
async function twoClients(): Promise<{ one: TestRepository; other: Repository; backend: WatchedBackend }> {
  const backend = new WatchedBackend();
  const one = await createTestRepository({ backend });
  const ports = { ...one.ports, identity: { ...one.ports.identity, hostname: 'elsewhere', pid: 99 } };
  return { one, other: await one.reopen({ ports }), backend };
}

describe('lockRepository', () => {
  it('leaves one lock file that says who holds it since when, and none after release', async () => {
    const { repository, clock } = await createTestRepository();
    const startedMs = clock.nowMs();
    const lock = await lockRepository(repository, { kind: 'exclusive' });
    const [id, ...others] = await locksOf(repository);
    expect(others).toEqual([]);
    expect(id).toBe(lock.id);
    const file = parseLock(await repository.loadUnpacked('locks', lock.id));
    expect(file).toMatchObject({
      isExclusive: true,
      hostname: 'lab',
      username: 'tester',
      pid: 4711,
      uid: 1000,
      gid: 1000,
    });
    expect(Date.parse(file.time)).toBe(startedMs);
    expect(lock.signal.aborted).toBe(false);
    await lock.release();
    await lock.release();
    expect(await locksOf(repository)).toEqual([]);
    expect(clock.sleeperCount).toBe(0);
  });

  it.each([
    ['prompt', 0],
    ['not prompt', 200],
  ])('where listings are %s waits %i ms between writing its lock and looking again', async (listings, waitMs) => {
    const backend = new WatchedBackend();
    backend.properties.hasPromptListings = listings === 'prompt';
    const { repository, clock } = await createTestRepository({ backend });
    const startedMs = clock.monotonicMs();
    backend.operations.length = 0;
    await using _lock = await lockRepository(repository, { kind: 'shared' });
    expect(clock.monotonicMs() - startedMs).toBe(waitMs);
    expect(backend.operations.filter((one) => one.endsWith('locks') && !one.startsWith('load'))).toEqual([
      'list locks',
      'save locks',
      'list locks',
    ]);
  });

  it.each([
    ['shared', 'shared', true],
    ['shared', 'exclusive', false],
    ['exclusive', 'shared', false],
    ['exclusive', 'exclusive', false],
  ] as const)('beside a %s lock, a %s one is allowed: %s', async (held, wanted, isAllowed) => {
    const { one, other } = await twoClients();
    await using _held = await lockRepository(other, { kind: held });
    const attempt = lockRepository(one.repository, { kind: wanted });
    if (isAllowed) {
      await using lock = await attempt;
      expect((await locksOf(one.repository)).sort()).toEqual([lock.id, _held.id].sort());
    } else {
      await expect(attempt).rejects.toMatchObject({
        code: 'LOCK_CONFLICT',
        kind: 'operator',
        context: {
          hostname: 'elsewhere',
          pid: 99,
          username: 'tester',
          isExclusive: held === 'exclusive',
          isStale: false,
        },
      });
      expect(await locksOf(one.repository)).toEqual([_held.id]);
    }
  });

  it('sees a lock that somebody wrote at the same moment, and takes its own away', async () => {
    const { one, other, backend } = await twoClients();
    let rival: LockId | undefined;
    backend.afterSave = async (file) => {
      if (file.folder === 'locks' && rival === undefined) {
        rival = '' as LockId; // the next save is the rival's own
        rival = await writeLock(other, true);
      }
    };
    await expect(lockRepository(one.repository, { kind: 'shared' })).rejects.toMatchObject({ code: 'LOCK_CONFLICT' });
    expect(await locksOf(one.repository)).toEqual([rival]);
  });

  it('never lets two exclusive locks stand, however two clients interleave', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const { one, other } = await twoClients();
      const delays = new Array(seed % 7).fill(0);
      const attempts = await Promise.allSettled([
        lockRepository(one.repository, { kind: 'exclusive' }),
        (async () => {
          for (const _ of delays) await new Promise((resolve) => setImmediate(resolve));
          return lockRepository(other, { kind: 'exclusive' });
        })(),
      ]);
      const held = attempts.filter((attempt) => attempt.status === 'fulfilled').map(({ value }) => value);
      expect(held.length).toBeLessThanOrEqual(1);
      expect(await locksOf(one.repository)).toEqual(held.map(({ id }) => id));
      for (const lock of held) await lock.release();
    }
  });

  it('names a stale lock as stale, but does not pass over it', async () => {
    const { one, other } = await twoClients();
    const id = await writeLock(other, false);
    await one.clock.advance(31 * MINUTE_MS);
    const error: LumbungError = await lockRepository(one.repository, { kind: 'exclusive' }).catch((e) => e);
    expect(error).toMatchObject({ code: 'LOCK_CONFLICT', context: { isStale: true, ageMs: 31 * MINUTE_MS } });
    expect(error.hint).toContain('unlock');
    expect(await locksOf(one.repository)).toEqual([id]);
  });

  it('passes over lock files of no length and names that are no ids', async () => {
    const { one, backend } = await twoClients();
    await backend.save({ folder: 'locks', name: 'ab'.repeat(32) }, []);
    await backend.save({ folder: 'locks', name: 'tmp-123' }, [Buffer.from('x')]);
    await using lock = await lockRepository(one.repository, { kind: 'exclusive' });
    expect(lock.signal.aborted).toBe(false);
  });

  it('gives up on a lock that stays unreadable after looking four times', async () => {
    const { one, backend } = await twoClients();
    await backend.save({ folder: 'locks', name: 'ab'.repeat(32) }, [Buffer.from('no lock at all, but long enough')]);
    const attempt = lockRepository(one.repository, { kind: 'shared' });
    const outcome = expect(attempt).rejects.toMatchObject({
      code: 'LOCK_INVALID',
      kind: 'corruption',
      context: { lock: 'ab'.repeat(32) },
    });
    for (const delayMs of [5_000, 10_000]) {
      expect(one.clock.sleeperCount).toBeLessThanOrEqual(1);
      await one.clock.advance(delayMs);
    }
    await one.clock.advance(19_999);
    expect(one.clock.sleeperCount).toBe(1); // still waiting for the last look
    await one.clock.advance(1);
    await outcome;
    expect(await locksOf(one.repository)).toEqual(['ab'.repeat(32)]);
  });

  it('refuses to read an endless lock file', async () => {
    const { one, backend } = await twoClients();
    await backend.save({ folder: 'locks', name: 'ab'.repeat(32) }, [Buffer.alloc(100_000)]);
    const outcome = expect(lockRepository(one.repository, { kind: 'shared' })).rejects.toMatchObject({
      code: 'LOCK_INVALID',
    });
    await one.clock.advance(MINUTE_MS);
    await outcome;
    expect(backend.loads.some(({ file }) => file.name === 'ab'.repeat(32))).toBe(false);
  });

  it('goes on when an unreadable lock is gone at the next look', async () => {
    const { one, backend } = await twoClients();
    const torn = { folder: 'locks', name: 'ab'.repeat(32) };
    await backend.save(torn, [Buffer.from('half a lock')]);
    const attempt = lockRepository(one.repository, { kind: 'shared' });
    await one.clock.advance(4_000);
    await backend.remove(torn);
    await one.clock.advance(1_000);
    await (await attempt).release();
  });

  it('tries again for as long as it is told, and a last time at the end', async () => {
    const { one, other } = await twoClients();
    await using _held = await lockRepository(other, { kind: 'exclusive' });
    const onWait = vi.fn();
    const attempt = lockRepository(one.repository, { kind: 'shared', retryForMs: 50_000, onWait });
    const outcome = expect(attempt).rejects.toMatchObject({ code: 'LOCK_CONFLICT' });
    await one.clock.advance(60_000);
    await outcome;
    expect(onWait.mock.calls.map(([, delayMs]) => delayMs)).toEqual([5_000, 10_000, 20_000, 15_000]);
  });

  it('gets the lock when the other one lets go meanwhile', async () => {
    const { one, other } = await twoClients();
    const held = await lockRepository(other, { kind: 'exclusive' });
    const attempt = lockRepository(one.repository, { kind: 'exclusive', retryForMs: 10 * MINUTE_MS });
    await one.clock.advance(12_000);
    await held.release();
    await one.clock.advance(20_000);
    const lock = await attempt;
    expect(await locksOf(one.repository)).toEqual([lock.id]);
    await lock.release();
  });

  it('leaves no lock when it is cancelled, whenever that is', async () => {
    const { one, backend } = await twoClients();
    const operations = await countOperations(backend, async () =>
      (await lockRepository(one.repository, { kind: 'shared' })).release(),
    );
    for (let cancelAt = 0; cancelAt < operations; cancelAt += 1) {
      const cancel = new AbortController();
      let operationIdx = 0;
      backend.beforeEach = async () => {
        if (operationIdx === cancelAt) cancel.abort(new Error('cancelled by the test'));
        operationIdx += 1;
      };
      const outcome = await lockRepository(one.repository, { kind: 'shared', signal: cancel.signal }).then(
        (lock) => lock.release(),
        (error: unknown) => error,
      );
      backend.beforeEach = undefined;
      if (outcome !== undefined) expect(outcome).toMatchObject({ message: 'cancelled by the test' });
      expect(await locksOf(one.repository)).toEqual([]);
    }
  });

  it('leaves no lock when any operation of the backend fails', async () => {
    const { one, backend } = await twoClients();
    const operations = await countOperations(backend, async () =>
      (await lockRepository(one.repository, { kind: 'shared' })).release(),
    );
    let failures = 0;
    for (let failAt = 0; failAt < operations - 1; failAt += 1) {
      let operationIdx = 0;
      backend.beforeEach = async () => {
        operationIdx += 1;
        if (operationIdx === failAt + 1) throw new Error('out of reach');
      };
      const lock = await lockRepository(one.repository, { kind: 'shared' }).catch(() => undefined);
      backend.beforeEach = undefined;
      if (lock === undefined) failures += 1;
      else await lock.release();
      expect(await locksOf(one.repository)).toEqual([]);
    }
    expect(failures).toBeGreaterThan(0);
  });

  it('takes back a lock whose upload is reported as failed although it arrived', async () => {
    const { one, backend } = await twoClients();
    backend.afterSave = async () => {
      throw new Error('the answer was lost');
    };
    await expect(lockRepository(one.repository, { kind: 'shared' })).rejects.toThrow('the answer was lost');
    expect(await locksOf(one.repository)).toEqual([]);
  });
});

async function countOperations(backend: WatchedBackend, act: () => Promise<void>): Promise<number> {
  let count = 0;
  backend.beforeEach = async () => {
    count += 1;
  };
  await act();
  backend.beforeEach = undefined;
  return count;
}

describe('Lock', () => {
  it('is refreshed every 5 minutes: a new file first, then the old one goes', async () => {
    const { one, backend } = await twoClients();
    await using lock = await lockRepository(one.repository, { kind: 'shared' });
    const first = lock.id;
    const writes: string[] = [];
    backend.afterSave = async ({ name }) => void writes.push(`save ${name}`);
    backend.afterRemove = async ({ name }) => void writes.push(`remove ${name}`);
    await one.clock.advance(5 * MINUTE_MS + 1000);
    expect(writes).toEqual([`save ${lock.id}`, `remove ${first}`]);
    expect(lock.id).not.toBe(first);
    const file = parseLock(await one.repository.loadUnpacked('locks', lock.id));
    expect(one.clock.nowMs() - Date.parse(file.time)).toBeLessThanOrEqual(2000);
    await one.clock.advance(60 * MINUTE_MS);
    expect(await locksOf(one.repository)).toEqual([lock.id]);
    expect(writes.filter((write) => write.startsWith('save'))).toHaveLength(13);
    expect(lock.signal.aborted).toBe(false);
  });

  it('survives refreshes that fail for a while', async () => {
    const { one, backend } = await twoClients();
    await using lock = await lockRepository(one.repository, { kind: 'shared' });
    backend.beforeEach = async () => {
      throw new Error('out of reach');
    };
    await one.clock.advance(18 * MINUTE_MS);
    expect(lock.signal.aborted).toBe(false);
    backend.beforeEach = undefined;
    await one.clock.advance(5 * MINUTE_MS);
    expect(lock.signal.aborted).toBe(false);
    expect(await locksOf(one.repository)).toEqual([lock.id]);
    await one.clock.advance(60 * MINUTE_MS);
    expect(lock.signal.aborted).toBe(false);
  });

  it('is lost when it cannot be refreshed for 22.5 minutes', async () => {
    const { one, backend } = await twoClients();
    const lock = await lockRepository(one.repository, { kind: 'exclusive' });
    backend.beforeEach = async () => {
      throw new Error('out of reach');
    };
    await one.clock.advance(22 * MINUTE_MS);
    expect(lock.signal.aborted).toBe(false);
    await one.clock.advance(MINUTE_MS);
    expect(lock.signal.aborted).toBe(true);
    expect(lock.signal.reason).toMatchObject({
      code: 'LOCK_LOST',
      kind: 'transient',
      cause: { message: 'out of reach' },
    });
    backend.beforeEach = undefined;
    await lock.release();
    expect(await locksOf(one.repository)).toEqual([]);
  });

  it('is lost when the machine slept and somebody removed it meanwhile', async () => {
    const { one, other } = await twoClients();
    const lock = await lockRepository(one.repository, { kind: 'shared' });
    one.clock.setWallClock(one.clock.nowMs() + 40 * MINUTE_MS);
    expect((await unlock(other)).removed).toEqual([lock.id]);
    await one.clock.advance(1000);
    expect(lock.signal.reason).toMatchObject({ code: 'LOCK_LOST' });
    await lock.release();
    expect(await locksOf(one.repository)).toEqual([]);
  });

  it('is held again when the machine slept and its file is still there', async () => {
    const { one } = await twoClients();
    await using lock = await lockRepository(one.repository, { kind: 'shared' });
    const before = lock.id;
    one.clock.setWallClock(one.clock.nowMs() + 40 * MINUTE_MS);
    await one.clock.advance(1000);
    expect(lock.signal.aborted).toBe(false);
    expect(lock.id).not.toBe(before);
    expect(await locksOf(one.repository)).toEqual([lock.id]);
  });

  it('is lost when its file vanishes while it is being regained', async () => {
    const { one, backend } = await twoClients();
    const lock = await lockRepository(one.repository, { kind: 'shared' });
    backend.afterSave = async () => {
      backend.afterSave = undefined;
      await backend.remove({ folder: 'locks', name: lock.id });
    };
    one.clock.setWallClock(one.clock.nowMs() + 40 * MINUTE_MS);
    await one.clock.advance(1000);
    expect(lock.signal.reason).toMatchObject({ code: 'LOCK_LOST' });
    await lock.release();
    expect(await locksOf(one.repository)).toEqual([]);
  });

  it('holds back everything but lock files while it is being regained', async () => {
    const { one, backend } = await twoClients();
    await using lock = await lockRepository(one.repository, { kind: 'exclusive' });
    const order: string[] = [];
    const pack = { folder: 'data', name: 'cd'.repeat(32) };
    let write: Promise<void> | undefined;
    backend.afterSave = async (file) => {
      order.push(file.folder);
      if (file.folder === 'locks') write ??= one.repository.backend.save(pack, [Buffer.from('x')]);
    };
    one.clock.setWallClock(one.clock.nowMs() + 40 * MINUTE_MS);
    await one.clock.advance(1000);
    await write;
    expect(order).toEqual(['locks', 'data']);
    expect(backend.operations.findIndex((o) => o === 'save data')).toBeGreaterThan(
      backend.operations.lastIndexOf('stat locks'),
    );
    expect(lock.signal.aborted).toBe(false);
  });

  it('once lost, lets nothing be written any more, what waited neither, and its own file be removed', async () => {
    const { one, backend } = await twoClients();
    const lock = await lockRepository(one.repository, { kind: 'exclusive' });
    const pack = { folder: 'data', name: 'cd'.repeat(32) };
    await one.repository.backend.save(pack, [Buffer.from('x')]);
    const waiting: Promise<void>[] = [];
    backend.afterSave = async () => {
      backend.afterSave = undefined;
      const file = { folder: 'index', name: 'ef'.repeat(32) };
      waiting.push(one.repository.backend.save(file, [Buffer.from('x')]), one.repository.backend.remove(pack));
      for (const wait of waiting) wait.catch(() => undefined);
      await backend.remove({ folder: 'locks', name: lock.id });
    };
    one.clock.setWallClock(one.clock.nowMs() + 40 * MINUTE_MS);
    await one.clock.advance(1000);
    expect(waiting).toHaveLength(2);
    for (const wait of waiting) await expect(wait).rejects.toMatchObject({ code: 'LOCK_LOST' });
    await expect(one.repository.backend.save(pack, [Buffer.from('y')])).rejects.toMatchObject({ code: 'LOCK_LOST' });
    await expect(one.repository.backend.remove(pack)).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect((await one.repository.backend.load(pack)).toString()).toBe('x');
    await lock.release();
    expect(await locksOf(one.repository)).toEqual([]);
  });

  it('does not take a clock that was set back or forward for a lost lock', async () => {
    const { one } = await twoClients();
    await using lock = await lockRepository(one.repository, { kind: 'shared' });
    one.clock.setWallClock(one.clock.nowMs() - 120 * MINUTE_MS);
    await one.clock.advance(6 * MINUTE_MS);
    const file = parseLock(await one.repository.loadUnpacked('locks', lock.id));
    expect(one.clock.nowMs() - Date.parse(file.time)).toBeLessThan(2 * MINUTE_MS);
    one.clock.setWallClock(one.clock.nowMs() + 120 * MINUTE_MS);
    await one.clock.advance(6 * MINUTE_MS);
    expect(lock.signal.aborted).toBe(false);
    expect(await locksOf(one.repository)).toEqual([lock.id]);
  });

  it('removes an old file later that could not be removed at the refresh', async () => {
    const { one, backend } = await twoClients();
    const lock = await lockRepository(one.repository, { kind: 'shared' });
    backend.beforeEach = async (operation) => {
      if (operation === 'remove locks') throw new Error('out of reach');
    };
    await one.clock.advance(6 * MINUTE_MS);
    expect(await locksOf(one.repository)).toHaveLength(2);
    backend.beforeEach = undefined;
    await lock.release();
    expect(await locksOf(one.repository)).toEqual([]);
  });

  it('can be released while a refresh hangs', async () => {
    const { one, backend } = await twoClients();
    const lock = await lockRepository(one.repository, { kind: 'shared' });
    backend.beforeEach = async (operation, signal) => {
      if (operation !== 'save locks') return;
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }));
    };
    await one.clock.advance(6 * MINUTE_MS);
    await lock.release();
    expect(await locksOf(one.repository)).toEqual([]);
  });

  it('gives up releasing after a minute, and says so', async () => {
    const { one, backend } = await twoClients();
    const lock = await lockRepository(one.repository, { kind: 'shared' });
    backend.beforeEach = async (_operation, signal) => {
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }));
    };
    const outcome = expect(lock.release()).rejects.toMatchObject({ code: 'LOCK_RELEASE_TIMEOUT' });
    await one.clock.advance(61_000);
    await outcome;
  });
});

describe('unlock', () => {
  it('removes what is older than 30 minutes and what a dead process of this machine left, nothing else', async () => {
    const { one, other } = await twoClients();
    const old = await writeLock(other, true);
    await one.clock.advance(31 * MINUTE_MS);
    const young = await writeLock(other, false);
    const dead = await writeLock(one.repository, false);
    const unreadable = 'ab'.repeat(32) as LockId;
    await one.backend.save({ folder: 'locks', name: unreadable }, [Buffer.from('?')]);
    const mine = await one.reopen({ ports: { ...one.ports, isProcessAlive: () => false } });
    const result = await unlock(mine);
    expect([...result.removed].sort()).toEqual([old, dead].sort());
    expect([...result.kept].sort()).toEqual([young, unreadable].sort());
    expect((await locksOf(mine)).sort()).toEqual([young, unreadable].sort());
    expect((await unlock(mine, { removeAll: true })).removed).toHaveLength(2);
    expect(await locksOf(mine)).toEqual([]);
  });

  it('takes a process for alive when nobody can tell', async () => {
    const { repository, ports } = await createTestRepository();
    const lock = parseLock(await repository.loadUnpacked('locks', await writeLock(repository, false)));
    expect(isStaleLock(lock, ports)).toBe(false);
    expect(isStaleLock(lock, { ...ports, isProcessAlive: () => true })).toBe(false);
    expect(isStaleLock(lock, { ...ports, isProcessAlive: () => false })).toBe(true);
    const elsewhere = { ...ports, identity: { ...ports.identity, hostname: 'elsewhere' }, isProcessAlive: () => false };
    expect(isStaleLock(lock, elsewhere)).toBe(false);
  });
});
