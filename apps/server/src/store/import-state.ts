import { LumbungError } from '@lumbung/stdx';
import type { Kysely } from 'kysely';
import { runningSha256 } from '../crypto/digest.ts';
import { type AnyDatabase, columnNames } from './export-state.ts';
import { SCHEMA_NAME } from './migrations/migrations.ts';
import {
  cutFile,
  endSchema,
  headerSchema,
  invalidLine,
  readStateLines,
  rowSchema,
  STATE_FORMAT_VERSION,
  type StateLine,
  tableSchema,
} from './state-lines.ts';
import { STATE_TABLES, TABLES_LEFT_BEHIND } from './state-tables.ts';
import type { Store, Transaction } from './store.ts';

/** One statement has room for 32,766 values in SQLite. */
const ROWS_AT_ONCE = 100;

/**
 * Puts an exported state into a store that holds nothing: all of it, or nothing. The digest and the counts are the last
 * things to be looked at, and nothing is there before they fit.
 * @returns rows by table
 * @throws LumbungError STATE_TARGET_NOT_EMPTY, STATE_SCHEMA_DIFFERS, STATE_FILE_INVALID, STATE_FILE_CUT (operator),
 *  STATE_FILE_DAMAGED (corruption)
 */
export async function importState(
  store: Store,
  { pieces, signal }: { readonly pieces: AsyncIterable<Uint8Array>; readonly signal: AbortSignal },
): Promise<Readonly<Record<string, number>>> {
  return await store.transaction(async (tx) => {
    await refuseNonEmpty(tx);
    const reader = new StateReader(tx, await columnNames(tx));
    for await (const line of readStateLines(pieces)) {
      signal.throwIfAborted();
      await reader.take(line);
    }
    return reader.finish();
  });
}

async function refuseNonEmpty(tx: Transaction): Promise<void> {
  const db = tx as unknown as Kysely<AnyDatabase>;
  for (const table of [...STATE_TABLES.map(({ name }) => name), ...TABLES_LEFT_BEHIND]) {
    const row = await db.selectFrom(table).selectAll().limit(1).executeTakeFirst();
    if (row === undefined) continue;
    throw new LumbungError('STATE_TARGET_NOT_EMPTY', {
      kind: 'operator',
      message: `there is a state already: the table ${table} is not empty`,
      context: { table },
      hint: 'import into a new data folder, or an empty database',
    });
  }
}

class StateReader {
  readonly #db: Kysely<AnyDatabase>;
  readonly #columnsOf: ReadonlyMap<string, readonly string[]>;
  readonly #digest = runningSha256();
  readonly #counts: Record<string, number> = {};
  #lineNumber = 0;
  #hasHeader = false;
  #isOver = false;
  #table: { readonly name: string; readonly columns: readonly string[] } | undefined;
  #waiting: Record<string, unknown>[] = [];

  constructor(tx: Transaction, columnsOf: ReadonlyMap<string, readonly string[]>) {
    this.#db = tx as unknown as Kysely<AnyDatabase>;
    this.#columnsOf = columnsOf;
  }

  async take(line: StateLine): Promise<void> {
    this.#lineNumber = line.number;
    if (this.#isOver) throw invalidLine(line.number);
    if (!this.#hasHeader) this.#takeHeader(line);
    else if (Array.isArray(line.value)) await this.#takeRow(line);
    else if (tableSchema.safeParse(line.value).success) await this.#takeTable(line);
    else await this.#takeEnd(line);
    this.#digest.update(line.bytes);
  }

  finish(): Readonly<Record<string, number>> {
    if (!this.#isOver) throw cutFile(this.#lineNumber + 1);
    return this.#counts;
  }

  #takeHeader({ value, number }: StateLine): void {
    const header = headerSchema.safeParse(value);
    if (!header.success) throw invalidLine(number);
    const { version, schema } = header.data;
    if (version !== STATE_FORMAT_VERSION || schema !== SCHEMA_NAME) {
      throw new LumbungError('STATE_SCHEMA_DIFFERS', {
        kind: 'operator',
        message: `the exported state has the form ${version} of ${schema}; this Lumbung reads ${STATE_FORMAT_VERSION} of ${SCHEMA_NAME}`,
        context: { found: schema, known: SCHEMA_NAME },
        hint: 'export and import with the same version of Lumbung, then upgrade',
      });
    }
    this.#hasHeader = true;
  }

  async #takeTable({ value, number }: StateLine): Promise<void> {
    await this.#store();
    const { table, columns } = tableSchema.parse(value);
    const expected = STATE_TABLES[Object.keys(this.#counts).length]?.name;
    // Tables come in the order in which rows may refer to others; every column is there, and no other.
    const isExpected = table === expected && columns.join() === (this.#columnsOf.get(table) ?? []).join();
    if (!isExpected) throw invalidLine(number);
    this.#table = { name: table, columns };
    this.#counts[table] = 0;
  }

  async #takeRow({ value, number }: StateLine): Promise<void> {
    const row = rowSchema.safeParse(value);
    const table = this.#table;
    if (!row.success || table === undefined || row.data.length !== table.columns.length) throw invalidLine(number);
    this.#waiting.push(Object.fromEntries(table.columns.map((column, at) => [column, row.data[at]])));
    this.#counts[table.name] = (this.#counts[table.name] ?? 0) + 1;
    if (this.#waiting.length >= ROWS_AT_ONCE) await this.#store();
  }

  async #takeEnd({ value, number }: StateLine): Promise<void> {
    await this.#store();
    const end = endSchema.safeParse(value);
    if (!end.success || Object.keys(this.#counts).length !== STATE_TABLES.length) throw invalidLine(number);
    const { counts, sha256 } = end.data;
    const isWhole =
      sha256 === this.#digest.hex() && STATE_TABLES.every(({ name }) => counts[name] === this.#counts[name]);
    if (!isWhole) {
      throw new LumbungError('STATE_FILE_DAMAGED', {
        kind: 'corruption',
        message: 'the exported state is not what was written: its digest or its counts differ',
        hint: 'copy the file again from where it was exported to, or export again',
      });
    }
    this.#isOver = true;
  }

  async #store(): Promise<void> {
    const table = this.#table;
    if (table !== undefined && this.#waiting.length > 0) {
      await this.#db.insertInto(table.name).values(this.#waiting).execute();
    }
    this.#waiting = [];
  }
}
