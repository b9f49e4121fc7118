import type { BlobIndex } from '../../blob-index/blob-index.ts';
import type { SharedBlobSet } from '../../blob-index/shared-blob-set.ts';
import type { Compressor } from '../../compression/compressor.ts';
import { SEAL_OVERHEAD_BYTES } from '../../crypto/sealer.ts';
import { sha256 } from '../../crypto/sha256.ts';
import type { PackBuilder } from '../../pack/pack-builder.ts';
import type { AddedBytes } from './messages.ts';

export interface BlobSaverParts {
  readonly index: BlobIndex;
  /** Blobs that some worker of this run stores or has stored. */
  readonly knownBlobs: SharedBlobSet;
  readonly compressor: Compressor;
  readonly builder: PackBuilder;
  /** Called when the builder has reached its size: must take the pack away. */
  readonly onPackFull: () => void;
}

/** Turns content into data blobs of a pack, once each. */
export class BlobSaver {
  readonly #parts: BlobSaverParts;
  #blobs = 0;
  #plainBytes = 0;
  #storedBytes = 0;
  #hasFailed = false;

  constructor(parts: BlobSaverParts) {
    this.#parts = parts;
  }

  /** A blob was promised to the other workers and could not be stored: no snapshot of this run can be trusted. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Stores `plaintext` unless the repository or another worker has it. Returns its id as hex. */
  save(plaintext: Uint8Array): string {
    const { index, knownBlobs } = this.#parts;
    const id = sha256(plaintext);
    if (index.find('data', id) < 0 && knownBlobs.insert(id) === 'added') {
      try {
        this.#add(id, plaintext);
      } catch (error) {
        this.#hasFailed = true;
        throw error;
      }
    }
    return id.toString('hex');
  }

  #add(id: Buffer, plaintext: Uint8Array): void {
    const { compressor, builder, onPackFull } = this.#parts;
    const compressed = compressor.compress(plaintext);
    builder.add({ type: 'data', id, plaintext, ...(compressed === undefined ? {} : { compressed }) });
    this.#blobs += 1;
    this.#plainBytes += plaintext.length;
    this.#storedBytes += (compressed ?? plaintext).length + SEAL_OVERHEAD_BYTES;
    if (builder.isFull()) onPackFull();
  }

  /** What was added since the last call. */
  takeAdded(): AddedBytes {
    const added = { blobs: this.#blobs, plainBytes: this.#plainBytes, storedBytes: this.#storedBytes };
    this.#blobs = 0;
    this.#plainBytes = 0;
    this.#storedBytes = 0;
    return added;
  }
}
