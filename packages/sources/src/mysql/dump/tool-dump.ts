import type { RunControl } from '../../process/tool-call.ts';
import { ToolProcess } from '../../process/tool-process.ts';
import { abandonSession, openSession } from '../session.ts';
import { DumpSplitter } from '../splitter/dump-splitter.ts';
import { incompleteDump, quoteName } from '../splitter/dump-text.ts';
import type { SchemaObject } from '../splitter/schema-units.ts';
import type { MysqlConnection } from '../wire/connection.ts';
import type { DumpContext, DumpMethod } from './dump-context.ts';
import { type DumpCall, dumpToolCall } from './dump-tool.ts';
import { readEvent } from './event-text.ts';
import { RowChannel } from './row-channel.ts';
import type { TableRows } from './tree-writer.ts';

/** Reads the whole database through one run of the dump tool (and a second for tables without their rows). */
export async function dumpByTool(context: DumpContext): Promise<DumpMethod> {
  const reading = context.options.untransactional === 'lock' && hasUntransactional(context) ? 'lock' : 'snapshot';
  const excluded = [...context.leftOut.excludeData];
  await using watch = await watchServer(context);
  await runDumpTool(context, { reading, ignored: [...excluded, ...context.leftOut.skipViews] }, watch.isServerBusy);
  if (excluded.length > 0) {
    await runDumpTool(context, { reading: 'definitions', ignored: [], tables: excluded }, watch.isServerBusy);
  }
  await dumpUnprintableEvents(context, watch.session);
  return { method: reading === 'lock' ? 'tool-locked' : 'tool', exactFloats: false };
}

/** The definitions alone. */
export async function dumpDefinitions(context: DumpContext, session: MysqlConnection): Promise<void> {
  await runDumpTool(context, { reading: 'definitions', ignored: [...context.leftOut.skipViews] }, undefined);
  await dumpUnprintableEvents(context, session);
}

async function dumpUnprintableEvents({ before, database, tree }: DumpContext, session: MysqlConnection) {
  if (before.unprintableEvents.length === 0) return;
  for (const event of before.events) tree.objects.push(await readEvent(session, database, event));
}

function hasUntransactional({ before, leftOut }: DumpContext): boolean {
  return before.tables.some(
    ({ name, isTransactional, hasRows }) => !isTransactional && hasRows && !leftOut.excludeData.has(name),
  );
}

type Reading = Pick<DumpCall, 'reading' | 'ignored' | 'tables'>;

async function runDumpTool(context: DumpContext, reading: Reading, isServerBusy: RunControl['isServerBusy']) {
  const { target, database, workspace, dumpTool, control, before } = context;
  const call = dumpToolCall({
    target,
    database,
    workspace,
    dumpTool,
    withEvents: before.unprintableEvents.length === 0,
    ...reading,
  });
  const child = new ToolProcess(call, { ...control, ...(isServerBusy === undefined ? {} : { isServerBusy }) });
  const parts = new PartQueue();
  const splitter = new DumpSplitter(parts);
  const tables = new TableStream(context);
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      splitter.push(chunk);
      for (const part of parts.take()) await tables.put(part);
    }
    await child.done;
    splitter.end();
    for (const part of parts.take()) await tables.put(part);
  } catch (error) {
    // What is being read of a table fails with it, and so does the reader.
    tables.fail(error);
    child.giveUp(error);
    // Until no process of ours is left. What it failed with is known already.
    await child.done.catch(() => undefined);
    throw error;
  }
}

type Part =
  | { readonly kind: 'object'; readonly object: SchemaObject }
  | { readonly kind: 'begin'; readonly table: string }
  | { readonly kind: 'rows'; readonly lines: Buffer }
  | {
      readonly kind: 'end';
      readonly rows: number;
      readonly columns: readonly string[] | undefined;
      readonly order: readonly string[] | null;
    };

/** What the splitter found in one chunk, until it has been passed on. */
class PartQueue {
  #parts: Part[] = [];

  object(object: SchemaObject): void {
    this.#parts.push({ kind: 'object', object });
  }

  beginTable(table: string): void {
    this.#parts.push({ kind: 'begin', table });
  }

  rows(lines: Buffer): void {
    this.#parts.push({ kind: 'rows', lines });
  }

  endTable({
    rows,
    columns,
    order,
  }: {
    rows: number;
    columns: readonly string[] | undefined;
    order: readonly string[] | null;
  }) {
    this.#parts.push({ kind: 'end', rows, columns, order });
  }

  take(): Part[] {
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }
}

/** The rows of one table after the other, each a file that is being read while it is written. */
class TableStream {
  readonly #context: DumpContext;
  #channel: RowChannel | undefined;
  #about: TableRows | undefined;
  #stored: Promise<void> | undefined;
  #table = '';

  constructor(context: DumpContext) {
    this.#context = context;
  }

  async put(part: Part): Promise<void> {
    const { tree, control, before } = this.#context;
    switch (part.kind) {
      case 'object':
        tree.objects.push(part.object);
        return;
      case 'begin': {
        const channel = new RowChannel(control.signal);
        this.#channel = channel;
        this.#about = undefined;
        this.#table = part.table;
        this.#stored = tree.storeRows(
          channel,
          () => {
            if (this.#about === undefined) throw incompleteDump('a table has no end', { table: part.table });
            return this.#about;
          },
          part.table,
        );
        // Heard of at the end of the table, or by the signal.
        this.#stored.catch(() => undefined);
        return;
      }
      case 'rows':
        await this.#channel?.push(part.lines);
        return;
      case 'end': {
        const known = before.tables.find(({ name }) => name === this.#table)?.columns ?? [];
        this.#about = {
          name: this.#table,
          columns: part.columns ?? known.map(({ name }) => name),
          generated: known.filter(({ isGenerated }) => isGenerated).map(({ name }) => name),
          order: part.order,
          rows: () => part.rows,
        };
        this.#channel?.end();
        this.#channel = undefined;
        await this.#stored;
        this.#stored = undefined;
      }
    }
  }

  fail(error: unknown): void {
    this.#channel?.fail(error);
  }
}

/** A second session that tells, when no byte comes, whether the server is at work: a long sort is no standstill. */
async function watchServer({ target, control, database }: DumpContext) {
  const session = await openSession(target, control);
  // Connections are numbered in order: the tool's comes after this one.
  const others = `SELECT STATE FROM information_schema.PROCESSLIST WHERE COMMAND = 'Query' AND ID > ${session.connectionId} AND DB = DATABASE()`;
  return {
    session,
    isServerBusy: async (): Promise<boolean> => {
      await session.query(`USE ${quoteName(database)}`);
      const states = await session.texts(others);
      return states.some(([state]) => !/writing to net|waiting|lock/i.test(state ?? ''));
    },
    [Symbol.asyncDispose]: async () => {
      if (control.signal.aborted) await abandonSession(target, control, session);
      else await session.close();
    },
  };
}
