import { equalIdWords, homeSlot, ID_WORDS, readIdWords } from './id-words.ts';
import { sharedBufferOf } from './pack-table.ts';

// A slot: state, then the id. A segment: one word that counts the ids in it, then its slots.
const SLOT_WORDS = 1 + ID_WORDS;
const EMPTY = 0;
const WRITING = 1;
const READY = 2;
const COUNT = 0;
const SLOTS_BEGIN = 1;

/** A slot that another thread is writing is ready within nanoseconds, unless that thread was put to sleep or died. */
const SPINS_MAX = 1_000;
const WAITS_MAX = 100;
const WAIT_MS = 1;
/** A search gives up after so many slots: only a segment that nobody relieved in time gets that crowded. */
const PROBES_MAX = 512;
const SLOTS_MIN = 1024;

/** One piece of a set: plain shared memory, to hand to other threads. */
export interface SharedBlobSetSegment {
  readonly memory: SharedArrayBuffer;
}

export interface SharedBlobSetHandle {
  readonly segments: readonly SharedBlobSetSegment[];
}

/**
 * Ids of the blobs (of one type) that some thread of a run stores or has stored, so that two threads do not store the
 * same new blob twice. Lock-free: a slot goes empty → writing → ready, and only the thread that made it `writing` by
 * compare-and-swap fills it.
 *
 * Insertions go to the newest segment after the older ones were searched. When `needsSegment()`, the thread that owns
 * the set makes one (`createSegment`) and hands it to the others (`addSegment`).
 *
 * `added` may be said twice for one id, and the caller then stores a blob twice, which the repository format allows: when
 * two threads do not have the same newest segment at the moment; when a thread died or slept for long while it wrote the slot;
 * when a segment is crowded. `present` is never wrong.
 */
export class SharedBlobSet {
  readonly #segments: Uint32Array[] = [];
  readonly #key = new Uint32Array(ID_WORDS);

  /** An owner's set with room for `capacity` ids before it asks for a segment. */
  static create(capacity: number): SharedBlobSet {
    const set = new SharedBlobSet();
    set.#segments.push(newSegment(capacity * 2));
    return set;
  }

  static attach(handle: SharedBlobSetHandle): SharedBlobSet {
    const set = new SharedBlobSet();
    for (const segment of handle.segments) set.addSegment(segment);
    return set;
  }

  share(): SharedBlobSetHandle {
    return { segments: this.#segments.map((segment) => ({ memory: sharedBufferOf(segment) })) };
  }

  /** Ids inserted so far, twice-added ones counted twice. */
  get size(): number {
    let size = 0;
    for (const segment of this.#segments) size += Atomics.load(segment, COUNT);
    return size;
  }

  /** Notes the 32-byte id at `idOffset`. `added`: the caller is to store the blob. */
  insert(id: Uint8Array, idOffset = 0): 'added' | 'present' {
    readIdWords(id, idOffset, this.#key);
    const newest = this.#segments.length - 1;
    for (let segmentIdx = 0; segmentIdx < newest; segmentIdx += 1) {
      if (this.#isIn(segmentIdx)) return 'present';
    }
    return this.#insertInto(newest);
  }

  /** Whether the id was inserted by anybody. */
  has(id: Uint8Array, idOffset = 0): boolean {
    readIdWords(id, idOffset, this.#key);
    for (let segmentIdx = 0; segmentIdx < this.#segments.length; segmentIdx += 1) {
      if (this.#isIn(segmentIdx)) return true;
    }
    return false;
  }

  /** The newest segment is more than half full: probing gets slow soon. */
  needsSegment(): boolean {
    const segment = this.#segments.at(-1);
    return segment === undefined || Atomics.load(segment, COUNT) * 2 > slotCountOf(segment);
  }

  /** Twice the size of the newest; this set uses it from now on. */
  createSegment(): SharedBlobSetSegment {
    const newest = this.#segments.at(-1);
    const segment = newSegment(newest === undefined ? SLOTS_MIN : slotCountOf(newest) * 2);
    this.#segments.push(segment);
    return { memory: sharedBufferOf(segment) };
  }

  addSegment(segment: SharedBlobSetSegment): void {
    this.#segments.push(new Uint32Array(segment.memory));
  }

  #isIn(segmentIdx: number): boolean {
    const segment = this.#segments[segmentIdx] ?? NO_SLOTS;
    const mask = slotCountOf(segment) - 1;
    let slot = homeSlot(this.#key, 0, mask);
    for (let probeIdx = 0; probeIdx < PROBES_MAX; probeIdx += 1) {
      const at = SLOTS_BEGIN + slot * SLOT_WORDS;
      if (Atomics.load(segment, at) === EMPTY) return false;
      if (this.#isReadySlot(segment, at)) return true;
      slot = (slot + 1) & mask;
    }
    return false;
  }

  #insertInto(segmentIdx: number): 'added' | 'present' {
    const segment = this.#segments[segmentIdx] ?? NO_SLOTS;
    const mask = slotCountOf(segment) - 1;
    let slot = homeSlot(this.#key, 0, mask);
    for (let probeIdx = 0; probeIdx < PROBES_MAX; probeIdx += 1) {
      const at = SLOTS_BEGIN + slot * SLOT_WORDS;
      if (Atomics.compareExchange(segment, at, EMPTY, WRITING) === EMPTY) {
        for (let wordIdx = 0; wordIdx < ID_WORDS; wordIdx += 1) segment[at + 1 + wordIdx] = this.#key[wordIdx] ?? 0;
        Atomics.store(segment, at, READY);
        Atomics.add(segment, COUNT, 1);
        return 'added';
      }
      if (this.#isReadySlot(segment, at)) return 'present';
      slot = (slot + 1) & mask;
    }
    return 'added'; // crowded: see above
  }

  /** Whether the occupied slot holds the key. A slot that does not get ready is taken for a different id. */
  #isReadySlot(segment: Uint32Array, at: number): boolean {
    for (let spinIdx = 0; spinIdx < SPINS_MAX; spinIdx += 1) {
      if (Atomics.load(segment, at) === READY) return equalIdWords(segment, at + 1, this.#key);
    }
    const waitable = new Int32Array(sharedBufferOf(segment));
    for (let waitIdx = 0; waitIdx < WAITS_MAX; waitIdx += 1) {
      if (Atomics.wait(waitable, at, WRITING, WAIT_MS) === 'not-equal') return equalIdWords(segment, at + 1, this.#key);
    }
    return false;
  }
}

const NO_SLOTS = new Uint32Array(0);

function slotCountOf(segment: Uint32Array): number {
  return (segment.length - SLOTS_BEGIN) / SLOT_WORDS;
}

function newSegment(slotsWanted: number): Uint32Array {
  let slots = SLOTS_MIN;
  while (slots < slotsWanted) slots *= 2;
  return new Uint32Array(new SharedArrayBuffer((SLOTS_BEGIN + slots * SLOT_WORDS) * 4));
}
