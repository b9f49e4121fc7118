import { isIP } from 'node:net';
import path from 'node:path';
import { LumbungError } from '@lumbung/stdx';
import type { DatabaseEngine } from '../manifest/database-engine.ts';
import { Secret } from '../process/secret.ts';
import type { Address, Target, TlsOptions } from './target.ts';
import { TLS_OPTIONS, tlsOf } from './tls-of-url.ts';

const LENGTH_MAX = 8192;
const CONNECT_TIMEOUT_MS = 15_000;
/** Of `sun_path`, without its final NUL. */
const SOCKET_PATH_BYTES_MAX = 107;

interface Scheme {
  readonly engine: Exclude<DatabaseEngine, 'sqlite'>;
  readonly port: number;
  /** The scheme itself says whether the connection is encrypted. */
  readonly tls?: 'off' | 'on';
}

const SCHEMES: Readonly<Record<string, Scheme>> = {
  postgres: { engine: 'postgresql', port: 5432 },
  postgresql: { engine: 'postgresql', port: 5432 },
  mysql: { engine: 'mysql', port: 3306 },
  mariadb: { engine: 'mariadb', port: 3306 },
  redis: { engine: 'redis', port: 6379, tls: 'off' },
  rediss: { engine: 'redis', port: 6379, tls: 'on' },
  valkey: { engine: 'redis', port: 6379, tls: 'off' },
  valkeys: { engine: 'redis', port: 6379, tls: 'on' },
};

/** The options of all engines, by the names that their own clients have for them. */
const PLACE_OPTIONS = new Set(['host', 'port', 'socket', 'user', 'password', 'dbname', 'connect_timeout']);

export interface UrlContext {
  /** Where a relative path of SQLite begins. Absolute. */
  readonly workingFolder: string;
}

/**
 * Reads the address of a database server, or of a database on it:
 *
 * - `postgresql://user@host:5432/database?sslmode=verify-full&sslrootcert=/etc/ca.pem`, also `postgres:`, `mysql:`,
 *   `mariadb:` (`ssl-mode`, `ssl-ca`), `redis:`, `rediss:`, `valkey:`, `valkeys:`
 * - a unix socket: `postgresql:///database?host=/run/postgresql`, `mysql:///database?socket=/run/mysqld/mysqld.sock`
 * - `sqlite:/path/of/the/file`, taken as it stands
 *
 * Names and passwords are percent-encoded. An encrypted connection is verified, and one to another machine is encrypted,
 * unless the address says otherwise: nobody loses a password by leaving an option out. Options it does not know are
 * refused, since one that is misspelt could be `sslmode`. No error quotes the address, which may hold a password.
 *
 * @throws LumbungError DB_URL_INVALID (operator)
 */
export function parseDatabaseUrl(url: string, { workingFolder }: UrlContext): Target {
  if (url.length > LENGTH_MAX) throw invalid('it is too long');
  if (/[\0-\x1F\x7F]/.test(url)) throw invalid('it holds a control character');
  const [, name = '', rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(url) ?? [];
  const schemeName = name.toLowerCase();
  if (schemeName === 'sqlite') return sqliteTarget(rest, workingFolder);
  if (!Object.hasOwn(SCHEMES, schemeName)) throw invalid('it does not begin with the name of a database');
  const scheme = SCHEMES[schemeName];
  if (scheme === undefined || !rest.startsWith('//')) throw invalid('there is no // behind the name of the database');
  return serverTarget(scheme, splitUrl(rest.slice(2)));
}

interface UrlParts {
  readonly user?: string;
  readonly password?: string;
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly options: ReadonlyMap<string, string>;
}

function splitUrl(text: string): UrlParts {
  if (text.includes('#')) throw invalid('a # must be written as %23');
  const queryStart = text.indexOf('?');
  const options = parseOptions(queryStart < 0 ? '' : text.slice(queryStart + 1));
  const place = queryStart < 0 ? text : text.slice(0, queryStart);
  const pathStart = place.indexOf('/');
  const authority = pathStart < 0 ? place : place.slice(0, pathStart);
  const database = pathStart < 0 ? '' : place.slice(pathStart + 1);
  if (database.includes('/')) throw invalid('a / in a name or password must be written as %2F');
  // A password with a / would be cut: its first part would become a port, and the user's name a host.
  if (database.includes('@')) throw invalid('an @ in a name or password must be written as %40');
  const loginEnd = authority.lastIndexOf('@');
  const login = loginEnd < 0 ? undefined : authority.slice(0, loginEnd);
  if (login?.includes('@') === true) throw invalid('an @ in a name or password must be written as %40');
  return {
    ...(login === undefined ? {} : splitLogin(login)),
    ...splitHost(authority.slice(loginEnd + 1)),
    ...(database === '' ? {} : { database: decode(database) }),
    options,
  };
}

function splitLogin(login: string): Pick<UrlParts, 'user' | 'password'> {
  const colon = login.indexOf(':');
  const user = decode(colon < 0 ? login : login.slice(0, colon));
  const password = colon < 0 ? '' : decode(login.slice(colon + 1));
  return { ...(user === '' ? {} : { user }), ...(password === '' ? {} : { password }) };
}

function splitHost(text: string): Pick<UrlParts, 'host' | 'port'> {
  if (text.includes(',')) throw invalid('it names more than one host');
  const [, bracketed, plain = '', port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/.exec(text) ?? [];
  if (bracketed === undefined && plain === '' && text !== '' && port === undefined) throw invalid('its host is none');
  const host = bracketed === undefined ? decode(plain) : ipv6Of(decode(bracketed));
  return {
    ...(host === '' ? {} : { host }),
    // `host:` is an old way to say the usual port.
    ...(port === undefined || port === '' ? {} : { port: portOf(port) }),
  };
}

function serverTarget(scheme: Scheme, parts: UrlParts): Target {
  const { options } = parts;
  refuseUnknownOptions(options);
  const user = onceOf('user', parts.user, options.get('user'));
  const password = onceOf('password', parts.password, options.get('password'));
  const database = databaseOf(scheme, onceOf('dbname', parts.database, options.get('dbname')));
  const address = addressOf(scheme, parts);
  return {
    engine: scheme.engine,
    address,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password: new Secret(password) }),
    ...(database === undefined ? {} : { database }),
    tls: tlsFor(scheme, address, options),
    options: { connectTimeoutMs: connectTimeoutOf(options.get('connect_timeout')) },
  };
}

function addressOf({ engine, port: usualPort }: Scheme, { host: urlHost, port: urlPort, options }: UrlParts): Address {
  const optionPort = options.get('port');
  const port = onceOf('port', urlPort, optionPort === undefined ? undefined : portOf(optionPort)) ?? usualPort;
  const host = onceOf('host', urlHost, options.get('host'));
  const socket = options.get('socket') ?? (host?.startsWith('/') === true ? host : undefined);
  if (socket === undefined) {
    if (host === undefined) throw invalid('it names no host and no socket');
    return { kind: 'tcp', host: hostOf(host), port };
  }
  if (options.has('socket') && host !== undefined) throw invalid('it names both a host and a socket');
  if (!socket.startsWith('/')) throw invalid('the path of the socket is not absolute');
  // As libpq has it, the host is the folder, and the port a part of the name in it.
  const isFolder = engine === 'postgresql' && !/^\.s\.PGSQL\.\d{1,5}$/.test(path.basename(socket));
  const file = isFolder ? path.join(socket, `.s.PGSQL.${port}`) : path.normalize(socket);
  if (Buffer.byteLength(file) > SOCKET_PATH_BYTES_MAX) throw invalid('the path of the socket is too long');
  return { kind: 'socket', path: file };
}

function tlsFor({ tls }: Scheme, address: Address, options: ReadonlyMap<string, string>): TlsOptions {
  const asked = tlsOf(options, invalid);
  if (address.kind !== 'tcp') {
    if (tls === 'on' || (asked !== undefined && asked.mode !== 'off')) throw invalid('a socket has no TLS');
    return { mode: 'off' };
  }
  if (asked !== undefined) {
    if (tls !== undefined && (tls === 'on') !== (asked.mode !== 'off'))
      throw invalid('it contradicts itself about TLS');
    return asked;
  }
  const isPlain = tls === undefined ? isLoopback(address.host) : tls === 'off';
  return isPlain ? { mode: 'off' } : { mode: 'verify' };
}

function sqliteTarget(rest: string, workingFolder: string): Target {
  // Libraries write `sqlite:///path`, or with one more.
  const file = rest.replace(/^\/{3,}/, '/');
  if (file.startsWith('//')) throw invalid('a file of SQLite is on no host');
  if (file === '' || file.endsWith('/')) throw invalid('the file is missing');
  if (file === ':memory:') throw invalid('a database in memory cannot be reached');
  return {
    engine: 'sqlite',
    address: { kind: 'file', path: path.resolve(workingFolder, file) },
    tls: { mode: 'off' },
    options: { connectTimeoutMs: CONNECT_TIMEOUT_MS },
  };
}

function parseOptions(query: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const pair of query === '' ? [] : query.split('&')) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw invalid('an option behind the ? has no value');
    const name = decode(pair.slice(0, equals)).toLowerCase();
    const value = decode(pair.slice(equals + 1));
    if (value === '') throw invalid('an option behind the ? has no value');
    if (options.has(name)) throw invalid('an option behind the ? comes twice');
    options.set(name, value);
  }
  return options;
}

function refuseUnknownOptions(options: ReadonlyMap<string, string>): void {
  for (const name of options.keys()) {
    if (PLACE_OPTIONS.has(name) || TLS_OPTIONS.has(name)) continue;
    // A password with an & may end up as a name, so that only what looks like one is shown.
    throw /^[a-z][a-z_-]{0,30}$/.test(name)
      ? invalid(`the option ${name} is not known`)
      : invalid('an option behind the ? is not known; an & in a password must be written as %26');
  }
}

function onceOf<T>(name: string, inPlace: T | undefined, inOptions: T | undefined): T | undefined {
  if (inPlace !== undefined && inOptions !== undefined) throw invalid(`it says twice what ${name} is`);
  return inPlace ?? inOptions;
}

function databaseOf({ engine }: Scheme, database: string | undefined): string | undefined {
  if (engine === 'redis' && database !== undefined && !/^\d{1,5}$/.test(database)) {
    throw invalid('the database of Redis is not a number');
  }
  return database;
}

function connectTimeoutOf(seconds: string | undefined): number {
  if (seconds === undefined) return CONNECT_TIMEOUT_MS;
  if (!/^\d{1,4}$/.test(seconds) || Number(seconds) === 0) throw invalid('connect_timeout is no number of seconds');
  return Number(seconds) * 1000;
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw invalid('the port is no number; a : or / in a password must be percent-encoded');
  return port;
}

function hostOf(host: string): string {
  if (isIP(host) !== 0 || /^[\p{L}\p{N}](?:[\p{L}\p{N}._-]{0,252})$/u.test(host)) return host;
  throw invalid('its host is none');
}

function ipv6Of(host: string): string {
  if (isIP(host) !== 6) throw invalid('there is no IPv6 address within the brackets');
  return host;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function decode(text: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    // The error of the language quotes nothing, but says nothing either.
    throw invalid('a % is followed by no code; a % itself is written as %25');
  }
  if (/[\0-\x1F\x7F]/.test(decoded)) throw invalid('it holds a control character');
  return decoded;
}

function invalid(reason: string): LumbungError {
  return new LumbungError('DB_URL_INVALID', {
    kind: 'operator',
    message: `not the address of a database: ${reason}`,
    context: { reason },
    hint: 'write it like postgresql://user@host:5432/database, mysql:///database?socket=/run/mysqld/mysqld.sock or sqlite:/path/of/the/file',
  });
}
