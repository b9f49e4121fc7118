import { chmodSync, closeSync, constants, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { type ByteString, errnoOf, fsPath } from '@lumbung/stdx';
import { preallocate } from '@lumbung/stdx/node';
import { joinPath } from '../snapshot/resolve-tree.ts';
import type { NodeMetadata } from './node-metadata.ts';
import type { TargetFolder } from './target-folder.ts';

const FILE_MODE_AT_FIRST = 0o600;
const CREATE_NEW = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
const OPEN_EXISTING = constants.O_WRONLY | constants.O_NOFOLLOW;

/** Files up to this gain nothing from space reserved ahead. */
const PREALLOCATE_BYTES_MIN = 4 * 2 ** 20;
/** An index that claims more content than this from each stored byte is not believed: real data reaches some hundred. */
const PLAUSIBLE_EXPANSION_MAX = 1024;

export interface LargeFileParts {
  readonly nr: number;
  readonly folder: TargetFolder;
  readonly name: ByteString;
  readonly metadata: NodeMetadata;
  /** Sum of its blobs, by the index. */
  readonly contentBytes: number;
  /** Bytes of these blobs in packs. */
  readonly storedBytes: number;
  readonly partsLeft: number;
  /** `create`: nothing is there; `update`: a file is there, of which the missing parts do not match. */
  readonly kind: 'create' | 'update';
  readonly isSparse: boolean;
}

/**
 * A file that is written in pieces, in any order, by any worker.
 * States: waiting → prepared (it exists with its final length or less) → settled (all pieces written, or given up).
 */
export class LargeFile {
  readonly nr: number;
  readonly folder: TargetFolder;
  readonly name: ByteString;
  readonly metadata: NodeMetadata;
  readonly contentBytes: number;
  readonly kind: 'create' | 'update';
  /** Holes are left where the content is zero. */
  readonly hasHoles: boolean;
  readonly #storedBytes: number;
  #partsLeft: number;
  #failure: { readonly error: unknown } | undefined;
  #isPrepared = false;

  constructor(parts: LargeFileParts) {
    this.nr = parts.nr;
    this.folder = parts.folder;
    this.name = parts.name;
    this.metadata = parts.metadata;
    this.contentBytes = parts.contentBytes;
    this.kind = parts.kind;
    this.hasHoles = parts.isSparse && parts.kind === 'create';
    this.#storedBytes = parts.storedBytes;
    this.#partsLeft = parts.partsLeft;
  }

  get path(): ByteString {
    return this.folder.pathOf(this.name);
  }

  get location(): ByteString {
    return joinPath(this.folder.location, this.name);
  }

  get isPrepared(): boolean {
    return this.#isPrepared;
  }

  /** Why it is not restored; undefined: nothing went wrong so far. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  /** Creates the file, or cuts the existing one to its length; once. A failure is kept, not thrown. */
  prepare(): void {
    if (this.#isPrepared || this.#failure !== undefined) return;
    try {
      const fd =
        this.kind === 'create' ? openSync(fsPath(this.path), CREATE_NEW, FILE_MODE_AT_FIRST) : openForUpdate(this.path);
      // From here on there is a file to remove if the restore is cancelled.
      this.#isPrepared = true;
      try {
        this.#setLength(fd);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      this.fail(error);
    }
  }

  /** Only the first failure counts. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Counts pieces that were written or given up; true when none is left. */
  settleParts(count: number): boolean {
    this.#partsLeft -= count;
    return this.#partsLeft <= 0;
  }

  #setLength(fd: number): void {
    if (this.kind === 'update') {
      if (fstatSync(fd).size > this.contentBytes) ftruncateSync(fd, this.contentBytes);
      return;
    }
    if (this.hasHoles) {
      ftruncateSync(fd, this.contentBytes);
      return;
    }
    const isPlausible = this.contentBytes <= this.#storedBytes * PLAUSIBLE_EXPANSION_MAX;
    if (this.contentBytes >= PREALLOCATE_BYTES_MIN && isPlausible) preallocate(fd, this.contentBytes);
  }
}

function openForUpdate(path: ByteString): number {
  try {
    return openSync(fsPath(path), OPEN_EXISTING);
  } catch (error) {
    if (errnoOf(error) !== 'EACCES') throw error;
    // Its own mode forbids writing; it is replaced at the end.
    chmodSync(fsPath(path), FILE_MODE_AT_FIRST);
    return openSync(fsPath(path), OPEN_EXISTING);
  }
}
