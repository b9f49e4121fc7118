import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type EntrySink, entryStream, type Produced } from './entry-stream.ts';
import type { SourceEntry } from './source-entry.ts';

const never = new AbortController().signal;
const last: SourceEntry = { path: 'manifest.json', open: () => Readable.from(['{}']) };

const produced = async (work: Promise<unknown>): Promise<Produced<string>> => {
  await work;
  return { result: 'whole', last };
};

async function read(entry: SourceEntry): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of await entry.open()) chunks.push(Buffer.from(chunk as Uint8Array)); // a byte stream
  return Buffer.concat(chunks).toString();
}

/** Reads every entry at once, as a consumer with room enough does. */
async function readAll(entries: AsyncIterable<SourceEntry>): Promise<string[]> {
  const reading: Promise<string>[] = [];
  for await (const entry of entries) {
    const one = read(entry).then((text) => `${entry.path}: ${text}`);
    one.catch(() => undefined);
    reading.push(one);
  }
  return await Promise.all(reading);
}

describe('entries from workers', () => {
  it('come as they are offered, and the last one when all of them were read', async () => {
    const done: string[] = [];
    const { entries, result } = entryStream(never, (sink) =>
      produced(
        Promise.all(
          ['a', 'b', 'c'].map(async (path) => {
            await sink.store(path, () => Readable.from([`of ${path}`]));
            done.push(path);
          }),
        ),
      ),
    );
    const seen: string[] = [];
    for await (const entry of entries) {
      if (entry === last) expect(done.toSorted()).toEqual(['a', 'b', 'c']);
      seen.push(`${entry.path}: ${await read(entry)}`);
    }
    expect(seen).toEqual(['a: of a', 'b: of b', 'c: of c', 'manifest.json: {}']);
    expect(await result).toBe('whole');
  });

  it('start nothing until they are asked for', async () => {
    let isStarted = false;
    const { entries } = entryStream(never, (sink) => {
      isStarted = true;
      return produced(sink.store('a', () => Readable.from(['a'])));
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isStarted).toBe(false);
    expect(await readAll(entries)).toHaveLength(2);
  });

  it('let a worker go on with its next file only when the last was read', async () => {
    const order: string[] = [];
    const { entries } = entryStream(never, async (sink) => {
      for (const path of ['a', 'b']) {
        await sink.store(path, () => Readable.from(['x']));
        order.push(`stored ${path}`);
      }
      return { result: '', last };
    });
    for await (const entry of entries) {
      order.push(`pulled ${entry.path}`);
      await read(entry);
    }
    expect(order).toEqual(['pulled a', 'stored a', 'pulled b', 'stored b', 'pulled manifest.json']);
  });
});

describe('the first failure gives up the rest', () => {
  async function failing(produce: (sink: EntrySink) => Promise<unknown>): Promise<unknown> {
    const { entries, result } = entryStream(never, (sink) => produced(produce(sink)));
    const error: unknown = await readAll(entries).catch((reason: unknown) => reason);
    await expect(result).rejects.toBe(error);
    return error;
  }

  it('of a worker: the streams of the others end in it', async () => {
    const other = new PassThrough();
    const boom = new Error('boom');
    const error = await failing((sink) =>
      Promise.all([
        sink.store('a', () => other),
        sink.store('b', () => Readable.from(['b'])).then(() => Promise.reject(boom)),
      ]),
    );
    expect(error).toBe(boom);
    expect(other.errored).toBe(boom);
  });

  it('of a stream: no last entry comes, though everything else is well', async () => {
    const boom = new Error('the connection was lost');
    const broken = () =>
      new Readable({
        read() {
          this.push('half');
          this.destroy(boom);
        },
      });
    const paths: string[] = [];
    const { entries } = entryStream(never, (sink) => produced(sink.store('a', broken)));
    await expect(
      (async () => {
        for await (const entry of entries) {
          paths.push(entry.path);
          await read(entry).catch(() => undefined);
        }
      })(),
    ).rejects.toBe(boom);
    expect(paths).toEqual(['a']);
  });

  it('of opening a file', async () => {
    const boom = new Error('no such table');
    expect(await failing((sink) => sink.store('a', () => Promise.reject(boom)))).toBe(boom);
  });

  it('after everything was read: the checks at the end', async () => {
    const boom = new Error('the inventory differs');
    expect(
      await failing(async (sink) => {
        await sink.store('a', () => Readable.from(['a']));
        throw boom;
      }),
    ).toBe(boom);
  });

  it('of a worker that swallows what it is told', async () => {
    const boom = new Error('boom');
    const error = await failing(async (sink) => {
      await sink.store('a', () => Promise.reject(boom)).catch(() => undefined);
      // Goes on as if nothing had happened.
      await sink.store('b', () => Readable.from(['b'])).catch(() => undefined);
    });
    expect(error).toBe(boom);
  });

  it.each(['../a', '/a', 'a//b', 'a b', ''])('of a path that no tree has: %j', async (path) => {
    const error = await failing((sink) => sink.store(path, () => Readable.from(['a'])));
    expect(error).toMatchObject({ code: 'BUG_ASSERTION' });
  });

  it('of a dump that forgets a file', async () => {
    const error = await failing(async (sink) => {
      void sink.store('a', () => new PassThrough()).catch(() => undefined);
    });
    expect(error).toMatchObject({ code: 'BUG_DUMP_FILES_OPEN' });
  });
});

describe('a consumer that does not want the rest', () => {
  it('waits until the workers have cleaned up', async () => {
    let isClean = false;
    const stream = new PassThrough();
    const { entries, result } = entryStream(never, (sink) =>
      produced(
        (async () => {
          try {
            await sink.store('a', () => stream);
          } finally {
            await new Promise((resolve) => setImmediate(resolve));
            isClean = true;
          }
        })(),
      ),
    );
    for await (const entry of entries) {
      await entry.open();
      break;
    }
    expect(isClean).toBe(true);
    expect(stream.destroyed).toBe(true);
    await expect(result).rejects.toMatchObject({ code: 'DB_DUMP_ABANDONED' });
  });

  it('need not wait for an answer that is long in coming', async () => {
    let isClean = false;
    const { entries, result } = entryStream(never, async (sink) => {
      // A long sort before the first row.
      await new Promise((resolve) => sink.signal.addEventListener('abort', resolve));
      isClean = true;
      return { result: '', last };
    });
    const iterator = entries[Symbol.asyncIterator]();
    const question = iterator.next();
    question.catch(() => undefined);
    await iterator.return?.();
    expect(isClean).toBe(true);
    await expect(question).rejects.toMatchObject({ code: 'DB_DUMP_ABANDONED' });
    await expect(result).rejects.toMatchObject({ code: 'DB_DUMP_ABANDONED' });
  });

  it('may never have asked', async () => {
    const { entries } = entryStream(never, () => produced(Promise.resolve()));
    await entries[Symbol.asyncIterator]().return?.();
    // Nothing was started, so that somebody else may ask.
    expect(await readAll(entries)).toEqual(['manifest.json: {}']);
  });

  it('and closes a file without a reason: the dump fails', async () => {
    const { entries } = entryStream(never, (sink) => produced(sink.store('a', () => new PassThrough())));
    await expect(
      (async () => {
        for await (const entry of entries) (await entry.open()).destroy();
      })(),
    ).rejects.toMatchObject({ code: 'DB_DUMP_ABANDONED' });
  });

  it('and asks twice', async () => {
    const { entries } = entryStream(never, (sink) => produced(sink.store('a', () => Readable.from(['a']))));
    await readAll(entries);
    await expect(readAll(entries)).rejects.toMatchObject({ code: 'BUG_DUMP_READ_TWICE' });
  });
});

describe('an abort', () => {
  it('before the start starts nothing', async () => {
    let isStarted = false;
    const { entries } = entryStream(AbortSignal.abort(new Error('too late')), () => {
      isStarted = true;
      return produced(Promise.resolve());
    });
    await expect(readAll(entries)).rejects.toThrow('too late');
    expect(isStarted).toBe(false);
  });

  it.each(['while it is read', 'before it is opened'])('of a file %s ends all of it', async (when) => {
    const abort = new AbortController();
    const stream = new PassThrough();
    stream.write('half');
    const { entries } = entryStream(abort.signal, (sink) => produced(sink.store('a', () => stream)));
    await expect(
      (async () => {
        for await (const entry of entries) {
          if (when === 'before it is opened') {
            abort.abort(new Error('cancelled'));
            await read(entry);
          }
          setImmediate(() => abort.abort(new Error('cancelled')));
          await read(entry);
        }
      })(),
    ).rejects.toThrow('cancelled');
  });

  it('while no worker offers anything', async () => {
    const abort = new AbortController();
    const { entries } = entryStream(abort.signal, async (sink) => {
      setImmediate(() => abort.abort(new Error('cancelled')));
      await new Promise((resolve) => sink.signal.addEventListener('abort', resolve));
      return { result: '', last };
    });
    await expect(readAll(entries)).rejects.toThrow('cancelled');
  });
});
