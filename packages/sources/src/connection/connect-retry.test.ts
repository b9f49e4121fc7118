import { LumbungError } from '@lumbung/stdx';
import { LeapingClock } from '@lumbung/stdx/testing';
import { describe, expect, it } from 'vitest';
import { retryConnecting } from './connect-retry.ts';

const gone = () => new LumbungError('DB_UNREACHABLE', { kind: 'transient', message: 'nobody answers' });

function run(failures: unknown[], signal = new AbortController().signal) {
  const clock = new LeapingClock();
  const notes: string[] = [];
  const left = [...failures];
  const result = retryConnecting(
    async () => {
      if (left.length > 0) throw left.shift();
      return 'connected';
    },
    { clock, signal, note: (line) => void notes.push(line) },
  );
  return { clock, notes, result };
}

describe('connecting', () => {
  it('succeeds at once', async () => {
    const { clock, result } = run([]);
    expect(await result).toBe('connected');
    expect(clock.sleptMs).toEqual([]);
  });

  it('is tried again after 5, 20 and 60 seconds, and says so', async () => {
    const { clock, notes, result } = run([gone(), gone(), gone()]);
    expect(await result).toBe('connected');
    expect(clock.sleptMs).toEqual([5000, 20_000, 60_000]);
    expect(notes[0]).toBe('nobody answers; trying again in 5 seconds');
  });

  it('is given up after that, with the last failure', async () => {
    const last = gone();
    await expect(run([gone(), gone(), gone(), last, gone()]).result).rejects.toBe(last);
  });

  it.each([
    ['a wrong password', new LumbungError('DB_LOGIN_REFUSED', { kind: 'operator' })],
    ['a bug', new TypeError('x is not a function')],
  ])('is not tried again for %s', async (_title, error) => {
    const { clock, result } = run([error]);
    await expect(result).rejects.toBe(error);
    expect(clock.sleptMs).toEqual([]);
  });

  it('is not tried again when nobody wants it any more', async () => {
    await expect(run([gone()], AbortSignal.abort(new Error('cancelled'))).result).rejects.toThrow('cancelled');
  });
});
