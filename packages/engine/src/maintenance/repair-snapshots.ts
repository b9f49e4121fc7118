import { isLumbungError, textOf } from '@lumbung/stdx';
import { SEAL_OVERHEAD_BYTES } from '../crypto/sealer.ts';
import { type BlobId, idBytes } from '../format/ids.ts';
import { NODE_TYPES, type TreeNode } from '../format/tree.ts';
import { isDamage } from '../repository/file-damage.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import type { Repository } from '../repository/repository.ts';
import type { SnapshotRecord } from '../snapshot/snapshots.ts';
import { signalUnder } from './act-options.ts';
import { snapshotChangePlans } from './apply-snapshot-changes.ts';
import { selectSnapshots } from './select-snapshots.ts';
import type { ItemAction, RepairSnapshotsOptions, SnapshotChange, SnapshotChangePlan } from './snapshot-changes.ts';
import { derivedSnapshot } from './tag.ts';
import { type RewriteRule, type RewrittenTree, TreeRewriter } from './tree-rewriter.ts';

const REPAIRED_TAG = 'repaired';

/**
 * What is left of snapshots that miss something: files lose the parts that are in no index, folders that cannot be read become
 * empty. Run `repair index` and `repair packs` before: what is damaged but still indexed counts as present.
 *
 * A snapshot whose root cannot be read is `vanishing`: with `forget` it is removed.
 *
 * @throws LumbungError SNAPSHOT_* of the selection, BACKEND_* where trying again may help
 */
export async function planRepairSnapshots(
  repository: Repository,
  options: RepairSnapshotsOptions,
): Promise<SnapshotChangePlan> {
  const signal = signalUnder('none', options);
  const snapshots = await selectSnapshots(repository, options.selection, signal);
  const indexed = await repository.loadIndex({ signal });

  let current: SnapshotRecord | undefined;
  const onItem = (action: ItemAction, path: string): void => {
    if (current !== undefined) options.onEvent?.({ kind: 'item', action, path, snapshotId: current.id });
  };
  const rewriter = new TreeRewriter(indexed, repairRule(indexed, onItem), signal);
  const changes: SnapshotChange[] = [];
  const vanishing: SnapshotRecord[] = [];
  for (const [snapshotIdx, before] of snapshots.entries()) {
    current = before;
    options.onEvent?.({ kind: 'snapshot', snapshot: before, done: snapshotIdx, total: snapshots.length });
    const tree = await planTree(indexed, rewriter, before.tree);
    if (tree === undefined) vanishing.push(before);
    else if (tree.id !== before.tree) changes.push({ before, after: repairedSnapshot(before, tree, options) });
  }
  current = undefined; // what is written later was told here
  const plan: SnapshotChangePlan = {
    changes,
    vanishing,
    unchangedCount: snapshots.length - changes.length - vanishing.length,
    removesOld: options.forget === true,
  };
  const writeTrees = async (writeSignal: AbortSignal): Promise<void> => {
    const writer = indexed.createWriter({ signal: writeSignal });
    for (const { before } of changes) await rewriter.write(before.tree, writer, writeSignal);
    await writer.flush();
  };
  return snapshotChangePlans.register(plan, { repository, writeTrees }, { lock: options.lock });
}

/** Undefined: the root itself cannot be read. */
async function planTree(
  indexed: IndexedRepository,
  rewriter: TreeRewriter,
  rootId: BlobId,
): Promise<RewrittenTree | undefined> {
  try {
    await indexed.loadTree(rootId);
  } catch (error) {
    if (isTreeLost(error)) return undefined;
    throw error;
  }
  return rewriter.plan(rootId);
}

function isTreeLost(error: unknown): boolean {
  return isDamage(error) || isLumbungError(error, 'BLOB_MISSING');
}

function repairRule(indexed: IndexedRepository, onItem: (action: ItemAction, path: string) => void): RewriteRule {
  const knownTypes: ReadonlySet<string> = new Set(NODE_TYPES);
  return {
    isPathBound: false,
    isStrict: false,
    keepsEmptied: () => true,
    node: (path, node) => {
      if (!knownTypes.has(node.type)) {
        onItem('removed', textOf(path));
        return undefined;
      }
      if (node.type !== 'file') return node;
      const repaired = repairFile(indexed, node);
      if (repaired !== node) onItem('shortened', textOf(path));
      return repaired;
    },
    unreadable: (path, error) => {
      if (!isTreeLost(error)) throw error;
      onItem('emptied', textOf(path));
      return 'empty';
    },
  };
}

function repairFile(indexed: IndexedRepository, node: TreeNode): TreeNode {
  const { index } = indexed;
  const present: BlobId[] = [];
  let sizeBytes = 0;
  for (const id of node.content ?? []) {
    const entry = index.find('data', idBytes(id));
    if (entry < 0) continue;
    present.push(id);
    sizeBytes += index.uncompressedOf(entry) || index.lengthOf(entry) - SEAL_OVERHEAD_BYTES;
  }
  if (node.content !== null && present.length === node.content.length) return node;
  return { ...node, content: present, size: sizeBytes };
}

function repairedSnapshot(before: SnapshotRecord, tree: RewrittenTree, options: RepairSnapshotsOptions) {
  const tags =
    options.forget === true || before.tags.includes(REPAIRED_TAG) ? before.tags : [...before.tags, REPAIRED_TAG];
  const summary =
    before.summary === undefined
      ? undefined
      : { ...before.summary, totalFilesProcessed: tree.files, totalBytesProcessed: tree.bytes };
  return derivedSnapshot(before, {
    tree: tree.id,
    original: before.id,
    tags,
    ...(summary === undefined ? {} : { summary }),
  });
}
