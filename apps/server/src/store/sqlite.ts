import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { errnoOf } from '@lumbung/stdx';
import Sqlite from 'better-sqlite3';
import { type DialectAdapter, SqliteAdapter, SqliteDialect } from 'kysely';
import { storeError } from './store-error.ts';

/** 'LUMB', so that `file` and other tools can tell whose database it is. */
const APPLICATION_ID = 0x4c554d42;
/** Another reader may finish a checkpoint meanwhile. */
const BUSY_TIMEOUT_MS = 10_000;
const STATEMENTS_MAX = 500;

/** A file that only its owner may read. Each commit is on the disk before it is acknowledged (synchronous=FULL: measured
 *  one fsync each), and readers beside, such as its own backup, hold nobody up (WAL). */
export function sqliteDialect(file: string): SqliteDialect {
  return new TransactionalSqliteDialect({
    database: async () => {
      try {
        makePrivate(file);
        return withKeptStatements(openDatabase(file));
      } catch (error) {
        throw storeError(error);
      }
    },
  });
}

/** kysely takes SQLite for a database that cannot undo a change of its schema, which it can: without this a migration that is
 *  cut off leaves some of its tables behind, and the next start finds a schema that nobody knows. */
class TransactionalSqliteDialect extends SqliteDialect {
  override createAdapter(): DialectAdapter {
    return new TransactionalSqliteAdapter();
  }
}

class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function openDatabase(file: string): Sqlite.Database {
  const database = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    // A file of somebody else is not ours to mark; the migrations will refuse it.
    if (database.pragma('application_id', { simple: true }) === 0 && isEmpty(database)) {
      database.pragma(`application_id = ${APPLICATION_ID}`);
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function isEmpty(database: Sqlite.Database): boolean {
  return database.prepare('select 1 from sqlite_master limit 1').get() === undefined;
}

function makePrivate(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    // SQLite gives its WAL the permissions of the file beside it.
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

interface Kept {
  readonly reader: boolean;
  all(parameters: readonly unknown[]): unknown[];
  run(parameters: readonly unknown[]): Sqlite.RunResult;
  iterate(parameters: readonly unknown[]): IterableIterator<unknown>;
}

/** kysely prepares each query anew, which costs more than running a small one. */
function withKeptStatements(database: Sqlite.Database) {
  const kept = new Map<string, Kept>();
  return {
    close: () => {
      kept.clear();
      database.close();
    },
    prepare: (text: string): Kept => {
      const known = kept.get(text);
      if (known !== undefined) return known;
      const statement = inOurWords(() => database.prepare<unknown[]>(text));
      const fresh: Kept = {
        reader: statement.reader,
        all: (parameters) => inOurWords(() => statement.all(...parameters)),
        run: (parameters) => inOurWords(() => statement.run(...parameters)),
        // Rows are read in pages: while an iteration stands open, SQLite's connection runs nothing else.
        iterate: () => {
          throw new TypeError('the state is read in pages, not streamed');
        },
      };
      if (kept.size >= STATEMENTS_MAX) kept.clear();
      kept.set(text, fresh);
      return fresh;
    },
  };
}

function inOurWords<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw storeError(error);
  }
}
