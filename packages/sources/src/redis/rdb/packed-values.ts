// The compact encodings of small lists, sets, sorted sets and hashes inside an RDB file. Each is one string of the file,
// held whole in memory, which bounds what a hostile one can cost.

import { corruptRdb } from './rdb-error.ts';

/** Every element as bytes; whole numbers as their decimal digits, as clients see them. */
export type PackedElements = (bytes: Uint8Array) => Generator<Uint8Array>;

class PackedReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  at = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  get length(): number {
    return this.#bytes.length;
  }

  fail(reason: string): never {
    throw corruptRdb(`${this.#what}: ${reason}`);
  }

  #advance(count: number): number {
    const at = this.at;
    if (count > this.#bytes.length - at) this.fail('it ends too early');
    this.at = at + count;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  peek(): number {
    return this.#bytes[this.at] ?? this.fail('it ends too early');
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  u32BigEndian(): number {
    return this.#view.getUint32(this.#advance(4), false);
  }

  i8(): number {
    return this.#view.getInt8(this.#advance(1));
  }

  i16(): number {
    return this.#view.getInt16(this.#advance(2), true);
  }

  i24(): number {
    const at = this.#advance(3);
    return this.#view.getUint16(at, true) | (this.#view.getInt8(at + 2) << 16);
  }

  i32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#advance(8), true);
  }

  bytes(count: number): Uint8Array {
    const at = this.#advance(count);
    return this.#bytes.subarray(at, at + count);
  }
}

const digits = (value: number | bigint): Uint8Array => Buffer.from(String(value), 'latin1');

/** @see redis, listpack.c */
export function* listpackElements(bytes: Uint8Array): Generator<Uint8Array> {
  const reader = new PackedReader(bytes, 'listpack');
  if (reader.u32() !== bytes.length) reader.fail('its length differs from what it says');
  const countSaid = reader.u16();
  let count = 0;
  while (reader.peek() !== 0xff) {
    const start = reader.at;
    yield listpackElement(reader);
    skipBackLength(reader, reader.at - start);
    count += 1;
  }
  reader.u8();
  if (!reader.isAtEnd) reader.fail('something follows its end');
  if (countSaid !== 0xffff && countSaid !== count) reader.fail('its number of elements differs from what it says');
}

function listpackElement(reader: PackedReader): Uint8Array {
  const first = reader.u8();
  if (first < 0x80) return digits(first);
  if (first < 0xc0) return reader.bytes(first & 0x3f);
  if (first < 0xe0) {
    const value = ((first & 0x1f) << 8) | reader.u8();
    return digits(value >= 4096 ? value - 8192 : value);
  }
  if (first < 0xf0) return reader.bytes(((first & 0x0f) << 8) | reader.u8());
  switch (first) {
    case 0xf0:
      return reader.bytes(reader.u32());
    case 0xf1:
      return digits(reader.i16());
    case 0xf2:
      return digits(reader.i24());
    case 0xf3:
      return digits(reader.i32());
    case 0xf4:
      return digits(reader.i64());
    default:
      return reader.fail('an element of no known encoding');
  }
}

/** Behind every element stands its length, to be read from the right: seven bits a byte. */
function skipBackLength(reader: PackedReader, length: number): void {
  let count = 1;
  for (let limit = 128; length >= limit && count < 5; limit *= 128) count += 1;
  let value = 0;
  for (const byte of reader.bytes(count)) value = value * 128 + (byte & 0x7f);
  if (value !== length) reader.fail('an element disagrees about its length');
}

/** @see redis, ziplist.c (before 7.0) */
export function* ziplistElements(bytes: Uint8Array): Generator<Uint8Array> {
  const reader = new PackedReader(bytes, 'ziplist');
  if (reader.u32() !== bytes.length) reader.fail('its length differs from what it says');
  reader.u32(); // Where the last element begins.
  const countSaid = reader.u16();
  let count = 0;
  let lengthBefore = 0;
  while (reader.peek() !== 0xff) {
    const start = reader.at;
    const short = reader.u8();
    if ((short === 0xfe ? reader.u32() : short) !== lengthBefore)
      reader.fail('an element disagrees with the one before');
    yield ziplistElement(reader);
    lengthBefore = reader.at - start;
    count += 1;
  }
  reader.u8();
  if (!reader.isAtEnd) reader.fail('something follows its end');
  if (countSaid !== 0xffff && countSaid !== count) reader.fail('its number of elements differs from what it says');
}

function ziplistElement(reader: PackedReader): Uint8Array {
  const first = reader.u8();
  if (first < 0x40) return reader.bytes(first);
  if (first < 0x80) return reader.bytes(((first & 0x3f) << 8) | reader.u8());
  switch (first) {
    case 0x80:
      return reader.bytes(reader.u32BigEndian());
    case 0xc0:
      return digits(reader.i16());
    case 0xd0:
      return digits(reader.i32());
    case 0xe0:
      return digits(reader.i64());
    case 0xf0:
      return digits(reader.i24());
    case 0xfe:
      return digits(reader.i8());
    default:
      if (first >= 0xf1 && first <= 0xfd) return digits((first & 0x0f) - 1);
      return reader.fail('an element of no known encoding');
  }
}

/** @see redis, intset.c */
export function* intsetElements(bytes: Uint8Array): Generator<Uint8Array> {
  const reader = new PackedReader(bytes, 'intset');
  const width = reader.u32();
  const count = reader.u32();
  if (width !== 2 && width !== 4 && width !== 8) reader.fail('its numbers have no known width');
  if (reader.length - reader.at !== width * count) reader.fail('its length differs from what it says');
  for (let idx = 0; idx < count; idx += 1) {
    yield digits(width === 2 ? reader.i16() : width === 4 ? reader.i32() : reader.i64());
  }
}

/** @see redis, zipmap.c (before 2.6) */
export function* zipmapElements(bytes: Uint8Array): Generator<Uint8Array> {
  const reader = new PackedReader(bytes, 'zipmap');
  reader.u8(); // The number of pairs, when there are few.
  while (reader.peek() !== 0xff) {
    yield reader.bytes(zipmapLength(reader));
    const length = zipmapLength(reader);
    const unusedBytes = reader.u8();
    yield reader.bytes(length);
    reader.bytes(unusedBytes);
  }
  reader.u8();
  if (!reader.isAtEnd) reader.fail('something follows its end');
}

function zipmapLength(reader: PackedReader): number {
  const first = reader.u8();
  if (first < 0xfe) return first;
  if (first === 0xfe) return reader.u32();
  return reader.fail('a value is missing');
}
