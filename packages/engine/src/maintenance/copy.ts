import { describeError, LumbungError } from '@lumbung/stdx';
import type { SnapshotId } from '../format/ids.ts';
import { encodeSnapshot, type Snapshot } from '../format/snapshot-file.ts';
import { compareInstants, instantOf } from '../format/timestamp.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import type { Repository } from '../repository/repository.ts';
import { loadSnapshots, type SnapshotRecord } from '../snapshot/snapshots.ts';
import { signalUnder } from './act-options.ts';
import type { CopyOptions, CopyResult } from './copy-options.ts';
import { moveBlobs, type PackPart } from './move-blobs.ts';
import { selectSnapshots } from './select-snapshots.ts';
import { SharedBitset } from './shared-bitset.ts';
import { TreeSweep } from './tree-sweep.ts';
import { PackPool, workerCountFor } from './workers/pack-pool.ts';

/** Contents are copied before their snapshots are written in portions of so many packs. */
const PACKS_PER_BATCH = 100;

/**
 * Copies snapshots and all they need into another repository. What is there already, by the ids of blobs, is not copied; a snapshot
 * that was copied before is skipped. Contents are not cut anew: repositories with different chunker polynomials share no data.
 *
 * Contents are stored and indexed before the snapshots that need them are written, so an interrupted copy leaves whole snapshots
 * and blobs that the next one finds.
 *
 * @throws LumbungError COPY_SAME_REPOSITORY (operator); COPY_SOURCE_INCOMPLETE, BLOB_DAMAGED (corruption): the source lacks what
 * a snapshot needs; LOCK_REQUIRED (bug); SNAPSHOT_* of the selection; BACKEND_*
 */
export async function copySnapshots(source: Repository, target: Repository, options: CopyOptions): Promise<CopyResult> {
  const underTarget = signalUnder('shared', options);
  const signal = AbortSignal.any([underTarget, signalUnder('none', { lock: options.sourceLock })]);
  if (source.config.id === target.config.id) throw sameRepository(source);
  // Snapshots before the index, on both sides.
  const selected = await selectSnapshots(source, options.selection, signal);
  const copies = new CopiedSnapshots(await loadSnapshots(target, signal));
  const indexedSource = await source.loadIndex({ signal });
  const indexedTarget = await target.loadIndex({ signal });
  const workerCount = workerCountFor(options.workerCount, bytesIndexed(indexedSource));
  await using pool = new PackPool(source, { workerCount, index: indexedSource.index });
  const copier = new SnapshotCopier({
    source: indexedSource,
    target: indexedTarget,
    options,
    signal,
    pool,
    workerCount,
  });
  for (const snapshot of selected) {
    const existingId = copies.find(snapshot);
    if (existingId === undefined) await copier.add(snapshot);
    else copier.skip(snapshot, existingId);
  }
  await copier.finishBatch();
  return copier.result();
}

class SnapshotCopier {
  readonly #source: IndexedRepository;
  readonly #target: IndexedRepository;
  readonly #options: CopyOptions;
  readonly #signal: AbortSignal;
  readonly #workerCount: number;
  readonly #sweep: TreeSweep;
  readonly #problems: LumbungError[] = [];
  /** Blobs of the source that are copied, or wait to be: bits of first entries. */
  readonly #taken: SharedBitset;
  #batch: SnapshotRecord[] = [];
  #batchEntries: number[] = [];
  #batchBytes = 0;
  readonly #copied: { sourceId: SnapshotId; targetId: SnapshotId }[] = [];
  readonly #skipped: { sourceId: SnapshotId; targetId: SnapshotId }[] = [];
  #blobsCopied = 0;
  #bytesCopied = 0;
  #blobsTotal = 0;
  #bytesTotal = 0;

  constructor(parts: {
    readonly source: IndexedRepository;
    readonly target: IndexedRepository;
    readonly options: CopyOptions;
    readonly signal: AbortSignal;
    readonly pool: PackPool;
    readonly workerCount: number;
  }) {
    const { source, pool, signal } = parts;
    this.#source = source;
    this.#target = parts.target;
    this.#options = parts.options;
    this.#signal = signal;
    this.#workerCount = parts.workerCount;
    this.#taken = SharedBitset.create(source.index.blobCount);
    this.#sweep = new TreeSweep(source, {
      pool,
      purpose: 'mark',
      signal,
      onProblem: ({ message }) => this.#problems.push(sourceIncomplete(message)),
      onProblemsOmitted: () => undefined, // one is enough
      onUnreadable: (entry, error) =>
        this.#problems.push(
          sourceIncomplete(`tree ${source.index.idOf(entry)} cannot be read: ${describeError(error)}`, error),
        ),
    });
  }

  /** Notes what the snapshot needs; copies when enough came together. */
  async add(snapshot: SnapshotRecord): Promise<void> {
    this.#options.onEvent?.({ kind: 'snapshot', snapshot });
    const { index } = this.#source;
    const root = index.findHex('tree', snapshot.tree);
    if (root < 0) throw sourceIncomplete(`tree ${snapshot.tree} of snapshot ${snapshot.id} is in no index`);
    this.#sweep.addRoot(root);
    await this.#sweep.run();
    const [problem] = this.#problems;
    if (problem !== undefined) throw problem;
    this.#takeMissing();
    this.#batch.push(snapshot);
    const batchBytesMax = this.#options.batchBytes ?? PACKS_PER_BATCH * this.#target.repository.packSizeBytes;
    if (this.#batchBytes >= batchBytesMax) await this.finishBatch();
  }

  skip(snapshot: SnapshotRecord, existingId: SnapshotId): void {
    this.#skipped.push({ sourceId: snapshot.id, targetId: existingId });
    this.#options.onEvent?.({ kind: 'skipped', snapshot, existingId });
  }

  async finishBatch(): Promise<void> {
    await this.#copyBlobs();
    for (const snapshot of this.#batch) {
      this.#signal.throwIfAborted();
      const copy = encodeSnapshot(copyOf(snapshot));
      const targetId = await this.#target.repository.saveUnpacked('snapshots', copy, { signal: this.#signal });
      this.#copied.push({ sourceId: snapshot.id, targetId });
      this.#options.onEvent?.({ kind: 'saved', sourceId: snapshot.id, targetId });
    }
    this.#batch = [];
  }

  result(): CopyResult {
    return {
      copied: this.#copied,
      skipped: this.#skipped,
      blobsCopied: this.#blobsCopied,
      bytesCopied: this.#bytesCopied,
    };
  }

  /** Adds to the batch what was found to be used since the last time and the target lacks. */
  #takeMissing(): void {
    const { index } = this.#source;
    const id = Buffer.alloc(32);
    this.#sweep.used.forEachNew(this.#taken, (entry) => {
      index.copyIdTo(entry, id, 0);
      if (this.#target.index.has(index.typeOf(entry), id)) return;
      this.#batchEntries.push(entry);
      this.#batchBytes += index.lengthOf(entry);
      this.#blobsTotal += 1;
      this.#bytesTotal += index.lengthOf(entry);
    });
  }

  async #copyBlobs(): Promise<void> {
    if (this.#batchEntries.length === 0) return;
    const writer = this.#target.createWriter({ signal: this.#signal });
    await moveBlobs(this.#source, {
      parts: partsOf(this.#source, this.#batchEntries),
      writer,
      target: this.#target.repository,
      compressData: true,
      workerCount: this.#workerCount,
      signal: this.#signal,
      onMoved: (blobs, bytes) => {
        this.#blobsCopied += blobs;
        this.#bytesCopied += bytes;
        const [blobsDone, bytesDone] = [this.#blobsCopied, this.#bytesCopied];
        this.#options.onEvent?.({
          kind: 'progress',
          blobsDone,
          blobsTotal: this.#blobsTotal,
          bytesDone,
          bytesTotal: this.#bytesTotal,
        });
      },
    });
    await writer.flush();
    this.#batchEntries = [];
    this.#batchBytes = 0;
  }
}

function partsOf(source: IndexedRepository, entries: readonly number[]): PackPart[] {
  const byPack = new Map<number, number[]>();
  for (const entry of entries) {
    const packNr = source.index.packOf(entry);
    const present = byPack.get(packNr);
    if (present === undefined) byPack.set(packNr, [entry]);
    else present.push(entry);
  }
  return [...byPack].map(([packNr, packEntries]) => ({ packNr, entries: packEntries }));
}

/** Finds, for a snapshot of the source, the snapshot of the target that is its copy. */
class CopiedSnapshots {
  readonly #byOrigin = new Map<SnapshotId, SnapshotRecord[]>();

  constructor(snapshots: readonly SnapshotRecord[]) {
    for (const snapshot of snapshots) {
      for (const origin of new Set([snapshot.original ?? snapshot.id, snapshot.id])) {
        const present = this.#byOrigin.get(origin);
        if (present === undefined) this.#byOrigin.set(origin, [snapshot]);
        else present.push(snapshot);
      }
    }
  }

  find(snapshot: SnapshotRecord): SnapshotId | undefined {
    return this.#byOrigin.get(snapshot.original ?? snapshot.id)?.find((other) => isCopy(snapshot, other))?.id;
  }
}

/** Everything but the parent and the origin is equal. */
function isCopy(a: Snapshot, b: Snapshot): boolean {
  const lists = (snapshot: Snapshot): string => JSON.stringify([snapshot.paths, snapshot.excludes, snapshot.tags]);
  return (
    compareInstants(instantOf(a.time), instantOf(b.time)) === 0 &&
    a.tree === b.tree &&
    a.hostname === b.hostname &&
    a.username === b.username &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    lists(a) === lists(b)
  );
}

function copyOf(snapshot: SnapshotRecord): Snapshot {
  const { id, parent: _parent, ...rest } = snapshot;
  return { ...rest, original: snapshot.original ?? id };
}

function bytesIndexed({ index }: IndexedRepository): number {
  let bytes = 0;
  for (let entry = 0; entry < index.blobCount; entry += 1) bytes += index.lengthOf(entry);
  return bytes;
}

function sourceIncomplete(message: string, cause?: unknown): LumbungError {
  return new LumbungError('COPY_SOURCE_INCOMPLETE', {
    kind: 'corruption',
    message: `the source lacks what a snapshot needs: ${message}`,
    hint: 'run "check" on the source; copy other snapshots by naming their ids',
    cause,
  });
}

function sameRepository(source: Repository): LumbungError {
  return new LumbungError('COPY_SAME_REPOSITORY', {
    kind: 'operator',
    message: 'source and target are the same repository',
    context: { repository: source.backend.location },
    hint: 'name another repository to copy to',
  });
}
