import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { fsPath, LumbungError, toErrorRecord } from '@lumbung/stdx';
import type { BlobIndex } from '../../blob-index/blob-index.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { plaintextBytesOf } from '../../snapshot/blob-tally.ts';
import type { CheckOutcome, CheckTask } from './messages.ts';

const OPEN_TO_READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

let buffer = Buffer.alloc(0);
const wantedId = Buffer.alloc(32);

/** Reads a file and says which of the blobs it should consist of it has where they belong. Reads no further than the file
 *  goes, whatever the index claims. */
export function checkFile(index: BlobIndex, task: CheckTask, isCancelled: () => boolean): CheckOutcome {
  const matches = new Uint8Array(Math.ceil(task.entries.length / 8));
  let fd: number;
  try {
    fd = openSync(fsPath(task.path), OPEN_TO_READ);
  } catch (error) {
    return { matches, isSizeRight: false, error: toErrorRecord(error) };
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw notAFile();
    let offset = 0;
    for (const [blobIdx, entry] of task.entries.entries()) {
      const lengthBytes = plaintextBytesOf(index, entry);
      const isInside = offset + lengthBytes <= stats.size;
      if (isInside && !isCancelled() && holdsBlob(index, fd, { entry, offset, lengthBytes })) {
        matches[blobIdx >>> 3] = (matches[blobIdx >>> 3] ?? 0) | (1 << (blobIdx & 7));
      }
      offset += lengthBytes;
    }
    return { matches, isSizeRight: stats.size === offset };
  } catch (error) {
    return { matches: new Uint8Array(matches.length), isSizeRight: false, error: toErrorRecord(error) };
  } finally {
    closeSync(fd);
  }
}

function holdsBlob(
  index: BlobIndex,
  fd: number,
  blob: { entry: number; offset: number; lengthBytes: number },
): boolean {
  if (buffer.length < blob.lengthBytes) buffer = Buffer.allocUnsafeSlow(blob.lengthBytes);
  let filled = 0;
  while (filled < blob.lengthBytes) {
    const count = readSync(fd, buffer, filled, blob.lengthBytes - filled, blob.offset + filled);
    if (count === 0) return false;
    filled += count;
  }
  index.copyIdTo(blob.entry, wantedId, 0);
  return sha256(buffer.subarray(0, blob.lengthBytes)).equals(wantedId);
}

function notAFile(): LumbungError {
  return new LumbungError('RESTORE_NOT_A_FILE', {
    kind: 'operator',
    message: 'what was a file a moment ago is none',
    hint: 'let nothing else write in the target while restoring',
  });
}
