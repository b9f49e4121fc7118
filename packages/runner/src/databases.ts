// The second front door: databases. It loads every driver, which a command about files should not wait for.

export {
  CHECK_IDS,
  type Check,
  type CheckId,
  DATABASE_ENGINES,
  type DatabaseDriver,
  type DatabaseEngine,
  DISCOVERY_FINDINGS,
  DISCOVERY_WARNINGS,
  type DiscoveredApplication,
  type DiscoveredDatabase,
  type Discovery,
  type DiscoveryFinding,
  type DiscoveryWarning,
  DUMP_PARTS,
  type DumpOptions,
  type DumpPart,
  type DumpProgress,
  discoverApplications,
  EXCLUDE_DOUBTS,
  EXCLUDE_REASONS,
  type Failure,
  FINDING_CODES,
  type FileExclude,
  type Finding,
  failedOf,
  failure,
  isFailure,
  type Listed,
  type Manifest,
  type NamedObject,
  OBJECT_KINDS,
  type ObjectKind,
  type Ownership,
  type ProbeReport,
  parseDatabaseUrl,
  REMARKS,
  RESTORE_REMARKS,
  type Remark,
  type RemarkCode,
  type RemarkValue,
  type RestoreOptions,
  type RestorePlan,
  type RestoreReport,
  ROW_READERS,
  readStoredRemark,
  remark,
  type Said,
  type SizeAnomaly,
  type Target,
  TEMPLATES,
  targetText,
  type ValueKind,
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
