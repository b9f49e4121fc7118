import { describe, expect, it } from 'vitest';
import { lockRepository } from '../repository/lock.ts';
import { createTestRepository } from '../testing/index.ts';
import { signalUnder } from './act-options.ts';
import { PlanLedger } from './plan-ledger.ts';

describe('PlanLedger', () => {
  it('gives the details of a plan once, under the lock it was made under', async () => {
    const { repository } = await createTestRepository();
    await using lock = await lockRepository(repository, { kind: 'exclusive' });
    const ledger = new PlanLedger<{ readonly name: string }, number>();
    const plan = ledger.register({ name: 'p' }, 7, { lock });
    expect(ledger.spend(plan, lock)).toBe(7);
    expect(() => ledger.spend(plan, lock)).toThrow(expect.objectContaining({ code: 'PLAN_SPENT', kind: 'bug' }));
  });

  it('refuses a plan that nobody registered, or a copy of one', async () => {
    const { repository } = await createTestRepository();
    await using lock = await lockRepository(repository, { kind: 'exclusive' });
    const ledger = new PlanLedger<{ readonly name: string }, number>();
    const plan = ledger.register({ name: 'p' }, 7, { lock });
    expect(() => ledger.spend({ ...plan }, lock)).toThrow(expect.objectContaining({ code: 'PLAN_SPENT' }));
  });

  it('refuses a plan that was made without a lock, under another lock, or for reading', async () => {
    const { repository } = await createTestRepository();
    const ledger = new PlanLedger<object, number>();
    const old = await lockRepository(repository, { kind: 'exclusive' });
    const underOld = ledger.register({}, 1, { lock: old });
    const unlocked = ledger.register({}, 2, { lock: 'unlocked' });
    await old.release();
    await using lock = await lockRepository(repository, { kind: 'exclusive' });
    const forReading = ledger.register({}, 3, { lock, obstacle: 'it is a drill' });
    for (const plan of [underOld, unlocked, forReading]) {
      expect(() => ledger.spend(plan, lock)).toThrow(expect.objectContaining({ code: 'PLAN_NOT_EXECUTABLE' }));
    }
  });
});

describe('signalUnder', () => {
  it('refuses to write without a lock, or under a shared one where an exclusive one is needed', async () => {
    const { repository } = await createTestRepository();
    await using lock = await lockRepository(repository, { kind: 'shared' });
    expect(() => signalUnder('shared', { lock: 'unlocked' })).toThrow(
      expect.objectContaining({ code: 'LOCK_REQUIRED' }),
    );
    expect(() => signalUnder('exclusive', { lock })).toThrow(expect.objectContaining({ code: 'LOCK_REQUIRED' }));
    expect(signalUnder('shared', { lock }).aborted).toBe(false);
    expect(signalUnder('none', { lock: 'unlocked' }).aborted).toBe(false);
  });

  it('ends with the signal of the caller', async () => {
    const caller = new AbortController();
    const signal = signalUnder('none', { lock: 'unlocked', signal: caller.signal });
    caller.abort(new Error('enough'));
    expect(signal.reason).toEqual(new Error('enough'));
  });
});
