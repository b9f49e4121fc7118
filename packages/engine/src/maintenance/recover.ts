import { byteStringOfText, toErrorRecord } from '@lumbung/stdx';
import { goModeOf } from '../format/go-mode.ts';
import { type BlobId, shortId } from '../format/ids.ts';
import { encodeSnapshot, type Snapshot } from '../format/snapshot-file.ts';
import { syntheticNode } from '../format/synthetic-node.ts';
import { localZone, type Timestamp, timestampOfMilliseconds } from '../format/timestamp.ts';
import { encodeTree, type TreeNode } from '../format/tree.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import type { Repository } from '../repository/repository.ts';
import { loadReadableSnapshots } from '../snapshot/snapshots.ts';
import { signalUnder } from './act-options.ts';
import type { RecoverOptions, RecoverResult } from './snapshot-changes.ts';
import { TreeSweep } from './tree-sweep.ts';
import { PackPool, workerCountFor } from './workers/pack-pool.ts';

const RECOVERED_TAG = 'recovered';
const RECOVER_PATH = '/recover';
const FOLDER_MODE = 0o040755;

/** Makes one snapshot of all folders that no other folder and no snapshot refers to: what was forgotten, or never finished.
 *  @throws LumbungError LOCK_REQUIRED (bug), BACKEND_* */
export async function recoverSnapshots(repository: Repository, options: RecoverOptions): Promise<RecoverResult> {
  const signal = signalUnder('exclusive', options);
  const snapshots = await loadReadableSnapshots(repository, () => undefined, signal); // its trees are then recovered
  const indexed = await repository.loadIndex({ signal });
  const treeIds = await findLooseTrees(indexed, new Set(snapshots.map(({ tree }) => tree)), options, signal);
  if (treeIds.length === 0) return { snapshotId: undefined, treesFound: 0 };

  const time = timestampOfMilliseconds(repository.ports.clock.nowMs(), localZone());
  const writer = indexed.createWriter({ signal });
  const { id: tree } = await writer.save('tree', encodeTree(folderNodes(treeIds, time, repository)));
  await writer.flush();
  const snapshotId = await repository.saveUnpacked(
    'snapshots',
    encodeSnapshot(describeSnapshot(repository, { tree, time, options })),
    {
      signal,
    },
  );
  return { snapshotId, treesFound: treeIds.length };
}

async function findLooseTrees(
  indexed: IndexedRepository,
  roots: ReadonlySet<BlobId>,
  options: RecoverOptions,
  signal: AbortSignal,
): Promise<BlobId[]> {
  const { index, repository } = indexed;
  const trees = firstTreeEntries(indexed);
  const broken = new Set<BlobId>();
  const tellBroken = (treeId: BlobId, error: unknown): void => {
    broken.add(treeId);
    options.onEvent?.({ kind: 'unreadable', treeId, error: toErrorRecord(error) });
  };
  const treeBytes = trees.reduce((bytes, entry) => bytes + index.lengthOf(entry), 0);
  await using pool = new PackPool(repository, { workerCount: workerCountFor(undefined, treeBytes * 4), index });
  const sweep = new TreeSweep(indexed, {
    pool,
    purpose: 'mark',
    signal,
    onProblem: (problem) => {
      // A folder that names something lost is worth having; one that is no folder is not.
      if (problem.kind === 'tree') tellBroken(problem.treeId, new Error(problem.message));
    },
    onProblemsOmitted: () => undefined, // such folders are recovered as they are
    onUnreadable: (entry, error) => tellBroken(index.idOf(entry), error),
    onProgress: (done) => options.onEvent?.({ kind: 'progress', phase: 'trees', done, total: trees.length }),
  });
  // All trees are read, but only those that another one names count as used.
  for (const entry of trees) sweep.addLooseRoot(entry);
  await sweep.run();
  return trees
    .filter((entry) => !sweep.used.has(entry))
    .map((entry) => index.idOf(entry))
    .filter((id) => !roots.has(id) && !broken.has(id));
}

function firstTreeEntries({ index }: IndexedRepository): number[] {
  const id = Buffer.alloc(32);
  const entries: number[] = [];
  for (let entry = 0; entry < index.blobCount; entry += 1) {
    if (index.typeOf(entry) !== 'tree') continue;
    index.copyIdTo(entry, id, 0);
    if (index.find('tree', id) === entry) entries.push(entry);
  }
  return entries;
}

/** One folder for each tree, named by the beginning of its id, or by all of it where two begin alike. */
function folderNodes(treeIds: readonly BlobId[], time: Timestamp, repository: Repository): TreeNode[] {
  const taken = new Map<string, number>();
  for (const id of treeIds) taken.set(shortId(id), (taken.get(shortId(id)) ?? 0) + 1);
  return [...treeIds].sort().map((subtree) => ({
    ...syntheticNode({
      name: byteStringOfText(taken.get(shortId(subtree)) === 1 ? shortId(subtree) : subtree),
      time,
      owner: repository.ports.identity,
    }),
    type: 'dir',
    mode: goModeOf(FOLDER_MODE),
    content: null,
    subtree,
  }));
}

function describeSnapshot(
  repository: Repository,
  parts: { readonly tree: BlobId; readonly time: Timestamp; readonly options: RecoverOptions },
): Snapshot {
  const { tree, time, options } = parts;
  const { identity } = repository.ports;
  return {
    time,
    tree,
    paths: [RECOVER_PATH],
    hostname: options.hostname ?? identity.hostname,
    username: identity.username,
    uid: identity.uid,
    gid: identity.gid,
    excludes: [],
    tags: [RECOVERED_TAG],
    programVersion: options.programVersion ?? '',
    extra: {},
  };
}
