import { type ByteString, byteStringOfText, textOf } from '@lumbung/stdx';

/** Characters that move the cursor, change colours or turn the direction of writing, and bytes that are no text: a file name
 *  must do none of that to a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd]/;
const PRINTABLE = /^[\x20-\x7e]$/;

/** A name or path from a snapshot as it may be printed: as it is, or between quotes with its odd bytes escaped. */
export function shownName(name: ByteString): string {
  const text = textOf(name);
  if (!UNSAFE.test(text)) return text;
  const escaped = Array.from(name, (byte) => {
    if (byte === '"' || byte === '\\') return `\\${byte}`;
    return PRINTABLE.test(byte) ? byte : `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${escaped.join('')}"`;
}

/** As `shownName`, for text that came from a repository: host names, tags, paths. */
export function shownText(text: string): string {
  return UNSAFE.test(text) ? shownName(byteStringOfText(text)) : text;
}
