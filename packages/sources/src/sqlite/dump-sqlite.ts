import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LumbungError } from '@lumbung/stdx';
import type { Target } from '../connection/target.ts';
import type { Control, DatabaseDump, Workspace } from '../driver.ts';
import type { EntrySink } from '../entry/entry-stream.ts';
import { accountFile, type FileAccount } from '../manifest/account-stream.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { manifestDump } from '../manifest/manifest-dump.ts';
import { readUnchanged } from '../manifest/workspace-file.ts';
import { TimeLimit } from '../process/act-limits.ts';
import { storedRemark } from '../remarks/stored-remark.ts';
import { listed } from '../remarks/value-kinds.ts';
import { actControl } from './act-control.ts';
import type { InspectedDatabase } from './agent/messages.ts';
import { damaged, errorOfSqlite } from './agent/sqlite-error.ts';
import { DATABASE_PATH, detailsOf, type FileOwner, tableOf } from './dump-details.ts';
import { LOCK_WAIT_MS, runAgent } from './run-agent.ts';

const METHOD = 'online backup API, in one read transaction';

/** A database is named by the path of its file. */
export function pathOfTarget({ address }: Target): string {
  if (address.kind === 'file' && path.isAbsolute(address.path)) return address.path;
  throw new LumbungError('DB_ADDRESS_INVALID', {
    kind: 'operator',
    message: 'a SQLite database is named by the absolute path of its file',
    context: { detail: address.kind === 'file' ? address.path : address.kind },
  });
}

export function dumpSqlite(target: Target, database: string, workspace: Workspace, control: Control): DatabaseDump {
  return manifestDump(control.signal, async (sink) => {
    if (database !== pathOfTarget(target)) throw unknownDatabase(database);
    const { clock, hardMs } = control;
    using limit = new TimeLimit({ clock, hardMs, signal: sink.signal });
    return await dumpFile(database, workspace, sink, actControl(control, limit));
  });
}

/** Of a database that is opened while the application writes, only the copy is ever checked and read: the application is
 *  disturbed no longer than copying takes. */
async function dumpFile(database: string, workspace: Workspace, sink: EntrySink, control: Control): Promise<Manifest> {
  const startedAt = isoNow(control);
  const owner = await ownerOf(database);
  const copy = path.join(workspace.folder, 'database.sqlite');
  const { limitBytes } = workspace;
  await runAgent<'copy'>(
    { act: 'copy', path: database, to: copy, limitBytes, lockWaitMs: LOCK_WAIT_MS },
    'data',
    control,
  );
  const inspected = await runAgent<'inspect'>({ act: 'inspect', path: copy }, 'check', control);
  if (inspected.problems.length > 0) throw damaged(database, inspected.problems.join('; ').slice(0, 1000));
  const account = await accountOf(copy, control);
  await sink.store(DATABASE_PATH, () => readUnchanged(DATABASE_PATH, copy, account));
  return {
    v: 2,
    kind: 'database',
    engine: 'sqlite',
    product: 'SQLite',
    serverVersion: inspected.sqliteVersion,
    server: await realpath(database),
    database,
    startedAt,
    finishedAt: isoNow(control),
    method: METHOD,
    servedBy: 'standalone',
    inventory: inspected.inventory,
    extensions: [],
    rolesReferenced: [],
    tables: inspected.tables.map(tableOf),
    sequences: [],
    files: [{ path: DATABASE_PATH, ...account }],
    excludedData: [],
    warnings: warningsOf(inspected),
    details: { sqlite: detailsOf(inspected, owner) },
  };
}

/** @throws LumbungError SQLITE_MISSING, SQLITE_UNREADABLE, SQLITE_NOT_A_DATABASE (operator) */
export async function ownerOf(file: string): Promise<FileOwner> {
  try {
    const { uid, gid, mode } = await stat(file);
    return { uid, gid, mode: mode & 0o7777 };
  } catch (error) {
    throw errorOfSqlite(error, file);
  }
}

function isoNow({ clock }: Control): string {
  return new Date(clock.nowMs()).toISOString();
}

async function accountOf(file: string, { signal }: Control): Promise<FileAccount> {
  let account: FileAccount = { bytes: 0, sha256: '' };
  const reading = accountFile(createReadStream(file, { highWaterMark: 1024 * 1024 }), (whole) => {
    account = whole;
  });
  await pipeline(reading, new Writable({ write: (_chunk, _encoding, callback) => callback() }), { signal });
  return account;
}

function warningsOf({
  integrity,
  brokenForeignKeys,
  unreadable,
  virtualTables,
}: InspectedDatabase): Manifest['warnings'] {
  const warnings: Manifest['warnings'] = [];
  if (brokenForeignKeys.length > 0) {
    warnings.push(storedRemark('foreign-keys-broken', { tables: listed(brokenForeignKeys) }));
  }
  if (integrity !== 'full') warnings.push(storedRemark('check-limited'));
  if (unreadable.length > 0) warnings.push(storedRemark('tables-unread', { tables: listed(unreadable) }));
  const outside = virtualTables.filter(({ module }) => !/^(fts[345]|rtree|geopoly)/i.test(module));
  if (outside.length > 0) {
    const names = outside.map(({ name, module }) => `${name} (${module})`);
    warnings.push(storedRemark('virtual-tables', { tables: listed(names) }));
  }
  return warnings;
}

function unknownDatabase(database: string): LumbungError {
  return new LumbungError('SQLITE_MISSING', {
    kind: 'operator',
    message: `${database} is not the database of this source`,
    context: { path: database },
    hint: 'check the path',
  });
}
