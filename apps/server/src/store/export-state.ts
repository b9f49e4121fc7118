import type { Clock } from '@lumbung/stdx';
import type { ExpressionBuilder, Kysely } from 'kysely';
import { runningSha256 } from '../crypto/digest.ts';
import { SCHEMA_NAME } from './migrations/migrations.ts';
import { STATE_FORMAT_VERSION } from './state-lines.ts';
import { STATE_TABLES, type StateTable } from './state-tables.ts';
import type { Store, Transaction } from './store.ts';

const PAGE_ROWS = 100;

type AnyRow = Readonly<Record<string, unknown>>;
/** Tables are walked by their names here, so that no row type says anything. */
export type AnyDatabase = Record<string, Record<string, unknown>>;

export interface ExportPorts {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Takes the next piece of the file; the next one comes when it has been taken. */
  write(piece: string): Promise<void>;
}

/** All of the state as it was at one moment, as lines of JSON that both dialects read. Secrets stay sealed: without the
 *  master key nobody opens them. @returns rows by table. @throws LumbungError STORE_… */
export async function exportState(store: Store, ports: ExportPorts): Promise<Readonly<Record<string, number>>> {
  const digest = runningSha256();
  const write = async (value: unknown): Promise<void> => {
    const line = `${JSON.stringify(value)}\n`;
    digest.update(line);
    await ports.write(line);
  };
  const counts: Record<string, number> = {};
  await store.snapshot(async (tx) => {
    await write({
      format: 'lumbung-state',
      version: STATE_FORMAT_VERSION,
      schema: SCHEMA_NAME,
      dialect: store.dialect,
      exportedAt: ports.clock.nowMs(),
    });
    const columnsOf = await columnNames(tx);
    for (const table of STATE_TABLES) {
      const columns = columnsOf.get(table.name) ?? [];
      await write({ table: table.name, columns });
      let count = 0;
      for await (const rows of pagesOf(tx, table)) {
        ports.signal.throwIfAborted();
        for (const row of rows) await write(columns.map((column) => row[column]));
        count += rows.length;
      }
      counts[table.name] = count;
    }
  });
  await ports.write(`${JSON.stringify({ counts, sha256: digest.hex() })}\n`);
  return counts;
}

/** Columns of each table, sorted: the two dialects add later ones in different places. */
export async function columnNames(tx: Transaction): Promise<ReadonlyMap<string, readonly string[]>> {
  const tables = await tx.introspection.getTables();
  return new Map(tables.map(({ name, columns }) => [name, columns.map((column) => column.name).sort()]));
}

async function* pagesOf(tx: Transaction, table: StateTable): AsyncGenerator<readonly AnyRow[]> {
  const db = tx as unknown as Kysely<AnyDatabase>;
  let last: AnyRow | undefined;
  for (;;) {
    let query = db.selectFrom(table.name).selectAll().limit(PAGE_ROWS);
    for (const column of table.key) query = query.orderBy(column);
    const after = last;
    if (after !== undefined) query = query.where((row) => isAfter(row, table.key, after));
    const rows: readonly AnyRow[] = await query.execute();
    if (rows.length > 0) yield rows;
    last = rows.at(-1);
    if (rows.length < PAGE_ROWS) return;
  }
}

/** (a, b) > (x, y), written out: kysely's tuples have a fixed length in their types. */
function isAfter(row: ExpressionBuilder<AnyDatabase, string>, key: readonly string[], last: AnyRow) {
  return row.or(
    key.map((column, at) =>
      row.and([...key.slice(0, at).map((earlier) => row(earlier, '=', last[earlier])), row(column, '>', last[column])]),
    ),
  );
}
