import { type ByteString, LumbungError } from '@lumbung/stdx';
import type { BlobId } from '../format/ids.ts';
import { encodeNode, type TreeNode } from '../format/tree.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { BlobSet, plaintextBytesOf } from './blob-tally.ts';
import { joinPath } from './resolve-tree.ts';
import { TREE_DEPTH_MAX, TreeCursor } from './tree-cursor.ts';
import { type TreeVisitor, walkTree } from './walk-tree.ts';

export interface DiffOptions {
  /** Also report nodes of which only metadata changed. */
  readonly metadata?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface DiffChange {
  /** Folders end with a slash; a node that changed its type is named by its new type. */
  readonly path: ByteString;
  /**
   * `+` added, `-` removed, `T` type changed, `M` content changed, `U` metadata changed. `?` after `M`: size, times
   * and everything else stayed, so the content may have rotted. Letters may stand together: `TU`, `M?`.
   */
  readonly modifier: string;
}

export interface DiffCounts {
  files: number;
  dirs: number;
  others: number;
  dataBlobs: number;
  treeBlobs: number;
  /** Plaintext of the blobs. */
  bytes: number;
}

export interface DiffStatistics {
  readonly changedFiles: number;
  readonly added: Readonly<DiffCounts>;
  readonly removed: Readonly<DiffCounts>;
}

interface Comparison {
  readonly indexed: IndexedRepository;
  readonly metadata: boolean;
  readonly signal: AbortSignal | undefined;
  readonly added: DiffCounts;
  readonly removed: DiffCounts;
  readonly before: BlobSet;
  readonly after: BlobSet;
  /** Blobs of what did not change: they are neither added nor removed. */
  readonly common: BlobSet;
  changedFiles: number;
}

/**
 * What changed from one tree to another, in name order; the generator returns the statistics. Blobs are counted once
 * each, and only when the other tree does not use them anywhere that was visited.
 *
 * @throws LumbungError BLOB_MISSING, TREE_TOO_DEEP (corruption), what `loadTree` throws, and the signal's reason
 */
export async function* diffTrees(
  indexed: IndexedRepository,
  sourceTreeId: BlobId,
  targetTreeId: BlobId,
  options: DiffOptions = {},
): AsyncGenerator<DiffChange, DiffStatistics, undefined> {
  const { index } = indexed;
  const comparison: Comparison = {
    indexed,
    metadata: options.metadata ?? false,
    signal: options.signal,
    added: noCounts(),
    removed: noCounts(),
    before: new BlobSet(index),
    after: new BlobSet(index),
    common: new BlobSet(index),
    changedFiles: 0,
  };
  comparison.before.add('tree', sourceTreeId);
  comparison.after.add('tree', targetTreeId);
  yield* diffFolders(comparison, '', sourceTreeId, targetTreeId, 0);
  countBlobs(comparison, comparison.before, comparison.after, comparison.removed);
  countBlobs(comparison, comparison.after, comparison.before, comparison.added);
  const { changedFiles, added, removed } = comparison;
  return { changedFiles, added, removed };
}

async function* diffFolders(
  comparison: Comparison,
  folder: string,
  sourceTreeId: BlobId,
  targetTreeId: BlobId,
  depth: number,
): AsyncGenerator<DiffChange, void, undefined> {
  const { indexed, signal } = comparison;
  signal?.throwIfAborted();
  if (depth > TREE_DEPTH_MAX) throw tooDeep(folder);
  const sources = byName(await indexed.loadTree(sourceTreeId));
  const targets = byName(await indexed.loadTree(targetTreeId));
  const names = [...new Set([...sources.keys(), ...targets.keys()])].sort();
  for (const name of names) {
    const source = sources.get(name);
    const target = targets.get(name);
    const path = joinPath(folder, name);
    if (source === undefined) {
      if (target !== undefined) yield* oneSided(comparison, path, target, '+');
    } else if (target === undefined) {
      yield* oneSided(comparison, path, source, '-');
    } else {
      yield* bothSided(comparison, path, source, target, depth);
    }
  }
}

async function* bothSided(
  comparison: Comparison,
  path: ByteString,
  source: TreeNode,
  target: TreeNode,
  depth: number,
): AsyncGenerator<DiffChange, void, undefined> {
  addNodeBlobs(comparison.before, source);
  addNodeBlobs(comparison.after, target);
  const modifier = modifierOf(comparison, source, target);
  if (modifier !== '') yield { path: shownPath(path, target), modifier };
  if (source.type !== 'dir' || target.type !== 'dir') return;
  if (source.subtree === undefined || target.subtree === undefined) return;
  if (source.subtree === target.subtree) await collect(comparison, path, source.subtree, comparison.common);
  else yield* diffFolders(comparison, path, source.subtree, target.subtree, depth + 1);
}

function modifierOf(comparison: Comparison, source: TreeNode, target: TreeNode): string {
  const typeModifier = source.type === target.type ? '' : 'T';
  if (source.type === 'file' && target.type === 'file' && !sameContent(source, target)) {
    comparison.changedFiles += 1;
    const onlyContent = encodeNode({ ...source, content: null }) === encodeNode({ ...target, content: null });
    return onlyContent ? 'M?' : 'M';
  }
  return comparison.metadata && encodeNode(source) !== encodeNode(target) ? `${typeModifier}U` : typeModifier;
}

async function* oneSided(
  comparison: Comparison,
  path: ByteString,
  node: TreeNode,
  modifier: '+' | '-',
): AsyncGenerator<DiffChange, void, undefined> {
  const isAdded = modifier === '+';
  const counts = isAdded ? comparison.added : comparison.removed;
  const blobs = isAdded ? comparison.after : comparison.before;
  yield { path: shownPath(path, node), modifier };
  countNode(counts, node);
  addNodeBlobs(blobs, node);
  if (node.type !== 'dir' || node.subtree === undefined) return;

  const cursor = await TreeCursor.open(comparison.indexed, node.subtree, path);
  for (let step = cursor.next(); step !== undefined; step = cursor.next()) {
    if (step.kind === 'leave') continue;
    yield { path: shownPath(step.path, step.node), modifier };
    countNode(counts, step.node);
    addNodeBlobs(blobs, step.node);
    if (step.node.type !== 'dir') continue;
    comparison.signal?.throwIfAborted();
    await cursor.enter(step);
  }
}

/** Adds everything below an unchanged folder to `blobs`. */
async function collect(comparison: Comparison, path: ByteString, treeId: BlobId, blobs: BlobSet): Promise<void> {
  const { indexed, signal } = comparison;
  const visitor: TreeVisitor = {
    node: (_path, node) => {
      addNodeBlobs(blobs, node);
      return 'enter';
    },
  };
  await walkTree(indexed, treeId, visitor, { signal, rootPath: path });
}

function addNodeBlobs(blobs: BlobSet, node: TreeNode): void {
  if (node.type === 'file') for (const id of node.content ?? []) blobs.add('data', id);
  else if (node.type === 'dir' && node.subtree !== undefined) blobs.add('tree', node.subtree);
}

function countNode(counts: DiffCounts, node: TreeNode): void {
  if (node.type === 'file') counts.files += 1;
  else if (node.type === 'dir') counts.dirs += 1;
  else counts.others += 1;
}

function countBlobs(comparison: Comparison, mine: BlobSet, others: BlobSet, counts: DiffCounts): void {
  const { index } = comparison.indexed;
  for (const entry of mine.entries()) {
    if (others.has(entry) || comparison.common.has(entry)) continue;
    if (index.typeOf(entry) === 'tree') counts.treeBlobs += 1;
    else counts.dataBlobs += 1;
    counts.bytes += plaintextBytesOf(index, entry);
  }
}

function sameContent(a: TreeNode, b: TreeNode): boolean {
  const left = a.content ?? [];
  const right = b.content ?? [];
  return left.length === right.length && left.every((id, idIdx) => id === right[idIdx]);
}

/** Of two nodes with one name, which no writer makes, the first counts. */
function byName(nodes: readonly TreeNode[]): Map<ByteString, TreeNode> {
  const named = new Map<ByteString, TreeNode>();
  for (const node of nodes) if (!named.has(node.name)) named.set(node.name, node);
  return named;
}

function shownPath(path: ByteString, node: TreeNode): ByteString {
  return node.type === 'dir' ? joinPath(path, '') : path;
}

function noCounts(): DiffCounts {
  return { files: 0, dirs: 0, others: 0, dataBlobs: 0, treeBlobs: 0, bytes: 0 };
}

function tooDeep(folder: string): LumbungError {
  return new LumbungError('TREE_TOO_DEEP', {
    kind: 'corruption',
    message: `folders nested deeper than ${TREE_DEPTH_MAX}`,
    context: { path: folder.slice(0, 1024) },
    hint: 'this snapshot was damaged or made by hand; run "lumbung check"',
  });
}
