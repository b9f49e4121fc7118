import type { InventoryTable } from '../inventory.ts';
import { incompleteDump, quoteName } from '../splitter/dump-text.ts';
import type { MysqlConnection } from '../wire/connection.ts';

export interface TableSelect {
  /** Of a table without such columns: how many rows it has. */
  readonly sql: string;
  readonly columns: readonly string[];
  readonly generated: readonly string[];
  readonly order: readonly string[] | null;
}

export interface SelectOptions {
  readonly database: string;
  /** MariaDB's tool writes the values of generated columns, MySQL's does not. */
  readonly withGenerated: boolean;
}

/**
 * How a dump tool reads a table: its columns, in the order of its first key if that is unique. But FLOAT columns are
 * read as DOUBLE (in a way that every version knows): as FLOAT a server prints six digits, and what is behind is lost.
 */
export async function planSelect(
  session: MysqlConnection,
  table: InventoryTable,
  { database, withGenerated }: SelectOptions,
): Promise<TableSelect> {
  const columns = table.columns.filter(({ isGenerated }) => withGenerated || !isGenerated);
  const order = await firstUniqueKey(session, database, table.name);
  const selected = columns.map(({ name, isRounded }) => (isRounded ? `${quoteName(name)} + 0E0` : quoteName(name)));
  const from = `${quoteName(database)}.${quoteName(table.name)}`;
  const orderBy = order === null ? '' : ` ORDER BY ${order.map(quoteName).join(',')}`;
  return {
    sql:
      selected.length === 0
        ? `SELECT COUNT(*) FROM ${from}`
        : `SELECT /*!40001 SQL_NO_CACHE */ ${selected.join(', ')} FROM ${from}${orderBy}`,
    columns: columns.map(({ name }) => name),
    generated: table.columns.filter(({ isGenerated }) => isGenerated).map(({ name }) => name),
    order,
  };
}

const EMPTY_TUPLE = Buffer.from('()\n');
const EMPTY_TUPLES_AT_ONCE = 64 * 1024;

/**
 * The rows as tuples, one on a line. Those of a table whose columns are all made by the server are empty ones: mysqldump
 * writes `),)` for them, which nothing can read.
 *
 * @throws see MysqlConnection.tuples
 */
export async function* readTuples(
  session: MysqlConnection,
  { sql, columns }: TableSelect,
): AsyncGenerator<Buffer, { readonly rows: number }> {
  if (columns.length > 0) {
    const result = yield* session.tuples(sql);
    if (result.columns.length !== columns.length) throw incompleteDump('a table changed its columns');
    return { rows: result.rows };
  }
  const [counted] = await session.texts(sql);
  const rows = Number(counted?.[0] ?? 0);
  for (let left = rows; left > 0; left -= EMPTY_TUPLES_AT_ONCE) {
    yield Buffer.alloc(EMPTY_TUPLE.length * Math.min(left, EMPTY_TUPLES_AT_ONCE), EMPTY_TUPLE);
  }
  return { rows };
}

async function firstUniqueKey(session: MysqlConnection, database: string, table: string): Promise<string[] | null> {
  const keys = await session.texts(`SHOW KEYS FROM ${quoteName(database)}.${quoteName(table)}`);
  if (keys[0]?.[1] !== '0') return null;
  const columns: string[] = [];
  for (const [, , , sequence, column] of keys) {
    if (sequence === '1' && columns.length > 0) break;
    // A key over an expression has no column to name.
    if (column === null || column === undefined) return null;
    columns.push(column);
  }
  return columns;
}
