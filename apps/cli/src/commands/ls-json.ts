import {
  goJsonObject,
  instantOf,
  type ListedNode,
  permissionString,
  posixModeOf,
  type SnapshotRecord,
  shortId,
  snapshotFields,
} from '@lumbung/engine';
import { textOf } from '@lumbung/stdx';

/** The first line of `ls --json`: of what the nodes are. */
export function listedSnapshotJson(snapshot: SnapshotRecord): string {
  return goJsonObject([
    ...snapshotFields(snapshot),
    { key: 'id', text: snapshot.id },
    { key: 'short_id', text: shortId(snapshot.id) },
    { key: 'message_type', text: 'snapshot' },
    { key: 'struct_type', text: 'snapshot' },
  ]);
}

/** A line of `ls --json`. Files have a size, also when it is 0; nothing else has one. */
export function listedNodeJson({ path, node }: ListedNode): string {
  return goJsonObject([
    { key: 'name', text: textOf(node.name) },
    { key: 'type', text: node.type === 'unknown' ? (node.storedType ?? '') : node.type },
    { key: 'path', text: textOf(path) },
    { key: 'uid', number: node.uid },
    { key: 'gid', number: node.gid },
    { key: 'size', number: node.type === 'file' ? node.size : undefined },
    { key: 'mode', number: node.mode === 0 ? undefined : node.mode },
    { key: 'permissions', text: permissionString(node.mode) },
    { key: 'mtime', text: node.mtime },
    { key: 'atime', text: node.atime },
    { key: 'ctime', text: node.ctime },
    { key: 'inode', json: node.inode === 0n ? undefined : String(node.inode) },
    { key: 'message_type', text: 'node' },
    { key: 'struct_type', text: 'node' },
  ]);
}

const NCDU_BLOCK_BYTES = 512;

/** An item of the NCDU export format, version 1.2: what `ncdu -f` reads. @see https://dev.yorhel.nl/ncdu/jsonfmt */
export function ncduItemJson({ node }: ListedNode): string {
  const isFolder = node.type === 'dir';
  return goJsonObject([
    { key: 'name', text: textOf(node.name) },
    { key: 'asize', number: node.size },
    { key: 'dsize', number: Math.ceil(node.size / NCDU_BLOCK_BYTES) * NCDU_BLOCK_BYTES },
    { key: 'dev', json: String(node.deviceId) },
    { key: 'ino', json: String(node.inode) },
    { key: 'nlink', number: isFolder ? 0 : node.links },
    { key: 'notreg', flag: !isFolder && node.type !== 'file' },
    { key: 'uid', number: node.uid },
    { key: 'gid', number: node.gid },
    { key: 'mode', number: posixModeOf(node.mode) & 0o7777 },
    { key: 'mtime', number: instantOf(node.mtime).seconds },
  ]);
}
