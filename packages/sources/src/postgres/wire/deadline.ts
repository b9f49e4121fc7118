import type { Clock } from '@lumbung/stdx';

/** Runs `act` with a signal that also aborts after `timeoutMs`, with what `onTimeout` makes. */
export async function withDeadline<T>(
  options: {
    readonly clock: Clock;
    readonly timeoutMs: number;
    readonly signal: AbortSignal | undefined;
    readonly onTimeout: () => Error;
  },
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const late = new AbortController();
  const timer = options.clock.sleep(options.timeoutMs, over.signal).then(
    () => late.abort(options.onTimeout()),
    () => {}, // Over in time.
  );
  try {
    return await act(options.signal === undefined ? late.signal : AbortSignal.any([options.signal, late.signal]));
  } finally {
    over.abort();
    await timer;
  }
}
