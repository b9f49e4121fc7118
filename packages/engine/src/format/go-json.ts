import { type ByteString, bytesOf } from '@lumbung/stdx';

// The escaping of Go's JSON encoder: ids are hashes of what it writes, so every byte counts.

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that need an escape
const NEEDS_CARE = /[\u0000-\u001f"\\<>&\u2028\u2029\ud800-\udfff]/;
const BEYOND_JSON = /[<>&\u2028\u2029]/g;

/** `text` as Go writes a JSON string, quotes included. Lone surrogates, which no UTF-8 decodes to, become U+FFFD. */
export function goJsonString(text: string): string {
  if (!NEEDS_CARE.test(text)) return `"${text}"`;
  return JSON.stringify(text.toWellFormed()).replace(
    BEYOND_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Raw bytes as Go writes a string that holds them: every byte that is not part of valid UTF-8 becomes the six
 *  characters `\ufffd`, while a U+FFFD that was written as such stays a character. */
export function goJsonStringOfBytes(raw: ByteString): string {
  const bytes = bytesOf(raw);
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd')) return goJsonString(text);
  let result = '';
  for (let at = 0; at < bytes.length; ) {
    const length = utf8Length(bytes, at);
    if (length === 0) {
      result += '\\ufffd';
      at += 1;
    } else {
      result += goJsonString(bytes.toString('utf8', at, at + length)).slice(1, -1);
      at += length;
    }
  }
  return `"${result}"`;
}

/** Bytes of the well-formed UTF-8 sequence at `at`: no overlong form, no surrogate, nothing above U+10FFFF. 0: none.
 *  @see The Unicode Standard, table 3-7 */
export function utf8Length(bytes: Uint8Array, at: number): 0 | 1 | 2 | 3 | 4 {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const isTail = (offset: number, low = 0x80, high = 0xbf): boolean => {
    const byte = bytes[at + offset] ?? 0;
    return byte >= low && byte <= high;
  };
  if (first >= 0xc2 && first <= 0xdf) return isTail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const low = first === 0xe0 ? 0xa0 : 0x80;
    const high = first === 0xed ? 0x9f : 0xbf;
    return isTail(1, low, high) && isTail(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const low = first === 0xf0 ? 0x90 : 0x80;
    const high = first === 0xf4 ? 0x8f : 0xbf;
    return isTail(1, low, high) && isTail(2) && isTail(3) ? 4 : 0;
  }
  return 0;
}
