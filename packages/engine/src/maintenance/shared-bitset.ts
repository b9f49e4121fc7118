const BITS_PER_WORD = 32;

/** One bit for each number from 0 to `size - 1`, in memory that worker threads share. Bits are only ever set. */
export class SharedBitset {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  private constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  static create(size: number): SharedBitset {
    return new SharedBitset(new SharedArrayBuffer(Math.ceil(size / BITS_PER_WORD) * 4));
  }

  /** The same bits, seen from another thread. */
  static attach(buffer: SharedArrayBuffer): SharedBitset {
    return new SharedBitset(buffer);
  }

  has(nr: number): boolean {
    return ((Atomics.load(this.#words, nr >>> 5) >>> (nr & 31)) & 1) === 1;
  }

  /** Sets the bit. True for the one caller, of all threads, that found it unset. */
  add(nr: number): boolean {
    const bit = 1 << (nr & 31);
    // A plain read first: most bits are set already when they come again, and an atomic write costs ten times as much.
    if (((this.#words[nr >>> 5] ?? 0) & bit) !== 0) return false;
    return (Atomics.or(this.#words, nr >>> 5, bit) & bit) === 0;
  }

  /** Calls `visit` for each bit that is set here and not in `seen`, and sets it there. */
  forEachNew(seen: SharedBitset, visit: (nr: number) => void): void {
    for (const [wordIdx, word] of this.#words.entries()) {
      let fresh = word & ~(seen.#words[wordIdx] ?? 0);
      if (fresh === 0) continue;
      seen.#words[wordIdx] = (seen.#words[wordIdx] ?? 0) | fresh;
      while (fresh !== 0) {
        const bit = 31 - Math.clz32(fresh & -fresh);
        fresh &= fresh - 1;
        visit(wordIdx * BITS_PER_WORD + bit);
      }
    }
  }

  /** How many bits are set. */
  count(): number {
    let total = 0;
    for (const word of this.#words) total += popCount(word);
    return total;
  }
}

function popCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x5555_5555);
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
