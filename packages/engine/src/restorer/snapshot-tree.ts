import { type ByteString, byteStringOfText, isLumbungError, LumbungError, textOf } from '@lumbung/stdx';
import type { BlobId, SnapshotId } from '../format/ids.ts';
import { isSafeName, type TreeNode } from '../format/tree.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import type { Repository } from '../repository/repository.ts';
import { resolveTree } from '../snapshot/resolve-tree.ts';
import { loadSnapshot } from '../snapshot/snapshots.ts';
import { TreeCursor } from '../snapshot/tree-cursor.ts';
import { type DumpStep, loadInWindows } from './content-windows.ts';
import { contentOf } from './file-item.ts';
import { shownPath } from './selection.ts';

/** Nodes of folders that were read, kept so that ten thousand files of one folder do not read it ten thousand times. One
 *  folder is kept whatever its size. */
const NODES_KEPT_MAX = 100_000;

const ROOT = '' as ByteString; // empty is a byte string

export interface SnapshotFile {
  /** From the root of the tree, joined with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** The regular files of a snapshot, to be read one by one. Paths are from the root of the tree, joined with `/`, without a
 *  slash at their begin; `.` and `..` are not resolved, links are not followed. */
export interface SnapshotTree {
  /**
   * Every regular file below `folder` ('' for the root), depth first in stored order; none where there is no such folder.
   * Links, devices and pipes are left out. A name that is not UTF-8 is told with U+FFFD in it and cannot be read.
   *
   * @throws LumbungError TREE_PATH_NOT_FOLDER (operator), NODE_NAME_UNSAFE, TREE_LOOP, TREE_TOO_DEEP, TREE_SUBTREE_MISSING
   *  and what a tree that cannot be read gives (corruption), BACKEND_*, and the signal's reason
   */
  files(folder: string, signal?: AbortSignal): AsyncIterable<SnapshotFile>;

  /**
   * The bytes of one file, in order. Every blob is verified before its bytes are handed out; content is read some MiB ahead.
   * Several files may be read at the same time.
   *
   * @throws LumbungError TREE_PATH_MISSING, TREE_PATH_NOT_FOLDER, TREE_PATH_NOT_FILE (operator), BLOB_MISSING, BLOB_DAMAGED,
   *  NODE_CONTENT_MISSING (corruption; the context names the path), BACKEND_*, and the signal's reason
   */
  read(path: string, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface OpenSnapshotTreeOptions {
  /** Only what is in this folder; paths are from there. */
  readonly subfolder?: string;
  /** The loaded index of the repository, where there is one. */
  readonly indexed?: IndexedRepository;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens the files of a snapshot for reading.
 *
 * @throws LumbungError TREE_PATH_MISSING, TREE_PATH_NOT_FOLDER (operator) for the subfolder; SNAPSHOT_INVALID,
 *  REPOSITORY_FILE_DAMAGED, BLOB_MISSING, BLOB_DAMAGED, TREE_INVALID (corruption), BACKEND_*
 */
export async function openSnapshotTree(
  repository: Repository,
  snapshotId: SnapshotId,
  options: OpenSnapshotTreeOptions = {},
): Promise<SnapshotTree> {
  const { subfolder, signal } = options;
  // Snapshots before the index: what a snapshot refers to is in the index that is loaded after it.
  const { tree } = await loadSnapshot(repository, snapshotId, signal);
  const indexed = options.indexed ?? (await repository.loadIndex({ signal }));
  const folder = subfolder === undefined ? undefined : byteStringOfText(subfolder);
  return new StoredTree(indexed, await resolveTree(indexed, tree, folder, signal));
}

type Folder = ReadonlyMap<ByteString, TreeNode>;

class StoredTree implements SnapshotTree {
  readonly #indexed: IndexedRepository;
  readonly #treeId: BlobId;
  /** By path, the least recently used first. */
  readonly #kept = new Map<string, Folder>();
  #nodesKept = 0;

  constructor(indexed: IndexedRepository, treeId: BlobId) {
    this.#indexed = indexed;
    this.#treeId = treeId;
  }

  async *files(folder: string, signal?: AbortSignal): AsyncGenerator<SnapshotFile, void, undefined> {
    signal?.throwIfAborted();
    let treeId = this.#treeId;
    if (folder !== '') {
      const node = await this.#find(folder, signal);
      if (node === undefined) return;
      treeId = subtreeOf(node, folder);
    }
    const rootPath = folder === '' ? ROOT : byteStringOfText(`/${folder}`);
    const cursor = await TreeCursor.open(this.#indexed, treeId, rootPath);
    for (let step = cursor.next(); step !== undefined; step = cursor.next()) {
      if (step.kind === 'leave') continue;
      const { node, path } = step;
      if (!isSafeName(node.name)) throw unsafeName(path);
      if (node.type === 'file') yield { path: textOf(path).slice(1), sizeBytes: this.#sizeOf(node) };
      if (node.type !== 'dir') continue;
      signal?.throwIfAborted();
      await cursor.enter(step);
    }
  }

  async *read(path: string, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    signal?.throwIfAborted();
    const node = await this.#find(path, signal);
    if (node === undefined) throw missing(path);
    if (node.type !== 'file') throw notFile(path, node);
    try {
      for await (const chunk of loadInWindows(this.#indexed, this.#steps(node), signal)) {
        signal?.throwIfAborted();
        if (chunk.kind === 'data') yield chunk.bytes;
      }
    } catch (error) {
      throw naming(path, error);
    }
  }

  async *#steps(node: TreeNode): AsyncGenerator<DumpStep<never>, void, undefined> {
    for (const entry of contentOf(this.#indexed.index, node).entries) yield { kind: 'blob', entry };
  }

  /** What the file will have; where blobs are missing, what the snapshot claims: reading it says what is wrong. */
  #sizeOf(node: TreeNode): number {
    try {
      return contentOf(this.#indexed.index, node).contentBytes;
    } catch (error) {
      if (isLumbungError(error) && error.kind === 'corruption') return node.size;
      throw error;
    }
  }

  /** Undefined: it is not there. */
  async #find(path: string, signal: AbortSignal | undefined): Promise<TreeNode | undefined> {
    const names = path.split('/').map(byteStringOfText);
    if (!names.every(isSafeName)) return undefined;
    let treeId = this.#treeId;
    let walked = '';
    for (const [depth, name] of names.entries()) {
      const node = (await this.#folder(walked, treeId, signal)).get(name);
      if (node === undefined || depth === names.length - 1) return node;
      walked = `${walked}/${name}`;
      treeId = subtreeOf(node, shownWalk(walked));
    }
    return undefined;
  }

  async #folder(path: string, treeId: BlobId, signal: AbortSignal | undefined): Promise<Folder> {
    const kept = this.#kept.get(path);
    if (kept !== undefined) {
      this.#kept.delete(path);
      this.#kept.set(path, kept);
      return kept;
    }
    let nodes: readonly TreeNode[];
    try {
      nodes = await this.#indexed.loadTree(treeId, signal);
    } catch (error) {
      throw naming(shownWalk(path), error);
    }
    const folder: Folder = new Map(nodes.map((node) => [node.name, node]));
    this.#keep(path, folder);
    return folder;
  }

  #keep(path: string, folder: Folder): void {
    // Another reader may have kept it meanwhile.
    this.#nodesKept += folder.size - (this.#kept.get(path)?.size ?? 0);
    this.#kept.delete(path);
    this.#kept.set(path, folder);
    for (const [oldest, { size }] of this.#kept) {
      if (this.#nodesKept <= NODES_KEPT_MAX || oldest === path) break;
      this.#kept.delete(oldest);
      this.#nodesKept -= size;
    }
  }
}

function subtreeOf(node: TreeNode, path: string): BlobId {
  if (node.type === 'dir' && node.subtree !== undefined) return node.subtree;
  throw new LumbungError('TREE_PATH_NOT_FOLDER', {
    kind: 'operator',
    message: `path ${shown(path)}: not a directory`,
    context: { path: shown(path), type: node.type },
  });
}

function missing(path: string): LumbungError {
  return new LumbungError('TREE_PATH_MISSING', {
    kind: 'operator',
    message: `path ${shown(path)}: not found`,
    context: { path: shown(path), missing: shown(path) },
    hint: 'list what the snapshot holds with "lumbung ls"',
  });
}

function notFile(path: string, node: TreeNode): LumbungError {
  return new LumbungError('TREE_PATH_NOT_FILE', {
    kind: 'operator',
    message: `path ${shown(path)}: not a file`,
    context: { path: shown(path), type: node.type },
    hint: 'name a regular file; links are not followed',
  });
}

function unsafeName(path: ByteString): LumbungError {
  return new LumbungError('NODE_NAME_UNSAFE', {
    kind: 'corruption',
    message: `not a name of a file: ${JSON.stringify(shownPath(path))}`,
    context: { path: shownPath(path) },
    hint: 'this snapshot was damaged or made by hand',
  });
}

/** Damage with the path it was met at. */
function naming(path: string, error: unknown): unknown {
  if (!isLumbungError(error) || error.kind !== 'corruption' || error.context['path'] !== undefined) return error;
  return new LumbungError(error.code, {
    kind: error.kind,
    message: `${shown(path)}: ${error.message}`,
    context: { ...error.context, path: shown(path) },
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  });
}

/** A path that was put together from names and slashes, as it is given by callers. */
function shownWalk(path: string): string {
  return shownPath(path as ByteString).slice(1); // made of byte strings
}

function shown(path: string): string {
  return path.slice(0, 4096);
}
