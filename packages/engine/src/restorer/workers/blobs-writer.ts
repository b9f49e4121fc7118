import { closeSync, constants, openSync } from 'node:fs';
import { fsPath, toErrorRecord } from '@lumbung/stdx';
import type { BlobIndex } from '../../blob-index/blob-index.ts';
import type { BlobOpener } from '../../pack/blob-opener.ts';
import { writeAll, writeAroundHoles } from './file-writing.ts';
import type { FileParts, IndexedError, LargeFileRecord, RestoreReply, RestoreRequest, SmallFiles } from './messages.ts';
import type { SmallFileWriter } from './small-file-writer.ts';

type BlobsRequest = Extract<RestoreRequest, { kind: 'blobs' }>;
type EmptyRequest = Extract<RestoreRequest, { kind: 'empty' }>;
type BlobsReply = Extract<RestoreReply, { kind: 'blobs' }>;

const NO_CONTENT = Buffer.alloc(0);
const OPEN_TO_WRITE = constants.O_WRONLY | constants.O_NOFOLLOW;
/** Open large files of one worker: opening one for every piece costs more than the write of a small piece. */
const OPEN_FILES_MAX = 50;

type Report = {
  -readonly [Name in keyof BlobsReply]: BlobsReply[Name] extends readonly (infer Item)[] ? Item[] : BlobsReply[Name];
};

/** Opens the blobs of a stretch of a pack one after the other and writes each to where it is needed. */
export class BlobsWriter {
  readonly #index: BlobIndex;
  readonly #opener: BlobOpener;
  readonly #smallFiles: SmallFileWriter;
  readonly #isCancelled: () => boolean;
  /** Descriptors by file number, least recently used first. */
  readonly #openFiles = new Map<number, number>();

  constructor(options: {
    readonly index: BlobIndex;
    readonly opener: BlobOpener;
    readonly smallFiles: SmallFileWriter;
    readonly isCancelled: () => boolean;
  }) {
    this.#index = options.index;
    this.#opener = options.opener;
    this.#smallFiles = options.smallFiles;
    this.#isCancelled = options.isCancelled;
  }

  write(request: BlobsRequest): BlobsReply {
    const report = newReport(request.jobId);
    const bytes = Buffer.from(request.bytes);
    let smallIdx = 0;
    let partIdx = 0;
    for (const [blobIdx, entry] of request.entries.entries()) {
      if (this.#isCancelled()) {
        report.isCutShort = true;
        break;
      }
      let content: Buffer | undefined;
      try {
        content = request.isPlain ? bytes : this.#open(bytes, request.baseOffset, entry);
      } catch (error) {
        report.damaged.push({ idx: blobIdx, error: toErrorRecord(error) });
      }
      for (; request.small.blobs[smallIdx] === blobIdx; smallIdx += 1) {
        if (content !== undefined) this.#writeSmall(request.small, smallIdx, content, report);
      }
      for (; request.parts.blobs[partIdx] === blobIdx; partIdx += 1) {
        if (content !== undefined) this.#writePart(request.parts, partIdx, content, report.partFailures);
      }
    }
    // Frees the stretch now: a collector that sees only a small object would leave it for long.
    request.bytes.transfer(0);
    return report;
  }

  writeEmpty(request: EmptyRequest): BlobsReply {
    const report = newReport(request.jobId);
    for (const fileIdx of request.small.names.keys()) {
      if (this.#isCancelled()) {
        report.isCutShort = true;
        break;
      }
      this.#writeSmall(request.small, fileIdx, NO_CONTENT, report);
    }
    return report;
  }

  #open(bytes: Buffer, baseOffset: number, entry: number): Buffer {
    const at = this.#index.offsetOf(entry) - baseOffset;
    const sealed = bytes.subarray(at, at + this.#index.lengthOf(entry));
    return this.#opener.openShared(sealed, {
      id: this.#index.idOf(entry),
      uncompressedBytes: this.#index.uncompressedOf(entry),
    });
  }

  #writeSmall(files: SmallFiles, fileIdx: number, content: Buffer, report: Report): void {
    const outcome = this.#smallFiles.write(files, fileIdx, content);
    if (outcome.kind === 'written') return;
    const failures = outcome.kind === 'failed' ? report.smallFailures : report.metadataFailures;
    failures.push({ idx: fileIdx, error: toErrorRecord(outcome.error) });
  }

  #writePart(parts: FileParts, partIdx: number, content: Buffer, failures: IndexedError[]): void {
    const file = parts.files[parts.fileIdx[partIdx] ?? -1];
    const offset = parts.offsets[partIdx];
    if (file === undefined || offset === undefined) return; // not reached: the message was built from both
    try {
      const fd = this.#fdOf(file);
      if (file.hasHoles) writeAroundHoles(fd, content, offset);
      else writeAll(fd, content, offset);
    } catch (error) {
      failures.push({ idx: partIdx, error: toErrorRecord(error) });
    }
  }

  #fdOf(file: LargeFileRecord): number {
    const known = this.#openFiles.get(file.nr);
    if (known !== undefined) {
      this.#openFiles.delete(file.nr);
      this.#openFiles.set(file.nr, known);
      return known;
    }
    const fd = openSync(fsPath(file.path), OPEN_TO_WRITE);
    this.#openFiles.set(file.nr, fd);
    for (const [oldestNr, oldestFd] of this.#openFiles) {
      if (this.#openFiles.size <= OPEN_FILES_MAX) break;
      this.#openFiles.delete(oldestNr);
      closeSync(oldestFd);
    }
    return fd;
  }
}

function newReport(jobId: number): Report {
  return {
    kind: 'blobs',
    jobId,
    damaged: [],
    smallFailures: [],
    metadataFailures: [],
    partFailures: [],
    isCutShort: false,
  };
}
