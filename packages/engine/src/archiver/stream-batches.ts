import { assert, fromErrorRecord } from '@lumbung/stdx';
import type { StreamInterrupts } from './stream-interrupts.ts';
import type { AddedBytes } from './workers/messages.ts';
import type { ArchivePool, JobReply } from './workers/pool.ts';

/** Memory that goes to a worker in one job: several chunks, or a thousand small files. */
const BATCH_BYTES = 4 * 2 ** 20;

/** A worker that stands idle gets a batch of this size already. */
const BATCH_EAGER_BYTES = 2 ** 20;

/** Streams that share one batch. */
const BATCH_PARTS_MAX = 1024;

/** Bytes that are with the workers or wait for one, of all streams together; one more batch is being filled. */
const HELD_BYTES_MAX = 20 * 2 ** 20;

/** Batches whose memory waits to be filled again, all that there may be: fresh memory costs a page fault for every 4 KiB. */
const SPARE_BUFFERS_MAX = HELD_BYTES_MAX / BATCH_BYTES + 1;

export interface StoredStream {
  readonly ids: readonly string[];
  readonly sizeBytes: number;
  readonly added: AddedBytes;
}

/** What is known of the content of one stream. */
class StreamContent {
  /** Of each part in the order of the stream, whatever order they were stored in. */
  readonly #idsOfParts: (readonly string[])[] = [];
  readonly #added = { blobs: 0, plainBytes: 0, storedBytes: 0 };
  readonly #onStored: (stored: StoredStream) => void;
  #sizeBytes = 0;
  #partCount = 0;
  #partsStored = 0;
  #isEnded = false;

  constructor(onStored: (stored: StoredStream) => void) {
    this.#onStored = onStored;
  }

  addPart(): number {
    this.#partCount += 1;
    return this.#partCount - 1;
  }

  addBytes(count: number): void {
    this.#sizeBytes += count;
  }

  partStored(partIdx: number, ids: readonly string[], added: AddedBytes): void {
    this.#idsOfParts[partIdx] = ids;
    this.#partsStored += 1;
    this.#added.blobs += added.blobs;
    this.#added.plainBytes += added.plainBytes;
    this.#added.storedBytes += added.storedBytes;
    this.#tellWhenDone();
  }

  end(): void {
    this.#isEnded = true;
    this.#tellWhenDone();
  }

  #tellWhenDone(): void {
    if (!this.#isEnded || this.#partsStored < this.#partCount) return;
    this.#onStored({ ids: this.#idsOfParts.flat(), sizeBytes: this.#sizeBytes, added: this.#added });
  }
}

interface Part {
  readonly content: StreamContent;
  readonly partIdx: number;
  readonly lengths: number[];
}

interface Batch {
  readonly buffer: ArrayBuffer;
  readonly bytes: Uint8Array;
  filled: number;
  readonly parts: Part[];
}

/**
 * Gathers the chunks of all streams into batches and hands these to the workers. Small files share a batch, a large one
 * fills several; what waits is bounded whatever the number of streams.
 */
export class StreamBatches {
  readonly #pool: ArchivePool;
  readonly #interrupts: StreamInterrupts;
  readonly #spareBuffers: ArrayBuffer[] = [];
  #batch: Batch | undefined;
  #heldBytes = 0;
  #waiting: (() => void)[] = [];

  constructor(pool: ArchivePool, interrupts: StreamInterrupts) {
    this.#pool = pool;
    this.#interrupts = interrupts;
  }

  /** @param onStored called once, when `end` was and every chunk is stored; not if the run fails before */
  begin(onStored: (stored: StoredStream) => void): StreamContent {
    return new StreamContent(onStored);
  }

  get hasRoom(): boolean {
    return this.#heldBytes < HELD_BYTES_MAX;
  }

  /** @throws what the run fails with */
  async waitForRoom(): Promise<void> {
    while (!this.hasRoom) {
      await this.#interrupts.race(
        new Promise<void>((resolve) => {
          this.#waiting.push(resolve);
        }),
      );
    }
  }

  /** Copies the next chunk of a stream. Does not wait: see `hasRoom`. */
  add(content: StreamContent, chunk: Uint8Array): void {
    if (this.#batch !== undefined && this.#batch.filled + chunk.length > this.#batch.bytes.length) this.flush();
    this.#batch ??= this.#newBatch(chunk.length);
    const batch = this.#batch;
    batch.bytes.set(chunk, batch.filled);
    batch.filled += chunk.length;
    content.addBytes(chunk.length);
    const last = batch.parts.at(-1);
    if (last?.content === content) last.lengths.push(chunk.length);
    else batch.parts.push({ content, partIdx: content.addPart(), lengths: [chunk.length] });
    const isFull = batch.filled >= BATCH_BYTES || batch.parts.length >= BATCH_PARTS_MAX;
    if (isFull || (batch.filled >= BATCH_EAGER_BYTES && this.#pool.isHungry)) this.flush();
  }

  /** Hands over what was gathered. */
  flush(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    this.#heldBytes += batch.buffer.byteLength;
    this.#pool.enqueue(
      { kind: 'bytes', buffer: batch.buffer, parts: batch.parts.map(({ lengths }) => lengths) },
      batch.filled,
      (reply) => {
        this.#receive(batch.parts, reply);
      },
      [batch.buffer],
    );
  }

  #receive(parts: readonly Part[], reply: JobReply): void {
    if (reply.kind === 'jobFailed') throw fromErrorRecord(reply.error);
    assert(reply.kind === 'bytes' && reply.parts.length === parts.length, 'a worker answered another question');
    this.#heldBytes -= reply.buffer.byteLength;
    if (reply.buffer.byteLength === BATCH_BYTES && this.#spareBuffers.length < SPARE_BUFFERS_MAX) {
      this.#spareBuffers.push(reply.buffer);
    }
    for (const [idx, { content, partIdx }] of parts.entries()) {
      const stored = reply.parts[idx];
      assert(stored !== undefined, 'as many parts as were asked for');
      content.partStored(partIdx, stored.ids, stored.added);
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  #newBatch(lengthBytes: number): Batch {
    const spare = lengthBytes <= BATCH_BYTES ? this.#spareBuffers.pop() : undefined;
    const buffer = spare ?? new ArrayBuffer(Math.max(BATCH_BYTES, lengthBytes));
    return { buffer, bytes: new Uint8Array(buffer), filled: 0, parts: [] };
  }
}
