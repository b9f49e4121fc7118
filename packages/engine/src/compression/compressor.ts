import zlib from 'node:zlib';
import { kernelsFor } from '@lumbung/stdx/node';
import { looksRandom } from './entropy.ts';
import { ZstdContext } from './zstd-context.ts';

export const COMPRESSION_MODES = ['auto', 'off', 'max', 'fastest', 'better'] as const;
export type CompressionMode = (typeof COMPRESSION_MODES)[number];

/** zstd levels. `auto` stores within a percent of what stock restic's default does; see docs/benchmarks.md. */
const LEVELS: Readonly<Record<Exclude<CompressionMode, 'off'>, number>> = { fastest: 1, auto: 2, better: 7, max: 12 };

/** From here on it pays to ask first whether the bytes compress at all. */
const PROBE_FROM_BYTES = 32 * 1024;
const PROBE_BYTES = 32 * 1024;
/** A probe that saves less than a thirty-second says that the rest will not either. */
const PROBE_GAIN = 1 / 32;

/** The most a frame may be longer than its content. @see zstd.h, ZSTD_COMPRESSBOUND */
function frameBound(lengthBytes: number): number {
  return lengthBytes + (lengthBytes >>> 8) + 512;
}

export interface CompressorOptions {
  /** Compress even where it does not pay: trees and documents must always be compressed. */
  readonly always?: boolean;
  /** Use the public calls only, as where the inside of Node's streams is not as expected. */
  readonly publicOnly?: boolean;
  /** Use Node's own functions, as where zstd beneath them cannot be reached. */
  readonly withoutKernels?: boolean;
}

/** Compresses blobs, one zstd frame each. Not to be shared between threads. */
export class Compressor {
  readonly #level: number;
  readonly #isOff: boolean;
  readonly #isAlways: boolean;
  readonly #withoutKernels: boolean;
  #context: ZstdContext | undefined;
  #output = Buffer.alloc(0);

  constructor(mode: CompressionMode, options: CompressorOptions = {}) {
    this.#isAlways = options.always ?? false;
    this.#isOff = mode === 'off' && !this.#isAlways;
    this.#withoutKernels = options.publicOnly === true || options.withoutKernels === true;
    this.#level = LEVELS[mode === 'off' ? 'auto' : mode];
    this.#context = options.publicOnly === true ? undefined : ZstdContext.forCompression(this.#level);
  }

  /** The frame, in memory that the next call uses again; undefined when the bytes are better stored as they are. */
  compress(plaintext: Uint8Array): Uint8Array | undefined {
    if (this.#isOff || plaintext.length === 0) return undefined;
    if (!this.#isAlways && plaintext.length >= PROBE_FROM_BYTES && looksRandom(plaintext)) {
      // A flat histogram is a hint, not a proof: repeated random bytes have one too.
      const middle = (plaintext.length - PROBE_BYTES) >>> 1;
      const probe = this.#frame(plaintext.subarray(middle, middle + PROBE_BYTES), PROBE_BYTES * (1 - PROBE_GAIN));
      if (probe === undefined) return undefined;
    }
    return this.#frame(plaintext, this.#isAlways ? frameBound(plaintext.length) : plaintext.length - 1);
  }

  /** The frame if it is at most `lengthMax` bytes long. */
  #frame(plaintext: Uint8Array, lengthMax: number): Uint8Array | undefined {
    if (lengthMax < 1) return undefined;
    const kernels = this.#withoutKernels ? undefined : kernelsFor(plaintext.length);
    if (kernels !== undefined) {
      const room = this.#room(plaintext.length, lengthMax);
      const frameBytes = kernels.zstdCompress(plaintext, room, this.#level);
      return typeof frameBytes === 'number' ? room.subarray(0, frameBytes) : undefined;
    }
    if (this.#context === undefined) {
      const params = { [zlib.constants.ZSTD_c_compressionLevel]: this.#level };
      const frame = zlib.zstdCompressSync(plaintext, { params, pledgedSrcSize: plaintext.length });
      return frame.length <= lengthMax ? frame : undefined;
    }
    const output = this.#room(plaintext.length, lengthMax);
    // Without a reset, which would forget the level. A frame that has ended leaves nothing behind.
    const { outputLeft, inputLeft } = this.#context.runOn(zlib.constants.ZSTD_e_end, plaintext, output);
    // A full output may hold a cut-off frame; that it just fitted is too rare to ask.
    if (outputLeft > 0 && inputLeft === 0) return output.subarray(0, output.length - outputLeft);
    this.#context = ZstdContext.forCompression(this.#level);
    return undefined;
  }

  #room(plainBytes: number, lengthMax: number): Buffer {
    if (this.#output.length < lengthMax) this.#output = Buffer.allocUnsafeSlow(frameBound(plainBytes));
    return this.#output.subarray(0, lengthMax);
  }
}
