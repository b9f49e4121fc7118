import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forEachParallel, mapParallel, Semaphore } from './async.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a semaphore', () => {
  it('lets in as many as it has permits, the others in their order', async () => {
    const gate = new Semaphore(2);
    const order: number[] = [];
    let inside = 0;
    let insideMax = 0;
    await Promise.all(
      Array.from({ length: 7 }, (_, nr) =>
        gate.run(async () => {
          inside += 1;
          insideMax = Math.max(insideMax, inside);
          order.push(nr);
          await turn();
          inside -= 1;
        }),
      ),
    );
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(insideMax).toBe(2);
  });

  it('takes the permit back from an act that fails', async () => {
    const gate = new Semaphore(1);
    await expect(gate.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await gate.run(() => Promise.resolve('next'))).toBe('next');
  });

  it('gives up the place of one who is called off, and loses no permit', async () => {
    const gate = new Semaphore(1);
    await gate.acquire();
    const callOff = new AbortController();
    const calledOff = gate.acquire(callOff.signal);
    const patient = gate.acquire();
    const reason = new Error('called off');
    callOff.abort(reason);
    await expect(calledOff).rejects.toBe(reason);
    gate.release();
    await patient;
    gate.release();
    await gate.acquire(AbortSignal.any([]));
  });

  it('does not take one in who was called off before', async () => {
    const gate = new Semaphore(1);
    const reason = new Error('before');
    await expect(gate.acquire(AbortSignal.abort(reason))).rejects.toBe(reason);
    await gate.acquire();
  });

  it('a signal that comes after the permit was given changes nothing', async () => {
    const gate = new Semaphore(1);
    await gate.acquire();
    const callOff = new AbortController();
    const waiting = gate.acquire(callOff.signal);
    gate.release();
    callOff.abort(new Error('late'));
    await waiting;
    gate.release();
    await gate.acquire();
  });
});

describe('forEachParallel', () => {
  it('has at most so many under way, and does all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(20), fc.integer({ min: 1, max: 5 }), async (count, inFlightMax) => {
        let inside = 0;
        const done: number[] = [];
        await forEachParallel(Array(count).keys(), inFlightMax, async (item) => {
          inside += 1;
          expect(inside).toBeLessThanOrEqual(inFlightMax);
          await turn();
          inside -= 1;
          done.push(item);
        });
        expect(done.sort((a, b) => a - b)).toEqual([...Array(count).keys()]);
      }),
      { numRuns: 30 },
    );
  });

  it('starts nothing after a failure, waits for what is under way, then throws the first', async () => {
    const ended: number[] = [];
    const started: number[] = [];
    const work = forEachParallel([0, 1, 2, 3, 4, 5], 2, async (item) => {
      started.push(item);
      if (item === 1) throw new Error('one');
      await turn();
      ended.push(item);
    });
    await expect(work).rejects.toThrow('one');
    expect(ended).toEqual(started.filter((item) => item !== 1));
    expect(started).not.toContain(5);
  });

  it('fails with the source of its items, after what is under way has ended', async () => {
    async function* items() {
      yield 1;
      await turn();
      throw new Error('source');
    }
    let ended = 0;
    const work = forEachParallel(items(), 2, async () => {
      for (let turns = 0; turns < 5; turns += 1) await turn();
      ended += 1;
    });
    await expect(work).rejects.toThrow('source');
    expect(ended).toBe(1);
  });
});

describe('mapParallel', () => {
  it('keeps the order', async () => {
    const results = await mapParallel([3, 1, 2], 3, async (item) => {
      for (let turns = 0; turns < item; turns += 1) await turn();
      return item * 10;
    });
    expect(results).toEqual([30, 10, 20]);
  });
});
