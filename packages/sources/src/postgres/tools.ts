// The server's own tools: how they are found, told where to connect, and given the password.
import net from 'node:net';
import { LumbungError } from '@lumbung/stdx';
import type { Target, TlsOn } from '../connection/target.ts';
import { findPostgresTool } from '../process/find-tool.ts';
import { pgPassText } from '../process/login-texts.ts';
import { runTool } from '../process/run-tool.ts';
import type { RunControl, Tool, ToolCall } from '../process/tool-call.ts';
import { userOf } from './session.ts';
import { socketFileOf } from './wire/socket-file.ts';

const SYSTEM_AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';
const KEEPALIVE_SECONDS = 30;
const MAJOR_FIRST_OF_TWO_NUMBERS = 10;

/** One kind of call to the tools of one server, with everything but the arguments. */
export interface PostgresTools {
  call(tool: Tool, args: readonly string[]): ToolCall;
  find(name: 'pg_dump' | 'pg_dumpall' | 'pg_restore'): Promise<Tool>;
}

/** @param privateFolder 0700: the home of the tools */
export async function preparePostgresTools(
  target: Target,
  options: { readonly serverMajor: number; readonly privateFolder: string; readonly applicationName: string },
): Promise<PostgresTools> {
  const { privateFolder, serverMajor, applicationName } = options;
  const password = target.password;
  const env = {
    ...addressOf(target),
    ...tlsOf(target),
    PGUSER: userOf(target),
    PGAPPNAME: applicationName,
    PGCONNECT_TIMEOUT: String(Math.max(Math.ceil(target.options.connectTimeoutMs / 1000), 2)),
    ...(password === undefined ? {} : { PGPASSFILE: '/dev/fd/3' }),
  };
  return {
    call: (tool, args) => ({
      tool,
      args,
      env,
      homeFolder: privateFolder,
      ...(password === undefined ? {} : { secrets: [password], inheritedText: pgPassText(password) }),
    }),
    find: (name) =>
      // 9.6 counted its major versions in two numbers; every tool since understands it.
      findPostgresTool(name, Math.max(serverMajor, MAJOR_FIRST_OF_TWO_NUMBERS), { folder: target.options.toolsFolder }),
  };
}

/** `pg_dump (PostgreSQL) 15.18 (Debian …)`. */
export async function toolVersionOf(tools: PostgresTools, tool: Tool, control: RunControl): Promise<string> {
  const { stdout } = await runTool(tools.call(tool, ['--version']), control);
  return stdout.toString('utf8').trim().slice(0, 200);
}

/** The value of `--dbname`: a text that holds a `=` would be read as parameters. */
export function connectionText(database: string): string {
  const quoted = database.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return `dbname='${quoted}' keepalives_idle=${KEEPALIVE_SECONDS}`;
}

function addressOf({ address, tls }: Target): Record<string, string> {
  switch (address.kind) {
    case 'tcp': {
      const name = tls.mode === 'off' ? undefined : tls.serverName;
      if (name === undefined) return { PGHOST: address.host, PGPORT: String(address.port) };
      // libpq checks the certificate against PGHOST, and connects to PGHOSTADDR, which is a number.
      if (net.isIP(address.host) === 0) {
        throw new LumbungError('DB_ADDRESS_INVALID', {
          kind: 'operator',
          message: 'a name for the certificate needs an address in numbers',
        });
      }
      return { PGHOST: name, PGHOSTADDR: address.host, PGPORT: String(address.port) };
    }
    default: {
      const { folder, port } = socketFileOf(address);
      return { PGHOST: folder, PGPORT: String(port) };
    }
  }
}

function tlsOf({ address, tls }: Target): Record<string, string> {
  // Kerberos would be tried first.
  const base = { PGGSSENCMODE: 'disable' };
  if (tls.mode === 'off' || address.kind !== 'tcp') return { ...base, PGSSLMODE: 'disable' };
  return {
    ...base,
    PGSSLMODE: SSL_MODES[tls.mode],
    ...(tls.mode === 'require' ? {} : { PGSSLROOTCERT: tls.caFile ?? SYSTEM_AUTHORITIES }),
    ...(tls.certFile === undefined || tls.keyFile === undefined
      ? {}
      : { PGSSLCERT: tls.certFile, PGSSLKEY: tls.keyFile }),
  };
}

const SSL_MODES: Readonly<Record<TlsOn['mode'], string>> = {
  require: 'require',
  'verify-ca': 'verify-ca',
  verify: 'verify-full',
};
