/** Time, handed in. `node/system.ts` holds the real one. */
export interface Clock {
  /** Wall clock, milliseconds since 1970-01-01T00:00:00Z. */
  nowMs(): number;
  /** Never goes back; milliseconds from an arbitrary start. */
  monotonicMs(): number;
  /** Resolves after `delayMs`, or rejects with the signal's reason. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** Chance, handed in. */
export interface Random {
  /** `length` bytes, unpredictable in production. */
  bytes(length: number): Buffer;
}
