import { LumbungError } from '@lumbung/stdx';
import { Decompressor } from '../compression/decompressor.ts';
import { SEAL_OVERHEAD_BYTES, type Sealer } from '../crypto/sealer.ts';
import { sha256Hex } from '../crypto/sha256.ts';
import type { BlobId } from '../format/ids.ts';

/** What is wrong with a stored blob. */
export const BLOB_FAULTS = ['seal', 'compression', 'hash', 'missing', 'truncated'] as const;
export type BlobFault = (typeof BLOB_FAULTS)[number];

/** Plaintexts up to this share one memory: longer than any blob a writer cuts. */
const SHARED_BYTES_MAX = 16 * 2 ** 20;

interface ExpectedBlob {
  readonly id: BlobId;
  /** 0: not compressed. */
  readonly uncompressedBytes: number;
}

/** From sealed bytes back to a verified plaintext. Not for several blobs at once: the buffers between the steps are reused. */
export class BlobOpener {
  readonly #sealer: Sealer;
  readonly #decompressor = new Decompressor();
  #scratch: Buffer = Buffer.alloc(0);
  #shared: Buffer = Buffer.alloc(0);

  constructor(sealer: Sealer) {
    this.#sealer = sealer;
  }

  /** The plaintext, in a buffer of its own, proven to be the one that the id names.
   *  @throws LumbungError BLOB_DAMAGED (corruption), with `fault` in its context */
  open(sealed: Uint8Array, blob: ExpectedBlob): Buffer {
    return this.#open(sealed, blob, (lengthBytes) => Buffer.allocUnsafe(lengthBytes));
  }

  /** `open` into memory that the next call uses again, for who is done with a plaintext before the next one: without new
   *  memory for every blob the collector has nothing to do, which took an eighth of the time of a restore. */
  openShared(sealed: Uint8Array, blob: ExpectedBlob): Buffer {
    return this.#open(sealed, blob, (lengthBytes) => {
      // What is claimed to be longer gets memory of its own, for its own time.
      if (lengthBytes > SHARED_BYTES_MAX) return Buffer.allocUnsafe(lengthBytes);
      if (this.#shared.length < lengthBytes) this.#shared = withRoomFor(lengthBytes);
      return this.#shared.subarray(0, lengthBytes);
    });
  }

  #open(sealed: Uint8Array, blob: ExpectedBlob, allocate: (lengthBytes: number) => Buffer): Buffer {
    const bodyBytes = sealed.length - SEAL_OVERHEAD_BYTES;
    if (bodyBytes < 0) throw blobDamaged(blob.id, 'seal');
    let plaintext: Buffer;
    if (blob.uncompressedBytes === 0) {
      plaintext = allocate(bodyBytes);
      this.#openSeal(sealed, blob.id, plaintext);
    } else {
      if (this.#scratch.length < bodyBytes) this.#scratch = withRoomFor(bodyBytes);
      this.#openSeal(sealed, blob.id, this.#scratch);
      plaintext = allocate(blob.uncompressedBytes);
      try {
        this.#decompressor.decompressInto(this.#scratch.subarray(0, bodyBytes), plaintext);
      } catch (cause) {
        throw blobDamaged(blob.id, 'compression', cause);
      }
    }
    if (sha256Hex(plaintext) !== blob.id) throw blobDamaged(blob.id, 'hash');
    return plaintext;
  }

  #openSeal(sealed: Uint8Array, id: BlobId, target: Buffer): void {
    try {
      this.#sealer.openInto(sealed, target, 0);
    } catch (cause) {
      throw blobDamaged(id, 'seal', cause);
    }
  }
}

/** Some more than is needed now, so that slowly growing blobs do not each bring a new buffer. */
function withRoomFor(lengthBytes: number): Buffer {
  return Buffer.allocUnsafeSlow(lengthBytes + (lengthBytes >>> 2));
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
