import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describeError, errnoOf, LumbungError } from '@lumbung/stdx';
import type { World } from './world.ts';

/** Most a list of paths or patterns may hold; more is not a list. */
const LIST_BYTES_MAX = 256 * 2 ** 20;

/** A small file the user named, `-` for standard input. @throws LumbungError FILE_UNREADABLE (operator) */
export async function readUserFile(world: World, file: string): Promise<Buffer> {
  try {
    if (file !== '-') return await readFile(path.resolve(world.workingDirectory, file));
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of world.stdin) {
      const bytes = Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
      length += bytes.length;
      if (length > LIST_BYTES_MAX) throw new Error('it is too long for a list');
      pieces.push(bytes);
    }
    return Buffer.concat(pieces);
  } catch (cause) {
    throw new LumbungError('FILE_UNREADABLE', {
      kind: 'operator',
      message: `${file} cannot be read: ${describeError(cause)}`,
      context: { path: file, errno: errnoOf(cause) },
      hint: 'check its path and who may read it',
      cause,
    });
  }
}

export async function readFirstLine(world: World, file: string): Promise<string> {
  return (await readUserFile(world, file)).toString('utf8').split('\n')[0]?.trim() ?? '';
}
