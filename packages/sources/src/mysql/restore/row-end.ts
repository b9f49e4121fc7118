import type { Manifest } from '../../manifest/manifest.ts';
import { isAtLeast, parseServerVersion } from '../server-version.ts';
import { quoteText, serverVersionOf } from '../session.ts';
import type { MysqlConnection } from '../wire/connection.ts';

/** A row of a system-versioned table that nobody has changed is valid until the last moment that its server knows. */
const LAST_BEFORE = '2038-01-19 03:14:07.999999';
const LAST = '2106-02-07 06:28:15.999999';
const LAST_SECOND = 4_294_967_295;

/** Where the current rows of one table say so in a column, and how. */
export interface RowEnd {
  /** Of the columns that were dumped. */
  readonly columnIdx: number;
  readonly dumped: string;
  readonly here: string;
}

/**
 * The tables whose rows would be history, and gone from what everybody sees, when their end was taken as it was dumped: from
 * MariaDB 11.5 on the last moment is another one.
 *
 * @see https://mariadb.com/kb/en/timestamp/, and `--update-history` of mariadb-dump
 * @throws see MysqlConnection.texts
 */
export async function readRowEnds(
  session: MysqlConnection,
  database: string,
  manifest: Manifest,
): Promise<ReadonlyMap<string, RowEnd>> {
  const server = await serverVersionOf(session);
  if (server.vendor !== 'mariadb' || manifest.engine !== 'mariadb') return new Map();
  const dumpedBy = parseServerVersion(manifest.serverVersion, manifest.product);
  const dumped = isAtLeast(dumpedBy, 11, 5) ? LAST : LAST_BEFORE;
  // Servers of 32 bits have not moved theirs.
  const [latest] = await session.texts(`SELECT FROM_UNIXTIME(${LAST_SECOND}.999999)`);
  const here = isAtLeast(server, 11, 5) && latest?.[0] === LAST ? LAST : LAST_BEFORE;
  if (dumped === here) return new Map();
  const ends = await session.texts(
    `SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${quoteText(database)} AND GENERATION_EXPRESSION = 'ROW END'`,
  );
  const columnOf = new Map(ends.map(([table, column]) => [(table ?? '').toLowerCase(), column]));
  const found = new Map<string, RowEnd>();
  for (const { name, columns } of manifest.tables) {
    const columnIdx = columns.indexOf(columnOf.get(name.toLowerCase()) ?? '');
    if (columnIdx >= 0) found.set(name, { columnIdx, dumped, here });
  }
  return found;
}

const NEWLINE = 0x0a;
const QUOTE = 0x27;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** The tuples, one on a line, with the one moment in place of the other in one column. */
export async function* withMoment(
  tuples: AsyncIterable<Uint8Array>,
  columnIdx: number,
  from: string,
  to: string,
): AsyncGenerator<Buffer> {
  const [wanted, instead] = [Buffer.from(`'${from}'`), Buffer.from(`'${to}'`)];
  let rest = Buffer.alloc(0);
  for await (const chunk of tuples) {
    const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    const parts: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      const line = bytes.subarray(start, end + 1);
      const [valueStart, valueEnd] = valueAt(line, columnIdx);
      if (line.subarray(valueStart, valueEnd).equals(wanted)) {
        parts.push(line.subarray(0, valueStart), instead, line.subarray(valueEnd));
      } else parts.push(line);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (parts.length > 0) yield Buffer.concat(parts);
  }
  if (rest.length > 0) yield rest;
}

/** Where a value of a tuple begins and ends. */
function valueAt(line: Buffer, columnIdx: number): readonly [start: number, end: number] {
  let start = 1;
  let left = columnIdx;
  let isInText = false;
  for (let at = 1; at < line.length; at++) {
    const byte = line[at];
    if (isInText) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) isInText = false;
    } else if (byte === QUOTE) isInText = true;
    else if (byte === COMMA) {
      if (left === 0) return [start, at];
      left -= 1;
      start = at + 1;
    }
  }
  // Behind the last one stand the bracket and the line break.
  return left === 0 ? [start, line.length - 2] : [0, 0];
}
