import { isLumbungError, LumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import { listRelations, type Relation } from '../catalogue/relations.ts';
import { text } from '../columns.ts';
import { isDirect, openSession, type PostgresSession, type SessionOptions, select, selectOne } from '../session.ts';
import { quoteQualified } from '../wire/quote.ts';

const ATTEMPTS_MAX = 3;
const TABLES_PER_LOCK = 500;
export interface Snapshot {
  readonly name: string;
  /** All locked against change of their definition, and seen by the snapshot as they are. */
  readonly relations: readonly Relation[];
}

/**
 * The session that holds the snapshot, and the lock of every table, until it is closed.
 *
 * `LOCK TABLE` takes no snapshot, so that the locks come first: between the snapshot and the locks nothing could be
 * dropped or altered unseen. The tables are listed before, to know what to lock, and again inside: when the two differ
 * somebody changed the database in between, and it is tried again.
 */
export class SnapshotHolder {
  readonly session: PostgresSession;
  readonly #options: SessionOptions;

  private constructor(session: PostgresSession, options: SessionOptions) {
    this.session = session;
    this.#options = options;
  }

  /** @throws LumbungError DB_BEHIND_POOLER (operator); see `openSession` */
  static async open(options: SessionOptions): Promise<SnapshotHolder> {
    const session = await openSession(options);
    try {
      if (!(await isDirect(session, options.signal))) throw behindPooler();
      return new SnapshotHolder(session, options);
    } catch (error) {
      await session.connection.close();
      throw error;
    }
  }

  /** @throws LumbungError DB_LOCKED, DB_OBJECT_CHANGED (transient) */
  async take(lockTimeoutMs: number): Promise<Snapshot> {
    const { connection } = this.session;
    const { signal } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      const before = await this.#list();
      try {
        await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY', { signal });
        await connection.query(`SET LOCAL lock_timeout = ${Math.trunc(lockTimeoutMs)}`, { signal });
        for (let first = 0; first < before.length; first += TABLES_PER_LOCK) {
          await this.#lock(before.slice(first, first + TABLES_PER_LOCK));
        }
        await connection.query('SET LOCAL lock_timeout = 0', { signal });
        const name = await this.#export();
        const inside = await this.#list();
        if (signature(inside) === signature(before)) return { name, relations: inside };
      } catch (error) {
        if (connection.isOver || !isLumbungError(error, 'DB_OBJECT_CHANGED')) throw error;
      }
      await connection.query('ROLLBACK', { signal });
      if (attempt === ATTEMPTS_MAX) throw changing();
    }
  }

  /** Gives up the snapshot and the locks, so that whoever waits for them can go on. */
  async release(): Promise<void> {
    await this.session.connection.query('ROLLBACK', { signal: this.#options.signal });
  }

  /** Waits behind a table that the holder copies itself. */
  async beat(signal: AbortSignal): Promise<void> {
    await this.session.connection.query('SELECT 1', { signal });
  }

  async close(): Promise<void> {
    await this.session.connection.close();
  }

  async #list(): Promise<Relation[]> {
    return await listRelations(this.session.connection, this.session.version, this.#options.signal);
  }

  async #export(): Promise<string> {
    const row = z.object({ name: text.regex(/^[0-9A-F-]{1,64}$/) });
    const sql = 'SELECT pg_catalog.pg_export_snapshot() AS name';
    return (await selectOne(this.session.connection, row, sql, this.#options.signal)).name;
  }

  async #lock(relations: readonly Relation[]): Promise<void> {
    const { connection } = this.session;
    const { signal } = this.#options;
    const names = relations.map(({ schema, name }) => quoteQualified(schema, name)).join(', ');
    try {
      await connection.query(`LOCK TABLE ${names} IN ACCESS SHARE MODE`, { signal });
    } catch (error) {
      if (!isLumbungError(error, 'DB_LOCKED')) throw error;
      await connection.query('ROLLBACK', { signal });
      throw await this.#lockedBy(relations, error);
    }
  }

  /** The same error with who is to blame, as far as that can still be seen. */
  async #lockedBy(relations: readonly Relation[], cause: LumbungError): Promise<LumbungError> {
    const row = z.object({ relation: text, session: text });
    const [blocker] = await select(
      this.session.connection,
      row,
      `SELECT l.relation::pg_catalog.regclass::text AS relation, a.pid || ' (' || coalesce(a.usename, '') || ', '
         || coalesce(a.application_name, '') || ', ' || coalesce(a.state, '') || ')' AS session
       FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
       WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.relation IN (${relations.map(({ oid }) => oid).join(',')})
         AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
       ORDER BY l.granted DESC LIMIT 1`,
      this.#options.signal,
    );
    const { relation, session } = blocker ?? {};
    return new LumbungError('DB_LOCKED', {
      kind: 'transient',
      message: `somebody else holds a lock for too long: ${session ?? 'unknown'} on ${relation ?? 'a table'}`,
      context: { detail: cause.message, relation, session },
      hint: 'try again when the change of the database is over',
      cause,
    });
  }
}

function signature(relations: readonly Relation[]): string {
  return JSON.stringify(
    relations.map(({ oid, schema, name, kind, condition }) => [oid, schema, name, kind, condition]),
  );
}

function behindPooler(): LumbungError {
  return new LumbungError('DB_BEHIND_POOLER', {
    kind: 'operator',
    message: 'a pooler such as PgBouncer stands between: a snapshot does not survive it',
    hint: 'connect to the port of PostgreSQL itself, 5432 by default',
  });
}

function changing(): LumbungError {
  const detail = 'tables are created, renamed or dropped all the time';
  return new LumbungError('DB_OBJECT_CHANGED', {
    kind: 'transient',
    message: detail,
    context: { detail },
    hint: 'try again when the change of the database is over',
  });
}
