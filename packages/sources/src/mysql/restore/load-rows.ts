import { LumbungError } from '@lumbung/stdx';
import type { TreeSource } from '../../entry/tree-source.ts';
import type { ManifestTable } from '../../manifest/manifest.ts';
import { readVerified } from '../../verify/read-verified.ts';
import { quoteName } from '../splitter/dump-text.ts';
import type { MysqlConnection } from '../wire/connection.ts';
import { insertBatches } from './insert-batches.ts';
import { type RowEnd, withMoment } from './row-end.ts';

const BATCH_BYTES_MAX = 1024 * 1024;
/** More would be held by the server to be undone. */
const COMMIT_BYTES = 50 * 1024 * 1024;
const NAMED_MAX = 3;
/** The value of a generated column, which the server makes itself, was given. */
const GENERATED_IGNORED = 1906;

export interface LoadOptions {
  /** Of the server, in both directions. */
  readonly packetBytesMax: number;
  readonly signal: AbortSignal;
  readonly onRows: (rows: number, bytes: number) => void;
  /** Of a table whose rows say until when they are valid, when that is said otherwise here. */
  readonly rowEnd?: RowEnd | undefined;
}

/** What stands before the tuples of a table. */
export function insertPrefix({ name, columns }: ManifestTable): string {
  return `INSERT INTO ${quoteName(name)} (${columns.map(quoteName).join(', ')}) VALUES\n`;
}

export function batchBytesFor(packetBytesMax: number): number {
  return Math.max(16 * 1024, Math.min(BATCH_BYTES_MAX, Math.floor(packetBytesMax / 2)));
}

/**
 * Loads the rows of one table, and counts what the server took. The last of a file are committed when all of it was what
 * was dumped.
 *
 * @throws LumbungError SOURCE_FILE_DAMAGED (corruption), DB_RESTORE_ROWS_DIFFER, DB_RESTORE_VALUES_ALTERED (operator);
 *   see MysqlConnection.query
 */
export async function loadRows(
  session: MysqlConnection,
  tree: TreeSource,
  table: ManifestTable,
  options: LoadOptions,
): Promise<void> {
  const prefix = Buffer.from(insertPrefix(table));
  let total = 0;
  for (const segment of table.segments) {
    const stored = readVerified(tree, segment, options.signal);
    const { rowEnd } = options;
    const tuples = rowEnd === undefined ? stored : withMoment(stored, rowEnd.columnIdx, rowEnd.dumped, rowEnd.here);
    let rows = 0;
    let openBytes = 0;
    for await (const batch of insertBatches(tuples, prefix, batchBytesFor(options.packetBytesMax))) {
      options.signal.throwIfAborted();
      const { affectedRows, warnings } = await session.query(batch.sql);
      if (affectedRows !== batch.rows) throw rowsDiffer(table.name, batch.rows, affectedRows);
      if (warnings > 0) await refuseAlterations(session, table.name);
      rows += batch.rows;
      openBytes += batch.sql.length;
      options.onRows(batch.rows, batch.sql.length);
      if (openBytes < COMMIT_BYTES) continue;
      await session.query('COMMIT');
      openBytes = 0;
    }
    if (rows !== segment.rows) throw rowsDiffer(table.name, segment.rows, rows);
    await session.query('COMMIT');
    total += rows;
  }
  if (total !== table.rows) throw rowsDiffer(table.name, table.rows, total);
}

/** The session takes what does not fit, and says so: a value that is cut is not what was dumped. */
async function refuseAlterations(session: MysqlConnection, table: string): Promise<void> {
  const said = (await session.texts('SHOW WARNINGS'))
    .filter(([level, code]) => level !== 'Note' && Number(code) !== GENERATED_IGNORED)
    .map(([, , message]) => message ?? '');
  if (said.length === 0) return;
  const reason = said.slice(0, NAMED_MAX).join('; ');
  throw new LumbungError('DB_RESTORE_VALUES_ALTERED', {
    kind: 'operator',
    message: `the server would not keep values of table ${table} as they were: ${reason}`,
    context: { table, reason },
    hint: 'restore into a server of the version that was dumped',
  });
}

function rowsDiffer(table: string, expectedRows: number, rows: number): LumbungError {
  return new LumbungError('DB_RESTORE_ROWS_DIFFER', {
    kind: 'operator',
    message: `table ${table} got ${rows} rows where the dump has ${expectedRows}`,
    context: { table, rows, expectedRows },
    hint: 'nothing of the restore was kept; look into the log of the database server',
  });
}
