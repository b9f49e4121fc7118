import type { ByteString } from '@lumbung/stdx';
import type { BlobId } from '../format/ids.ts';
import type { TreeNode } from '../format/tree.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { TreeCursor } from './tree-cursor.ts';

export type WalkVerdict = 'enter' | 'skip';

/** What `walkTree` calls. A returned promise is awaited before the walk goes on. */
export interface TreeVisitor {
  /** Every node before its children; the answer matters for folders only. */
  node(path: ByteString, node: TreeNode, parentTreeId: BlobId): WalkVerdict | Promise<WalkVerdict>;
  /** A folder after its children; not called for folders that were skipped or failed. */
  leave?(path: ByteString, node: TreeNode): void | Promise<void>;
  /** A folder whose tree cannot be read or would never end. Without this the walk throws the error; with it the
   *  walk goes on behind that folder. The root's failure is always thrown. */
  failed?(path: ByteString, error: unknown, node: TreeNode): void | Promise<void>;
}

export interface WalkOptions {
  readonly signal?: AbortSignal | undefined;
  /** Path of the root in what the visitor sees; default empty: paths begin with a slash. */
  readonly rootPath?: ByteString;
}

/**
 * Visits a tree depth first in stored order. Memory is bounded by the nodes on the path to the root.
 *
 * @throws LumbungError TREE_LOOP, TREE_TOO_DEEP, TREE_SUBTREE_MISSING (corruption), what `loadTree` and the visitor
 * throw, and the signal's reason
 */
export async function walkTree(
  indexed: IndexedRepository,
  rootTreeId: BlobId,
  visitor: TreeVisitor,
  options: WalkOptions = {},
): Promise<void> {
  const { signal, rootPath } = options;
  signal?.throwIfAborted();
  const cursor = await TreeCursor.open(indexed, rootTreeId, rootPath);
  for (let step = cursor.next(); step !== undefined; step = cursor.next()) {
    const { path, node } = step;
    if (step.kind === 'leave') {
      await visitor.leave?.(path, node);
      continue;
    }
    const answer = visitor.node(path, node, step.parentTreeId);
    const verdict = typeof answer === 'string' ? answer : await answer;
    if (verdict === 'skip' || node.type !== 'dir') continue;
    signal?.throwIfAborted();
    try {
      await cursor.enter(step);
    } catch (error) {
      if (visitor.failed === undefined) throw error;
      await visitor.failed(path, error, node);
    }
  }
}
