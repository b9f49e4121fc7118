import { type ByteString, bytesOf, LumbungError, textOf } from '@lumbung/stdx';
import type { BlobId } from '../format/ids.ts';
import type { TreeNode } from '../format/tree.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';

/** The components of a path inside a snapshot, cleaned lexically: no empty ones, `.` and `..` resolved. */
export function pathComponents(path: ByteString): ByteString[] {
  const components: string[] = [];
  for (const component of path.split('/')) {
    if (component === '' || component === '.') continue;
    if (component === '..') components.pop();
    else components.push(component);
  }
  // A part of a byte string between two slashes is a byte string.
  return components as ByteString[];
}

/** `a/b` under `/x` is `/x/a/b`; the root is the empty string, so that every path begins with a slash. */
export function joinPath(folder: string, name: string): ByteString {
  // Two byte strings and a slash make a byte string.
  return `${folder}/${name}` as ByteString;
}

/** Id of the tree at `folder` below `rootTreeId`; an empty or missing `folder` means the root.
 *  @throws LumbungError TREE_PATH_MISSING, TREE_PATH_NOT_FOLDER (operator) and what `loadTree` throws */
export async function resolveTree(
  indexed: IndexedRepository,
  rootTreeId: BlobId,
  folder?: ByteString,
  signal?: AbortSignal,
): Promise<BlobId> {
  if (folder === undefined) return rootTreeId;
  const found = await resolveNode(indexed, rootTreeId, folder, signal);
  if (found.kind === 'root') return rootTreeId;
  return subtreeOf(found.node, folder);
}

export type ResolvedNode =
  | { readonly kind: 'root' }
  | {
      readonly kind: 'node';
      readonly node: TreeNode;
      readonly path: ByteString;
    };

/** The node at `path` below `rootTreeId`. The root itself has no node.
 *  @throws LumbungError TREE_PATH_MISSING, TREE_PATH_NOT_FOLDER (operator) and what `loadTree` throws */
export async function resolveNode(
  indexed: IndexedRepository,
  rootTreeId: BlobId,
  path: ByteString,
  signal?: AbortSignal,
): Promise<ResolvedNode> {
  let treeId = rootTreeId;
  let node: TreeNode | undefined;
  let walked = '';
  for (const component of pathComponents(path)) {
    signal?.throwIfAborted();
    if (node !== undefined) treeId = subtreeOf(node, walked);
    node = (await indexed.loadTree(treeId)).find(({ name }) => name === component);
    walked = joinPath(walked, component);
    if (node === undefined) {
      throw new LumbungError('TREE_PATH_MISSING', {
        kind: 'operator',
        message: `path ${textOf(path)}: not found`,
        context: { path: textOf(path), missing: shownPath(walked) },
        hint: 'list what the snapshot holds with "lumbung ls"',
      });
    }
  }
  return node === undefined ? { kind: 'root' } : { kind: 'node', node, path: joinPath('', walked.slice(1)) };
}

function subtreeOf(node: TreeNode, path: string): BlobId {
  if (node.type === 'dir' && node.subtree !== undefined) return node.subtree;
  throw new LumbungError('TREE_PATH_NOT_FOLDER', {
    kind: 'operator',
    message: `path ${shownPath(path)}: not a directory`,
    context: { path: shownPath(path), type: node.type },
  });
}

function shownPath(path: string): string {
  // Callers build `path` from byte strings only.
  return bytesOf(path as ByteString).toString('utf8');
}
