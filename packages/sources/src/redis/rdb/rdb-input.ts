import { Crc64 } from './crc64.ts';
import { decompressLzf } from './lzf.ts';
import { corruptRdb } from './rdb-error.ts';

/** A reader that says how many bytes it needs when there are fewer, and goes on when they are there. Parsers stay
 *  synchronous and hold one string in memory, however large the file is. */
export type Reading<T> = Generator<number, T, void>;

/** Redis itself refuses longer ones unless it is told otherwise (proto-max-bulk-len: 512 MiB). */
const STRING_BYTES_MAX = 2 ** 30;
const COMPRESSED = 3;
const EMPTY = new Uint8Array(0);

export class RdbInput {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #crc = new Crc64();
  #buffer: Uint8Array = EMPTY;
  #view: DataView = new DataView(EMPTY.buffer);
  #at = 0;
  /** Up to here the checksum has seen the buffer. */
  #checkedTo = 0;
  /** From here on the buffer is kept, although it was read. */
  #keptFrom: number | undefined;
  /** Bytes of the file before the buffer. */
  #beforeBytes = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  get atBytes(): number {
    return this.#beforeBytes + this.#at;
  }

  /** Runs a reader to its end. @throws LumbungError REDIS_RDB_CORRUPT when the file ends before it */
  async run<T>(reading: Reading<T>): Promise<T> {
    for (let step = reading.next(); ; step = reading.next()) {
      if (step.done === true) return step.value;
      await this.#fill(step.value);
    }
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }

  /** The file must end here. */
  async expectEnd(): Promise<void> {
    let isEnd = this.#at === this.#buffer.length;
    while (isEnd) {
      const next = await this.#source.next();
      if (next.done === true) return;
      isEnd = next.value.length === 0;
    }
    throw corruptRdb('something follows its end', this.atBytes);
  }

  /** Of everything read so far. */
  checksum(): Buffer {
    this.#check();
    return this.#crc.digest();
  }

  /** What is read from here on can be had again from `kept`. */
  keep(): void {
    this.#keptFrom = this.#at;
  }

  kept(): Uint8Array {
    const bytes = this.#buffer.slice(this.#keptFrom ?? this.#at, this.#at);
    this.#keptFrom = undefined;
    return bytes;
  }

  #check(): void {
    this.#crc.update(this.#buffer.subarray(this.#checkedTo, this.#at));
    this.#checkedTo = this.#at;
  }

  async #fill(needBytes: number): Promise<void> {
    this.#check();
    const from = this.#keptFrom ?? this.#at;
    const pieces: Uint8Array[] = [this.#buffer.subarray(from)];
    for (let missing = needBytes - (this.#buffer.length - this.#at); missing > 0; ) {
      const next = await this.#source.next();
      if (next.done === true) throw corruptRdb('it ends too early', this.#beforeBytes + this.#buffer.length);
      pieces.push(next.value);
      missing -= next.value.length;
    }
    this.#buffer = pieces.length === 2 && pieces[0]?.length === 0 ? (pieces[1] ?? EMPTY) : Buffer.concat(pieces);
    this.#view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.byteLength);
    this.#beforeBytes += from;
    this.#at -= from;
    this.#checkedTo -= from;
    if (this.#keptFrom !== undefined) this.#keptFrom = 0;
  }

  #has(count: number): boolean {
    return this.#buffer.length - this.#at >= count;
  }

  #take(count: number): number {
    const at = this.#at;
    this.#at = at + count;
    return at;
  }

  *byte(): Reading<number> {
    if (!this.#has(1)) yield 1;
    return this.#view.getUint8(this.#take(1));
  }

  /** Valid until the next read: it may lie in the buffer. */
  *bytes(count: number): Reading<Uint8Array> {
    if (!this.#has(count)) yield count;
    const at = this.#take(count);
    return this.#buffer.subarray(at, at + count);
  }

  *int32(): Reading<number> {
    if (!this.#has(4)) yield 4;
    return this.#view.getInt32(this.#take(4), true);
  }

  *int64(): Reading<bigint> {
    if (!this.#has(8)) yield 8;
    return this.#view.getBigInt64(this.#take(8), true);
  }

  /** A length, or a number that is stored as one: up to 64 bits. */
  *wideLength(): Reading<bigint> {
    const first = yield* this.byte();
    const small = yield* this.#smallLength(first);
    if (small !== undefined) return BigInt(small);
    if (first !== 0x81) throw corruptRdb('a length of no known form', this.atBytes);
    if (!this.#has(8)) yield 8;
    return this.#view.getBigUint64(this.#take(8), false);
  }

  /** How many elements follow. It allocates nothing, whatever it says: each costs a byte at least. */
  *length(): Reading<number> {
    const length = Number(yield* this.wideLength());
    if (!Number.isSafeInteger(length)) throw corruptRdb('an impossible length', this.atBytes);
    return length;
  }

  /** Valid until the next read, as `bytes`. */
  *string(): Reading<Uint8Array> {
    const first = yield* this.byte();
    if (first >= 0xc0) return yield* this.#encodedString(first & 0x3f);
    let length = yield* this.#smallLength(first);
    if (length === undefined) {
      if (first !== 0x81) throw corruptRdb('a length of no known form', this.atBytes);
      if (!this.#has(8)) yield 8;
      length = Number(this.#view.getBigUint64(this.#take(8), false));
    }
    return yield* this.#bounded(length);
  }

  *#bounded(length: number): Reading<Uint8Array> {
    if (length > STRING_BYTES_MAX) throw corruptRdb(`a string of ${length} bytes`, this.atBytes);
    return yield* this.bytes(length);
  }

  *#smallLength(first: number): Reading<number | undefined> {
    if (first < 0x40) return first;
    if (first < 0x80) return ((first & 0x3f) << 8) | (yield* this.byte());
    if (first !== 0x80) return undefined;
    if (!this.#has(4)) yield 4;
    return this.#view.getUint32(this.#take(4), false);
  }

  *#encodedString(encoding: number): Reading<Uint8Array> {
    if (encoding === COMPRESSED) {
      const storedBytes = yield* this.length();
      const sizeBytes = yield* this.length();
      if (sizeBytes > STRING_BYTES_MAX) throw corruptRdb(`a string of ${sizeBytes} bytes`, this.atBytes);
      return decompressLzf(yield* this.#bounded(storedBytes), sizeBytes);
    }
    if (encoding > COMPRESSED) throw corruptRdb('a string of no known encoding', this.atBytes);
    const width = 1 << encoding;
    if (!this.#has(width)) yield width;
    const at = this.#take(width);
    const value =
      width === 1
        ? this.#view.getInt8(at)
        : width === 2
          ? this.#view.getInt16(at, true)
          : this.#view.getInt32(at, true);
    return Buffer.from(String(value), 'latin1');
  }
}
