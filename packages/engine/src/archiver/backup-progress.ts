import { type ByteString, type Clock, type ErrorRecord, textOf } from '@lumbung/stdx';
import type { SnapshotSummary } from '../format/snapshot-file.ts';
import type { BackupEvent, ItemAction, ItemError } from './backup-options.ts';
import type { AddedBytes } from './workers/messages.ts';

/** Status events come at most this often; the reader decides how much of that it shows. */
const STATUS_INTERVAL_MS = 100;

const CURRENT_FILES_MAX = 2;

/** Item errors kept for the result; a broken disk must not fill the memory. The count goes on. */
const ERRORS_KEPT_MAX = 10_000;

/** Counts what a backup does and tells it. */
export class BackupProgress {
  readonly #clock: Clock;
  readonly #emit: (event: BackupEvent) => void;
  readonly #reportsItems: boolean;
  readonly errors: ItemError[] = [];
  errorCount = 0;
  readonly #current: ByteString[] = [];
  #files = { new: 0, modified: 0, unchanged: 0 };
  #folders = { new: 0, modified: 0, unchanged: 0 };
  #data = { blobs: 0, plainBytes: 0, storedBytes: 0 };
  #trees = { blobs: 0, plainBytes: 0, storedBytes: 0 };
  #bytesDone = 0;
  #filesFound = 0;
  #bytesFound = 0;
  #expectedFiles = 0;
  #expectedBytes = 0;
  #isWalkDone = false;
  #lastStatusMs = Number.NEGATIVE_INFINITY;

  constructor(options: { clock: Clock; onEvent?: ((event: BackupEvent) => void) | undefined; reportItems: boolean }) {
    this.#clock = options.clock;
    this.#emit = options.onEvent ?? (() => {});
    this.#reportsItems = options.reportItems && options.onEvent !== undefined;
  }

  emit(event: BackupEvent): void {
    this.#emit(event);
  }

  /** What the parent snapshot held: the best guess at the total until the walk is over. */
  expect(files: number, bytes: number): void {
    this.#expectedFiles = files;
    this.#expectedBytes = bytes;
  }

  foundFile(sizeBytes: number): void {
    this.#filesFound += 1;
    this.#bytesFound += sizeBytes;
  }

  endWalk(): void {
    this.#isWalkDone = true;
  }

  beginFile(path: ByteString): void {
    if (this.#current.length >= CURRENT_FILES_MAX) this.#current.shift();
    this.#current.push(path);
  }

  endFile(path: ByteString, action: ItemAction, sizeBytes: number, added: AddedBytes): void {
    this.#files[action] += 1;
    this.#bytesDone += sizeBytes;
    this.#data.blobs += added.blobs;
    this.#data.plainBytes += added.plainBytes;
    this.#data.storedBytes += added.storedBytes;
    if (this.#reportsItems) {
      this.#emit({
        kind: 'item',
        action,
        itemKind: 'file',
        item: textOf(path),
        dataBytes: added.plainBytes,
        dataBytesInRepository: added.storedBytes,
        metadataBytes: 0,
        metadataBytesInRepository: 0,
      });
    }
    this.tick();
  }

  endFolder(path: ByteString, action: ItemAction): void {
    this.#folders[action] += 1;
    if (this.#reportsItems) {
      this.#emit({
        kind: 'item',
        action,
        itemKind: 'dir',
        item: path === '/' ? '/' : `${textOf(path)}/`,
        dataBytes: 0,
        dataBytesInRepository: 0,
        metadataBytes: 0,
        metadataBytesInRepository: 0,
      });
    }
  }

  addTree(added: AddedBytes): void {
    this.#trees.blobs += added.blobs;
    this.#trees.plainBytes += added.plainBytes;
    this.#trees.storedBytes += added.storedBytes;
  }

  excluded(path: ByteString): void {
    if (this.#reportsItems) this.#emit({ kind: 'excluded', item: textOf(path) });
  }

  itemFailed(path: ByteString, error: ErrorRecord): void {
    this.errorCount += 1;
    const item = textOf(path);
    if (this.errors.length < ERRORS_KEPT_MAX) this.errors.push({ item, error });
    this.#emit({ kind: 'error', item, error, during: 'archival' });
  }

  /** Sends a status if the last one is old enough. */
  tick(): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#lastStatusMs < STATUS_INTERVAL_MS) return;
    this.#lastStatusMs = nowMs;
    const filesDone = this.#files.new + this.#files.modified + this.#files.unchanged;
    const expected = this.#isWalkDone
      ? { files: 0, bytes: 0 }
      : { files: this.#expectedFiles, bytes: this.#expectedBytes };
    this.#emit({
      kind: 'status',
      filesDone,
      bytesDone: this.#bytesDone,
      filesTotal: Math.max(this.#filesFound, expected.files),
      bytesTotal: Math.max(this.#bytesFound, expected.bytes),
      isWalkDone: this.#isWalkDone,
      errorCount: this.errorCount,
      currentFiles: this.#current.map(textOf),
    });
  }

  summary(begin: SnapshotSummary['backupStart'], end: SnapshotSummary['backupEnd']): SnapshotSummary {
    return {
      backupStart: begin,
      backupEnd: end,
      filesNew: this.#files.new,
      filesChanged: this.#files.modified,
      filesUnmodified: this.#files.unchanged,
      dirsNew: this.#folders.new,
      dirsChanged: this.#folders.modified,
      dirsUnmodified: this.#folders.unchanged,
      dataBlobs: this.#data.blobs,
      treeBlobs: this.#trees.blobs,
      dataAdded: this.#data.plainBytes + this.#trees.plainBytes,
      dataAddedPacked: this.#data.storedBytes + this.#trees.storedBytes,
      totalFilesProcessed: this.#files.new + this.#files.modified + this.#files.unchanged,
      totalBytesProcessed: this.#bytesDone,
    };
  }
}
