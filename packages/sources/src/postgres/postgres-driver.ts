import type { DatabaseDriver } from '../driver.ts';
import { askDatabase } from './ask-database.ts';
import { listDatabases } from './databases.ts';
import { dumpServer } from './dump/server-dump.ts';
import { dumpBySnapshot } from './dump/snapshot-dump.ts';
import { probeServer } from './probe/probe.ts';
import { renderSql } from './render/render-sql.ts';
import { planRestore } from './restore/plan-restore.ts';
import { restoreDatabase } from './restore/restore-database.ts';
import { checkSwap, swapDatabases } from './restore/swap-databases.ts';
import { verifyDump } from './restore/verify-dump.ts';
import { startScratchServer } from './scratch/scratch-server.ts';

/** PostgreSQL, 9.6 and newer. */
export const postgresDriver: DatabaseDriver = {
  engine: 'postgresql',
  probe: probeServer,
  databases: listDatabases,
  dump: dumpBySnapshot,
  dumpServer: (target, _options, workspace, control) => dumpServer(target, workspace, control),
  verify: verifyDump,
  planRestore,
  restore: restoreDatabase,
  checkSwap,
  swap: swapDatabases,
  ask: askDatabase,
  render: renderSql,
  startScratch: startScratchServer,
};
