import type { FileHandle, Layout } from '@lumbung/backend';
import type { IndexId, LockId, SnapshotId } from '../format/ids.ts';

/** How a repository spreads its files. Every backend is opened with it. */
export const REPOSITORY_LAYOUT: Layout = {
  folders: ['data', 'index', 'keys', 'locks', 'snapshots'],
  shardedFolders: ['data'],
};

export const CONFIG_FILE: FileHandle = { folder: '', name: 'config' };

/** Folders whose files are one sealed document each. */
export interface UnpackedIds {
  readonly snapshots: SnapshotId;
  readonly index: IndexId;
  readonly locks: LockId;
}
export type UnpackedFolder = keyof UnpackedIds;

export const REPOSITORY_FOLDERS = ['data', 'index', 'keys', 'locks', 'snapshots'] as const;
export type RepositoryFolder = (typeof REPOSITORY_FOLDERS)[number];

export function isUnpackedFolder(folder: RepositoryFolder): folder is UnpackedFolder {
  return folder === 'snapshots' || folder === 'index' || folder === 'locks';
}
