import { assert, LumbungError } from '@lumbung/stdx';
import { SharedBlobSet } from '../blob-index/shared-blob-set.ts';
import { type ChunkerParams, smallCutChunker, standardChunker } from '../chunker/chunker-params.ts';
import { parsePolynomial, polynomialHex } from '../chunker/polynomial.ts';
import type { CompressionMode } from '../compression/compressor.ts';
import { idBytes, parseBlobId, type SnapshotId } from '../format/ids.ts';
import { encodeSnapshot, type Snapshot } from '../format/snapshot-file.ts';
import { instantOf, localZone, type Timestamp, timestampOfMilliseconds } from '../format/timestamp.ts';
import { type FinishedPack, PackBuilder } from '../pack/pack-builder.ts';
import type { BlobWriter } from '../repository/blob-writer.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { lockRepository } from '../repository/lock.ts';
import type { Repository } from '../repository/repository.ts';
import type { SnapshotRecord } from '../snapshot/snapshots.ts';
import type { BackupCallOptions, BackupResult, SnapshotOptions } from './backup-options.ts';
import { BackupProgress } from './backup-progress.ts';
import { findParentSnapshot } from './parent-snapshot.ts';
import { TreeStore } from './tree-store.ts';
import { ArchivePool, type UnfinishedPack } from './workers/pool.ts';

const WORKERS_DEFAULT = 2;

/** Room for new blobs of a first segment; more come when it fills. */
const KNOWN_BLOBS_CAPACITY = 2 ** 16;

/** What one kind of backup adds to the common course. */
export interface BackupSession {
  readonly repository: Repository;
  readonly indexed: IndexedRepository;
  readonly parent: SnapshotRecord | undefined;
  readonly progress: BackupProgress;
  readonly pool: ArchivePool;
  readonly trees: TreeStore;
  readonly chunker: ChunkerParams;
  readonly time: Timestamp;
  readonly signal: AbortSignal;
}

export interface BackupContent {
  readonly tree: string;
  /** The root has no node: such a snapshot would be a promise of nothing. */
  readonly isEmpty: boolean;
  readonly excludes: readonly string[];
}

export interface SessionPlan {
  /** Absolute paths for the snapshot and for the search of a parent. */
  readonly paths: readonly string[];
  readonly withAtime: boolean;
  /** Streams have no inodes to compare: the parent serves skip-if-unchanged and the record. */
  readonly fill: (session: BackupSession) => Promise<BackupContent>;
}

/**
 * The course of every backup: lock, parent, index, content, packs, index, snapshot: in this order, so that whatever
 * is interrupted leaves at most packs that nothing refers to.
 *
 * @see docs/design/repository-format.md#order-of-writes
 */
export async function runBackupSession(
  repository: Repository,
  options: SnapshotOptions,
  call: BackupCallOptions,
  plan: SessionPlan,
): Promise<BackupResult> {
  const { clock } = repository.ports;
  const startedMs = clock.monotonicMs();
  const isDryRun = options.dryRun ?? false;
  const beganMs = clock.nowMs();
  const time = timestampOf(options.timeMs ?? beganMs);

  await using lock = isDryRun ? undefined : await lockRepository(repository, { kind: 'shared', signal: call.signal });
  const signal = anySignal(call.signal, lock?.signal);
  signal.throwIfAborted();

  const progress = new BackupProgress({ clock, onEvent: call.onEvent, reportItems: call.reportItems ?? false });
  // Snapshots before the index: a snapshot that is seen must find its trees in the index that is loaded after it.
  const parent = await findParentSnapshot(
    repository,
    {
      parent: options.parent,
      groupBy: options.groupBy,
      hostname: options.hostname ?? repository.ports.identity.hostname,
      paths: plan.paths,
      tags: options.tags ?? [],
      time: instantOf(time),
    },
    signal,
  );
  progress.emit({ kind: 'parent', snapshotId: parent?.id });
  if (parent?.summary !== undefined) {
    progress.expect(parent.summary.totalFilesProcessed, parent.summary.totalBytesProcessed);
  }
  const indexed = await repository.loadIndex({ signal });

  const content = await storeContent({ repository, indexed, parent, progress, options, plan, time, signal });
  if (content.isEmpty) {
    throw new LumbungError('BACKUP_EMPTY', {
      kind: 'operator',
      message: 'nothing was backed up: no file could be read',
      hint: 'look at the messages above; check paths, excludes and permissions',
    });
  }

  const summary = progress.summary(timestampOf(beganMs), timestampOf(clock.nowMs()));
  options.accept?.({ summary, errors: progress.errors, errorCount: progress.errorCount });
  const isUnchanged = options.skipIfUnchanged === true && parent !== undefined && parent.tree === content.tree;
  let snapshotId: SnapshotId | undefined;
  if (!isDryRun && !isUnchanged) {
    signal.throwIfAborted();
    const snapshot = describeSnapshot(repository, options, { plan, content, time, parent, summary });
    snapshotId = await repository.saveUnpacked('snapshots', encodeSnapshot(snapshot));
  }
  return {
    outcome: isDryRun ? 'dry-run' : isUnchanged ? 'unchanged' : 'written',
    snapshotId,
    parentId: parent?.id,
    tree: parseBlobId(content.tree),
    summary,
    durationMs: clock.monotonicMs() - startedMs,
    errors: progress.errors,
  };
}

interface ContentParts {
  readonly repository: Repository;
  readonly indexed: IndexedRepository;
  readonly parent: SnapshotRecord | undefined;
  readonly progress: BackupProgress;
  readonly options: SnapshotOptions;
  readonly plan: SessionPlan;
  readonly time: Timestamp;
  readonly signal: AbortSignal;
}

/** Below this a higher level has little to look back on: of 64 KiB level 2 saves 0.5 to 1.2 % and costs a third more. */
const CHUNK_BITS_WORTH_EFFORT = 18;

function compressionOf({ config, compression }: Repository, { averageBits }: ChunkerParams): CompressionMode {
  // Version 1 knows no compression: stock clients refuse an index that speaks of it.
  if (config.version === 1) return 'off';
  return compression === 'auto' && averageBits < CHUNK_BITS_WORTH_EFFORT ? 'fastest' : compression;
}

/** Stores everything but the snapshot. When it returns, packs and index are durable. */
async function storeContent(parts: ContentParts): Promise<BackupContent> {
  const { repository, indexed, parent, progress, options, plan, time, signal } = parts;
  const stop = new AbortController();
  const writer =
    options.dryRun === true ? undefined : indexed.createWriter({ signal: AbortSignal.any([signal, stop.signal]) });
  const polynomial = parsePolynomial(repository.config.chunkerPolynomial);
  const chunker =
    options.smallCut === undefined
      ? standardChunker(polynomial)
      : smallCutChunker(polynomial, options.smallCut.averageBytes);
  const { encrypt, macK, macR } = repository.masterKey;

  await using pool = new ArchivePool({
    workerCount: options.workerCount ?? WORKERS_DEFAULT,
    workerData: {
      masterKey: { encrypt, macK, macR },
      compression: compressionOf(repository, chunker),
      packSizeBytes: repository.packSizeBytes,
      verify: repository.verify,
      chunker: {
        polynomialHex: polynomialHex(polynomial),
        minBytes: chunker.minBytes,
        maxBytes: chunker.maxBytes,
        averageBits: chunker.averageBits,
      },
      index: indexed.index.share(),
      withAtime: plan.withAtime,
    },
    knownBlobs: SharedBlobSet.create(KNOWN_BLOBS_CAPACITY),
    savePack: async (pack) => {
      await writer?.savePack(pack);
    },
  });
  const onAbort = (): void => {
    pool.abort(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const trees = new TreeStore({
    index: indexed.index,
    writer,
    progress,
    onFailure: (error) => {
      pool.abort(error);
    },
  });
  try {
    const content = await plan.fill({ repository, indexed, parent, progress, pool, trees, chunker, time, signal });
    const unfinished = await pool.finish();
    await trees.finish();
    if (writer !== undefined) {
      await mergeUnfinished(repository, writer, unfinished);
      await writer.flush();
    }
    signal.throwIfAborted();
    return content;
  } catch (error) {
    // Nothing may be written any more when the lock is gone.
    pool.abort(error);
    stop.abort(error);
    await trees.finish();
    // Workers stop with CANCELLED; what cancelled them is the news.
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** What the workers had left becomes one pack where it fits: an incremental backup should not add a small pack a worker. */
async function mergeUnfinished(
  repository: Repository,
  writer: BlobWriter,
  unfinished: readonly UnfinishedPack[],
): Promise<void> {
  const newBuilder = (): PackBuilder =>
    new PackBuilder({
      sealer: repository.sealer,
      targetSizeBytes: repository.packSizeBytes,
      verify: repository.verify,
    });
  const finish = async (builder: PackBuilder): Promise<void> => {
    if (builder.blobCount === 0) return;
    const pack: FinishedPack = builder.finish();
    await writer.savePack(pack);
  };
  let builder = newBuilder();
  for (const { bytes, blobs } of unfinished) {
    for (const { id, type, offset, lengthBytes, uncompressedBytes } of blobs) {
      builder.addSealed({
        type,
        id: idBytes(id),
        sealed: bytes.subarray(offset, offset + lengthBytes),
        uncompressedBytes,
      });
      if (builder.isFull()) {
        await finish(builder);
        builder = newBuilder();
      }
    }
  }
  await finish(builder);
}

function describeSnapshot(
  repository: Repository,
  options: SnapshotOptions,
  parts: {
    readonly plan: SessionPlan;
    readonly content: BackupContent;
    readonly time: Timestamp;
    readonly parent: SnapshotRecord | undefined;
    readonly summary: Snapshot['summary'];
  },
): Snapshot {
  const { plan, content, time, parent, summary } = parts;
  const { identity } = repository.ports;
  assert(summary !== undefined, 'a new snapshot has a summary');
  return {
    time,
    ...(parent === undefined ? {} : { parent: parent.id }),
    tree: parseBlobId(content.tree),
    paths: plan.paths,
    hostname: options.hostname ?? identity.hostname,
    username: identity.username,
    uid: identity.uid,
    gid: identity.gid,
    excludes: content.excludes,
    tags: options.tags ?? [],
    ...(options.programVersion === undefined ? {} : { programVersion: options.programVersion }),
    summary,
  };
}

function timestampOf(timeMs: number): Timestamp {
  return timestampOfMilliseconds(timeMs, localZone());
}

function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}
