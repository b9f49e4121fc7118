import { constants } from 'node:fs';
import { lstat, open, opendir, readlink, realpath } from 'node:fs/promises';
import { type ByteString, byteStringOf, errnoOf, fsPath } from '@lumbung/stdx';

export type EntryKind = 'file' | 'folder' | 'link' | 'other';

export interface FolderEntry {
  readonly name: ByteString;
  readonly kind: EntryKind;
}

/** The disk, handed in. Errors are those of Node, with their `code`. */
export interface DiscoveryFileSystem {
  /** At most `entriesMax` entries of a folder, without `.` and `..`. A link is a link, wherever it leads. */
  list(
    folder: ByteString,
    entriesMax: number,
  ): Promise<{ readonly entries: readonly FolderEntry[]; readonly isWhole: boolean }>;
  /** Not of what a link leads to. */
  sizeOf(path: ByteString): Promise<{ readonly kind: EntryKind; readonly sizeBytes: number }>;
  /** At most `bytesMax` bytes from the begin of a file at a path without links; anything else is refused. */
  read(path: ByteString, bytesMax: number): Promise<{ readonly bytes: Buffer; readonly sizeBytes: number }>;
  /** The path without links. */
  realPath(path: ByteString): Promise<ByteString>;
}

interface KindOfEntry {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

function kindOf(entry: KindOfEntry): EntryKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

export const nodeFileSystem: DiscoveryFileSystem = {
  async list(path, entriesMax) {
    const entries: FolderEntry[] = [];
    // Latin-1 gives one character for each byte of a name: it is a byte string.
    const folder = await opendir(fsPath(path), { encoding: 'latin1', bufferSize: 256 });
    for await (const entry of folder) {
      if (entries.length >= entriesMax) return { entries, isWhole: false };
      entries.push({ name: entry.name as ByteString, kind: kindOf(entry) });
    }
    return { entries, isWhole: true };
  },

  async sizeOf(path) {
    const stats = await lstat(fsPath(path));
    return { kind: kindOf(stats), sizeBytes: stats.size };
  },

  async read(path, bytesMax) {
    // Without waiting: a named pipe has no end, and nobody may ever open its other one.
    const file = await open(fsPath(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (!(await isAt(file.fd, path))) throw Object.assign(new Error('moved while it was opened'), { code: 'EXDEV' });
      const stats = await file.stat();
      if (!stats.isFile()) throw Object.assign(new Error('not a file'), { code: 'EINVAL' });
      const buffer = Buffer.alloc(Math.min(bytesMax, stats.size));
      let length = 0;
      while (length < buffer.length) {
        const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return { bytes: buffer.subarray(0, length), sizeBytes: stats.size };
    } finally {
      await file.close();
    }
  },

  async realPath(path) {
    return byteStringOf(await realpath(fsPath(path), { encoding: 'buffer' }));
  },
};

/** Whether the open file is the one at this path, and not what a folder on the way was replaced with after the path was
 *  looked at: the kernel knows where it was opened. */
async function isAt(fd: number, path: ByteString): Promise<boolean> {
  try {
    return byteStringOf(await readlink(`/proc/self/fd/${fd}`, { encoding: 'buffer' })) === path;
  } catch (error) {
    // A kernel without this folder cannot tell.
    if (isMissing(error)) return true;
    throw error;
  }
}

/** Whether an error of the file system says that there is nothing at this path. */
export function isMissing(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOENT' || errno === 'ENOTDIR';
}
