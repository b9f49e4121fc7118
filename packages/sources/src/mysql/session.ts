import { LumbungError } from '@lumbung/stdx';
import { retryConnecting } from '../connection/connect-retry.ts';
import type { Target } from '../connection/target.ts';
import type { Control } from '../driver.ts';
import { parseServerVersion, type ServerVersion } from './server-version.ts';
import { type ConnectionOptions, killConnection, MysqlConnection } from './wire/connection.ts';

/** For a word on the side: whoever waits for it has waited already. */
const ASIDE_TIMEOUT_MS = 5000;

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
    async () =>
      await MysqlConnection.connect({
        ...connectionOptions(target, control, database),
        isServerBusy: async (connectionId) => await isAtWork(target, control, connectionId),
      }),
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

function asideOptions(target: Target, clock: Control['clock']): ConnectionOptions {
  const timeoutMs = Math.min(ASIDE_TIMEOUT_MS, target.options.connectTimeoutMs);
  return { ...connectionOptions(target, { clock, stallMs: timeoutMs }), timeoutMs };
}

/** Whether the server is at work for a connection, rather than waiting for it, for a lock, or for ever. */
async function isAtWork(
  target: Target,
  control: Pick<Control, 'signal' | 'clock'>,
  connectionId: number,
): Promise<boolean> {
  try {
    const { signal, clock } = control;
    await using other = await MysqlConnection.connect({
      ...asideOptions(target, clock),
      signal,
    });
    const [row] = await other.texts(
      `SELECT STATE FROM information_schema.PROCESSLIST WHERE ID = ${connectionId} AND COMMAND = 'Query'`,
    );
    return row !== undefined && !/writing to net|sending to client|waiting|lock/i.test(row[0] ?? '');
  } catch {
    // A server that cannot be asked is not at work for us.
    return false;
  }
}

/**
 * Hangs up, and has the server stop what the session runs: a server that sorts does not look whether anybody still waits.
 * Never throws: it is called when something else went wrong already.
 */
export async function abandonSession(target: Target, control: Pick<Control, 'clock'>, session: MysqlConnection) {
  session.destroy();
  try {
    // Not under the signal of the act: that is what was aborted.
    await killConnection(asideOptions(target, control.clock), session.connectionId);
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
