import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errnoOf, LumbungError } from '@lumbung/stdx';
import type { Target } from '../connection/target.ts';
import type { Control, Workspace } from '../driver.ts';
import type { EntrySink } from '../entry/entry-stream.ts';
import { accountFile, type FileAccount } from '../manifest/account-stream.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { readUnchanged } from '../manifest/workspace-file.ts';
import { storedRemark } from '../remarks/stored-remark.ts';
import { detailsOf, INSTANCE, RDB_PATH, tableNameOf, tableOfDb } from './dump-details.ts';
import { serverIdentityOf } from './probe-redis.ts';
import { type RdbSummary, summarizeRdb } from './rdb/rdb-digest.ts';
import { ServerInfo } from './server-info.ts';
import { type FullSync, startFullSync } from './wire/full-sync.ts';
import { RedisConnection } from './wire/redis-connection.ts';

/** Read again from the disk, so that what is checked is what is stored. */
const READ_BYTES = 1024 * 1024;

/**
 * Dumps a whole server as one RDB file, received as a replica receives it. It goes to the workspace first and fast, since
 * a server drops a replica that is slow; there it is walked from its first byte to its last, and only then stored.
 */
export async function dumpInstance(
  target: Target,
  workspace: Workspace,
  control: Control,
  sink: EntrySink,
): Promise<Manifest> {
  const startedAt = isoNow(control);
  const { received, before, after, sync } = await receive(target, workspace, control);
  control.progress({ phase: 'check', doneBytes: received.account.bytes, doneRows: 0 });
  const summary = await summarizeRdb(
    createReadStream(received.file, { signal: control.signal, highWaterMark: READ_BYTES }),
  );
  const warnings = compareWithServer(summary, before, after);
  if (summary.checksum === 'absent') warnings.push(storedRemark('checksum-absent'));

  await sink.store(RDB_PATH, () => readUnchanged(RDB_PATH, received.file, received.account));

  const keys = summary.dbs.reduce((sum, db) => sum + db.keys, 0);
  return {
    ...commonOf(before, 'database', startedAt, isoNow(control)),
    database: INSTANCE,
    method: 'full synchronization (PSYNC), RDB file',
    snapshot: `${sync.replicationId}:${sync.replicationOffset}`,
    inventory: { databases: summary.dbs.length, keys, functions: summary.functions },
    tables: summary.dbs.map(tableOfDb),
    files: [{ path: RDB_PATH, ...received.account }],
    warnings,
    details: { redis: detailsOf(summary, sync) },
  };
}

/** What every manifest of this engine begins with. */
export function commonOf(
  info: ServerInfo,
  kind: Manifest['kind'],
  startedAt: string,
  finishedAt: string,
): Omit<Manifest, 'method' | 'inventory' | 'tables' | 'files' | 'warnings' | 'details'> {
  return {
    v: 2,
    kind,
    engine: 'redis',
    product: info.product,
    serverVersion: info.version,
    server: serverIdentityOf(info),
    startedAt,
    finishedAt,
    servedBy: info.isReplica ? 'replica' : info.number('connected_slaves') > 0 ? 'primary' : 'standalone',
    ...(info.isReplica ? { lagSeconds: Math.max(0, info.number('master_last_io_seconds_ago')) } : {}),
    extensions: [],
    rolesReferenced: [],
    sequences: [],
    excludedData: [],
  };
}

export function isoNow({ clock }: Control): string {
  return new Date(clock.nowMs()).toISOString();
}

interface Received {
  readonly received: { readonly file: string; readonly account: FileAccount };
  readonly before: ServerInfo;
  readonly after: ServerInfo;
  readonly sync: FullSync;
}

async function receive(target: Target, workspace: Workspace, control: Control): Promise<Received> {
  control.progress({ phase: 'connect', doneBytes: 0, doneRows: 0 });
  await using connection = await RedisConnection.open(target, control);
  const before = await ServerInfo.read(connection);
  const { received, sync } = await receiveRdb(
    target,
    path.join(workspace.folder, 'dump.rdb'),
    workspace.limitBytes,
    control,
  );
  // The first connection may have been closed as idle meanwhile.
  await using again = await RedisConnection.open(target, control);
  return { received, sync, before, after: await ServerInfo.read(again) };
}

/** @throws LumbungError DB_WORKSPACE_FULL (operator); those of `startFullSync` */
export async function receiveRdb(
  target: Target,
  file: string,
  limitBytes: number,
  control: Control,
): Promise<Pick<Received, 'received' | 'sync'>> {
  await using connection = await RedisConnection.open(target, control);
  const sync = await startFullSync(connection);
  const account = Promise.withResolvers<FileAccount>();
  account.promise.catch(() => undefined);
  let doneBytes = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      doneBytes += chunk.length;
      control.progress({
        phase: 'data',
        doneBytes,
        doneRows: 0,
        ...(sync.sizeBytes === undefined ? {} : { expectedBytes: sync.sizeBytes }),
      });
      callback(doneBytes > limitBytes ? workspaceFull(limitBytes) : null, chunk);
    },
  });
  try {
    await pipeline(
      accountFile(sync.content, account.resolve),
      limit,
      createWriteStream(file, { flags: 'wx', mode: 0o600 }),
      { signal: control.signal },
    );
  } catch (error) {
    control.signal.throwIfAborted();
    throw errnoOf(error) === 'ENOSPC' ? workspaceFull(doneBytes, error) : error;
  }
  return { received: { file, account: await account.promise }, sync };
}

function workspaceFull(limitBytes: number, cause?: unknown): LumbungError {
  return new LumbungError('DB_WORKSPACE_FULL', {
    kind: 'operator',
    message: `the working folder has no room for the dump (${limitBytes} bytes)`,
    context: { limitBytes },
    hint: 'free space there, or give the working folder more room',
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * The keys of the file against what the server said before and after. Writes in between may have moved the count out of
 * the interval, which is worth a warning; where nothing was written, it is an error.
 *
 * @throws LumbungError REDIS_COUNTS_DIFFER (corruption)
 */
export function compareWithServer(summary: RdbSummary, before: ServerInfo, after: ServerInfo): Manifest['warnings'] {
  const warnings: Manifest['warnings'] = [];
  const earlier = before.keyspace();
  const later = after.keyspace();
  const inFile = new Map(summary.dbs.map(({ db, keys }) => [db, keys]));
  const isIdle = isSame(earlier, later) && COUNTERS.every((name) => before.number(name) === after.number(name));
  for (const db of new Set([...earlier.keys(), ...later.keys(), ...inFile.keys()])) {
    const [a, b, keys] = [earlier.get(db) ?? 0, later.get(db) ?? 0, inFile.get(db) ?? 0];
    if (keys >= Math.min(a, b) && keys <= Math.max(a, b)) continue;
    const database = tableNameOf(db);
    if (isIdle || keys === 0) {
      throw new LumbungError('REDIS_COUNTS_DIFFER', {
        kind: 'corruption',
        message: `${database} has ${keys} keys in the dump, the server said ${a} before and ${b} after`,
        context: { db, keys, before: a, after: b },
        hint: 'look at the log of the server, and dump it again',
      });
    }
    warnings.push(storedRemark('keys-moved', { database, keys, before: a, after: b }));
  }
  return warnings;
}

/** They stand still while nothing is written. */
const COUNTERS = ['expired_keys', 'evicted_keys', 'rdb_changes_since_last_save', 'rdb_saves', 'master_repl_offset'];

function isSame(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): boolean {
  return a.size === b.size && [...a].every(([db, keys]) => b.get(db) === keys);
}
