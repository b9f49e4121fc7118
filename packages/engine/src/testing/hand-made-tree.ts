import { type ByteString, byteStringOfText } from '@lumbung/stdx';
import { goModeOf } from '../format/go-mode.ts';
import type { BlobId } from '../format/ids.ts';
import { parseTimestamp } from '../format/timestamp.ts';
import { encodeNode, type TreeNode } from '../format/tree.ts';
import type { BlobWriter } from '../repository/blob-writer.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';

/** A node and what it holds. Nodes are stored in the given order, with the given names: a list may be one that no writer
 *  would make. */
export interface HandMadeNode {
  readonly node: Omit<TreeNode, 'content' | 'subtree'>;
  readonly content?: readonly Buffer[];
  /** Or the id of a tree that is there. */
  readonly children?: readonly HandMadeNode[] | BlobId;
}

type Fields = Partial<Omit<TreeNode, 'name' | 'type' | 'content' | 'subtree' | 'mode'>> & {
  /** POSIX permission bits. */
  readonly permissions?: number;
  readonly rawName?: ByteString;
};

const TIME = parseTimestamp('2020-02-03T04:05:06.123456789Z');

/** A file of the given blobs. */
export function file(name: string, content: string | readonly Buffer[], fields: Fields = {}): HandMadeNode {
  const blobs = typeof content === 'string' ? (content === '' ? [] : [Buffer.from(content)]) : content;
  const size = blobs.reduce((sum, { length }) => sum + length, 0);
  return { node: nodeOf(name, 'file', 0o100000 | (fields.permissions ?? 0o644), { size, ...fields }), content: blobs };
}

export function folder(name: string, children: readonly HandMadeNode[] | BlobId, fields: Fields = {}): HandMadeNode {
  return { node: nodeOf(name, 'dir', 0o040000 | (fields.permissions ?? 0o755), fields), children };
}

export function link(name: string, target: string, fields: Fields = {}): HandMadeNode {
  const linkTarget = byteStringOfText(target);
  return { node: nodeOf(name, 'symlink', 0o120777, { linkTarget, ...fields }) };
}

export function fifo(name: string, fields: Fields = {}): HandMadeNode {
  return { node: nodeOf(name, 'fifo', 0o010000 | (fields.permissions ?? 0o644), fields) };
}

export function device(name: string, type: 'dev' | 'chardev', number: bigint, fields: Fields = {}): HandMadeNode {
  const format = type === 'dev' ? 0o060000 : 0o020000;
  return { node: nodeOf(name, type, format | (fields.permissions ?? 0o600), { device: number, ...fields }) };
}

function nodeOf(name: string, type: TreeNode['type'], stMode: number, fields: Fields): HandMadeNode['node'] {
  const { permissions: _, rawName, ...rest } = fields;
  return {
    name: rawName ?? byteStringOfText(name),
    type,
    mode: goModeOf(stMode),
    mtime: TIME,
    atime: TIME,
    ctime: TIME,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    user: '',
    group: '',
    inode: 0n,
    deviceId: 0n,
    size: 0,
    links: type === 'dir' ? 0 : 1,
    extendedAttributes: [],
    ...rest,
  };
}

/** Stores the blobs of a tree and an index of them; answers the root's id. The repository's index knows them at once. */
export async function saveHandMadeTree(indexed: IndexedRepository, nodes: readonly HandMadeNode[]): Promise<BlobId> {
  const writer = indexed.createWriter();
  const id = await saveNodes(writer, nodes);
  await writer.flush();
  return id;
}

async function saveNodes(writer: BlobWriter, nodes: readonly HandMadeNode[]): Promise<BlobId> {
  const encoded: string[] = [];
  for (const { node, content, children } of nodes) {
    const ids: BlobId[] = [];
    for (const bytes of content ?? []) ids.push((await writer.save('data', bytes)).id);
    const subtree =
      children === undefined || typeof children === 'string' ? children : await saveNodes(writer, children);
    encoded.push(
      encodeNode({
        ...node,
        content: content === undefined ? null : ids,
        ...(subtree === undefined ? {} : { subtree }),
      }),
    );
  }
  return (await writer.save('tree', Buffer.from(`{"nodes":[${encoded.join(',')}]}\n`))).id;
}
