import type { Clock } from '@lumbung/stdx';

/** Half of the shortest idle timeout that is seen on servers. */
const BEAT_MS = 30_000;

export interface KeepAliveOptions {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** One small query on every session that holds something and is otherwise silent. */
  beat(signal: AbortSignal): Promise<void>;
  /** 30 seconds by default. */
  readonly everyMs?: number;
}

/**
 * Acts while sessions are kept from falling asleep. A beat that fails means that what they hold (a snapshot, a lock) is
 * gone: the act is then aborted, and the failure of the beat is thrown. No beat is under way any more when this returns.
 */
export async function whileKeptAlive<T>(
  { signal, clock, beat, everyMs = BEAT_MS }: KeepAliveOptions,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  const done = new AbortController();
  const actSignal = AbortSignal.any([signal, lost.signal]);
  const beats = (async () => {
    const beatSignal = AbortSignal.any([signal, done.signal]);
    while (!beatSignal.aborted) {
      try {
        await clock.sleep(everyMs, beatSignal);
      } catch {
        // Nobody waits for beats any more.
        return;
      }
      try {
        await beat(beatSignal);
      } catch (error) {
        if (!beatSignal.aborted) lost.abort(error);
        return;
      }
    }
  })();
  try {
    const result = await act(actSignal);
    // An act that did not look at its signal stands on what was lost meanwhile.
    lost.signal.throwIfAborted();
    return result;
  } catch (error) {
    if (lost.signal.aborted) throw lost.signal.reason;
    throw error;
  } finally {
    done.abort();
    await beats;
  }
}
