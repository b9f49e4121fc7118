import zlib from 'node:zlib';
import { describeError, LumbungError } from '@lumbung/stdx';
import { kernelsFor, type ProcessKernels } from '@lumbung/stdx/node';
import { ZstdContext } from './zstd-context.ts';

function wrongLength(expectedBytes: number): LumbungError {
  return new LumbungError('BLOB_LENGTH_WRONG', {
    kind: 'corruption',
    message: `compressed data does not have the recorded length of ${expectedBytes} bytes`,
    context: { expectedBytes },
    hint: 'run lumbung check --read-data',
  });
}

function broken(cause: unknown): LumbungError {
  return new LumbungError('ZSTD_BROKEN', {
    kind: 'corruption',
    message: `compressed data cannot be read: ${describeError(cause)}`,
    hint: 'run lumbung check --read-data',
    cause,
  });
}

export interface DecompressorOptions {
  /** Use the public calls only, as where the inside of Node's streams is not as expected. */
  readonly publicOnly?: boolean;
  /** Use Node's own functions, as where zstd beneath them cannot be reached. */
  readonly withoutKernels?: boolean;
}

/** Decompresses blobs, one zstd frame each, never into more memory than was asked for. Not to be shared between threads. */
export class Decompressor {
  readonly #isPublicOnly: boolean;
  readonly #withoutKernels: boolean;
  #context: ZstdContext | undefined;
  /** The last frame did not say its length. */
  #isUnclean = false;

  constructor(options: DecompressorOptions = {}) {
    this.#isPublicOnly = options.publicOnly ?? false;
    this.#withoutKernels = this.#isPublicOnly || options.withoutKernels === true;
    this.#renewContext();
  }

  /** The `lengthBytes` bytes in the frame. @throws LumbungError BLOB_LENGTH_WRONG, ZSTD_BROKEN (corruption) */
  decompress(frame: Uint8Array, lengthBytes: number): Buffer {
    const target = Buffer.allocUnsafe(lengthBytes);
    this.decompressInto(frame, target);
    return target;
  }

  /** Fills `target` with exactly what is in the frame. @throws LumbungError BLOB_LENGTH_WRONG, ZSTD_BROKEN (corruption) */
  decompressInto(frame: Uint8Array, target: Buffer): void {
    const kernels = this.#withoutKernels || target.length === 0 ? undefined : kernelsFor(target.length);
    if (kernels !== undefined) {
      decompressWith(kernels, frame, target);
      return;
    }
    if (this.#context === undefined || target.length === 0) {
      const plaintext = decompressWhole(frame, target.length);
      if (plaintext.length !== target.length) throw wrongLength(target.length);
      plaintext.copy(target);
      return;
    }
    const recordedBytes = contentBytesOf(frame);
    if (recordedBytes !== undefined && recordedBytes !== target.length) throw wrongLength(target.length);
    let step: ReturnType<ZstdContext['run']>;
    try {
      // A frame that says its length, and says ours, zstd decompresses in one pass or not at all: nothing of it stays in
      // the context. Only a frame that keeps silent may leave a rest there, which a reset removes.
      step =
        recordedBytes === undefined || this.#isUnclean
          ? this.#context.run(zlib.constants.ZSTD_e_end, frame, target)
          : this.#context.runOn(zlib.constants.ZSTD_e_end, frame, target);
      this.#isUnclean = recordedBytes === undefined;
    } catch (error) {
      this.#renewContext();
      throw broken(error);
    }
    if (step.outputLeft !== 0 || step.inputLeft !== 0) {
      this.#renewContext();
      throw wrongLength(target.length);
    }
  }

  /** A context that stopped inside a frame remembers it, whatever one resets. */
  #renewContext(): void {
    this.#isUnclean = false;
    this.#context = this.#isPublicOnly ? undefined : ZstdContext.forDecompression();
  }
}

function decompressWith(kernels: ProcessKernels, frame: Uint8Array, target: Buffer): void {
  const outcome = kernels.zstdDecompress(frame, target);
  if (outcome === 'broken') throw broken('zstd refused it');
  if (outcome !== target.length) throw wrongLength(target.length);
}

const FRAME_MAGIC = 0xfd2fb528;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;
const HEADER_BYTES_MIN = 6;

/** The length of the content that a frame's header records; undefined: it records none.
 *  @see RFC 8878, section 3.1.1.1 */
function contentBytesOf(frame: Uint8Array): number | undefined {
  if (frame.length < HEADER_BYTES_MIN) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== FRAME_MAGIC) return undefined;
  const descriptor = view.getUint8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const at = 5 + (isSingleSegment ? 0 : 1) + (DICTIONARY_ID_BYTES[descriptor & 3] ?? 0);
  const width = (descriptor & 0xc0) === 0 ? (isSingleSegment ? 1 : 0) : 1 << (descriptor >>> 6);
  if (width === 0 || at + width > frame.length) return undefined;
  if (width === 1) return view.getUint8(at);
  if (width === 2) return view.getUint16(at, true) + 256;
  if (width === 4) return view.getUint32(at, true);
  return Number(view.getBigUint64(at, true));
}

function decompressWhole(frame: Uint8Array, lengthMaxBytes: number): Buffer {
  try {
    return zlib.zstdDecompressSync(frame, { maxOutputLength: Math.max(lengthMaxBytes, 1) });
  } catch (error) {
    if (error instanceof RangeError) throw wrongLength(lengthMaxBytes);
    throw broken(error);
  }
}

/** The content of a frame whose length is not recorded (a document), which may be at most `lengthMaxBytes` long.
 *  @throws LumbungError BLOB_LENGTH_WRONG, ZSTD_BROKEN (corruption) */
export function zstdDecompressUnknown(frame: Uint8Array, lengthMaxBytes: number): Buffer {
  return decompressWhole(frame, lengthMaxBytes);
}
