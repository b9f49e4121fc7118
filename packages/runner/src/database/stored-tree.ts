import { openSnapshotTree, type Repository, type SnapshotRecord, type SnapshotTree } from '@lumbung/engine';
import type { TreeSource } from '@lumbung/sources';
import { isLumbungError, LumbungError } from '@lumbung/stdx';

/** The dump in a snapshot as drivers read it. @param folder the root of the dump, without slashes around it */
export async function openDumpTree(
  repository: Repository,
  snapshot: SnapshotRecord,
  folder: string,
  signal?: AbortSignal,
): Promise<TreeSource> {
  return asTreeSource(await openSnapshotTree(repository, snapshot.id, { subfolder: folder, signal }));
}

/** A driver knows no snapshots: to it, what is not there is a file that the dump lacks. */
export function asTreeSource(tree: SnapshotTree): TreeSource {
  return {
    files: (folder) => tree.files(folder),
    async *read(path, signal) {
      try {
        yield* tree.read(path, signal);
      } catch (error) {
        const isMissing =
          isLumbungError(error, 'TREE_PATH_MISSING') ||
          isLumbungError(error, 'TREE_PATH_NOT_FOLDER') ||
          isLumbungError(error, 'TREE_PATH_NOT_FILE');
        if (!isMissing) throw error;
        throw new LumbungError('SOURCE_FILE_MISSING', {
          kind: 'corruption',
          message: `the dump has no file ${path}`,
          context: { path },
          hint: 'restore from another snapshot, and check the repository',
          cause: error,
        });
      }
    },
  };
}
