const NEWLINE = 0x0a;
const MODULUS = 2 ** 53;
const SEED_A = 0x9e3779b9 | 0;
const SEED_B = 0x85ebca6b | 0;

/**
 * A sum of rows that does not depend on their order: two hashes of 32 bits of every line, each summed modulo 2^53. With the
 * count of rows it tells whether two tables hold the same rows; against forgery there is SHA-256.
 *
 * A line is hashed in words of four bytes from its own beginning, whatever chunks it came in. Measured in chunks of 64 KiB
 * on one core of a Xeon: 640 MB/s for rows of 20 bytes, 1700 MB/s for rows of 100 and more.
 */
export class RowSum {
  #rows = 0;
  #sumA = 0;
  #sumB = 0;
  #rowBytesMax = 0;
  #hashA = SEED_A;
  #hashB = SEED_B;
  /** Of the row that is not complete: its length so far, and its last bytes that are no word yet. */
  #openBytes = 0;
  #tail = 0;
  #tailBytes = 0;

  update(chunk: Uint8Array): void {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const end = chunk.byteLength;
    const lastWord = end - 4;
    let hashA = this.#hashA;
    let hashB = this.#hashB;
    let tail = this.#tail;
    let tailBytes = this.#tailBytes;
    let rowStart = -this.#openBytes;
    let at = 0;
    while (at < end) {
      if (tailBytes === 0) {
        while (at <= lastWord) {
          const word = view.getInt32(at, true);
          // A byte of it is zero, and so a newline before the exclusive or, when this has a bit set.
          const crossed = word ^ 0x0a0a0a0a;
          if (((crossed - 0x01010101) & ~crossed & 0x80808080) !== 0) break;
          hashA = Math.imul(((hashA << 5) | (hashA >>> 27)) ^ word, 0x27220a95);
          hashB = Math.imul(hashB ^ (hashB >>> 15) ^ word, 0x2c1b3c6d);
          at += 4;
        }
        if (at >= end) break;
      }
      const byte = view.getUint8(at);
      at += 1;
      if (byte === NEWLINE) {
        const rowBytes = at - rowStart;
        this.#addRow(hashA, hashB, tail, rowBytes);
        hashA = SEED_A;
        hashB = SEED_B;
        tail = 0;
        tailBytes = 0;
        rowStart = at;
        continue;
      }
      tail |= byte << (tailBytes * 8);
      tailBytes += 1;
      if (tailBytes === 4) {
        hashA = Math.imul(((hashA << 5) | (hashA >>> 27)) ^ tail, 0x27220a95);
        hashB = Math.imul(hashB ^ (hashB >>> 15) ^ tail, 0x2c1b3c6d);
        tail = 0;
        tailBytes = 0;
      }
    }
    this.#hashA = hashA;
    this.#hashB = hashB;
    this.#tail = tail;
    this.#tailBytes = tailBytes;
    this.#openBytes = end - rowStart;
  }

  /** Newlines. */
  get rows(): number {
    return this.#rows;
  }

  /** The longest row with its newline. */
  get rowBytesMax(): number {
    return this.#rowBytesMax;
  }

  /** Bytes after the last newline. */
  get openBytes(): number {
    return this.#openBytes;
  }

  /** Both sums in decimal, as in a manifest. */
  text(): string {
    return `${this.#sumA}-${this.#sumB}`;
  }

  #addRow(hashA: number, hashB: number, tail: number, rowBytes: number): void {
    // The length tells a last word that is short from one that ends in zeros.
    const lastA = Math.imul(((hashA << 5) | (hashA >>> 27)) ^ tail, 0x27220a95) ^ rowBytes;
    const lastB = Math.imul(hashB ^ (hashB >>> 15) ^ tail, 0x2c1b3c6d) ^ rowBytes;
    this.#sumA = addModulo(this.#sumA, avalanche(lastA));
    this.#sumB = addModulo(this.#sumB, avalanche(lastB));
    this.#rows += 1;
    if (rowBytes > this.#rowBytesMax) this.#rowBytesMax = rowBytes;
  }
}

/** The sum of the rows of several files. */
export function combineRowSums(texts: readonly string[]): string {
  let sumA = 0;
  let sumB = 0;
  for (const text of texts) {
    const [a, b] = text.split('-');
    sumA = addModulo(sumA, Number(a));
    sumB = addModulo(sumB, Number(b));
  }
  return `${sumA}-${sumB}`;
}

/** MurmurHash3's last step: every bit of the hash bears on every bit of the result. Unsigned. */
function avalanche(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Both below the modulus. Their sum itself may be no exact number. */
function addModulo(a: number, b: number): number {
  const sum = a - (MODULUS - b);
  return sum < 0 ? sum + MODULUS : sum;
}
