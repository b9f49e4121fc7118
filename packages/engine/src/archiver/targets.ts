import { type ByteString, byteStringOf, byteStringOfText, errnoOf, LumbungError, textOf } from '@lumbung/stdx';

/** A folder of the snapshot, or a place on disk that is archived there. */
export interface TargetNode {
  /** Where the metadata of a folder comes from that is only passed through. */
  readonly folderPath: ByteString | undefined;
  /** What is archived here; undefined for a folder that is only passed through. */
  readonly sourcePath: ByteString | undefined;
  /** Named by the user: never excluded. */
  readonly isExplicit: boolean;
  /** Of a place that is archived: targets that cannot be inside it, because it is no folder. */
  readonly children: ReadonlyMap<ByteString, TargetNode>;
}

export interface ResolvedTargets {
  readonly root: TargetNode;
  /** Absolute and cleaned, in the order they were given: the snapshot's `paths`. */
  readonly absolutePaths: readonly ByteString[];
  /** What is archived at the top: one path a target, or one an entry of a target like `.`. */
  readonly sources: readonly ByteString[];
}

/** Lists the names in a folder, unsorted. */
export type ListNames = (folder: ByteString) => readonly ByteString[];

interface MutableNode {
  root: ByteString | undefined;
  folderPath: ByteString | undefined;
  sourcePath: ByteString | undefined;
  isExplicit: boolean;
  children: Map<ByteString, MutableNode>;
}

const SLASH = byteStringOfText('/');
const DOT = byteStringOfText('.');
const DOT_DOT = byteStringOfText('..');

/** Two byte strings in a row are a byte string. */
function concat(...parts: readonly ByteString[]): ByteString {
  return parts.join('') as ByteString;
}

/** `a//b/./c/..` → `a/b`; the empty path is `.`. Purely lexical. */
export function cleanPath(path: ByteString): ByteString {
  const isAbsolute = path.startsWith('/');
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (part !== '..' || !isAbsolute) kept.push(part);
  }
  // Components of a byte string joined by an ASCII character are a byte string.
  const joined = kept.join('/') as ByteString;
  if (isAbsolute) return concat(SLASH, joined);
  return joined === '' ? DOT : joined;
}

/** `folder` and `name` with exactly one slash between them. */
export function joinPath(folder: ByteString, name: ByteString): ByteString {
  return folder.endsWith('/') ? concat(folder, name) : concat(folder, SLASH, name);
}

/** The folder of an absolute path that is clean and not the root, and its last component. */
export function splitPath(path: ByteString): { readonly folder: ByteString; readonly name: ByteString } {
  const slash = path.lastIndexOf('/');
  // Pieces of a byte string are byte strings.
  return {
    folder: slash === 0 ? SLASH : (path.slice(0, slash) as ByteString),
    name: path.slice(slash + 1) as ByteString,
  };
}

function absolute(path: ByteString, workingDirectory: ByteString): ByteString {
  return cleanPath(path.startsWith('/') ? path : joinPath(workingDirectory, path));
}

/** Components that the snapshot shows: `..` at the front of a relative path is not one of them. */
function componentsOf(cleaned: ByteString): ByteString[] {
  return cleaned
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .map((part) => part as ByteString); // a piece of a byte string is a byte string
}

/** The folder that holds the first component: `/`, `.`, or as many `..` as the path begins with. */
function rootOf(cleaned: ByteString): ByteString {
  if (cleaned.startsWith('/')) return SLASH;
  let root = DOT;
  for (const part of cleaned.split('/')) {
    if (part !== '..') break;
    root = root === DOT ? DOT_DOT : joinPath(root, DOT_DOT);
  }
  return root;
}

function emptyNode(root?: ByteString): MutableNode {
  return { root, folderPath: undefined, sourcePath: undefined, isExplicit: false, children: new Map() };
}

function invalidTarget(target: ByteString): LumbungError {
  return new LumbungError('BACKUP_TARGET_CONFLICT', {
    kind: 'operator',
    message: `two targets would take the same place in the snapshot: ${textOf(target)}`,
    context: { path: textOf(target) },
    hint: 'back them up one by one, or name a common parent folder',
  });
}

function addTarget(top: MutableNode, target: ByteString, isExplicit: boolean): void {
  const components = componentsOf(target);
  const root = rootOf(target);
  const first = components[0];
  if (first === undefined) throw invalidTarget(target);

  let name = first;
  let node = top.children.get(name);
  for (let suffix = 1; node !== undefined && node.root !== root; suffix += 1) {
    name = concat(first, byteStringOfText(`-${suffix}`));
    node = top.children.get(name);
  }
  if (node === undefined) {
    node = emptyNode(root);
    top.children.set(name, node);
  }

  let path = root === DOT ? first : joinPath(root, first);
  for (const component of components.slice(1)) {
    node.folderPath = path;
    let child = node.children.get(component);
    if (child === undefined) {
      child = emptyNode();
      node.children.set(component, child);
    }
    node = child;
    path = joinPath(path, component);
  }
  if (node.sourcePath !== undefined) throw invalidTarget(target);
  node.sourcePath = target;
  node.isExplicit = isExplicit;
}

/** A folder that is a target and holds another target becomes its entries, so that both lie in one tree. */
function unroll(node: MutableNode, listNames: ListNames): void {
  if (node.sourcePath !== undefined && node.children.size > 0) {
    const folder = node.sourcePath;
    let names: readonly ByteString[];
    try {
      names = listNames(folder);
    } catch (error) {
      // Not there, or a file: what was named inside it is missing, and is told so when its turn comes.
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return;
      throw error;
    }
    for (const name of names) {
      const path = joinPath(folder, name);
      const child = node.children.get(name);
      if (child === undefined) node.children.set(name, { ...emptyNode(), sourcePath: path });
      else if (child.sourcePath === undefined) child.sourcePath = path;
    }
    node.folderPath = folder;
    node.sourcePath = undefined;
    node.isExplicit = false;
  }
  for (const child of node.children.values()) unroll(child, listNames);
}

/**
 * Lays the targets out as the snapshot will show them. Relative targets keep only their own components, absolute ones
 * the chain from the root; a target without components (`.`, `/`, `..`) stands for the entries of that folder.
 * Relative paths in the result are relative to the working directory.
 *
 * @see docs/design/repository-format.md#how-targets-become-the-tree
 * @throws LumbungError BACKUP_NO_TARGET, BACKUP_TARGET_CONFLICT (operator); whatever `listNames` throws
 */
export function resolveTargets(
  targets: readonly (string | Uint8Array)[],
  options: { readonly workingDirectory: string; readonly listNames: ListNames },
): ResolvedTargets {
  const { listNames } = options;
  const workingDirectory = byteStringOfText(options.workingDirectory);
  const raw = targets.map((target) => (typeof target === 'string' ? byteStringOfText(target) : byteStringOf(target)));
  if (raw.length === 0 || raw.some((target) => target === '' || target.includes('\0'))) {
    throw new LumbungError('BACKUP_NO_TARGET', {
      kind: 'operator',
      message: raw.length === 0 ? 'nothing to back up: no path was named' : 'an empty path cannot be backed up',
      hint: 'name at least one file or folder',
    });
  }

  // What was named stays explicit, also where it is an entry of another target.
  const placed = new Map<ByteString, boolean>();
  const place = (path: ByteString, isExplicit: boolean): void => {
    placed.set(path, isExplicit || placed.get(path) === true);
  };
  for (const target of raw.map(cleanPath)) {
    if (componentsOf(target).length > 0) place(target, true);
    else for (const name of [...listNames(target)].sort()) place(cleanPath(joinPath(target, name)), false);
  }

  const top = emptyNode();
  for (const [path, isExplicit] of placed) addTarget(top, path, isExplicit);
  unroll(top, listNames);
  return {
    root: top,
    absolutePaths: raw.map((target) => absolute(target, workingDirectory)),
    sources: [...placed.keys()],
  };
}
