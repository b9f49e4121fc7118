import { type ByteString, LumbungError, textOf } from '@lumbung/stdx';
import type { BlobId } from '../format/ids.ts';
import type { TreeNode } from '../format/tree.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { joinPath } from './resolve-tree.ts';

/** Deeper than any path a system call takes (4,096 bytes): such a tree was made to exhaust its reader. */
export const TREE_DEPTH_MAX = 2048;

/** Where the cursor stands: at a node, or behind the last node of a folder that was entered. */
export interface CursorStep {
  readonly kind: 'node' | 'leave';
  readonly path: ByteString;
  readonly node: TreeNode;
  readonly parentTreeId: BlobId;
  /** 1 for nodes of the root. */
  readonly depth: number;
}

interface Level {
  readonly path: ByteString;
  readonly treeId: BlobId;
  readonly nodes: readonly TreeNode[];
  readonly step: CursorStep | undefined;
  nextIdx: number;
}

/**
 * Steps through a tree depth first in stored order; memory is bounded by the nodes on the path to the root.
 * Stepping is synchronous, only entering a folder waits: a promise a node would cost more than the node.
 *
 * A tree that names itself or an ancestor cannot exist while ids are SHA-256 of the content, but costs one
 * comparison a level to refuse; depth is bounded against trees made by hand.
 */
export class TreeCursor {
  readonly #indexed: IndexedRepository;
  readonly #levels: Level[] = [];

  private constructor(indexed: IndexedRepository) {
    this.#indexed = indexed;
  }

  /** A cursor before the first node of the root. @throws what `enter` throws */
  static async open(
    indexed: IndexedRepository,
    rootTreeId: BlobId,
    rootPath = '' as ByteString, // an empty string is a byte string
  ): Promise<TreeCursor> {
    const cursor = new TreeCursor(indexed);
    await cursor.#push(rootPath, rootTreeId, undefined);
    return cursor;
  }

  /** The next node, or the end of a folder; `undefined` behind the last one. */
  next(): CursorStep | undefined {
    const level = this.#levels.at(-1);
    if (level === undefined) return undefined;
    const node = level.nodes[level.nextIdx];
    if (node !== undefined) {
      level.nextIdx += 1;
      const path = joinPath(level.path, node.name);
      return {
        kind: 'node',
        path,
        node,
        parentTreeId: level.treeId,
        depth: this.#levels.length,
      };
    }
    this.#levels.pop();
    return level.step === undefined ? undefined : { ...level.step, kind: 'leave' };
  }

  /** Nodes of the folder the cursor is in, all of them, in stored order. */
  get siblings(): readonly TreeNode[] {
    return this.#levels.at(-1)?.nodes ?? [];
  }

  /** Goes on with the children of a folder just returned by `next`; after a failure `next` goes on behind it.
   *  @throws LumbungError TREE_LOOP, TREE_TOO_DEEP, TREE_SUBTREE_MISSING (corruption) and what `loadTree` throws */
  async enter(step: CursorStep): Promise<void> {
    if (step.node.subtree === undefined) throw folderWithoutTree(step.path);
    await this.#push(step.path, step.node.subtree, step);
  }

  async #push(path: ByteString, treeId: BlobId, step: CursorStep | undefined): Promise<void> {
    refuseEndless(path, treeId, this.#levels);
    this.#levels.push({
      path,
      treeId,
      nodes: await this.#indexed.loadTree(treeId),
      step,
      nextIdx: 0,
    });
  }
}

function folderWithoutTree(path: ByteString): LumbungError {
  return new LumbungError('TREE_SUBTREE_MISSING', {
    kind: 'corruption',
    message: `folder names no tree: ${textOf(path)}`,
    context: { path: textOf(path).slice(0, 1024) },
    hint: 'this snapshot is damaged; run "lumbung check", then "lumbung repair snapshots"',
  });
}

function refuseEndless(path: ByteString, treeId: BlobId, levels: readonly Level[]): void {
  const problem = levels.some((level) => level.treeId === treeId)
    ? { code: 'TREE_LOOP', message: `folder contains itself: ${textOf(path)}` }
    : levels.length >= TREE_DEPTH_MAX
      ? {
          code: 'TREE_TOO_DEEP',
          message: `folders nested deeper than ${TREE_DEPTH_MAX}`,
        }
      : undefined;
  if (problem === undefined) return;
  throw new LumbungError(problem.code, {
    kind: 'corruption',
    message: problem.message,
    context: { path: textOf(path).slice(0, 1024), tree: treeId },
    hint: 'this snapshot was damaged or made by hand; run "lumbung check"',
  });
}
