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

/** An index as bytes: its memory in pieces of a few MiB, without the unused end. The words in it are in the order of the machine
 *  that made it. */
export interface IndexImage {
  readonly head: IndexImageHead;
  readonly sections: readonly Uint8Array[];
}

/** The memory itself, not a copy. */
export function imageOfIndex(index: BlobIndex): IndexImage {
  const { segments, slots, entryCount, packs } = index.share();
  const sections: Uint8Array[] = [];
  const lengths = sectionLengths({ entryCount, packCount: packs.count, slotCount: slots.byteLength / 4 });
  for (const [sectionIdx, memory] of [...segments, ...packs.segments].entries()) {
    sections.push(new Uint8Array(memory, 0, lengths[sectionIdx]));
  }
  for (let at = 0; at < slots.byteLength; at += SLOT_SECTION_BYTES) {
    sections.push(new Uint8Array(slots, at, Math.min(SLOT_SECTION_BYTES, slots.byteLength - at)));
  }
  const head = { entryCount, packCount: packs.count, slotCount: slots.byteLength / 4, extraRuns: [...packs.extraRuns] };
  return { head, sections };
}

const SLOT_SECTION_BYTES = 4 * 2 ** 20;

/** Bytes of each section of an image, in their order. */
export function sectionLengths(head: Pick<IndexImageHead, 'entryCount' | 'packCount' | 'slotCount'>): number[] {
  return [
    ...pieces(head.entryCount, ENTRIES_PER_SEGMENT).map((count) => count * ENTRY_BYTES),
    ...pieces(head.packCount, PACKS_PER_SEGMENT).map((count) => count * PACK_BYTES),
    ...pieces(head.slotCount * 4, SLOT_SECTION_BYTES),
  ];
}

/** Memory for an index of which the head is known. Fill the sections with what `imageOfIndex` gave, then take the index. */
export function newIndexMemory(head: IndexImageHead): {
  readonly sections: readonly Uint8Array[];
  readonly handle: SharedIndexHandle;
} {
  const segments = pieces(head.entryCount, ENTRIES_PER_SEGMENT).map(
    () => new SharedArrayBuffer(ENTRIES_PER_SEGMENT * ENTRY_BYTES),
  );
  const packSegments = pieces(head.packCount, PACKS_PER_SEGMENT).map(
    () => new SharedArrayBuffer(PACKS_PER_SEGMENT * PACK_BYTES),
  );
  const slots = new SharedArrayBuffer(head.slotCount * 4);
  const lengths = sectionLengths(head);
  const sections: Uint8Array[] = [...segments, ...packSegments].map(
    (memory, sectionIdx) => new Uint8Array(memory, 0, lengths[sectionIdx]),
  );
  for (let at = 0; at < slots.byteLength; at += SLOT_SECTION_BYTES) {
    sections.push(new Uint8Array(slots, at, Math.min(SLOT_SECTION_BYTES, slots.byteLength - at)));
  }
  const packs = { segments: packSegments, count: head.packCount, extraRuns: new Map(head.extraRuns) };
  return { sections, handle: { segments, slots, entryCount: head.entryCount, packs } };
}

function pieces(total: number, pieceMax: number): number[] {
  const lengths: number[] = [];
  for (let rest = total; rest > 0; rest -= pieceMax) lengths.push(Math.min(rest, pieceMax));
  return lengths;
}
