import { z } from 'zod';
import { flag, integer, optionalText, text, textList } from '../columns.ts';
import { select, selectOne } from '../session.ts';
import type { PostgresConnection } from '../wire/connection.ts';
import { USER_SCHEMA } from './relations.ts';

const factsRow = z.object({
  owner: text,
  encoding: text,
  collate: optionalText,
  ctype: optionalText,
  provider: text,
  locale: optionalText,
  icurules: optionalText,
  publicowner: optionalText,
  collationversion: optionalText,
  connectionlimit: integer,
  tablespace: text,
  acl: textList,
  comment: optionalText,
});

/** What `CREATE DATABASE` and those after it need to make the same one again. */
export interface DatabaseFacts {
  readonly owner: string;
  readonly encoding: string;
  readonly collate: string | null;
  readonly ctype: string | null;
  /** `libc`, `icu` or `builtin`. */
  readonly provider: string;
  /** Of ICU or the built-in provider. */
  readonly locale: string | null;
  /** Of ICU, beyond the locale. */
  readonly icuRules: string | null;
  /** Whom the schema `public` was given to, where pg_dump does not say so: up to 14. */
  readonly publicOwner: string | null;
  readonly collationVersion: string | null;
  readonly connectionLimit: number;
  readonly tablespace: string;
  /** As the catalogue writes them: `user=CTc/grantor`. */
  readonly acl: readonly string[];
  readonly comment: string | null;
  /** `ALTER DATABASE … SET`: `name=value`; for one role where `role` is not null. */
  readonly settings: readonly { readonly role: string | null; readonly setting: string }[];
}

export async function readDatabaseFacts(
  connection: PostgresConnection,
  version: { readonly major: number },
  signal: AbortSignal,
): Promise<DatabaseFacts> {
  const { major } = version;
  const locale = major >= 17 ? 'd.datlocale' : major >= 15 ? 'd.daticulocale' : 'NULL::text';
  const rules = major >= 16 ? 'd.daticurules' : 'NULL::text';
  const publicOwner =
    major >= 15
      ? 'NULL::text'
      : `(SELECT pg_catalog.pg_get_userbyid(n.nspowner) FROM pg_catalog.pg_namespace n
           WHERE n.nspname = 'public' AND n.nspowner <> ${BOOTSTRAP_SUPERUSER})`;
  const { collationversion, connectionlimit, icurules, publicowner, provider, ...row } = await selectOne(
    connection,
    factsRow,
    `SELECT pg_catalog.pg_get_userbyid(d.datdba) AS owner, pg_catalog.pg_encoding_to_char(d.encoding) AS encoding,
       d.datcollate AS collate, d.datctype AS ctype, ${major >= 15 ? 'd.datlocprovider' : `'c'`} AS provider,
       ${locale} AS locale, ${rules} AS icurules, ${publicOwner} AS publicowner, ${major >= 15 ? 'd.datcollversion' : 'NULL::text'} AS collationversion,
       d.datconnlimit AS connectionlimit, t.spcname AS tablespace, pg_catalog.to_json(d.datacl::text[]) AS acl,
       pg_catalog.shobj_description(d.oid, 'pg_database') AS comment
     FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace
     WHERE d.datname = pg_catalog.current_database()`,
    signal,
  );
  const settings = await select(
    connection,
    z.object({ role: optionalText, setting: text }),
    `SELECT r.rolname AS role, pg_catalog.unnest(s.setconfig) AS setting
     FROM pg_catalog.pg_db_role_setting s
     JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase AND d.datname = pg_catalog.current_database()
     LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole ORDER BY 1 NULLS FIRST, 2`,
    signal,
  );
  return {
    ...row,
    provider: PROVIDERS[provider] ?? provider,
    icuRules: icurules,
    publicOwner: publicowner,
    collationVersion: collationversion,
    connectionLimit: connectionlimit,
    settings,
  };
}

/** Owns what initdb makes. */
const BOOTSTRAP_SUPERUSER = 10;
const PROVIDERS: Readonly<Record<string, string>> = { c: 'libc', i: 'icu', b: 'builtin' };

const countRow = z.object({ kind: text, count: integer });

/** Objects by kind, as people count them; what belongs to an extension or to the system is not counted. */
export async function countObjects(
  connection: PostgresConnection,
  version: { readonly major: number },
  signal: AbortSignal,
): Promise<Record<string, number>> {
  const notExtension = (catalogue: string, oid: string) =>
    `NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.${catalogue}'::pg_catalog.regclass
       AND d.objid = ${oid} AND d.deptype = 'e')`;
  const inSchema = 'JOIN pg_catalog.pg_namespace n ON n.oid =';
  const procedureKind =
    version.major >= 11
      ? `CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END`
      : `CASE WHEN p.proisagg THEN 'aggregate' ELSE 'function' END`;
  const parts = [
    `SELECT CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitionedTable' WHEN 'v' THEN 'view'
       WHEN 'm' THEN 'materializedView' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreignTable' ELSE 'index' END AS kind
     FROM pg_catalog.pg_class c ${inSchema} c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'i', 'I') AND c.relpersistence <> 't' AND ${USER_SCHEMA}
       AND ${notExtension('pg_class', 'c.oid')}`,
    `SELECT ${procedureKind} FROM pg_catalog.pg_proc p ${inSchema} p.pronamespace
     WHERE ${USER_SCHEMA} AND ${notExtension('pg_proc', 'p.oid')}`,
    `SELECT 'trigger' FROM pg_catalog.pg_trigger t WHERE NOT t.tgisinternal`,
    `SELECT CASE x.contype WHEN 'f' THEN 'foreignKey' WHEN 'p' THEN 'primaryKey' WHEN 'u' THEN 'unique'
       WHEN 'c' THEN 'check' ELSE 'otherConstraint' END
     FROM pg_catalog.pg_constraint x ${inSchema} x.connamespace WHERE ${USER_SCHEMA}
       AND ${notExtension('pg_constraint', 'x.oid')}`,
    `SELECT CASE y.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range' ELSE 'type' END
     FROM pg_catalog.pg_type y ${inSchema} y.typnamespace WHERE y.typtype IN ('e', 'd', 'r') AND ${USER_SCHEMA}
       AND ${notExtension('pg_type', 'y.oid')}`,
    `SELECT 'schema' FROM pg_catalog.pg_namespace n WHERE ${USER_SCHEMA} AND ${notExtension('pg_namespace', 'n.oid')}`,
    `SELECT 'extension' FROM pg_catalog.pg_extension`,
    `SELECT 'policy' FROM pg_catalog.pg_policy`,
    `SELECT 'eventTrigger' FROM pg_catalog.pg_event_trigger e WHERE ${notExtension('pg_event_trigger', 'e.oid')}`,
    `SELECT 'foreignServer' FROM pg_catalog.pg_foreign_server`,
    `SELECT 'largeObject' FROM pg_catalog.pg_largeobject_metadata`,
    ...(version.major >= 10
      ? [
          `SELECT 'publication' FROM pg_catalog.pg_publication`,
          `SELECT 'subscription' FROM pg_catalog.pg_subscription
           WHERE subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`,
        ]
      : []),
  ];
  const sql = `SELECT o.kind, count(*) AS count FROM (${parts.join(' UNION ALL ')}) o GROUP BY o.kind ORDER BY o.kind`;
  const rows = await select(connection, countRow, sql, signal);
  return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]));
}

export async function readExtensions(
  connection: PostgresConnection,
  signal: AbortSignal,
): Promise<{ name: string; version: string }[]> {
  return await select(
    connection,
    z.object({ name: text, version: text }),
    'SELECT extname AS name, extversion AS version FROM pg_catalog.pg_extension ORDER BY extname',
    signal,
  );
}

/** Every role that owns something in the database, or is granted something. */
export async function readRoles(connection: PostgresConnection, signal: AbortSignal): Promise<string[]> {
  const rows = await select(
    connection,
    z.object({ name: text }),
    `SELECT r.rolname AS name FROM pg_catalog.pg_roles r WHERE r.oid IN (
       SELECT s.refobjid FROM pg_catalog.pg_shdepend s
         JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
         WHERE s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND (s.dbid = d.oid
           OR (s.classid = 'pg_catalog.pg_database'::pg_catalog.regclass AND s.objid = d.oid))
       UNION SELECT d.datdba FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
       UNION SELECT c.relowner FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE ${USER_SCHEMA}
       UNION SELECT n.nspowner FROM pg_catalog.pg_namespace n WHERE ${USER_SCHEMA}
       UNION SELECT p.proowner FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
         WHERE ${USER_SCHEMA})
     ORDER BY r.rolname`,
    signal,
  );
  return rows.map(({ name }) => name);
}

const positionRow = z.object({
  replica: flag,
  lsn: optionalText,
  lag: optionalText,
  timeline: optionalText,
});

export interface Position {
  readonly isReplica: boolean;
  readonly lsn: string | undefined;
  readonly timeline: number | undefined;
  /** Behind its primary; 0 when it has replayed all it received. */
  readonly lagSeconds: number | undefined;
}

/** Where in the log of changes the server stands. */
export async function readPosition(
  connection: PostgresConnection,
  version: { readonly major: number },
  signal: AbortSignal,
): Promise<Position> {
  const [current, replayed, received] =
    version.major >= 10
      ? ['pg_current_wal_lsn', 'pg_last_wal_replay_lsn', 'pg_last_wal_receive_lsn']
      : ['pg_current_xlog_location', 'pg_last_xlog_replay_location', 'pg_last_xlog_receive_location'];
  const row = await selectOne(
    connection,
    positionRow,
    `SELECT pg_catalog.pg_is_in_recovery() AS replica,
       CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.${replayed}() ELSE pg_catalog.${current}() END AS lsn,
       CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN NULL
         WHEN pg_catalog.${received}() = pg_catalog.${replayed}() THEN 0
         ELSE extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp()) END AS lag,
       CASE WHEN pg_catalog.has_function_privilege('pg_catalog.pg_control_checkpoint()', 'EXECUTE')
         THEN (SELECT timeline_id FROM pg_catalog.pg_control_checkpoint()) END AS timeline`,
    signal,
  );
  return {
    isReplica: row.replica,
    lsn: row.lsn ?? undefined,
    timeline: row.timeline === null ? undefined : Number(row.timeline),
    lagSeconds: row.lag === null ? undefined : Math.max(Number(row.lag), 0),
  };
}

/** Stays the same while the data directory does. */
export async function readServerIdentity(connection: PostgresConnection, signal: AbortSignal): Promise<string> {
  const { id } = await selectOne(
    connection,
    z.object({ id: optionalText }),
    `SELECT CASE WHEN pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')
       THEN (SELECT system_identifier::text FROM pg_catalog.pg_control_system()) END AS id`,
    signal,
  );
  return id ?? 'unknown';
}
