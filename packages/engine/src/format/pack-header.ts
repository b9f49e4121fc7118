import { LumbungError } from '@lumbung/stdx';
import { type BlobId, ID_BYTES, idBytes, idHex } from './ids.ts';

export const BLOB_TYPES = ['data', 'tree'] as const;
/** `data`: a piece of content. `tree`: a folder. */
export type BlobType = (typeof BLOB_TYPES)[number];

/** Where a blob lies in its pack. */
export interface PackedBlob {
  readonly id: BlobId;
  readonly type: BlobType;
  readonly offset: number;
  /** As stored, sealed. */
  readonly lengthBytes: number;
  /** Length of the plaintext of a compressed blob; 0: stored uncompressed. */
  readonly uncompressedBytes: number;
}

const PLAIN_ENTRY_BYTES = 1 + 4 + ID_BYTES;
const COMPRESSED_ENTRY_BYTES = 1 + 4 + 4 + ID_BYTES;
const SEAL_OVERHEAD_BYTES = 32;
const TRAILER_BYTES = 4;

/** Readers accept sealed headers up to this length. */
export const PACK_HEADER_BYTES_MAX = 16 * 2 ** 20;

const TYPE_DATA = 0;
const TYPE_TREE = 1;
const TYPE_DATA_COMPRESSED = 2;
const TYPE_TREE_COMPRESSED = 3;

/** Bytes of a blob's entry in the header. */
export function headerEntryBytes({ uncompressedBytes }: Pick<PackedBlob, 'uncompressedBytes'>): number {
  return uncompressedBytes === 0 ? PLAIN_ENTRY_BYTES : COMPRESSED_ENTRY_BYTES;
}

/** Size of the pack that holds exactly these blobs. */
export function packSizeOf(blobs: Iterable<Pick<PackedBlob, 'lengthBytes' | 'uncompressedBytes'>>): number {
  let sizeBytes = SEAL_OVERHEAD_BYTES + TRAILER_BYTES;
  for (const blob of blobs) sizeBytes += blob.lengthBytes + headerEntryBytes(blob);
  return sizeBytes;
}

/** The plain header of a pack whose blobs lie in this order. @see docs/design/repository-format.md#blobs-and-packs */
export function encodePackHeader(blobs: readonly PackedBlob[]): Buffer {
  const header = Buffer.allocUnsafe(blobs.reduce((sum, blob) => sum + headerEntryBytes(blob), 0));
  let at = 0;
  for (const { id, type, lengthBytes, uncompressedBytes } of blobs) {
    const isCompressed = uncompressedBytes > 0;
    const plainType = type === 'data' ? TYPE_DATA : TYPE_TREE;
    at = header.writeUInt8(isCompressed ? plainType + TYPE_DATA_COMPRESSED : plainType, at);
    at = header.writeUInt32LE(lengthBytes, at);
    if (isCompressed) at = header.writeUInt32LE(uncompressedBytes, at);
    at += idBytes(id).copy(header, at);
  }
  return header;
}

function invalid(reason: string): LumbungError {
  return new LumbungError('PACK_HEADER_INVALID', {
    kind: 'corruption',
    message: `the header of a pack is damaged: ${reason}`,
    context: { reason },
    hint: 'run lumbung repair packs',
  });
}

/** The blobs of a plain header. @param packSizeBytes of the whole file, which must come out
 *  @throws LumbungError PACK_HEADER_INVALID (corruption) */
export function parsePackHeader(plain: Uint8Array, packSizeBytes: number): PackedBlob[] {
  const header = Buffer.from(plain.buffer, plain.byteOffset, plain.length);
  const blobs: PackedBlob[] = [];
  let offset = 0;
  for (let at = 0; at < header.length; ) {
    const kind = header[at] ?? 0;
    if (kind > TYPE_TREE_COMPRESSED) throw invalid(`unknown type ${kind}`);
    const isCompressed = kind >= TYPE_DATA_COMPRESSED;
    const entryBytes = isCompressed ? COMPRESSED_ENTRY_BYTES : PLAIN_ENTRY_BYTES;
    if (at + entryBytes > header.length) throw invalid('it is cut off');
    const lengthBytes = header.readUInt32LE(at + 1);
    const uncompressedBytes = isCompressed ? header.readUInt32LE(at + 5) : 0;
    if (lengthBytes < SEAL_OVERHEAD_BYTES) throw invalid('a blob is shorter than its seal');
    if (isCompressed && uncompressedBytes === 0) throw invalid('a compressed blob has no length');
    blobs.push({
      id: idHex(header, at + entryBytes - ID_BYTES) as BlobId, // 32 bytes as hex are an id
      type: kind === TYPE_DATA || kind === TYPE_DATA_COMPRESSED ? 'data' : 'tree',
      offset,
      lengthBytes,
      uncompressedBytes,
    });
    offset += lengthBytes;
    at += entryBytes;
  }
  if (blobs.length === 0) throw invalid('it is empty');
  if (packSizeOf(blobs) !== packSizeBytes) throw invalid('its lengths do not add up to the size of the file');
  return blobs;
}
