import { type Column, notationOf } from './column.ts';
import { protocolError } from './protocol-error.ts';

const OUTPUT_BYTES = 256 * 1024;
/** Most rows fit behind it: one that does not has the buffer made anew. */
const FULL_BYTES = OUTPUT_BYTES - 32 * 1024;

const NEWLINE = 0x0a;
const QUOTE = 0x27;
const OPEN = 0x28;
const CLOSE = 0x29;
const COMMA = 0x2c;
const MINUS = 0x2d;
const BACKSLASH = 0x5c;

const NUMBER = 0;
const HEXADECIMAL = 1;
const STRING = 2;

/** What stands behind the backslash, or zero: as mysql_real_escape_string writes it. */
const ESCAPES = new Uint8Array(256);
for (const [byte, escape] of [
  [0x00, '0'],
  [0x0a, 'n'],
  [0x0d, 'r'],
  [0x1a, 'Z'],
  [0x22, '"'],
  [0x27, "'"],
  [0x5c, '\\'],
] as const) {
  ESCAPES[byte] = escape.charCodeAt(0);
}
const DIGITS = Buffer.from('0123456789ABCDEF');

/**
 * Rows of the text protocol as the tuples that a dump tool writes, one on a line: `(1,'it\'s',0x00FF,NULL)\n`. No object
 * is made for a row or a value.
 */
export class TupleWriter {
  readonly #notations: Uint8Array;
  #output = Buffer.allocUnsafeSlow(OUTPUT_BYTES);
  #outputView = viewOf(this.#output);
  #outputBytes = 0;
  #rows = 0;
  /** Of the buffer that the last row lay in: many rows lie in one. */
  #row: Buffer = Buffer.alloc(0);
  #rowView = viewOf(this.#row);

  constructor(columns: readonly Column[]) {
    this.#notations = Uint8Array.from(columns, (column) => {
      const notation = notationOf(column);
      return notation === 'number' ? NUMBER : notation === 'hexadecimal' ? HEXADECIMAL : STRING;
    });
  }

  get rows(): number {
    return this.#rows;
  }

  /** A buffer is full: take it before the next row. */
  get isFull(): boolean {
    return this.#outputBytes >= FULL_BYTES;
  }

  /** What was written since the last call; belongs to the caller. */
  take(): Buffer {
    const taken = this.#output.subarray(0, this.#outputBytes);
    this.#output = Buffer.allocUnsafeSlow(OUTPUT_BYTES);
    this.#outputView = viewOf(this.#output);
    this.#outputBytes = 0;
    return taken;
  }

  /** The row lies in `row` from `from` to `end`. @throws LumbungError DB_PROTOCOL_ERROR */
  write(row: Buffer, from: number, end: number): void {
    const notations = this.#notations;
    // At worst every byte becomes two, and each value has quotes or `0x`, and a comma.
    this.#reserve((end - from) * 2 + notations.length * 5 + 3);
    if (row !== this.#row) {
      this.#row = row;
      this.#rowView = viewOf(row);
    }
    const rowView = this.#rowView;
    const output = this.#output;
    const outputView = this.#outputView;
    let out = this.#outputBytes;
    let at = from;
    output[out++] = OPEN;
    for (let columnIdx = 0; columnIdx < notations.length; columnIdx++) {
      if (columnIdx > 0) output[out++] = COMMA;
      let valueBytes = at < end ? (row[at++] ?? 0xff) : 0xff;
      if (valueBytes >= 0xfb) {
        if (valueBytes === 0xfb) {
          out = writeNull(output, out);
          continue;
        }
        const widthBytes = valueBytes === 0xfc ? 2 : valueBytes === 0xfd ? 3 : valueBytes === 0xfe ? 8 : 0;
        if (widthBytes === 0 || at + widthBytes > end) throw protocolError('a row that is shorter than it says');
        valueBytes = widthBytes === 8 ? Number(row.readBigUInt64LE(at)) : row.readUIntLE(at, widthBytes);
        at += widthBytes;
      }
      const valueEnd = at + valueBytes;
      if (valueEnd > end) throw protocolError('a row that is shorter than it says');
      const notation = notations[columnIdx];
      if (valueBytes === 0) {
        output[out++] = QUOTE;
        output[out++] = QUOTE;
      } else if (notation === NUMBER) out = writeNumber(row, at, valueEnd, output, out);
      else if (notation === STRING) out = writeString(rowView, at, valueEnd, outputView, out);
      else out = writeHexadecimal(row, at, valueEnd, output, out);
      at = valueEnd;
    }
    if (at !== end) throw protocolError('a row that is longer than it says');
    output[out++] = CLOSE;
    output[out++] = NEWLINE;
    this.#outputBytes = out;
    this.#rows++;
  }

  #reserve(bytes: number): void {
    if (this.#outputBytes + bytes <= this.#output.length) return;
    const larger = Buffer.allocUnsafeSlow(this.#outputBytes + Math.max(bytes, OUTPUT_BYTES));
    this.#output.copy(larger, 0, 0, this.#outputBytes);
    this.#output = larger;
    this.#outputView = viewOf(larger);
  }
}

// Five arguments each: objects would be made for every value of every row.

function writeNull(output: Buffer, out: number): number {
  output[out] = 0x4e;
  output[out + 1] = 0x55;
  output[out + 2] = 0x4c;
  output[out + 3] = 0x4c;
  return out + 4;
}

/** As it is; `inf` and `nan`, which no statement could read, as NULL. */
function writeNumber(row: Buffer, from: number, end: number, output: Buffer, out: number): number {
  const first = row[from] === MINUS ? row[from + 1] : row[from];
  if (first !== undefined && isLetter(first)) return writeNull(output, out);
  let to = out;
  for (let at = from; at < end; at++) output[to++] = row[at] ?? 0;
  return to;
}

function isLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

function writeString(row: DataView, from: number, end: number, output: DataView, out: number): number {
  let to = out;
  let at = from;
  output.setUint8(to++, QUOTE);
  for (;;) {
    // Four bytes at a time as long as none of them may need a backslash. Of the exclusive ors a byte is zero where one is
    // `"` or `'` (or `#` or `&`, which look alike without two bits) or a backslash; the third finds what is below a blank.
    for (; at <= end - 4; at += 4, to += 4) {
      const word = row.getInt32(at, true);
      const quotes = (word & 0xfafafafa) ^ 0x22222222;
      const backslashes = word ^ 0x5c5c5c5c;
      const found =
        ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes) | ((word - 0x20202020) & ~word);
      if ((found & 0x80808080) !== 0) break;
      output.setInt32(to, word, true);
    }
    if (at >= end) break;
    // Past whatever stopped it, or the last three.
    for (const stop = Math.min(at + 4, end); at < stop; at++) {
      const byte = row.getUint8(at);
      const escape = ESCAPES[byte] ?? 0;
      if (escape !== 0) {
        output.setUint8(to++, BACKSLASH);
        output.setUint8(to++, escape);
      } else output.setUint8(to++, byte);
    }
  }
  output.setUint8(to++, QUOTE);
  return to;
}

function writeHexadecimal(row: Buffer, from: number, end: number, output: Buffer, out: number): number {
  let to = out;
  output[to++] = 0x30;
  output[to++] = 0x78;
  for (let at = from; at < end; at++) {
    const byte = row[at] ?? 0;
    output[to++] = DIGITS[byte >> 4] ?? 0;
    output[to++] = DIGITS[byte & 15] ?? 0;
  }
  return to;
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
