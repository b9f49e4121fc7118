import { isLumbungError, LumbungError } from '@lumbung/stdx';
import type { Target } from '../connection/target.ts';
import type { Control, RestoreOptions, RestorePlan } from '../driver.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { CheckList, fail, failed, pass, type Verdict } from '../remarks/check.ts';
import { remark } from '../remarks/remark.ts';
import { listed } from '../remarks/value-kinds.ts';
import { INSTANCE, parseDetails, type RedisDetails, tableNameOf } from './dump-details.ts';
import { accountOf, readSettings } from './probe-redis.ts';
import { rdbVersionOf, ServerInfo } from './server-info.ts';
import { RedisConnection } from './wire/redis-connection.ts';

/** Which databases of the dump go where. */
export type DbMap = ReadonlyMap<number, number>;

/**
 * What a restore would do, and whether it can. Into `instance` every database goes under its own number; into a number,
 * the one that is asked for.
 *
 * @throws LumbungError SOURCE_MANIFEST_INVALID (corruption), REDIS_DATABASE_UNKNOWN (operator)
 */
export async function planRestoreOf(
  target: Target,
  manifest: Manifest,
  options: RestoreOptions,
  control: Control,
): Promise<RestorePlan> {
  const details = parseDetails(manifest);
  const dbs = dbMapOf(details, options);
  const list = new CheckList(control.clock);
  try {
    await using connection = await RedisConnection.open(target, control);
    const info = await ServerInfo.read(connection);
    const settings = await readSettings(connection);
    await list.ask('login', () => pass('logged-in', { account: accountOf(target) }));
    await list.ask('server-version', () => versionAnswer(details, info));
    await list.ask('writable', () => (info.isReplica ? fail('target-is-replica') : pass('takes-writes')));
    await list.ask('empty', () => emptyAnswer(info, dbs));
    await list.ask('databases', () => databasesAnswer(dbs, settings));
    if (options.database === INSTANCE && details.functions > 0)
      await list.ask('functions', () => functionsAnswer(info));
    await list.ask('memory', () => memoryAnswer(manifest, settings));
  } catch (error) {
    control.signal.throwIfAborted();
    if (!isLumbungError(error)) throw error;
    await list.ask('login', () => failed(error));
  }
  const others = details.dbs.filter(({ db }) => !dbs.has(db)).map(({ db }) => tableNameOf(db));
  const chosen = details.dbs.filter(({ db }) => dbs.has(db));
  return {
    engine: 'redis',
    target,
    options,
    manifest,
    checks: list.checks,
    tables: chosen.map(({ db, keys }) => ({ table: tableNameOf(db), rows: keys, bytes: 0 })),
    neededBytes: fileBytesOf(manifest),
    leftOut: [
      ...(others.length === 0 ? [] : [remark('databases-not-chosen', { databases: listed(others) })]),
      ...(options.database !== INSTANCE && details.functions > 0
        ? [remark('functions-not-chosen', { count: details.functions })]
        : []),
    ],
  };
}

/** @throws LumbungError REDIS_DATABASE_UNKNOWN (operator) */
export function dbMapOf(details: RedisDetails, options: RestoreOptions): DbMap {
  const asked = options.tables?.map((table) => /^db(\d{1,9})$/.exec(table)?.[1] ?? unknown(table)).map(Number);
  const known = details.dbs.map(({ db }) => db);
  for (const db of asked ?? []) if (!known.includes(db)) unknown(tableNameOf(db));
  const chosen = asked ?? known;
  if (options.database === INSTANCE) return new Map(chosen.map((db) => [db, db]));
  const [only, ...more] = chosen;
  if (!/^\d{1,9}$/.test(options.database) || only === undefined || more.length > 0) unknown(options.database);
  return new Map([[only, Number(options.database)]]);
}

function unknown(database: string): never {
  throw new LumbungError('REDIS_DATABASE_UNKNOWN', {
    kind: 'operator',
    message: `no such database: ${database}`,
    context: { database },
    hint: `restore everything into "${INSTANCE}", or one database of the dump (db0 …) into a number`,
  });
}

function versionAnswer({ rdbVersion: dumped }: RedisDetails, { product, version }: ServerInfo): Verdict {
  const readable = rdbVersionOf(product, version);
  return dumped <= readable
    ? pass('rdb-readable', { product, version })
    : fail('rdb-unreadable', { product, version, readable, dumped });
}

function emptyAnswer(info: ServerInfo, dbs: DbMap): Verdict {
  const keyspace = info.keyspace();
  const full = [...dbs.values()].filter((db) => (keyspace.get(db) ?? 0) > 0);
  if (full.length === 0) return pass('target-empty');
  return fail('target-not-empty', {
    databases: listed(full.map((db) => `${tableNameOf(db)} (${keyspace.get(db) ?? 0})`)),
  });
}

function databasesAnswer(dbs: DbMap, settings: ReadonlyMap<string, string>): Verdict {
  const there = Number(settings.get('databases') ?? NaN);
  const highest = Math.max(...dbs.values(), 0);
  const database = tableNameOf(highest);
  if (!(highest >= there)) return pass('databases-enough', { database });
  return fail('databases-too-few', { there, database, needed: highest + 1 });
}

function functionsAnswer(info: ServerInfo): Verdict {
  return info.number('number_of_libraries') === 0 ? pass('no-functions') : fail('target-has-functions');
}

function memoryAnswer(manifest: Manifest, settings: ReadonlyMap<string, string>): Verdict {
  const limit = Number(settings.get('maxmemory') ?? 0);
  const needed = fileBytesOf(manifest);
  return limit > 0 && needed > limit ? fail('memory-too-small', { limit, needed }) : pass('memory-enough', { needed });
}

function fileBytesOf(manifest: Manifest): number {
  return manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
}
