import { z } from 'zod';
import type { Manifest } from '../../manifest/manifest.ts';
import { flag, integer, text } from '../columns.ts';
import { select, selectOne } from '../session.ts';
import type { PostgresConnection } from '../wire/connection.ts';
import { quoteQualified } from '../wire/quote.ts';
import { USER_SCHEMA } from './relations.ts';

const sequenceRow = z.object({ oid: integer, schema: text, name: text });
const valueRow = z.object({ last: text, called: flag });

/**
 * Sequences are in no snapshot: a value read now is one that every row seen has been given before. A replica has none of
 * unlogged ones, which belong to tables it has no rows of.
 */
export async function readSequences(
  connection: PostgresConnection,
  signal: AbortSignal,
  { isReplica = false }: { readonly isReplica?: boolean } = {},
): Promise<Manifest['sequences']> {
  const sequences = await select(
    connection,
    sequenceRow,
    `SELECT c.oid, n.nspname AS schema, c.relname AS name
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'S' AND c.relpersistence ${isReplica ? `= 'p'` : `<> 't'`} AND ${USER_SCHEMA}
       AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
         AND d.objid = c.oid AND d.deptype = 'e'
         AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_extension e WHERE e.oid = d.refobjid AND c.oid = ANY (e.extconfig)))
     ORDER BY n.nspname, c.relname`,
    signal,
  );
  const values: Manifest['sequences'] = [];
  for (const { schema, name } of sequences) {
    const sql = `SELECT last_value AS last, is_called AS called FROM ${quoteQualified(schema, name)}`;
    const { last, called } = await selectOne(connection, valueRow, sql, signal);
    values.push({ schema, name, last, called });
  }
  return values;
}
