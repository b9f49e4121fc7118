import { statSync } from 'node:fs';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { LumbungError } from '@lumbung/stdx';
import { cautious, openPrivate, openShared, readHeader } from './database-file.ts';
import { listTables } from './inspect-database.ts';
import type { AgentAnswer } from './messages.ts';

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

export function describeDatabase(request: {
  readonly path: string;
  readonly lockWaitMs: number;
}): AgentAnswer<'describe'> {
  const header = readHeader(request.path);
  const database = openShared(request.path, request.lockWaitMs);
  try {
    const tables = listTables(database).filter(({ type }) => type !== 'virtual').length;
    return { header, tables, sizeBytes: sizeOf(request.path), walBytes: sizeOf(`${request.path}-wal`) };
  } finally {
    database.close();
  }
}

/** Afterwards the database is one file, unless somebody else has it open: the last who closes it removes the others. */
export function settleDatabase(request: { readonly path: string; readonly lockWaitMs: number }): AgentAnswer<'settle'> {
  readHeader(request.path);
  const database = cautious(new DatabaseSync(request.path, { timeout: request.lockWaitMs, allowExtension: false }));
  try {
    database.exec('BEGIN EXCLUSIVE');
    database.exec('ROLLBACK');
    database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  } finally {
    database.close();
  }
  const openElsewhere = ['-wal', '-shm', '-journal'].some((end) => sizeOf(`${request.path}${end}`) > 0);
  return { openElsewhere };
}

/** @throws LumbungError SQLITE_QUESTION_TOO_WIDE (operator); errors of SQLite */
export function askDatabase(request: {
  readonly path: string;
  readonly sql: string;
  readonly rowsMax: number;
}): AgentAnswer<'ask'> {
  const database = openPrivate(request.path);
  try {
    const statement = database.prepare(request.sql);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    const rows: (string | null)[][] = [];
    for (const row of statement.iterate()) {
      if (rows.length >= request.rowsMax) throw tooWide(request.rowsMax);
      // With setReturnArrays a row is an array, which the types do not know.
      rows.push((row as unknown as readonly SQLOutputValue[]).map(textOfValue));
    }
    return { rows };
  } finally {
    database.close();
  }
}

function textOfValue(value: SQLOutputValue): string | null {
  if (value === null) return null;
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value);
}

function tooWide(rowsMax: number): LumbungError {
  return new LumbungError('SQLITE_QUESTION_TOO_WIDE', {
    kind: 'operator',
    message: `the question has more than ${rowsMax} rows for an answer`,
    context: { rowsMax },
    hint: 'ask for a count or a sum',
  });
}
