import type { BlobIndex } from '../../blob-index/blob-index.ts';
import { Decompressor } from '../../compression/decompressor.ts';
import { SEAL_OVERHEAD_BYTES, type Sealer } from '../../crypto/sealer.ts';
import { sha256Into } from '../../crypto/sha256.ts';
import type { BLOB_FAULTS } from '../../pack/blob-opener.ts';

export type VerifiedFault = Extract<(typeof BLOB_FAULTS)[number], 'seal' | 'compression' | 'hash'>;

/** A zstd block of 128 KiB takes 4 bytes at least: whoever promises more from a frame lies, and gets no memory for it. */
const EXPANSION_MAX = 2 ** 15;
/** Larger buffers are not kept between blobs. */
const KEPT_BYTES_MAX = 32 * 2 ** 20;

/** A blob whose seal, frame and hash were right. Both views are overwritten by the next blob. */
export interface VerifiedBlob {
  readonly plaintext: Uint8Array;
  /** The zstd frame that was sealed; undefined: the plaintext itself was. */
  readonly frame: Uint8Array | undefined;
}

/** Opens blobs into buffers that are used again and again: a fresh one for each of some gigabytes costs a third of the time. */
export class BlobVerifier {
  readonly #sealer: Sealer;
  readonly #decompressor = new Decompressor();
  #opened = Buffer.alloc(0);
  #plain = Buffer.alloc(0);
  readonly #id = Buffer.alloc(32);
  readonly #digest = Buffer.alloc(32);

  constructor(sealer: Sealer) {
    this.#sealer = sealer;
  }

  /** The content of `sealed`, if it is what the index says of `entry`; otherwise what is wrong. */
  verify(sealed: Uint8Array, index: BlobIndex, entry: number): VerifiedBlob | VerifiedFault {
    index.copyIdTo(entry, this.#id, 0);
    return this.verifyBlob(sealed, this.#id, index.uncompressedOf(entry));
  }

  /** @param id its 32 bytes; @param uncompressedBytes 0: not compressed */
  verifyBlob(sealed: Uint8Array, id: Uint8Array, uncompressedBytes: number): VerifiedBlob | VerifiedFault {
    const openedBytes = sealed.length - SEAL_OVERHEAD_BYTES;
    if (openedBytes < 0) return 'seal';
    const opened = this.#room('opened', openedBytes);
    try {
      this.#sealer.openInto(sealed, opened, 0);
    } catch {
      return 'seal'; // the one way in which opening fails
    }
    let plaintext: Uint8Array = opened.subarray(0, openedBytes);
    let frame: Uint8Array | undefined;
    if (uncompressedBytes > 0) {
      frame = plaintext;
      if (uncompressedBytes > frame.length * EXPANSION_MAX) return 'compression';
      const target = this.#room('plain', uncompressedBytes).subarray(0, uncompressedBytes);
      try {
        this.#decompressor.decompressInto(frame, target);
      } catch {
        return 'compression'; // whatever is wrong with the frame, the blob cannot be had from it
      }
      plaintext = target;
    }
    sha256Into(plaintext, this.#digest);
    return this.#digest.equals(id) ? { plaintext, frame } : 'hash';
  }

  #room(which: 'opened' | 'plain', bytes: number): Buffer {
    const present = which === 'opened' ? this.#opened : this.#plain;
    if (present.length >= bytes) return present;
    if (bytes > KEPT_BYTES_MAX) return Buffer.allocUnsafeSlow(bytes);
    const larger = Buffer.allocUnsafeSlow(Math.min(KEPT_BYTES_MAX, bytes + (bytes >>> 2)));
    if (which === 'opened') this.#opened = larger;
    else this.#plain = larger;
    return larger;
  }
}

export const FAULT_TEXTS: Readonly<Record<VerifiedFault | 'truncated', string>> = {
  truncated: 'the pack ends before it',
  seal: 'its seal is broken',
  compression: 'it does not decompress',
  hash: 'its content is not what its id says',
};
