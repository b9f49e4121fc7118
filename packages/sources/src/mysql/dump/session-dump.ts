import { forEachParallel } from '@lumbung/stdx';
import type { InventoryTable } from '../inventory.ts';
import { isAtLeast } from '../server-version.ts';
import { abandonSession } from '../session.ts';
import { incompleteDump } from '../splitter/dump-text.ts';
import type { MysqlConnection } from '../wire/connection.ts';
import type { DumpContext, DumpMethod } from './dump-context.ts';
import { openSnapshotSessions } from './snapshot-sessions.ts';
import { planSelect, readTuples } from './table-select.ts';
import { dumpDefinitions } from './tool-dump.ts';

/**
 * Reads the tables through sessions on one snapshot, and the definitions through the dump tool. A table that was
 * altered after the snapshot is refused by the server (1412); that nothing else was, the caller checks.
 */
export async function dumpBySessions(context: DumpContext, sessionsMax: number): Promise<DumpMethod> {
  const { target, server, control, before, leftOut } = context;
  const tables = before.tables
    .filter(({ name, hasRows }) => hasRows && !leftOut.excludeData.has(name))
    .toSorted((a, b) => b.bytes - a.bytes);
  const count = Math.max(1, Math.min(sessionsMax, tables.length));
  const { sessions, position } = await openSnapshotSessions(target, server, count, control);
  let isOver = false;
  try {
    const [first] = sessions;
    if (first !== undefined) await dumpDefinitions(context, first);
    const free = [...sessions];
    await forEachParallel(tables, count, async (table) => {
      control.signal.throwIfAborted();
      const session = free.pop();
      if (session === undefined) throw incompleteDump('no session is left');
      await dumpTable(context, session, table);
      free.push(session);
    });
    isOver = true;
  } finally {
    const leave = isOver
      ? async (session: MysqlConnection) => await session.close()
      : async (session: MysqlConnection) => await abandonSession(target, control, session);
    await Promise.all(sessions.map(leave));
  }
  return { method: 'sessions', exactFloats: true, ...(position === undefined ? {} : { position }) };
}

async function dumpTable(context: DumpContext, session: MysqlConnection, table: InventoryTable): Promise<void> {
  const { database, dumpTool, tree } = context;
  // As the tool of this machine would: both ways give the same bytes.
  const withGenerated = dumpTool.version.vendor === 'mariadb' && !isAtLeast(dumpTool.version, 13, 1);
  const select = await planSelect(session, table, { database, withGenerated });
  let rows = 0;
  async function* lines(): AsyncGenerator<Buffer> {
    ({ rows } = yield* readTuples(session, select));
  }
  const { columns, generated, order } = select;
  await tree.storeRows(lines(), () => ({ name: table.name, columns, generated, order, rows: () => rows }), table.name);
}
