import type { Readable } from 'node:stream';
import { assert, fromErrorRecord } from '@lumbung/stdx';
import type { ChunkerParams } from '../chunker/chunker-params.ts';
import { Cutter } from '../chunker/cutter.ts';
import type { AddedBytes } from './workers/messages.ts';
import type { ArchivePool, JobReply } from './workers/pool.ts';

/** A block holds at least this much beyond the largest chunk, so that most of it leaves with each hand-over. */
const BLOCK_EXTRA_BYTES = 8 * 2 ** 20;

export interface StoredStream {
  readonly ids: readonly string[];
  readonly sizeBytes: number;
  readonly added: AddedBytes;
}

/**
 * Cuts a stream on this thread and has its chunks stored by the workers, in blocks whose memory is given away. At most
 * the pool's queue and two blocks are in memory, however long the stream is. A failure of the pool ends the stream, also
 * one that has nothing to say at the moment.
 *
 * @throws whatever the stream fails with; LumbungError of the workers
 */
export async function storeStream(
  stream: Readable,
  options: {
    readonly pool: ArchivePool;
    readonly chunker: ChunkerParams;
    readonly onBytes?: (count: number) => void;
  },
): Promise<StoredStream> {
  const { pool, chunker, onBytes } = options;
  const cutter = new Cutter(chunker);
  const blockBytes = chunker.maxBytes + BLOCK_EXTRA_BYTES;
  const replies: Promise<JobReply>[] = [];
  let block = Buffer.allocUnsafeSlow(blockBytes);
  let filled = 0;

  const handOver = async (isEnd: boolean): Promise<void> => {
    const lengths: number[] = [];
    let begin = 0;
    while (begin < filled && (isEnd || filled - begin >= chunker.maxBytes)) {
      const length = cutter.next(block.subarray(begin, filled), filled - begin, isEnd);
      lengths.push(length);
      begin += length;
    }
    if (lengths.length === 0) return;
    const next = Buffer.allocUnsafeSlow(blockBytes);
    block.copy(next, 0, begin, filled);
    await pool.waitForRoom();
    const buffer = block.buffer;
    assert(buffer instanceof ArrayBuffer, 'a block owns its memory');
    replies.push(pool.request({ kind: 'bytes', buffer, lengths }, begin, [buffer]));
    block = next;
    filled -= begin;
  };

  const onFailure = (): void => {
    stream.destroy(toError(pool.signal.reason));
  };
  if (pool.signal.aborted) onFailure();
  pool.signal.addEventListener('abort', onFailure, { once: true });
  try {
    for await (const piece of stream) {
      pool.signal.throwIfAborted();
      const bytes = asBytes(piece);
      onBytes?.(bytes.length);
      for (let taken = 0; taken < bytes.length; ) {
        const count = Math.min(bytes.length - taken, blockBytes - filled);
        bytes.copy(block, filled, taken, taken + count);
        filled += count;
        taken += count;
        if (filled === blockBytes) await handOver(false);
      }
    }
  } finally {
    pool.signal.removeEventListener('abort', onFailure);
  }
  await handOver(true);

  const ids: string[] = [];
  let sizeBytes = 0;
  const added = { blobs: 0, plainBytes: 0, storedBytes: 0 };
  for (const reply of await Promise.all(replies)) {
    if (reply.kind === 'jobFailed') throw fromErrorRecord(reply.error);
    assert(reply.kind === 'chunks', 'bytes are answered by chunks');
    ids.push(...reply.ids);
    sizeBytes += reply.sizeBytes;
    added.blobs += reply.added.blobs;
    added.plainBytes += reply.added.plainBytes;
    added.storedBytes += reply.added.storedBytes;
  }
  return { ids, sizeBytes, added };
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
