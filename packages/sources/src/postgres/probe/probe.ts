import { tmpdir } from 'node:os';
import { isLumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import type { Target } from '../../connection/target.ts';
import type { Control, DatabaseSummary, ProbeReport } from '../../driver.ts';
import { findPostgresTool } from '../../process/find-tool.ts';
import { runTool } from '../../process/run-tool.ts';
import { CheckList, fail, failed, pass, type Verdict, warn } from '../../remarks/check.ts';
import { readPosition, readServerIdentity } from '../catalogue/database-facts.ts';
import { integer, optionalText, text } from '../columns.ts';
import { listDatabases } from '../databases.ts';
import { maintenanceDatabaseOf, openSession, type PostgresSession, select, selectOne } from '../session.ts';
import { quoteName } from '../wire/quote.ts';
import {
  checkExtensions,
  checkLargeObjects,
  checkLocks,
  checkPooler,
  checkReading,
  checkRowSecurity,
  checkStorage,
  countTables,
} from './database-checks.ts';
import { type Role, readRole } from './role.ts';

const APPLICATION_NAME = 'lumbung-probe';
const MAJOR_NEWEST_KNOWN = 18;
const CLOCK_DIFFERENCE_MS_MAX = 60_000;
const LAG_SECONDS_MAX = 3600;
const SESSIONS_WANTED = 6;

/**
 * Asks everything that decides whether a dump can succeed, before one is tried. Failed answers name the SQL that helps.
 *
 * @throws LumbungError when the server cannot be reached, or refuses the login: see `openSession`
 */
export async function probeServer(target: Target, control: Control): Promise<ProbeReport> {
  const { signal } = control;
  const options = { target, control, signal, applicationName: APPLICATION_NAME };
  const session = await openSession({ ...options, database: maintenanceDatabaseOf(target) });
  try {
    const { connection, version } = session;
    const list = new CheckList(control.clock);
    const role = await readRole(connection, version, signal);
    const position = await readPosition(connection, version, signal);
    await list.ask('login', () => pass('logged-in', { account: role.name }));
    await list.ask('pooler', () => checkPooler(session, signal));
    await list.ask('encryption', () => checkEncryption(target));
    await list.ask('server-version', () => checkVersion(session));
    let toolVersion: string | undefined;
    await list.ask('tool-version', async () => {
      const found = await checkTool(target, session, control);
      toolVersion = found.version;
      return found.verdict;
    });
    await list.ask('connections', () => checkConnections(session, role, signal));
    await list.ask('globals', () => checkGlobals(role));
    await list.ask('clock', () => checkClock(session, control));
    if (position.isReplica) await list.ask('replica', () => checkReplica(session, position.lagSeconds, signal));

    const databases: DatabaseSummary[] = [];
    for (const name of await listDatabases(target, control)) {
      databases.push(await probeDatabase(list, name, role, () => openSession({ ...options, database: name }), signal));
    }
    return {
      engine: 'postgresql',
      product: 'PostgreSQL',
      serverVersion: version.text,
      ...(toolVersion === undefined ? {} : { toolVersion }),
      serverIdentity: await readServerIdentity(connection, signal),
      checks: list.checks,
      databases,
      role: position.isReplica ? 'replica' : 'primary',
      ...(position.lagSeconds === undefined ? {} : { lagSeconds: position.lagSeconds }),
    };
  } finally {
    await session.connection.close();
  }
}

async function probeDatabase(
  list: CheckList,
  name: string,
  role: Role,
  open: () => Promise<PostgresSession>,
  signal: AbortSignal,
): Promise<DatabaseSummary> {
  let session: PostgresSession;
  try {
    session = await open();
  } catch (error) {
    if (!isLumbungError(error)) throw error;
    const paste = `GRANT CONNECT ON DATABASE ${quoteName(name)} TO ${quoteName(role.name)};`;
    await list.ask('connect', () => failed(error, paste), name);
    return { name, sizeBytes: 0, tables: 0 };
  }
  try {
    await list.ask('reading', () => checkReading(session, role, signal), name);
    await list.ask('row-security', () => checkRowSecurity(session, role, signal), name);
    await list.ask('large-objects', () => checkLargeObjects(session, role, signal), name);
    await list.ask('locks', () => checkLocks(session, signal), name);
    await list.ask('storage', () => checkStorage(session, signal), name);
    await list.ask('extensions', () => checkExtensions(session, signal), name);
    const { bytes } = await selectOne(
      session.connection,
      z.object({ bytes: integer }),
      'SELECT pg_catalog.pg_database_size(pg_catalog.current_database()) AS bytes',
      signal,
    );
    return { name, sizeBytes: bytes, tables: await countTables(session, signal) };
  } finally {
    await session.connection.close();
  }
}

function checkEncryption({ address, tls }: Target): Verdict {
  if (address.kind !== 'tcp') return pass('stays-on-machine');
  if (tls.mode === 'verify') return pass('encrypted-and-verified');
  return tls.mode === 'off' ? warn('not-encrypted') : warn('not-verified');
}

function checkVersion({ version }: PostgresSession): Verdict {
  const server = { product: 'PostgreSQL', version: version.text };
  if (version.major <= MAJOR_NEWEST_KNOWN) return pass('server-version', server);
  return warn('server-version-untested', { ...server, known: String(MAJOR_NEWEST_KNOWN) });
}

async function checkTool(
  target: Target,
  { version }: PostgresSession,
  control: Control,
): Promise<{ readonly verdict: Verdict; readonly version?: string }> {
  try {
    const tool = await findPostgresTool('pg_dump', Math.max(Math.trunc(version.major), 10), {
      folder: target.options.toolsFolder,
    });
    const { stdout } = await runTool({ tool, args: ['--version'], homeFolder: tmpdir() }, control);
    const found = stdout.toString('utf8').trim().slice(0, 200);
    return { verdict: pass('tool-found', { tool: found }), version: found };
  } catch (error) {
    if (!isLumbungError(error)) throw error;
    return { verdict: failed(error) };
  }
}

async function checkConnections({ connection }: PostgresSession, role: Role, signal: AbortSignal): Promise<Verdict> {
  const row = z.object({ most: integer, reserved: integer, used: integer });
  const { most, reserved, used } = await selectOne(
    connection,
    row,
    `SELECT pg_catalog.current_setting('max_connections')::int8 AS most,
       pg_catalog.current_setting('superuser_reserved_connections')::int8 AS reserved,
       (SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datid IS NOT NULL) AS used`,
    signal,
  );
  const free = most - (role.isSuperuser ? 0 : reserved) - used;
  const allowed = role.connectionLimit < 0 ? free : Math.min(free, role.connectionLimit);
  if (allowed >= SESSIONS_WANTED) return pass('connections-free', { free: allowed });
  const paste = `ALTER SYSTEM SET max_connections = ${most + SESSIONS_WANTED};`;
  return warn('connections-few', { free: Math.max(allowed, 0), needed: SESSIONS_WANTED, paste });
}

function checkGlobals(role: Role): Verdict {
  if (role.readsPasswords) return pass('role-passwords-readable');
  return warn('role-passwords-hidden', { paste: `GRANT pg_read_all_data TO ${quoteName(role.name)};` });
}

async function checkClock({ connection }: PostgresSession, control: Control): Promise<Verdict> {
  const { epoch } = await selectOne(
    connection,
    z.object({ epoch: text }),
    'SELECT extract(epoch FROM pg_catalog.clock_timestamp())::text AS epoch',
    control.signal,
  );
  const difference = Math.abs(Math.round(Number(epoch) * 1000 - control.clock.nowMs()));
  return difference <= CLOCK_DIFFERENCE_MS_MAX
    ? pass('clock-agrees', { difference })
    : warn('clock-differs', { difference });
}

async function checkReplica(
  { connection }: PostgresSession,
  lagSeconds: number | undefined,
  signal: AbortSignal,
): Promise<Verdict> {
  const [row] = await select(
    connection,
    z.object({ feedback: optionalText }),
    `SELECT pg_catalog.current_setting('hot_standby_feedback') AS feedback`,
    signal,
  );
  if (lagSeconds === undefined) return fail('replica-lag-unknown');
  const lag = Math.round(lagSeconds * 1000);
  if (lagSeconds > LAG_SECONDS_MAX) return fail('replica-far-behind', { lag });
  if (row?.feedback === 'on') return pass('replica-lag', { lag });
  const paste = 'ALTER SYSTEM SET hot_standby_feedback = on;\nSELECT pg_reload_conf();';
  return warn('replica-may-cancel', { lag, paste });
}
