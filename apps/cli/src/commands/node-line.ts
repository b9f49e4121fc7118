import { permissionString, type TreeNode } from '@lumbung/engine';
import type { ByteString } from '@lumbung/stdx';
import { shownName } from '../shown-name.ts';
import { shownTime } from './snapshot-filter.ts';

const SIZE_WIDTH = 12;
const HUMAN_SIZE_WIDTH = 9;

/** A file as `ls` and `find` show it: its path, or with mode, owner, size and time before it. */
export function nodeLine(
  path: ByteString,
  node: TreeNode,
  how: { readonly isLong: boolean; readonly isHumanReadable: boolean; readonly bytes: (bytes: number) => string },
): string {
  if (!how.isLong) return shownName(path);
  const size = how.isHumanReadable
    ? how.bytes(node.size).padStart(HUMAN_SIZE_WIDTH)
    : String(node.size).padStart(SIZE_WIDTH);
  const owner = `${String(node.uid).padStart(5)} ${String(node.gid).padStart(5)}`;
  const target = node.type === 'symlink' && node.linkTarget !== undefined ? ` -> ${shownName(node.linkTarget)}` : '';
  return `${permissionString(node.mode)} ${owner} ${size} ${shownTime(node.mtime)} ${shownName(path)}${target}`;
}
