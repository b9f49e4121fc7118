import type { Brand } from './brand.ts';

/**
 * A name or path as the bytes it is: a string whose every character is one byte. File names need not be UTF-8, so two
 * of them may become the same text; as byte strings they stay apart, compare in byte order with `<`, and cost one byte
 * a character in memory.
 */
export type ByteString = Brand<string, 'ByteString'>;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are ASCII too
const ASCII = /^[\x00-\x7f]*$/;

/** The bytes as a byte string. */
export function byteStringOf(bytes: Uint8Array): ByteString {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('latin1') as ByteString; // latin1 makes one character of each byte
}

/** The bytes of a byte string. */
export function bytesOf(text: ByteString): Buffer {
  return Buffer.from(text, 'latin1');
}

/** The UTF-8 bytes of a text. */
export function byteStringOfText(text: string): ByteString {
  if (ASCII.test(text)) return text as ByteString; // ASCII is its own UTF-8
  return byteStringOf(Buffer.from(text, 'utf8'));
}

/** For people: the bytes read as UTF-8; what is not becomes U+FFFD. */
export function textOf(bytes: ByteString): string {
  return ASCII.test(bytes) ? bytes : bytesOf(bytes).toString('utf8');
}

/** What `node:fs` takes for a path: the string itself while it is ASCII, which is cheaper, else its bytes. */
export function fsPath(path: ByteString): string | Buffer {
  return ASCII.test(path) ? path : bytesOf(path);
}
