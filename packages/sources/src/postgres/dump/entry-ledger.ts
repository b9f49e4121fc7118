import type { Readable } from 'node:stream';
import { assert, LumbungError } from '@lumbung/stdx';
import type { SourceEntry } from '../../entry/source-entry.ts';

/** Knows which entries of a dump were given out, and whether each was read to its end. */
export class EntryLedger {
  readonly #fail: (error: unknown) => void;
  readonly #unread = new Set<string>();
  #waiting: (() => void) | undefined;

  /** `fail` hears of every entry that ended before its end. */
  constructor(fail: (error: unknown) => void) {
    this.#fail = fail;
  }

  entry(path: string, make: () => Readable): SourceEntry {
    assert(!this.#unread.has(path), `${path} is given out twice`);
    this.#unread.add(path);
    return {
      path,
      open: () => {
        const stream = make();
        stream.once('end', () => {
          this.#unread.delete(path);
          if (this.#unread.size === 0) this.#waiting?.();
        });
        stream.once('close', () => {
          if (this.#unread.has(path)) this.#fail(stream.errored ?? abandoned(path));
        });
        return stream;
      },
    };
  }

  /** Resolves when every entry given out so far was read to its end, rejects with the reason of `signal`. */
  async allRead(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#unread.size === 0) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => reject(signal.reason);
    this.#waiting = resolve;
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

function abandoned(path: string): LumbungError {
  return new LumbungError('DB_DUMP_ABANDONED', {
    kind: 'transient',
    message: `${path} was not read to its end`,
    context: { path },
  });
}
