import { LumbungError } from '@lumbung/stdx';
import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Dialect } from './dialect.ts';
import { migrationsOf, SCHEMA_NAME } from './migrations/migrations.ts';
import { storeError } from './store-error.ts';

const MIGRATION_TABLE = 'schema_migration';
const LOCK_TABLE = 'schema_migration_lock';

/** Brings the schema to the one of this program. Two that begin at once wait for each other.
 *  @throws LumbungError STORE_SCHEMA_NEWER, STORE_NOT_OURS (operator), STORE_MIGRATION_FAILED (bug) */
export async function migrate(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const tables = await tableNames(db, dialect);
  if (tables.includes(MIGRATION_TABLE)) await refuseNewer(db, dialect);
  else if (tables.length > 0) throw notOurs(tables[0]);
  const migrations = { ...migrationsOf(dialect) };
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: LOCK_TABLE,
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const cause = storeError(error);
  if (cause instanceof LumbungError) throw cause;
  throw new LumbungError('STORE_MIGRATION_FAILED', {
    kind: 'bug',
    message: `the database could not be brought to ${SCHEMA_NAME}: nothing of it was changed`,
    context: { schema: SCHEMA_NAME },
    cause,
  });
}

async function refuseNewer(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(MIGRATION_TABLE)}`.execute(db);
  const known = Object.keys(migrationsOf(dialect));
  const unknown = rows.map(({ name }) => name).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new LumbungError('STORE_SCHEMA_NEWER', {
    kind: 'operator',
    message: `the state was written by a newer Lumbung (${unknown}); this one knows ${SCHEMA_NAME}`,
    context: { found: unknown, known: SCHEMA_NAME },
    hint: 'start the newer version again; an older one would not understand what is there',
  });
}

/** Tables of the schema in which ours are, or would be. */
export async function tableNames(db: Kysely<unknown>, dialect: Dialect): Promise<string[]> {
  const { rows } = await (dialect === 'sqlite'
    ? sql<{
        name: string;
      }>`select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'`
    : sql<{ name: string }>`select tablename as name from pg_catalog.pg_tables where schemaname = current_schema()`
  ).execute(db);
  return rows.map(({ name }) => name).sort();
}

function notOurs(table = ''): LumbungError {
  return new LumbungError('STORE_NOT_OURS', {
    kind: 'operator',
    message: `the database holds tables of another program (${table})`,
    context: { table },
    hint: 'give Lumbung a database of its own',
  });
}
