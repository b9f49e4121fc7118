import { type Brand, LumbungError } from '@lumbung/stdx';

// Every id is the SHA-256 of something, written as 64 lower-case hex digits. A kind of its own for each noun keeps a
// pack from being looked up as a blob.

/** Names a blob by its plaintext. */
export type BlobId = Brand<string, 'BlobId'>;
/** Names a pack by its bytes. */
export type PackId = Brand<string, 'PackId'>;
export type SnapshotId = Brand<string, 'SnapshotId'>;
export type IndexId = Brand<string, 'IndexId'>;
export type KeyId = Brand<string, 'KeyId'>;
export type LockId = Brand<string, 'LockId'>;

export const ID_BYTES = 32;
export const ID_HEX_LENGTH = 64;
const SHORT_LENGTH = 8;

const ID = /^[0-9a-f]{64}$/;

/** Whether `text` has the form of an id. */
export function isIdText(text: string): boolean {
  return ID.test(text);
}

function parse(text: string): string {
  if (ID.test(text)) return text;
  throw new LumbungError('ID_INVALID', {
    kind: 'operator',
    message: `not an id: ${text.slice(0, 80)}`,
    context: { text: text.slice(0, 80) },
    hint: 'an id has 64 digits of 0 to 9 and a to f',
  });
}

/** @throws LumbungError ID_INVALID (operator), as the others do */
export function parseBlobId(text: string): BlobId {
  return parse(text) as BlobId; // checked by parse, here and below
}

export function parsePackId(text: string): PackId {
  return parse(text) as PackId;
}

export function parseSnapshotId(text: string): SnapshotId {
  return parse(text) as SnapshotId;
}

export function parseIndexId(text: string): IndexId {
  return parse(text) as IndexId;
}

export function parseKeyId(text: string): KeyId {
  return parse(text) as KeyId;
}

export function parseLockId(text: string): LockId {
  return parse(text) as LockId;
}

/** 32 bytes as hex. */
export function idHex(bytes: Uint8Array, offset = 0): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, ID_BYTES).toString('hex');
}

/** The 32 bytes of an id. */
export function idBytes(id: string): Buffer {
  return Buffer.from(id, 'hex');
}

/** The first eight digits, for people. */
export function shortId(id: string): string {
  return id.slice(0, SHORT_LENGTH);
}
