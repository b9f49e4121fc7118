import type { Clock } from '@lumbung/stdx';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ID_PATTERN, parseRunId } from './ids.ts';
import { newId, newIdTimeMs } from './new-id.ts';

const clockAt = (timeMs: number): Clock => ({ nowMs: () => timeMs, monotonicMs: () => 0, sleep: async () => {} });
const bytesOf = (value: number) => ({ bytes: (length: number) => Buffer.alloc(length, value) });
const timeMs = fc.integer({ min: 0, max: 2 ** 48 - 1 });

describe('new ids', () => {
  it('say what they are ids of, and are ids', () => {
    const id = newId('run', { clock: clockAt(Date.UTC(2026, 2, 5)), random: bytesOf(255) });
    expect(id).toBe('run_01kjxmpk00zzzzzzzzzzzzzzzz');
    expect(parseRunId(id)).toBe(id);
    expect(newId('restore', { clock: clockAt(0), random: bytesOf(0) })).toMatch(ID_PATTERN);
  });

  it('sort by the time they were made, whatever chance says', () => {
    fc.assert(
      fc.property(timeMs, timeMs, fc.nat(255), fc.nat(255), (a, b, chanceOfA, chanceOfB) => {
        const [idOfA, idOfB] = [
          newId('run', { clock: clockAt(a), random: bytesOf(chanceOfA) }),
          newId('run', { clock: clockAt(b), random: bytesOf(chanceOfB) }),
        ];
        if (a !== b) expect(idOfA < idOfB).toBe(a < b);
        expect(newIdTimeMs(idOfA)).toBe(a);
      }),
    );
  });

  it('survive a clock that is out of its mind', () => {
    expect(newIdTimeMs(newId('job', { clock: clockAt(-5), random: bytesOf(1) }))).toBe(0);
    expect(newIdTimeMs(newId('job', { clock: clockAt(1e300), random: bytesOf(1) }))).toBe(2 ** 48 - 1);
    expect(newIdTimeMs(newId('job', { clock: clockAt(12.9), random: bytesOf(1) }))).toBe(12);
  });

  it('made elsewhere have no time', () => {
    for (const id of ['db:simpeg', 'run_01', 'run_01kjxmpk00zzzzzzzzzzzzzzzu']) expect(newIdTimeMs(id)).toBeUndefined();
  });
});
