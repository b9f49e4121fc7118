import { describeError, isLumbungError, LumbungError, toErrorRecord } from '@lumbung/stdx';
import type { BlobIndex } from '../blob-index/blob-index.ts';
import { sha256Hex } from '../crypto/sha256.ts';
import type { SnapshotId } from '../format/ids.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import type { Repository } from '../repository/repository.ts';
import { loadSnapshot, type SnapshotRecord } from '../snapshot/snapshots.ts';
import { type ActOptions, signalUnder } from './act-options.ts';
import { type PackOutcome, verifyPacks } from './check-packs.ts';
import type { CheckEvent, CheckFinding } from './check-report.ts';
import { type CheckedPack, selectPacks } from './check-selection.ts';
import { FindingLog } from './finding-log.ts';
import { indexedPackSize, PackListing } from './pack-listing.ts';
import type { SharedBitset } from './shared-bitset.ts';
import { findingOfTree } from './tree-finding.ts';
import { TreeSweep } from './tree-sweep.ts';
import { PackPool, workerCountByIndex } from './workers/pack-pool.ts';

export interface VerifySnapshotOptions extends ActOptions<CheckEvent> {
  readonly snapshotId: SnapshotId;
  /** Of packs with new data. Above, packs are chosen by chance; one is always read. Default: no limit. */
  readonly readBytesMax?: number;
  /** Threads that verify packs; default: by the amount of work, 2 at most. 0: the calling one. */
  readonly workerCount?: number;
}

export interface VerifySnapshotReport {
  readonly snapshot: SnapshotRecord;
  /** The one whose data is not read again; undefined: there is none, or it is gone or cannot be read. */
  readonly parentId: SnapshotId | undefined;
  /** No error. */
  readonly isSound: boolean;
  readonly errorCount: number;
  /** The first 1,000. */
  readonly findings: readonly CheckFinding[];
  readonly counts: {
    readonly trees: number;
    /** Different blobs that the snapshot needs. */
    readonly blobs: number;
    /** Packs that hold these. */
    readonly packs: number;
    /** Packs that hold what the parent does not need: all of them would be read. */
    readonly newPacks: number;
    readonly newBytes: number;
    readonly packsRead: number;
    readonly bytesRead: number;
  };
}

/**
 * Whether one snapshot can be restored, as far as one can tell without reading the whole repository: its file is what its
 * name says, every tree can be read, every blob it needs is indexed and lies in a pack of the right size; and what it has
 * that its parent has not is read, byte by byte. Right after a backup that is what the backup wrote.
 *
 * Everything is read from the backend, past the cache. What is wrong are findings, not errors.
 * @throws LumbungError SNAPSHOT_NOT_FOUND (operator), BACKEND_* where trying again may help, and the signal's reason
 */
export async function verifySnapshot(
  repository: Repository,
  options: VerifySnapshotOptions,
): Promise<VerifySnapshotReport> {
  return await new SnapshotVerifier(repository, options, signalUnder('none', options)).run();
}

class SnapshotVerifier {
  readonly #repository: Repository;
  readonly #options: VerifySnapshotOptions;
  readonly #signal: AbortSignal;
  readonly #log: FindingLog;

  constructor(repository: Repository, options: VerifySnapshotOptions, signal: AbortSignal) {
    this.#repository = repository;
    this.#options = options;
    this.#signal = signal;
    this.#log = new FindingLog((finding) => options.onEvent?.({ kind: 'finding', finding }));
  }

  async run(): Promise<VerifySnapshotReport> {
    const repository = this.#repository;
    const workerCount = await workerCountByIndex(repository, this.#options.workerCount, 'contents');
    // Threads take a while to start, which is the time that loading the index takes.
    await using pool = new PackPool(repository, { workerCount });
    // Snapshots before the index: what a snapshot refers to is in the index that is loaded after it.
    const snapshot = await this.#loadSnapshot();
    const parent = await this.#loadParent(snapshot);
    this.#options.onEvent?.({ kind: 'phase', phase: 'index', total: 0 });
    const indexed = await repository.loadIndex({
      signal: this.#signal,
      from: 'files',
      // Of use only if something is missing for it, and then that is told.
      onDamagedFile: () => undefined,
    });
    pool.useIndex(indexed.index);
    const listing = await PackListing.load(repository, indexed.index, this.#signal);

    this.#options.onEvent?.({ kind: 'phase', phase: 'snapshots', total: 0 });
    const before = parent === undefined ? undefined : await this.#mark(indexed, parent, pool);
    const sweep = await this.#examine(indexed, snapshot, pool);
    const { packs, newPacks } = this.#placesOf(indexed.index, { used: sweep.used, before, listing });
    const read = await this.#read(indexed.index, newPacks, pool);
    return {
      snapshot,
      parentId: before === undefined ? undefined : parent?.id,
      isSound: this.#log.errorCount === 0,
      errorCount: this.#log.errorCount,
      findings: this.#log.kept,
      counts: {
        trees: sweep.treesDone,
        blobs: sweep.used.count(),
        packs,
        newPacks: newPacks.length,
        newBytes: newPacks.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0),
        ...read,
      },
    };
  }

  /** Not from the cache, which got its copy from memory when the snapshot was saved. */
  async #loadSnapshot(): Promise<SnapshotRecord> {
    const { snapshotId } = this.#options;
    const repository = this.#repository;
    let stored: Buffer;
    try {
      stored = await repository.backend.load({ folder: 'snapshots', name: snapshotId }, undefined, {
        signal: this.#signal,
      });
    } catch (cause) {
      if (!isLumbungError(cause, 'BACKEND_FILE_MISSING')) throw cause;
      throw new LumbungError('SNAPSHOT_NOT_FOUND', {
        kind: 'operator',
        message: `there is no snapshot ${snapshotId}`,
        context: { prefix: snapshotId },
        hint: 'list what there is with "lumbung snapshots"',
        cause,
      });
    }
    if (sha256Hex(stored) !== snapshotId) {
      const message = `the file of snapshot ${snapshotId} is not what its name says`;
      this.#log.add({ severity: 'error', code: 'SNAPSHOT_UNREADABLE', message, snapshotId });
      await repository.cache?.forget('snapshots', snapshotId);
    }
    return await loadSnapshot(repository, snapshotId, this.#signal);
  }

  async #loadParent({ parent }: SnapshotRecord): Promise<SnapshotRecord | undefined> {
    if (parent === undefined) return undefined;
    try {
      return await loadSnapshot(this.#repository, parent, this.#signal);
    } catch (error) {
      this.#signal.throwIfAborted();
      if (!isLumbungError(error)) throw error;
      // Forgotten, or damaged, which the check of the repository tells: then all is read.
      return undefined;
    }
  }

  /** What the parent needs. Its damage is its own: what of it cannot be read counts as new. */
  async #mark(indexed: IndexedRepository, parent: SnapshotRecord, pool: PackPool): Promise<SharedBitset | undefined> {
    const entry = indexed.index.findHex('tree', parent.tree);
    if (entry < 0) return undefined;
    const sweep = new TreeSweep(indexed, {
      pool,
      purpose: 'mark',
      signal: this.#signal,
      onProblem: () => undefined,
      onProblemsOmitted: () => undefined,
      onUnreadable: () => undefined,
    });
    sweep.addRoot(entry);
    await sweep.run();
    return sweep.used;
  }

  async #examine(indexed: IndexedRepository, snapshot: SnapshotRecord, pool: PackPool): Promise<TreeSweep> {
    const { index } = indexed;
    const sweep = new TreeSweep(indexed, {
      pool,
      purpose: 'examine',
      signal: this.#signal,
      onProblem: (problem) => this.#log.add(findingOfTree(problem)),
      onProblemsOmitted: (count) => this.#log.addOmittedErrors(count),
      onUnreadable: (entry, error) => {
        const treeId = index.idOf(entry);
        const message = `tree ${treeId} cannot be read: ${describeError(error)}`;
        this.#log.add({ severity: 'error', code: 'TREE_UNREADABLE', message, treeId, error: toErrorRecord(error) });
      },
      onProgress: (done) => this.#options.onEvent?.({ kind: 'progress', phase: 'snapshots', done, total: 0 }),
    });
    const entry = index.findHex('tree', snapshot.tree);
    if (entry < 0) {
      const message = `tree ${snapshot.tree} of snapshot ${snapshot.id} is in no index`;
      this.#log.add({
        severity: 'error',
        code: 'BLOB_NOT_INDEXED',
        message,
        snapshotId: snapshot.id,
        treeId: snapshot.tree,
      });
      return sweep;
    }
    sweep.addRoot(entry);
    await sweep.run();
    return sweep;
  }

  /** Where each blob of the snapshot lies: the first place that is whole. A blob without one is told once a pack. */
  #placesOf(
    index: BlobIndex,
    {
      used,
      before,
      listing,
    }: { readonly used: SharedBitset; readonly before: SharedBitset | undefined; readonly listing: PackListing },
  ): { readonly packs: number; readonly newPacks: readonly CheckedPack[] } {
    const states = new Uint8Array(index.packCount);
    const isWhole = (packNr: number): boolean => {
      const known = states[packNr] ?? 0;
      if (known !== 0) return known === WHOLE;
      const state = listing.sizeOf(packNr) === indexedPackSize(index, packNr) ? WHOLE : BROKEN;
      states[packNr] = state;
      return state === WHOLE;
    };
    const needed = new Set<number>();
    const fresh = new Set<number>();
    const told = new Set<number>();
    for (let entry = 0; entry < index.blobCount; entry += 1) {
      if (!used.has(entry)) continue;
      let place = entry;
      while (place >= 0 && !isWhole(index.packOf(place))) place = index.next(place);
      const packNr = index.packOf(place < 0 ? entry : place);
      if (place < 0) {
        if (!told.has(packNr)) this.#tellBroken(index, packNr, listing);
        told.add(packNr);
        continue;
      }
      needed.add(packNr);
      if (before?.has(entry) !== true) fresh.add(packNr);
    }
    const newPacks = [...fresh]
      .sort((a, b) => a - b)
      .map((packNr) => ({ packNr, id: index.packId(packNr), sizeBytes: listing.sizeOf(packNr) ?? 0 }));
    return { packs: needed.size + told.size, newPacks };
  }

  #tellBroken(index: BlobIndex, packNr: number, listing: PackListing): void {
    const packId = index.packId(packNr);
    const sizeBytes = listing.sizeOf(packNr);
    if (sizeBytes === undefined) {
      this.#log.add({ severity: 'error', code: 'PACK_MISSING', message: `pack ${packId} does not exist`, packId });
      return;
    }
    const expectedBytes = indexedPackSize(index, packNr);
    const message = `pack ${packId} has an unexpected size: ${sizeBytes} bytes instead of ${expectedBytes}`;
    this.#log.add({ severity: 'error', code: 'PACK_SIZE_WRONG', message, packId, sizeBytes, expectedBytes });
  }

  async #read(
    index: BlobIndex,
    newPacks: readonly CheckedPack[],
    pool: PackPool,
  ): Promise<{ readonly packsRead: number; readonly bytesRead: number }> {
    const { readBytesMax, onEvent } = this.#options;
    const repository = this.#repository;
    const chosen =
      readBytesMax === undefined
        ? newPacks
        : selectPacks(newPacks, { kind: 'bytes', bytes: readBytesMax }, repository.ports.random);
    onEvent?.({ kind: 'phase', phase: 'data', total: chosen.length });
    let packsRead = 0;
    let bytesRead = 0;
    await verifyPacks(repository, index, {
      packs: chosen,
      pool,
      signal: this.#signal,
      onPack: (pack, outcome) => {
        packsRead += 1;
        bytesRead += pack.sizeBytes;
        this.#tellPack(pack, outcome);
        onEvent?.({ kind: 'progress', phase: 'data', done: packsRead, total: chosen.length });
      },
    });
    return { packsRead, bytesRead };
  }

  #tellPack({ id: packId }: CheckedPack, outcome: PackOutcome): void {
    if (outcome.kind === 'unreadable') {
      const message = `pack ${packId} cannot be read: ${describeError(outcome.error)}`;
      const error = toErrorRecord(outcome.error);
      this.#log.add({ severity: 'error', code: 'PACK_UNREADABLE', message, packId, error });
      return;
    }
    const { problems } = outcome.verdict;
    if (problems.length === 0) return;
    const message = `pack ${packId} is damaged: ${problems[0]?.message ?? ''}`;
    this.#log.add({ severity: 'error', code: 'PACK_DAMAGED', message, packId, problems });
  }
}

const WHOLE = 1;
const BROKEN = 2;
