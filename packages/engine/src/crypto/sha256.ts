import { createHash, type Hash, hash } from 'node:crypto';
import { assert } from '@lumbung/stdx';
import { kernelsFor } from '@lumbung/stdx/node';

const DIGEST_BYTES = 32;
/** Above, hashing takes so long that the cost of the call is nothing. */
const SMALL_BYTES = 16 * 1024;

/** SHA-256 of `bytes`, 32 bytes. */
export function sha256(bytes: Uint8Array): Buffer {
  const kernels = bytes.length <= SMALL_BYTES ? kernelsFor(bytes.length) : undefined;
  if (kernels === undefined) return hash('sha256', bytes, 'buffer');
  const digest = Buffer.allocUnsafe(DIGEST_BYTES);
  kernels.sha256(bytes, digest);
  return digest;
}

/** SHA-256 of `bytes` into the first 32 bytes of `target`: for those who compare many. */
export function sha256Into(bytes: Uint8Array, target: Buffer): void {
  // The kernel writes 32 bytes whatever the length of the view.
  assert(target.length >= DIGEST_BYTES, 'the target has room for a digest');
  const kernels = kernelsFor(bytes.length);
  if (kernels === undefined) hash('sha256', bytes, 'buffer').copy(target);
  else kernels.sha256(bytes, target);
}

/** SHA-256 of `bytes` as 64 lower-case hex digits. */
export function sha256Hex(bytes: Uint8Array): string {
  return bytes.length <= SMALL_BYTES ? sha256(bytes).toString('hex') : hash('sha256', bytes, 'hex');
}

/** SHA-256 of bytes that come in pieces. */
export class Sha256Stream {
  readonly #hash: Hash = createHash('sha256');

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** 32 bytes; ends the use of the stream. */
  digest(): Buffer {
    return this.#hash.digest();
  }
}
