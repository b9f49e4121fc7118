import { closeSync, readSync } from 'node:fs';
import { type ByteString, type ErrorRecord, LumbungError, textOf, toErrorRecord } from '@lumbung/stdx';
import type { Cutter } from '../../chunker/cutter.ts';
import { contentText, extendedAttributesText, isVanished, type NodeHeadWriter } from '../node-text.ts';
import type { BlobSaver } from './blob-saver.ts';
import { inodeOf, type OpenedFile, openFile, readFully } from './file-reader.ts';
import type { ArchiveReply, ArchiveRequest, FileOutcome, FileTask } from './messages.ts';

/** How much one file may fill of the buffer before its chunks are cut: several chunks of the largest size would only
 *  cost memory, fewer would cut with too little to look at. */
export interface FileArchiverParts {
  readonly cutter: Cutter;
  /** Chunks up to this length need no look at their bytes. */
  readonly minChunkBytes: number;
  readonly maxChunkBytes: number;
  readonly saver: BlobSaver;
  readonly headWriter: NodeHeadWriter;
  /** At least two chunks of the largest size, so that the bytes after a cut are seldom moved. */
  readonly buffer: Buffer;
  readonly isCancelled: () => boolean;
}

type Request<Kind extends ArchiveRequest['kind']> = Extract<ArchiveRequest, { kind: Kind }>;
type Reply<Kind extends ArchiveReply['kind']> = Extract<ArchiveReply, { kind: Kind }>;

/** Reads files and stores their content. Synchronous: a worker has nothing else to do, and a promise a call costs more
 *  than the call. */
export class FileArchiver {
  readonly #parts: FileArchiverParts;

  constructor(parts: FileArchiverParts) {
    this.#parts = parts;
  }

  /** Reads one file to its end, as one reads it: what grows or shrinks meanwhile is stored as it was read. */
  archive(task: FileTask): FileOutcome {
    let file: OpenedFile | undefined;
    try {
      file = openFile(task.path);
      const { ids, sizeBytes } = this.#storeContent(file.fd);
      let warnings: ErrorRecord[] | undefined;
      const attributes = extendedAttributesText(task.path, (_name, error) => {
        warnings ??= [];
        warnings.push(toErrorRecord(error));
      });
      const head = this.#parts.headWriter.write(task.nameJson, 'file', file.stats, sizeBytes);
      return {
        kind: 'stored',
        nodeText: head + attributes + contentText(ids),
        sizeBytes,
        added: this.#parts.saver.takeAdded(),
        warnings,
      };
    } catch (error) {
      if (this.#parts.saver.hasFailed) throw error;
      // Blobs that were stored before the failure stay; they belong to no file.
      this.#parts.saver.takeAdded();
      if (isVanished(error)) return { kind: 'vanished' };
      return { kind: 'failed', error: toErrorRecord(error) };
    } finally {
      if (file !== undefined) closeSync(file.fd);
    }
  }

  #storeContent(fd: number): { readonly ids: string[]; readonly sizeBytes: number } {
    const { buffer, minChunkBytes, saver } = this.#parts;
    const first = readSync(fd, buffer, 0, buffer.length, 0);
    if (first === 0) return { ids: [], sizeBytes: 0 };
    if (first <= minChunkBytes) {
      // A short read of a regular file is its end, but for one that is being written to: look once more.
      const more = readSync(fd, buffer, first, buffer.length - first, first);
      if (more === 0) return { ids: [saver.save(buffer.subarray(0, first))], sizeBytes: first };
      return this.#storeChunks(fd, first + more);
    }
    return this.#storeChunks(fd, first);
  }

  /** Cuts and stores from the buffer, which holds the first `filled` bytes of the file. */
  #storeChunks(fd: number, filledAtFirst: number): { readonly ids: string[]; readonly sizeBytes: number } {
    const { buffer, cutter, maxChunkBytes, saver } = this.#parts;
    const ids: string[] = [];
    let begin = 0; // where the present chunk begins in the buffer
    let filled = filledAtFirst;
    let position = 0; // where the buffer begins in the file
    let isEnd = false;
    for (;;) {
      this.#refuseWhenCancelled();
      if (!isEnd && filled - begin < maxChunkBytes) {
        if (begin > 0) {
          buffer.copyWithin(0, begin, filled);
          position += begin;
          filled -= begin;
          begin = 0;
        }
        filled += readFully(fd, buffer.subarray(filled), position + filled);
        isEnd = filled < buffer.length;
      }
      if (begin === filled) return { ids, sizeBytes: position + filled };
      const length = cutter.next(buffer.subarray(begin, filled), filled - begin, isEnd);
      // With maxChunkBytes or the whole rest to look at there is always a cut.
      ids.push(saver.save(buffer.subarray(begin, begin + length)));
      begin += length;
    }
  }

  /** Finds the cuts of a large file from `offset` on, without storing. */
  cut(request: Request<'cut'>): Reply<'cut'> {
    const { buffer, cutter, maxChunkBytes } = this.#parts;
    return this.#withFile(request.path, request.inode, ({ fd }) => {
      const lengths: number[] = [];
      let chunkBegin = request.offset;
      let isEnd = false;
      while (!isEnd && chunkBegin - request.offset < request.lengthBytes) {
        this.#refuseWhenCancelled();
        const filled = readFully(fd, buffer, chunkBegin);
        const isLast = filled < buffer.length;
        let begin = 0;
        while (begin < filled && (isLast || filled - begin >= maxChunkBytes)) {
          const length = cutter.next(buffer.subarray(begin, filled), filled - begin, isLast);
          lengths.push(length);
          begin += length;
        }
        chunkBegin += begin;
        isEnd = isLast;
      }
      return { kind: 'cut', jobId: request.jobId, lengths, isEnd };
    });
  }

  storeFileChunks(request: Request<'chunks'>): Reply<'chunks'> {
    const { buffer, saver } = this.#parts;
    return this.#withFile(request.path, request.inode, ({ fd }) => {
      const ids: string[] = [];
      let sizeBytes = 0;
      for (const length of request.lengths) {
        this.#refuseWhenCancelled();
        const count = readFully(fd, buffer.subarray(0, length), request.offset + sizeBytes);
        if (count > 0) ids.push(saver.save(buffer.subarray(0, count)));
        sizeBytes += count;
        if (count < length) break; // truncated since it was cut
      }
      return { kind: 'chunks', jobId: request.jobId, ids, sizeBytes, added: saver.takeAdded() };
    });
  }

  storeBytes({ jobId, buffer, parts }: Request<'bytes'>): Reply<'bytes'> {
    const { saver } = this.#parts;
    const bytes = new Uint8Array(buffer);
    let begin = 0;
    const save = (length: number): string => {
      this.#refuseWhenCancelled();
      begin += length;
      return saver.save(bytes.subarray(begin - length, begin));
    };
    return {
      kind: 'bytes',
      jobId,
      parts: parts.map((lengths) => ({ ids: lengths.map(save), added: saver.takeAdded() })),
      buffer,
    };
  }

  #withFile<T>(path: ByteString, inode: string, act: (file: OpenedFile) => T): T {
    const file = openFile(path);
    try {
      if (inodeOf(file.stats) !== inode) {
        throw new LumbungError('SOURCE_REPLACED', {
          kind: 'transient',
          message: `${textOf(path)} was replaced by another file while it was being backed up`,
          context: { path: textOf(path) },
          hint: 'run the backup again',
        });
      }
      return act(file);
    } finally {
      closeSync(file.fd);
    }
  }

  #refuseWhenCancelled(): void {
    if (this.#parts.isCancelled()) throw new LumbungError('CANCELLED', { kind: 'operator', message: 'cancelled' });
  }
}
