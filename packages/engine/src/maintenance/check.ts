import { describeError, LumbungError, toErrorRecord } from '@lumbung/stdx';
import type { BlobIndex } from '../blob-index/blob-index.ts';
import type { IndexId, PackId } from '../format/ids.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import type { Repository } from '../repository/repository.ts';
import { filterSnapshots, isEmptyFilter } from '../snapshot/snapshot-filter.ts';
import { loadReadableSnapshots, type SnapshotRecord } from '../snapshot/snapshots.ts';
import { signalUnder } from './act-options.ts';
import { verifyPacks } from './check-packs.ts';
import type { CheckOptions, CheckPhase, CheckReport, ReadDataSelection } from './check-report.ts';
import { selectPacks } from './check-selection.ts';
import { FindingLog } from './finding-log.ts';
import { hasPackGeometry, indexedPackSize, PackListing } from './pack-listing.ts';
import { findingOfTree } from './tree-finding.ts';
import { TreeSweep } from './tree-sweep.ts';
import type { PackProblem } from './workers/messages.ts';
import { PackPool, workerCountByIndex } from './workers/pack-pool.ts';

/**
 * Whether everything that the snapshots need is there and sound: index, packs, trees; with `readData` also the bytes of packs.
 *
 * Open the repository without its cache, or the cache is checked instead of what is stored.
 *
 * What is wrong with the repository are findings of the report, not errors.
 * @throws LumbungError READ_DATA_SELECTION_INVALID (operator), BACKEND_* where trying again may help
 */
export async function check(repository: Repository, options: CheckOptions): Promise<CheckReport> {
  const signal = signalUnder('none', options);
  return new Checker(repository, options, signal).run();
}

class Checker {
  readonly #repository: Repository;
  readonly #options: CheckOptions;
  readonly #signal: AbortSignal;
  readonly #log: FindingLog;
  readonly #broken = new Set<PackId>();
  #missesBlobs = false;
  #suggestRepairIndex = false;
  #suggestPrune = false;

  constructor(repository: Repository, options: CheckOptions, signal: AbortSignal) {
    this.#repository = repository;
    this.#options = options;
    this.#signal = signal;
    this.#log = new FindingLog((finding) => {
      if (finding.code === 'BLOB_NOT_INDEXED') this.#missesBlobs = true;
      options.onEvent?.({ kind: 'finding', finding });
    });
  }

  /** A filter without parts asks for everything, as none does. */
  get #hasFilter(): boolean {
    return this.#options.filter !== undefined && !isEmptyFilter(this.#options.filter);
  }

  async run(): Promise<CheckReport> {
    const selection = this.#options.readData ?? { kind: 'none' };
    refuseSelection(selection);
    const reads = selection.kind === 'none' ? 'trees' : 'contents';
    const workerCount = await workerCountByIndex(this.#repository, this.#options.workerCount, reads);
    // Threads take a while to start, which is the time that loading the index takes.
    await using pool = new PackPool(this.#repository, { workerCount });
    // Snapshots before the index: what a snapshot that is seen needs is in the index that is loaded after it.
    const snapshots = await this.#loadSnapshots();
    const indexed = await this.#loadIndex();
    const { index } = indexed;
    this.#lookAtIndex(indexed);
    const listing = await this.#lookAtPacks(index);

    pool.useIndex(index);
    const sweep = await this.#lookAtTrees(indexed, snapshots, pool);
    const data = await this.#readData(indexed, { listing, selection, sweep, pool });

    this.#suggestByUnreferenced(listing);
    const hasFilter = this.#hasFilter;
    return {
      isSound: this.#log.errorCount === 0,
      errorCount: this.#log.errorCount,
      findings: this.#log.kept,
      findingsOmitted: this.#log.omitted,
      brokenPackIds: [...this.#broken].sort(),
      suggestRepairIndex: this.#suggestRepairIndex,
      suggestPrune: this.#suggestPrune,
      counts: {
        indexFiles: indexed.indexFiles.size,
        packs: index.packCount,
        packsUnreferenced: listing.unreferenced.length,
        snapshots: snapshots.length,
        trees: sweep.treesDone,
        blobsUnused: hasFilter ? undefined : countUnused(index, sweep),
        ...data,
      },
    };
  }

  /** Packs that no index names are litter, unless it is them that something misses. */
  #suggestByUnreferenced(listing: PackListing): void {
    if (listing.unreferenced.length === 0) return;
    if (this.#missesBlobs) this.#suggestRepairIndex = true;
    else this.#suggestPrune = true;
  }

  async #loadSnapshots(): Promise<SnapshotRecord[]> {
    const snapshots = await loadReadableSnapshots(
      this.#repository,
      (snapshotId, error) => {
        const message = `snapshot ${snapshotId} cannot be read: ${describeError(error)}`;
        this.#log.add({
          severity: 'error',
          code: 'SNAPSHOT_UNREADABLE',
          message,
          snapshotId,
          error: toErrorRecord(error),
        });
      },
      this.#signal,
    );
    return filterSnapshots(snapshots, this.#options.filter ?? {});
  }

  async #loadIndex(): Promise<IndexedRepository> {
    this.#begin('index', 0);
    return this.#repository.loadIndex({
      signal: this.#signal,
      from: 'files',
      onProgress: ({ filesDone, filesTotal }) => this.#progress('index', filesDone, filesTotal),
      onDamagedFile: (indexId: IndexId, error) => {
        this.#suggestRepairIndex = true;
        const message = `index file ${indexId} cannot be read: ${describeError(error)}`;
        this.#log.add({ severity: 'error', code: 'INDEX_UNREADABLE', message, indexId, error: toErrorRecord(error) });
      },
    });
  }

  #lookAtIndex(indexed: IndexedRepository): void {
    const { index, indexFiles } = indexed;
    const namedIn = new Map<number, IndexId>();
    for (const [indexId, packNrs] of indexFiles) {
      for (const packNr of packNrs) {
        const firstId = namedIn.get(packNr);
        if (firstId === undefined) {
          namedIn.set(packNr, indexId);
          continue;
        }
        this.#suggestRepairIndex = true;
        const packId = index.packId(packNr);
        const where =
          firstId === indexId
            ? `twice in index ${indexId}`
            : `in several indexes, among them ${firstId} and ${indexId}`;
        this.#log.add({
          severity: 'hint',
          code: 'PACK_INDEXED_TWICE',
          message: `pack ${packId} is named ${where}`,
          packId,
          indexId,
        });
      }
    }
  }

  async #lookAtPacks(index: BlobIndex): Promise<PackListing> {
    this.#begin('packs', index.packCount);
    const listing = await PackListing.load(this.#repository, index, this.#signal);
    for (let packNr = 0; packNr < index.packCount; packNr += 1) this.#lookAtPack(index, packNr, listing);
    for (const { id: packId, sizeBytes } of listing.unreferenced) {
      const message = `pack ${packId} (${sizeBytes} bytes) is in no index`;
      this.#log.add({ severity: 'information', code: 'PACK_UNREFERENCED', message, packId, sizeBytes });
    }
    this.#progress('packs', index.packCount, index.packCount);
    return listing;
  }

  #lookAtPack(index: BlobIndex, packNr: number, listing: PackListing): void {
    const packId = index.packId(packNr);
    const sizeBytes = listing.sizeOf(packNr);
    if (sizeBytes === undefined) {
      this.#log.add({ severity: 'error', code: 'PACK_MISSING', message: `pack ${packId} does not exist`, packId });
      return;
    }
    const entries = index.entriesOfPack(packNr);
    if (entries.some((entry) => index.typeOf(entry) !== index.typeOf(entries[0] ?? 0))) {
      this.#suggestPrune = true;
      const message = `pack ${packId} holds both tree and data blobs`;
      this.#log.add({ severity: 'hint', code: 'PACK_MIXED', message, packId });
    }
    const expectedBytes = indexedPackSize(index, packNr);
    if (sizeBytes !== expectedBytes) {
      this.#broken.add(packId);
      const message = `pack ${packId} has an unexpected size: ${sizeBytes} bytes instead of ${expectedBytes}`;
      this.#log.add({ severity: 'error', code: 'PACK_SIZE_WRONG', message, packId, sizeBytes, expectedBytes });
    } else if (!hasPackGeometry(index, packNr)) {
      this.#suggestRepairIndex = true;
      const message = `the index places the blobs of pack ${packId} so that they overlap or leave gaps`;
      this.#log.add({ severity: 'error', code: 'PACK_GEOMETRY_WRONG', message, packId });
    }
  }

  async #lookAtTrees(
    indexed: IndexedRepository,
    snapshots: readonly SnapshotRecord[],
    pool: PackPool,
  ): Promise<TreeSweep> {
    const { index } = indexed;
    this.#begin('snapshots', snapshots.length);
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
    });
    for (const { id: snapshotId, tree: treeId } of snapshots) {
      const entry = index.findHex('tree', treeId);
      if (entry >= 0) {
        sweep.addRoot(entry);
        continue;
      }
      const message = `tree ${treeId} of snapshot ${snapshotId} is in no index`;
      this.#log.add({
        severity: 'error',
        code: 'BLOB_NOT_INDEXED',
        message,
        snapshotId,
        treeId,
        blobId: treeId,
        blobType: 'tree',
      });
    }
    await sweep.run();
    this.#progress('snapshots', snapshots.length, snapshots.length);
    return sweep;
  }

  async #readData(
    indexed: IndexedRepository,
    work: {
      readonly listing: PackListing;
      readonly selection: ReadDataSelection;
      readonly sweep: TreeSweep;
      readonly pool: PackPool;
    },
  ): Promise<Pick<CheckReport['counts'], 'packsRead' | 'bytesRead' | 'blobsVerified'>> {
    const { listing, selection, sweep, pool } = work;
    if (selection.kind === 'none') return { packsRead: 0, bytesRead: 0, blobsVerified: 0 };
    const { index } = indexed;
    const candidates: number[] = [];
    const isNeeded = this.#hasFilter ? packsWithUsed(index, sweep) : undefined;
    for (let packNr = 0; packNr < index.packCount; packNr += 1) {
      if (listing.sizeOf(packNr) !== undefined && isNeeded?.has(packNr) !== false) candidates.push(packNr);
    }
    const packs = candidates.map((packNr) => ({
      packNr,
      sizeBytes: listing.sizeOf(packNr) ?? 0,
      id: index.packId(packNr),
    }));
    const chosen = selectPacks(packs, selection, this.#repository.ports.random);
    this.#options.onEvent?.({
      kind: 'selection',
      packs: chosen.length,
      packsTotal: packs.length,
      bytes: sizeSum(chosen),
      bytesTotal: sizeSum(packs),
    });
    this.#begin('data', chosen.length);
    let bytesRead = 0;
    let packsRead = 0;
    let blobsVerified = 0;
    await verifyPacks(this.#repository, index, {
      packs: chosen,
      pool,
      signal: this.#signal,
      onPack: (pack, outcome) => {
        packsRead += 1;
        bytesRead += pack.sizeBytes;
        if (outcome.kind === 'unreadable') {
          const message = `pack ${pack.id} cannot be read: ${describeError(outcome.error)}`;
          this.#log.add({
            severity: 'error',
            code: 'PACK_UNREADABLE',
            message,
            packId: pack.id,
            error: toErrorRecord(outcome.error),
          });
        } else {
          blobsVerified += outcome.verdict.blobsVerified;
          this.#tellProblems(pack.id, outcome.verdict.problems);
        }
        this.#progress('data', packsRead, chosen.length);
      },
    });
    return { packsRead, bytesRead, blobsVerified };
  }

  #tellProblems(packId: PackId, problems: readonly PackProblem[]): void {
    if (problems.length === 0) return;
    this.#broken.add(packId);
    const texts = problems.map(({ message }) => message);
    const message = `pack ${packId} contains ${texts.length} errors: ${texts.slice(0, 3).join('; ')}${texts.length > 3 ? '; …' : ''}`;
    this.#log.add({ severity: 'error', code: 'PACK_DAMAGED', message, packId, problems });
  }

  #begin(phase: CheckPhase, total: number): void {
    this.#signal.throwIfAborted();
    this.#options.onEvent?.({ kind: 'phase', phase, total });
  }

  #progress(phase: CheckPhase, done: number, total: number): void {
    this.#options.onEvent?.({ kind: 'progress', phase, done, total });
  }
}

function refuseSelection(selection: ReadDataSelection): void {
  const isValid =
    selection.kind === 'bucket'
      ? isWhole(selection.bucket) &&
        isWhole(selection.of) &&
        selection.bucket >= 1 &&
        selection.bucket <= selection.of &&
        selection.of <= 256
      : selection.kind === 'percent'
        ? selection.percent > 0 && selection.percent <= 100
        : selection.kind === 'bytes'
          ? selection.bytes > 0
          : true;
  if (isValid) return;
  throw new LumbungError('READ_DATA_SELECTION_INVALID', {
    kind: 'operator',
    message: 'not a part of the repository that can be read',
    hint: 'write n/t with 1 ≤ n ≤ t ≤ 256, a percentage above 0 and up to 100, or a size above 0',
  });
}

function isWhole(value: number): boolean {
  return Number.isInteger(value);
}

function sizeSum(packs: readonly { readonly sizeBytes: number }[]): number {
  return packs.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
}

/** Different blobs that nothing refers to. */
function countUnused(index: BlobIndex, sweep: TreeSweep): number {
  const id = Buffer.alloc(32);
  let unused = 0;
  for (let entry = 0; entry < index.blobCount; entry += 1) {
    if (sweep.used.has(entry)) continue;
    index.copyIdTo(entry, id, 0);
    if (index.find(index.typeOf(entry), id) === entry) unused += 1;
  }
  return unused;
}

function packsWithUsed(index: BlobIndex, sweep: TreeSweep): Set<number> {
  const packs = new Set<number>();
  for (let entry = 0; entry < index.blobCount; entry += 1) {
    if (sweep.used.has(entry)) packs.add(index.packOf(entry));
  }
  return packs;
}
