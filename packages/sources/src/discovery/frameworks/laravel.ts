import type { ByteString } from '@lumbung/stdx';
import { Secret } from '../../process/secret.ts';
import { addressOf } from '../address.ts';
import type { DiscoveredApplication, DiscoveredBucket, DiscoveredDatabase, DiscoveredRedis } from '../application.ts';
import { type ConfigReader, readEnvironmentFiles } from '../config-reader.ts';
import { type DatabaseFields, decodeText, fieldsOfDsn, finishDatabase } from '../database-draft.ts';
import { engineOf, parseDsn } from '../dsn.ts';
import { LAST_WINS } from '../env/env-file.ts';
import type { Environment } from '../environment.ts';
import { joinPath } from '../paths.ts';
import type { PhpSurroundings } from '../php/call-function.ts';
import { bytesOfValue, type PhpValue, type Place, valueAt } from '../php/value.ts';
import {
  composerRequires,
  has,
  makeApplication,
  newReader,
  type Recogniser,
  surroundingsOf,
  textOfValue,
} from './recogniser.ts';

const FRAMEWORKS = ['laravel/framework', 'laravel/lumen-framework'];

/** Laravel: `artisan`, and a `composer.json` that requires the framework. Its settings are `config/database.php` with
 *  what `.env` says; when the configuration is cached, only the cache is read by the framework, and `.env` is not. */
export const recogniseLaravel: Recogniser = async (folder, files) => {
  if (!has(folder, 'artisan')) return undefined;
  const reader = newReader(files);
  const requires = await composerRequires(folder, reader);
  const framework = FRAMEWORKS.find((name) => requires.has(name));
  if (framework === undefined) return undefined;
  const root = folder.path;
  const environment = await readEnvironmentFiles(reader, root, ['.env'], LAST_WINS);
  if (environment === undefined) reader.warn('CONFIG_MISSING', { path: joinPath(root, '.env') });
  const databases = await readDatabases(root, environment, reader);
  return makeApplication('laravel', root, reader, {
    name: environment?.text('APP_NAME'),
    version: (await installedVersion(root, reader)) ?? requires.get(framework),
    url: environment?.text('APP_URL'),
    databases,
    buckets: environment === undefined ? [] : bucketsOf(environment),
    redis: environment === undefined ? [] : queuesOf(environment),
  });
};

async function installedVersion(root: ByteString, reader: ConfigReader): Promise<string | undefined> {
  const path = joinPath(root, 'vendor/laravel/framework/src/Illuminate/Foundation/Application.php');
  if (!(await reader.files.hasFile(root, 'vendor/laravel/framework/src/Illuminate/Foundation/Application.php')))
    return undefined;
  const text = await reader.text(path, 256 * 1024);
  return /\bconst\s+(?:string\s+)?VERSION\s*=\s*'([^']{1,40})'/.exec(text ?? '')?.[1];
}

async function readDatabases(
  root: ByteString,
  environment: Environment | undefined,
  reader: ConfigReader,
): Promise<readonly DiscoveredDatabase[]> {
  const surroundings = surroundingsOf(environment, { pathFunctions: pathFunctions(root) });
  const cachePath = joinPath(root, 'bootstrap/cache/config.php');
  const fromSource = await sourceDatabases(root, environment, surroundings, reader);
  if (!(await reader.files.hasFile(root, 'bootstrap/cache/config.php'))) return fromSource;
  const cache = await reader.php(cachePath, surroundings);
  const cached = connectionsOf(valueAt(cache?.returned, 'database'), root, cachePath, reader, undefined);
  reader.warn('CONFIG_CACHED', { path: cachePath });
  if (cached.length === 0) return fromSource;
  for (const { database, group, source } of fromSource) {
    const isSame = cached.some((other) => other.group === group && other.database === database);
    if (!isSame) reader.warn('CONFIG_CACHE_STALE', { path: source.path, line: source.line, detail: database ?? group });
  }
  return cached;
}

function pathFunctions(root: ByteString): ReadonlyMap<string, ByteString> {
  return new Map([
    ['base_path', root],
    ['database_path', joinPath(root, 'database')],
    ['storage_path', joinPath(root, 'storage')],
    ['config_path', joinPath(root, 'config')],
    ['resource_path', joinPath(root, 'resources')],
    ['public_path', joinPath(root, 'public')],
    ['app_path', joinPath(root, 'app')],
  ]);
}

async function sourceDatabases(
  root: ByteString,
  environment: Environment | undefined,
  surroundings: PhpSurroundings,
  reader: ConfigReader,
): Promise<readonly DiscoveredDatabase[]> {
  const path = joinPath(root, 'config/database.php');
  const reading = (await reader.files.hasFile(root, 'config/database.php'))
    ? await reader.php(path, surroundings)
    : undefined;
  const found = connectionsOf(reading?.returned, root, path, reader, environment);
  if (found.length > 0) return found;
  const isSet = environment?.field('DB_CONNECTION', ...SKELETON_VARIABLES) !== undefined;
  return environment !== undefined && isSet ? [withoutConfigFile(root, environment, reader)] : [];
}

/** Newer versions of the framework bring their own `config/database.php`, with these variables. */
function withoutConfigFile(root: ByteString, environment: Environment, reader: ConfigReader): DiscoveredDatabase {
  const connection = environment.text('DB_CONNECTION') ?? 'sqlite';
  const at: Place = environment.field('DB_DATABASE', 'DB_URL')?.at ?? { path: joinPath(root, '.env'), line: 1 };
  const engine = engineOf(connection);
  const sqlite: PhpValue = { kind: 'scalar', value: joinPath(root, 'database/database.sqlite'), at };
  const fields: DatabaseFields = {
    host: environment.field('DB_HOST'),
    port: environment.field('DB_PORT'),
    socket: environment.field('DB_SOCKET'),
    database: environment.field('DB_DATABASE') ?? (engine === 'sqlite' ? sqlite : undefined),
    user: environment.field('DB_USERNAME'),
    password: environment.field('DB_PASSWORD'),
  };
  const url = parseDsn(bytesOfValue(environment.field('DB_URL', 'DATABASE_URL')));
  const merged = url === undefined ? fields : { ...fields, ...fieldsOfDsn(url, at) };
  return finishDatabase(
    {
      engine: url?.engine ?? engine,
      group: connection,
      fields: merged,
      at,
      folder: joinPath(root, 'database'),
      localhost: 'socket',
    },
    reader.warnings,
  );
}

/** Connections that every new project has, all reading the same variables: only the one in use is a database. */
const SKELETON_NAMES = new Set(['laravel', 'forge', 'homestead', '']);
const SKELETON_CONNECTIONS = new Set(['sqlite', 'mysql', 'mariadb', 'pgsql', 'sqlsrv']);
const CONNECTIONS_MAX = 100;
const SKELETON_VARIABLES = ['DB_DATABASE', 'DB_URL', 'DATABASE_URL'];

function connectionsOf(
  config: PhpValue | undefined,
  root: ByteString,
  path: ByteString,
  reader: ConfigReader,
  environment: Environment | undefined,
): readonly DiscoveredDatabase[] {
  const connections = valueAt(config, 'connections');
  if (connections?.kind !== 'array') return [];
  const standard = textOfValue(valueAt(config, 'default'));
  if (standard === undefined) reader.warn('VALUE_UNRESOLVED', { path, detail: 'default' });
  const standardName = textOfValue(valueAt(connections, standard ?? '', 'database'));
  const databases: DiscoveredDatabase[] = [];
  for (const [name, connection] of [...connections.entries].slice(0, CONNECTIONS_MAX)) {
    if (connection.kind !== 'array') continue;
    const isUsed = name === standard || isOwnDatabase(name, connection, environment, standardName);
    if (!isUsed) continue;
    databases.push(databaseOf(name, connection, root, reader));
  }
  // The one in use first.
  return databases.sort((a, b) => Number(b.group === standard) - Number(a.group === standard));
}

/** Whether a connection that is not the default one is more than what a new project brings. */
function isOwnDatabase(
  name: string,
  connection: PhpValue,
  environment: Environment | undefined,
  standardName: string | undefined,
): boolean {
  if (valueAt(connection, 'driver') === undefined) return false;
  const database = valueAt(connection, 'database');
  const text = bytesOfValue(database);
  if (database === undefined || text === undefined || text === '') {
    // Named by a variable that is not set here: a second database whose name is not known.
    const variable =
      database?.kind === 'unresolved' && database.why.kind === 'environment' ? database.why.variable : undefined;
    return variable !== undefined && !SKELETON_VARIABLES.includes(variable);
  }
  // The same variable: all of a container may stand in one line.
  const isStandard = SKELETON_VARIABLES.map((variable) => environment?.get(variable)).some(
    (found) => found?.value === text && found.at.path === database.at.path && found.at.line === database.at.line,
  );
  if (isStandard) return false;
  const isSkeletonFile = name === 'sqlite' && text.endsWith('/database/database.sqlite');
  // A cache holds values only: connections of a new project then all have the name of the one in use.
  const isSameName = environment === undefined && text === standardName && SKELETON_CONNECTIONS.has(name);
  return !SKELETON_NAMES.has(text) && !isSkeletonFile && !isSameName;
}

function databaseOf(name: string, connection: PhpValue, root: ByteString, reader: ConfigReader): DiscoveredDatabase {
  const driver = textOfValue(valueAt(connection, 'driver')) ?? '';
  const url = bytesOfValue(valueAt(connection, 'url'));
  const parts = url === undefined || url === '' ? undefined : parseDsn(url);
  const at = valueAt(connection, 'url')?.at ?? connection.at;
  const fields: DatabaseFields = {
    host: firstOf(valueAt(connection, 'write', 'host')) ?? firstOf(valueAt(connection, 'host')),
    port: valueAt(connection, 'port'),
    socket: valueAt(connection, 'unix_socket'),
    database: valueAt(connection, 'database'),
    user: valueAt(connection, 'username'),
    password: valueAt(connection, 'password'),
    prefix: valueAt(connection, 'prefix'),
    ...(parts === undefined ? {} : fieldsOfDsn(parts, at)),
  };
  return finishDatabase(
    {
      engine: parts?.engine ?? engineOf(driver),
      group: decodeText(name as ByteString).text, // a key of the tokenizer is a byte string
      fields,
      at: connection.at,
      folder: joinPath(root, 'database'),
      localhost: 'socket',
    },
    reader.warnings,
  );
}

/** Hosts may be a list, of which one is picked by chance. */
function firstOf(value: PhpValue | undefined): PhpValue | undefined {
  return value?.kind === 'array' ? value.entries.values().next().value : value;
}

function bucketsOf(environment: Environment): readonly DiscoveredBucket[] {
  const bucket = environment.field('AWS_BUCKET');
  const name = textOfValue(bucket);
  const isUsed = [environment.text('FILESYSTEM_DISK'), environment.text('FILESYSTEM_DRIVER')].includes('s3');
  if (!isUsed || bucket === undefined || name === undefined) return [];
  const [endpoint, region] = [environment.text('AWS_ENDPOINT'), environment.text('AWS_DEFAULT_REGION')];
  return [
    {
      name,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(region === undefined ? {} : { region }),
      source: { path: bucket.at.path, line: bucket.at.line },
    },
  ];
}

/** Queued work lies nowhere else; a cache or sessions can be lost. */
function queuesOf(environment: Environment): DiscoveredApplication['redis'] {
  const host = environment.field('REDIS_HOST', 'REDIS_URL');
  const isUsed = [environment.text('QUEUE_CONNECTION'), environment.text('QUEUE_DRIVER')].includes('redis');
  if (!isUsed || host === undefined) return [];
  const url = parseDsn(bytesOfValue(environment.field('REDIS_URL')));
  const address = addressOf(
    'redis',
    { host: url?.host ?? environment.text('REDIS_HOST'), port: url?.port ?? environment.text('REDIS_PORT') },
    'tcp',
  );
  const password = url?.password ?? environment.text('REDIS_PASSWORD');
  const redis: DiscoveredRedis = {
    address,
    ...(password === undefined || password === 'null' ? {} : { password: new Secret(password) }),
    use: 'queue',
    source: { path: host.at.path, line: host.at.line },
  };
  return [redis];
}
