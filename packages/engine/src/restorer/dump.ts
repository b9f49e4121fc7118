import type { Writable } from 'node:stream';
import { type ByteString, LumbungError } from '@lumbung/stdx';
import type { BlobId } from '../format/ids.ts';
import type { TreeNode } from '../format/tree.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { type ResolvedNode, resolveNode } from '../snapshot/resolve-tree.ts';
import { type DumpChunk, type DumpStep, loadInWindows } from './content-windows.ts';
import { type DumpItem, dumpSteps, type SkippedItem } from './dump-steps.ts';
import { contentOf } from './file-item.ts';
import { PacedWriter } from './paced-writer.ts';
import { shownPath } from './selection.ts';
import { hasTarEntry, tarEnd, tarHeader, tarPadding } from './tar-entry.ts';
import { hasZipEntry, writeZip } from './zip-writer.ts';

export const ARCHIVE_FORMATS = ['tar', 'zip'] as const;
export type ArchiveFormat = (typeof ARCHIVE_FORMATS)[number];

export interface DumpOptions {
  /** The snapshot's tree, or that of a folder in it. */
  readonly treeId: BlobId;
  /** A file, or a folder, or the root. */
  readonly path: ByteString;
  /** How folders are written; default `tar`. */
  readonly archive?: ArchiveFormat;
  /** Receives the bytes at its own pace; stays open. */
  readonly target: Writable;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: DumpProgress) => void;
  /** An item that an archive of this kind cannot hold, or whose name is unsafe, is left out. */
  readonly onSkipped?: (item: SkippedItem) => void;
}

export interface DumpProgress {
  readonly filesDone: number;
  readonly bytesWritten: number;
}

export interface DumpResult extends DumpProgress {
  readonly kind: 'file' | ArchiveFormat;
  readonly skippedCount: number;
}

/**
 * Writes a file as it is, or what is in a folder as an archive; a folder's own entry is not part of it, paths in the archive
 * begin at the root of `treeId`. Names of one hard-linked file become separate files, as in restic.
 *
 * Every blob is verified before its bytes are written. A damaged one ends the dump in the middle: the output is then not
 * a whole archive, and the rejection says so.
 *
 * @throws LumbungError TREE_PATH_MISSING, TREE_PATH_NOT_FOLDER, DUMP_NOT_A_FILE, DUMP_TARGET_CLOSED (operator), BLOB_MISSING,
 * BLOB_DAMAGED (corruption), BACKEND_*, the target's own error, and the signal's reason
 */
export async function dump(indexed: IndexedRepository, options: DumpOptions): Promise<DumpResult> {
  const { treeId, path, archive = 'tar', target, signal } = options;
  signal?.throwIfAborted();
  const found = await resolveNode(indexed, treeId, path, signal);
  const writer = new PacedWriter(target, signal);
  try {
    const result = await dumpFound(indexed, options, { writer, archive, treeId, rootPath: ROOT }, found);
    await writer.flush();
    return result;
  } finally {
    writer.release();
  }
}

async function dumpFound(
  indexed: IndexedRepository,
  options: DumpOptions,
  root: FolderDump,
  found: ResolvedNode,
): Promise<DumpResult> {
  if (found.kind === 'root') return dumpFolder(indexed, options, root);
  const { node, path } = found;
  if (node.type === 'dir' && node.subtree !== undefined) {
    return dumpFolder(indexed, options, { ...root, treeId: node.subtree, rootPath: path });
  }
  if (node.type !== 'file') throw notAFile(path, node);
  return dumpFile(indexed, options, root.writer, node);
}

const ROOT = '' as ByteString; // empty is a byte string

async function dumpFile(
  indexed: IndexedRepository,
  { signal, onProgress }: DumpOptions,
  writer: PacedWriter,
  node: TreeNode,
): Promise<DumpResult> {
  for await (const chunk of loadInWindows(indexed, blobSteps(indexed, node), signal)) {
    if (chunk.kind !== 'data') continue;
    await writer.write(chunk.bytes);
    onProgress?.({ filesDone: 0, bytesWritten: writer.bytesWritten });
  }
  return { kind: 'file', filesDone: 1, bytesWritten: writer.bytesWritten, skippedCount: 0 };
}

async function* blobSteps(
  indexed: IndexedRepository,
  node: TreeNode,
): AsyncGenerator<DumpStep<never>, void, undefined> {
  for (const entry of contentOf(indexed.index, node).entries) yield { kind: 'blob', entry };
}

interface FolderDump {
  readonly writer: PacedWriter;
  readonly archive: ArchiveFormat;
  readonly treeId: BlobId;
  readonly rootPath: ByteString;
}

async function dumpFolder(
  indexed: IndexedRepository,
  { signal, onProgress, onSkipped }: DumpOptions,
  { writer, archive, treeId, rootPath }: FolderDump,
): Promise<DumpResult> {
  let filesDone = 0;
  let skippedCount = 0;
  const noteSkipped = (item: SkippedItem): void => {
    skippedCount += 1;
    onSkipped?.(item);
  };
  const steps = dumpSteps(indexed, {
    treeId,
    rootPath,
    isArchivable: archive === 'tar' ? hasTarEntry : hasZipEntry,
    onSkipped: noteSkipped,
    signal,
  });
  const onItemDone = (): void => {
    filesDone += 1;
    onProgress?.({ filesDone, bytesWritten: writer.bytesWritten });
  };
  const chunks = loadInWindows(indexed, steps, signal);
  if (archive === 'tar') await writeTar(chunks, writer, onItemDone);
  else await writeZip(chunks, { writer, onItemDone, onSkipped: noteSkipped });
  return { kind: archive, filesDone, bytesWritten: writer.bytesWritten, skippedCount };
}

async function writeTar(
  chunks: AsyncIterable<DumpChunk<DumpItem>>,
  writer: PacedWriter,
  onItemDone: () => void,
): Promise<void> {
  for await (const chunk of chunks) {
    switch (chunk.kind) {
      case 'begin':
        await writer.write(tarHeader(chunk.item.path, chunk.item.node, chunk.item.contentBytes));
        break;
      case 'data':
        await writer.write(chunk.bytes);
        break;
      case 'end':
        await writer.write(tarPadding(chunk.item.contentBytes));
        onItemDone();
        break;
    }
  }
  await writer.write(tarEnd());
}

function notAFile(path: ByteString, node: TreeNode): LumbungError {
  return new LumbungError('DUMP_NOT_A_FILE', {
    kind: 'operator',
    message: `cannot dump ${shownPath(path)}: it is a ${node.type}`,
    context: { path: shownPath(path), type: node.type },
    hint: 'name a file or a folder',
  });
}
