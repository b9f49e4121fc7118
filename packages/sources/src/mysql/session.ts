import { LumbungError } from '@lumbung/stdx';
import { retryConnecting } from '../connection/connect-retry.ts';
import type { Target } from '../connection/target.ts';
import type { Control } from '../driver.ts';
import { parseServerVersion, type ServerVersion } from './server-version.ts';
import { type ConnectionOptions, killConnection, MysqlConnection } from './wire/connection.ts';

const KILL_TIMEOUT_MS = 5000;

/** What the dump tools set for themselves, so that both see the same text for every value. */
const SESSION_SETTINGS = [
  "SET NAMES utf8mb4, time_zone = '+00:00', sql_mode = ''",
  'SET SESSION wait_timeout = 86400, net_read_timeout = 3600, net_write_timeout = 3600',
] as const;

export function connectionOptions(
  target: Target,
  control: Pick<Control, 'clock' | 'stallMs'> & { readonly signal?: AbortSignal | undefined },
  database?: string,
): ConnectionOptions {
  return {
    address: target.address,
    tls: target.tls,
    user: target.user,
    password: target.password,
    database,
    clock: control.clock,
    timeoutMs: target.options.connectTimeoutMs,
    stallMs: control.stallMs,
    signal: control.signal,
  };
}

/** A session in which text is UTF-8, time is UTC and no mode changes what is printed. */
export async function openSession(
  target: Target,
  control: Pick<Control, 'signal' | 'clock' | 'note' | 'stallMs'>,
  database?: string,
): Promise<MysqlConnection> {
  const connection = await retryConnecting(
    async () => await MysqlConnection.connect(connectionOptions(target, control, database)),
    control,
  );
  try {
    for (const sql of SESSION_SETTINGS) await connection.query(sql);
    return connection;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

/**
 * Hangs up, and has the server stop what the session runs: a server that sorts does not look whether anybody still waits.
 * Never throws: it is called when something else went wrong already.
 */
export async function abandonSession(target: Target, control: Pick<Control, 'clock'>, session: MysqlConnection) {
  if (session.isBroken && session.connectionId === 0) return;
  session.destroy();
  try {
    // Not under the signal of the act: that is what was aborted.
    const options = connectionOptions(target, { clock: control.clock, stallMs: KILL_TIMEOUT_MS });
    await killConnection({ ...options, timeoutMs: KILL_TIMEOUT_MS }, session.connectionId);
  } catch {
    // The server is gone, or refuses us: then it has let go by itself, or will when it next writes.
  }
}

export async function serverVersionOf(session: MysqlConnection): Promise<ServerVersion> {
  const [row] = await session.texts('SELECT VERSION(), @@version_comment');
  return parseServerVersion(row?.[0] ?? '', row?.[1] ?? '');
}

/** `value` as a string literal of SQL, in a session without NO_BACKSLASH_ESCAPES. */
export function quoteText(value: string): string {
  if (value.includes('\0')) {
    throw new LumbungError('DB_TEXT_INVALID', {
      kind: 'operator',
      message: 'a name contains a zero byte',
      hint: 'choose one without it',
    });
  }
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
