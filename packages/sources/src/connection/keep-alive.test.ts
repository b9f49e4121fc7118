import { describe, expect, it } from 'vitest';
import { HandClock } from '../testing/hand-clock.ts';
import { whileKeptAlive } from './keep-alive.ts';

const never = new AbortController().signal;
const aborted = async (signal: AbortSignal): Promise<never> => {
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  throw signal.reason;
};

describe('an act while sessions are kept awake', () => {
  it('beats every 30 seconds, and no more when it is done', async () => {
    const clock = new HandClock();
    const act = Promise.withResolvers<string>();
    let beats = 0;
    const beat = async () => void (beats += 1);
    const result = whileKeptAlive({ signal: never, clock, beat }, () => act.promise);
    await clock.pass(30_000);
    await clock.pass(30_000);
    act.resolve('done');
    expect(await result).toBe('done');
    expect(beats).toBe(2);
  });

  it('is aborted when a beat fails, and fails with that', async () => {
    const clock = new HandClock();
    const beat = () => Promise.reject(new Error('the snapshot is gone'));
    const result = whileKeptAlive({ signal: never, clock, beat }, aborted);
    await clock.pass(30_000);
    await expect(result).rejects.toThrow('the snapshot is gone');
  });

  it('fails though it did not look, when what it stood on was lost', async () => {
    const clock = new HandClock();
    const act = Promise.withResolvers<string>();
    const failed = Promise.withResolvers<void>();
    const beat = () => {
      failed.resolve();
      return Promise.reject(new Error('the snapshot is gone'));
    };
    const result = whileKeptAlive({ signal: never, clock, beat }, () => act.promise);
    await clock.pass(30_000);
    await failed.promise;
    setImmediate(() => act.resolve('wrong'));
    await expect(result).rejects.toThrow('the snapshot is gone');
  });

  it('fails as it does, once a beat under way has ended', async () => {
    const clock = new HandClock();
    let isBeating = false;
    const begun = Promise.withResolvers<void>();
    const beat = async () => {
      isBeating = true;
      begun.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      isBeating = false;
    };
    const result = whileKeptAlive({ signal: never, clock, beat }, async () => {
      await begun.promise;
      throw new Error('the act failed');
    });
    await clock.pass(30_000);
    await expect(result).rejects.toThrow('the act failed');
    expect(isBeating).toBe(false);
  });

  it('ends with an abort from outside', async () => {
    const abort = new AbortController();
    const clock = new HandClock();
    const result = whileKeptAlive({ signal: abort.signal, clock, beat: async () => undefined }, aborted);
    abort.abort(new Error('cancelled'));
    await expect(result).rejects.toThrow('cancelled');
  });
});
