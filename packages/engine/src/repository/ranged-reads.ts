import type { BlobIndex } from '../blob-index/blob-index.ts';

/** Bytes nobody asked for that one request may read between two blobs. On a local disk a request costs 180 µs and a MiB
 *  270 µs: a gap of half a MiB is about as dear as another request. */
const GAP_BYTES_MAX = { remote: 2 ** 20, local: 512 * 2 ** 10 } as const;
/** A request is not made longer than this; a longer blob comes alone. */
const REQUEST_BYTES_MAX = 32 * 2 ** 20;

export interface RangedRead {
  readonly offset: number;
  readonly lengthBytes: number;
  /** In the order of their offsets. */
  readonly entries: readonly number[];
}

/** Which ranges of one pack to read for `entries` of it. A gap costs its bytes, a request costs a round trip. */
export function planRangedReads(index: BlobIndex, entries: readonly number[], isLocal: boolean): RangedRead[] {
  const gapBytesMax = isLocal ? GAP_BYTES_MAX.local : GAP_BYTES_MAX.remote;
  const sorted = [...entries].sort((a, b) => index.offsetOf(a) - index.offsetOf(b));
  const reads: RangedRead[] = [];
  let members: number[] = [];
  let begin = 0;
  let end = 0;
  const close = (): void => {
    if (members.length > 0) reads.push({ offset: begin, lengthBytes: end - begin, entries: members });
  };
  for (const entry of sorted) {
    const entryBegin = index.offsetOf(entry);
    const entryEnd = entryBegin + index.lengthOf(entry);
    const isNear = members.length > 0 && entryBegin - end <= gapBytesMax;
    if (isNear && Math.max(end, entryEnd) - begin <= REQUEST_BYTES_MAX) {
      members.push(entry);
      end = Math.max(end, entryEnd);
      continue;
    }
    close();
    members = [entry];
    begin = entryBegin;
    end = entryEnd;
  }
  close();
  return reads;
}
