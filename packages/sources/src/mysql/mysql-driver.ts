import type { DatabaseDriver } from '../driver.ts';
import { askDatabase } from './ask-database.ts';
import { dumpDatabase } from './dump/dump-database.ts';
import { dumpServer } from './dump/dump-server.ts';
import { listDatabases } from './list-databases.ts';
import { probeServer } from './probe.ts';
import { renderDump } from './render/render-dump.ts';
import { planRestore } from './restore/plan-restore.ts';
import { restoreDatabase } from './restore/restore-database.ts';
import { checkSwap, swapDatabases } from './restore/swap-databases.ts';
import { verifyDump } from './restore/verify-dump.ts';
import { startScratch } from './scratch/start-scratch.ts';

/** What differs between the two only the server itself knows; except which of them a drill starts. */
function driverOf(engine: 'mysql' | 'mariadb'): DatabaseDriver {
  return {
    engine,
    probe: probeServer,
    databases: listDatabases,
    dump: dumpDatabase,
    dumpServer: (target, _options, _workspace, control) => dumpServer(target, control),
    verify: verifyDump,
    planRestore,
    restore: (plan, tree, _workspace, control) => restoreDatabase(plan, tree, control),
    checkSwap,
    swap: swapDatabases,
    ask: askDatabase,
    render: renderDump,
    startScratch: (serverVersion, workspace, control) => startScratch(engine, serverVersion, workspace, control),
  };
}

/** MySQL and Percona Server, 5.6 and newer. */
export const mysqlDriver: DatabaseDriver = driverOf('mysql');

/** MariaDB, 10.0 and newer. */
export const mariadbDriver: DatabaseDriver = driverOf('mariadb');
