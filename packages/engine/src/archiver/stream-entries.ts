import type { Clock } from '@lumbung/stdx';
import type { StreamEntry } from './backup-options.ts';

/** How long the clean-up of an iterator is waited for that still owes an answer: it may wait for something that does not
 *  come any more. */
const CLOSE_WAIT_MS = 5000;

/** Entries for several who read at once: asked for one after the other, as iterators are made to be. */
export class StreamEntries {
  readonly #iterator: AsyncIterator<StreamEntry> | Iterator<StreamEntry>;
  #turn: Promise<unknown> = Promise.resolve();
  #isAsking = false;
  #isOver = false;

  constructor(entries: AsyncIterable<StreamEntry> | Iterable<StreamEntry>) {
    this.#iterator = Symbol.asyncIterator in entries ? entries[Symbol.asyncIterator]() : entries[Symbol.iterator]();
  }

  /** Undefined: there are no more. Those who ask while another one waits are answered after that one. */
  next(): Promise<StreamEntry | undefined> {
    const mine = this.#turn.then(() => this.#ask());
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Tells the iterator that no more is wanted and waits for its clean-up. @throws what that fails with */
  async close(clock: Clock): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const closing = Promise.resolve(this.#iterator.return?.());
    if (!this.#isAsking) {
      await closing;
      return;
    }
    const closed = new AbortController();
    try {
      await Promise.race([closing, clock.sleep(CLOSE_WAIT_MS, closed.signal)]);
    } finally {
      closed.abort();
    }
  }

  async #ask(): Promise<StreamEntry | undefined> {
    if (this.#isOver) return undefined;
    this.#isAsking = true;
    try {
      const answer: IteratorResult<StreamEntry, unknown> = await this.#iterator.next();
      if (answer.done !== true) return answer.value;
      this.#isOver = true;
      return undefined;
    } catch (error) {
      this.#isOver = true;
      throw error;
    } finally {
      this.#isAsking = false;
    }
  }
}
