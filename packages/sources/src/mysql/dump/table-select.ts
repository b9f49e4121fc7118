import type { InventoryTable } from '../inventory.ts';
import { quoteName } from '../splitter/dump-text.ts';
import type { MysqlConnection } from '../wire/connection.ts';

export interface TableSelect {
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
    sql: `SELECT /*!40001 SQL_NO_CACHE */ ${selected.join(', ')} FROM ${from}${orderBy}`,
    columns: columns.map(({ name }) => name),
    generated: table.columns.filter(({ isGenerated }) => isGenerated).map(({ name }) => name),
    order,
  };
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
