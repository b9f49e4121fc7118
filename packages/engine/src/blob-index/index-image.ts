import type { BlobIndex, SharedIndexHandle } from './blob-index.ts';
import { ENTRIES_PER_SEGMENT, ENTRY_BYTES } from './blob-index.ts';
import { type EntryRun, PACK_BYTES, PACKS_PER_SEGMENT } from './pack-table.ts';

/** What describes an image, beside its sections. Plain data, to be stored as JSON. */
export interface IndexImageHead {
  readonly entryCount: number;
  readonly packCount: number;
  readonly slotCount: number;
  readonly extraRuns: readonly (readonly [packNr: number, runs: readonly EntryRun[]])[];
}

/** An index as bytes: its memory in pieces, without the unused end. The words in it are in the order of the machine that
 *  made it. */
export interface IndexImage {
  readonly head: IndexImageHead;
  readonly sections: readonly Uint8Array[];
}

/** Small pieces, so that whoever seals or opens them needs little memory beside the index. */
export const SECTION_BYTES_MAX = 256 * 2 ** 10;

type Counts = Pick<IndexImageHead, 'entryCount' | 'packCount' | 'slotCount'>;

/** The memory itself, not a copy. */
export function imageOfIndex(index: BlobIndex): IndexImage {
  const handle = index.share();
  const slotCount = handle.slots.byteLength / 4;
  const { entryCount, packs } = handle;
  const head = { entryCount, packCount: packs.count, slotCount, extraRuns: [...packs.extraRuns] };
  return { head, sections: sectionsOf(handle, head) };
}

/** Memory for an index of which the head is known. Fill the sections with what `imageOfIndex` gave, then adopt it. */
export function newIndexMemory(head: IndexImageHead): {
  readonly sections: readonly Uint8Array[];
  readonly handle: SharedIndexHandle;
} {
  const allocate = (count: number, perSegment: number, recordBytes: number): SharedArrayBuffer[] =>
    pieces(count, perSegment).map(() => new SharedArrayBuffer(perSegment * recordBytes));
  const handle = {
    segments: allocate(head.entryCount, ENTRIES_PER_SEGMENT, ENTRY_BYTES),
    slots: new SharedArrayBuffer(head.slotCount * 4),
    entryCount: head.entryCount,
    packs: {
      segments: allocate(head.packCount, PACKS_PER_SEGMENT, PACK_BYTES),
      count: head.packCount,
      extraRuns: new Map(head.extraRuns),
    },
  };
  return { sections: sectionsOf(handle, head), handle };
}

/** Bytes of each section of an image, in their order. */
export function sectionLengths(counts: Counts): number[] {
  return usedBytes(counts).flatMap((bytes) => pieces(bytes, SECTION_BYTES_MAX));
}

function sectionsOf({ segments, packs, slots }: SharedIndexHandle, counts: Counts): Uint8Array[] {
  const used = usedBytes(counts);
  const sections: Uint8Array[] = [];
  for (const [memoryIdx, memory] of [...segments, ...packs.segments, slots].entries()) {
    let at = 0;
    for (const length of pieces(used[memoryIdx] ?? 0, SECTION_BYTES_MAX)) {
      sections.push(new Uint8Array(memory, at, length));
      at += length;
    }
  }
  return sections;
}

/** Of each segment of entries, each segment of packs, and the slots. */
function usedBytes(counts: Counts): number[] {
  return [
    ...pieces(counts.entryCount, ENTRIES_PER_SEGMENT).map((count) => count * ENTRY_BYTES),
    ...pieces(counts.packCount, PACKS_PER_SEGMENT).map((count) => count * PACK_BYTES),
    counts.slotCount * 4,
  ];
}

function pieces(total: number, pieceMax: number): number[] {
  const lengths: number[] = [];
  for (let rest = total; rest > 0; rest -= pieceMax) lengths.push(Math.min(rest, pieceMax));
  return lengths;
}
