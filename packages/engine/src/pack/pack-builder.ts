import { assert, LumbungError } from '@lumbung/stdx';
import { SEAL_OVERHEAD_BYTES, type Sealer } from '../crypto/sealer.ts';
import { sha256 } from '../crypto/sha256.ts';
import { type BlobId, idHex, type PackId } from '../format/ids.ts';
import { type BlobType, encodePackHeader, PACK_HEADER_BYTES_MAX, type PackedBlob } from '../format/pack-header.ts';
import { BlobOpener } from './blob-opener.ts';
import { PackBuffers, type PackMemory } from './pack-buffers.ts';

const HEADER_ENTRY_BYTES_MAX = 41;
const TRAILER_BYTES = 4;
/** With one more blob the header could grow beyond what readers accept. */
export const BLOBS_PER_PACK_MAX = Math.floor((PACK_HEADER_BYTES_MAX - SEAL_OVERHEAD_BYTES) / HEADER_ENTRY_BYTES_MAX);

/** The largest chunk that the standard chunker cuts: a pack overshoots its target by at most that, and its buffer is made
 *  for it. Memory that is never written costs nothing. */
const OVERSHOOT_BYTES = 8 * 2 ** 20;
const HEADER_ROOM_BYTES = 2 ** 20;
const U32_MAX = 0xffff_ffff;

/** Of how many data blobs one is opened again after it was sealed, in mode `sampled`. */
const SAMPLE_INTERVAL = 32;

/**
 * Whether what was sealed is opened, decompressed and hashed again before it is stored: guards against broken memory, a
 * broken CPU and miscompiled kernels, none of which a later check can repair.
 *
 * - `full`: every blob. Costs about a quarter of the CPU time of a backup.
 * - `sampled`: every tree blob, every pack header, and of data blobs the first of each pack and one in 32: finds whatever is
 *   broken systematically, and every fault in what one needs to find anything at all, for 1 to 2 %.
 * - `off`.
 */
export const VERIFY_MODES = ['off', 'sampled', 'full'] as const;
export type VerifyMode = (typeof VERIFY_MODES)[number];

export interface PackBuilderOptions {
  readonly sealer: Sealer;
  /** A pack is full when it has reached this; it may be larger by one blob. */
  readonly targetSizeBytes: number;
  readonly verify?: VerifyMode;
  /** Where buffers come from; whoever stored a pack gives its `bytes` back to it. */
  readonly buffers?: PackMemory;
}

/** A whole pack file. `bytes` begins at the begin of memory of its own (larger than it) that came from the builder's
 *  buffers: an ArrayBuffer, which may be transferred, or shared memory. */
export interface FinishedPack {
  readonly id: PackId;
  readonly bytes: Buffer;
  readonly blobs: readonly PackedBlob[];
}

/** The sealed blobs of a pack that was not finished, without header. */
export interface UnfinishedPack {
  readonly bytes: Buffer;
  readonly blobs: readonly PackedBlob[];
}

/** Fills pack files in memory, one after the other: `finish` and `takeUnfinished` leave an empty builder. */
export class PackBuilder {
  readonly #sealer: Sealer;
  readonly #targetSizeBytes: number;
  readonly #verify: VerifyMode;
  readonly #buffers: PackMemory;
  #opener: BlobOpener | undefined;
  #buffer: Buffer | undefined;
  #usedBytes = 0;
  #blobs: PackedBlob[] = [];
  #dataBlobsSeen = 0;

  constructor(options: PackBuilderOptions) {
    this.#sealer = options.sealer;
    this.#targetSizeBytes = options.targetSizeBytes;
    this.#verify = options.verify ?? 'sampled';
    this.#buffers = options.buffers ?? new PackBuffers(0);
  }

  /** Bytes of the sealed blobs so far, without the header. */
  get sizeBytes(): number {
    return this.#usedBytes;
  }

  get blobCount(): number {
    return this.#blobs.length;
  }

  isFull(): boolean {
    return this.#usedBytes >= this.#targetSizeBytes || this.#blobs.length >= BLOBS_PER_PACK_MAX;
  }

  /** Seals a blob into the pack.
   *  @param blob `id` is the 32-byte SHA-256 of `plaintext`; `compressed` its zstd frame, if it is to be stored so
   *  @returns bytes that it takes in the pack
   *  @throws LumbungError BLOB_VERIFY_FAILED (bug): the memory or CPU of this machine is broken, or we are */
  add(blob: {
    readonly type: BlobType;
    readonly id: Uint8Array;
    readonly plaintext: Uint8Array;
    readonly compressed?: Uint8Array | undefined;
  }): number {
    const payload = blob.compressed ?? blob.plaintext;
    const lengthBytes = payload.length + SEAL_OVERHEAD_BYTES;
    const offset = this.#usedBytes;
    const buffer = this.#reserve(lengthBytes);
    this.#sealer.sealInto(payload, buffer, offset);
    const packed: PackedBlob = {
      id: idHex(blob.id) as BlobId, // 32 bytes make an id
      type: blob.type,
      offset,
      lengthBytes,
      uncompressedBytes: blob.compressed === undefined ? 0 : blob.plaintext.length,
    };
    if (this.#isToVerify(blob.type)) this.#verifyBlob(buffer.subarray(offset, offset + lengthBytes), packed);
    this.#usedBytes = offset + lengthBytes;
    this.#blobs.push(packed);
    return lengthBytes;
  }

  /** Adds a blob that is sealed already, under the same master key.
   *  @param blob `id`: its 32 bytes */
  addSealed(blob: {
    readonly type: BlobType;
    readonly id: Uint8Array;
    readonly sealed: Uint8Array;
    readonly uncompressedBytes: number;
  }): void {
    const { type, sealed, uncompressedBytes } = blob;
    this.#appendSealed(sealed, { type, id: idHex(blob.id) as BlobId, uncompressedBytes }); // 32 bytes make an id
  }

  /** Adds all blobs of another, unfinished pack. */
  addUnfinished(rest: UnfinishedPack): void {
    for (const blob of rest.blobs) {
      this.#appendSealed(rest.bytes.subarray(blob.offset, blob.offset + blob.lengthBytes), blob);
    }
  }

  #appendSealed(sealed: Uint8Array, blob: Pick<PackedBlob, 'id' | 'type' | 'uncompressedBytes'>): void {
    const { id, type, uncompressedBytes } = blob;
    const offset = this.#usedBytes;
    this.#reserve(sealed.length).set(sealed, offset);
    this.#usedBytes = offset + sealed.length;
    this.#blobs.push({ id, type, offset, lengthBytes: sealed.length, uncompressedBytes });
  }

  /** Closes the pack: header, its length, the id. There must be a blob in it. */
  finish(): FinishedPack {
    assert(this.#blobs.length > 0, 'a pack without blobs');
    const header = encodePackHeader(this.#blobs);
    const sealedHeaderBytes = header.length + SEAL_OVERHEAD_BYTES;
    const buffer = this.#reserve(sealedHeaderBytes + TRAILER_BYTES);
    const headerAt = this.#usedBytes;
    this.#sealer.sealInto(header, buffer, headerAt);
    const sealedHeader = buffer.subarray(headerAt, headerAt + sealedHeaderBytes);
    if (this.#verify !== 'off' && !this.#sealer.open(sealedHeader).equals(header))
      throw verifyFailed('the header of a pack');
    buffer.writeUInt32LE(sealedHeaderBytes, headerAt + sealedHeaderBytes);
    const bytes = buffer.subarray(0, headerAt + sealedHeaderBytes + TRAILER_BYTES);
    // Hashed at the end: in one pass over 16 MiB it is as fast as blob by blob, without the calls.
    const id = idHex(sha256(bytes)) as PackId; // made of the bytes it names
    const finished = { id, bytes, blobs: this.#blobs };
    this.#clear();
    return finished;
  }

  /** Takes the sealed blobs out without closing the pack; their offsets count from the begin of `bytes`. */
  takeUnfinished(): UnfinishedPack {
    const bytes = (this.#buffer ?? Buffer.alloc(0)).subarray(0, this.#usedBytes);
    const rest = { bytes, blobs: this.#blobs };
    this.#clear();
    return rest;
  }

  #clear(): void {
    this.#buffer = undefined;
    this.#usedBytes = 0;
    this.#blobs = [];
  }

  /** The buffer, with room for `moreBytes` behind what is in it. */
  #reserve(moreBytes: number): Buffer {
    const neededBytes = this.#usedBytes + moreBytes;
    assert(neededBytes <= U32_MAX, 'a pack beyond 4 GiB');
    const present = this.#buffer;
    if (present !== undefined && present.length >= neededBytes) return present;
    const larger = this.#buffers.take(
      Math.max(neededBytes + HEADER_ROOM_BYTES, this.#targetSizeBytes + OVERSHOOT_BYTES + HEADER_ROOM_BYTES),
    );
    if (present !== undefined) {
      present.copy(larger, 0, 0, this.#usedBytes);
      this.#buffers.give(present);
    }
    this.#buffer = larger;
    return larger;
  }

  #isToVerify(type: BlobType): boolean {
    if (this.#verify === 'full') return true;
    if (this.#verify === 'off') return false;
    if (type === 'tree' || this.#blobs.length === 0) return true;
    this.#dataBlobsSeen += 1;
    return this.#dataBlobsSeen % SAMPLE_INTERVAL === 0;
  }

  #verifyBlob(sealed: Uint8Array, blob: PackedBlob): void {
    this.#opener ??= new BlobOpener(this.#sealer);
    try {
      this.#opener.open(sealed, blob);
    } catch (cause) {
      throw verifyFailed(`blob ${blob.id}`, cause);
    }
  }
}

export function verifyFailed(what: string, cause?: unknown): LumbungError {
  return new LumbungError('BLOB_VERIFY_FAILED', {
    kind: 'bug',
    message: `${what} could not be read back right after it was sealed; nothing of it was stored`,
    hint: 'test the memory of this machine; if it is sound, report this',
    cause,
  });
}
