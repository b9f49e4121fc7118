import { type ByteString, type ErrorRecord, LumbungError, toErrorRecord } from '@lumbung/stdx';
import type { BlobId } from '../format/ids.ts';
import { isSafeName, type TreeNode } from '../format/tree.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { TreeCursor } from '../snapshot/tree-cursor.ts';
import type { DumpStep } from './content-windows.ts';
import { contentOf } from './file-item.ts';
import { shownPath } from './selection.ts';

/** A member of an archive. */
export interface DumpItem {
  /** Path in the archive, without a slash at its begin. */
  readonly path: ByteString;
  readonly node: TreeNode;
  readonly contentBytes: number;
}

export interface SkippedItem {
  readonly path: ByteString;
  readonly error: ErrorRecord;
}

export interface DumpStepsOptions {
  readonly treeId: BlobId;
  /** Path of the tree in the snapshot; empty for the root. */
  readonly rootPath: ByteString;
  readonly isArchivable: (node: TreeNode) => boolean;
  readonly onSkipped: (item: SkippedItem) => void;
  readonly signal: AbortSignal | undefined;
}

/** Everything below a tree in the order of an archive: folders before what is in them, each file with its blobs.
 *  @throws LumbungError BLOB_MISSING, NODE_CONTENT_MISSING (corruption) and what `TreeCursor` throws: an archive with silent
 *  holes would be taken for a whole one */
export async function* dumpSteps(
  indexed: IndexedRepository,
  options: DumpStepsOptions,
): AsyncGenerator<DumpStep<DumpItem>, void, undefined> {
  const { treeId, rootPath, isArchivable, onSkipped, signal } = options;
  const cursor = await TreeCursor.open(indexed, treeId, rootPath);
  for (let step = cursor.next(); step !== undefined; step = cursor.next()) {
    if (step.kind === 'leave') continue;
    const { node, path } = step;
    if (!isSafeName(node.name)) {
      onSkipped({ path, error: toErrorRecord(unsafeName(path)) });
      continue;
    }
    if (!isArchivable(node)) {
      if (node.type !== 'socket') onSkipped({ path, error: toErrorRecord(notArchivable(node)) });
      continue;
    }
    const content = node.type === 'file' ? contentOf(indexed.index, node) : NO_CONTENT;
    // Without its first slash a byte string is still one.
    const item: DumpItem = { path: path.slice(1) as ByteString, node, contentBytes: content.contentBytes };
    yield { kind: 'begin', item };
    for (const entry of content.entries) yield { kind: 'blob', entry };
    yield { kind: 'end', item };
    if (node.type !== 'dir') continue;
    signal?.throwIfAborted();
    await cursor.enter(step);
  }
}

const NO_CONTENT = { entries: [] as const, contentBytes: 0 };

function unsafeName(path: ByteString): LumbungError {
  return new LumbungError('NODE_NAME_UNSAFE', {
    kind: 'corruption',
    message: `not a name of a file: ${JSON.stringify(shownPath(path))}`,
    context: { path: shownPath(path) },
    hint: 'this snapshot was damaged or made by hand; the file is left out',
  });
}

function notArchivable(node: TreeNode): LumbungError {
  return new LumbungError('DUMP_TYPE_UNSUPPORTED', {
    kind: 'operator',
    message: `an archive of this kind cannot hold a node of type ${node.type}`,
    context: { type: node.type },
    hint: 'a tar archive can hold links, devices and pipes; a zip archive cannot hold devices and pipes',
  });
}
