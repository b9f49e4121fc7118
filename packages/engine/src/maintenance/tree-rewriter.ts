import { type ByteString, LumbungError, textOf } from '@lumbung/stdx';
import { sha256 } from '../crypto/sha256.ts';
import { type BlobId, idHex } from '../format/ids.ts';
import { decodeTreeStable, EMPTY_TREE_ID, encodeTree, parseTree, type TreeNode } from '../format/tree.ts';
import type { BlobWriter } from '../repository/blob-writer.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { joinPath } from '../snapshot/resolve-tree.ts';
import { TREE_DEPTH_MAX } from '../snapshot/tree-cursor.ts';

/** What a rule does with the nodes of a tree. Paths begin with a slash; the root is the empty path. */
export interface RewriteRule {
  /** The node as it shall be (the same object: unchanged), or undefined: it goes. Folders are asked before their content. */
  node(path: ByteString, node: TreeNode): TreeNode | undefined;
  /** Whether a folder that lost all it had stays. */
  keepsEmptied(path: ByteString): boolean;
  /** A tree that cannot be read: `empty` puts an empty folder in its place; or it throws. */
  unreadable(path: ByteString, error: unknown): 'empty';
  /** The answers depend on the path: equal trees at different places are looked at one by one. */
  readonly isPathBound: boolean;
  /** Refuse trees of which reading and writing again loses something. */
  readonly isStrict: boolean;
}

export interface RewrittenTree {
  readonly id: BlobId;
  readonly files: number;
  readonly bytes: number;
  readonly isEmpty: boolean;
}

/** Results remembered; with path-bound rules there are as many as folders in all snapshots. */
const MEMO_MAX = 500_000;

/** Applies a rule to whole trees. First without writing (`plan`), so that one knows what would come out; then `write` stores only the
 *  trees that are new. */
export class TreeRewriter {
  readonly #indexed: IndexedRepository;
  readonly #rule: RewriteRule;
  readonly #signal: AbortSignal;
  readonly #memo = new Map<string, RewrittenTree>();
  readonly #written = new Set<string>();

  constructor(indexed: IndexedRepository, rule: RewriteRule, signal: AbortSignal) {
    this.#indexed = indexed;
    this.#rule = rule;
    this.#signal = signal;
  }

  /** What becomes of a root tree. */
  plan(rootId: BlobId): Promise<RewrittenTree> {
    return this.#rewrite('' as ByteString, rootId, undefined, 0);
  }

  /** Stores what `plan` said for this root, except what is stored already. */
  async write(rootId: BlobId, writer: BlobWriter, signal: AbortSignal): Promise<RewrittenTree> {
    signal.throwIfAborted();
    return this.#rewrite('' as ByteString, rootId, writer, 0);
  }

  async #rewrite(
    path: ByteString,
    treeId: BlobId,
    writer: BlobWriter | undefined,
    depth: number,
  ): Promise<RewrittenTree> {
    const key = this.#rule.isPathBound ? `${treeId}${path}` : treeId;
    const known = this.#memo.get(key);
    if (known !== undefined && (writer === undefined || known.id === treeId || this.#written.has(key))) return known;
    this.#signal.throwIfAborted();
    if (depth > TREE_DEPTH_MAX) throw tooDeep(path);
    const { nodes, isSubstitute } = await this.#load(path, treeId);
    const rewritten = await this.#rewriteNodes(path, { treeId, nodes, isSubstitute, writer, depth });
    if (this.#memo.size >= MEMO_MAX) this.#memo.clear();
    this.#memo.set(key, rewritten);
    if (writer !== undefined) this.#written.add(key);
    return rewritten;
  }

  #rewriteFolder(
    path: ByteString,
    folder: TreeNode,
    writer: BlobWriter | undefined,
    depth: number,
  ): Promise<RewrittenTree> {
    if (folder.subtree !== undefined) return this.#rewrite(path, folder.subtree, writer, depth);
    this.#rule.unreadable(path, withoutTree(path));
    return this.#rewriteNodes(path, { treeId: EMPTY_TREE_ID, nodes: [], isSubstitute: true, writer, depth });
  }

  async #rewriteNodes(
    path: ByteString,
    tree: {
      readonly treeId: BlobId;
      readonly nodes: readonly TreeNode[];
      readonly isSubstitute: boolean;
      readonly writer: BlobWriter | undefined;
      readonly depth: number;
    },
  ): Promise<RewrittenTree> {
    const { treeId, nodes, writer, depth } = tree;
    const kept: TreeNode[] = [];
    let isChanged = tree.isSubstitute;
    let files = 0;
    let bytes = 0;
    for (const node of nodes) {
      const nodePath = joinPath(path, node.name);
      let answer = this.#rule.node(nodePath, node);
      if (answer?.type === 'dir') {
        const below = await this.#rewriteFolder(nodePath, answer, writer, depth + 1);
        files += below.files;
        bytes += below.bytes;
        if (below.isEmpty && !this.#rule.keepsEmptied(nodePath)) answer = undefined;
        else if (below.id !== answer.subtree) answer = { ...answer, subtree: below.id };
      }
      if (answer !== node) isChanged = true;
      if (answer === undefined) continue;
      kept.push(answer);
      if (answer.type === 'file') {
        files += 1;
        bytes += answer.size;
      }
    }
    const isEmpty = kept.length === 0;
    if (!isChanged) return { id: treeId, files, bytes, isEmpty };
    const encoded = encodeTree(kept);
    const id = writer === undefined ? blobIdOf(encoded) : (await writer.save('tree', encoded)).id;
    return { id, files, bytes, isEmpty };
  }

  async #load(path: ByteString, treeId: BlobId): Promise<{ nodes: readonly TreeNode[]; isSubstitute: boolean }> {
    let nodes: readonly TreeNode[];
    let isStable = true;
    try {
      const bytes = this.#indexed.tryLoadTreeNow(treeId) ?? (await this.#indexed.loadTreeBytes(treeId, this.#signal));
      if (this.#rule.isStrict) ({ nodes, isStable } = decodeTreeStable(bytes));
      else nodes = parseTree(bytes);
    } catch (error) {
      this.#signal.throwIfAborted();
      this.#rule.unreadable(path, error);
      return { nodes: [], isSubstitute: true };
    }
    if (!isStable) throw unstable(path, treeId);
    return { nodes, isSubstitute: false };
  }
}

function blobIdOf(bytes: Uint8Array): BlobId {
  return idHex(sha256(bytes)) as BlobId; // the hash of a blob is its id
}

function unstable(path: ByteString, treeId: BlobId): LumbungError {
  return new LumbungError('TREE_UNSTABLE', {
    kind: 'operator',
    message: `tree ${treeId} at ${textOf(path) || '/'} cannot be written again without losing something; the snapshot is left alone`,
    context: { tree: treeId, path: textOf(path).slice(0, 1024) },
    hint: 'it was written by another version or client; its snapshot cannot be rewritten, but restored as it is',
  });
}

function withoutTree(path: ByteString): LumbungError {
  return new LumbungError('TREE_SUBTREE_MISSING', {
    kind: 'corruption',
    message: `folder names no tree: ${textOf(path)}`,
    context: { path: textOf(path).slice(0, 1024) },
    hint: 'this snapshot is damaged; run "lumbung check", then "lumbung repair snapshots"',
  });
}

function tooDeep(path: ByteString): LumbungError {
  return new LumbungError('TREE_TOO_DEEP', {
    kind: 'corruption',
    message: `folders nested deeper than ${TREE_DEPTH_MAX}`,
    context: { path: textOf(path).slice(0, 1024) },
    hint: 'this snapshot was damaged or made by hand; run "lumbung check"',
  });
}
