import zlib from 'node:zlib';
import { describeError, LumbungError } from '@lumbung/stdx';
import { kernelsFor, type ProcessKernels } from '@lumbung/stdx/node';
import { ZstdContext } from './zstd-context.ts';
import { frameShape } from './zstd-frame.ts';

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
    const shape = frameShape(frame);
    // A frame that goes on behind its bytes may fill the target, and what zstd still waits for would be the next frame.
    if (shape?.lengthBytes === undefined) throw broken('no whole frame');
    const recordedBytes = shape.contentBytes;
    if (recordedBytes !== undefined && recordedBytes !== target.length) throw wrongLength(target.length);
    let step: ReturnType<ZstdContext['run']>;
    try {
      // A whole frame that says its length, and says ours, zstd decompresses in one pass or not at all: nothing of it
      // stays in the context. Only a frame that keeps silent may leave a rest there, which a reset removes.
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
