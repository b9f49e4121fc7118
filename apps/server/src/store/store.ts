import { AsyncLocalStorage } from 'node:async_hooks';
import { LumbungError } from '@lumbung/stdx';
import { Kysely, type KyselyPlugin, type Transaction as KyselyTransaction, sql } from 'kysely';
import type { DatabaseAddress } from '../config/settings.ts';
import type { Database } from './database.ts';
import type { Dialect } from './dialect.ts';
import { migrate } from './migrate.ts';
import { postgresDialect } from './postgres.ts';
import { sqliteDialect } from './sqlite.ts';
import { storeError } from './store-error.ts';

/** What a store function takes: it runs by itself, or as part of a transaction. */
export type Queries = Kysely<Database>;
export type Transaction = KyselyTransaction<Database>;

/** 'LUMBUNG1', the one lock that writers of one PostgreSQL database take. */
const WRITER_LOCK = 0x4c554d42554e4731n;
const POSTGRES_VERSION_MIN = 15;

interface OpenTransaction {
  state: 'open' | 'over';
  readonly afterCommit: (() => void)[];
}

/**
 * The state of Lumbung in one of two dialects.
 *
 * Transactions are serial in both: SQLite has one connection, and in PostgreSQL each begins by taking one lock. So a
 * transaction may read, decide and write without a thought for others, the audit trail has an order, and none deadlocks
 * or has to be repeated. They must be short: no network, no child process, nothing that waits for a person.
 */
export class Store implements AsyncDisposable {
  readonly dialect: Dialect;
  /** For reading, and for a single statement that stands by itself. Inside a transaction it is refused: there it would
   *  wait for itself on SQLite, and see another state on PostgreSQL. */
  readonly db: Queries;
  readonly #db: Kysely<Database>;
  readonly #current = new AsyncLocalStorage<OpenTransaction>();
  readonly #open = new Set<Promise<unknown>>();
  #isClosed = false;

  private constructor(dialect: Dialect, db: Kysely<Database>) {
    this.dialect = dialect;
    this.#db = db;
    this.db = db.withPlugin(this.#guard());
  }

  /** Opens and migrates; nothing is open when it fails.
   *  @throws LumbungError STORE_SCHEMA_NEWER, STORE_NOT_OURS, STORE_POSTGRES_UNFIT (operator), STORE_UNREACHABLE … */
  static async open(address: DatabaseAddress): Promise<Store> {
    const isSqlite = address.kind === 'sqlite';
    const db = new Kysely<Database>({ dialect: isSqlite ? sqliteDialect(address.file) : postgresDialect(address) });
    try {
      if (!isSqlite) await requireFitServer(db);
      // The migrations know tables by name alone.
      await migrate(db as unknown as Kysely<unknown>, address.kind);
    } catch (error) {
      await db.destroy();
      throw storeError(error);
    }
    return new Store(address.kind, db);
  }

  /** All of `act`, or nothing. What it does outside the database is not undone.
   *  @throws whatever `act` throws, as it is; LumbungError STORE_… for what the database refuses */
  async transaction<T>(act: (tx: Transaction) => Promise<T>): Promise<T> {
    return await this.#counted(async () => await this.#transaction(act));
  }

  /** `close` waits for it. */
  async #counted<T>(act: () => Promise<T>): Promise<T> {
    this.#refuseInside('another transaction');
    if (this.#isClosed) throw new LumbungError('STORE_CLOSED', { kind: 'bug', message: 'the store is closed' });
    const work = act();
    const isOver = work.then(
      () => {},
      () => {},
    );
    this.#open.add(isOver);
    try {
      return await work;
    } finally {
      this.#open.delete(isOver);
    }
  }

  /** Everything that `act` reads is of one moment, however long it takes. It writes nothing. On SQLite all others wait for
   *  it: for exports, not for pages. */
  async snapshot<T>(act: (tx: Transaction) => Promise<T>): Promise<T> {
    return await this.#counted(async () => {
      const own: OpenTransaction = { state: 'open', afterCommit: [] };
      const begin = this.#db.transaction();
      const reading =
        this.dialect === 'postgres' ? begin.setIsolationLevel('repeatable read').setAccessMode('read only') : begin;
      try {
        return await reading.execute(async (tx) => {
          // PostgreSQL takes the moment of the first query, whenever that comes.
          await sql`select 1`.execute(tx);
          return await this.#current.run(own, async () => await act(tx));
        });
      } finally {
        own.state = 'over';
      }
    });
  }

  async #transaction<T>(act: (tx: Transaction) => Promise<T>): Promise<T> {
    const own: OpenTransaction = { state: 'open', afterCommit: [] };
    try {
      const result = await this.#db.transaction().execute(async (tx) => {
        if (this.dialect === 'postgres') await sql`select pg_advisory_xact_lock(${WRITER_LOCK})`.execute(tx);
        return await this.#current.run(own, async () => await act(tx));
      });
      own.state = 'over';
      for (const follow of own.afterCommit) follow();
      return result;
    } finally {
      own.state = 'over';
    }
  }

  /** Has `act` done when the transaction under way is committed, and never if it is not; at once outside of one. It must
   *  not throw: what is committed is not undone. */
  afterCommit(act: () => void): void {
    const own = this.#current.getStore();
    if (own?.state === 'open') own.afterCommit.push(act);
    else act();
  }

  /** Waits for the transactions that are under way. A second call does nothing. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.all(this.#open);
    if (this.dialect === 'sqlite') await sql`pragma optimize`.execute(this.#db);
    await this.#db.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #refuseInside(what: string): void {
    if (this.#current.getStore()?.state !== 'open') return;
    throw new LumbungError('BUG_STORE_INSIDE_TRANSACTION', {
      kind: 'bug',
      message: `${what} was begun inside a transaction: use the one that is handed in`,
    });
  }

  #guard(): KyselyPlugin {
    return {
      transformQuery: ({ node }) => {
        this.#refuseInside('a query by itself');
        return node;
      },
      transformResult: async ({ result }) => result,
    };
  }
}

async function requireFitServer(db: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{ version: string; encoding: string }>`
    select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding
  `.execute(db);
  const version = Math.floor(Number(rows[0]?.version) / 10_000);
  const encoding = rows[0]?.encoding ?? '';
  if (version >= POSTGRES_VERSION_MIN && encoding === 'UTF8') return;
  throw new LumbungError('STORE_POSTGRES_UNFIT', {
    kind: 'operator',
    message: `PostgreSQL ${version} with encoding ${encoding} cannot hold the state`,
    context: { version, encoding, versionMin: POSTGRES_VERSION_MIN },
    hint: `use PostgreSQL ${POSTGRES_VERSION_MIN} or later and a database with the encoding UTF8`,
  });
}
