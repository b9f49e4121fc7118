import type { Clock } from '@lumbung/stdx';

interface Sleeper {
  readonly wakeAtMs: number;
  readonly wake: () => void;
}

export interface ManualClockOptions {
  /** Wall clock at the start; 2026-01-02T03:04:05Z by default. */
  readonly startMs?: number;
  /** Sleeps of at most this length pass by themselves and move the clock (500 ms by default), so that the short
   *  wait in the middle of taking a lock needs no help. Longer sleeps wait for `advance`. */
  readonly selfPassingMsMax?: number;
}

/** A clock that moves only when told to: see `advance` and `setWallClock`. */
export class ManualClock implements Clock {
  #wallMs: number;
  #monotonicMs = 0;
  readonly #selfPassingMsMax: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(options: ManualClockOptions = {}) {
    this.#wallMs = options.startMs ?? Date.UTC(2026, 0, 2, 3, 4, 5);
    this.#selfPassingMsMax = options.selfPassingMsMax ?? 500;
  }

  nowMs(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** How many sleeps wait for `advance`. */
  get sleeperCount(): number {
    return this.#sleepers.size;
  }

  async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (delayMs <= this.#selfPassingMsMax) {
      this.#wallMs += delayMs;
      this.#monotonicMs += delayMs;
      await settle();
      signal?.throwIfAborted();
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        wakeAtMs: this.#monotonicMs + delayMs,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Lets `ms` pass, waking every sleeper in turn at its own moment. What they start meanwhile gets a few turns of the event loop. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#monotonicMs + ms;
    await settle();
    for (;;) {
      const next = this.#nextSleeper(endMs);
      if (next === undefined) break;
      this.#moveTo(Math.max(next.wakeAtMs, this.#monotonicMs));
      next.wake();
      await settle();
    }
    if (endMs > this.#monotonicMs) this.#moveTo(endMs);
    await settle();
  }

  /** Sets the wall clock without letting time pass: a suspended machine, or a corrected clock. */
  setWallClock(nowMs: number): void {
    this.#wallMs = nowMs;
  }

  #moveTo(monotonicMs: number): void {
    this.#wallMs += monotonicMs - this.#monotonicMs;
    this.#monotonicMs = monotonicMs;
  }

  #nextSleeper(untilMs: number): Sleeper | undefined {
    let next: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (sleeper.wakeAtMs > untilMs) continue;
      if (next === undefined || sleeper.wakeAtMs < next.wakeAtMs) next = sleeper;
    }
    return next;
  }
}

/** Enough turns of the event loop for work on a backend in memory to come to rest. */
async function settle(): Promise<void> {
  for (let turnIdx = 0; turnIdx < 12; turnIdx += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
