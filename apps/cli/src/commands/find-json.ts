import { type FoundNode, type FoundObject, goJsonObject, permissionString } from '@lumbung/engine';
import { textOf } from '@lumbung/stdx';

/** A match of `find --json`: the node's fields, without those that only the engine needs. */
export function foundNodeJson({ path, node }: FoundNode): string {
  const text = (value: string): string | undefined => (value === '' ? undefined : value);
  const big = (value: bigint): string | undefined => (value === 0n ? undefined : String(value));
  const number = (value: number): number | undefined => (value === 0 ? undefined : value);
  return goJsonObject([
    { key: 'path', text: textOf(path) },
    { key: 'permissions', text: permissionString(node.mode) },
    { key: 'type', text: node.type === 'unknown' ? (node.storedType ?? '') : node.type },
    { key: 'mode', number: number(node.mode) },
    { key: 'mtime', text: node.mtime },
    { key: 'atime', text: node.atime },
    { key: 'ctime', text: node.ctime },
    { key: 'uid', number: node.uid },
    { key: 'gid', number: node.gid },
    { key: 'user', text: text(node.user) },
    { key: 'group', text: text(node.group) },
    { key: 'inode', json: big(node.inode) },
    { key: 'device_id', json: big(node.deviceId) },
    { key: 'size', number: number(node.size) },
    { key: 'links', number: number(node.links) },
    { key: 'linktarget', text: node.linkTarget === undefined ? undefined : text(textOf(node.linkTarget)) },
    { key: 'error', text: node.error === undefined ? undefined : text(node.error) },
  ]);
}

/** A match of `find --blob`, `--tree` or `--pack`. */
export function foundObjectJson({ objectType, id, path, parentTree, snapshot }: FoundObject): string {
  return goJsonObject([
    { key: 'object_type', text: objectType },
    { key: 'id', text: id },
    { key: 'path', text: textOf(path) },
    { key: 'parent_tree', text: parentTree },
    { key: 'snapshot', text: snapshot.id },
    { key: 'time', text: snapshot.time },
  ]);
}
