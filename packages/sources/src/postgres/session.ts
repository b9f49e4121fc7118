import { describeError, LumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import type { Target } from '../connection/target.ts';
import type { Control } from '../driver.ts';
import { parseServerVersion, type ServerVersion } from './server-version.ts';
import { PostgresConnection } from './wire/connection.ts';
import { withDeadline } from './wire/deadline.ts';
import { protocolError } from './wire/protocol-error.ts';
import { textRows } from './wire/query-result.ts';
import { quoteLiteral } from './wire/quote.ts';

const DATABASE_DEFAULT = 'postgres';
const USER_DEFAULT = 'postgres';

export interface SessionOptions {
  readonly target: Target;
  readonly database: string;
  readonly control: Pick<Control, 'clock' | 'random' | 'stallMs'>;
  readonly signal: AbortSignal;
  /** How the server's own list of sessions names ours. */
  readonly applicationName: string;
}

export interface PostgresSession {
  readonly connection: PostgresConnection;
  readonly version: ServerVersion;
}

/**
 * A session whose answers do not depend on what an administrator has set for the user or the database: no timeout ends
 * it, no policy filters rows silently, values are written in one form. Mostly what pg_dump sets for itself.
 *
 * @throws LumbungError DB_SERVER_TOO_OLD (operator); see `PostgresConnection.connect`
 */
export async function openSession(options: SessionOptions): Promise<PostgresSession> {
  const { control } = options;
  const connection = await connectTo(options, {
    ...(Number.isFinite(control.stallMs)
      ? { stall: { stallMs: control.stallMs, isServerBusy: (pid) => isBusy(options, `pid = ${pid}`) } }
      : {}),
  });
  try {
    const version = parseServerVersion(connection.parameter('server_version'));
    await connection.query(settingsFor(version), { signal: options.signal });
    return { connection, version };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function connectTo(
  { target, database, control, signal, applicationName }: SessionOptions,
  more: Pick<Parameters<typeof PostgresConnection.connect>[0], 'stall'>,
): Promise<PostgresConnection> {
  return await PostgresConnection.connect({
    address: target.address,
    tls: target.tls,
    user: userOf(target),
    ...(target.password === undefined ? {} : { password: target.password }),
    database,
    settings: { application_name: applicationName },
    clock: control.clock,
    random: control.random,
    signal,
    timeoutMs: target.options.connectTimeoutMs,
    ...more,
  });
}

export function userOf(target: Target): string {
  return target.user ?? USER_DEFAULT;
}

/** Where to ask about the server as a whole. */
export function maintenanceDatabaseOf(target: Target): string {
  return target.database ?? DATABASE_DEFAULT;
}

function settingsFor({ major }: ServerVersion): string {
  const settings = [
    'statement_timeout = 0',
    'lock_timeout = 0',
    'idle_in_transaction_session_timeout = 0',
    ...(major >= 14 ? ['idle_session_timeout = 0'] : []),
    ...(major >= 17 ? ['transaction_timeout = 0'] : []),
    // A policy that would hide rows becomes an error.
    'row_security = off',
    // The order of a table without a key is that of its file, from its first page.
    'synchronize_seqscans = off',
    'max_parallel_workers_per_gather = 0',
    'extra_float_digits = 3',
    'DateStyle = ISO',
    'IntervalStyle = postgres',
    'TimeZone = UTC',
    'bytea_output = hex',
    'standard_conforming_strings = on',
  ];
  return `${settings.map((each) => `SET ${each};`).join('')} SELECT pg_catalog.set_config('search_path', '', false)`;
}

/**
 * Whether sessions that match `condition` are at work, asked through a session of its own: one that only waits for us to
 * read or to ask is not. False when the server does not answer.
 */
export async function isBusy(options: SessionOptions, condition: string): Promise<boolean> {
  const { clock } = options.control;
  const timeoutMs = options.target.options.connectTimeoutMs;
  return await withDeadline({ clock, timeoutMs, signal: options.signal, onTimeout: noAnswer }, async (signal) => {
    const connection = await connectTo({ ...options, signal }, {});
    try {
      const sql = `SELECT 1 FROM pg_catalog.pg_stat_activity WHERE ${condition} AND state = 'active'
        AND wait_event_type IS DISTINCT FROM 'Client' AND pid <> pg_catalog.pg_backend_pid()`;
      const [result] = await connection.query(sql, { signal });
      return (result?.rows.length ?? 0) > 0;
    } finally {
      await connection.close();
    }
  });
}

function noAnswer(): LumbungError {
  return new LumbungError('DB_UNREACHABLE', {
    kind: 'transient',
    message: 'the database server does not say what its sessions do',
  });
}

/** Whether the session is one with the server itself. A pooler gives out numbers of its own, and joins them with whatever
 *  session of the server is free. */
export async function isDirect({ connection }: PostgresSession, signal: AbortSignal): Promise<boolean> {
  const row = z.object({ pid: z.string() });
  const { pid } = await selectOne(connection, row, 'SELECT pg_catalog.pg_backend_pid() AS pid', signal);
  return Number(pid) === connection.processId;
}

export function ofApplication(applicationName: string): string {
  return `application_name = ${quoteLiteral(applicationName)}`;
}

/** The rows of one statement, each checked against `schema`: texts and nulls by the names of the columns. */
export async function select<Schema extends z.ZodType>(
  connection: PostgresConnection,
  schema: Schema,
  sql: string,
  signal: AbortSignal,
): Promise<z.output<Schema>[]> {
  const [result] = await connection.query(sql, { signal });
  return result === undefined ? [] : textRows(result).map((row) => parsed(schema, row));
}

function parsed<Schema extends z.ZodType>(schema: Schema, row: unknown): z.output<Schema> {
  try {
    return schema.parse(row);
  } catch (cause) {
    // Not by this program's questions: the server is another than it says, or hostile.
    throw protocolError(`an answer of an unknown form: ${describeError(cause).slice(0, 200)}`);
  }
}

/** The only row of a statement that always has one. */
export async function selectOne<Schema extends z.ZodType>(
  connection: PostgresConnection,
  schema: Schema,
  sql: string,
  signal: AbortSignal,
): Promise<z.output<Schema>> {
  const [row] = await select(connection, schema, sql, signal);
  return row ?? parsed(schema, undefined);
}
