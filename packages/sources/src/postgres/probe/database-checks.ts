import { z } from 'zod';
import { fail, pass, type Verdict, warn } from '../../remarks/check.ts';
import { listed } from '../../remarks/value-kinds.ts';
import { USER_SCHEMA } from '../catalogue/relations.ts';
import { integer, text, textList } from '../columns.ts';
import { CORRELATION_MIN } from '../dump/table-plan.ts';
import { isDirect, type PostgresSession, select, selectOne } from '../session.ts';
import { quoteName } from '../wire/quote.ts';
import type { Role } from './role.ts';

const GRANT_ALL_MAJOR = 14;
/** Reads large objects like tables for who may read all data. */
const LARGE_OBJECT_GRANT_MAJOR = 19;

/** A role that may read everything, whatever is created tomorrow. */
function grantAllSql(role: string): string {
  return `GRANT pg_read_all_data TO ${quoteName(role)};`;
}

/** Every table and sequence must be readable: one that is not ends the dump. */
export async function checkReading(
  { connection, version }: PostgresSession,
  role: Role,
  signal: AbortSignal,
): Promise<Verdict> {
  if (role.readsAllData) return pass('reads-everything');
  const rows = await select(
    connection,
    z.object({ schema: text, name: text }),
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't' AND ${USER_SCHEMA}
       AND NOT (pg_catalog.has_schema_privilege(n.oid, 'USAGE')
         AND CASE c.relkind WHEN 'S' THEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT')
           ELSE pg_catalog.has_table_privilege(c.oid, 'SELECT') END)
     ORDER BY n.nspname, c.relname`,
    signal,
  );
  const isModern = version.major >= GRANT_ALL_MAJOR;
  const schemas = [...new Set(rows.map(({ schema }) => schema))];
  if (rows.length > 0) {
    const paste = isModern
      ? grantAllSql(role.name)
      : schemas.map((schema) => grantSchemaSql(schema, role.name)).join('\n');
    const tables = listed(rows.map(({ schema, name }) => `${schema}.${name}`));
    return fail('tables-unreadable', { role: role.name, tables, paste });
  }
  return isModern ? warn('reads-today-only', { paste: grantAllSql(role.name) }) : warn('reads-today-only-old');
}

function grantSchemaSql(schema: string, role: string): string {
  const [inSchema, to] = [quoteName(schema), quoteName(role)];
  return [
    `GRANT USAGE ON SCHEMA ${inSchema} TO ${to};`,
    `GRANT SELECT ON ALL TABLES IN SCHEMA ${inSchema} TO ${to};`,
    `GRANT SELECT ON ALL SEQUENCES IN SCHEMA ${inSchema} TO ${to};`,
    `ALTER DEFAULT PRIVILEGES IN SCHEMA ${inSchema} GRANT SELECT ON TABLES TO ${to};`,
    `ALTER DEFAULT PRIVILEGES IN SCHEMA ${inSchema} GRANT SELECT ON SEQUENCES TO ${to};`,
  ].join('\n');
}

/** A policy never hides rows from a dump: it stops it. */
export async function checkRowSecurity(
  { connection }: PostgresSession,
  role: Role,
  signal: AbortSignal,
): Promise<Verdict> {
  if (role.bypassesRowSecurity) return pass('rows-not-hidden');
  const rows = await select(
    connection,
    z.object({ name: text }),
    `SELECT n.nspname || '.' || c.relname AS name FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relrowsecurity AND ${USER_SCHEMA} AND pg_catalog.row_security_active(c.oid) ORDER BY 1`,
    signal,
  );
  const paste = `ALTER ROLE ${quoteName(role.name)} BYPASSRLS;`;
  if (rows.length === 0) return warn('rows-may-be-hidden', { paste });
  return fail('rows-hidden', { tables: listed(rows.map(({ name }) => name)), paste });
}

export async function checkLargeObjects(
  { connection, version }: PostgresSession,
  role: Role,
  signal: AbortSignal,
): Promise<Verdict> {
  const { all, foreign, compat } = await selectOne(
    connection,
    z.object({ all: integer, foreign: integer, compat: text }),
    `SELECT count(*) AS all, count(*) FILTER (WHERE NOT pg_catalog.pg_has_role(lomowner, 'USAGE')) AS foreign,
       pg_catalog.current_setting('lo_compat_privileges') AS compat FROM pg_catalog.pg_largeobject_metadata`,
    signal,
  );
  const mayRead =
    role.isSuperuser || compat === 'on' || (role.readsAllData && version.major >= LARGE_OBJECT_GRANT_MAJOR);
  if (all === 0 || mayRead || foreign === 0) return pass('large-objects-readable', { count: all });
  const paste = `ALTER ROLE ${quoteName(role.name)} SET lo_compat_privileges = on;`;
  return fail('large-objects-unreadable', { count: foreign, all, paste });
}

/** A dump holds a lock of every table at once, in its own session and in that of pg_dump. */
export async function checkLocks({ connection }: PostgresSession, signal: AbortSignal): Promise<Verdict> {
  const { relations, slots } = await selectOne(
    connection,
    z.object({ relations: integer, slots: integer }),
    `SELECT (SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'S') AND ${USER_SCHEMA}) AS relations,
       pg_catalog.current_setting('max_locks_per_transaction')::int8 *
         (pg_catalog.current_setting('max_connections')::int8
          + pg_catalog.current_setting('max_prepared_transactions')::int8) AS slots`,
    signal,
  );
  const needed = relations * SESSIONS_THAT_LOCK_ALL;
  if (needed <= slots) return pass('locks-enough', { needed, room: slots });
  const perTransaction = Math.ceil((needed / slots) * 2) * LOCKS_DEFAULT;
  const paste = `ALTER SYSTEM SET max_locks_per_transaction = ${perTransaction};`;
  return warn('locks-few', { needed, room: slots, paste });
}

const SESSIONS_THAT_LOCK_ALL = 2;
const LOCKS_DEFAULT = 64;

/** What acts by itself, or needs more than its own files, when it is restored. */
export async function checkExtensions({ connection }: PostgresSession, signal: AbortSignal): Promise<Verdict> {
  const { names, preloaded } = await selectOne(
    connection,
    z.object({ names: textList, preloaded: textList }),
    `SELECT pg_catalog.json_agg(extname || ' ' || extversion ORDER BY extname) AS names,
       pg_catalog.json_agg(extname ORDER BY extname) FILTER (WHERE extname IN (${NEED_PRELOADING.map((each) => `'${each}'`).join(', ')})) AS preloaded
     FROM pg_catalog.pg_extension`,
    signal,
  );
  if (preloaded.length === 0) return pass('extensions', { extensions: listed(names) });
  const paste = `shared_preload_libraries = '${preloaded.join(', ')}'`;
  return warn('extensions-preloaded', { extensions: listed(preloaded), paste });
}

const NEED_PRELOADING = ['timescaledb', 'pg_cron', 'citus', 'pglogical', 'pg_stat_statements', 'pgaudit'];

/**
 * Rows that have no order of their own lie anew after every change, so that a backup stores them again. Large tables
 * without a primary key, or whose file does not follow it, cost that every day.
 */
export async function checkStorage(
  { connection }: PostgresSession,
  signal: AbortSignal,
  bytesMin = LARGE_BYTES,
): Promise<Verdict> {
  const rows = await select(
    connection,
    z.object({ name: text, bytes: integer }),
    `SELECT t.name, t.bytes FROM (
       SELECT n.nspname || '.' || c.relname AS name, pg_catalog.pg_table_size(c.oid) AS bytes,
         (SELECT s.correlation FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
            JOIN pg_catalog.pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
            WHERE i.indrelid = c.oid AND i.indisprimary AND NOT s.inherited) AS correlation
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND ${USER_SCHEMA} AND c.relpages > ${Math.trunc(bytesMin / PAGE_BYTES)}) t
     WHERE coalesce(t.correlation, 0) <= ${CORRELATION_MIN} ORDER BY t.bytes DESC`,
    signal,
  );
  if (rows.length === 0) return pass('order-stays');
  const size = rows.reduce((sum, { bytes }) => sum + bytes, 0);
  return warn('order-lost', { tables: listed(rows.map(({ name }) => name)), count: rows.length, size });
}

const LARGE_BYTES = 256 * 1024 * 1024;
const PAGE_BYTES = 8192;

export async function countTables({ connection }: PostgresSession, signal: AbortSignal): Promise<number> {
  const { count } = await selectOne(
    connection,
    z.object({ count: integer }),
    `SELECT count(*) AS count FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND ${USER_SCHEMA}`,
    signal,
  );
  return count;
}

export async function checkPooler(session: PostgresSession, signal: AbortSignal): Promise<Verdict> {
  if (await isDirect(session, signal)) return pass('no-pooler');
  return fail('pooler-between');
}
