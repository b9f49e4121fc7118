import type { Random } from '@lumbung/stdx';

/** Bytes that look like chance and repeat for the same seed (xorshift128). Never for production: anybody can predict them. */
export class SeededRandom implements Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed = 1) {
    this.#a = Math.imul(seed, 0x9e3779b1) ^ 0x243f6a88;
    this.#b = Math.imul(seed, 0x85ebca6b) ^ 0x85a308d3;
    this.#c = Math.imul(seed, 0xc2b2ae35) ^ 0x13198a2e;
    this.#d = 0x03707344;
    for (let roundIdx = 0; roundIdx < 16; roundIdx += 1) this.uint32();
  }

  /** An integer from 0 to 2^32 - 1. */
  uint32(): number {
    let t = this.#d;
    const s = this.#a;
    this.#d = this.#c;
    this.#c = this.#b;
    this.#b = s;
    t ^= t << 11;
    t ^= t >>> 8;
    this.#a = t ^ s ^ (s >>> 19);
    return this.#a >>> 0;
  }

  /** An integer from 0 to `bound` - 1. */
  below(bound: number): number {
    return this.uint32() % bound;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(length);
    let at = 0;
    for (; at + 4 <= length; at += 4) bytes.writeUInt32LE(this.uint32(), at);
    for (; at < length; at += 1) bytes[at] = this.uint32() & 0xff;
    return bytes;
  }
}
