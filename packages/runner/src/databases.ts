// The second front door: databases. It loads every driver, which a command about files should not wait for.

export {
  type Check,
  DATABASE_ENGINES,
  type DatabaseDriver,
  type DatabaseEngine,
  type DiscoveredApplication,
  type DiscoveredDatabase,
  type Discovery,
  type DumpOptions,
  type DumpProgress,
  discoverApplications,
  type Finding,
  type Manifest,
  type ProbeReport,
  parseDatabaseUrl,
  type RestoreOptions,
  type RestorePlan,
  type RestoreReport,
  type SizeAnomaly,
  type Target,
  targetText,
  withPassword,
} from '@lumbung/sources';
export { type Assertion, type AssertionResult, parseAssertion } from './database/assertion.ts';
export {
  backupDatabases,
  type DatabaseBackupEvent,
  type DatabaseBackupOptions,
  type DumpOutcome,
  type StoredDumpFacts,
} from './database/backup-databases.ts';
export type { DatabaseControl } from './database/database-control.ts';
export { driverOf } from './database/database-driver.ts';
export { type DrillPhase, type DrillResult, drillDatabase } from './database/drill-database.ts';
export { type DumpPlace, serverNameOf } from './database/dump-place.ts';
export { type DumpFilter, findDump, listDumps, type StoredDump } from './database/find-dump.ts';
export { type PlannedRestore, planDatabaseRestore, renderDump, verifyDump } from './database/restore-database.ts';
export {
  BEFORE_SWAP_TAG,
  type DatabaseSwapOptions,
  type DatabaseSwapResult,
  swapDatabase,
} from './database/swap-database.ts';
