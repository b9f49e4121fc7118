import zlib from 'node:zlib';
import { describeError, LumbungError } from '@lumbung/stdx';
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
}

/** Decompresses blobs, one zstd frame each, never into more memory than was asked for. Not to be shared between threads. */
export class Decompressor {
  readonly #isPublicOnly: boolean;
  #context: ZstdContext | undefined;

  constructor(options: DecompressorOptions = {}) {
    this.#isPublicOnly = options.publicOnly ?? false;
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
    if (this.#context === undefined || target.length === 0) {
      const plaintext = decompressWhole(frame, target.length);
      if (plaintext.length !== target.length) throw wrongLength(target.length);
      plaintext.copy(target);
      return;
    }
    let step: ReturnType<ZstdContext['run']>;
    try {
      step = this.#context.run(zlib.constants.ZSTD_e_end, frame, target);
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
    this.#context = this.#isPublicOnly ? undefined : ZstdContext.forDecompression();
  }
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
