import { setImmediate } from 'node:timers/promises';

/** Lets what waits for the thread have its turn: replies of workers, finished reads, the caller's timers. A long row of
 *  synchronous calls without it would starve them. */
export async function yieldToOthers(): Promise<void> {
  await setImmediate();
}
