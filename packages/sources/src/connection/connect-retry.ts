import { type Clock, describeError, isLumbungError } from '@lumbung/stdx';

/** A server that restarts is back within a minute; one that is gone for longer is a matter for people. */
const PAUSES_MS = [5000, 20_000, 60_000];

/** A subset of `Control`. */
export interface RetryControl {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  note(line: string): void;
}

/** Tries to connect, and up to three times more with growing pauses when the failure is one that passes. */
export async function retryConnecting<T>(connect: () => Promise<T>, control: RetryControl): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await connect();
    } catch (error) {
      control.signal.throwIfAborted();
      if (!isLumbungError(error) || error.kind !== 'transient') throw error;
      control.note(`${describeError(error)}; trying again in ${pauseMs / 1000} seconds`);
    }
    await control.clock.sleep(pauseMs, control.signal);
  }
  return await connect();
}
