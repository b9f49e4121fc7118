import { chmodSync, lstatSync, mkdirSync, statSync, unlinkSync } from 'node:fs';
import { type ByteString, errnoOf, fsPath, LumbungError } from '@lumbung/stdx';
import { listXattrs } from '@lumbung/stdx/node';
import type { TreeNode } from '../format/tree.ts';
import { joinPath } from '../snapshot/resolve-tree.ts';
import { shownPath } from './selection.ts';

const FOLDER_MODE_AT_FIRST = 0o700;
const OWNER_MAY_CHANGE = 0o300;

/** `pending`: not looked at. `fresh`: made by this restore, so nothing is in it that this restore did not put there.
 *  `existing`: was there before. */
type FolderState = 'pending' | 'fresh' | 'existing';

/**
 * A folder below the target, together with the proof that it is one. Nothing is ever written below a path before every
 * component of it was seen, by lstat or by making it, to be a real folder: what a link points to is never entered, and
 * links of this restore are made only after all files.
 */
export class TargetFolder {
  /** For system calls. */
  readonly path: ByteString;
  /** Below the root of what is restored; empty for the root. */
  readonly location: ByteString;
  readonly node: TreeNode | undefined;
  readonly #parent: TargetFolder | undefined;
  #state: FolderState = 'pending';
  #hasDefaultAccessList = false;
  #failure: { readonly error: unknown } | undefined;

  private constructor(parts: {
    path: ByteString;
    location: ByteString;
    node: TreeNode | undefined;
    parent: TargetFolder | undefined;
  }) {
    this.path = parts.path;
    this.location = parts.location;
    this.node = parts.node;
    this.#parent = parts.parent;
  }

  static root(path: ByteString): TargetFolder {
    return new TargetFolder({ path, location: '' as ByteString, node: undefined, parent: undefined }); // empty is a byte string
  }

  child(node: TreeNode): TargetFolder {
    return new TargetFolder({
      path: this.pathOf(node.name),
      location: joinPath(this.location, node.name),
      node,
      parent: this,
    });
  }

  pathOf(name: ByteString): ByteString {
    return joinPath(this.pathPrefix, name);
  }

  /** What stands before the slash of its members' paths: for the root of the file system, nothing. */
  get pathPrefix(): ByteString {
    return this.path === '/' ? ('' as ByteString) : this.path; // empty is a byte string
  }

  get isFresh(): boolean {
    return this.#state === 'fresh';
  }

  get isEnsured(): boolean {
    return this.#state !== 'pending';
  }

  /** New files in it come with access lists of their own, which must go if the snapshot's files have none. */
  get hasDefaultAccessList(): boolean {
    return this.#hasDefaultAccessList;
  }

  /** Makes the folder and those above it, or sees that they exist; once. A failure is remembered: the next call throws
   *  it again.
   *  @param onEnsured called when this call made or found it, parents first; not for the root
   *  @throws the system's error, LumbungError RESTORE_TARGET_INVALID (operator) for the root */
  ensure(mode: 'make' | 'look', onEnsured: (folder: TargetFolder) => void): void {
    if (this.#state !== 'pending') return;
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      if (this.#parent === undefined) this.#ensureRoot(mode);
      else this.#ensureBelow(this.#parent, mode, onEnsured);
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
    if (this.#parent !== undefined) onEnsured(this);
  }

  #ensureRoot(mode: 'make' | 'look'): void {
    const path = fsPath(this.path);
    // The target may be a link: it is what the user named.
    const isThere = statSync(path, { throwIfNoEntry: false }) !== undefined;
    if (!isThere && mode === 'make') mkdirSync(path, { recursive: true, mode: FOLDER_MODE_AT_FIRST });
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined && !stats.isDirectory()) {
      throw new LumbungError('RESTORE_TARGET_INVALID', {
        kind: 'operator',
        message: `the target is not a folder: ${shownPath(this.path)}`,
        context: { path: shownPath(this.path) },
        hint: 'name a folder, or a path where a folder can be made',
      });
    }
    this.#state = isThere ? 'existing' : 'fresh';
    if (stats !== undefined) this.#hasDefaultAccessList = hasDefaultAccessList(this.path);
  }

  #ensureBelow(parent: TargetFolder, mode: 'make' | 'look', onEnsured: (folder: TargetFolder) => void): void {
    parent.ensure(mode, onEnsured);
    const path = fsPath(this.path);
    const stats = parent.isFresh ? undefined : lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory()) {
      this.#state = 'existing';
      this.#hasDefaultAccessList = hasDefaultAccessList(this.path);
      if (mode === 'make') this.#openForChanges(stats.mode);
      return;
    }
    if (mode === 'make') {
      if (stats !== undefined) unlinkSync(path);
      mkdirSync(path, { mode: FOLDER_MODE_AT_FIRST });
    }
    this.#state = 'fresh';
    this.#hasDefaultAccessList = parent.#hasDefaultAccessList;
  }

  /** A folder of ours that forbids changes gets its final mode at the end anyway. */
  #openForChanges(statMode: number): void {
    if ((statMode & OWNER_MAY_CHANGE) === OWNER_MAY_CHANGE) return;
    try {
      chmodSync(fsPath(this.path), (statMode & 0o7777) | OWNER_MAY_CHANGE);
    } catch (error) {
      // Not ours: then what is restored into it says so.
      if (errnoOf(error) !== 'EPERM') throw error;
    }
  }
}

function hasDefaultAccessList(path: ByteString): boolean {
  try {
    return listXattrs(path).some((name) => name === 'system.posix_acl_default');
  } catch (error) {
    // Unreadable for us, so is its list; new files then keep what they inherit.
    if (errnoOf(error) === 'EACCES' || errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}
