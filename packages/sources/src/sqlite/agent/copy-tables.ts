import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { LumbungError } from '@lumbung/stdx';
import { cautious } from './database-file.ts';
import type { AgentAnswer, InspectedTable } from './messages.ts';
import { columnsOf, digestTable, quoteName } from './table-digest.ts';

/**
 * Copies tables with their indexes and triggers from a file that nobody else uses into a database, in one transaction:
 * all of them arrive, with the values they had, or none does. Nothing that is there is touched.
 *
 * @throws LumbungError SQLITE_TABLE_EXISTS, SQLITE_TABLE_MISSING (operator), SQLITE_COPY_INCOMPLETE (transient)
 */
export function copyTables(request: {
  readonly path: string;
  readonly to: string;
  readonly tables: readonly string[];
  readonly lockWaitMs: number;
}): AgentAnswer<'copy-tables'> {
  const database = cautious(
    new DatabaseSync(request.to, {
      timeout: request.lockWaitMs,
      allowExtension: false,
      enableForeignKeyConstraints: false,
    }),
  );
  const source = cautious(new DatabaseSync(`${pathToFileURL(request.path).href}?immutable=1`, { readOnly: true }));
  try {
    adoptEncoding(database, source);
    database.prepare('ATTACH ? AS dumped').run(`${pathToFileURL(request.path).href}?immutable=1`);
    database.exec('BEGIN IMMEDIATE');
    const tables: InspectedTable[] = [];
    const later: string[] = [];
    for (const name of request.tables) {
      later.push(...copyTable(database, source, name));
      tables.push(digestTable(database, name, () => undefined));
    }
    // Triggers last: they would fire, and they may speak of any of the tables.
    for (const sql of later) create(database, sql);
    compare(source, tables);
    database.exec('COMMIT');
    return { tables };
  } finally {
    // Closing takes back what was not committed.
    database.close();
    source.close();
  }
}

/** Attached databases must have one encoding. One without a table has none yet. */
function adoptEncoding(database: DatabaseSync, source: DatabaseSync): void {
  const encoding = String(source.prepare('PRAGMA encoding').get()?.['encoding']);
  if (/^UTF-(8|16le|16be)$/.test(encoding)) database.exec(`PRAGMA encoding = '${encoding}'`);
}

/** @returns the triggers, to be made at the end */
function copyTable(database: DatabaseSync, source: DatabaseSync, name: string): string[] {
  const isThere = database.prepare('SELECT 1 FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE').get(name);
  if (isThere !== undefined) {
    throw new LumbungError('SQLITE_TABLE_EXISTS', {
      kind: 'operator',
      message: `the target has a table ${name} already`,
      context: { table: name },
      hint: 'rename or remove it first, or restore into another file',
    });
  }
  const objects = source
    .prepare(
      "SELECT type, sql FROM sqlite_schema WHERE tbl_name = ? COLLATE NOCASE AND sql IS NOT NULL ORDER BY type = 'table' DESC",
    )
    .all(name)
    .map(({ type, sql }) => ({ type: String(type), sql: String(sql) }));
  const [table, ...others] = objects;
  if (table?.type !== 'table' || /^\s*CREATE\s+VIRTUAL/i.test(table.sql)) throw tableMissing(name);
  create(database, table.sql);
  const columns = columnsOf(source, name).columns.map(quoteName).join(', ');
  database.exec(
    `INSERT INTO main.${quoteName(name)} (${columns}) SELECT ${columns} FROM dumped.${quoteName(name)} NOT INDEXED`,
  );
  for (const { type, sql } of others) if (type === 'index') create(database, sql);
  return others.filter(({ type }) => type === 'trigger').map(({ sql }) => sql);
}

/** Only the first statement of a definition: what a forged one carries behind it is not run. */
function create(database: DatabaseSync, sql: string): void {
  if (!/^\s*CREATE\s/i.test(sql)) throw tableMissing(sql.slice(0, 50));
  database.prepare(sql).run();
}

function compare(source: DatabaseSync, tables: readonly InspectedTable[]): void {
  for (const { name, rows, sha256 } of tables) {
    const expected = digestTable(source, name, () => undefined);
    if (expected.rows === rows && expected.sha256 === sha256) continue;
    throw new LumbungError('SQLITE_COPY_INCOMPLETE', {
      kind: 'transient',
      message: `the table ${name} did not arrive as it was`,
      context: { path: name },
      hint: 'nothing was changed; try again',
    });
  }
}

function tableMissing(name: string): LumbungError {
  return new LumbungError('SQLITE_TABLE_MISSING', {
    kind: 'operator',
    message: `the dump has no table ${name} that could be restored by itself`,
    context: { table: name },
    hint: 'a virtual table is restored with the whole database',
  });
}
