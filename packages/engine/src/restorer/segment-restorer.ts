import { fromErrorRecord, isLumbungError } from '@lumbung/stdx';
import { isDamage } from '../repository/file-damage.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import type { LargeFile } from './large-file.ts';
import type { PackSegment, PartUse } from './pack-queue.ts';
import type { SmallFileList } from './small-file-list.ts';
import type { FileParts, IndexedError, LargeFileRecord } from './workers/messages.ts';
import type { BlobsReply, RestorePool } from './workers/pool.ts';

/** Who hears what became of the content. */
export interface SegmentListener {
  smallWritten(files: SmallFileList, fileIdx: number): void;
  smallFailed(files: SmallFileList, fileIdx: number, error: unknown): void;
  /** The file is there, but for some metadata. */
  smallIncomplete(files: SmallFileList, fileIdx: number, error: unknown): void;
  partWritten(part: PartUse): void;
  /** Also for parts that were not tried, because their file cannot be restored any more. */
  partFailed(part: PartUse, error: unknown): void;
}

/** Reads stretches of packs, has workers write what is in them, and looks for other copies of what is damaged. */
export class SegmentRestorer {
  readonly #indexed: IndexedRepository;
  readonly #pool: RestorePool;
  readonly #listener: SegmentListener;
  readonly #signal: AbortSignal;

  constructor(options: {
    readonly indexed: IndexedRepository;
    readonly pool: RestorePool;
    readonly listener: SegmentListener;
    readonly signal: AbortSignal;
  }) {
    this.#indexed = options.indexed;
    this.#pool = options.pool;
    this.#listener = options.listener;
    this.#signal = options.signal;
  }

  /** Resolves when everything in the segment is written or reported.
   *  @throws LumbungError BACKEND_* where trying again may help, and the signal's reason */
  async restore(segment: PackSegment): Promise<void> {
    const { repository, index } = this.#indexed;
    let bytes: ArrayBuffer;
    try {
      const range = { offset: segment.offset, length: segment.lengthBytes };
      const pack = index.packId(segment.packNr);
      bytes = ownMemoryOf(await repository.loadPackRange(pack, range, { signal: this.#signal }));
    } catch (error) {
      this.#signal.throwIfAborted();
      if (!isDamage(error)) throw error;
      // The pack is gone or shorter: each blob looks for itself what can be had.
      for (const blobIdx of segment.entries.keys()) await this.#restoreFromCopy(segment, blobIdx);
      return;
    }
    const reply = await this.#send(segment, bytes, false);
    this.#signal.throwIfAborted();
    this.#report(segment, reply);
    for (const { idx } of reply.damaged) await this.#restoreFromCopy(segment, idx);
  }

  async #restoreFromCopy(segment: PackSegment, blobIdx: number): Promise<void> {
    const { index } = this.#indexed;
    const entry = segment.entries[blobIdx];
    if (entry === undefined) return;
    const single = onlyBlob(segment, blobIdx, entry);
    let plaintext: Buffer;
    try {
      plaintext = await this.#indexed.loadBlob(index.typeOf(entry), index.idOf(entry), this.#signal);
    } catch (error) {
      this.#signal.throwIfAborted();
      if (!isLumbungError(error) || !isDamage(error)) throw error;
      for (const fileIdx of single.smallIdxs) this.#listener.smallFailed(single.small, fileIdx, error);
      for (const part of single.parts) this.#listener.partFailed(part, error);
      return;
    }
    const reply = await this.#send(single, ownMemoryOf(plaintext), true);
    this.#signal.throwIfAborted();
    this.#report(single, reply);
  }

  async #send(segment: PackSegment, bytes: ArrayBuffer, isPlain: boolean): Promise<BlobsReply> {
    for (const { file } of segment.parts) file.prepare();
    const reply = await this.#pool.write(
      {
        kind: 'blobs',
        bytes,
        isPlain,
        baseOffset: segment.offset,
        entries: Uint32Array.from(segment.entries),
        small: segment.small.toMessage(segment.smallIdxs, segment.smallBlobs),
        parts: partsMessage(segment),
      },
      [bytes],
    );
    return reply;
  }

  /** Tells what became of files without content. */
  reportEmpty(files: SmallFileList, reply: BlobsReply): void {
    const blobs = new Uint32Array(files.length);
    const smallIdxs = Array.from({ length: files.length }, (_, fileIdx) => fileIdx);
    this.#reportSmall({ small: files, smallIdxs, smallBlobs: blobs }, reply);
  }

  #report(segment: PackSegment, reply: BlobsReply): void {
    this.#reportSmall(segment, reply);
    const damaged = new Set(reply.damaged.map(({ idx }) => idx));
    const partFailures = byIdx(reply.partFailures);
    for (const [messageIdx, part] of segment.parts.entries()) {
      if (damaged.has(segment.partBlobs[messageIdx] ?? -1)) continue;
      const failure = part.file.failure?.error ?? partFailures.get(messageIdx);
      if (failure === undefined) this.#listener.partWritten(part);
      else this.#listener.partFailed(part, failure);
    }
  }

  #reportSmall(segment: Pick<PackSegment, 'small' | 'smallIdxs' | 'smallBlobs'>, reply: BlobsReply): void {
    const damaged = new Set(reply.damaged.map(({ idx }) => idx));
    const smallFailures = byIdx(reply.smallFailures);
    const metadataFailures = byIdx(reply.metadataFailures);
    for (const [messageIdx, fileIdx] of segment.smallIdxs.entries()) {
      if (damaged.has(segment.smallBlobs[messageIdx] ?? -1)) continue;
      const failure = smallFailures.get(messageIdx);
      const incomplete = metadataFailures.get(messageIdx);
      if (failure !== undefined) this.#listener.smallFailed(segment.small, fileIdx, failure);
      else if (incomplete !== undefined) this.#listener.smallIncomplete(segment.small, fileIdx, incomplete);
      else this.#listener.smallWritten(segment.small, fileIdx);
    }
  }
}

function byIdx(errors: readonly IndexedError[]): ReadonlyMap<number, unknown> {
  return new Map(errors.map(({ idx, error }) => [idx, fromErrorRecord(error)]));
}

/** The uses of one blob of a segment as a segment of its own. */
function onlyBlob(segment: PackSegment, blobIdx: number, entry: number): PackSegment {
  const smallIdxs = segment.smallIdxs.filter((_, messageIdx) => segment.smallBlobs[messageIdx] === blobIdx);
  const parts = segment.parts.filter((_, messageIdx) => segment.partBlobs[messageIdx] === blobIdx);
  return {
    ...segment,
    entries: [entry],
    smallIdxs,
    smallBlobs: new Uint32Array(smallIdxs.length),
    parts,
    partBlobs: new Uint32Array(parts.length),
  };
}

/** Parts of files that failed already point at no file: workers pass over them. */
function partsMessage({ parts, partBlobs }: PackSegment): FileParts {
  const fileIdxs = new Map<LargeFile, number>();
  const files: LargeFileRecord[] = [];
  const fileIdx = new Uint32Array(parts.length);
  const offsets = new Float64Array(parts.length);
  for (const [messageIdx, { file, offset }] of parts.entries()) {
    let idx = fileIdxs.get(file);
    if (idx === undefined) {
      idx = file.failure === undefined ? files.length : NO_FILE;
      fileIdxs.set(file, idx);
      if (idx !== NO_FILE) files.push({ nr: file.nr, path: file.path, hasHoles: file.hasHoles });
    }
    fileIdx[messageIdx] = idx;
    offsets[messageIdx] = offset;
  }
  return { blobs: partBlobs, fileIdx, offsets, files };
}

const NO_FILE = 0xffff_ffff;

/** Memory that may be given away: a buffer that shares its memory with others is copied. */
function ownMemoryOf(bytes: Buffer): ArrayBuffer {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && bytes.byteOffset === 0 && buffer.byteLength === bytes.byteLength) return buffer;
  return Uint8Array.from(bytes).buffer;
}
