import { LumbungError } from '@lumbung/stdx';
import type { BlobIndex } from '../blob-index/blob-index.ts';
import type { TreeNode } from '../format/tree.ts';
import { entryOf, plaintextBytesOf } from '../snapshot/blob-tally.ts';
import type { NodeMetadata } from './node-metadata.ts';
import type { TargetFolder } from './target-folder.ts';

/** A regular file of the snapshot with its content looked up. */
export interface FileItem {
  readonly folder: TargetFolder;
  readonly node: TreeNode;
  readonly metadata: NodeMetadata;
  /** Index entries of its blobs, in order. */
  readonly entries: readonly number[];
  /** Sum of the blobs: what the file will have. The node's own size is a claim that old snapshots got wrong. */
  readonly contentBytes: number;
  readonly storedBytes: number;
}

/** @throws LumbungError NODE_CONTENT_MISSING, BLOB_MISSING (corruption) */
export function contentOf(
  index: BlobIndex,
  node: TreeNode,
): Pick<FileItem, 'entries' | 'contentBytes' | 'storedBytes'> {
  if (node.content === null) {
    throw new LumbungError('NODE_CONTENT_MISSING', {
      kind: 'corruption',
      message: 'the snapshot names no content for this file',
      hint: 'run "lumbung check"; "lumbung repair snapshots" removes what cannot be restored',
    });
  }
  const entries: number[] = [];
  let contentBytes = 0;
  let storedBytes = 0;
  for (const id of node.content) {
    const entry = entryOf(index, 'data', id);
    entries.push(entry);
    contentBytes += plaintextBytesOf(index, entry);
    storedBytes += index.lengthOf(entry);
  }
  return { entries, contentBytes, storedBytes };
}
