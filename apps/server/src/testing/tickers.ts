import type { Clock, Random } from '@lumbung/stdx';

/** A clock that stands still until a test moves it; nobody sleeps by it. */
export class StillClock implements Clock {
  #timeMs: number;

  constructor(timeMs = Date.UTC(2026, 2, 5, 1, 2, 3)) {
    this.#timeMs = timeMs;
  }

  nowMs(): number {
    return this.#timeMs;
  }

  monotonicMs(): number {
    return this.#timeMs;
  }

  async sleep(): Promise<void> {
    throw new Error('nobody sleeps by this clock');
  }

  pass(durationMs: number): void {
    this.#timeMs += durationMs;
  }
}

/** The same bytes in every run: a small generator, which nobody should take for chance. */
export function countedRandom(seed = 1): Random {
  let state = seed;
  const next = (): number => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 24;
  };
  return { bytes: (length) => Buffer.from(Array.from({ length }, next)) };
}
