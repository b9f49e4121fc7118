import {
  findSnapshotId,
  loadReadableSnapshots,
  loadSnapshot,
  loadSnapshots,
  type Repository,
  type SnapshotRecord,
} from '@lumbung/engine';
import { type DatabaseEngine, encodeComponent } from '@lumbung/sources';
import { LumbungError } from '@lumbung/stdx';
import { folderOfSnapshot } from './dump-place.ts';

const NAMES_SHOWN_MAX = 10;

/** Which dump is meant. What is left out matches any. */
export interface DumpFilter {
  readonly engine?: DatabaseEngine;
  readonly server?: string;
  readonly database?: string;
}

export interface StoredDump {
  readonly snapshot: SnapshotRecord;
  /** The root of the dump in the snapshot. */
  readonly folder: string;
}

/** All dumps in a repository that pass, the oldest first.
 *  @throws what a snapshot that cannot be read gives (corruption), BACKEND_* */
export async function listDumps(
  repository: Repository,
  filter: DumpFilter,
  signal?: AbortSignal,
): Promise<StoredDump[]> {
  return dumpsIn(await loadSnapshots(repository, signal), filter);
}

/** As `listDumps`, without those that cannot be read: for whoever only wants to know what is usual. */
export async function listReadableDumps(
  repository: Repository,
  filter: DumpFilter,
  signal?: AbortSignal,
): Promise<StoredDump[]> {
  const readable = await loadReadableSnapshots(
    repository,
    () => {
      // The check of the repository tells of it; a new dump is no worse for it.
    },
    signal,
  );
  return dumpsIn(readable, filter);
}

function dumpsIn(snapshots: readonly SnapshotRecord[], filter: DumpFilter): StoredDump[] {
  return snapshots.flatMap((snapshot) => {
    const folder = folderOfSnapshot(snapshot);
    return folder !== undefined && passes(folder, filter) ? [{ snapshot, folder }] : [];
  });
}

/**
 * The dump that a snapshot's id, the first digits of it, or `latest` names. `latest` is the newest that passes the filter,
 * which must leave no doubt what it is of.
 *
 * @throws LumbungError DB_DUMP_MISSING, DB_DUMP_AMBIGUOUS, SNAPSHOT_NOT_FOUND, SNAPSHOT_AMBIGUOUS (operator)
 */
export async function findDump(
  repository: Repository,
  name: string,
  filter: DumpFilter,
  signal?: AbortSignal,
): Promise<StoredDump> {
  if (name !== 'latest') {
    const snapshot = await loadSnapshot(repository, await findSnapshotId(repository, name), signal);
    const folder = folderOfSnapshot(snapshot);
    if (folder === undefined) throw dumpMissing(`snapshot ${snapshot.id.slice(0, 8)} is no dump of a database`);
    return { snapshot, folder };
  }
  const dumps = await listDumps(repository, filter, signal);
  const latest = dumps.at(-1);
  if (latest === undefined) throw dumpMissing('the repository has no dump of this database');
  const folders = new Set(dumps.map(({ folder }) => folder));
  if (folders.size > 1) {
    const names = [...folders].sort().slice(0, NAMES_SHOWN_MAX).map(decodeURIComponent).join(', ');
    throw new LumbungError('DB_DUMP_AMBIGUOUS', {
      kind: 'operator',
      message: `the repository has dumps of ${folders.size} databases: ${names}`,
      context: { count: folders.size, dumps: names },
      hint: 'say which with --database (and --server), or name a snapshot',
    });
  }
  return latest;
}

function passes(folder: string, { engine, server, database }: DumpFilter): boolean {
  const [ofEngine, ofServer, ofDatabase] = folder.split('/');
  return (
    (engine === undefined || ofEngine === engine) &&
    (server === undefined || ofServer === encodeComponent(server)) &&
    (database === undefined || ofDatabase === encodeComponent(database))
  );
}

function dumpMissing(message: string): LumbungError {
  return new LumbungError('DB_DUMP_MISSING', {
    kind: 'operator',
    message,
    hint: 'look with "snapshots --tag db" what there is',
  });
}
