import type { ByteString } from '@lumbung/stdx';
import type { LocalhostMeaning } from '../address.ts';
import type { DiscoveredDatabase } from '../application.ts';
import { type DatabaseFields, fieldsOfDsn, finishDatabase } from '../database-draft.ts';
import { type ApplicationEngine, engineOf, parseDsn } from '../dsn.ts';
import type { Environment } from '../environment.ts';
import { bytesOfValue, type PhpValue } from '../php/value.ts';
import type { DiscoveryWarning } from '../warning.ts';
import { textOfValue } from './recogniser.ts';

/** Names of variables in families: `DB_HOST`, `PGHOST` … */
interface Family {
  readonly prefix: string;
  readonly engine: ApplicationEngine | undefined;
  readonly host: readonly string[];
  readonly port: readonly string[];
  readonly socket: readonly string[];
  readonly database: readonly string[];
  readonly user: readonly string[];
  readonly password: readonly string[];
  readonly kind: readonly string[];
}

function family(prefix: string, engine: ApplicationEngine | undefined): Family {
  const named = (...names: readonly string[]) => names.map((name) => `${prefix}${name}`);
  return {
    prefix,
    engine,
    host: named('HOST', 'HOSTNAME', 'SERVER'),
    port: named('PORT'),
    socket: named('SOCKET', 'SOCKET_PATH'),
    database: named('DATABASE', 'NAME', 'DB', 'DATABASE_NAME', 'DBNAME'),
    user: named('USER', 'USERNAME', 'LOGIN'),
    password: named('PASSWORD', 'PASS', 'PASSWD'),
    kind: named('CONNECTION', 'DIALECT', 'CLIENT', 'TYPE', 'ENGINE', 'DRIVER'),
  };
}

const FAMILIES: readonly Family[] = [
  family('DB_', undefined),
  family('DB', undefined),
  family('DATABASE_', undefined),
  family('SQL_', undefined),
  family('TYPEORM_', undefined),
  family('PG', 'postgresql'),
  family('POSTGRES_', 'postgresql'),
  family('POSTGRESQL_', 'postgresql'),
  family('MYSQL_', 'mysql'),
  family('MARIADB_', 'mariadb'),
  family('MONGO_', 'mongodb'),
  family('WORDPRESS_DB_', 'mysql'),
];

const URL_NAME = /(?:^|_)(?:URL|URI|DSN|CONNECTION_STRING)$/i;
const ADDRESSES_MAX = 100;
/** Connections for migrations and tests, and caches, which hold nothing of their own. */
const NOT_A_DATABASE = /TEST|SHADOW|DIRECT_|READ_?ONLY|REPLICA/i;

export interface EnvironmentOptions {
  readonly folder: ByteString;
  readonly localhost: LocalhostMeaning;
  readonly warnings: DiscoveryWarning[];
  /** What the engine is when only host and name are set. */
  readonly engine?: ApplicationEngine | undefined;
}

/** Databases that the variables of an application name: connection addresses first, else families like `DB_HOST`. */
export function environmentDatabases(
  environment: Environment,
  options: EnvironmentOptions,
): readonly DiscoveredDatabase[] {
  const byAddress = environment
    .names()
    .filter((name) => URL_NAME.test(name) && !NOT_A_DATABASE.test(name))
    .slice(0, ADDRESSES_MAX)
    .flatMap((name) => fromAddress(name, environment, options) ?? []);
  const distinct = byAddress.filter((database, idx) => byAddress.findIndex((other) => isSame(other, database)) === idx);
  if (distinct.length > 0) return distinct;
  return familyDatabases((...names) => environment.field(...names), options);
}

/** Databases that names in families like `DB_HOST` describe, wherever these stand: variables, constants. */
export function familyDatabases(
  field: (...names: readonly string[]) => PhpValue | undefined,
  options: EnvironmentOptions,
): readonly DiscoveredDatabase[] {
  const byFamily = FAMILIES.flatMap((one) => fromFamily(one, field, options) ?? []);
  return byFamily.filter((database, idx) => byFamily.findIndex((other) => isSame(other, database)) === idx);
}

function isSame(a: DiscoveredDatabase, b: DiscoveredDatabase): boolean {
  return a.database === b.database && JSON.stringify(a.address) === JSON.stringify(b.address);
}

function fromAddress(
  name: string,
  environment: Environment,
  options: EnvironmentOptions,
): DiscoveredDatabase | undefined {
  const found = environment.get(name);
  const parts = found === undefined ? undefined : parseDsn(found.value);
  // Redis is proposed by its use, not as a database of the application.
  if (found === undefined || parts === undefined || parts.engine === 'redis') return undefined;
  const fields = fieldsOfDsn(parts, found.at);
  return finish(parts.engine, name, fields, found.at, options);
}

function fromFamily(
  one: Family,
  field: (...names: readonly string[]) => PhpValue | undefined,
  options: EnvironmentOptions,
): DiscoveredDatabase | undefined {
  const fields: DatabaseFields = {
    host: field(...one.host),
    port: field(...one.port),
    socket: field(...one.socket),
    database: field(...one.database),
    user: field(...one.user),
    password: field(...one.password),
  };
  const database = fields.database;
  if (database === undefined || (bytesOfValue(database) ?? '') === '') return undefined;
  const kind = textOfValue(field(...one.kind));
  const named = kind === undefined ? undefined : engineOf(kind);
  const engine =
    one.engine ?? (named === 'unknown' ? undefined : named) ?? options.engine ?? byPort(fields.port) ?? 'unknown';
  // A name alone, without a server or an engine, may be anything.
  if (fields.host === undefined && fields.socket === undefined && engine === 'unknown') return undefined;
  return finish(engine, one.prefix.replace(/_$/, ''), fields, database.at, options);
}

function byPort(port: PhpValue | undefined): ApplicationEngine | undefined {
  const text = textOfValue(port);
  return text === '3306' ? 'mysql' : text === '5432' ? 'postgresql' : undefined;
}

function finish(
  engine: ApplicationEngine,
  group: string,
  fields: DatabaseFields,
  at: PhpValue['at'],
  { folder, localhost, warnings }: EnvironmentOptions,
): DiscoveredDatabase {
  return finishDatabase({ engine, group, fields, at, folder, localhost }, warnings);
}
