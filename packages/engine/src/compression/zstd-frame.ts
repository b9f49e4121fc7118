const FRAME_MAGIC = 0xfd2fb528;
const DESCRIPTOR_AT = 4;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;
const CHECKSUM_BYTES = 4;
const BLOCK_HEADER_BYTES = 3;
const BLOCK_RLE = 1;
const BLOCK_RESERVED = 3;

export interface FrameShape {
  /** What the header records of the content's length; undefined: nothing. */
  readonly contentBytes: number | undefined;
  /** Where the frame ends, by the headers of its blocks; undefined: behind the given bytes. */
  readonly lengthBytes: number | undefined;
}

/** What the headers of a zstd frame say, without a look at its content; undefined: these bytes do not begin with a frame.
 *  @see RFC 8878, section 3.1.1 */
export function frameShape(frame: Uint8Array): FrameShape | undefined {
  if (frame.length <= DESCRIPTOR_AT) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== FRAME_MAGIC) return undefined;
  const descriptor = view.getUint8(DESCRIPTOR_AT);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const contentBytesAt = DESCRIPTOR_AT + 1 + (isSingleSegment ? 0 : 1) + (DICTIONARY_ID_BYTES[descriptor & 3] ?? 0);
  const width = (descriptor & 0xc0) === 0 ? (isSingleSegment ? 1 : 0) : 1 << (descriptor >>> 6);
  const blocksAt = contentBytesAt + width;
  if (blocksAt > frame.length) return undefined;
  return {
    contentBytes: width === 0 ? undefined : contentBytesOf(view, contentBytesAt, width),
    lengthBytes: frameEnd(view, blocksAt, (descriptor & 0x04) !== 0),
  };
}

function contentBytesOf(view: DataView, at: number, width: number): number {
  if (width === 1) return view.getUint8(at);
  if (width === 2) return view.getUint16(at, true) + 256;
  if (width === 4) return view.getUint32(at, true);
  return Number(view.getBigUint64(at, true));
}

function frameEnd(view: DataView, blocksAt: number, hasChecksum: boolean): number | undefined {
  let at = blocksAt;
  let isLast = false;
  while (!isLast) {
    if (at + BLOCK_HEADER_BYTES > view.byteLength) return undefined;
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const type = (header >>> 1) & 3;
    if (type === BLOCK_RESERVED) return undefined;
    isLast = (header & 1) === 1;
    at += BLOCK_HEADER_BYTES + (type === BLOCK_RLE ? 1 : header >>> 3);
  }
  const end = at + (hasChecksum ? CHECKSUM_BYTES : 0);
  return end <= view.byteLength ? end : undefined;
}
