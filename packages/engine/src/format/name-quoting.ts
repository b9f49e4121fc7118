import { type ByteString, byteStringOf, byteStringOfText, bytesOf } from '@lumbung/stdx';
import { utf8Length } from './go-json.ts';
import { isPrintable } from './printable.ts';

// Names are stored as Go's strconv.Quote writes them, without the outer quotes. The result is text, whatever the bytes.

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

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

function quoteCharacter(codePoint: number): string {
  const short = SHORT_ESCAPES.get(codePoint);
  if (short !== undefined) return short;
  if (isPrintable(codePoint)) return String.fromCodePoint(codePoint);
  if (codePoint < 0x20 || codePoint === 0x7f) return `\\x${hex(codePoint, 2)}`;
  return codePoint < 0x10000 ? `\\u${hex(codePoint, 4)}` : `\\U${hex(codePoint, 8)}`;
}

/** The text a raw name is stored as. */
export function quoteName(raw: ByteString): string {
  if (PLAIN.test(raw)) return raw;
  const bytes = bytesOf(raw);
  let quoted = '';
  for (let at = 0; at < bytes.length; ) {
    const length = utf8Length(bytes, at);
    if (length === 0) {
      quoted += `\\x${hex(bytes[at] ?? 0, 2)}`;
      at += 1;
    } else {
      quoted += quoteCharacter(bytes.toString('utf8', at, at + length).codePointAt(0) ?? 0);
      at += length;
    }
  }
  return quoted;
}

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

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([abfnrtv"'\\]))/g;

/** The raw name that a stored text stands for. What is no escape is copied, so any text has a name. */
export function unquoteName(text: string): ByteString {
  if (!text.includes('\\')) return byteStringOfText(text);
  const pieces: Buffer[] = [];
  let copiedTo = 0;
  for (const match of text.matchAll(ESCAPE)) {
    const bytes = unescape(match);
    if (bytes === undefined) continue;
    pieces.push(Buffer.from(text.slice(copiedTo, match.index), 'utf8'), bytes);
    copiedTo = match.index + match[0].length;
  }
  pieces.push(Buffer.from(text.slice(copiedTo), 'utf8'));
  return byteStringOf(Buffer.concat(pieces));
}

function unescape([, byteHex, shortHex, longHex, octal, letter]: RegExpExecArray): Buffer | undefined {
  if (byteHex !== undefined) return Buffer.from(byteHex, 'hex');
  if (octal !== undefined) {
    const value = Number.parseInt(octal, 8);
    return value > 0xff ? undefined : Buffer.from([value]);
  }
  if (letter !== undefined) return Buffer.from([UNSHORT.get(letter) ?? 0]);
  const codePoint = Number.parseInt(shortHex ?? longHex ?? '', 16);
  if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) return undefined;
  return Buffer.from(String.fromCodePoint(codePoint), 'utf8');
}
