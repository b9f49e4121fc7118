import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { LumbungError } from '@lumbung/stdx';
import { accountFile, type FileAccount } from './account-stream.ts';

const READ_BYTES = 256 * 1024;

/**
 * Reads a finished file of a workspace, to be stored as `path`. It fails when the file is not, byte for byte, what was
 * measured and checked before: a manifest that describes one file never stands beside another.
 *
 * @throws LumbungError DB_WORKSPACE_CHANGED (corruption), from the stream
 */
export function readUnchanged(path: string, file: string, expected: FileAccount): Readable {
  const source = createReadStream(file, { highWaterMark: READ_BYTES });
  return accountFile(source, ({ bytes, sha256 }) => {
    if (bytes !== expected.bytes || sha256 !== expected.sha256) throw changed(path);
  });
}

function changed(path: string): LumbungError {
  return new LumbungError('DB_WORKSPACE_CHANGED', {
    kind: 'corruption',
    message: `${path} changed in the working folder after it was checked`,
    context: { path },
    hint: 'check the disk of the working folder, and who else writes to it',
  });
}
