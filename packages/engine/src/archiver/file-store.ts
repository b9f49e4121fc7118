import { assert, type ByteString, type ErrorRecord, fromErrorRecord, isLumbungError, Semaphore } from '@lumbung/stdx';
import type { ItemAction } from './backup-options.ts';
import type { BackupProgress } from './backup-progress.ts';
import type { FolderJob } from './folder-job.ts';
import type { InodeStats } from './inode-table.ts';
import { contentText, type NodeHeadWriter } from './node-text.ts';
import { inodeOf } from './workers/file-reader.ts';
import type { AddedBytes, FileTask } from './workers/messages.ts';
import type { ArchivePool, JobReply } from './workers/pool.ts';

/** A batch goes out when it holds this many files or bytes: large enough that a message costs little beside the work,
 *  small enough that two workers end at the same time. */
const BATCH_FILES_MAX = 64;
const BATCH_BYTES_MAX = 2 * 2 ** 20;

/** From here on a file is cut by one worker and stored by all. */
const LARGE_FILE_BYTES = 32 * 2 ** 20;
const CUT_STEP_BYTES = 32 * 2 ** 20;
/** Large files under way at once: their chunks keep all workers busy, more would only widen the reading. */
const LARGE_FILES_MAX = 2;

/** Open, close and inode cost about as much as reading this many bytes. */
const FILE_WEIGHT_BYTES = 16 * 2 ** 10;

export interface FileToArchive {
  readonly job: FolderJob;
  readonly place: number;
  readonly path: ByteString;
  readonly nameJson: ByteString;
  readonly snapshotPath: ByteString;
  readonly stats: InodeStats;
  readonly action: ItemAction;
}

export interface FileStoreParts {
  readonly pool: ArchivePool;
  readonly progress: BackupProgress;
  readonly headWriter: NodeHeadWriter;
  readonly attributesText: (path: ByteString) => string;
}

/** Gives files to the workers, in batches or in pieces, and puts their nodes in place. */
export class FileStore {
  readonly #parts: FileStoreParts;
  readonly #largeGate = new Semaphore(LARGE_FILES_MAX);
  readonly #largeFiles = new Set<Promise<void>>();
  #batch: FileToArchive[] = [];
  #batchBytes = 0;

  constructor(parts: FileStoreParts) {
    this.#parts = parts;
  }

  get hasRoom(): boolean {
    return this.#parts.pool.hasRoom;
  }

  async waitForRoom(): Promise<void> {
    if (this.#parts.pool.isHungry) this.flush();
    if (!this.#parts.pool.hasRoom) {
      this.flush();
      await this.#parts.pool.waitForRoom();
    }
  }

  /** Has the file read; its place is settled when that is done. */
  archive(file: FileToArchive): void {
    const sizeBytes = Number(file.stats.size);
    if (sizeBytes >= LARGE_FILE_BYTES) {
      const done: Promise<void> = this.#largeGate
        .run(() => this.#archiveLarge(file))
        .catch((error: unknown) => {
          this.#parts.pool.abort(error);
        })
        .finally(() => {
          this.#largeFiles.delete(done);
        });
      this.#largeFiles.add(done);
      return;
    }
    this.#batch.push(file);
    this.#batchBytes += sizeBytes;
    if (this.#batch.length >= BATCH_FILES_MAX || this.#batchBytes >= BATCH_BYTES_MAX) this.flush();
  }

  /** Sends what has been gathered. */
  flush(): void {
    const files = this.#batch;
    if (files.length === 0) return;
    const weight = this.#batchBytes + files.length * FILE_WEIGHT_BYTES;
    this.#batch = [];
    this.#batchBytes = 0;
    const tasks: FileTask[] = files.map(({ path, nameJson, stats }) => ({
      path,
      nameJson,
      sizeBytes: Number(stats.size),
    }));
    const first = files[0];
    if (first !== undefined) this.#parts.progress.beginFile(first.path);
    this.#parts.pool.enqueue({ kind: 'files', files: tasks }, weight, (reply) => {
      this.#settle(files, reply);
    });
  }

  /** Resolves when every file has its node. */
  async finish(): Promise<void> {
    this.flush();
    while (this.#largeFiles.size > 0) await Promise.all(this.#largeFiles);
    await this.#parts.pool.drain();
  }

  #settle(files: readonly FileToArchive[], reply: JobReply): void {
    const { progress } = this.#parts;
    assert(reply.kind === 'files' && reply.outcomes.length === files.length, 'a batch is answered file by file');
    for (const [fileIdx, outcome] of reply.outcomes.entries()) {
      const file = files[fileIdx];
      assert(file !== undefined, 'an outcome has its file');
      switch (outcome.kind) {
        case 'stored':
          for (const warning of outcome.warnings ?? []) progress.itemFailed(file.path, warning);
          progress.endFile(file.snapshotPath, file.action, outcome.sizeBytes, outcome.added);
          file.job.settle(file.place, outcome.nodeText);
          break;
        case 'vanished':
          file.job.settle(file.place, undefined);
          break;
        case 'failed':
          progress.itemFailed(file.path, outcome.error);
          file.job.settle(file.place, undefined);
          break;
      }
    }
  }

  async #archiveLarge(file: FileToArchive): Promise<void> {
    const { progress, headWriter, attributesText } = this.#parts;
    progress.beginFile(file.path);
    const stored = await this.#storeInPieces(file);
    if (stored === undefined) {
      file.job.settle(file.place, undefined);
      return;
    }
    // The inode as it was before the first byte was read: a file that changed meanwhile is read again next time.
    const head = headWriter.write(file.nameJson, 'file', file.stats, stored.sizeBytes);
    const text = head + attributesText(file.path) + contentText(stored.ids);
    progress.endFile(file.snapshotPath, file.action, stored.sizeBytes, stored.added);
    file.job.settle(file.place, text);
  }

  /** Cuts the file step by step and stores each step's chunks while the next is cut. */
  async #storeInPieces(
    file: FileToArchive,
  ): Promise<{ readonly ids: readonly string[]; readonly sizeBytes: number; readonly added: AddedBytes } | undefined> {
    const { pool, progress } = this.#parts;
    const pieces: { readonly sizeBytes: number; readonly reply: Promise<JobReply> }[] = [];
    const inode = inodeOf(file.stats);
    let failure: Extract<JobReply, { kind: 'jobFailed' }> | undefined;
    for (let offset = 0, isEnd = false; !isEnd; ) {
      await pool.waitForRoom();
      const cut = await pool.request({ kind: 'cut', path: file.path, offset, lengthBytes: CUT_STEP_BYTES, inode }, 0);
      if (cut.kind === 'jobFailed') {
        failure = cut;
        break;
      }
      assert(cut.kind === 'cut', 'a cut is answered by a cut');
      isEnd = cut.isEnd;
      const lengthBytes = cut.lengths.reduce((sum, length) => sum + length, 0);
      for (const piece of splitInTwo(cut.lengths)) {
        const { sizeBytes } = piece;
        pieces.push({
          sizeBytes,
          reply: pool.request(
            { kind: 'chunks', path: file.path, offset: offset + piece.beginBytes, lengths: piece.lengths, inode },
            sizeBytes,
          ),
        });
      }
      offset += lengthBytes;
    }

    const ids: string[] = [];
    let sizeBytes = 0;
    let isCutShort = false;
    const added = { blobs: 0, plainBytes: 0, storedBytes: 0 };
    for (const piece of pieces) {
      const reply = await piece.reply;
      if (reply.kind === 'jobFailed') {
        failure ??= reply;
        continue;
      }
      assert(reply.kind === 'chunks', 'chunks are answered by chunks');
      // What was read behind a place where the file meanwhile ended is not what followed it.
      if (!isCutShort) {
        ids.push(...reply.ids);
        sizeBytes += reply.sizeBytes;
      }
      isCutShort ||= reply.sizeBytes < piece.sizeBytes;
      added.blobs += reply.added.blobs;
      added.plainBytes += reply.added.plainBytes;
      added.storedBytes += reply.added.storedBytes;
    }
    if (failure === undefined) return { ids, sizeBytes, added };
    if (!failure.isVanished) progress.itemFailed(file.path, refuseCancelled(failure.error));
    return undefined;
  }
}

/** A worker that stopped because the run was cancelled says nothing about the file. */
function refuseCancelled(error: ErrorRecord): ErrorRecord {
  const thrown = fromErrorRecord(error);
  if (isLumbungError(thrown, 'CANCELLED')) throw thrown;
  return error;
}

interface Piece {
  readonly beginBytes: number;
  readonly sizeBytes: number;
  readonly lengths: readonly number[];
}

/** Two halves of about equal size, so that two workers share one step. */
function splitInTwo(lengths: readonly number[]): readonly Piece[] {
  const half = lengths.reduce((sum, length) => sum + length, 0) / 2;
  let beginBytes = 0;
  let splitIdx = 0;
  while (splitIdx < lengths.length && beginBytes < half) {
    beginBytes += lengths[splitIdx] ?? 0;
    splitIdx += 1;
  }
  const first = lengths.slice(0, splitIdx);
  const second = lengths.slice(splitIdx);
  const pieces: Piece[] = [{ beginBytes: 0, sizeBytes: beginBytes, lengths: first }];
  if (second.length > 0) {
    pieces.push({ beginBytes, sizeBytes: second.reduce((sum, length) => sum + length, 0), lengths: second });
  }
  return first.length > 0 ? pieces : [];
}
