import { z } from 'zod';
import { flag, integer, text, textList } from '../columns.ts';
import { select } from '../session.ts';
import type { PostgresConnection } from '../wire/connection.ts';

const relation = z
  .object({
    oid: integer,
    schema: text,
    name: text,
    kind: z.enum(['r', 'p']),
    persistence: z.enum(['p', 'u', 't']),
    pages: integer,
    extension: text.nullable(),
    condition: text.nullable(),
    partition: flag,
  })
  .transform((row) => ({ ...row, estimatedBytes: row.pages * 8192 }));

/** A table whose rows are dumped (`r`), or a parent of partitions that only needs a lock (`p`). */
export type Relation = z.output<typeof relation>;

/** Never of the user: catalogues, and what a session keeps for itself. */
export const USER_SCHEMA = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

/**
 * Every table of the database that is ours to dump, by its name. Tables of extensions only where the extension says that
 * they hold the user's data, and then only the rows it says: its `CREATE EXTENSION` brings the others.
 *
 * Reads catalogues alone, so that it waits for no lock: the sizes are the server's estimates.
 */
export async function listRelations(
  connection: PostgresConnection,
  version: { readonly major: number },
  signal: AbortSignal,
): Promise<Relation[]> {
  return await select(
    connection,
    relation,
    `SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind, c.relpersistence AS persistence,
       c.relpages AS pages, e.extname AS extension, k.condition,
       ${version.major >= 10 ? 'c.relispartition' : 'false'} AS partition
     FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
       AND d.objsubid = 0 AND d.deptype = 'e' AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
     LEFT JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
     LEFT JOIN (SELECT x.oid AS extension, pg_catalog.unnest(x.extconfig) AS relation,
         pg_catalog.unnest(x.extcondition) AS condition FROM pg_catalog.pg_extension x) k
       ON k.extension = e.oid AND k.relation = c.oid
     WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND ${USER_SCHEMA}
       AND (e.oid IS NULL OR k.relation IS NOT NULL)
     ORDER BY n.nspname, c.relname, c.oid`,
    signal,
  );
}

const columnsRow = z.object({ oid: integer, columns: textList, types: textList, generated: textList });

export interface RelationColumns {
  /** In order, without those that the server computes. */
  readonly columns: readonly string[];
  /** Of `columns`, by the names of the catalogue. */
  readonly types: readonly string[];
  readonly generated: readonly string[];
}

/** By the number of the table. */
export async function readColumns(
  connection: PostgresConnection,
  version: { readonly major: number },
  signal: AbortSignal,
): Promise<ReadonlyMap<number, RelationColumns>> {
  const isGenerated = version.major >= 12 ? `a.attgenerated <> ''` : 'false';
  const rows = await select(
    connection,
    columnsRow,
    `SELECT c.oid,
       pg_catalog.json_agg(a.attname ORDER BY a.attnum) FILTER (WHERE NOT (${isGenerated})) AS columns,
       pg_catalog.json_agg(t.typname ORDER BY a.attnum) FILTER (WHERE NOT (${isGenerated})) AS types,
       pg_catalog.json_agg(a.attname ORDER BY a.attnum) FILTER (WHERE ${isGenerated}) AS generated
     FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
     WHERE c.relkind = 'r' AND ${USER_SCHEMA} GROUP BY c.oid`,
    signal,
  );
  return new Map(rows.map(({ oid, columns, types, generated }) => [oid, { columns, types, generated }]));
}

const sizeRow = z.object({
  oid: integer,
  columns: textList,
  type: text,
  bytes: integer,
  toastbytes: integer,
  rows: text,
});

/** A primary key: its columns in order, and the type of the first by its name in the catalogue. */
export interface RelationKey {
  readonly columns: readonly string[];
  readonly type: string;
}

export interface RelationSize {
  readonly bytes: number;
  /** Of what is kept out of line: large values. */
  readonly toastBytes: number;
  /** As the server guesses. */
  readonly rows: number;
  readonly key: RelationKey | undefined;
}

/** Of tables that are locked already: reading a size waits for whoever alters the table. By the number of the table. */
export async function readSizes(
  connection: PostgresConnection,
  version: { readonly major: number },
  signal: AbortSignal,
): Promise<ReadonlyMap<number, RelationSize>> {
  const keyColumns = version.major >= 11 ? 'i.indnkeyatts' : 'i.indnatts';
  const rows = await select(
    connection,
    sizeRow,
    `SELECT c.oid, pg_catalog.json_agg(a.attname ORDER BY k.position) FILTER (WHERE a.attname IS NOT NULL) AS columns,
       coalesce(max(t.typname::text) FILTER (WHERE k.position = 1), '') AS type,
       pg_catalog.pg_relation_size(c.oid) AS bytes, c.reltuples AS rows,
       CASE WHEN c.reltoastrelid = 0 THEN 0 ELSE pg_catalog.pg_relation_size(c.reltoastrelid) END AS toastbytes
     FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
     LEFT JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
       ON k.position <= ${keyColumns}
     LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
     LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
     WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND ${USER_SCHEMA}
     GROUP BY c.oid, c.reltuples, c.reltoastrelid`,
    signal,
  );
  return new Map(
    rows.map(({ oid, columns, type, bytes, toastbytes, rows: guess }) => [
      oid,
      {
        bytes,
        toastBytes: toastbytes,
        rows: Math.max(Number(guess), 0),
        key: columns.length === 0 ? undefined : { columns, type },
      },
    ]),
  );
}
