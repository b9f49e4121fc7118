import type { DatabaseSync } from 'node:sqlite';
import { Digest, sha256Hex } from '../../manifest/digest.ts';
import { openPrivate, readHeader } from './database-file.ts';
import type { InspectedDatabase, InspectedTable, Report } from './messages.ts';
import { resultCodeOf } from './sqlite-error.ts';
import { digestTable } from './table-digest.ts';

const PROBLEMS_MAX = 20;
const CORRUPT = 11;

interface ListedTable {
  readonly name: string;
  readonly type: string;
}

/** Reads every page and every value of a file that nobody else uses. */
export function inspectDatabase({ path }: { readonly path: string }, report: Report): InspectedDatabase {
  const header = readHeader(path);
  const database = openPrivate(path);
  try {
    const listed = listTables(database);
    const tables: InspectedTable[] = [];
    const unreadable: string[] = [];
    let doneRows = 0;
    for (const { name, type } of listed) {
      if (type === 'virtual') continue;
      const table = tryDigest(database, name, (rows) =>
        report({ doneBytes: 0, doneRows: doneRows + rows, subject: name }),
      );
      if (table === undefined) unreadable.push(name);
      else tables.push(table);
      doneRows += table?.rows ?? 0;
    }
    return {
      header,
      sqliteVersion: String(database.prepare('SELECT sqlite_version() AS v').get()?.['v']),
      inventory: inventoryOf(database),
      schemaSha256: schemaDigest(database),
      tables,
      virtualTables: listed
        .filter(({ type }) => type === 'virtual')
        .map(({ name }) => ({ name, module: moduleOf(database, name) })),
      ...checkIntegrity(database),
      brokenForeignKeys: brokenForeignKeys(database),
      unreadable,
    };
  } finally {
    database.close();
  }
}

/** Real and shadow tables, and virtual ones, by name; not the schema itself. */
export function listTables(database: DatabaseSync): ListedTable[] {
  const rows = database
    .prepare(
      "SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type <> 'view' AND name <> 'sqlite_schema' ORDER BY name COLLATE BINARY",
    )
    .all();
  return rows.map(({ name, type }) => ({ name: String(name), type: String(type) }));
}

/** Undefined: it needs what only the application has. What is damaged is thrown. */
function tryDigest(database: DatabaseSync, name: string, onRows: (rows: number) => void): InspectedTable | undefined {
  try {
    return digestTable(database, name, onRows);
  } catch (error) {
    if (isNotOurs(error)) return undefined;
    throw error;
  }
}

/** A function, collation or module that is registered by the application: no damage, but closed to everybody else. */
function isNotOurs(error: unknown): boolean {
  return (
    resultCodeOf(error) !== undefined &&
    error instanceof Error &&
    /^(unknown function|no such (function|collation sequence|module|tokenizer)|no query solution|unsafe use of)/i.test(
      error.message,
    )
  );
}

function checkIntegrity(database: DatabaseSync): Pick<InspectedDatabase, 'integrity' | 'problems'> {
  for (const [integrity, pragma] of [
    ['full', 'integrity_check'],
    ['limited', 'quick_check'],
  ] as const) {
    try {
      const rows = database.prepare(`PRAGMA ${pragma}(${PROBLEMS_MAX})`).all();
      const said = rows.map((row) => String(Object.values(row)[0]));
      // Exactly this, and nothing else, means that nothing was found.
      return { integrity, problems: said.length === 1 && said[0] === 'ok' ? [] : said };
    } catch (error) {
      const code = resultCodeOf(error);
      if (code !== undefined && (code & 0xff) === CORRUPT) return { integrity, problems: [String(error)] };
      if (!isNotOurs(error)) throw error;
    }
  }
  return { integrity: 'none', problems: [] };
}

function brokenForeignKeys(database: DatabaseSync): string[] {
  try {
    const tables = new Set<string>();
    for (const row of database.prepare('PRAGMA foreign_key_check').iterate()) tables.add(String(row['table']));
    return [...tables].sort();
  } catch (error) {
    // A key that points to columns it may not is broken as a whole, and there SQLite stops.
    return [String(error instanceof Error ? error.message : error)];
  }
}

function inventoryOf(database: DatabaseSync): Record<string, number> {
  const rows = database.prepare('SELECT type, count(*) AS n FROM sqlite_schema GROUP BY type ORDER BY type').all();
  return Object.fromEntries(rows.map(({ type, n }) => [String(type), Number(n)]));
}

/** Of every definition, in the order of types and names: not where it begins in the file. */
function schemaDigest(database: DatabaseSync): string {
  const digest = new Digest();
  const rows = database
    .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name COLLATE BINARY, tbl_name')
    .iterate();
  for (const { type, name, tbl_name: table, sql } of rows) {
    digest.update(Buffer.from(sha256Hex(JSON.stringify([type, name, table, sql]))));
  }
  return digest.hex();
}

function moduleOf(database: DatabaseSync, name: string): string {
  const row = database.prepare("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name);
  return (/\bUSING\s+["'`[]?(\w+)/i.exec(String(row?.['sql']))?.[1] ?? '').slice(0, 100);
}
