import { isLumbungError, LumbungError } from '@lumbung/stdx';
import type { Target } from '../../connection/target.ts';
import type { Control } from '../../driver.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { isAtLeast, type ServerVersion } from '../server-version.ts';
import { abandonSession, openSession, quoteText } from '../session.ts';
import type { MysqlConnection } from '../wire/connection.ts';

/** A query that runs for so long holds up whoever wants the lock, and with them all that come after. */
const LONG_QUERY_SECONDS = 60;
const LOCK_WAIT_SECONDS = 10;

const BEGIN_SNAPSHOT = 'START TRANSACTION /*!40100 WITH CONSISTENT SNAPSHOT */';

export interface SnapshotSessions {
  /** All see the database as of one moment. */
  readonly sessions: readonly MysqlConnection[];
  readonly position: Manifest['position'] | undefined;
}

/**
 * Sessions on one snapshot. One needs nobody else for that. For several commits are held up for the moment in which they
 * start their transactions, by the lightest lock that the server has; it is given up at once if a long query would have to
 * be waited for, and released with the connection if we die.
 *
 * @throws LumbungError DB_PRIVILEGE_MISSING (operator), DB_LOCKED (transient); see openSession
 */
export async function openSnapshotSessions(
  target: Target,
  server: ServerVersion,
  count: number,
  control: Control,
): Promise<SnapshotSessions> {
  const sessions: MysqlConnection[] = [];
  const holder = await openSession(target, control);
  try {
    for (let sessionIdx = 0; sessionIdx < count; sessionIdx++) {
      const session = await openSession(target, control);
      sessions.push(session);
      await session.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      await liftTimeLimits(session, server);
    }
    if (count === 1) {
      const position = await beginAlone(sessions, server);
      await holder.close();
      return { sessions, position };
    }
    await guardLongQueries(holder);
    await holder.query(`SET SESSION lock_wait_timeout = ${LOCK_WAIT_SECONDS}`);
    const release = await holdCommits(holder, server);
    for (const session of sessions) await session.query(BEGIN_SNAPSHOT);
    const position = await readPosition(holder, server);
    await holder.query(release);
    await holder.close();
    return { sessions, position };
  } catch (error) {
    await Promise.all([holder, ...sessions].map(async (each) => await abandonSession(target, control, each)));
    throw error;
  }
}

/** MariaDB tells a session which position of the log its own snapshot has; MySQL tells nobody. */
async function beginAlone(
  [session]: readonly MysqlConnection[],
  server: ServerVersion,
): Promise<Manifest['position'] | undefined> {
  await session?.query(BEGIN_SNAPSHOT);
  if (session === undefined || server.vendor === 'mysql') return undefined;
  const status = new Map(
    (await session.texts("SHOW STATUS LIKE 'binlog_snapshot_%'")).map(([name, value]) => [name?.toLowerCase(), value]),
  );
  const file = status.get('binlog_snapshot_file');
  if (file === undefined || file === null || file === '') return undefined;
  const position = Number(status.get('binlog_snapshot_position'));
  const gtid = await gtidAt(session, file, position);
  return { binlog: { file, position }, ...(gtid === undefined ? {} : { gtid }) };
}

async function gtidAt(session: MysqlConnection, file: string, position: number): Promise<string | undefined> {
  try {
    const [row] = await session.texts(`SELECT BINLOG_GTID_POS(${quoteText(file)}, ${position})`);
    return row?.[0] === null || row?.[0] === '' ? undefined : row?.[0];
  } catch (error) {
    // It reads the log, which not every account may.
    if (isLumbungError(error, 'DB_PRIVILEGE_MISSING')) return undefined;
    throw error;
  }
}

/** No statement is too long, and no transaction is ended for being idle: a session waits for its next table. */
async function liftTimeLimits(session: MysqlConnection, server: ServerVersion): Promise<void> {
  if (server.vendor === 'mysql') {
    if (isAtLeast(server, 5, 7, 8)) await session.query('SET SESSION max_execution_time = 0');
    return;
  }
  if (isAtLeast(server, 10, 1, 1)) await session.query('SET SESSION max_statement_time = 0');
  if (isAtLeast(server, 10, 3)) {
    await session.query('SET SESSION idle_transaction_timeout = 0, idle_readonly_transaction_timeout = 0');
  }
}

/** @throws LumbungError DB_LOCKED (transient) */
export async function guardLongQueries(session: MysqlConnection, longSeconds = LONG_QUERY_SECONDS): Promise<void> {
  const long = await session.texts(
    `SELECT ID, TIME FROM information_schema.PROCESSLIST WHERE COMMAND IN ('Query', 'Execute') AND TIME >= ${longSeconds} AND ID <> CONNECTION_ID() AND USER NOT IN ('system user', 'event_scheduler') ORDER BY TIME DESC`,
  );
  const [first] = long;
  if (first === undefined) return;
  throw new LumbungError('DB_LOCKED', {
    kind: 'transient',
    message: `a query has been running for ${first[1] ?? '?'} seconds (connection ${first[0] ?? '?'}): a lock would wait for it and stop everybody`,
    context: { connection: Number(first[0]), seconds: Number(first[1]) },
    hint: 'try again when it is over, or back up with one session',
  });
}

/** Returns the statement that lets commits go on. */
async function holdCommits(holder: MysqlConnection, server: ServerVersion): Promise<string> {
  if (server.vendor === 'mariadb' && isAtLeast(server, 10, 4, 1)) {
    for (const stage of ['START', 'FLUSH', 'BLOCK_DDL', 'BLOCK_COMMIT']) await holder.query(`BACKUP STAGE ${stage}`);
    return 'BACKUP STAGE END';
  }
  await holder.query('FLUSH TABLES WITH READ LOCK');
  return 'UNLOCK TABLES';
}

/** Undefined where the server keeps no log, or does not tell us. */
async function readPosition(holder: MysqlConnection, server: ServerVersion): Promise<Manifest['position'] | undefined> {
  const sql = server.vendor === 'mysql' && isAtLeast(server, 8, 2) ? 'SHOW BINARY LOG STATUS' : 'SHOW MASTER STATUS';
  try {
    const [status] = await holder.texts(sql);
    const [file, at, , , gtids] = status ?? [];
    if (file === undefined || file === null || file === '') return undefined;
    const gtid = server.vendor === 'mariadb' ? (await holder.texts('SELECT @@global.gtid_binlog_pos'))[0]?.[0] : gtids;
    return {
      binlog: { file, position: Number(at) },
      ...(gtid === undefined || gtid === null || gtid === '' ? {} : { gtid: gtid.replaceAll('\n', '') }),
    };
  } catch (error) {
    if (isLumbungError(error, 'DB_PRIVILEGE_MISSING')) return undefined;
    throw error;
  }
}
