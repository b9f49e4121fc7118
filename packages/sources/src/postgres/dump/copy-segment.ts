import { accountFile, accountRows } from '../../manifest/account-stream.ts';
import { protocolError } from '../wire/protocol-error.ts';
import { BinaryRowCounter } from './binary-rows.ts';
import type { DumpRun } from './dump-run.ts';
import { nameOf } from './plan-tables.ts';
import type { ReadSegment, TableBook } from './table-book.ts';
import { copyStatement, type SegmentPlan, type TablePlan } from './table-plan.ts';
import type { WorkerPool } from './worker-pool.ts';

/**
 * Stores one file of a table as a session of the pool copies it.
 *
 * @throws LumbungError DB_PROTOCOL_ERROR (operator): the server counted other rows than came
 */
export async function storeSegment(
  segment: { readonly plan: TablePlan; readonly part: SegmentPlan },
  to: { readonly run: DumpRun; readonly pool: WorkerPool; readonly book: TableBook; readonly encoding: string },
): Promise<void> {
  const { plan, part } = segment;
  const { run, pool, book, encoding } = to;
  await run.sink.store(book.pathOf(plan, part), () => {
    let sentRows = -1;
    const sql = copyStatement(plan, part, encoding);
    const copied = pool.copy(plan.relation, sql, (rows) => {
      sentRows = rows;
    });
    const source = run.heard(nameOf(plan.relation), copied);
    const finish = (read: ReadSegment): void => {
      // Two counts of the same rows: the server's of what it sent, and ours of what arrived.
      if (read.rows !== sentRows) throw protocolError(`${sentRows} rows were sent, ${read.rows} came`);
      run.finished(read.rows);
      book.enter(plan, part, read);
    };
    if (plan.format === 'text') return accountRows(source, finish);
    const counter = new BinaryRowCounter();
    return accountFile(counted(source, counter), (account) => {
      if (!counter.isWhole) throw protocolError('a binary copy without its end');
      finish({ rows: counter.rows, ...account });
    });
  });
}

async function* counted(source: AsyncIterable<Buffer>, counter: BinaryRowCounter): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    counter.update(chunk);
    yield chunk;
  }
}
