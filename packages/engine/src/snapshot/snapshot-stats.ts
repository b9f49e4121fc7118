import type { ByteString } from '@lumbung/stdx';
import type { BlobIndex } from '../blob-index/blob-index.ts';
import { SEAL_OVERHEAD_BYTES } from '../crypto/sealer.ts';
import { sha256Hex } from '../crypto/sha256.ts';
import type { BlobId } from '../format/ids.ts';
import type { BlobType } from '../format/pack-header.ts';
import type { TreeNode } from '../format/tree.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { BlobSet, entryOf, plaintextBytesOf } from './blob-tally.ts';
import type { SnapshotRecord } from './snapshots.ts';
import { type TreeVisitor, type WalkVerdict, walkTree } from './walk-tree.ts';

/**
 * - `restore-size`: every node of every snapshot, bytes of its files; a hard-linked file's bytes once a snapshot.
 * - `files-by-contents`: nodes of different content, over all snapshots.
 * - `blobs-per-file`: of these, the paths, and the different blobs of each path.
 * - `raw-data`: the blobs themselves, trees included, as stored.
 */
export const STATS_MODES = ['restore-size', 'files-by-contents', 'blobs-per-file', 'raw-data'] as const;
export type StatsMode = (typeof STATS_MODES)[number];

export interface SnapshotStats {
  readonly mode: StatsMode;
  readonly snapshotsCount: number;
  /** `raw-data`: bytes stored; else bytes of files. */
  readonly totalBytes: number;
  /** Not in mode `raw-data`. */
  readonly totalFileCount: number;
  /** Modes `blobs-per-file` and `raw-data`. */
  readonly totalBlobCount: number;
  /** Only in mode `raw-data`. */
  readonly compression?: {
    readonly totalUncompressedBytes: number;
    /** Uncompressed to stored bytes, over blobs that are compressed. */
    readonly ratio: number;
    /** Bytes of compressed blobs, of all: percent; the rest was stored by version 1 or did not shrink. */
    readonly progressPercent: number;
    readonly spaceSavingPercent: number;
  };
}

export interface StatsProgress {
  readonly snapshotsDone: number;
  readonly snapshotsTotal: number;
  readonly filesSeen: number;
  readonly blobsSeen: number;
  readonly bytesSeen: number;
}

export interface StatsOptions {
  readonly mode?: StatsMode;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: StatsProgress) => void;
}

/** Counts what `snapshots` hold. Memory: a bit a blob, plus what the mode must remember (a hash per distinct content).
 *  @throws LumbungError BLOB_MISSING (corruption), what `walkTree` throws, and the signal's reason */
export async function statsOf(
  indexed: IndexedRepository,
  snapshots: readonly SnapshotRecord[],
  options: StatsOptions = {},
): Promise<SnapshotStats> {
  const { mode = 'restore-size', signal, onProgress } = options;
  const counter = counterOf(mode, indexed);
  for (const [snapshotIdx, snapshot] of snapshots.entries()) {
    const report = () =>
      onProgress?.({
        ...counter.progress(),
        snapshotsDone: snapshotIdx,
        snapshotsTotal: snapshots.length,
      });
    counter.snapshot(snapshot.tree);
    const visitor: TreeVisitor = {
      node: (path, node) => {
        const verdict = counter.node(path, node);
        if (node.type === 'dir') report();
        return verdict;
      },
    };
    await walkTree(indexed, snapshot.tree, visitor, { signal });
  }
  const progress = counter.progress();
  onProgress?.({
    ...progress,
    snapshotsDone: snapshots.length,
    snapshotsTotal: snapshots.length,
  });
  return {
    mode,
    snapshotsCount: snapshots.length,
    totalBytes: progress.bytesSeen,
    totalFileCount: mode === 'raw-data' ? 0 : progress.filesSeen,
    totalBlobCount: progress.blobsSeen,
    ...counter.extra?.(),
  };
}

interface Counter {
  snapshot(treeId: BlobId): void;
  node(path: ByteString, node: TreeNode): WalkVerdict;
  progress(): Pick<StatsProgress, 'filesSeen' | 'blobsSeen' | 'bytesSeen'>;
  extra?(): Pick<SnapshotStats, 'compression'>;
}

function counterOf(mode: StatsMode, indexed: IndexedRepository): Counter {
  switch (mode) {
    case 'restore-size':
      return restoreSizeCounter();
    case 'files-by-contents':
      return contentsCounter();
    case 'blobs-per-file':
      return blobsPerFileCounter(indexed.index);
    case 'raw-data':
      return rawDataCounter(indexed.index);
  }
}

function restoreSizeCounter(): Counter {
  let filesSeen = 0;
  let bytesSeen = 0;
  const linked = new Set<string>();
  return {
    snapshot: () => linked.clear(),
    node: (_path, node) => {
      filesSeen += 1;
      if (node.type === 'file' && isFirstLink(linked, node)) bytesSeen += node.size;
      return 'enter';
    },
    progress: () => ({ filesSeen, blobsSeen: 0, bytesSeen }),
  };
}

function isFirstLink(linked: Set<string>, node: TreeNode): boolean {
  if (node.links <= 1) return true;
  const key = `${node.inode}:${node.deviceId}`;
  if (linked.has(key)) return false;
  linked.add(key);
  return true;
}

/** Answers whether a file's content is met for the first time. */
function distinctContents(): (node: TreeNode) => boolean {
  const seen = new Set<string>();
  return (node) => {
    const ids = node.content ?? [];
    const key = ids.length === 1 ? (ids[0] ?? '') : sha256Hex(Buffer.from(ids.join(''), 'hex'));
    const isNew = !seen.has(key);
    if (isNew) seen.add(key);
    return isNew;
  };
}

function contentsCounter(): Counter {
  let filesSeen = 0;
  let bytesSeen = 0;
  const isNewContent = distinctContents();
  return {
    snapshot: () => undefined,
    node: (_path, node) => {
      // Folders and links have no content, and count together as one file without any, as they do for restic.
      if (isNewContent(node)) {
        filesSeen += 1;
        bytesSeen += node.size;
      }
      return 'enter';
    },
    progress: () => ({ filesSeen, blobsSeen: 0, bytesSeen }),
  };
}

function blobsPerFileCounter(index: BlobIndex): Counter {
  let blobsSeen = 0;
  let bytesSeen = 0;
  const isNewContent = distinctContents();
  const blobsOfPath = new Map<ByteString, Set<BlobId>>();
  return {
    snapshot: () => undefined,
    node: (path, node) => {
      if (node.type !== 'file' || !isNewContent(node)) return 'enter';
      for (const id of node.content ?? []) {
        let known = blobsOfPath.get(path);
        if (known === undefined) {
          known = new Set();
          blobsOfPath.set(path, known);
        }
        if (known.has(id)) continue;
        known.add(id);
        blobsSeen += 1;
        bytesSeen += plaintextBytesOf(index, entryOf(index, 'data', id));
      }
      return 'enter';
    },
    progress: () => ({ filesSeen: blobsOfPath.size, blobsSeen, bytesSeen }),
  };
}

function rawDataCounter(index: BlobIndex): Counter {
  const blobs = new BlobSet(index);
  let blobsSeen = 0;
  let storedBytes = 0;
  let uncompressedBytes = 0;
  let compressedStoredBytes = 0;
  let compressedUncompressedBytes = 0;
  const add = (type: BlobType, id: BlobId): boolean => {
    if (!blobs.add(type, id)) return false;
    const entry = entryOf(index, type, id);
    const uncompressed = plaintextBytesOf(index, entry) + SEAL_OVERHEAD_BYTES;
    blobsSeen += 1;
    storedBytes += index.lengthOf(entry);
    uncompressedBytes += uncompressed;
    if (index.uncompressedOf(entry) > 0) {
      compressedStoredBytes += index.lengthOf(entry);
      compressedUncompressedBytes += uncompressed;
    }
    return true;
  };
  return {
    snapshot: (treeId) => add('tree', treeId),
    node: (_path, node) => {
      if (node.type === 'file') for (const id of node.content ?? []) add('data', id);
      if (node.type !== 'dir' || node.subtree === undefined) return 'enter';
      // A tree counted before has no blob below it that was not.
      return add('tree', node.subtree) ? 'enter' : 'skip';
    },
    progress: () => ({ filesSeen: 0, blobsSeen, bytesSeen: storedBytes }),
    extra: () => ({
      compression: {
        totalUncompressedBytes: uncompressedBytes,
        ratio: compressedStoredBytes === 0 ? 0 : compressedUncompressedBytes / compressedStoredBytes,
        progressPercent: uncompressedBytes === 0 ? 0 : (compressedUncompressedBytes / uncompressedBytes) * 100,
        spaceSavingPercent: uncompressedBytes === 0 ? 0 : (1 - storedBytes / uncompressedBytes) * 100,
      },
    }),
  };
}
