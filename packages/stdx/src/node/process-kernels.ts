// Node links OpenSSL and zstd into its executable, and exports their symbols for addons. Called directly they need no
// object and no buffer for each call, which Node's own functions make: for blobs of a few kB that is most of the time
// (AES-CTR of 1 kB 0.5 µs instead of 4, zstd of 1 kB 2.4 µs instead of 10 to 27), for large ones the page faults of fresh
// memory are (AES-CTR 6 GB/s instead of 1.5, Poly1305 10 GB/s instead of 3).
//
// A wrong signature crashes the process. So these are taken only on Linux x64 and arm64, only when all symbols are
// there, and only after each has given the answer that Node's own function gives. Whoever uses them has another way.
import { createRequire } from 'node:module';
import os from 'node:os';
import process from 'node:process';
import type { KoffiFunc, LibraryHandle } from 'koffi';
import { assert } from '../assert.ts';

/** What zstd says about a frame that does not fit. @see zstd_errors.h */
const ZSTD_ERROR_TARGET_TOO_SMALL = 70;
/** Results at the top of `size_t` are errors. */
const ZSTD_ERROR_CODES_MAX = 200n;
const SIZE_T_END = 2n ** 64n;
/** `EVP_EncryptUpdate` takes an `int`; a multiple of the block length. */
const EVP_BYTES_MAX = 2 ** 30;

/** What came of a frame: bytes written, or why not. */
export type ZstdOutcome = number | 'tooSmall' | 'broken';

/** Primitives without allocation. Views must not overlap; lengths are those of the views. One thread at a time: each
 *  thread has its own. */
export interface ProcessKernels {
  /** Writes the 32 bytes into `target`. */
  sha256(bytes: Uint8Array, target: Uint8Array): void;
  /** `source` ⊕ key stream into `target`, which is at least as long. `key` has 32 bytes, `iv` 16. */
  aes256Ctr(key: Uint8Array, iv: Uint8Array, source: Uint8Array, target: Uint8Array): void;
  /** One block of 16 bytes under a key of 16, into `target`, which has room for 32. */
  aes128Block(key: Uint8Array, block: Uint8Array, target: Uint8Array): void;
  /** The tag of 16 bytes into `target`; `key` has 32 bytes. */
  poly1305(key: Uint8Array, bytes: Uint8Array, target: Uint8Array): void;
  /** One frame. */
  zstdCompress(source: Uint8Array, target: Uint8Array, level: number): ZstdOutcome;
  /** All frames in `source`. */
  zstdDecompress(source: Uint8Array, target: Uint8Array): ZstdOutcome;
}

/** What koffi takes and gives is untyped. */
type CFunction = KoffiFunc<(...args: readonly unknown[]) => unknown>;

let found: { readonly kernels: ProcessKernels | undefined } | undefined;

/** Loading takes some 10 ms: as long as this much work takes without. */
const WORK_WORTH_LOADING = 4 * 2 ** 20;
/** What a call costs beside its bytes, in bytes. */
const WORK_PER_CALL = 8192;
let workSeen = 0;

/** The kernels, once this thread has so much to do that loading them pays. @param bytes of the work at hand */
export function kernelsFor(bytes: number): ProcessKernels | undefined {
  if (found !== undefined) return found.kernels;
  workSeen += bytes + WORK_PER_CALL;
  return workSeen < WORK_WORTH_LOADING ? undefined : processKernels();
}

/** The kernels of this process, or undefined where they cannot be relied on. The first call takes some 10 ms. */
export function processKernels(): ProcessKernels | undefined {
  found ??= { kernels: findKernels() };
  return found.kernels;
}

function findKernels(): ProcessKernels | undefined {
  const isKnown = os.platform() === 'linux' && ['x64', 'arm64'].includes(os.arch());
  if (!isKnown || !process.versions.openssl?.startsWith('3.') || process.versions['zstd'] === undefined)
    return undefined;
  try {
    // The cast gives the untyped result of `require` the module's own declaration.
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const kernels = bindKernels(koffi.load(null));
    return isRight(kernels) ? kernels : undefined;
  } catch {
    return undefined; // no koffi, or a symbol is missing: the caller has another way
  }
}

function bindKernels(library: LibraryHandle): ProcessKernels {
  const bind = (prototype: string): CFunction => library.func(prototype);
  const sha256 = bind('void *SHA256(const uint8_t *bytes, size_t length, uint8_t *target)');
  const initCipher = bind(
    'int EVP_EncryptInit_ex(void *context, void *cipher, void *engine, const uint8_t *key, const uint8_t *iv)',
  );
  const updateCipher = bind(
    'int EVP_EncryptUpdate(void *context, uint8_t *target, int *targetLength, const uint8_t *source, int length)',
  );
  const newCipher = bind('void *EVP_CIPHER_CTX_new()');
  const ctrContext: unknown = newCipher();
  const blockContext: unknown = newCipher();
  requireSuccess(initCipher(ctrContext, bind('void *EVP_aes_256_ctr()')(), null, null, null));
  requireSuccess(initCipher(blockContext, bind('void *EVP_aes_128_ecb()')(), null, null, null));
  const written = new Int32Array(1);
  const initTag = bind('void Poly1305_Init(void *context, const uint8_t *key)');
  const updateTag = bind('void Poly1305_Update(void *context, const uint8_t *bytes, size_t length)');
  const finishTag = bind('void Poly1305_Final(void *context, uint8_t *target)');
  // The size is OpenSSL's to know; it is some 250 bytes. Aligned, for the vector units.
  const tagContext = new Uint8Array(
    new BigUint64Array(Math.ceil(Number(bind('size_t Poly1305_ctx_size()')()) / 8) + 8).buffer,
  );
  const compress = bind(
    'size_t ZSTD_compressCCtx(void *context, uint8_t *target, size_t room, const uint8_t *source, size_t length, int level)',
  );
  const decompress = bind(
    'size_t ZSTD_decompressDCtx(void *context, uint8_t *target, size_t room, const uint8_t *source, size_t length)',
  );
  let compressor: unknown;
  let decompressor: unknown;
  const newCompressor = bind('void *ZSTD_createCCtx()');
  const newDecompressor = bind('void *ZSTD_createDCtx()');

  return {
    sha256: (bytes, target) => {
      sha256(bytes, bytes.length, target);
    },
    aes256Ctr: (key, iv, source, target) => {
      // A context that was not keyed anew would go on with the last key stream.
      requireSuccess(initCipher(ctrContext, null, null, key, iv));
      if (source.length <= EVP_BYTES_MAX) {
        requireSuccess(updateCipher(ctrContext, target, written, source, source.length));
        return;
      }
      for (let at = 0; at < source.length; at += EVP_BYTES_MAX) {
        const piece = source.subarray(at, at + EVP_BYTES_MAX);
        requireSuccess(updateCipher(ctrContext, target.subarray(at), written, piece, piece.length));
      }
    },
    aes128Block: (key, block, target) => {
      requireSuccess(initCipher(blockContext, null, null, key, null));
      requireSuccess(updateCipher(blockContext, target, written, block, 16));
    },
    poly1305: (key, bytes, target) => {
      initTag(tagContext, key);
      updateTag(tagContext, bytes, bytes.length);
      finishTag(tagContext, target);
    },
    zstdCompress: (source, target, level) => {
      compressor ??= newCompressor();
      return outcomeOf(compress(compressor, target, target.length, source, source.length, level));
    },
    zstdDecompress: (source, target) => {
      decompressor ??= newDecompressor();
      return outcomeOf(decompress(decompressor, target, target.length, source, source.length));
    },
  };
}

/** OpenSSL refuses views that overlap in part. */
function requireSuccess(result: unknown): void {
  assert(result === 1, 'a cipher call failed');
}

/** koffi gives a `size_t` beyond 2^53 as a bigint. */
function outcomeOf(result: unknown): ZstdOutcome {
  if (typeof result === 'number' && result <= Number.MAX_SAFE_INTEGER) return result;
  const code = SIZE_T_END - BigInt(typeof result === 'bigint' || typeof result === 'number' ? result : 0);
  if (code > ZSTD_ERROR_CODES_MAX) return 'broken';
  return code === BigInt(ZSTD_ERROR_TARGET_TOO_SMALL) ? 'tooSmall' : 'broken';
}

/** Answers for `sampleOf` an input of 11 bytes, and for one that takes the vector paths; of long answers their SHA-256. */
const KNOWN_ANSWERS = [
  {
    lengthBytes: 11,
    sha256: '35f6f7e8b5ea92e7bf17fa08ba8098024650f537c29393c7f3b9a382b0cd56e0',
    ctr: '6ff65b36657c8e42544b2a9ce701bab8ff4f9b41e7b02062d65e4fe2698d19cc',
    tag: '1e2e0068791ced43f3b1043247811131',
  },
  {
    lengthBytes: 2900,
    sha256: 'd4ebd9069227d5ea3d6312f1ac797997c4b4392dd7443e1ca4b4f25642b1e3b4',
    ctr: '3323568cf8365f5e99f5754962c59bd086035b4371c17870c9fd1aa901308c34',
    tag: 'f62bf11046cc57c433e7c668aeafb0d2',
  },
] as const;
const KNOWN_BLOCK = '3aa3e0e253b888cdc519788124148006';

/** Whether every kernel gives the known answer. */
function isRight(kernels: ProcessKernels): boolean {
  const sample = new Uint8Array(3000).map((_, byteIdx) => (byteIdx * 7) ^ (byteIdx >>> 5));
  const key = sample.subarray(1, 33);
  const iv = sample.subarray(40, 56);
  const target = Buffer.alloc(8192);
  const digest = Buffer.alloc(32);
  const digestOf = (bytes: Uint8Array): string => {
    kernels.sha256(bytes, digest);
    return digest.toString('hex');
  };
  kernels.aes128Block(iv, sample.subarray(0, 16), target);
  if (target.toString('hex', 0, 16) !== KNOWN_BLOCK) return false;
  return KNOWN_ANSWERS.every(({ lengthBytes, sha256, ctr, tag }) => {
    const bytes = sample.subarray(100, 100 + lengthBytes);
    if (digestOf(bytes) !== sha256) return false;
    kernels.aes256Ctr(key, iv, bytes, target);
    if (digestOf(target.subarray(0, lengthBytes)) !== ctr) return false;
    kernels.poly1305(key, bytes, target);
    if (target.toString('hex', 0, 16) !== tag) return false;
    const frameBytes = kernels.zstdCompress(bytes, target, 3);
    if (typeof frameBytes !== 'number') return false;
    const restored = Buffer.alloc(lengthBytes);
    const restoredBytes = kernels.zstdDecompress(target.subarray(0, frameBytes), restored);
    return restoredBytes === lengthBytes && restored.equals(bytes);
  });
}
