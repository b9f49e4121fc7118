import type { Readable } from 'node:stream';
import { assert, type Clock } from '@lumbung/stdx';
import { expectPassingBuffers } from '@lumbung/stdx/node';
import type { ChunkerParams } from '../chunker/chunker-params.ts';
import { Cutter } from '../chunker/cutter.ts';
import type { StreamEntry } from './backup-options.ts';
import { type StoredStream, StreamBatches } from './stream-batches.ts';
import { StreamCutter } from './stream-cutter.ts';
import { StreamEntries } from './stream-entries.ts';
import { StreamInterrupts } from './stream-interrupts.ts';
import type { ArchivePool } from './workers/pool.ts';

export interface ReadStreamsOptions {
  /** Streams that are open at the same time. Each holds at most one chunk of the largest size. */
  readonly parallel: number;
  readonly pool: ArchivePool;
  readonly chunker: ChunkerParams;
  readonly clock: Clock;
  /** Called before an entry is opened; the answer is called when its content is stored. */
  readonly begin: (entry: StreamEntry) => (stored: StoredStream) => void;
  readonly onBytes?: (count: number) => void;
}

/**
 * Reads entries to their ends, cuts them on this thread and has the chunks stored by the workers. When it returns, every
 * chunk is in a pack or in the builder of one. An entry is over for its reader when its last byte was read: the next is
 * opened while the workers still store it.
 *
 * The first failure of a stream, of `entries` or of the pool ends all, also a stream that has nothing to say at the moment.
 *
 * @throws that failure
 */
export async function readStreams(
  entries: AsyncIterable<StreamEntry> | Iterable<StreamEntry>,
  options: ReadStreamsOptions,
): Promise<void> {
  const { parallel, pool, chunker } = options;
  using _room = expectPassingBuffers();
  using interrupts = new StreamInterrupts(pool.signal);
  const queue = new StreamEntries(entries);
  const batches = new StreamBatches(pool, interrupts);
  const cutter = new Cutter(chunker);

  const readOne = async (entry: StreamEntry, pieces: StreamCutter): Promise<void> => {
    const onStored = options.begin(entry);
    const stream = await entry.open();
    const close = (reason: unknown): void => {
      stream.destroy(toError(reason));
    };
    // Also when it was read to its end: whoever says so late that the content is not whole is right, and must not end the
    // process.
    stream.on('error', (error) => pool.abort(error));
    const withdraw = interrupts.onInterrupt(close);
    try {
      const content = batches.begin(onStored);
      for await (const chunk of chunksOf(stream, pieces, options.onBytes)) {
        interrupts.throwIfInterrupted();
        while (!batches.hasRoom) await batches.waitForRoom();
        batches.add(content, chunk);
      }
      content.end();
    } finally {
      withdraw();
    }
  };

  const readOnAndOn = async (): Promise<void> => {
    const pieces = new StreamCutter(cutter, chunker);
    try {
      for (;;) {
        const entry = await interrupts.race(queue.next());
        if (entry === undefined) return;
        await interrupts.race(readOne(entry, pieces));
      }
    } catch (error) {
      // The first one counts: what the others fail with now is its consequence.
      pool.abort(error);
    }
  };

  await Promise.all(Array.from({ length: parallel }, readOnAndOn));
  if (pool.signal.aborted) {
    // What ended the run is the news, not what its end led to.
    await queue.close(options.clock).catch(() => undefined);
    throw pool.signal.reason;
  }
  batches.flush();
  await pool.drain();
}

/** Each chunk is valid until the next is asked for. @throws what the stream fails with */
async function* chunksOf(
  stream: Readable,
  cutter: StreamCutter,
  onBytes: ((count: number) => void) | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  cutter.reset();
  for await (const piece of stream) {
    const bytes = asBytes(piece);
    onBytes?.(bytes.length);
    for (let taken = 0; taken < bytes.length; ) {
      taken += cutter.fill(bytes, taken);
      for (let chunk = cutter.takeChunk(false); chunk !== undefined; chunk = cutter.takeChunk(false)) yield chunk;
    }
  }
  for (let chunk = cutter.takeChunk(true); chunk !== undefined; chunk = cutter.takeChunk(true)) yield chunk;
}

/** Streams of text and of bytes are both fine; anything else was never a file. */
function asBytes(piece: unknown): Buffer {
  if (Buffer.isBuffer(piece)) return piece;
  if (piece instanceof Uint8Array) return Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  assert(typeof piece === 'string', 'a stream yields bytes or text');
  return Buffer.from(piece, 'utf8');
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
