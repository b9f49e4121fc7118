import { chmodSync, closeSync, constants, fchmodSync, fchownSync, lchownSync, openSync } from 'node:fs';
import { type ByteString, byteStringOfText, errnoOf, fsPath } from '@lumbung/stdx';
import { listXattrs, type PosixNames, removeXattr, setTimes, setTimesOfFd, setXattr } from '@lumbung/stdx/node';
import { posixModeOf } from '../format/go-mode.ts';
import { instantOf } from '../format/timestamp.ts';
import type { TreeNode } from '../format/tree.ts';
import type { XattrChoice } from './selection.ts';

export interface NodeXattr {
  readonly name: ByteString;
  readonly value: Uint8Array;
}

/** What is set on a restored node after its content: plain data, ready for the system calls. */
export interface NodeMetadata {
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly atimeSeconds: number;
  readonly atimeNanoseconds: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  /** Those that are wanted. */
  readonly xattrs: readonly NodeXattr[];
}

export const NO_XATTRS: readonly NodeXattr[] = [];
const OPEN_ITSELF = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const PERMISSION_BITS = 0o7777;
/** The kernel's "leave it": an id of this value cannot be set. */
const ID_NONE = 0xffff_ffff;

export interface MetadataChoices {
  readonly isXattrWanted: XattrChoice;
  /** Look up the recorded names on this machine first. */
  readonly names?: PosixNames | undefined;
}

export function metadataOf(node: TreeNode, choices: MetadataChoices): NodeMetadata {
  const mtime = instantOf(node.mtime);
  const atime = node.atime === node.mtime ? mtime : instantOf(node.atime);
  return {
    mode: posixModeOf(node.mode) & PERMISSION_BITS,
    uid: ownerOf(node, choices.names),
    gid: groupOf(node, choices.names),
    atimeSeconds: atime.seconds,
    atimeNanoseconds: atime.nanoseconds,
    mtimeSeconds: mtime.seconds,
    mtimeNanoseconds: mtime.nanoseconds,
    xattrs: wantedXattrs(node, choices.isXattrWanted),
  };
}

function ownerOf(node: TreeNode, names: PosixNames | undefined): number {
  return (node.user === '' ? undefined : names?.uidOf(node.user)) ?? node.uid;
}

function groupOf(node: TreeNode, names: PosixNames | undefined): number {
  return (node.group === '' ? undefined : names?.gidOf(node.group)) ?? node.gid;
}

function wantedXattrs(node: TreeNode, isWanted: XattrChoice): readonly NodeXattr[] {
  if (node.extendedAttributes.length === 0) return NO_XATTRS;
  return node.extendedAttributes
    .filter(({ name }) => isWanted(name))
    .map(({ name, value }) => ({ name: byteStringOfText(name), value }));
}

export interface MetadataWriterOptions {
  /** Without the superuser's rights, what is not permitted is left as it is, in silence, as restic does. */
  readonly isSuperuser: boolean;
  readonly isXattrWanted: XattrChoice;
}

/**
 * Sets owner, attributes, times and mode, in this order: a change of owner clears setuid bits and capabilities, and the
 * mode may take away the right to do the rest. Every step is tried; the first error is returned.
 */
export class MetadataWriter {
  readonly #isSuperuser: boolean;
  readonly #isXattrWanted: XattrChoice;

  constructor(options: MetadataWriterOptions) {
    this.#isSuperuser = options.isSuperuser;
    this.#isXattrWanted = options.isXattrWanted;
  }

  /** For what is open; `path` serves the attributes, for which there is no call by descriptor.
   *  @param prunesXattrs remove wanted attributes that the node lacks: nothing new has any, unless its folder has
   *  default access lists */
  applyToFile(fd: number, path: ByteString, metadata: NodeMetadata, prunesXattrs: boolean): unknown {
    let failure: unknown;
    try {
      if (metadata.uid !== ID_NONE && metadata.gid !== ID_NONE) fchownSync(fd, metadata.uid, metadata.gid);
    } catch (error) {
      failure = this.#keep(failure, error);
    }
    if (prunesXattrs || metadata.xattrs.length > 0)
      failure = this.#setXattrs(path, metadata.xattrs, prunesXattrs, failure);
    try {
      setTimesOfFd(fd, metadata);
    } catch (error) {
      failure = this.#keep(failure, error);
    }
    try {
      fchmodSync(fd, metadata.mode);
    } catch (error) {
      failure = this.#keep(failure, error);
    }
    return failure;
  }

  /** For a folder or a finished file: by descriptor where it can be opened, so that nobody who swaps it for a link meanwhile
   *  redirects the change of mode. */
  applyByOpening(
    path: ByteString,
    metadata: NodeMetadata,
    node: { readonly isFolder: boolean; readonly prunesXattrs: boolean },
  ): unknown {
    let fd: number;
    try {
      fd = openSync(fsPath(path), OPEN_ITSELF | (node.isFolder ? constants.O_DIRECTORY : 0));
    } catch (error) {
      // Not readable for us, but perhaps ours: the calls by path need no right to read.
      if (errnoOf(error) !== 'EACCES') return error;
      return this.applyToPath(path, metadata, { isLink: false, prunesXattrs: node.prunesXattrs });
    }
    try {
      return this.applyToFile(fd, path, metadata, node.prunesXattrs);
    } finally {
      closeSync(fd);
    }
  }

  /** For links and special files; never follows a link. A link itself has no mode. */
  applyToPath(
    path: ByteString,
    metadata: NodeMetadata,
    node: { readonly isLink: boolean; readonly prunesXattrs: boolean },
  ): unknown {
    let failure: unknown;
    const target = fsPath(path);
    try {
      if (metadata.uid !== ID_NONE && metadata.gid !== ID_NONE) lchownSync(target, metadata.uid, metadata.gid);
    } catch (error) {
      failure = this.#keep(failure, error);
    }
    if (node.prunesXattrs || metadata.xattrs.length > 0) {
      failure = this.#setXattrs(path, metadata.xattrs, node.prunesXattrs, failure);
    }
    try {
      setTimes(path, metadata);
    } catch (error) {
      failure = this.#keep(failure, error);
    }
    if (node.isLink) return failure;
    try {
      chmodSync(target, metadata.mode);
    } catch (error) {
      failure = this.#keep(failure, error);
    }
    return failure;
  }

  #setXattrs(path: ByteString, xattrs: readonly NodeXattr[], prunes: boolean, before: unknown): unknown {
    let failure = before;
    for (const { name, value } of xattrs) {
      try {
        setXattr(path, name, value);
      } catch (error) {
        failure = this.#keepXattr(failure, error);
      }
    }
    if (!prunes) return failure;
    try {
      for (const name of listXattrs(path)) {
        if (xattrs.some((xattr) => xattr.name === name) || !this.#isXattrWanted(name)) continue;
        try {
          removeXattr(path, name);
        } catch (error) {
          failure = this.#keepXattr(failure, error);
        }
      }
    } catch (error) {
      failure = this.#keepXattr(failure, error);
    }
    return failure;
  }

  #keepXattr(failure: unknown, error: unknown): unknown {
    const errno = errnoOf(error);
    // The file system has no attributes of this kind: nothing one could do differently.
    if (errno === 'ENOTSUP' || errno === 'EOPNOTSUPP') return failure;
    return this.#keep(failure, error);
  }

  #keep(failure: unknown, error: unknown): unknown {
    const errno = errnoOf(error);
    if (!this.#isSuperuser && (errno === 'EPERM' || errno === 'EACCES')) return failure;
    return failure ?? error;
  }
}
