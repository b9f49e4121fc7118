import type { Clock } from '@lumbung/stdx';

/** A clock that stands still until it is moved; sleeping ends when it is moved far enough. */
export class HandClock implements Clock {
  #nowMs: number;
  #sleepers: { readonly until: number; readonly wake: () => void }[] = [];

  constructor(nowMs = Date.now()) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const sleeper = { until: this.#nowMs + delayMs, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((each) => each !== sleeper);
        reject(signal.reason as Error); // whatever it was aborted with
      });
    });
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    const due = this.#sleepers.filter(({ until }) => until <= this.#nowMs);
    this.#sleepers = this.#sleepers.filter(({ until }) => until > this.#nowMs);
    for (const { wake } of due) wake();
  }
}
