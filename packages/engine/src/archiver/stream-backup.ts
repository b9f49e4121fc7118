import { assert, LumbungError } from '@lumbung/stdx';
import { goModeOf } from '../format/go-mode.ts';
import { type BlobId, parseBlobId } from '../format/ids.ts';
import { syntheticNode } from '../format/synthetic-node.ts';
import { localZone, timestampOfMilliseconds } from '../format/timestamp.ts';
import type { TreeNode } from '../format/tree.ts';
import type { Repository } from '../repository/repository.ts';
import {
  type BackupCallOptions,
  type BackupResult,
  STREAMS_PARALLEL_MAX,
  type StreamBackupOptions,
  type StreamEntry,
} from './backup-options.ts';
import { type BackupContent, type BackupSession, runBackupSession } from './backup-session.ts';
import type { StoredStream } from './stream-batches.ts';
import { readStreams } from './stream-readers.ts';
import { type StreamPlace, StreamTree } from './stream-tree.ts';

const S_IFREG = 0o100000;
const FILE_MODE_DEFAULT = 0o644;

/**
 * Backs up streams: standard input, dumps, files of another machine. Every stream is read to its end before the
 * snapshot is written; if one fails, or `verify` throws, there is no snapshot. The first failure ends all streams that
 * are open, and tells the iterator of `entries` that no more is wanted.
 *
 * What is stored depends on paths and bytes alone: not on `parallel`, nor on who came first.
 *
 * @throws LumbungError BACKUP_STREAM_EMPTY, BACKUP_STREAM_PATH_INVALID (operator); what a stream, `entries` or `verify`
 *  fails with; see `backup` for the rest
 */
export async function backupStreams(
  repository: Repository,
  options: StreamBackupOptions,
  call: BackupCallOptions = {},
): Promise<BackupResult> {
  // Without given paths the entries name themselves while they are read, and no parent can be looked for by path.
  const paths = options.paths ?? (Array.isArray(options.entries) ? entryPaths(options.entries) : ['/']);
  return await runBackupSession(repository, options, call, {
    paths,
    withAtime: false,
    fill: (session) => archiveStreams(session, options),
  });
}

function entryPaths(entries: readonly StreamEntry[]): string[] {
  return entries.map(({ path }) => (path.startsWith('/') ? path : `/${path}`));
}

async function archiveStreams(session: BackupSession, options: StreamBackupOptions): Promise<BackupContent> {
  const { progress, pool, chunker } = session;
  const { entries, parallel = 1 } = options;
  assert(Number.isSafeInteger(parallel) && parallel > 0, 'at least one stream is read at a time');
  const tree = new StreamTree();
  let sizeBytes = 0;
  const begin = (entry: StreamEntry): ((stored: StoredStream) => void) => {
    const place = tree.reserve(entry.path);
    progress.beginFile(place.path);
    progress.foundFile(0);
    return (stored) => {
      sizeBytes += stored.sizeBytes;
      place.put(fileNode(session, entry, place, stored));
      progress.endFile(place.path, 'new', stored.sizeBytes, stored.added);
    };
  };
  await readStreams(entries, {
    parallel: Math.min(parallel, STREAMS_PARALLEL_MAX),
    pool,
    chunker,
    clock: session.repository.ports.clock,
    begin,
    onBytes: () => progress.tick(),
  });
  progress.endWalk();
  if (sizeBytes === 0 && options.refuseEmpty !== false) {
    throw new LumbungError('BACKUP_STREAM_EMPTY', {
      kind: 'operator',
      message: 'the input was empty: nothing was backed up',
      hint: 'check the command that should have produced the data',
    });
  }
  await options.verify?.();
  return { tree: tree.save(session), isEmpty: false, excludes: [] };
}

function fileNode(session: BackupSession, entry: StreamEntry, { name }: StreamPlace, stored: StoredStream): TreeNode {
  const time = entry.mtimeMs === undefined ? session.time : timestampOfMilliseconds(entry.mtimeMs, localZone());
  return {
    ...syntheticNode({ name, time, owner: session.repository.ports.identity }),
    type: 'file',
    mode: goModeOf(S_IFREG | (entry.mode ?? FILE_MODE_DEFAULT)),
    size: stored.sizeBytes,
    content: stored.ids.map((id): BlobId => parseBlobId(id)),
  };
}
