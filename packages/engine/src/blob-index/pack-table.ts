import { equalIdWords, hexOfIdWords, homeSlot, ID_WORDS } from './id-words.ts';

/** id (8), first entry, number of entries. */
const PACK_WORDS = 10;
export const PACK_BYTES = PACK_WORDS * 4;
const FIRST_ENTRY = 8;
const ENTRY_COUNT = 9;
export const PACKS_PER_SEGMENT = 4096;
const SLOTS_AT_FIRST = 1024;

/** A stretch of consecutive entries. */
export interface EntryRun {
  readonly first: number;
  readonly count: number;
}

/** What a worker thread needs to read a PackTable. */
export interface SharedPackTableHandle {
  readonly segments: readonly SharedArrayBuffer[];
  readonly count: number;
  readonly extraRuns: ReadonlyMap<number, readonly EntryRun[]>;
}

/** Numbers for pack ids, and which entries of the blob index belong to each pack. The entries of a pack are nearly
 *  always consecutive, so one run is stored in the record; a pack that was listed in several index files has more. */
export class PackTable {
  readonly #segments: Uint32Array[] = [];
  readonly #extraRuns: Map<number, EntryRun[]>;
  #slots = new Uint32Array(SLOTS_AT_FIRST);
  #count = 0;

  constructor() {
    this.#extraRuns = new Map();
  }

  static attach(handle: SharedPackTableHandle): PackTable {
    const table = new PackTable();
    for (const segment of handle.segments) table.#segments.push(new Uint32Array(segment));
    for (const [packNr, runs] of handle.extraRuns) table.#extraRuns.set(packNr, [...runs]);
    table.#count = handle.count;
    table.#rebuildSlots(slotsFor(handle.count));
    return table;
  }

  share(): SharedPackTableHandle {
    return {
      segments: this.#segments.map((segment) => sharedBufferOf(segment)),
      count: this.#count,
      extraRuns: new Map(this.#extraRuns),
    };
  }

  get count(): number {
    return this.#count;
  }

  /** The number of the pack, or -1. */
  find(idWords: Uint32Array): number {
    const mask = this.#slots.length - 1;
    for (let slot = homeSlot(idWords, 0, mask); ; slot = (slot + 1) & mask) {
      const packNr = (this.#slots[slot] ?? 0) - 1;
      if (packNr < 0) return -1;
      if (equalIdWords(this.#segmentOf(packNr), wordOf(packNr), idWords)) return packNr;
    }
  }

  /** The number of the pack, a new one if it is new. */
  findOrAdd(idWords: Uint32Array): number {
    const known = this.find(idWords);
    if (known >= 0) return known;
    const packNr = this.#count;
    if (packNr % PACKS_PER_SEGMENT === 0) {
      this.#segments.push(new Uint32Array(new SharedArrayBuffer(PACKS_PER_SEGMENT * PACK_WORDS * 4)));
    }
    const segment = this.#segmentOf(packNr);
    const at = wordOf(packNr);
    for (let wordIdx = 0; wordIdx < ID_WORDS; wordIdx += 1) segment[at + wordIdx] = idWords[wordIdx] ?? 0;
    this.#count += 1;
    if (this.#count * 2 > this.#slots.length) this.#rebuildSlots(this.#slots.length * 2);
    else this.#occupySlot(packNr);
    return packNr;
  }

  /** States that `entry`, the newest of all, belongs to the pack. */
  noteEntry(packNr: number, entry: number): void {
    const segment = this.#segmentOf(packNr);
    const at = wordOf(packNr);
    const count = segment[at + ENTRY_COUNT] ?? 0;
    if (count === 0) segment[at + FIRST_ENTRY] = entry;
    const extraRuns = this.#extraRuns.get(packNr);
    if (extraRuns === undefined && (count === 0 || (segment[at + FIRST_ENTRY] ?? 0) + count === entry)) {
      segment[at + ENTRY_COUNT] = count + 1;
      return;
    }
    if (extraRuns === undefined) {
      this.#extraRuns.set(packNr, [{ first: entry, count: 1 }]);
      return;
    }
    const last = extraRuns.at(-1);
    if (last !== undefined && last.first + last.count === entry) {
      extraRuns[extraRuns.length - 1] = { first: last.first, count: last.count + 1 };
    } else {
      extraRuns.push({ first: entry, count: 1 });
    }
  }

  runsOf(packNr: number): readonly EntryRun[] {
    const segment = this.#segmentOf(packNr);
    const at = wordOf(packNr);
    const run = { first: segment[at + FIRST_ENTRY] ?? 0, count: segment[at + ENTRY_COUNT] ?? 0 };
    return [run, ...(this.#extraRuns.get(packNr) ?? [])];
  }

  hexIdOf(packNr: number): string {
    return hexOfIdWords(this.#segmentOf(packNr), wordOf(packNr));
  }

  /** Bytes in memory, all segments and the table counted. */
  get memoryBytes(): number {
    return this.#segments.length * PACKS_PER_SEGMENT * PACK_WORDS * 4 + this.#slots.byteLength;
  }

  #segmentOf(packNr: number): Uint32Array {
    return this.#segments[Math.floor(packNr / PACKS_PER_SEGMENT)] ?? NO_WORDS;
  }

  #rebuildSlots(slotCount: number): void {
    this.#slots = new Uint32Array(slotCount);
    for (let packNr = 0; packNr < this.#count; packNr += 1) this.#occupySlot(packNr);
  }

  #occupySlot(packNr: number): void {
    const mask = this.#slots.length - 1;
    let slot = homeSlot(this.#segmentOf(packNr), wordOf(packNr), mask);
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = packNr + 1;
  }
}

const NO_WORDS = new Uint32Array(0);

function wordOf(packNr: number): number {
  return (packNr % PACKS_PER_SEGMENT) * PACK_WORDS;
}

function slotsFor(count: number): number {
  let slots = SLOTS_AT_FIRST;
  while (count * 2 > slots) slots *= 2;
  return slots;
}

/** The shared memory beneath a view that was made over shared memory. */
export function sharedBufferOf(view: Uint32Array): SharedArrayBuffer {
  if (!(view.buffer instanceof SharedArrayBuffer)) throw new TypeError('not over shared memory');
  return view.buffer;
}
