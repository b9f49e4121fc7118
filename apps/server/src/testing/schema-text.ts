import { sql } from 'kysely';
import type { Store } from '../store/store.ts';

/** The schema as SQLite keeps it, one column or constraint a line: what a migration changed is seen in a review. */
export async function sqliteSchemaText(store: Store): Promise<string> {
  const { rows } = await sql<{ sql: string }>`
    select sql from sqlite_master
    where sql is not null and tbl_name not like 'schema\\_migration%' escape '\\'
    order by tbl_name, type desc, name
  `.execute(store.db);
  return `${rows.map((row) => `${parted(row.sql)};`).join('\n\n')}\n`;
}

/** Breaks the line after each comma of the outer brackets. */
function parted(statement: string): string {
  let depth = 0;
  let text = '';
  const isTable = /^create table/i.test(statement);
  for (const char of statement) {
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (isTable && char === ')' && depth === 0) text += '\n';
    if (isTable && depth === 1 && char === ' ' && text.endsWith(',')) text += '\n  ';
    else text += char;
    if (isTable && char === '(' && depth === 1) text += '\n  ';
  }
  return text;
}

export interface SchemaFacts {
  /** `table.column type null|required default?` */
  readonly columns: readonly string[];
  readonly indexes: readonly string[];
  readonly checks: readonly string[];
  readonly references: readonly string[];
}

/** What both dialects must agree on. */
export async function schemaFacts(store: Store): Promise<SchemaFacts> {
  const tables = (await store.db.introspection.getTables()).filter(
    ({ name, schema }) => !name.startsWith('schema_migration') && (schema === undefined || schema === 'public'),
  );
  const columns = tables.flatMap((table) =>
    table.columns.map(
      ({ name, dataType, isNullable, hasDefaultValue }) =>
        `${table.name}.${name} ${typeWord(dataType)}${isNullable ? ' null' : ''}${hasDefaultValue ? ' default' : ''}`,
    ),
  );
  const facts = store.dialect === 'sqlite' ? await sqliteFacts(store) : await postgresFacts(store);
  return { columns: columns.sort(), ...facts };
}

function typeWord(dataType: string): string {
  return /^(?:integer|bigint|int4|int8)$/i.test(dataType) ? 'number' : dataType.toLowerCase();
}

async function sqliteFacts(store: Store) {
  const { rows } = await sql<{ type: string; tbl_name: string; sql: string }>`
    select type, tbl_name, sql from sqlite_master where sql is not null and tbl_name not like 'schema\\_migration%' escape '\\'
  `.execute(store.db);
  const tables = rows.filter(({ type }) => type === 'table');
  return {
    indexes: rows
      .filter(({ type }) => type === 'index')
      .map((row) => /^create (unique )?index "(\w+)"/i.exec(row.sql))
      .map((match) => `${match?.[2] ?? ''}${match?.[1] === undefined ? '' : ' unique'}`)
      .sort(),
    checks: tables
      .flatMap((table) => [...table.sql.matchAll(/constraint "(\w+)" check/g)].map((match) => match[1] ?? ''))
      .sort(),
    references: tables
      .flatMap((table) =>
        [...table.sql.matchAll(/"(\w+)"(?:\)| \w+)(?: not null)? references "(\w+)"/g)].map(
          (match) => `${table.tbl_name}.${match[1] ?? ''} → ${match[2] ?? ''}`,
        ),
      )
      .sort(),
  };
}

async function postgresFacts(store: Store) {
  const indexes = await sql<{ name: string; is_unique: boolean }>`
    select c.relname as name, i.indisunique as is_unique
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
    where c.relnamespace = 'public'::regnamespace and t.relname not like 'schema\\_migration%'
      and not exists (select from pg_constraint k where k.conindid = c.oid and k.contype in ('p', 'u'))
  `.execute(store.db);
  const constraints = await sql<{ kind: string; name: string; source: string; column: string; target: string }>`
    select k.contype::text as kind, k.conname as name, s.relname as source, t.relname as target, a.attname as column
    from pg_constraint k join pg_class s on s.oid = k.conrelid left join pg_class t on t.oid = k.confrelid
    left join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
    where k.connamespace = 'public'::regnamespace
  `.execute(store.db);
  return {
    indexes: indexes.rows.map(({ name, is_unique: isUnique }) => `${name}${isUnique ? ' unique' : ''}`).sort(),
    checks: constraints.rows.flatMap(({ kind, name }) => (kind === 'c' ? [name] : [])).sort(),
    references: constraints.rows
      .flatMap(({ kind, source, column, target }) => (kind === 'f' ? [`${source}.${column} → ${target}`] : []))
      .sort(),
  };
}
