import { isLumbungError, LumbungError, Semaphore } from '@lumbung/stdx';
import type { Relation } from '../catalogue/relations.ts';
import { openSession, type SessionOptions } from '../session.ts';
import type { PostgresConnection } from '../wire/connection.ts';
import { quoteLiteral, quoteQualified } from '../wire/quote.ts';

const LARGE_OBJECT_PART_BYTES = 4 * 1024 * 1024;

/** Sessions that see one snapshot, opened as they are needed, at most `sessionsMax`. */
export class WorkerPool implements AsyncDisposable {
  readonly #options: SessionOptions;
  readonly #snapshot: string;
  readonly #holder: PostgresConnection;
  readonly #permits: Semaphore;
  readonly #idle: PostgresConnection[] = [];
  readonly #all: PostgresConnection[] = [];

  constructor(
    options: SessionOptions,
    more: { readonly snapshot: string; readonly holder: PostgresConnection; readonly sessionsMax: number },
  ) {
    this.#options = options;
    this.#snapshot = more.snapshot;
    this.#holder = more.holder;
    this.#permits = new Semaphore(more.sessionsMax);
  }

  /**
   * What `copySql` copies out of `relation`; `onRows` hears before the end how many rows the server says it sent.
   *
   * The lock is the holder's already. A worker that asks for its own would wait behind whoever waits to alter the table,
   * who waits for the holder, who waits for the worker: it asks without waiting, and where it is refused the holder
   * copies the table itself.
   */
  async *copy(relation: Relation, copySql: string, onRows: (rows: number) => void): AsyncGenerator<Buffer> {
    const { signal } = this.#options;
    const worker = await this.#acquire();
    try {
      const isLocked = await this.#tryLock(worker, relation);
      const stream = await (isLocked ? worker : this.#holder).copyOut(copySql, { signal });
      for await (const chunk of stream) yield chunk as Buffer; // a stream of bytes gives nothing else
      onRows(stream.rows);
      // Frees the lock: thousands of them would fill the server's table.
      await worker.query('ROLLBACK TO SAVEPOINT one_table', { signal });
    } catch (error) {
      throw naming(error, relation);
    } finally {
      this.#release(worker);
    }
  }

  /** The bytes of one large object. */
  async *largeObject(oid: number): AsyncGenerator<Buffer> {
    const { signal } = this.#options;
    const worker = await this.#acquire();
    try {
      for (let offset = 0; ; offset += LARGE_OBJECT_PART_BYTES) {
        const sql = 'SELECT pg_catalog.lo_get($1, $2, $3)';
        const values = [String(oid), String(offset), String(LARGE_OBJECT_PART_BYTES)];
        const { rows } = await worker.execute(sql, values, { signal, resultFormat: 'binary' });
        const part = rows[0]?.[0] ?? Buffer.alloc(0);
        if (part.length > 0) yield part;
        if (part.length < LARGE_OBJECT_PART_BYTES) return;
      }
    } finally {
      this.#release(worker);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((connection) => connection.close()));
  }

  async #tryLock(worker: PostgresConnection, relation: Relation): Promise<boolean> {
    const { signal } = this.#options;
    const table = quoteQualified(relation.schema, relation.name);
    await worker.query('SAVEPOINT one_table', { signal });
    try {
      await worker.query(`LOCK TABLE ONLY ${table} IN ACCESS SHARE MODE NOWAIT`, { signal });
      return true;
    } catch (error) {
      if (!isLumbungError(error, 'DB_LOCKED')) throw error;
      await worker.query('ROLLBACK TO SAVEPOINT one_table', { signal });
      return false;
    }
  }

  async #acquire(): Promise<PostgresConnection> {
    await this.#permits.acquire(this.#options.signal);
    try {
      return this.#idle.pop() ?? (await this.#open());
    } catch (error) {
      this.#permits.release();
      throw error;
    }
  }

  #release(worker: PostgresConnection): void {
    this.#idle.push(worker);
    this.#permits.release();
  }

  async #open(): Promise<PostgresConnection> {
    const { connection } = await openSession(this.#options);
    this.#all.push(connection);
    const { signal } = this.#options;
    await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY', { signal });
    try {
      await connection.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(this.#snapshot)}`, { signal });
    } catch (error) {
      throw isLumbungError(error, 'DB_QUERY_FAILED') ? snapshotLost(error) : error;
    }
    return connection;
  }
}

/** The server forgets a snapshot with the session that holds it, which is lost then. */
function snapshotLost(cause: LumbungError): LumbungError {
  return new LumbungError('DB_CONNECTION_LOST', {
    kind: 'transient',
    message: 'the session that holds the snapshot is gone',
    context: { detail: cause.message },
    hint: 'what was read so far is not kept; try again',
    cause,
  });
}

/** The same error, with the table that it is about. */
function naming(error: unknown, { schema, name }: Relation): unknown {
  if (!(error instanceof LumbungError)) return error;
  const { code, kind, message, context, hint } = error;
  return new LumbungError(code, {
    kind,
    message,
    context: { ...context, relation: `${schema}.${name}` },
    ...(hint === undefined ? {} : { hint }),
    cause: error.cause,
  });
}
