import { isUtf8 } from 'node:buffer';
import { type ByteString, byteStringOf, byteStringOfText, bytesOf } from '@lumbung/stdx';
import { utf8Length } from './go-json.ts';
import { isPrintable } from './printable.ts';

// Names are stored as Go's strconv.Quote writes them, without the outer quotes. The result is text, whatever the bytes.

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const NEEDS_BACKSLASH = /["\\]/;

const SHORT_ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x0c, '\\f'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x09, '\\t'],
  [0x0b, '\\v'],
  [0x22, '\\"'],
  [0x5c, '\\\\'],
]);

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function quoteCharacter(character: string): string {
  const codePoint = character.codePointAt(0) ?? 0;
  const short = SHORT_ESCAPES.get(codePoint);
  if (short !== undefined) return short;
  if (isPrintable(character)) return character;
  if (codePoint < 0x20 || codePoint === 0x7f) return `\\x${hex(codePoint, 2)}`;
  return codePoint < 0x10000 ? `\\u${hex(codePoint, 4)}` : `\\U${hex(codePoint, 8)}`;
}

/** The text a raw name is stored as. */
export function quoteName(raw: ByteString): string {
  if (PLAIN.test(raw)) return raw;
  const bytes = bytesOf(raw);
  const isText = isUtf8(bytes);
  if (isText) {
    const text = bytes.toString('utf8');
    if (!NEEDS_BACKSLASH.test(text) && isPrintable(text)) return text;
    return Array.from(text, quoteCharacter).join('');
  }
  let quoted = '';
  for (let at = 0; at < bytes.length; ) {
    const length = utf8Length(bytes, at);
    if (length === 0) {
      quoted += `\\x${hex(bytes[at] ?? 0, 2)}`;
      at += 1;
    } else {
      quoted += quoteCharacter(bytes.toString('utf8', at, at + length));
      at += length;
    }
  }
  return quoted;
}

const BACKSLASH = '\\';

/** What follows a backslash, and the byte it stands for. */
const UNSHORT: ReadonlyMap<string, number> = new Map([
  ['a', 0x07],
  ['b', 0x08],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['v', 0x0b],
  ['"', 0x22],
  ['\\', 0x5c],
  ["'", 0x27],
]);

/** Escapes of several digits, behind the backslash. */
const DIGITS = /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})/y;

/** The raw name that a stored text stands for. What is no escape is copied, so any text has a name. */
export function unquoteName(text: string): ByteString {
  let at = text.indexOf(BACKSLASH);
  if (at < 0) return byteStringOfText(text);
  // An escape never stands for more bytes than it has characters.
  const target = Buffer.allocUnsafe(Buffer.byteLength(text, 'utf8'));
  let length = 0;
  let copiedTo = 0;
  while (at >= 0) {
    length += target.write(text.slice(copiedTo, at), length, 'utf8');
    const escape = escapeAt(text, at + 1);
    if (escape === undefined) {
      copiedTo = at;
      at = text.indexOf(BACKSLASH, at + 1);
      continue;
    }
    if (escape.kind === 'byte') length = target.writeUInt8(escape.value, length);
    else length += target.write(String.fromCodePoint(escape.value), length, 'utf8');
    copiedTo = at + 1 + escape.length;
    at = text.indexOf(BACKSLASH, copiedTo);
  }
  length += target.write(text.slice(copiedTo), length, 'utf8');
  return byteStringOf(target.subarray(0, length));
}

interface Escape {
  readonly kind: 'byte' | 'character';
  readonly value: number;
  /** Characters behind the backslash. */
  readonly length: number;
}

/** @param at behind the backslash; undefined: no escape */
function escapeAt(text: string, at: number): Escape | undefined {
  const byte = UNSHORT.get(text.charAt(at));
  if (byte !== undefined) return { kind: 'byte', value: byte, length: 1 };
  DIGITS.lastIndex = at;
  const match = DIGITS.exec(text);
  if (match === null) return undefined;
  const [{ length }, byteHex, shortHex, longHex, octal] = match;
  const value =
    octal === undefined ? Number.parseInt(byteHex ?? shortHex ?? longHex ?? '', 16) : Number.parseInt(octal, 8);
  if (shortHex === undefined && longHex === undefined) {
    return value > 0xff ? undefined : { kind: 'byte', value, length };
  }
  const isCharacter = value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
  return isCharacter ? { kind: 'character', value, length } : undefined;
}
