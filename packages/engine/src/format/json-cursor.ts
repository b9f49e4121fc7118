import type { LumbungError } from '@lumbung/stdx';

// A place in the bytes of a JSON document that moves over values without making objects of them. Trees and indexes are
// read with it: they may hold millions of entries, 64-bit numbers that a double does not hold, and lies.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

const DOT = 0x2e;
const MINUS = 0x2d;
const PLUS = 0x2b;
const ZERO = 0x30;
const NINE = 0x39;
const SMALL_E = 0x65;
const LARGE_E = 0x45;

/** What the format itself writes nests three deep; keys that are not known here may nest somewhat more. */
const DEPTH_MAX = 64;

/** What ends a run of plain characters in text: a quote, a backslash, a control character. One look at a table takes half
 *  the time of three comparisons. */
const ENDS_PLAIN_RUN = new Uint8Array(256);
ENDS_PLAIN_RUN.fill(1, 0, 0x20);
ENDS_PLAIN_RUN[QUOTE] = 1;
ENDS_PLAIN_RUN[BACKSLASH] = 1;

const SMALL_U = 0x75;

/** A table that is 1 for the bytes of `characters`. */
function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from(characters, 'latin1')) table[byte] = 1;
  return table;
}

/** What may follow a backslash, but for the `u` of digits. */
const ESCAPE_LETTERS = tableOf('"\\/bfnrt');
const HEX_DIGITS = tableOf('0123456789abcdefABCDEF');

/** Makes the error of the document that is read. */
export type JsonFailure = (reason: string, at: number) => LumbungError;

/** Bytes to compare with in `takeAll`, of ASCII. A plain array of bytes: its elements are read faster than a Buffer's. */
export function tokenOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function isJsonSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Reads JSON (RFC 8259) strictly, except that text is not checked to be UTF-8 before it is decoded. Each method
 *  throws what `fail` makes when the bytes are otherwise. */
export class JsonCursor {
  readonly bytes: Buffer;
  readonly fail: JsonFailure;
  at = 0;

  constructor(bytes: Buffer, fail: JsonFailure) {
    this.bytes = bytes;
    this.fail = fail;
  }

  skipSpace(): void {
    // A byte above the blank is none: the common case is one comparison.
    while ((this.bytes[this.at] ?? 0xff) <= 0x20 && isJsonSpace(this.bytes[this.at])) this.at += 1;
  }

  expect(byte: number): void {
    if (this.bytes[this.at] !== byte) throw this.fail(`${String.fromCharCode(byte)} is missing`, this.at);
    this.at += 1;
  }

  /** Steps over `byte` if it is the next. */
  take(byte: number): boolean {
    if (this.bytes[this.at] !== byte) return false;
    this.at += 1;
    return true;
  }

  /** Steps over `expected` if the next bytes are these. */
  takeAll(expected: Uint8Array): boolean {
    const { bytes, at } = this;
    const { length } = expected;
    for (let idx = 0; idx < length; idx += 1) if (bytes[at + idx] !== expected[idx]) return false;
    this.at = at + length;
    return true;
  }

  /** From an opening quote to behind the closing one. */
  skipString(): void {
    const { bytes } = this;
    const { length } = bytes;
    let at = this.at;
    if (bytes[at] !== QUOTE) throw this.fail('text is missing', at);
    at += 1;
    for (;;) {
      while (at < length && ENDS_PLAIN_RUN[bytes[at] ?? 0] === 0) at += 1;
      if (at >= length) throw this.fail('text has no end', this.at);
      const byte = bytes[at];
      if (byte === QUOTE) break;
      if (byte !== BACKSLASH) throw this.fail('text holds a control character', at);
      at = this.#endOfEscape(at);
    }
    this.at = at + 1;
  }

  /** @param at of the backslash */
  #endOfEscape(at: number): number {
    const { bytes } = this;
    const letter = bytes[at + 1] ?? 0;
    if (letter !== SMALL_U) {
      if (ESCAPE_LETTERS[letter] === 0) throw this.fail('text has a broken escape', at);
      return at + 2;
    }
    for (let digitAt = at + 2; digitAt < at + 6; digitAt += 1) {
      if (HEX_DIGITS[bytes[digitAt] ?? 0] === 0) throw this.fail('text has a broken escape', at);
    }
    return at + 6;
  }

  /** From the first byte of a value to behind its last. */
  skipValue(): void {
    this.#skipValue(0);
  }

  #skipValue(depth: number): void {
    const byte = this.bytes[this.at];
    if (byte === QUOTE) this.skipString();
    else if (byte === OPEN_BRACE) this.#skipObject(depth + 1);
    else if (byte === OPEN_BRACKET) this.#skipArray(depth + 1);
    else this.#skipWord(byte);
  }

  #skipObject(depth: number): void {
    if (depth > DEPTH_MAX) throw this.fail('it nests too deeply', this.at);
    this.at += 1;
    this.skipSpace();
    if (this.take(CLOSE_BRACE)) return;
    do {
      this.skipSpace();
      this.skipString();
      this.enterField();
      this.#skipValue(depth);
      this.skipSpace();
    } while (this.take(COMMA));
    this.expect(CLOSE_BRACE);
  }

  #skipArray(depth: number): void {
    if (depth > DEPTH_MAX) throw this.fail('it nests too deeply', this.at);
    this.at += 1;
    this.skipSpace();
    if (this.take(CLOSE_BRACKET)) return;
    do {
      this.skipSpace();
      this.#skipValue(depth);
      this.skipSpace();
    } while (this.take(COMMA));
    this.expect(CLOSE_BRACKET);
  }

  /** From behind a key to the first byte of its value. */
  enterField(): void {
    this.skipSpace();
    this.expect(COLON);
    this.skipSpace();
  }

  #skipWord(byte: number | undefined): void {
    switch (byte) {
      case 0x6e:
        this.#skipLiteral('null');
        return;
      case 0x74:
        this.#skipLiteral('true');
        return;
      case 0x66:
        this.#skipLiteral('false');
        return;
      case undefined:
        throw this.fail('it is cut off', this.at);
      default:
        this.#skipNumber();
    }
  }

  #skipLiteral(literal: string): void {
    for (let idx = 0; idx < literal.length; idx += 1) {
      if (this.bytes[this.at + idx] !== literal.charCodeAt(idx)) throw this.fail('a value is none', this.at);
    }
    this.at += literal.length;
  }

  #skipNumber(): void {
    const { bytes } = this;
    if (bytes[this.at] === MINUS) this.at += 1;
    if (bytes[this.at] === ZERO) this.at += 1;
    else this.#skipDigits();
    if (bytes[this.at] === DOT) {
      this.at += 1;
      this.#skipDigits();
    }
    if (bytes[this.at] === SMALL_E || bytes[this.at] === LARGE_E) {
      this.at += 1;
      if (bytes[this.at] === PLUS || bytes[this.at] === MINUS) this.at += 1;
      this.#skipDigits();
    }
  }

  #skipDigits(): void {
    const { bytes } = this;
    let at = this.at;
    for (;;) {
      const byte = bytes[at] ?? 0;
      if (byte < ZERO || byte > NINE) break;
      at += 1;
    }
    if (at === this.at) throw this.fail('a value is none', at);
    this.at = at;
  }

  /** The text of the string whose opening quote is at `start`, `end` being behind the closing one. Bytes that are not
   *  UTF-8, and escapes that make lone surrogates, become U+FFFD. */
  textAt(start: number, end: number): string {
    const { bytes } = this;
    for (let at = start + 1; at < end - 1; at += 1) {
      if (bytes[at] === BACKSLASH) return this.#escapedTextAt(start, end);
    }
    return bytes.toString('utf8', start + 1, end - 1);
  }

  #escapedTextAt(start: number, end: number): string {
    let decoded: unknown;
    try {
      decoded = JSON.parse(this.bytes.toString('utf8', start, end));
    } catch {
      // Only when the string was not passed over before. The parser's own message would show the text.
      throw this.fail('text has a broken escape', start);
    }
    if (typeof decoded !== 'string') throw this.fail('text is missing', start);
    return decoded.toWellFormed();
  }
}
