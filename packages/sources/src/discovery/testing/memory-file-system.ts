import { type ByteString, byteStringOfText } from '@lumbung/stdx';
import type { DiscoveryFileSystem, EntryKind } from '../file-system.ts';
import type { Tree } from './write-tree.ts';

/** A file system that holds a tree under `/`, without links: what a test of thousands of trees can afford. */
export function memoryFileSystem(tree: Tree): DiscoveryFileSystem {
  const files = new Map<string, Buffer>();
  const folders = new Map<string, Map<ByteString, EntryKind>>([['/', new Map()]]);
  for (const [name, content] of Object.entries(tree)) {
    if (typeof content !== 'string' && !Buffer.isBuffer(content)) continue;
    const parts = name.split('/');
    for (const [idx, part] of parts.entries()) {
      const folder = `/${parts.slice(0, idx).join('/')}`;
      const isFile = idx === parts.length - 1;
      if (!folders.has(folder)) folders.set(folder, new Map());
      folders.get(folder)?.set(byteStringOfText(part), isFile ? 'file' : 'folder');
    }
    files.set(`/${name}`, Buffer.from(content));
  }
  const missing = () => Object.assign(new Error('missing'), { code: 'ENOENT' });
  return {
    list: (folder, entriesMax) => {
      const entries = folders.get(folder);
      if (entries === undefined) return Promise.reject(missing());
      const all = [...entries].map(([name, kind]) => ({ name, kind }));
      return Promise.resolve({ entries: all.slice(0, entriesMax), isWhole: all.length <= entriesMax });
    },
    sizeOf: (path) => {
      const file = files.get(path);
      if (file === undefined && !folders.has(path)) return Promise.reject(missing());
      return Promise.resolve({ kind: file === undefined ? 'folder' : 'file', sizeBytes: file?.length ?? 0 });
    },
    read: (path, bytesMax) => {
      const file = files.get(path);
      if (file === undefined) return Promise.reject(missing());
      return Promise.resolve({ bytes: file.subarray(0, bytesMax), sizeBytes: file.length });
    },
    realPath: (path) => (files.has(path) || folders.has(path) ? Promise.resolve(path) : Promise.reject(missing())),
  };
}
