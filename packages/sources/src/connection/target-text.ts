import path from 'node:path';
import type { Target, TlsOptions } from './target.ts';

const SCHEMES = { postgresql: 'postgresql', mysql: 'mysql', mariadb: 'mariadb', redis: 'redis' } as const;
const MODES = { off: 'disable', require: 'require', 'verify-ca': 'verify-ca', verify: 'verify-full' } as const;

/** The address for people and logs, as `parseDatabaseUrl` reads it; without the password. */
export function targetText(target: Target): string {
  const { engine, address, user, database, tls } = target;
  if (engine === 'sqlite' || address.kind === 'file') return `sqlite:${address.kind === 'tcp' ? '' : address.path}`;
  const login = user === undefined ? '' : `${encodeURIComponent(user.toWellFormed())}@`;
  const name = database === undefined ? '' : encodeURIComponent(database.toWellFormed());
  const options = [...placeOptions(target), ...tlsOptions(tls, engine === 'redis', address.kind === 'tcp')];
  const query = options.map(([key, value]) => `${key}=${encodeURIComponent(value.toWellFormed())}`).join('&');
  const host = address.kind === 'tcp' ? `${hostText(address.host)}:${address.port}` : '';
  const scheme = `${SCHEMES[engine]}${engine === 'redis' && tls.mode !== 'off' ? 's' : ''}`;
  return `${scheme}://${login}${host}/${name}${query === '' ? '' : `?${query}`}`;
}

function placeOptions({ engine, address }: Target): [string, string][] {
  if (address.kind !== 'socket') return [];
  const [, port] = /^\.s\.PGSQL\.(\d{1,5})$/.exec(path.basename(address.path)) ?? [];
  if (engine !== 'postgresql' || port === undefined) return [['socket', address.path]];
  return [
    ['host', path.dirname(address.path)],
    ['port', port],
  ];
}

function tlsOptions(tls: TlsOptions, isInScheme: boolean, isTcp: boolean): [string, string][] {
  if (!isTcp || (isInScheme && tls.mode === 'off')) return [];
  const options: [string, string | undefined][] = [['sslmode', MODES[tls.mode]]];
  if (tls.mode !== 'off') {
    options.push(
      ['sslrootcert', tls.caFile],
      ['sslcert', tls.certFile],
      ['sslkey', tls.keyFile],
      ['tls-server-name', tls.serverName],
    );
  }
  return options.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

function hostText(host: string): string {
  return host.includes(':') ? `[${encodeURIComponent(host).replaceAll('%3A', ':')}]` : encodeURIComponent(host);
}
