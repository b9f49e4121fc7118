import { type ByteString, byteStringOfText, LumbungError, textOf } from '@lumbung/stdx';
import { goModeOf } from '../format/go-mode.ts';
import { type BlobId, parseBlobId } from '../format/ids.ts';
import { syntheticNode } from '../format/synthetic-node.ts';
import { localZone, timestampOfMilliseconds } from '../format/timestamp.ts';
import { encodeTree, type TreeNode } from '../format/tree.ts';
import type { Repository } from '../repository/repository.ts';
import type { BackupCallOptions, BackupResult, StreamBackupOptions, StreamEntry } from './backup-options.ts';
import { type BackupContent, type BackupSession, runBackupSession } from './backup-session.ts';
import { storeStream } from './stream-store.ts';
import { joinPath } from './targets.ts';

const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const FOLDER_MODE = 0o755;
const FILE_MODE_DEFAULT = 0o644;
const SLASH = byteStringOfText('/');

interface VirtualFolder {
  readonly folders: Map<ByteString, VirtualFolder>;
  readonly files: Map<ByteString, TreeNode>;
}

/**
 * Backs up streams: standard input, dumps, files of another machine. Every stream is read to its end before the
 * snapshot is written; if one fails, or `verify` throws, there is no snapshot.
 *
 * @throws LumbungError BACKUP_STREAM_EMPTY, BACKUP_STREAM_PATH_INVALID (operator); what a stream or `verify` fails
 *   with; see `backup` for the rest
 */
export async function backupStreams(
  repository: Repository,
  options: StreamBackupOptions,
  call: BackupCallOptions = {},
): Promise<BackupResult> {
  const root: VirtualFolder = { folders: new Map(), files: new Map() };
  // Without given paths the entries name themselves while they are read, and no parent can be looked for by path.
  const paths = options.paths ?? (Array.isArray(options.entries) ? entryPaths(options.entries) : ['/']);
  return await runBackupSession(repository, options, call, {
    paths,
    withAtime: false,
    fill: (session) => archiveStreams(session, options, root),
  });
}

function entryPaths(entries: readonly StreamEntry[]): string[] {
  return entries.map(({ path }) => (path.startsWith('/') ? path : `/${path}`));
}

async function archiveStreams(
  session: BackupSession,
  options: StreamBackupOptions,
  root: VirtualFolder,
): Promise<BackupContent> {
  const { progress, pool, trees, chunker, signal } = session;
  let sizeBytes = 0;
  for await (const entry of options.entries) {
    signal.throwIfAborted();
    const components = componentsOf(entry.path);
    const name = components.at(-1);
    if (name === undefined) throw invalidPath(entry.path);
    const folder = folderOf(root, components.slice(0, -1), entry.path);
    if (folder.files.has(name) || folder.folders.has(name)) throw invalidPath(entry.path);
    const path = byteStringOfText(`/${components.map(textOf).join('/')}`);
    progress.beginFile(path);
    progress.foundFile(0);
    const stored = await storeStream(await entry.open(), { pool, chunker, onBytes: () => progress.tick() });
    sizeBytes += stored.sizeBytes;
    folder.files.set(name, fileNode(session, entry, name, stored));
    progress.endFile(path, 'new', stored.sizeBytes, stored.added);
  }
  progress.endWalk();
  if (sizeBytes === 0 && options.refuseEmpty !== false) {
    throw new LumbungError('BACKUP_STREAM_EMPTY', {
      kind: 'operator',
      message: 'the input was empty: nothing was backed up',
      hint: 'check the command that should have produced the data',
    });
  }
  await pool.drain();
  await options.verify?.();
  const tree = saveFolder(session, root, SLASH, trees);
  return { tree, isEmpty: false, excludes: [] };
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
      next = { folders: new Map(), files: new Map() };
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

function fileNode(
  session: BackupSession,
  entry: StreamEntry,
  name: ByteString,
  stored: { readonly ids: readonly string[]; readonly sizeBytes: number },
): TreeNode {
  const time = entry.mtimeMs === undefined ? session.time : timestampOfMilliseconds(entry.mtimeMs, localZone());
  return {
    ...syntheticNode({ name, time, owner: session.repository.ports.identity }),
    type: 'file',
    mode: goModeOf(S_IFREG | (entry.mode ?? FILE_MODE_DEFAULT)),
    size: stored.sizeBytes,
    content: stored.ids.map((id): BlobId => parseBlobId(id)),
  };
}

function saveFolder(
  session: BackupSession,
  folder: VirtualFolder,
  path: ByteString,
  trees: BackupSession['trees'],
): string {
  const nodes: TreeNode[] = [...folder.files.values()];
  for (const [name, child] of folder.folders) {
    const childPath = joinPath(path, name);
    nodes.push({
      ...syntheticNode({ name, time: session.time, owner: session.repository.ports.identity }),
      type: 'dir',
      mode: goModeOf(S_IFDIR | FOLDER_MODE),
      content: null,
      subtree: parseBlobId(saveFolder(session, child, childPath, trees)),
    });
    session.progress.endFolder(childPath, 'new');
  }
  nodes.sort((a, b) => (a.name < b.name ? -1 : 1));
  return trees.saveBytes(encodeTree(nodes));
}
