import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { assert, errnoOf, LumbungError } from '@lumbung/stdx';
import type { SourceEntry } from './source-entry.ts';
import { isTreePath } from './tree-path.ts';

/** Where workers put the files of a dump. */
export interface EntrySink {
  /** Aborts when the dump is given up: by the consumer, the caller, or the first failure of any worker. */
  readonly signal: AbortSignal;
  /**
   * Offers one file and waits until the consumer has read it to its end. Several may be under way.
   *
   * @throws what the stream fails with, or what the dump is given up for
   */
  store(path: string, open: () => Readable | Promise<Readable>): Promise<void>;
}

/** What a dump comes to when all its files are stored. */
export interface Produced<Result> {
  readonly result: Result;
  /** Given to the consumer after everything else. */
  readonly last: SourceEntry;
}

export interface EntryStream<Result> {
  /** Once. See `DatabaseDump`. */
  readonly entries: AsyncIterable<SourceEntry>;
  readonly result: Promise<Result>;
}

/**
 * Turns workers that push files into entries that are pulled. `produce` starts when the entries are asked for, and is
 * waited for before the iteration ends, however it ends, so that nothing of it (processes, sessions, files) outlives the
 * dump. The first failure, of `produce`, of a file or from outside, gives up the rest: open streams are destroyed with it,
 * and the iteration throws it.
 */
export function entryStream<Result>(
  signal: AbortSignal,
  produce: (sink: EntrySink) => Promise<Produced<Result>>,
): EntryStream<Result> {
  const dump = new EntryQueue(signal, produce);
  return { entries: dump, result: dump.result };
}

class EntryQueue<Result> implements AsyncIterable<SourceEntry> {
  readonly result: Promise<Result>;
  readonly #signal: AbortSignal;
  readonly #produce: (sink: EntrySink) => Promise<Produced<Result>>;
  readonly #given = new AbortController();
  readonly #outcome = Promise.withResolvers<Result>();
  /** Offered, and not pulled yet. */
  readonly #offers: SourceEntry[] = [];
  /** Offered, and not read to the end yet. */
  readonly #open = new Set<(error: unknown) => void>();
  #wake = Promise.withResolvers<void>();
  #produced: Produced<Result> | undefined;
  #isStarted = false;

  constructor(signal: AbortSignal, produce: (sink: EntrySink) => Promise<Produced<Result>>) {
    this.#signal = signal;
    this.#produce = produce;
    this.result = this.#outcome.promise;
    // Whoever reads the entries alone hears of the failure there.
    this.result.catch(() => undefined);
  }

  [Symbol.asyncIterator](): AsyncIterator<SourceEntry, void, undefined> {
    const entries = this.#pull();
    return {
      next: () => entries.next(),
      return: async () => {
        // At once: a generator by itself would first wait for a question under way, and so for the workers.
        if (this.#isStarted) this.#giveUp(abandoned());
        return await entries.return();
      },
    };
  }

  async *#pull(): AsyncGenerator<SourceEntry, void, undefined> {
    if (this.#isStarted) {
      throw new LumbungError('BUG_DUMP_READ_TWICE', { kind: 'bug', message: 'the entries of a dump are read once' });
    }
    this.#isStarted = true;
    const onAbort = () => this.#giveUp(this.#signal.reason);
    if (this.#signal.aborted) onAbort();
    this.#signal.addEventListener('abort', onAbort, { once: true });
    const work = this.#work();
    try {
      while (this.#produced === undefined && !this.#given.signal.aborted) {
        const offer = this.#offers.shift();
        if (offer === undefined) await this.#wakened();
        else yield offer;
      }
      await work;
      this.#given.signal.throwIfAborted();
      if (this.#produced === undefined) return;
      this.#outcome.resolve(this.#produced.result);
      yield this.#produced.last;
    } finally {
      // Left early: for the workers that is a failure like any other.
      this.#giveUp(abandoned());
      await work;
      this.#signal.removeEventListener('abort', onAbort);
      this.#outcome.reject(this.#given.signal.reason);
    }
  }

  /** Never rejects: a failure is what the dump is given up for. */
  async #work(): Promise<void> {
    try {
      this.#given.signal.throwIfAborted();
      const produced = await this.#produce({
        signal: this.#given.signal,
        store: (path, open) => this.#store(path, open),
      });
      if (this.#open.size > 0) {
        throw new LumbungError('BUG_DUMP_FILES_OPEN', {
          kind: 'bug',
          message: 'a dump ended before its files were read',
        });
      }
      this.#produced = produced;
      this.#wake.resolve();
    } catch (error) {
      this.#giveUp(error);
    }
  }

  async #store(path: string, open: () => Readable | Promise<Readable>): Promise<void> {
    this.#given.signal.throwIfAborted();
    assert(isTreePath(path), `${JSON.stringify(path)} is no path of a dump`);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let stream: Readable | undefined;
    const refuse = (error: unknown) => {
      stream?.destroy(error instanceof Error ? error : new Error('given up', { cause: error }));
      reject(error);
    };
    this.#open.add(refuse);
    this.#offers.push({
      path,
      open: async () => {
        this.#given.signal.throwIfAborted();
        try {
          stream = await open();
        } catch (error) {
          reject(error);
          throw error;
        }
        // Between the question and the answer the dump may have been given up.
        if (this.#given.signal.aborted) refuse(this.#given.signal.reason);
        finished(stream, { writable: false }).then(resolve, reject);
        return stream;
      },
    });
    this.#wake.resolve();
    try {
      await promise;
    } catch (error) {
      // Closed by the consumer, without a reason.
      this.#giveUp(errnoOf(error) === 'ERR_STREAM_PREMATURE_CLOSE' ? abandoned() : error);
      throw this.#given.signal.reason;
    } finally {
      this.#open.delete(refuse);
    }
  }

  #giveUp(error: unknown): void {
    if (this.#given.signal.aborted) return;
    this.#given.abort(error);
    for (const refuse of this.#open) refuse(error);
    this.#offers.length = 0;
    this.#wake.resolve();
  }

  async #wakened(): Promise<void> {
    await this.#wake.promise;
    this.#wake = Promise.withResolvers<void>();
  }
}

function abandoned(): LumbungError {
  return new LumbungError('DB_DUMP_ABANDONED', {
    kind: 'transient',
    message: 'the files of the dump were not all taken',
  });
}
