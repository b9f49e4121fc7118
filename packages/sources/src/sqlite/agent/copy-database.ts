import { statSync } from 'node:fs';
import { backup } from 'node:sqlite';
import { LumbungError } from '@lumbung/stdx';
import { openShared } from './database-file.ts';
import type { AgentAnswer, Report } from './messages.ts';

/** Between two reports: 4 MiB of the usual pages. */
const PAGES_PER_STEP = 1024;

/**
 * Copies a database that others use into a new file, page by page, as of one moment.
 *
 * A transaction is held from the first page to the last: the backup of SQLite works within it, and so never starts again
 * when somebody writes. In WAL mode writers go on meanwhile; with a rollback journal they wait, as with a copy in one step.
 */
export async function copyDatabase(
  request: { readonly path: string; readonly to: string; readonly limitBytes: number; readonly lockWaitMs: number },
  report: Report,
): Promise<AgentAnswer<'copy'>> {
  const source = openShared(request.path, request.lockWaitMs);
  try {
    source.exec('BEGIN');
    // The transaction begins with the first read.
    const pageSize = numberOf(source.prepare('PRAGMA page_size').get());
    source.prepare('SELECT count(*) FROM sqlite_schema').get();
    const pages = numberOf(source.prepare('PRAGMA page_count').get());
    const expectedBytes = pages * pageSize;
    if (expectedBytes > request.limitBytes) throw workspaceFull(expectedBytes, request.limitBytes);
    const copied = await backup(source, request.to, {
      rate: PAGES_PER_STEP,
      progress: ({ totalPages, remainingPages }) => {
        report({ doneBytes: (totalPages - remainingPages) * pageSize, doneRows: 0, expectedBytes });
      },
    });
    source.exec('COMMIT');
    if (copied !== pages || statSync(request.to).size !== expectedBytes) throw incomplete(request.path);
    return { pages: copied };
  } finally {
    source.close();
  }
}

function numberOf(row: Record<string, unknown> | undefined): number {
  const [value] = Object.values(row ?? {});
  return typeof value === 'number' ? value : 0;
}

function workspaceFull(neededBytes: number, limitBytes: number): LumbungError {
  return new LumbungError('DB_WORKSPACE_FULL', {
    kind: 'operator',
    message: `the working folder has no room for the dump: ${neededBytes} bytes`,
    context: { neededBytes, limitBytes },
    hint: 'free space there, or give the working folder more room',
  });
}

function incomplete(path: string): LumbungError {
  return new LumbungError('SQLITE_COPY_INCOMPLETE', {
    kind: 'transient',
    message: `the copy of ${path} has not as many pages as the database`,
    context: { path },
    hint: 'try again; check the disk of the working folder',
  });
}
