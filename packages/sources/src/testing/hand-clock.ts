import type { Clock } from '@lumbung/stdx';

interface Sleeper {
  readonly wakesAtMs: number;
  readonly wake: () => void;
}

/** A clock that stands still until a test moves it, for what runs beside real processes. */
export class HandClock implements Clock {
  #elapsedMs = 0;
  readonly #sleepers = new Set<Sleeper>();

  nowMs(): number {
    return Date.UTC(2026, 0, 2, 3, 4, 5) + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper = { wakesAtMs: this.#elapsedMs + delayMs, wake: resolve };
    const giveUp = () => reject(signal?.reason);
    this.#sleepers.add(sleeper);
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      await promise;
    } finally {
      this.#sleepers.delete(sleeper);
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** Lets time pass that nobody sleeps through. */
  move(delayMs: number): void {
    this.#elapsedMs += delayMs;
  }

  /** Waits until somebody sleeps `delayMs` or less from now, then lets that time pass. */
  async pass(delayMs: number): Promise<void> {
    const endMs = this.#elapsedMs + delayMs;
    for (;;) {
      const due = [...this.#sleepers].filter(({ wakesAtMs }) => wakesAtMs <= endMs);
      if (due.length > 0) {
        this.#elapsedMs = endMs;
        for (const { wake } of due) wake();
        return;
      }
      // A turn of the loop, in which processes may speak.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}
