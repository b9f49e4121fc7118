import type { ByteString } from '@lumbung/stdx';

// Absolute paths as byte strings. Slashes and dots are ASCII, so parts and joins of byte strings are byte strings.

export function joinPath(folder: ByteString, ...names: readonly string[]): ByteString {
  return [folder === '/' ? '' : folder, ...names].join('/') as ByteString;
}

export function parentOf(path: ByteString): ByteString {
  return path.slice(0, Math.max(1, path.lastIndexOf('/'))) as ByteString;
}

export function baseNameOf(path: ByteString): ByteString {
  return path.slice(path.lastIndexOf('/') + 1) as ByteString;
}

/** `path` as seen from `folder`, without `.`, `..` and doubled slashes; above the root there is the root. */
export function resolvePath(folder: ByteString, path: ByteString): ByteString {
  const names: string[] = [];
  for (const name of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}` as ByteString;
}

/** Whether `path` is the folder or lies below it. */
export function isWithin(path: ByteString, folder: ByteString): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}
