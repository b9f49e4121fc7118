import type { Clock } from '@lumbung/stdx';

/** Runs `act` with a signal that also aborts after `timeoutMs` (`Infinity`: never), with what `onTimeout` makes; what an
 *  act fails with because of it is thrown as that. */
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
  const timer = Number.isFinite(options.timeoutMs)
    ? options.clock.sleep(options.timeoutMs, over.signal).then(
        () => late.abort(options.onTimeout()),
        () => undefined, // Over in time.
      )
    : undefined;
  try {
    return await act(options.signal === undefined ? late.signal : AbortSignal.any([options.signal, late.signal]));
  } catch (error) {
    throw late.signal.aborted ? late.signal.reason : error;
  } finally {
    over.abort();
    await timer;
  }
}
