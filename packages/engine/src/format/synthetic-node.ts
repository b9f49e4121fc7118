import type { ByteString } from '@lumbung/stdx';
import type { Timestamp } from './timestamp.ts';
import type { TreeNode } from './tree.ts';

/** The fields of a node that stands for nothing on a disk: a stream, a folder made up. It has no inode, so it carries no
 *  owner names, inode or link count. */
export function syntheticNode(options: {
  readonly name: ByteString;
  readonly time: Timestamp;
  readonly owner: { readonly uid: number; readonly gid: number };
}): Omit<TreeNode, 'type' | 'mode' | 'content'> {
  const { name, time, owner } = options;
  return {
    name,
    mtime: time,
    atime: time,
    ctime: time,
    uid: owner.uid,
    gid: owner.gid,
    user: '',
    group: '',
    inode: 0n,
    deviceId: 0n,
    size: 0,
    links: 0,
    extendedAttributes: [],
  };
}
