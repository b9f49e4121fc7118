// Rows as pg_dump copies them, for whoever trusts it more than sessions of ours: into files of the workspace that are
// taken away while it goes on, so that they need the room of the largest tables and not of the database.
import { createReadStream } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isLumbungError, LumbungError } from '@lumbung/stdx';
import type { Workspace } from '../../driver.ts';
import { accountRows } from '../../manifest/account-stream.ts';
import { runTool } from '../../process/run-tool.ts';
import { ToolProcess } from '../../process/tool-process.ts';
import { connectionText } from '../tools.ts';
import { quoteQualified } from '../wire/quote.ts';
import { nameOf } from './plan-tables.ts';
import type { DumpTool } from './schema-files.ts';
import type { TableBook } from './table-book.ts';
import type { TablePlan } from './table-plan.ts';

const POLL_MS = 200;
const LISTING_BYTES_MAX = 256 * 1024 * 1024;
/** After the last row. No row can hold it: a backslash in a value is written twice. */
const END_OF_ROWS = Buffer.from('\\.\n\n\n');

export interface ToolTables extends DumpTool {
  readonly parallel: number;
  readonly isReplica: boolean;
  readonly plans: readonly TablePlan[];
  readonly leftOut: readonly { readonly schema: string; readonly name: string }[];
  readonly book: TableBook;
}

/**
 * Stores the rows of every table of `plans`, without their end marker: the same form as when they are copied by us.
 *
 * A file with its end marker is finished: pg_dump does not come back to it. The marker is no proof that the rows are all
 * there, it stands there even when the server died; that pg_dump ended well is, and is waited for.
 *
 * @throws LumbungError DB_WORKSPACE_FULL (operator); DB_INVENTORY_DIFFERS (transient): a table is missing; see
 *   `ToolProcess`
 */
export async function storeTablesByTool(options: ToolTables): Promise<void> {
  const { runControl, workspace } = options;
  const folder = path.join(workspace.folder, 'rows');
  const dump = new ToolProcess(options.tools.call(options.pgDump, argumentsOf(options, folder)), runControl);
  dump.stdout.resume();
  let isOver = false;
  const over = dump.done.finally(() => {
    isOver = true;
  });
  over.catch(() => undefined);
  try {
    const left = new Map(options.plans.map((plan) => [plan.relation.oid, plan]));
    let files: ReadonlyMap<string, number> | undefined;
    let seenBytes = -1;
    for (;;) {
      // Asked before the look, so that the look after the end sees everything.
      const isLast = isOver;
      if (isLast) await over;
      files ??= await tablesByFile(options, folder, isLast);
      if (files !== undefined) await takeFinished(options, folder, files, left);
      if (isLast) break;
      const bytes = await bytesIn(folder);
      if (bytes !== seenBytes) dump.touch();
      seenBytes = bytes;
      if (bytes > workspace.limitBytes) throw full(workspace);
      await Promise.race([over, runControl.clock.sleep(POLL_MS, runControl.signal)]);
    }
    const [missing] = left.values();
    if (missing !== undefined) throw lacking(left.size, nameOf(missing.relation));
  } catch (error) {
    dump.giveUp(error);
    throw error;
  } finally {
    await over.catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

function argumentsOf(options: ToolTables, folder: string): string[] {
  return [
    '--no-password',
    '--section=data',
    '--no-blobs',
    '--format=directory',
    '--compress=0',
    '--no-sync',
    `--jobs=${options.parallel}`,
    `--lock-wait-timeout=${Math.trunc(options.lockTimeoutMs)}`,
    `--snapshot=${options.snapshot}`,
    ...(options.isReplica ? ['--no-unlogged-table-data'] : []),
    ...options.leftOut.map(({ schema, name }) => `--exclude-table-data=${quoteQualified(schema, name)}`),
    `--file=${folder}`,
    `--dbname=${connectionText(options.database)}`,
  ];
}

/** The number of the table by the name of its file. The table of contents is written before the rows; undefined: not yet. */
async function tablesByFile(
  { tools, runControl }: ToolTables,
  folder: string,
  isLast: boolean,
): Promise<ReadonlyMap<string, number> | undefined> {
  try {
    const pgRestore = await tools.find('pg_restore');
    const { stdout } = await runTool(tools.call(pgRestore, ['--list', folder]), runControl, LISTING_BYTES_MAX);
    const lines = stdout.toString('utf8').matchAll(/^(\d+); \d+ (\d+) TABLE DATA /gm);
    return new Map([...lines].map(([, file, oid]) => [`${file}.dat`, Number(oid)]));
  } catch (error) {
    if (!isLast && isLumbungError(error, 'DB_TOOL_FAILED')) return undefined;
    throw error;
  }
}

async function takeFinished(
  options: ToolTables,
  folder: string,
  files: ReadonlyMap<string, number>,
  left: Map<number, TablePlan>,
): Promise<void> {
  const finished: { readonly file: string; readonly rowBytes: number; readonly plan: TablePlan }[] = [];
  for (const name of await readdir(folder)) {
    const oid = files.get(name);
    const plan = oid === undefined ? undefined : left.get(oid);
    const file = path.join(folder, name);
    const rowBytes = plan === undefined ? undefined : await finishedBytes(file);
    if (plan !== undefined && rowBytes !== undefined) finished.push({ file, rowBytes, plan });
  }
  await Promise.all(
    finished.map(async ({ file, rowBytes, plan }) => {
      await storeFile(options, plan, file, rowBytes);
      left.delete(plan.relation.oid);
      await rm(file);
    }),
  );
}

/** How many bytes of rows a file has; undefined: they are still being written. */
async function finishedBytes(file: string): Promise<number | undefined> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const rowBytes = size - END_OF_ROWS.length;
    if (rowBytes < 0) return undefined;
    const { buffer } = await handle.read(Buffer.alloc(END_OF_ROWS.length), 0, END_OF_ROWS.length, rowBytes);
    return buffer.equals(END_OF_ROWS) ? rowBytes : undefined;
  } finally {
    await handle.close();
  }
}

async function storeFile({ run, book }: ToolTables, plan: TablePlan, file: string, rowBytes: number): Promise<void> {
  const [part] = plan.segments;
  if (part === undefined) return;
  await run.sink.store(book.pathOf(plan, part), () => {
    const rows =
      rowBytes === 0 ? emptyRows() : createReadStream(file, { end: rowBytes - 1, highWaterMark: 256 * 1024 });
    return accountRows(run.heard(nameOf(plan.relation), rows), (read) => {
      run.finished(read.rows);
      book.enter(plan, part, read);
    });
  });
}

async function* emptyRows(): AsyncGenerator<Buffer> {}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    // A file that was taken away meanwhile has none.
    bytes += await stat(path.join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return bytes;
}

function full({ limitBytes }: Workspace): LumbungError {
  return new LumbungError('DB_WORKSPACE_FULL', {
    kind: 'operator',
    message: 'pg_dump writes faster than its files are stored, and the working folder is full',
    context: { limitBytes },
    hint: 'give it more room, or let the rows be copied without files',
  });
}

function lacking(count: number, first: string): LumbungError {
  return new LumbungError('DB_INVENTORY_DIFFERS', {
    kind: 'transient',
    message: `pg_dump wrote no rows of ${count} tables, ${first} among them`,
    context: { count, first },
    hint: 'try again; report it if it stays so',
  });
}
