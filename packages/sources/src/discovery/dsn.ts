import type { ByteString } from '@lumbung/stdx';

/** What an application calls its database. More than what can be backed up: the others are named, not left out. */
export const APPLICATION_ENGINES = [
  'postgresql',
  'mysql',
  'mariadb',
  'sqlite',
  'redis',
  'mongodb',
  'sqlserver',
  'oracle',
  'unknown',
] as const;
export type ApplicationEngine = (typeof APPLICATION_ENGINES)[number];

/** The parts of a connection address as an application writes them, decoded, not yet interpreted. */
export interface DsnParts {
  readonly engine: ApplicationEngine;
  readonly host?: ByteString;
  readonly port?: ByteString;
  readonly socket?: ByteString;
  readonly database?: ByteString;
  readonly user?: ByteString;
  readonly password?: ByteString;
}

type Writable = { -readonly [Key in keyof DsnParts]: DsnParts[Key] };

const ENGINES: ReadonlyMap<string, ApplicationEngine> = new Map<string, ApplicationEngine>([
  ...['postgres', 'postgresql', 'pgsql', 'postgre', 'postgis', 'psql', 'pg', 'pdo_pgsql', 'timescaledb', 'cockroachdb']
    .map((name) => [name, 'postgresql'] as const),
  ...['mysql', 'mysqli', 'mysql2', 'mysqlx', 'pdo_mysql', 'auroramysql'].map((name) => [name, 'mysql'] as const),
  ['mariadb', 'mariadb'],
  ...['sqlite', 'sqlite3', 'better-sqlite3', 'pdo_sqlite', 'file', 'libsql'].map((name) => [name, 'sqlite'] as const),
  ...['redis', 'rediss', 'valkey'].map((name) => [name, 'redis'] as const),
  ...['mongodb', 'mongodb+srv', 'mongo'].map((name) => [name, 'mongodb'] as const),
  ...['sqlsrv', 'mssql', 'sqlserver', 'dblib', 'tedious', 'pdo_sqlsrv'].map((name) => [name, 'sqlserver'] as const),
  ...['oracle', 'oci', 'oci8', 'oracledb'].map((name) => [name, 'oracle'] as const),
]); // biome-ignore format: a table

/** The engine that a driver, dialect or scheme of any framework means. */
export function engineOf(name: string): ApplicationEngine {
  // `postgresql+asyncpg` and `django.db.backends.postgresql` name the engine in one of their parts.
  const lower = name.toLowerCase();
  return (
    ENGINES.get(lower) ??
    ENGINES.get(lower.split('+')[0] ?? '') ??
    ENGINES.get(lower.split('.').at(-1) ?? '') ??
    'unknown'
  );
}

const LENGTH_MAX = 8192;

/**
 * Reads `scheme://user:password@host:port/database?…` of applications, where user, password and database are
 * percent-encoded, and `sqlite:path`. Forgives what libraries forgive: `@`, `/` and `:` in a password that is not encoded.
 * @param text a byte string; undefined: no connection address
 */
export function parseDsn(text: ByteString | undefined): DsnParts | undefined {
  if (text === undefined || text.length > LENGTH_MAX) return undefined;
  const scheme = /^(?:jdbc:)?([a-z][a-z0-9+.-]*):/i.exec(text);
  if (scheme === null) return undefined;
  const engine = engineOf(scheme[1] ?? '');
  if (engine === 'unknown') return undefined;
  const rest = text.slice(scheme[0].length);
  if (engine === 'sqlite') return sqliteOf(rest);
  if (!rest.startsWith('//')) return undefined;
  const { authority, path, query } = cut(rest.slice(2));
  const at = authority.lastIndexOf('@');
  const parts: Writable = { engine };
  if (at >= 0) readLogin(authority.slice(0, at), parts);
  // Several hosts are one database: the first of them is as good as any.
  if (!readHost(authority.slice(at + 1).split(',')[0] ?? '', parts)) return undefined;
  const database = percentDecode(path.slice(1));
  if (database !== '') parts.database = database;
  readQuery(query, parts);
  return parts;
}

/** `:memory:` is no database to keep. Three slashes are a path relative to the application, four an absolute one. */
function sqliteOf(rest: string): DsnParts | undefined {
  const path = percentDecode((rest.split('?')[0] ?? '').replace(/^\/\/(?:localhost\/)?\/?/, ''));
  return path === '' || path.includes(':memory:') ? undefined : { engine: 'sqlite', database: path };
}

function cut(rest: string): { readonly authority: string; readonly path: string; readonly query: string } {
  const questionMark = rest.indexOf('?', rest.lastIndexOf('@') + 1);
  const [before, query] = questionMark < 0 ? [rest, ''] : [rest.slice(0, questionMark), rest.slice(questionMark + 1)];
  const slash = before.indexOf('/', before.lastIndexOf('@') + 1);
  return slash < 0
    ? { authority: before, path: '', query }
    : { authority: before.slice(0, slash), path: before.slice(slash), query };
}

function readLogin(login: string, parts: Writable): void {
  const colon = login.indexOf(':');
  const user = percentDecode(colon < 0 ? login : login.slice(0, colon));
  if (user !== '') parts.user = user;
  if (colon >= 0) parts.password = percentDecode(login.slice(colon + 1));
}

/** False: it is no host. It is not shown then: a login without a host would be taken for one. */
function readHost(text: string, parts: Writable): boolean {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(text);
  if (match === null) return false;
  const host = percentDecode((match[1] ?? '').replace(/^\[|\]$/g, ''));
  if (host.startsWith('/')) parts.socket = host;
  else if (host !== '') parts.host = host;
  if (match[2] !== undefined && match[2] !== '') parts.port = match[2] as ByteString; // digits
  return true;
}

const SOCKET_KEYS = new Set(['socket', 'unix_socket', 'socketpath', 'unixsocket']);

function readQuery(query: string, parts: Writable): void {
  for (const pair of query.split('&')) {
    const [rawName = '', ...rest] = pair.split('=');
    const value = percentDecode(rest.join('='));
    const name = rawName.toLowerCase();
    if (value === '') continue;
    if (SOCKET_KEYS.has(name) || (name === 'host' && value.startsWith('/'))) parts.socket = value;
    else if (name === 'host') parts.host = value;
    else if (name === 'port') parts.port = value;
    else if (name === 'user') parts.user = value;
    else if (name === 'password') parts.password = value;
    else if (name === 'dbname') parts.database = value;
  }
}

/** Malformed sequences stay as they are: a password may hold a percent sign. */
function percentDecode(text: string): ByteString {
  const decoded = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return decoded as ByteString; // one character each byte
}

/** Reads what PHP's PDO takes: `mysql:host=…;dbname=…`, `pgsql:host=… dbname=…`, `sqlite:/path`. */
export function parsePdoDsn(text: ByteString | undefined): DsnParts | undefined {
  if (text === undefined || text.length > LENGTH_MAX) return undefined;
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  const engine = engineOf(text.slice(0, colon));
  const rest = text.slice(colon + 1);
  if (engine === 'unknown') return undefined;
  if (rest.startsWith('//') && engine !== 'oracle') return parseDsn(text);
  if (engine === 'sqlite') return sqliteOf(rest);
  const pairs = engine === 'postgresql' ? readConninfo(rest.replaceAll(';', ' ')) : readPairs(rest);
  return partsOf(engine, pairs);
}

/** Reads the connection text of libpq: `host=… dbname='two words'`. */
export function parseConninfo(text: ByteString | undefined): DsnParts | undefined {
  if (text === undefined || text.length > LENGTH_MAX) return undefined;
  if (/^postgres(?:ql)?:\/\//.test(text)) return parseDsn(text);
  return partsOf('postgresql', readConninfo(text));
}

function readPairs(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(';').map((pair) => {
      const equals = pair.indexOf('=');
      return [pair.slice(0, Math.max(0, equals)).trim().toLowerCase(), pair.slice(equals + 1).trim()] as const;
    }),
  );
}

function readConninfo(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const match of text.matchAll(/([a-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s\\']|\\.)*))/gis)) {
    pairs.set((match[1] ?? '').toLowerCase(), (match[2] ?? match[3] ?? '').replace(/\\(.)/gs, '$1'));
  }
  return pairs;
}

function partsOf(engine: ApplicationEngine, pairs: ReadonlyMap<string, string>): DsnParts | undefined {
  const first = (...names: readonly string[]) =>
    names.map((name) => partOf(pairs.get(name))).find((value) => value !== undefined);
  const server = first('host', 'server', 'hostaddr');
  const [host, port] = engine === 'sqlserver' ? (server?.split(',').map(partOf) ?? []) : [server];
  const parts: Writable = { engine };
  const socket = first('unix_socket') ?? (host?.startsWith('/') ? host : undefined);
  if (socket !== undefined) parts.socket = socket;
  else if (host !== undefined) parts.host = host;
  const rest = {
    port: first('port') ?? port,
    database: first('dbname', 'database', 'initial catalog'),
    user: first('user', 'uid'),
    password: first('password', 'pwd'),
  };
  for (const name of ['port', 'database', 'user', 'password'] as const) {
    const value = rest[name];
    if (value !== undefined) parts[name] = value;
  }
  const isEmpty = parts.host === undefined && parts.socket === undefined && parts.database === undefined;
  return isEmpty ? undefined : parts;
}

/** A part of a byte string is one; an empty one says nothing. */
function partOf(text: string | undefined): ByteString | undefined {
  return text === undefined || text === '' ? undefined : (text as ByteString);
}
