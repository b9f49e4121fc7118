import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { Digest } from '../../manifest/digest.ts';
import type { InspectedTable } from './messages.ts';

/** Two expressions each, and SQLite takes 2000. A wider table is read in several passes. */
const COLUMNS_PER_PASS = 900;
const ROWS_PER_REPORT = 50_000;
const SCRATCH_BYTES = 256 * 1024;
const HIDDEN_GENERATED = [2, 3];

const TAG = { null: 0, integer: 1, real: 2, text: 3, blob: 4 } as const;

/**
 * Counts the rows of a table and digests their values: types and bytes exactly, in the order of the key, which is that of
 * the file. Generated columns are left out, since they follow from the others. Text is hashed as the bytes it has in the
 * encoding of the database, valid or not.
 */
export function digestTable(database: DatabaseSync, name: string, onRows: (rows: number) => void): InspectedTable {
  const { columns, generated } = columnsOf(database, name);
  const digest = new RowDigest();
  let rows = 0;
  for (let from = 0; from < columns.length; from += COLUMNS_PER_PASS) {
    rows = digestPass(database, name, columns.slice(from, from + COLUMNS_PER_PASS), digest, onRows);
  }
  return { name, columns, generated, rows, sha256: digest.hex() };
}

export function columnsOf(
  database: DatabaseSync,
  name: string,
): { readonly columns: string[]; readonly generated: string[] } {
  const columns: string[] = [];
  const generated: string[] = [];
  const rows = database.prepare('SELECT name, hidden FROM pragma_table_xinfo(?) ORDER BY cid').all(name);
  for (const { name: column, hidden } of rows) {
    (HIDDEN_GENERATED.includes(Number(hidden)) ? generated : columns).push(String(column));
  }
  return { columns, generated };
}

export function quoteName(name: string): string {
  return `"${name.replace(/"/g, '""')}"`;
}

function digestPass(
  database: DatabaseSync,
  name: string,
  columns: readonly string[],
  digest: RowDigest,
  onRows: (rows: number) => void,
): number {
  const selected = columns.map((column) => {
    const quoted = quoteName(column);
    // As bytes: a text that is not valid would be repaired on its way to us.
    return `typeof(${quoted}), CASE typeof(${quoted}) WHEN 'text' THEN CAST(${quoted} AS BLOB) ELSE ${quoted} END`;
  });
  const order = orderOf(database, name);
  const statement = database.prepare(`SELECT ${selected.join(', ')} FROM main.${quoteName(name)} ${order}`);
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  let rows = 0;
  for (const row of statement.iterate()) {
    // With setReturnArrays a row is an array, which the types do not know.
    const values = row as unknown as readonly SQLOutputValue[];
    for (let idx = 0; idx + 1 < values.length; idx += 2) digest.add(values[idx], values[idx + 1]);
    rows += 1;
    if (rows % ROWS_PER_REPORT === 0) onRows(rows);
  }
  return rows;
}

/**
 * What puts the rows in one order, whatever indexes a planner likes: that of the table's own tree. `NOT INDEXED` says so for
 * most tables; one that is nothing but its key (WITHOUT ROWID) may be read from an index in spite of it.
 */
function orderOf(database: DatabaseSync, name: string): string {
  const listed = database.prepare("SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'").get(name);
  if (listed?.['wr'] !== 1) return 'NOT INDEXED';
  const key = database.prepare('SELECT name FROM pragma_table_xinfo(?) WHERE pk > 0 ORDER BY pk').all(name);
  return `ORDER BY ${key.map((column) => quoteName(String(column['name']))).join(', ')}`;
}

class RowDigest {
  readonly #digest = new Digest();
  readonly #scratch = Buffer.allocUnsafe(SCRATCH_BYTES);
  #at = 0;

  add(type: SQLOutputValue | undefined, value: SQLOutputValue | undefined): void {
    if (this.#at + 16 > SCRATCH_BYTES) this.#flush();
    if (typeof value === 'bigint') {
      this.#at = this.#scratch.writeUInt8(TAG.integer, this.#at);
      this.#at = this.#scratch.writeBigInt64LE(value, this.#at);
    } else if (typeof value === 'number') {
      this.#at = this.#scratch.writeUInt8(TAG.real, this.#at);
      this.#at = this.#scratch.writeDoubleLE(value, this.#at);
    } else if (value instanceof Uint8Array) {
      this.#at = this.#scratch.writeUInt8(type === 'text' ? TAG.text : TAG.blob, this.#at);
      this.#at = this.#scratch.writeDoubleLE(value.length, this.#at);
      this.#addBytes(value);
    } else {
      this.#at = this.#scratch.writeUInt8(TAG.null, this.#at);
    }
  }

  #addBytes(bytes: Uint8Array): void {
    if (this.#at + bytes.length > SCRATCH_BYTES) this.#flush();
    if (bytes.length > SCRATCH_BYTES) {
      this.#digest.update(bytes);
      return;
    }
    this.#scratch.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #flush(): void {
    this.#digest.update(this.#scratch.subarray(0, this.#at));
    this.#at = 0;
  }

  hex(): string {
    this.#flush();
    return this.#digest.hex();
  }
}
