import type { Clock } from '../ports.ts';

interface Sleeper {
  readonly wakesAtMs: number;
  readonly wake: () => void;
}

/** A clock that costs no time: as soon as nothing else is ready to run, it leaps to the next moment somebody sleeps
 *  until. Sleepers wake one by one, in the order of their moments. */
export class LeapingClock implements Clock {
  /** Every delay that was asked for, in order. */
  readonly sleptMs: number[] = [];
  readonly #startMs: number;
  #elapsedMs = 0;
  #sleepers: readonly Sleeper[] = [];

  constructor(startMs = Date.UTC(2026, 0, 2, 3, 4, 5)) {
    this.#startMs = startMs;
  }

  nowMs(): number {
    return this.#startMs + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.sleptMs.push(delayMs);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper: Sleeper = { wakesAtMs: this.#elapsedMs + Math.max(delayMs, 0), wake: resolve };
    const giveUp = () => {
      this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    // A stable sort: of two who wake at the same moment the one that lay down first does.
    this.#sleepers = [...this.#sleepers, sleeper].sort((a, b) => a.wakesAtMs - b.wakesAtMs);
    setImmediate(() => this.#leap());
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** Lets time pass while nobody sleeps: work that takes long. */
  pass(durationMs: number): void {
    this.#elapsedMs += durationMs;
  }

  #leap(): void {
    const [next, ...rest] = this.#sleepers;
    if (next === undefined) return;
    this.#sleepers = rest;
    this.#elapsedMs = Math.max(this.#elapsedMs, next.wakesAtMs);
    next.wake();
  }
}
