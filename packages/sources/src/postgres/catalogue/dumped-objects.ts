import { z } from 'zod';
import { integer, text } from '../columns.ts';
import { select } from '../session.ts';
import type { PostgresConnection } from '../wire/connection.ts';
import { USER_SCHEMA } from './relations.ts';

const objectRow = z.object({ catalogue: integer, oid: integer, name: text });

/**
 * What a dump of definitions must hold: relations, functions and triggers, by the numbers of their catalogue and their
 * own. Names are no key: they may hold blanks and line breaks, and a listing writes them as it likes.
 */
export async function listDumpedObjects(
  connection: PostgresConnection,
  version: { readonly major: number },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const isMember = (catalogue: string, oid: string, types: string) =>
    `EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.${catalogue}'::pg_catalog.regclass
       AND d.objid = ${oid} AND d.objsubid = 0 AND d.deptype IN (${types}))`;
  const triggers = `UNION ALL SELECT 2620, t.oid, n.nspname || '.' || c.relname || ' ' || t.tgname
    FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND ${USER_SCHEMA}
      AND NOT ${isMember('pg_class', 'c.oid', `'e'`)} AND NOT ${isMember('pg_trigger', 't.oid', `'e'`)}`;
  const rows = await select(
    connection,
    objectRow,
    `SELECT 1259 AS catalogue, c.oid, n.nspname || '.' || c.relname AS name
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't' AND ${USER_SCHEMA}
       AND NOT ${isMember('pg_class', 'c.oid', `'e'`)}
     UNION ALL SELECT 1255, p.oid, n.nspname || '.' || p.proname
     FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
     WHERE ${USER_SCHEMA} AND NOT ${isMember('pg_proc', 'p.oid', `'e', 'i'`)}
     ${version.major >= 13 ? triggers : ''}`,
    signal,
  );
  return new Map(rows.map(({ catalogue, oid, name }) => [`${catalogue}/${oid}`, name]));
}
