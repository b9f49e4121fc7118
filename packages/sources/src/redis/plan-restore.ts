import { LumbungError } from '@lumbung/stdx';
import type { Target } from '../connection/target.ts';
import type { Check, Control, RestoreOptions, RestorePlan } from '../driver.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { INSTANCE, parseDetails, type RedisDetails, tableNameOf } from './dump-details.ts';
import { asCheck, readSettings } from './probe-redis.ts';
import { rdbVersionOf, ServerInfo } from './server-info.ts';
import { RedisConnection } from './wire/redis-connection.ts';

type Answer = Omit<Check, 'id' | 'durationMs'>;

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
  const checks: Check[] = [];
  const add = (id: string, answer: Answer): void => {
    checks.push({ id, durationMs: 0, ...answer });
  };
  try {
    await using connection = await RedisConnection.open(target, control);
    const info = await ServerInfo.read(connection);
    const settings = await readSettings(connection);
    add('login', { result: 'pass', message: 'logged in' });
    add('version', versionAnswer(details, info));
    add('role', roleAnswer(info));
    add('empty', emptyAnswer(info, dbs));
    add('databases', databasesAnswer(dbs, settings));
    if (options.database === INSTANCE && details.functions > 0) add('functions', functionsAnswer(info));
    add('memory', memoryAnswer(manifest, settings));
  } catch (error) {
    control.signal.throwIfAborted();
    add('login', asCheck(error));
  }
  const chosen = details.dbs.filter(({ db }) => dbs.has(db));
  return {
    engine: 'redis',
    target,
    options,
    manifest,
    checks,
    tables: chosen.map(({ db, keys }) => ({ table: tableNameOf(db), rows: keys, bytes: 0 })),
    neededBytes: fileBytesOf(manifest),
    leftOut: [
      ...details.dbs.filter(({ db }) => !dbs.has(db)).map(({ db }) => tableNameOf(db)),
      ...(options.database !== INSTANCE && details.functions > 0 ? [`${details.functions} function libraries`] : []),
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

function versionAnswer(details: RedisDetails, info: ServerInfo): Answer {
  const readable = rdbVersionOf(info.product, info.version);
  if (details.rdbVersion <= readable) return { result: 'pass', message: `${info.product} ${info.version}` };
  return {
    result: 'fail',
    code: 'REDIS_SERVER_TOO_OLD',
    message: `${info.product} ${info.version} reads RDB files up to version ${readable}, the dump is of version ${details.rdbVersion}`,
    hint: 'restore into a server of the version that was dumped, or of a newer one',
  };
}

function roleAnswer(info: ServerInfo): Answer {
  if (!info.isReplica) return { result: 'pass', message: 'it takes writes' };
  return { result: 'fail', code: 'REDIS_TARGET_REPLICA', message: 'it is a replica', hint: 'restore into its master' };
}

function emptyAnswer(info: ServerInfo, dbs: DbMap): Answer {
  const keyspace = info.keyspace();
  const full = [...dbs.values()].filter((db) => (keyspace.get(db) ?? 0) > 0);
  if (full.length === 0) return { result: 'pass', message: 'nothing is there yet' };
  return {
    result: 'fail',
    code: 'REDIS_TARGET_NOT_EMPTY',
    message: `the target holds keys already: ${full.map((db) => `${tableNameOf(db)} ${keyspace.get(db) ?? 0}`).join(', ')}`,
    hint: 'restore into an empty database or server, and exchange them afterwards',
  };
}

function databasesAnswer(dbs: DbMap, settings: ReadonlyMap<string, string>): Answer {
  const count = Number(settings.get('databases') ?? NaN);
  const highest = Math.max(...dbs.values(), 0);
  if (!(highest >= count)) return { result: 'pass', message: `up to ${tableNameOf(highest)}` };
  return {
    result: 'fail',
    code: 'REDIS_TOO_FEW_DATABASES',
    message: `the target has ${count} databases, the dump needs ${tableNameOf(highest)}`,
    hint: `set databases ${highest + 1} in its configuration, and restart it`,
  };
}

function functionsAnswer(info: ServerInfo): Answer {
  if (info.number('number_of_libraries') === 0) return { result: 'pass', message: 'no functions are there yet' };
  return {
    result: 'fail',
    code: 'REDIS_TARGET_NOT_EMPTY',
    message: 'the target holds functions already',
    hint: 'restore into an empty server',
  };
}

function memoryAnswer(manifest: Manifest, settings: ReadonlyMap<string, string>): Answer {
  const limitBytes = Number(settings.get('maxmemory') ?? 0);
  const neededBytes = fileBytesOf(manifest);
  if (!(limitBytes > 0) || neededBytes <= limitBytes)
    return { result: 'pass', message: `needs ${neededBytes} bytes at least` };
  return {
    result: 'fail',
    code: 'REDIS_TARGET_TOO_SMALL',
    message: `the target may use ${limitBytes} bytes of memory, the dump has ${neededBytes}`,
    hint: 'raise maxmemory of the target',
  };
}

function fileBytesOf(manifest: Manifest): number {
  return manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
}
