import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf, LumbungError } from '@lumbung/stdx';
import type { TreeFile, TreeSource } from '../entry/tree-source.ts';
import { innerPath } from './store-entries.ts';

/** A dump that `storeEntries` wrote, read back as a repository would give it. */
export function folderTree(root: string): TreeSource {
  return {
    files: (folder) => walk(root, folder),
    async *read(file, signal) {
      const stream = createReadStream(innerPath(root, file), signal === undefined ? {} : { signal });
      try {
        yield* stream;
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') throw error;
        throw new LumbungError('SOURCE_FILE_MISSING', {
          kind: 'corruption',
          message: `${file} is not in the tree`,
          context: { file },
          cause: error,
        });
      }
    },
  };
}

async function* walk(root: string, folder: string): AsyncIterable<TreeFile> {
  const names = await readdir(folder === '' ? root : innerPath(root, folder), { withFileTypes: true }).catch(
    (error: unknown) => {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
      throw error;
    },
  );
  for (const entry of names) {
    const inner = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(root, inner);
    else yield { path: inner, sizeBytes: (await stat(path.join(root, inner))).size };
  }
}
