import { type ByteString, byteStringOfText, textOf } from '@lumbung/stdx';
import { goModeOf } from '../format/go-mode.ts';
import type { BlobId, SnapshotId } from '../format/ids.ts';
import { encodeSnapshot } from '../format/snapshot-file.ts';
import { timestampOfMilliseconds, UTC_ZONE } from '../format/timestamp.ts';
import { encodeTree, type TreeNode } from '../format/tree.ts';
import type { BlobWriter } from '../repository/blob-writer.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import type { Repository } from '../repository/repository.ts';
import { loadSnapshot } from '../snapshot/snapshots.ts';
import { type WalkVerdict, walkTree } from '../snapshot/walk-tree.ts';

/** Files by name; a folder is another one of these. Several contents of a file are several blobs. */
export interface SampleFolder {
  readonly [name: string]: string | readonly string[] | SampleFolder;
}

export interface SampleOptions {
  readonly timeMs?: number;
  readonly hostname?: string;
  readonly paths?: readonly string[];
  readonly tags?: readonly string[];
  /** Every blob is stored in a pack of its own. */
  readonly packPerBlob?: boolean;
  /** Stores what is there already once more. */
  readonly force?: boolean;
}

const TIME_MS = Date.UTC(2026, 0, 1);

/** Stores a snapshot as a backup would, without a file system. */
export async function saveSampleSnapshot(
  repository: Repository,
  folder: SampleFolder,
  options: SampleOptions = {},
): Promise<SnapshotId> {
  const indexed = await repository.loadIndex();
  const tree = await saveSampleTree(indexed, folder, options);
  const { hostname = 'lab', paths = ['/sample'], tags = [], timeMs = TIME_MS } = options;
  return repository.saveUnpacked(
    'snapshots',
    encodeSnapshot({
      time: timestampOfMilliseconds(timeMs, UTC_ZONE),
      tree,
      paths,
      hostname,
      username: 'tester',
      uid: 1000,
      gid: 1000,
      excludes: [],
      tags,
    }),
  );
}

/** Stores the blobs of a folder, and an index of them. */
export async function saveSampleTree(
  indexed: IndexedRepository,
  folder: SampleFolder,
  options: SampleOptions = {},
): Promise<BlobId> {
  const writer = indexed.createWriter();
  const tree = await saveFolder(writer, folder, options);
  await writer.flush();
  return tree;
}

async function saveFolder(writer: BlobWriter, folder: SampleFolder, options: SampleOptions): Promise<BlobId> {
  const nodes: TreeNode[] = [];
  for (const [name, content] of Object.entries(folder)) {
    if (typeof content === 'string' || Array.isArray(content)) {
      const parts: readonly string[] = typeof content === 'string' ? [content] : content;
      const ids: BlobId[] = [];
      for (const part of parts) ids.push(await saveBlob(writer, 'data', Buffer.from(part), options));
      nodes.push(nodeOf(name, { type: 'file', size: parts.join('').length, content: ids }));
    } else {
      // Neither text nor a list of texts: a folder.
      const subtree = await saveFolder(writer, content as SampleFolder, options);
      nodes.push(nodeOf(name, { type: 'dir', content: null, subtree }));
    }
  }
  nodes.sort((a, b) => (a.name < b.name ? -1 : 1));
  return saveBlob(writer, 'tree', encodeTree(nodes), options);
}

async function saveBlob(
  writer: BlobWriter,
  type: 'data' | 'tree',
  bytes: Buffer,
  options: SampleOptions,
): Promise<BlobId> {
  const { id } = await writer.save(type, bytes, { force: options.force ?? false });
  if (options.packPerBlob === true) await writer.flush();
  return id;
}

export function nodeOf(name: string, part: Partial<TreeNode> & Pick<TreeNode, 'type' | 'content'>): TreeNode {
  const time = timestampOfMilliseconds(TIME_MS, UTC_ZONE);
  return {
    name: byteStringOfText(name),
    mode: goModeOf(part.type === 'dir' ? 0o040755 : 0o100644),
    mtime: time,
    atime: time,
    ctime: time,
    uid: 1000,
    gid: 1000,
    user: 'tester',
    group: 'tester',
    inode: 1n,
    deviceId: 1n,
    size: 0,
    links: 1,
    extendedAttributes: [],
    ...part,
  };
}

/** Every file of a snapshot with its whole content, by path: what a restore would give. Everything is read and verified. */
export async function readSnapshot(repository: Repository, id: SnapshotId): Promise<Record<string, string>> {
  const { tree } = await loadSnapshot(repository, id);
  return readTree(await repository.loadIndex(), tree);
}

export async function readTree(indexed: IndexedRepository, tree: BlobId): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  await walkTree(indexed, tree, {
    node: async (path: ByteString, node): Promise<WalkVerdict> => {
      if (node.type !== 'file') return 'enter';
      const parts: Buffer[] = [];
      for (const blob of node.content ?? []) parts.push(await indexed.loadBlob('data', blob));
      files[textOf(path)] = Buffer.concat(parts).toString('utf8');
      return 'enter';
    },
  });
  return files;
}
