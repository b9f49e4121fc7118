import { LumbungError } from '@lumbung/stdx';
import { SEAL_OVERHEAD_BYTES, type Sealer } from '../crypto/sealer.ts';
import type { PackId } from '../format/ids.ts';
import { PACK_HEADER_BYTES_MAX, type PackedBlob, parsePackHeader } from '../format/pack-header.ts';

const TRAILER_BYTES = 4;
const ENTRY_BYTES_MIN = 37;
const ENTRY_BYTES_MAX = 41;
/** Most packs of large files have no more blobs: their header comes with the first request. */
const ENTRIES_READ_AT_ONCE = 15;
const TAIL_BYTES = ENTRIES_READ_AT_ONCE * ENTRY_BYTES_MAX + SEAL_OVERHEAD_BYTES + TRAILER_BYTES;

export interface PackSource {
  readonly id: PackId;
  readonly sizeBytes: number;
  /** Exactly `length` bytes at `offset` of the pack file. */
  load(offset: number, length: number): Promise<Uint8Array>;
}

/** What a pack says of itself: its blobs, in the order in which they lie. Reads the end of the file only, in one or two requests.
 *  @throws LumbungError PACK_HEADER_INVALID (corruption): no pack, cut short, or its header does not describe its bytes
 *  @see docs/design/repository-format.md#blobs-and-packs */
export async function readPackHeader(source: PackSource, sealer: Sealer): Promise<PackedBlob[]> {
  const { sizeBytes } = source;
  if (sizeBytes < ENTRY_BYTES_MIN + SEAL_OVERHEAD_BYTES + TRAILER_BYTES)
    throw headerInvalid(source, 'is too short for a header');
  const tailBytes = Math.min(TAIL_BYTES, sizeBytes);
  const tail = asBuffer(await source.load(sizeBytes - tailBytes, tailBytes));
  const headerBytes = tail.readUInt32LE(tail.length - TRAILER_BYTES);
  if (headerBytes < ENTRY_BYTES_MIN + SEAL_OVERHEAD_BYTES) throw headerInvalid(source, 'names a header without blobs');
  if (headerBytes > PACK_HEADER_BYTES_MAX) throw headerInvalid(source, 'names a header beyond the limit of 16 MiB');
  if (headerBytes > sizeBytes - TRAILER_BYTES) throw headerInvalid(source, 'names a header longer than itself');
  const tailHeader = tail.subarray(0, tail.length - TRAILER_BYTES);
  if (headerBytes <= tailHeader.length) {
    return parseSealedHeader(source, sealer, tailHeader.subarray(tailHeader.length - headerBytes));
  }
  const missingBytes = headerBytes - tailHeader.length;
  const rest = await source.load(sizeBytes - tailBytes - missingBytes, missingBytes);
  return parseSealedHeader(source, sealer, Buffer.concat([rest, tailHeader]));
}

function parseSealedHeader(source: PackSource, sealer: Sealer, sealed: Uint8Array): PackedBlob[] {
  let header: Buffer;
  try {
    header = sealer.open(sealed);
  } catch (cause) {
    throw headerInvalid(source, 'has a header with a broken seal', cause);
  }
  try {
    return parsePackHeader(header, source.sizeBytes);
  } catch (cause) {
    throw headerInvalid(source, 'has a header that does not describe it', cause);
  }
}

function headerInvalid(source: PackSource, problem: string, cause?: unknown): LumbungError {
  return new LumbungError('PACK_HEADER_INVALID', {
    kind: 'corruption',
    message: `pack ${source.id} ${problem}`,
    context: { pack: source.id, sizeBytes: source.sizeBytes },
    hint: 'run "repair packs" for this pack: it saves the blobs that the index still knows',
    cause,
  });
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
