import type { ByteString } from '@lumbung/stdx';
import type { ApplicationAddress } from './application.ts';
import type { ApplicationEngine } from './dsn.ts';
import { joinPath } from './paths.ts';

const DEFAULT_PORTS: Readonly<Record<ApplicationEngine, number>> = {
  postgresql: 5432,
  mysql: 3306,
  mariadb: 3306,
  redis: 6379,
  mongodb: 27017,
  sqlserver: 1433,
  oracle: 1521,
  sqlite: 0,
  unknown: 0,
};

export function defaultPort(engine: ApplicationEngine): number {
  return DEFAULT_PORTS[engine];
}

/** How a host of MySQL is understood: C and PHP clients take `localhost` for the socket, those of Node go to TCP. */
export type LocalhostMeaning = 'socket' | 'tcp';

export interface HostFields {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly socket?: ByteString | undefined;
}

/** The address that a client library makes of its settings. Forms of the host: `h`, `h:3307`, `h:/path.sock`,
 *  `[v6]:port`, `/folder/of/the/socket`, and `p:h` of PHP for a connection that stays open. */
export function addressOf(
  engine: ApplicationEngine,
  fields: HostFields,
  localhost: LocalhostMeaning,
): ApplicationAddress {
  const isMysql = engine === 'mysql' || engine === 'mariadb';
  const host = splitHost((fields.host ?? '').trim().replace(isMysql ? /^p:/ : /^$/, ''));
  const port = parsePort(host.port) ?? parsePort(fields.port) ?? DEFAULT_PORTS[engine];
  const socket = fields.socket ?? host.socket;
  if (engine === 'unknown') {
    return host.name === '' ? { kind: 'unknown' } : { kind: 'tcp', host: host.name, port };
  }
  if (socket !== undefined && socket !== '') {
    return { kind: 'socket', path: engine === 'postgresql' ? postgresSocket(socket, port) : socket };
  }
  if (isMysql && localhost === 'socket' && (host.name === '' || host.name.toLowerCase() === 'localhost')) {
    return { kind: 'socket' };
  }
  if (engine === 'postgresql' && localhost === 'socket' && host.name === '') return { kind: 'socket' };
  return { kind: 'tcp', host: host.name === '' ? 'localhost' : host.name.toLowerCase(), port };
}

/** libpq is told the folder; the file in it carries the port. */
function postgresSocket(socket: ByteString, port: number): ByteString {
  return /\.s\.PGSQL\.\d+$/.test(socket) ? socket : joinPath(socket, `.s.PGSQL.${port}`);
}

function splitHost(text: string): { readonly name: string; readonly port?: string; readonly socket?: ByteString } {
  if (text.startsWith('/')) return { name: '', socket: socketPath(text) };
  const bracketed = /^\[([^\]]*)\](?::(\d+))?$/.exec(text);
  if (bracketed !== null)
    return { name: bracketed[1] ?? '', ...(bracketed[2] === undefined ? {} : { port: bracketed[2] }) };
  const colon = text.indexOf(':');
  // Two colons without a slash are an IPv6 address without brackets.
  if (colon < 0 || (text.indexOf(':', colon + 1) >= 0 && !text.includes('/'))) return { name: text };
  const [name, rest] = [text.slice(0, colon), text.slice(colon + 1)];
  const slash = rest.indexOf('/');
  if (slash >= 0) return { name, socket: socketPath(rest.slice(slash)) };
  return { name, port: rest };
}

function socketPath(text: string): ByteString {
  return Buffer.from(text, 'utf8').toString('latin1') as ByteString; // one character each byte
}

export function parsePort(text: string | undefined): number | undefined {
  const port = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** The machine itself, as applications name it; 0.0.0.0 is what they copy from a server's settings. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '0.0.0.0' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}
