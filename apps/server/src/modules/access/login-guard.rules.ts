// How long a login is refused after failures: by the name that was typed, whether or not there is such an account (so that a
// refusal tells nothing), and by the address. It grows, so that trying goes nowhere, and ends by itself, so that nobody can
// lock an officer out for good.

export interface Failures {
  readonly count: number;
  readonly lastAt: number;
}

interface BackOff {
  /** Failures that cost nothing: people mistype. */
  readonly free: number;
  readonly firstMs: number;
  readonly mostMs: number;
}

const MINUTE_MS = 60_000;

export const BACK_OFF = {
  name: { free: 4, firstMs: 30_000, mostMs: 15 * MINUTE_MS },
  /** A whole office may share one address. */
  address: { free: 19, firstMs: 30_000, mostMs: 15 * MINUTE_MS },
} as const satisfies Record<string, BackOff>;
export type GuardKind = keyof typeof BACK_OFF;

/** Failures older than this are forgotten. */
export const FORGET_AFTER_MS = 24 * 60 * MINUTE_MS;

/** When the next try is looked at; 0: at once. */
export function blockedUntil(kind: GuardKind, failures: Failures | undefined): number {
  if (failures === undefined) return 0;
  const { free, firstMs, mostMs } = BACK_OFF[kind];
  if (failures.count <= free) return 0;
  return failures.lastAt + Math.min(mostMs, firstMs * 2 ** (failures.count - free - 1));
}

export function withFailure(failures: Failures | undefined, at: number): Failures {
  const isForgotten = failures === undefined || at - failures.lastAt > FORGET_AFTER_MS;
  return { count: isForgotten ? 1 : failures.count + 1, lastAt: at };
}
