import { describe, expect, it } from 'vitest';
import { HandClock } from '../testing/hand-clock.ts';
import { growing, TimeLimit } from './act-limits.ts';

const never = new AbortController().signal;
const settled = async (): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
};

describe('TimeLimit', () => {
  it('aborts when the time is over, and not before', async () => {
    const clock = new HandClock();
    using limit = new TimeLimit({ signal: never, clock, hardMs: 5000 });
    clock.move(4999);
    await settled();
    expect(limit.signal.aborted).toBe(false);
    await clock.pass(1);
    await settled();
    expect(limit.signal.reason).toMatchObject({ code: 'DB_TIMEOUT', context: { seconds: 5 } });
  });

  it('never aborts once the act is over, nor where there is no limit', async () => {
    const clock = new HandClock();
    const limit = new TimeLimit({ signal: never, clock, hardMs: 5000 });
    limit[Symbol.dispose]();
    using unlimited = new TimeLimit({ signal: never, clock, hardMs: Number.POSITIVE_INFINITY });
    clock.move(10_000);
    await settled();
    expect([limit.signal.aborted, unlimited.signal.aborted]).toEqual([false, false]);
  });

  it('aborts as the signal that it was given', () => {
    const stop = new AbortController();
    using limit = new TimeLimit({ signal: stop.signal, clock: new HandClock(), hardMs: 5000 });
    stop.abort(new Error('enough'));
    expect(limit.signal.reason).toEqual(new Error('enough'));
  });
});

describe('growing', () => {
  it('lets no count fall', () => {
    const seen: [number, number][] = [];
    const progress = growing(({ doneBytes, doneRows }: { doneBytes: number; doneRows: number }) => {
      seen.push([doneBytes, doneRows]);
    });
    for (const [doneBytes, doneRows] of [
      [5, 0],
      [0, 3],
      [7, 1],
    ] as const)
      progress({ doneBytes, doneRows });
    expect(seen).toEqual([
      [5, 0],
      [5, 3],
      [7, 3],
    ]);
  });
});
