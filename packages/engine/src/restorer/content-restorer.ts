import { unlinkSync } from 'node:fs';
import { type ByteString, errnoOf, fsPath, isLumbungError, LumbungError } from '@lumbung/stdx';
import { isDamage } from '../repository/file-damage.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { plaintextBytesOf } from '../snapshot/blob-tally.ts';
import { joinPath } from '../snapshot/resolve-tree.ts';
import { type ExistingFile, removeExisting } from './existing-file.ts';
import type { FileItem } from './file-item.ts';
import { LargeFile } from './large-file.ts';
import type { MetadataWriter } from './node-metadata.ts';
import { PackQueue, type PartUse, type SegmentLimits } from './pack-queue.ts';
import type { RestoreTally } from './restore-tally.ts';
import { type SegmentListener, SegmentRestorer } from './segment-restorer.ts';
import { SmallFileList } from './small-file-list.ts';
import type { CheckOutcome } from './workers/messages.ts';
import type { RestorePool } from './workers/pool.ts';

interface ReadLimits extends SegmentLimits {
  /** Pack bytes that are being read or worked on. */
  readonly bytesInFlightMax: number;
}

/** Reads of a local repository cost little each: short ones keep both workers busy to the end. */
const LOCAL_LIMITS: ReadLimits = {
  gapBytesMax: 64 * 2 ** 10,
  lengthBytesMax: 2 * 2 ** 20,
  bytesInFlightMax: 16 * 2 ** 20,
};
/** A distant one is worth waiting for on all connections at once. */
const REMOTE_LIMITS: ReadLimits = {
  gapBytesMax: 2 ** 20,
  lengthBytesMax: 8 * 2 ** 20,
  bytesInFlightMax: 64 * 2 ** 20,
};
const EMPTY_FILES_BATCH = 512;
const CHECKS_BATCH = { files: 64, bytes: 16 * 2 ** 20 } as const;
const CHECKS_UNDER_WAY_MAX = 64;

export interface ContentRestorerOptions {
  readonly indexed: IndexedRepository;
  readonly pool: RestorePool;
  readonly tally: RestoreTally;
  readonly metadataWriter: MetadataWriter;
  /** Where to note the locations of files that were written, if somebody will read them back. */
  readonly restored: Set<ByteString> | undefined;
  /** Look and count, change nothing. */
  readonly isDryRun: boolean;
  readonly isSparse: boolean;
  readonly deletesExtra: boolean;
  readonly signal: AbortSignal;
}

interface PendingCheck {
  readonly item: FileItem;
  readonly existing: ExistingFile;
}

/**
 * Gets regular files their content. Files are handed in while the tree is walked; `finish` waits for the rest.
 * The first failure that is not one file's own (a full disk, an unreachable repository) stops everything.
 */
export class ContentRestorer {
  readonly #options: ContentRestorerOptions;
  readonly #queue: PackQueue;
  readonly #segments: SegmentRestorer;
  readonly #limits: ReadLimits;
  readonly #segmentsInFlightMax: number;
  readonly #largeFiles = new Set<LargeFile>();
  readonly #underWay = new Set<Promise<void>>();
  #empty = new SmallFileList();
  #checks: PendingCheck[] = [];
  #checkBytes = 0;
  #checksUnderWay = 0;
  #bytesInFlight = 0;
  #segmentsInFlight = 0;
  #nextFileNr = 0;
  #failure: { readonly error: unknown } | undefined;
  #watchers: Array<() => void> = [];

  constructor(options: ContentRestorerOptions) {
    const { indexed, pool, signal } = options;
    const { isLocal, connectionsMax } = indexed.repository.backend.properties;
    this.#options = options;
    this.#limits = isLocal ? LOCAL_LIMITS : REMOTE_LIMITS;
    this.#queue = new PackQueue(indexed.index, this.#limits);
    this.#segments = new SegmentRestorer({ indexed, pool, listener: this.#listener(), signal });
    this.#segmentsInFlightMax = isLocal ? Number.POSITIVE_INFINITY : connectionsMax + 2 * pool.workerCount;
  }

  // --- handing in

  /** A file that does not exist yet. */
  create(item: FileItem): void {
    this.#options.tally.expect(item.contentBytes);
    this.#createExpected(item);
  }

  /** A file that exists and whose content counts only if it is right. */
  compare(item: FileItem, existing: ExistingFile): void {
    this.#options.tally.expect(item.contentBytes);
    this.#checks.push({ item, existing });
    this.#checkBytes += item.contentBytes;
    if (this.#checks.length >= CHECKS_BATCH.files || this.#checkBytes >= CHECKS_BATCH.bytes) this.#flushChecks();
  }

  /** A file that exists with the right content. */
  keep(item: FileItem): void {
    const { tally, metadataWriter, isDryRun } = this.#options;
    const location = locationOf(item);
    if (!isDryRun) {
      const failure = metadataWriter.applyByOpening(item.folder.pathOf(item.node.name), item.metadata, {
        isFolder: false,
        prunesXattrs: true,
      });
      if (failure !== undefined) tally.failed(location, failure);
    }
    tally.skipped(location, 'file', item.contentBytes);
  }

  /** False: the walk should wait, or more and more would have to be remembered. */
  get hasRoom(): boolean {
    return this.#queue.hasRoom && this.#checksUnderWay < CHECKS_UNDER_WAY_MAX && this.#failure === undefined;
  }

  async waitForRoom(): Promise<void> {
    this.pump();
    await this.#until(() => this.hasRoom);
  }

  /** Starts what can be started. Cheap; to be called every now and then while handing in. */
  pump(): void {
    const { pool } = this.#options;
    while (
      this.#failure === undefined &&
      this.#bytesInFlight < this.#limits.bytesInFlightMax &&
      this.#segmentsInFlight < this.#segmentsInFlightMax
    ) {
      const segment = this.#queue.next(pool.isHungry && this.#segmentsInFlight === 0);
      if (segment === undefined) return;
      this.#segmentsInFlight += 1;
      this.#bytesInFlight += segment.lengthBytes;
      this.#start(async () => {
        try {
          await this.#segments.restore(segment);
        } finally {
          this.#segmentsInFlight -= 1;
          this.#bytesInFlight -= segment.lengthBytes;
        }
        this.#options.tally.status();
        this.pump();
      });
    }
  }

  /** Resolves when every file handed in is settled.
   *  @throws what stopped the restore: RESTORE_NO_SPACE (operator), BACKEND_*, the signal's reason */
  async finish(): Promise<void> {
    this.#flushChecks();
    this.pump();
    // What checks find to be wrong is handed in while they are answered.
    await this.#until(() => this.#checksUnderWay === 0);
    this.#queue.end();
    this.#flushEmpty();
    this.pump();
    await this.#until(() => this.#underWay.size === 0);
  }

  /** After a failure, its own or another's: waits for what is under way, then removes new files that lack content, and
   *  tells of older ones that were being changed. */
  async abandon(reason: unknown): Promise<void> {
    this.#fail(reason);
    await Promise.all(this.#underWay);
    for (const file of this.#largeFiles) {
      if (!file.isPrepared) continue;
      if (file.kind === 'update') this.#options.tally.failed(file.location, interrupted());
      else this.#removeUnfinished(file);
    }
  }

  #removeUnfinished(file: LargeFile): void {
    try {
      unlinkSync(fsPath(file.path));
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') this.#options.tally.failed(file.location, error);
    }
  }

  // --- new files

  #createExpected(item: FileItem): void {
    const { isDryRun, tally } = this.#options;
    if (isDryRun) {
      tally.wrote(item.contentBytes);
      tally.done('restored', locationOf(item), 'file', item.contentBytes);
      return;
    }
    const [first] = item.entries;
    if (first === undefined) {
      this.#empty.add(item.folder, item.node.name, item.metadata, undefined);
      if (this.#empty.length >= EMPTY_FILES_BATCH) this.#flushEmpty();
    } else if (item.entries.length === 1) {
      this.#queue.addSmall(first, item.folder, item.node.name, item.metadata);
    } else {
      this.#addLarge(item, 'create', () => true);
    }
  }

  #addLarge(item: FileItem, kind: LargeFile['kind'], isMissing: (blobIdx: number) => boolean): void {
    const { index } = this.#options.indexed;
    const missing = [...item.entries.keys()].filter(isMissing);
    const file = new LargeFile({
      nr: this.#nextFileNr,
      folder: item.folder,
      name: item.node.name,
      metadata: item.metadata,
      contentBytes: item.contentBytes,
      storedBytes: item.storedBytes,
      partsLeft: missing.length,
      kind,
      isSparse: this.#options.isSparse,
    });
    this.#nextFileNr += 1;
    this.#largeFiles.add(file);
    let offset = 0;
    let nextMissing = 0;
    for (const [blobIdx, entry] of item.entries.entries()) {
      if (missing[nextMissing] === blobIdx) {
        this.#queue.addPart({ file, offset, entry });
        nextMissing += 1;
      } else {
        this.#options.tally.wrote(plaintextBytesOf(index, entry));
      }
      offset += plaintextBytesOf(index, entry);
    }
    if (missing.length > 0) return;
    file.prepare();
    this.#settle(file);
  }

  #settle(file: LargeFile): void {
    const { tally, metadataWriter, restored } = this.#options;
    this.#largeFiles.delete(file);
    const { location } = file;
    if (file.failure !== undefined) {
      const { error } = file.failure;
      // What could be had of a damaged file is better than nothing; what could not be written is only in the way.
      if (file.isPrepared && file.kind === 'create' && !isDamage(error)) this.#removeUnfinished(file);
      this.#failItem(location, error);
      return;
    }
    const failure = metadataWriter.applyByOpening(file.path, file.metadata, {
      isFolder: false,
      prunesXattrs: file.kind === 'update' || file.folder.hasDefaultAccessList,
    });
    if (failure !== undefined) tally.failed(location, failure);
    tally.done(file.kind === 'update' ? 'updated' : 'restored', location, 'file', file.contentBytes);
    restored?.add(location);
  }

  #flushEmpty(): void {
    const files = this.#empty;
    if (files.length === 0) return;
    this.#empty = new SmallFileList();
    this.#start(async () => {
      const fileIdxs = Array.from({ length: files.length }, (_, fileIdx) => fileIdx);
      const small = files.toMessage(fileIdxs, new Uint32Array(files.length));
      const reply = await this.#options.pool.write({ kind: 'empty', small });
      this.#options.signal.throwIfAborted();
      this.#segments.reportEmpty(files, reply);
    });
  }

  // --- files that exist

  #flushChecks(): void {
    const checks = this.#checks;
    if (checks.length === 0) return;
    this.#checks = [];
    this.#checkBytes = 0;
    this.#checksUnderWay += 1;
    this.#start(async () => {
      try {
        const tasks = checks.map(({ item }) => ({
          path: item.folder.pathOf(item.node.name),
          entries: Uint32Array.from(item.entries),
        }));
        const outcomes = await this.#options.pool.check(tasks);
        this.#options.signal.throwIfAborted();
        for (const [checkIdx, check] of checks.entries()) {
          const outcome = outcomes[checkIdx];
          if (outcome !== undefined) this.#settleCheck(check, outcome);
        }
      } finally {
        this.#checksUnderWay -= 1;
      }
      this.pump();
    });
  }

  #settleCheck({ item, existing }: PendingCheck, outcome: CheckOutcome): void {
    const { tally, isDryRun, deletesExtra } = this.#options;
    const isRight = (blobIdx: number) => ((outcome.matches[blobIdx >>> 3] ?? 0) & (1 << (blobIdx & 7))) !== 0;
    if (outcome.isSizeRight && item.entries.every((_, blobIdx) => isRight(blobIdx))) {
      tally.unexpect(item.contentBytes);
      this.keep(item);
      return;
    }
    if (isDryRun) {
      tally.wrote(item.contentBytes);
      tally.done('updated', locationOf(item), 'file', item.contentBytes);
      return;
    }
    if (existing.linkCount === 1) {
      this.#addLarge(item, 'update', (blobIdx) => !isRight(blobIdx));
      return;
    }
    // Writing into it would change what its other names show.
    try {
      removeExisting(item.folder.pathOf(item.node.name), existing, deletesExtra);
    } catch (error) {
      this.#failItem(locationOf(item), error);
      return;
    }
    this.#createExpected(item);
  }

  // --- running

  #listener(): SegmentListener {
    const { indexed, tally, restored } = this.#options;
    const sizeOf = (files: SmallFileList, fileIdx: number) => {
      const entry = files.entryOf(fileIdx);
      return entry < 0 ? 0 : plaintextBytesOf(indexed.index, entry);
    };
    const needsLocation = tally.needsPaths || restored !== undefined;
    const smallDone = (files: SmallFileList, fileIdx: number) => {
      const sizeBytes = sizeOf(files, fileIdx);
      tally.wrote(sizeBytes);
      const location = needsLocation ? files.locationOf(fileIdx) : NO_PATH;
      tally.done('restored', location, 'file', sizeBytes);
      restored?.add(location);
    };
    const settlePart = ({ file }: PartUse) => {
      if (file.settleParts(1)) this.#settle(file);
    };
    return {
      smallWritten: smallDone,
      smallFailed: (files, fileIdx, error) => this.#failItem(files.locationOf(fileIdx), error),
      smallIncomplete: (files, fileIdx, error) => {
        tally.failed(files.locationOf(fileIdx), error);
        smallDone(files, fileIdx);
      },
      partWritten: (part) => {
        tally.wrote(plaintextBytesOf(indexed.index, part.entry));
        settlePart(part);
      },
      partFailed: (part, error) => {
        part.file.fail(error);
        settlePart(part);
      },
    };
  }

  /** One file's failure is told and the restore goes on, but a full disk would fail every file after it too. */
  #failItem(location: ByteString, error: unknown): void {
    if (isNoSpace(error)) this.#fail(noSpace(error));
    this.#options.tally.failed(location, error);
  }

  #start(act: () => Promise<void>): void {
    const one: Promise<void> = act()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#underWay.delete(one);
        this.#wake();
      });
    this.#underWay.add(one);
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#options.pool.cancel();
    this.#wake();
  }

  #wake(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const wake of watchers) wake();
  }

  /** Waits for `isReached`, or after a failure for all that is under way, then throws it. */
  async #until(isReached: () => boolean): Promise<void> {
    for (;;) {
      if (this.#failure !== undefined) {
        await Promise.all(this.#underWay);
        throw this.#failure.error;
      }
      if (isReached()) return;
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }
}

const NO_PATH = '' as ByteString; // empty is a byte string

function locationOf(item: FileItem): ByteString {
  return joinPath(item.folder.location, item.node.name);
}

function isNoSpace(error: unknown): boolean {
  const code = isLumbungError(error) ? error.code : errnoOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

function noSpace(cause: unknown): LumbungError {
  return new LumbungError('RESTORE_NO_SPACE', {
    kind: 'operator',
    message: 'the target has no space left',
    hint: 'make room, then run the same restore again with --overwrite if-changed: what is complete is not read again',
    cause,
  });
}

function interrupted(): LumbungError {
  return new LumbungError('RESTORE_INTERRUPTED', {
    kind: 'operator',
    message: 'this file existed and was being changed when the restore stopped: part of its content is new',
    hint: 'run the restore again',
  });
}
