import { LumbungError } from '@lumbung/stdx';
import { Decompressor } from '../compression/decompressor.ts';
import { SEAL_OVERHEAD_BYTES, type Sealer } from '../crypto/sealer.ts';
import { sha256Hex } from '../crypto/sha256.ts';
import type { BlobId } from '../format/ids.ts';

/** What is wrong with a stored blob. */
export const BLOB_FAULTS = ['seal', 'compression', 'hash', 'missing', 'truncated'] as const;
export type BlobFault = (typeof BLOB_FAULTS)[number];

/** From sealed bytes back to a verified plaintext. Not for several blobs at once: the buffers between the steps are reused. */
export class BlobOpener {
  readonly #sealer: Sealer;
  readonly #decompressor = new Decompressor();
  #scratch = Buffer.alloc(0);

  constructor(sealer: Sealer) {
    this.#sealer = sealer;
  }

  /** The plaintext, in a buffer of its own, proven to be the one that the id names.
   *  @param blob `uncompressedBytes` 0: not compressed
   *  @throws LumbungError BLOB_DAMAGED (corruption), with `fault` in its context */
  open(sealed: Uint8Array, blob: { readonly id: BlobId; readonly uncompressedBytes: number }): Buffer {
    const plaintext =
      blob.uncompressedBytes === 0 ? this.#openSeal(sealed, blob.id) : this.#openCompressed(sealed, blob);
    if (sha256Hex(plaintext) !== blob.id) throw blobDamaged(blob.id, 'hash');
    return plaintext;
  }

  #openSeal(sealed: Uint8Array, id: BlobId): Buffer {
    try {
      return this.#sealer.open(sealed);
    } catch (cause) {
      throw blobDamaged(id, 'seal', cause);
    }
  }

  #openCompressed(sealed: Uint8Array, blob: { readonly id: BlobId; readonly uncompressedBytes: number }): Buffer {
    const frameBytes = sealed.length - SEAL_OVERHEAD_BYTES;
    if (frameBytes < 0) throw blobDamaged(blob.id, 'seal');
    if (this.#scratch.length < frameBytes) this.#scratch = Buffer.allocUnsafeSlow(frameBytes + (frameBytes >>> 2));
    try {
      this.#sealer.openInto(sealed, this.#scratch, 0);
    } catch (cause) {
      throw blobDamaged(blob.id, 'seal', cause);
    }
    try {
      return this.#decompressor.decompress(this.#scratch.subarray(0, frameBytes), blob.uncompressedBytes);
    } catch (cause) {
      throw blobDamaged(blob.id, 'compression', cause);
    }
  }
}

const FAULT_MESSAGES: Readonly<Record<BlobFault, string>> = {
  seal: 'its seal is broken',
  compression: 'it does not decompress',
  hash: 'its content is not what its id says',
  missing: 'its pack is missing',
  truncated: 'its pack ends before it',
};

export function blobDamaged(
  id: BlobId,
  fault: BlobFault,
  cause?: unknown,
  place?: { readonly pack: string; readonly offset: number; readonly lengthBytes: number },
): LumbungError {
  return new LumbungError('BLOB_DAMAGED', {
    kind: 'corruption',
    message: `blob ${id} is damaged: ${FAULT_MESSAGES[fault]}${place === undefined ? '' : ` (pack ${place.pack}, offset ${place.offset})`}`,
    context: { blob: id, fault, ...place },
    hint: 'run "check --read-data" to see how much is damaged, then back the affected files up again or repair the packs',
    cause,
  });
}
