import type { ChunkerParams } from '../chunker/chunker-params.ts';
import type { Cutter } from '../chunker/cutter.ts';

/** New bytes are looked at when this many have come: a look has a price, and what lies behind a cut is moved. */
const LOOK_BYTES = 256 * 2 ** 10;

/** Enough for one piece of most streams; a table of a few rows needs no more. */
const BUFFER_BYTES_FIRST = 64 * 2 ** 10;

/**
 * Cuts one stream after another into chunks, as their bytes come. Holds at most one chunk of the largest size and what was
 * not looked at yet; the memory grows as far as some stream needed it and serves the next one.
 */
export class StreamCutter {
  readonly #cutter: Cutter;
  readonly #maxBytes: number;
  readonly #capacityMax: number;
  #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES_FIRST);
  #begin = 0;
  #filled = 0;
  /** How much of the chunk that begins at `#begin` was looked at without finding a cut. */
  #scanned = 0;

  /** @param cutter may serve several: it keeps nothing from one call to the next */
  constructor(cutter: Cutter, chunker: ChunkerParams) {
    this.#cutter = cutter;
    this.#maxBytes = chunker.maxBytes;
    this.#capacityMax = chunker.maxBytes + LOOK_BYTES;
  }

  /** Forgets what is left of another stream. */
  reset(): void {
    this.#begin = 0;
    this.#filled = 0;
    this.#scanned = 0;
  }

  /** Takes in bytes from `from` on, and answers how many: at least one, once `takeChunk` has nothing more to give. */
  fill(bytes: Buffer, from: number): number {
    if (this.#begin > 0) {
      this.#buffer.copyWithin(0, this.#begin, this.#filled);
      this.#filled -= this.#begin;
      this.#begin = 0;
    }
    const count = Math.min(bytes.length - from, this.#capacityMax - this.#filled);
    const needed = this.#filled + count;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(this.#capacityMax, Math.max(needed, 2 * this.#buffer.length)));
      this.#buffer.copy(larger, 0, 0, this.#filled);
      this.#buffer = larger;
    }
    bytes.copy(this.#buffer, this.#filled, from, from + count);
    this.#filled = needed;
    return count;
  }

  /** The next chunk that is known to be one, valid until `fill`; undefined: more must come first, or with `isEnd`, that
   *  was all. */
  takeChunk(isEnd: boolean): Uint8Array | undefined {
    const available = this.#filled - this.#begin;
    if (available === 0) return undefined;
    if (!isEnd && available - this.#scanned < LOOK_BYTES && available < this.#maxBytes) return undefined;
    const window = this.#buffer.subarray(this.#begin, this.#filled);
    const length = this.#cutter.next(window, available, isEnd, this.#scanned);
    if (length < 0) {
      this.#scanned = available;
      return undefined;
    }
    this.#begin += length;
    this.#scanned = 0;
    return window.subarray(0, length);
  }
}
