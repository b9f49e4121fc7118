import { type Cipheriv, createCipheriv, timingSafeEqual } from 'node:crypto';
import { assert, LumbungError, type Random } from '@lumbung/stdx';
import { kernelsFor } from '@lumbung/stdx/node';
import sodium from 'sodium-native';
import type { MasterKey } from './master-key.ts';

const IV_BYTES = 16;
const TAG_BYTES = 16;
const BLOCK_BYTES = 16;
/** What sealing adds: an initialisation vector in front, a tag behind. */
export const SEAL_OVERHEAD_BYTES = IV_BYTES + TAG_BYTES;

// Two ways lead to the same bytes: kernels without allocation where the process exports them (0.5 µs and 6 GB/s), Node's
// own functions elsewhere. What follows is about the latter.

/** Up to here the key stream comes from one long-lived block cipher; above, from a counter-mode cipher made for the
 *  blob. Making one costs 16 µs, as much as encrypting some 24 KiB block by block and joining in JavaScript. */
const KEYSTREAM_BYTES_MAX = 24 * 1024;

/** A large blob goes through the cipher in pieces that stay in the processor's cache between cipher and copy. */
const PIECE_BYTES = 128 * 1024;

/** Random bytes are drawn this many at a time: a draw costs more than the bytes. */
const RANDOM_POOL_BYTES = 4096;

/** Gives the memory of a buffer back now. The collector sees a small object and lets megabytes behind it wait. */
function release(bytes: Buffer): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length) buffer.transfer(0);
}

/** Kernels write as many bytes as the source has, whatever the length of the view they are given: past its end lies
 *  other memory of the process. So room is asked for here, before any of them runs. */
function requireRoom(target: Uint8Array, targetOffset: number, bytes: number): void {
  assert(targetOffset >= 0 && targetOffset + bytes <= target.length, 'the target has room for what is written');
}

function broken(reason: string): LumbungError {
  return new LumbungError('SEAL_BROKEN', {
    kind: 'corruption',
    message: `encrypted data is damaged or was sealed with another key: ${reason}`,
    context: { reason },
    hint: 'run lumbung check --read-data',
  });
}

export interface SealerOptions {
  /** Use Node's own functions, as where those beneath them cannot be reached. */
  readonly withoutKernels?: boolean;
}

/**
 * Seals and opens bytes: `IV ‖ AES-256-CTR(plain) ‖ Poly1305-AES(ciphertext)`. Not to be shared between threads.
 *
 * @see docs/design/repository-format.md#keys, D. J. Bernstein, The Poly1305-AES message-authentication code (2005)
 */
export class Sealer {
  readonly #key: MasterKey;
  readonly #random: Random;
  readonly #withoutKernels: boolean;
  readonly #blockCipher: Cipheriv;
  readonly #nonceCipher: Cipheriv;
  /** Key of one tag: the multiplier, then the encrypted nonce. */
  readonly #oneTimeKey = Buffer.alloc(32);
  readonly #nonceRoom = Buffer.alloc(32);
  readonly #tag = Buffer.alloc(TAG_BYTES);
  readonly #counters = Buffer.alloc(KEYSTREAM_BYTES_MAX + BLOCK_BYTES);
  readonly #counterWords: DataView;
  readonly #scratch = new Uint8Array(KEYSTREAM_BYTES_MAX + BLOCK_BYTES);
  readonly #scratchWords = new Uint32Array(this.#scratch.buffer);
  #randomPool: Buffer = Buffer.alloc(0);
  #randomUsed = 0;

  constructor(key: MasterKey, random: Random, options: SealerOptions = {}) {
    this.#key = key;
    this.#random = random;
    this.#withoutKernels = options.withoutKernels ?? false;
    this.#blockCipher = createCipheriv('aes-256-ecb', key.encrypt, null).setAutoPadding(false);
    this.#nonceCipher = createCipheriv('aes-128-ecb', key.macK, null).setAutoPadding(false);
    this.#counterWords = new DataView(this.#counters.buffer, this.#counters.byteOffset, this.#counters.length);
    key.macR.copy(this.#oneTimeKey, 0);
  }

  /** A new buffer, `SEAL_OVERHEAD_BYTES` longer than `plaintext`. */
  seal(plaintext: Uint8Array): Buffer {
    const sealed = Buffer.allocUnsafe(plaintext.length + SEAL_OVERHEAD_BYTES);
    this.sealInto(plaintext, sealed, 0);
    return sealed;
  }

  /** Seals into `target` and returns the bytes written. `plaintext` may not overlap the place it goes to. */
  sealInto(plaintext: Uint8Array, target: Buffer, targetOffset: number): number {
    const { length } = plaintext;
    requireRoom(target, targetOffset, length + SEAL_OVERHEAD_BYTES);
    const body = target.subarray(targetOffset + IV_BYTES, targetOffset + IV_BYTES + length);
    const iv = target.subarray(targetOffset, targetOffset + IV_BYTES);
    this.#takeRandom(iv);
    this.#applyKeystream(iv, plaintext, body);
    this.#computeTag(iv, body);
    this.#tag.copy(target, targetOffset + IV_BYTES + length);
    return length + SEAL_OVERHEAD_BYTES;
  }

  /** The plaintext in a new buffer. @throws LumbungError SEAL_BROKEN (corruption) */
  open(sealed: Uint8Array): Buffer {
    if (sealed.length < SEAL_OVERHEAD_BYTES) throw broken('it is too short');
    const plaintext = Buffer.allocUnsafe(sealed.length - SEAL_OVERHEAD_BYTES);
    this.openInto(sealed, plaintext, 0);
    return plaintext;
  }

  /** Opens into `target` and returns the bytes written. @throws LumbungError SEAL_BROKEN (corruption) */
  openInto(sealed: Uint8Array, target: Buffer, targetOffset: number): number {
    this.#checkTag(sealed);
    const length = sealed.length - SEAL_OVERHEAD_BYTES;
    requireRoom(target, targetOffset, length);
    const body = sealed.subarray(IV_BYTES, IV_BYTES + length);
    this.#applyKeystream(sealed.subarray(0, IV_BYTES), body, target.subarray(targetOffset, targetOffset + length));
    return length;
  }

  /** Whether the tag fits, without decrypting. */
  verifySeal(sealed: Uint8Array): boolean {
    try {
      this.#checkTag(sealed);
      return true;
    } catch {
      return false; // the only thing it throws is that the tag does not fit
    }
  }

  #checkTag(sealed: Uint8Array): void {
    if (sealed.length < SEAL_OVERHEAD_BYTES) throw broken('it is too short');
    const iv = sealed.subarray(0, IV_BYTES);
    // No writer draws it: a file full of zeros must not pass for sealed.
    if (iv.every((byte) => byte === 0)) throw broken('its initialisation vector is all zero');
    this.#computeTag(iv, sealed.subarray(IV_BYTES, sealed.length - TAG_BYTES));
    if (!timingSafeEqual(this.#tag, sealed.subarray(sealed.length - TAG_BYTES))) throw broken('its tag does not fit');
  }

  #computeTag(iv: Uint8Array, ciphertext: Uint8Array): void {
    const kernels = this.#withoutKernels ? undefined : kernelsFor(ciphertext.length);
    if (kernels !== undefined) {
      kernels.aes128Block(this.#key.macK, iv, this.#nonceRoom);
      this.#oneTimeKey.set(this.#nonceRoom.subarray(0, IV_BYTES), 16);
      kernels.poly1305(this.#oneTimeKey, ciphertext, this.#tag);
      return;
    }
    this.#nonceCipher.update(iv).copy(this.#oneTimeKey, 16);
    sodium.crypto_onetimeauth(this.#tag, ciphertext, this.#oneTimeKey);
  }

  #applyKeystream(iv: Uint8Array, source: Uint8Array, target: Buffer): void {
    const kernels = this.#withoutKernels || source.length === 0 ? undefined : kernelsFor(source.length);
    if (kernels !== undefined) {
      kernels.aes256Ctr(this.#key.encrypt, iv, source, target);
      return;
    }
    if (source.length > KEYSTREAM_BYTES_MAX) {
      const cipher = createCipheriv('aes-256-ctr', this.#key.encrypt, iv);
      for (let at = 0; at < source.length; at += PIECE_BYTES) {
        const piece = cipher.update(source.subarray(at, at + PIECE_BYTES));
        target.set(piece, at);
        release(piece);
      }
      return;
    }
    const blockCount = Math.ceil(source.length / BLOCK_BYTES);
    if (blockCount === 0) return;
    this.#writeCounters(iv, blockCount);
    const fresh = this.#blockCipher.update(this.#counters.subarray(0, blockCount * BLOCK_BYTES));
    const keystream = fresh.byteOffset % 4 === 0 ? fresh : Buffer.from(fresh);
    this.#xorInto(target, source, keystream);
  }

  /** Counter blocks: the vector as one 128-bit big-endian number, counted up with wrap-around. */
  #writeCounters(iv: Uint8Array, blockCount: number): void {
    const words = this.#counterWords;
    const start = new DataView(iv.buffer, iv.byteOffset, IV_BYTES);
    const [word0, word1, word2, word3] = [
      start.getUint32(0),
      start.getUint32(4),
      start.getUint32(8),
      start.getUint32(12),
    ];
    let carries = 0;
    for (let blockIdx = 0; blockIdx < blockCount; blockIdx += 1) {
      const at = blockIdx * BLOCK_BYTES;
      const low = (word3 + blockIdx) >>> 0;
      if (blockIdx > 0 && low === 0) carries += 1;
      let third = word2;
      let second = word1;
      let first = word0;
      if (carries > 0) {
        third = (word2 + carries) >>> 0;
        if (third < word2) {
          second = (word1 + 1) >>> 0;
          if (second === 0) first = (word0 + 1) >>> 0;
        }
      }
      words.setUint32(at, first);
      words.setUint32(at + 4, second);
      words.setUint32(at + 8, third);
      words.setUint32(at + 12, low);
    }
  }

  /** target = source ⊕ keystream. Four bytes a step need words on word boundaries, so the source goes through memory
   *  that lies on them: two copies cost a quarter of what the loop over bytes does. */
  #xorInto(target: Buffer, source: Uint8Array, keystream: Buffer): void {
    const words = this.#scratchWords;
    const wordCount = Math.ceil(source.length / 4);
    this.#scratch.set(source);
    const keyWords = new Uint32Array(keystream.buffer, keystream.byteOffset, wordCount);
    for (let wordIdx = 0; wordIdx < wordCount; wordIdx += 1) {
      words[wordIdx] = (words[wordIdx] ?? 0) ^ (keyWords[wordIdx] ?? 0);
    }
    target.set(this.#scratch.subarray(0, source.length));
  }

  #takeRandom(target: Buffer): void {
    if (this.#randomUsed + target.length > this.#randomPool.length) {
      this.#randomPool = this.#random.bytes(RANDOM_POOL_BYTES);
      this.#randomUsed = 0;
    }
    this.#randomPool.copy(target, 0, this.#randomUsed, this.#randomUsed + target.length);
    this.#randomUsed += target.length;
  }
}
