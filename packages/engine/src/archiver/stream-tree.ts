import { type ByteString, byteStringOfText, LumbungError, textOf } from '@lumbung/stdx';
import { goModeOf } from '../format/go-mode.ts';
import { parseBlobId } from '../format/ids.ts';
import { syntheticNode } from '../format/synthetic-node.ts';
import { encodeTree, type TreeNode } from '../format/tree.ts';
import type { BackupSession } from './backup-session.ts';
import { joinPath } from './targets.ts';

const S_IFDIR = 0o040000;
const FOLDER_MODE = 0o755;
const SLASH = byteStringOfText('/');

interface VirtualFolder {
  readonly folders: Map<ByteString, VirtualFolder>;
  /** Undefined: the name is taken by a stream that is not stored yet. */
  readonly files: Map<ByteString, TreeNode | undefined>;
}

/** Where a stream's file will be. */
export interface StreamPlace {
  readonly path: ByteString;
  readonly name: ByteString;
  put(node: TreeNode): void;
}

/** The folders that streams are stored in, made of their paths. */
export class StreamTree {
  readonly #root: VirtualFolder = newFolder();

  /** Takes a path for one stream; missing folders are made.
   *  @throws LumbungError BACKUP_STREAM_PATH_INVALID (operator): not a plain path, or taken, or a file is in its way */
  reserve(path: string): StreamPlace {
    const components = componentsOf(path);
    const name = components.at(-1);
    if (name === undefined) throw invalidPath(path);
    const { folders, files } = folderOf(this.#root, components.slice(0, -1), path);
    if (files.has(name) || folders.has(name)) throw invalidPath(path);
    files.set(name, undefined);
    return {
      path: byteStringOfText(`/${components.map(textOf).join('/')}`),
      name,
      put: (node) => files.set(name, node),
    };
  }

  /** Stores the folders and answers the id of the root. Every stream must have been put. */
  save(session: BackupSession): string {
    return saveFolder(session, this.#root, SLASH);
  }
}

function newFolder(): VirtualFolder {
  return { folders: new Map(), files: new Map() };
}

function componentsOf(path: string): ByteString[] {
  const components = path.split('/').filter((part) => part !== '');
  if (components.some((part) => part === '.' || part === '..' || part.includes('\0'))) throw invalidPath(path);
  return components.map(byteStringOfText);
}

function folderOf(root: VirtualFolder, components: readonly ByteString[], path: string): VirtualFolder {
  let folder = root;
  for (const component of components) {
    if (folder.files.has(component)) throw invalidPath(path);
    let next = folder.folders.get(component);
    if (next === undefined) {
      next = newFolder();
      folder.folders.set(component, next);
    }
    folder = next;
  }
  return folder;
}

function invalidPath(path: string): LumbungError {
  return new LumbungError('BACKUP_STREAM_PATH_INVALID', {
    kind: 'operator',
    message: `cannot store a stream as ${JSON.stringify(path)}`,
    context: { path },
    hint: 'use a plain path such as dumps/site.sql, once',
  });
}

function saveFolder(session: BackupSession, folder: VirtualFolder, path: ByteString): string {
  const nodes: TreeNode[] = [...folder.files.values()].filter((node) => node !== undefined);
  for (const [name, child] of folder.folders) {
    const childPath = joinPath(path, name);
    nodes.push({
      ...syntheticNode({ name, time: session.time, owner: session.repository.ports.identity }),
      type: 'dir',
      mode: goModeOf(S_IFDIR | FOLDER_MODE),
      content: null,
      subtree: parseBlobId(saveFolder(session, child, childPath)),
    });
    session.progress.endFolder(childPath, 'new');
  }
  nodes.sort((a, b) => (a.name < b.name ? -1 : 1));
  return session.trees.saveBytes(encodeTree(nodes));
}
