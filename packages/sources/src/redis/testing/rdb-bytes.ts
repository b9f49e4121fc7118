// RDB files by hand, for what no server of today writes any more, or yet.

import { Crc64 } from '../rdb/crc64.ts';

type Part = string | number | Uint8Array;

/** Numbers are bytes, texts are UTF-8. */
export function bytesOf(...parts: readonly Part[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part))));
}

/** A string as the format stores short ones. */
export function rdbString(content: Part): Buffer {
  const bytes = bytesOf(content);
  if (bytes.length < 64) return bytesOf(bytes.length, bytes);
  const length = Buffer.alloc(5);
  length[0] = 0x80;
  length.writeUInt32BE(bytes.length, 1);
  return bytesOf(length, bytes);
}

/** A whole file, with a checksum unless told otherwise. */
export function rdbFile(
  body: readonly Part[],
  { magic = 'REDIS0011', checksum = true }: { readonly magic?: string; readonly checksum?: boolean } = {},
): Buffer {
  const bytes = bytesOf(magic, ...body, 0xff);
  return bytesOf(bytes, checksum ? new Crc64().update(bytes).digest() : Buffer.alloc(8));
}

/** In pieces of `size`, as a network would. */
export async function* inPieces(bytes: Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
