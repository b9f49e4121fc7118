import { type ByteString, LumbungError, textOf } from '@lumbung/stdx';
import type { BlobId } from '../format/ids.ts';
import { compareInstants, instantOf, type Timestamp } from '../format/timestamp.ts';
import type { TreeNode } from '../format/tree.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { pathComponents } from './resolve-tree.ts';
import { TreeCursor } from './tree-cursor.ts';

export interface ListedNode {
  readonly path: ByteString;
  readonly node: TreeNode;
  /** 1 for nodes of the root: lets a printer of nested output close what it opened. */
  readonly depth: number;
}

export interface ListOptions {
  /** Absolute paths inside the snapshot: list these, and what lies directly in those that are folders. Empty: all. */
  readonly paths?: readonly ByteString[];
  /** With `paths`: also what lies deeper. */
  readonly recursive?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The nodes of a tree in stored order, depth first (restic's `ls`).
 *  @throws LumbungError LIST_PATH_RELATIVE (operator) and what `TreeCursor` throws */
export async function* listNodes(
  indexed: IndexedRepository,
  rootTreeId: BlobId,
  options: ListOptions = {},
): AsyncGenerator<ListedNode, void, undefined> {
  const { paths = [], recursive = false, signal } = options;
  const wanted = paths.map(wantedPath);
  const isWanted = (path: ByteString) => wanted.length === 0 || wanted.some((one) => isListed(path, one, recursive));
  const mayHold = (path: ByteString) => wanted.length === 0 || wanted.some((one) => holdsListed(path, one, recursive));

  signal?.throwIfAborted();
  const cursor = await TreeCursor.open(indexed, rootTreeId);
  for (let step = cursor.next(); step !== undefined; step = cursor.next()) {
    if (step.kind === 'leave') continue;
    const { path, node, depth } = step;
    if (isWanted(path)) yield { path, node, depth };
    if (node.type !== 'dir' || !mayHold(path)) continue;
    signal?.throwIfAborted();
    await cursor.enter(step);
  }
}

/** Cleaned, without a slash at the end; the root is empty. */
function wantedPath(path: ByteString): string {
  if (!path.startsWith('/')) {
    throw new LumbungError('LIST_PATH_RELATIVE', {
      kind: 'operator',
      message: `not an absolute path: ${textOf(path)}`,
      context: { path: textOf(path) },
      hint: 'paths inside a snapshot begin with a slash',
    });
  }
  return pathComponents(path)
    .map((component) => `/${component}`)
    .join('');
}

function isListed(path: string, wanted: string, recursive: boolean): boolean {
  if (path === wanted) return true;
  if (!path.startsWith(`${wanted}/`)) return false;
  return recursive || !path.includes('/', wanted.length + 1);
}

function holdsListed(path: string, wanted: string, recursive: boolean): boolean {
  return wanted === path || wanted.startsWith(`${path}/`) || (recursive && path.startsWith(`${wanted}/`));
}

export const LIST_ORDERS = ['name', 'size', 'time', 'mtime', 'atime', 'ctime', 'extension'] as const;
export type ListOrder = (typeof LIST_ORDERS)[number];

/** Sorts in place; equal keys fall back to the path. Needs all nodes in memory, as any sort does. */
export function sortListedNodes(nodes: ListedNode[], order: ListOrder, isReversed = false): ListedNode[] {
  const compare = LIST_COMPARATORS[order];
  const sign = isReversed ? -1 : 1;
  return nodes.sort((a, b) => sign * (compare(a, b) || compareText(a.path, b.path)));
}

type Comparator = (a: ListedNode, b: ListedNode) => number;

const byMtime: Comparator = (a, b) => compareTimes(a.node.mtime, b.node.mtime);

const LIST_COMPARATORS: Readonly<Record<ListOrder, Comparator>> = {
  name: (a, b) => compareText(a.path, b.path),
  size: (a, b) => a.node.size - b.node.size,
  time: byMtime,
  mtime: byMtime,
  atime: (a, b) => compareTimes(a.node.atime, b.node.atime),
  ctime: (a, b) => compareTimes(a.node.ctime, b.node.ctime),
  extension: (a, b) => compareText(extensionOf(a.node.name), extensionOf(b.node.name)),
};

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareTimes(a: Timestamp, b: Timestamp): number {
  return compareInstants(instantOf(a), instantOf(b));
}

function extensionOf(name: string): string {
  const dotIdx = name.lastIndexOf('.');
  return dotIdx < 0 ? '' : name.slice(dotIdx);
}
