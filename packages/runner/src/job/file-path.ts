import type { FilePath } from '@lumbung/contracts';
import { type ByteString, byteStringOf, byteStringOfText, bytesOf, LumbungError, textOf } from '@lumbung/stdx';

/** @throws LumbungError FILE_PATH_INVALID (operator) */
export function byteStringOfPath(path: FilePath): ByteString {
  const bytes = typeof path === 'string' ? byteStringOfText(path) : byteStringOf(Buffer.from(path.bytes, 'base64'));
  if (bytes !== '' && !bytes.includes('\0')) return bytes;
  throw new LumbungError('FILE_PATH_INVALID', { kind: 'operator', message: 'not a path: it is empty or holds a NUL' });
}

/** The path so that it can be handed back: as text where that says all of it. */
export function pathOfByteString(bytes: ByteString): FilePath {
  const text = textOf(bytes);
  return byteStringOfText(text) === bytes ? text : { bytes: bytesOf(bytes).toString('base64') };
}

/** For people. */
export function shownPath(path: FilePath): string {
  return typeof path === 'string' ? path : Buffer.from(path.bytes, 'base64').toString('utf8');
}

/** @throws LumbungError FILE_PATH_RELATIVE, FILE_PATH_INVALID (operator) */
export function absoluteByteString(path: FilePath): ByteString {
  const bytes = byteStringOfPath(path);
  if (bytes.startsWith('/')) return bytes;
  throw new LumbungError('FILE_PATH_RELATIVE', {
    kind: 'operator',
    message: `not an absolute path: ${shownPath(path)}`,
    context: { path: shownPath(path) },
    hint: 'write the whole path, from the root',
  });
}
