/** A gate that lets at most `permits` holders through at a time, first come first served. */
export class Semaphore {
  #free: number;
  readonly #waiting: Array<() => void> = [];

  constructor(permits: number) {
    this.#free = permits;
  }

  /** Rejects with the signal's reason when that comes first; the place in the queue is then given up. */
  async acquire(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = () => {
      const place = this.#waiting.indexOf(resolve);
      // No place any more: the permit is ours already, and whoever holds it sees the signal by itself.
      if (place < 0) return;
      this.#waiting.splice(place, 1);
      reject(signal?.reason);
    };
    this.#waiting.push(resolve);
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }

  async run<T>(act: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.acquire(signal);
    try {
      return await act();
    } finally {
      this.release();
    }
  }
}

/** Runs `act` for every item, at most `inFlightMax` at once. The first failure, of an act or of `items`, stops the
 *  start of further items, waits for those under way, then is thrown. */
export async function forEachParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  inFlightMax: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  try {
    for await (const item of items) {
      if (failure !== undefined) break;
      const one: Promise<void> = act(item)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => {
          running.delete(one);
        });
      running.add(one);
      if (running.size >= inFlightMax) await Promise.race(running);
    }
  } finally {
    // Also when `items` itself fails.
    await Promise.all(running);
  }
  if (failure !== undefined) throw failure.error;
}

/** `items` mapped by `act` with at most `inFlightMax` under way; the order is kept. */
export async function mapParallel<T, R>(
  items: readonly T[],
  inFlightMax: number,
  act: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array<R>(items.length);
  await forEachParallel(items.entries(), inFlightMax, async ([itemIdx, item]) => {
    results[itemIdx] = await act(item);
  });
  return results;
}
