import { LumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import type { Target } from '../../connection/target.ts';
import type { Control, SwapPlan, SwapReport } from '../../driver.ts';
import { type Remark, remark } from '../../remarks/remark.ts';
import { type DatabaseFacts, readDatabaseFacts } from '../catalogue/database-facts.ts';
import { flag, text } from '../columns.ts';
import { openSession, type PostgresSession, select } from '../session.ts';
import type { PostgresConnection } from '../wire/connection.ts';
import { quoteLiteral, quoteName } from '../wire/quote.ts';
import { DATABASE_RIGHTS, grantStatements } from './acl.ts';
import { settingStatement, UNFINISHED_COMMENT } from './new-database.ts';
import { RestoreRun } from './restore-run.ts';
import { RoleNames } from './role-names.ts';

const NAME_BYTES_MAX = 63;

/**
 * Gives the restored database the name of the live one, which is kept under another name and closed to everybody. Rights
 * and settings of the live one are given to the restored one before. When anything fails, the live one is live again.
 *
 * @throws LumbungError DB_SWAP_REFUSED (operator): a name is missing, or taken; the restored one is not whole; we are
 *   connected to one of them; see `errorOfReport`
 */
export async function swapDatabases(target: Target, plan: SwapPlan, control: Control): Promise<SwapReport> {
  const run = new RestoreRun(target, control, control.signal);
  const session = await run.openAdmin();
  const { connection } = session;
  const { signal, clock } = control;
  try {
    await check(session, plan, signal);
    const live = await factsOf(run, plan.live);
    const restored = await factsOf(run, plan.restored);
    for (const sql of carriedOver(plan.restored, live, restored)) await connection.query(sql, { signal });
    signal.throwIfAborted();
    // From here on nothing is given up in the middle: it takes less than a second, and ends with a database.
    const beganMs = clock.monotonicMs();
    try {
      await allow(connection, [plan.live, plan.restored], false);
      await exchange(connection, plan);
    } catch (error) {
      await reopen(session, target, [plan.live, plan.restored], control);
      throw error;
    }
    return {
      live: plan.live,
      keptAs: plan.keepAs,
      downtimeMs: Math.round(clock.monotonicMs() - beganMs),
      remarks: remarksOf(plan, live, restored),
    };
  } finally {
    await connection.close();
  }
}

/** @throws LumbungError DB_SWAP_REFUSED (operator); see `errorOfReport` */
export async function checkSwap(target: Target, plan: SwapPlan, control: Control): Promise<void> {
  const session = await new RestoreRun(target, control, control.signal).openAdmin();
  try {
    await check(session, plan, control.signal);
  } finally {
    await session.connection.close();
  }
}

/** Both names at once, or none of them. The server waits five seconds for sessions to end that were told to. */
async function exchange(connection: PostgresConnection, { live, restored, keepAs }: SwapPlan): Promise<void> {
  await connection.query(
    `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
     WHERE datname IN (${quoteLiteral(live)}, ${quoteLiteral(restored)}) AND pid <> pg_catalog.pg_backend_pid()`,
  );
  try {
    await connection.query('BEGIN');
    await connection.query(`ALTER DATABASE ${quoteName(live)} RENAME TO ${quoteName(keepAs)}`);
    await connection.query(`ALTER DATABASE ${quoteName(restored)} RENAME TO ${quoteName(live)}`);
    await allow(connection, [live], true);
    await connection.query('COMMIT');
  } catch (error) {
    if (!connection.isOver) await connection.query('ROLLBACK');
    throw error;
  }
}

/** Through another session where this one is lost. */
async function reopen(
  session: PostgresSession,
  target: Target,
  databases: readonly string[],
  control: Control,
): Promise<void> {
  if (!session.connection.isOver) return await allow(session.connection, databases, true);
  const another = await new RestoreRun(target, control, AbortSignal.any([])).openAdmin();
  try {
    await allow(another.connection, databases, true);
  } finally {
    await another.connection.close();
  }
}

async function allow(connection: PostgresConnection, databases: readonly string[], isAllowed: boolean): Promise<void> {
  for (const database of databases) {
    await connection.query(`ALTER DATABASE ${quoteName(database)} WITH ALLOW_CONNECTIONS ${isAllowed}`);
  }
}

async function check({ connection }: PostgresSession, plan: SwapPlan, signal: AbortSignal): Promise<void> {
  const { live, restored, keepAs } = plan;
  const rows = await select(
    connection,
    z.object({ name: text, current: flag, unfinished: flag }),
    `SELECT datname AS name, datname = pg_catalog.current_database() AS current,
       pg_catalog.shobj_description(oid, 'pg_database') IS NOT DISTINCT FROM ${quoteLiteral(UNFINISHED_COMMENT)} AS unfinished
     FROM pg_catalog.pg_database`,
    signal,
  );
  const byName = new Map(rows.map((row) => [row.name, row]));
  if (new Set([live, restored, keepAs]).size < 3) throw refused('three different names are needed');
  for (const name of [live, restored]) {
    if (!byName.has(name)) throw refused(`there is no database ${name}`);
    if (byName.get(name)?.current === true) throw refused(`the session is connected to ${name} itself`);
  }
  if (byName.get(restored)?.unfinished === true) throw refused(`the database ${restored} is not whole`);
  // The server would cut it, silently.
  if (keepAs === '' || Buffer.byteLength(keepAs) > NAME_BYTES_MAX) throw refused(`${keepAs} is no name for a database`);
  if (byName.has(keepAs)) throw refused(`the database ${keepAs} exists`);
}

async function factsOf(run: RestoreRun, database: string): Promise<DatabaseFacts> {
  const { connection, version } = await openSession(run.sessionOptions(database));
  try {
    return await readDatabaseFacts(connection, version, run.signal);
  } finally {
    await connection.close();
  }
}

/** Owner, rights, settings, comment: they belong to the database, not to its name, and may be newer than the backup. */
function carriedOver(restored: string, live: DatabaseFacts, was: DatabaseFacts): string[] {
  const names = new RoleNames({ kind: 'keep' });
  const what = `DATABASE ${quoteName(restored)}`;
  const roles = new Set(was.settings.flatMap(({ role }) => (role === null ? [] : [role])));
  return [
    `ALTER ${what} OWNER TO ${quoteName(live.owner)}`,
    ...grantStatements({ what, rights: DATABASE_RIGHTS, owner: live.owner, acl: live.acl }, names),
    `ALTER ${what} RESET ALL`,
    ...[...roles].map((role) => `ALTER ROLE ${quoteName(role)} IN ${what} RESET ALL`),
    ...live.settings.map(({ role, setting }) => settingStatement(restored, role, setting)),
    `ALTER ${what} CONNECTION LIMIT ${live.connectionLimit}`,
    `COMMENT ON ${what} IS ${live.comment === null ? 'NULL' : quoteLiteral(live.comment)}`,
  ];
}

function remarksOf({ keepAs }: SwapPlan, live: DatabaseFacts, restored: DatabaseFacts): Remark[] {
  const { encoding, collate } = restored;
  const differs = live.encoding !== encoding || live.collate !== collate;
  const paste = `ALTER DATABASE ${quoteName(keepAs)} WITH ALLOW_CONNECTIONS true;`;
  return [
    remark('old-closed', { database: keepAs, paste }),
    remark('replication-stays'),
    remark('pooler-reconnect'),
    ...(differs ? [remark('encoding-of-backup', { encoding, collation: collate ?? '' })] : []),
  ];
}

function refused(reason: string): LumbungError {
  return new LumbungError('DB_SWAP_REFUSED', {
    kind: 'operator',
    message: `the databases are not exchanged: ${reason}`,
    context: { reason },
    hint: 'nothing was changed; correct the names',
  });
}
