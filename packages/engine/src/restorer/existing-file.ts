import { type BigIntStats, lstatSync, rmdirSync, unlinkSync } from 'node:fs';
import { type ByteString, errnoOf, fsPath, LumbungError } from '@lumbung/stdx';
import { type Instant, instantOf } from '../format/timestamp.ts';
import type { TreeNode } from '../format/tree.ts';
import { removeTree } from './remove-tree.ts';
import type { OverwritePolicy } from './restore-options.ts';
import { shownPath } from './selection.ts';

/** What lies at a path where something is to be restored. */
export interface ExistingFile {
  readonly type: 'file' | 'dir' | 'other';
  readonly sizeBytes: number;
  readonly mtime: Instant;
  readonly linkCount: number;
  readonly inode: bigint;
  readonly device: bigint;
  readonly mode: number;
}

/** lstat, without an error for what is not there.
 *  @throws the system's error otherwise */
export function existingFileAt(path: ByteString): ExistingFile | undefined {
  let stats: BigIntStats | undefined;
  try {
    stats = lstatSync(fsPath(path), { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
  if (stats === undefined) return undefined;
  return {
    type: stats.isFile() ? 'file' : stats.isDirectory() ? 'dir' : 'other',
    sizeBytes: Number(stats.size),
    mtime: instantOfNanoseconds(stats.mtimeNs),
    linkCount: Number(stats.nlink),
    inode: stats.ino,
    device: stats.dev,
    mode: Number(stats.mode) & 0o7777,
  };
}

const NANOSECONDS = 1_000_000_000n;

function instantOfNanoseconds(total: bigint): Instant {
  const rest = total % NANOSECONDS;
  const nanoseconds = rest < 0n ? rest + NANOSECONDS : rest;
  return { seconds: Number((total - nanoseconds) / NANOSECONDS), nanoseconds: Number(nanoseconds) };
}

/**
 * - `create`: nothing is there.
 * - `skip`: leave what is there.
 * - `trust`: its content is taken for right; metadata is set.
 * - `compare`: read it, then write what differs.
 * - `replace`: remove it, then create.
 */
export const OVERWRITE_VERDICTS = ['create', 'skip', 'trust', 'compare', 'replace'] as const;
export type OverwriteVerdict = (typeof OVERWRITE_VERDICTS)[number];

/** What the policy says about restoring `node` where `existing` lies. */
export function judgeOverwrite(
  policy: OverwritePolicy,
  existing: ExistingFile | undefined,
  node: TreeNode,
): OverwriteVerdict {
  if (existing === undefined) return 'create';
  if (policy === 'never') return 'skip';
  const mtime = instantOf(node.mtime);
  if (policy === 'if-newer' && !isLater(mtime, existing.mtime)) return 'skip';
  if (node.type !== 'file' || existing.type !== 'file') return 'replace';
  if (policy === 'if-changed' && existing.sizeBytes === node.size && isSame(mtime, existing.mtime)) return 'trust';
  return 'compare';
}

function isLater(a: Instant, b: Instant): boolean {
  return a.seconds !== b.seconds ? a.seconds > b.seconds : a.nanoseconds > b.nanoseconds;
}

function isSame(a: Instant, b: Instant): boolean {
  return a.seconds === b.seconds && a.nanoseconds === b.nanoseconds;
}

/** Makes room for a node. A folder that is not empty goes only when extra files may be deleted.
 *  @throws LumbungError RESTORE_FOLDER_IN_THE_WAY (operator), or the system's error */
export function removeExisting(path: ByteString, existing: ExistingFile, deletesExtra: boolean): void {
  if (existing.type !== 'dir') {
    unlinkSync(fsPath(path));
    return;
  }
  if (deletesExtra) {
    removeTree(path, { onRemoved: () => undefined });
    return;
  }
  try {
    rmdirSync(fsPath(path));
  } catch (cause) {
    if (errnoOf(cause) !== 'ENOTEMPTY' && errnoOf(cause) !== 'EEXIST') throw cause;
    throw new LumbungError('RESTORE_FOLDER_IN_THE_WAY', {
      kind: 'operator',
      message: `a folder that is not empty is in the way: ${shownPath(path)}`,
      context: { path: shownPath(path) },
      hint: 'move the folder away, or let the restore delete what the snapshot does not have (--delete)',
      cause,
    });
  }
}
