import { closeSync, constants, ftruncateSync, openSync, unlinkSync } from 'node:fs';
import { type ByteString, fsPath } from '@lumbung/stdx';
import { joinPath } from '../../snapshot/resolve-tree.ts';
import { type MetadataWriter, NO_XATTRS, type NodeMetadata } from '../node-metadata.ts';
import { writeAll, writeAroundHoles } from './file-writing.ts';
import {
  SMALL_ATIME_NANOSECONDS,
  SMALL_ATIME_SECONDS,
  SMALL_FILE_NUMBERS,
  SMALL_FOLDER,
  SMALL_GID,
  SMALL_MODE,
  SMALL_MTIME_NANOSECONDS,
  SMALL_MTIME_SECONDS,
  SMALL_UID,
  type SmallFiles,
} from './messages.ts';

const CREATE_NEW = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
const FILE_MODE_AT_FIRST = 0o600;

export type SmallFileOutcome =
  | { readonly kind: 'written' }
  /** Written, but some metadata could not be set. */
  | { readonly kind: 'incomplete'; readonly error: unknown }
  /** Not there. */
  | { readonly kind: 'failed'; readonly error: unknown };

const WRITTEN: SmallFileOutcome = { kind: 'written' };

/** Makes whole files in one go: open, write, metadata, close. Synchronous calls: each takes less time than a promise. */
export class SmallFileWriter {
  readonly #metadataWriter: MetadataWriter;
  readonly #isSparse: boolean;

  constructor(options: { readonly metadataWriter: MetadataWriter; readonly isSparse: boolean }) {
    this.#metadataWriter = options.metadataWriter;
    this.#isSparse = options.isSparse;
  }

  write(files: SmallFiles, fileIdx: number, content: Buffer): SmallFileOutcome {
    const name = files.names[fileIdx];
    const folder = files.folders[files.numbers[fileIdx * SMALL_FILE_NUMBERS + SMALL_FOLDER] ?? -1];
    if (name === undefined || folder === undefined) return WRITTEN; // not reached: the message was built from both
    const path = joinPath(folder.path, name);
    let fd: number;
    try {
      fd = openSync(fsPath(path), CREATE_NEW, FILE_MODE_AT_FIRST);
    } catch (error) {
      return { kind: 'failed', error };
    }
    let error: unknown;
    try {
      if (this.#isSparse) {
        ftruncateSync(fd, content.length);
        writeAroundHoles(fd, content, 0);
      } else {
        writeAll(fd, content, 0);
      }
      error = this.#metadataWriter.applyToFile(fd, path, metadataAt(files, fileIdx), folder.prunesXattrs);
    } catch (failure) {
      return { kind: 'failed', error: removeTorn(path) ?? failure };
    } finally {
      closeSync(fd);
    }
    return error === undefined ? WRITTEN : { kind: 'incomplete', error };
  }
}

/** A file with half its content must not be taken for one. */
function removeTorn(path: ByteString): unknown {
  try {
    unlinkSync(fsPath(path));
    return undefined;
  } catch (error) {
    return error;
  }
}

function metadataAt(files: SmallFiles, fileIdx: number): NodeMetadata {
  const { numbers } = files;
  const at = fileIdx * SMALL_FILE_NUMBERS;
  return {
    mode: numbers[at + SMALL_MODE] ?? 0,
    uid: numbers[at + SMALL_UID] ?? 0,
    gid: numbers[at + SMALL_GID] ?? 0,
    atimeSeconds: numbers[at + SMALL_ATIME_SECONDS] ?? 0,
    atimeNanoseconds: numbers[at + SMALL_ATIME_NANOSECONDS] ?? 0,
    mtimeSeconds: numbers[at + SMALL_MTIME_SECONDS] ?? 0,
    mtimeNanoseconds: numbers[at + SMALL_MTIME_NANOSECONDS] ?? 0,
    xattrs: files.xattrs.get(fileIdx) ?? NO_XATTRS,
  };
}
