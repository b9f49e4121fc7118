import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type ByteString, errnoOf, fsPath, LumbungError, textOf } from '@lumbung/stdx';

// Non-blocking, so that a fifo that took the place of a file cannot hang the run; it has no effect on regular files.
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A regular file opened for archiving, with what its inode said before the first byte was read. */
export interface OpenedFile {
  readonly fd: number;
  readonly stats: BigIntStats;
}

let mayKeepAtime = true;

function openForReading(path: string | Buffer): number {
  if (mayKeepAtime) {
    try {
      return openSync(path, OPEN_FLAGS | constants.O_NOATIME);
    } catch (error) {
      // Only the owner and root may leave the access time alone. Others try once, then stop asking.
      if (errnoOf(error) !== 'EPERM') throw error;
      mayKeepAtime = false;
    }
  }
  return openSync(path, OPEN_FLAGS);
}

/** @throws LumbungError SOURCE_TYPE_CHANGED (transient) when it is no longer a regular file; system errors as they are */
export function openFile(path: ByteString): OpenedFile {
  let fd: number;
  try {
    fd = openForReading(fsPath(path));
  } catch (error) {
    if (errnoOf(error) === 'ELOOP') throw typeChanged(path);
    throw error;
  }
  try {
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isFile()) throw typeChanged(path);
    return { fd, stats };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function typeChanged(path: ByteString): LumbungError {
  return new LumbungError('SOURCE_TYPE_CHANGED', {
    kind: 'transient',
    message: `${textOf(path)} changed its type while it was being backed up`,
    context: { path: textOf(path) },
    hint: 'run the backup again',
  });
}

/** Identity of an inode, to notice that another file took the name. */
export function inodeOf(stats: Pick<BigIntStats, 'dev' | 'ino'>): string {
  return `${stats.dev}:${stats.ino}`;
}

/** Fills `target` from `position` until it is full or the file ends. Returns the bytes read: fewer means the end. */
export function readFully(fd: number, target: Uint8Array, position: number): number {
  let filled = 0;
  while (filled < target.length) {
    const count = readSync(fd, target, filled, target.length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}
