import type { Clock } from '@lumbung/stdx';

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  advance(byMs: number): void;
  /** Never back. */
  setTo(atMs: number): void;
}

export function manualClock(startMs: number): ManualClock {
  let now = startMs;
  const sleepers = new Set<{ readonly wakeAt: number; readonly wake: () => void }>();
  const clock: ManualClock = {
    nowMs: () => now,
    monotonicMs: () => now,
    sleep: async (delayMs, signal) => {
      signal?.throwIfAborted();
      if (delayMs <= 0) return;
      await new Promise<void>((resolve, reject) => {
        const sleeper = { wakeAt: now + delayMs, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason as Error); // whoever aborts gives a reason that may be thrown
        });
      });
    },
    advance: (byMs) => clock.setTo(now + byMs),
    setTo: (atMs) => {
      now = Math.max(now, atMs);
      for (const sleeper of [...sleepers]) {
        if (sleeper.wakeAt > now) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
  return clock;
}
