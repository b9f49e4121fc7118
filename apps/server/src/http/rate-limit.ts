import type { Clock } from '@lumbung/stdx';

export interface Rate {
  /** How many at once, after a rest. */
  readonly burst: number;
  /** Then one in this time. */
  readonly everyMs: number;
}

/** How much of each kind of request one address, and one account, may send. */
export const RATES = {
  /** A page of the web UI asks for a dozen things at once. */
  ordinary: { burst: 200, everyMs: 50 },
  /** Passwords, codes: one may mistype, not try. */
  guessing: { burst: 10, everyMs: 6_000 },
  /** What makes the server work for long: exports, verification of the whole trail. */
  heavy: { burst: 5, everyMs: 5_000 },
} as const satisfies Record<string, Rate>;
export type RateName = keyof typeof RATES;

/** Counts requests by key (generic cell rate algorithm): one number a key, the moment at which its burst is whole again. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #rate: Rate;
  readonly #keysMax: number;
  /** In the order of their last use. */
  readonly #wholeAgainAt = new Map<string, number>();

  constructor(rate: Rate, { clock, keysMax = 20_000 }: { readonly clock: Clock; readonly keysMax?: number }) {
    this.#rate = rate;
    this.#clock = clock;
    this.#keysMax = keysMax;
  }

  /** Takes one. @returns 0 when there was one, else milliseconds to wait for it */
  take(key: string): number {
    const nowMs = this.#clock.monotonicMs();
    const { burst, everyMs } = this.#rate;
    const before = Math.max(nowMs, this.#wholeAgainAt.get(key) ?? nowMs);
    const waitMs = before + everyMs - burst * everyMs - nowMs;
    if (waitMs > 0) return waitMs;
    this.#wholeAgainAt.delete(key);
    this.#wholeAgainAt.set(key, before + everyMs);
    this.#forget(nowMs);
    return 0;
  }

  /** Keys whose burst is whole need no memory; beyond the bound the longest unused goes, whose burst is the nearest to it. */
  #forget(nowMs: number): void {
    for (const [key, at] of this.#wholeAgainAt) {
      if (at > nowMs && this.#wholeAgainAt.size <= this.#keysMax) return;
      this.#wholeAgainAt.delete(key);
    }
  }
}
