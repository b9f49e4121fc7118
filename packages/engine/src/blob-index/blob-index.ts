import { assert, LumbungError } from '@lumbung/stdx';
import type { BlobId, PackId } from '../format/ids.ts';
import type { IndexSink } from '../format/index-file.ts';
import type { BlobType, PackedBlob } from '../format/pack-header.ts';
import {
  equalIdWords,
  hexOfIdWords,
  homeSlot,
  ID_WORDS,
  readHexIdWords,
  readIdWords,
  writeIdWords,
} from './id-words.ts';
import { PackTable, type SharedPackTableHandle, sharedBufferOf } from './pack-table.ts';

// An entry is one location of one blob, 12 words: id (8), pack number with the type in its top bit, offset in the pack,
// stored length, uncompressed length (0: not compressed). 48 bytes; the table of slots adds 5.3 to 10.7 per entry.
const ENTRY_WORDS = 12;
export const ENTRY_BYTES = ENTRY_WORDS * 4;
const PACK = 8;
const OFFSET = 9;
const LENGTH = 10;
const UNCOMPRESSED = 11;
const TREE_BIT = 0x8000_0000;
const PACK_MASK = 0x7fff_ffff;

/** Entries come in segments, so that growing copies nothing: 65,536 of them, 3 MiB. */
const SEGMENT_BITS = 16;
export const ENTRIES_PER_SEGMENT = 1 << SEGMENT_BITS;
const SEGMENT_MASK = ENTRIES_PER_SEGMENT - 1;

const SLOTS_AT_FIRST = 4096;
/** Numerator and denominator of the fullest the table gets: linear probing past 3/4 doubles the probes of a miss. */
const FILL_MAX = { numerator: 3, denominator: 4 };
const U32_MAX = 0xffff_ffff;

/** What a worker thread needs to read an index: pass it as (part of) a message, then `BlobIndex.attach` it. */
export interface SharedIndexHandle {
  readonly segments: readonly SharedArrayBuffer[];
  readonly slots: SharedArrayBuffer;
  readonly entryCount: number;
  readonly packs: SharedPackTableHandle;
}

/**
 * Which pack holds which blob. Holds every location of every blob: blobs lie in several packs after interrupted runs or
 * when two clients write at once, and a damaged copy must not hide a good one.
 *
 * Entries are numbered from 0 in the order in which they were added, are never changed and never removed.
 * Slots are a table with linear probing over the ids; several locations of a blob are neighbours in one probe sequence,
 * in the order of their adding.
 *
 * An attached index (another thread's) reads the same memory and sees the entries that existed when it was shared:
 * it takes later slots for unoccupied entries and skips them, so the owner may go on adding meanwhile.
 */
export class BlobIndex {
  readonly #segments: Uint32Array[] = [];
  #slots: Uint32Array;
  #entryCount = 0;
  readonly #packs: PackTable;
  readonly #isReadOnly: boolean;
  readonly #key = new Uint32Array(ID_WORDS);
  readonly #packKey = new Uint32Array(ID_WORDS);

  /** An empty index, or one over memory that is there already: see `attach` and `adopt`. */
  constructor(memory?: SharedIndexHandle, access: 'owner' | 'reader' = 'owner') {
    this.#isReadOnly = access === 'reader';
    if (memory === undefined) {
      this.#slots = newSlots(SLOTS_AT_FIRST);
      this.#packs = new PackTable();
      return;
    }
    for (const segment of memory.segments) this.#segments.push(new Uint32Array(segment));
    this.#slots = new Uint32Array(memory.slots);
    this.#entryCount = memory.entryCount;
    this.#packs = PackTable.attach(memory.packs);
  }

  /** The index of another thread, to read. */
  static attach(handle: SharedIndexHandle): BlobIndex {
    return new BlobIndex(handle, 'reader');
  }

  /** An index over memory that nobody else writes, which may grow: one that was stored and read back. */
  static adopt(handle: SharedIndexHandle): BlobIndex {
    return new BlobIndex(handle, 'owner');
  }

  /** The memory itself, not a copy. */
  share(): SharedIndexHandle {
    return {
      segments: this.#segments.map((segment) => sharedBufferOf(segment)),
      slots: sharedBufferOf(this.#slots),
      entryCount: this.#entryCount,
      packs: this.#packs.share(),
    };
  }

  /** Number of entries: locations, not different blobs. Entries are 0 to `blobCount - 1`. */
  get blobCount(): number {
    return this.#entryCount;
  }

  /** Packs are numbered 0 to `packCount - 1`. */
  get packCount(): number {
    return this.#packs.count;
  }

  /** Bytes in memory, everything counted, unused room too. */
  get memoryBytes(): number {
    return (
      this.#segments.length * ENTRIES_PER_SEGMENT * ENTRY_WORDS * 4 + this.#slots.byteLength + this.#packs.memoryBytes
    );
  }

  // --- looking up

  /** The first entry of the blob whose 32-byte id begins at `idOffset` of `id`, or -1. */
  find(type: BlobType, id: Uint8Array, idOffset = 0): number {
    readIdWords(id, idOffset, this.#key);
    return this.#findKey(type);
  }

  /** `find` for an id as hex digits; what is no id is not found. */
  findHex(type: BlobType, id: string): number {
    return id.length === 64 ? this.find(type, Buffer.from(id, 'hex')) : -1;
  }

  /** `find` for an id of 64 hex digits inside a larger text: what a scanner of trees meets.
   *  @throws LumbungError INDEX_INVALID (corruption): they are no hex digits */
  findHexBytes(type: BlobType, bytes: Uint8Array, hexOffset: number): number {
    readHexIdWords(bytes, hexOffset, this.#key);
    return this.#findKey(type);
  }

  has(type: BlobType, id: Uint8Array, idOffset = 0): boolean {
    return this.find(type, id, idOffset) >= 0;
  }

  #findKey(type: BlobType): number {
    const key = this.#key;
    return this.#search(key, type === 'tree' ? TREE_BIT : 0, homeSlot(key, 0, this.#slots.length - 1));
  }

  /** Another location of the blob of `entry`, or -1 after the last. Begin with `find`. */
  next(entry: number): number {
    const segment = this.#segmentOf(entry);
    const at = wordOf(entry);
    const key = this.#key;
    for (let wordIdx = 0; wordIdx < ID_WORDS; wordIdx += 1) key[wordIdx] = segment[at + wordIdx] ?? 0;
    const mask = this.#slots.length - 1;
    let slot = homeSlot(key, 0, mask);
    while (this.#slots[slot] !== entry + 1) {
      if (this.#slots[slot] === 0) return -1;
      slot = (slot + 1) & mask;
    }
    return this.#search(key, (segment[at + PACK] ?? 0) & TREE_BIT, (slot + 1) & mask);
  }

  /** All entries of a blob. */
  locationsOf(type: BlobType, id: BlobId): number[] {
    const entries: number[] = [];
    for (let entry = this.findHex(type, id); entry >= 0; entry = this.next(entry)) entries.push(entry);
    return entries;
  }

  #search(key: Uint32Array, treeBit: number, fromSlot: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const entryCount = this.#entryCount;
    const first = key[0] ?? 0;
    for (let slot = fromSlot; ; slot = (slot + 1) & mask) {
      const entry = (slots[slot] ?? 0) - 1;
      if (entry < 0) return -1;
      if (entry >= entryCount) continue; // added by the owner after this index was shared
      const segment = this.#segments[entry >>> SEGMENT_BITS];
      if (segment === undefined) continue;
      const at = (entry & SEGMENT_MASK) * ENTRY_WORDS;
      if (segment[at] !== first) continue;
      // `& TREE_BIT` is negative for a tree, as `treeBit & TREE_BIT` is
      if ((((segment[at + PACK] ?? 0) ^ treeBit) & TREE_BIT) === 0 && equalIdWords(segment, at, key)) return entry;
    }
  }

  // --- an entry

  typeOf(entry: number): BlobType {
    return ((this.#segmentOf(entry)[wordOf(entry) + PACK] ?? 0) & TREE_BIT) === 0 ? 'data' : 'tree';
  }

  /** Number of the pack, for `packId` and `entriesOfPack`. */
  packOf(entry: number): number {
    return (this.#segmentOf(entry)[wordOf(entry) + PACK] ?? 0) & PACK_MASK;
  }

  /** Where the sealed blob begins in its pack. */
  offsetOf(entry: number): number {
    return this.#segmentOf(entry)[wordOf(entry) + OFFSET] ?? 0;
  }

  /** Bytes of the sealed blob. */
  lengthOf(entry: number): number {
    return this.#segmentOf(entry)[wordOf(entry) + LENGTH] ?? 0;
  }

  /** Bytes of the plaintext of a compressed blob; 0: the blob is not compressed. */
  uncompressedOf(entry: number): number {
    return this.#segmentOf(entry)[wordOf(entry) + UNCOMPRESSED] ?? 0;
  }

  idOf(entry: number): BlobId {
    // The words were read from an id.
    return hexOfIdWords(this.#segmentOf(entry), wordOf(entry)) as BlobId;
  }

  /** Writes the 32 bytes of the id at `at` of `target`. */
  copyIdTo(entry: number, target: Uint8Array, at: number): void {
    writeIdWords(this.#segmentOf(entry), wordOf(entry), target, at);
  }

  blobOf(entry: number): PackedBlob {
    return {
      id: this.idOf(entry),
      type: this.typeOf(entry),
      offset: this.offsetOf(entry),
      lengthBytes: this.lengthOf(entry),
      uncompressedBytes: this.uncompressedOf(entry),
    };
  }

  forEachEntry(visit: (entry: number) => void): void {
    for (let entry = 0; entry < this.#entryCount; entry += 1) visit(entry);
  }

  // --- packs

  packId(packNr: number): PackId {
    // The words were read from an id.
    return this.#packs.hexIdOf(packNr) as PackId;
  }

  /** The number of a pack, or -1. */
  findPack(id: PackId): number {
    readIdWords(Buffer.from(id, 'hex'), 0, this.#packKey);
    return this.#packs.find(this.#packKey);
  }

  /** In the order of their adding, which need not be that of their offsets. */
  entriesOfPack(packNr: number): number[] {
    const entries: number[] = [];
    for (const run of this.#packs.runsOf(packNr)) {
      for (let entry = run.first; entry < run.first + run.count; entry += 1) entries.push(entry);
    }
    return entries;
  }

  /** The blobs of a pack in the order of their offsets. */
  blobsOfPack(packNr: number): PackedBlob[] {
    return this.entriesOfPack(packNr)
      .map((entry) => this.blobOf(entry))
      .sort((a, b) => a.offset - b.offset);
  }

  // --- adding

  /** Adds the blobs of one pack. Naming a pack again merges; a location that is known already is not added twice. */
  addPack(id: PackId, blobs: Iterable<PackedBlob>): void {
    readIdWords(Buffer.from(id, 'hex'), 0, this.#packKey);
    const packNr = this.#beginPack();
    for (const blob of blobs) {
      readIdWords(Buffer.from(blob.id, 'hex'), 0, this.#key);
      this.#addKey(blob.type, packNr, blob.offset, blob.lengthBytes, blob.uncompressedBytes);
    }
  }

  /** Where a scanner of index files puts what it finds in `bytes`: ids are given as the place of their first hex digit.
   *  @param onPack told the number of each pack, each time it is named
   *  @throws LumbungError INDEX_INVALID (corruption): a number beyond 32 bits, an id that is none */
  sinkFor(bytes: Uint8Array, onPack?: (packNr: number) => void): IndexSink {
    let packNr = -1;
    return {
      pack: (idHexOffset) => {
        readHexIdWords(bytes, idHexOffset, this.#packKey);
        packNr = this.#beginPack();
        onPack?.(packNr);
      },
      blob: (type, idHexOffset, offset, lengthBytes, uncompressedBytes) => {
        readHexIdWords(bytes, idHexOffset, this.#key);
        this.#addKey(type, packNr, offset, lengthBytes, uncompressedBytes);
      },
    };
  }

  /** Makes room in the table for `blobCount` entries, so that it need not grow on the way. */
  reserve(blobCount: number): void {
    let slotCount = this.#slots.length;
    while (blobCount * FILL_MAX.denominator > slotCount * FILL_MAX.numerator) slotCount *= 2;
    if (slotCount > this.#slots.length) this.#rebuildSlots(slotCount);
  }

  #beginPack(): number {
    assert(!this.#isReadOnly, 'an attached index is read only');
    return this.#packs.findOrAdd(this.#packKey);
  }

  #addKey(type: BlobType, packNr: number, offset: number, lengthBytes: number, uncompressedBytes: number): void {
    assert(packNr >= 0, 'a blob comes before its pack');
    if (!isU32(offset) || !isU32(lengthBytes) || !isU32(uncompressedBytes)) {
      throw new LumbungError('INDEX_INVALID', {
        kind: 'corruption',
        message: 'an index file names a place beyond 4 GiB in a pack',
        context: { pack: this.packId(packNr), offset, lengthBytes, uncompressedBytes },
        hint: 'rebuild the index from the packs with "repair index"',
      });
    }
    if ((this.#entryCount + 1) * FILL_MAX.denominator > this.#slots.length * FILL_MAX.numerator) {
      this.#rebuildSlots(this.#slots.length * 2);
    }
    const key = this.#key;
    const slots = this.#slots;
    const mask = slots.length - 1;
    const packWord = (type === 'tree' ? packNr | TREE_BIT : packNr) >>> 0;
    let slot = homeSlot(key, 0, mask);
    for (;;) {
      const known = (slots[slot] ?? 0) - 1;
      if (known < 0) break;
      const segment = this.#segmentOf(known);
      const at = wordOf(known);
      if (segment[at + PACK] === packWord && segment[at + OFFSET] === offset && equalIdWords(segment, at, key)) return;
      slot = (slot + 1) & mask;
    }
    const entry = this.#entryCount;
    if ((entry & SEGMENT_MASK) === 0) {
      this.#segments.push(new Uint32Array(new SharedArrayBuffer(ENTRIES_PER_SEGMENT * ENTRY_WORDS * 4)));
    }
    const segment = this.#segmentOf(entry);
    const at = wordOf(entry);
    for (let wordIdx = 0; wordIdx < ID_WORDS; wordIdx += 1) segment[at + wordIdx] = key[wordIdx] ?? 0;
    segment[at + PACK] = packWord;
    segment[at + OFFSET] = offset;
    segment[at + LENGTH] = lengthBytes;
    segment[at + UNCOMPRESSED] = uncompressedBytes;
    this.#entryCount = entry + 1;
    slots[slot] = entry + 1;
    this.#packs.noteEntry(packNr, entry);
  }

  #rebuildSlots(slotCount: number): void {
    const slots = newSlots(slotCount);
    const mask = slotCount - 1;
    for (let entry = 0; entry < this.#entryCount; entry += 1) {
      let slot = homeSlot(this.#segmentOf(entry), wordOf(entry), mask);
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry + 1;
    }
    // A new table, not a longer one: threads that attached the old one go on with it.
    this.#slots = slots;
  }

  #segmentOf(entry: number): Uint32Array {
    return this.#segments[entry >>> SEGMENT_BITS] ?? NO_WORDS;
  }
}

const NO_WORDS = new Uint32Array(0);

function wordOf(entry: number): number {
  return (entry & SEGMENT_MASK) * ENTRY_WORDS;
}

function newSlots(count: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(count * 4));
}

function isU32(value: number): boolean {
  return value >= 0 && value <= U32_MAX && Number.isInteger(value);
}
