export { parseDatabaseUrl, type UrlContext } from './connection/database-url.ts';
export { type PasswordLookups, type PasswordPlaces, withPassword } from './connection/find-password.ts';
export type { Address, Target, TargetOptions, TlsOn, TlsOptions } from './connection/target.ts';
export { targetText } from './connection/target-text.ts';
export {
  APPLICATION_KINDS,
  type ApplicationAddress,
  type ApplicationKind,
  type ConfigSource,
  type DatabaseField,
  type DiscoveredApplication,
  type DiscoveredBucket,
  type DiscoveredDatabase,
  type DiscoveredRedis,
  type DiscoveredService,
  type DiscoveredVolume,
} from './discovery/application.ts';
export { type DatabaseTarget, databaseTarget, type TargetDefaults } from './discovery/database-target.ts';
export {
  DISCOVERY_LIMITS,
  type Discovery,
  type DiscoveryLimits,
  type DiscoveryOptions,
  type DiscoveryProgress,
  discoverApplications,
} from './discovery/discover-applications.ts';
export { APPLICATION_ENGINES, type ApplicationEngine } from './discovery/dsn.ts';
export type { DiscoveryFileSystem } from './discovery/file-system.ts';
export {
  EXCLUDE_DOUBTS,
  type ExcludeDoubt,
  type FileExclude,
  type FilesComponent,
  judgeExcludes,
} from './discovery/files-component.ts';
export { type SharedDatabase, sharedDatabases } from './discovery/shared-databases.ts';
export {
  type ApplicationTemplate,
  EXCLUDE_REASONS,
  type ExcludeReason,
  type MaintenanceCommands,
  RESTORE_REMARKS,
  type RestoreRemark,
  TEMPLATES,
} from './discovery/templates.ts';
export { type ServerDatabases, type UncoveredDatabase, uncoveredDatabases } from './discovery/uncovered-databases.ts';
export {
  DISCOVERY_FINDINGS,
  DISCOVERY_WARNINGS,
  type DiscoveryFinding,
  type DiscoveryFindingCode,
  type DiscoveryWarning,
  type DiscoveryWarningCode,
} from './discovery/warning.ts';
export {
  type Answer,
  type Control,
  type DatabaseDriver,
  type DatabaseDump,
  type DatabaseSummary,
  DUMP_PHASES,
  type DumpOptions,
  type DumpPhase,
  type DumpProgress,
  type Ownership,
  type PlannedTable,
  type ProbeReport,
  type RenderedFile,
  type RestoredTable,
  type RestoreOptions,
  type RestorePlan,
  type RestoreReport,
  ROW_READERS,
  type ScratchInstance,
  type SwapPlan,
  type SwapReport,
  type Workspace,
} from './driver.ts';
export { encodeComponent, uniqueComponents } from './entry/path-component.ts';
export type { SourceEntry } from './entry/source-entry.ts';
export type { TreeFile, TreeSource } from './entry/tree-source.ts';
export { canonicalJson, type JsonValue } from './manifest/canonical-json.ts';
export { DATABASE_ENGINES, type DatabaseEngine } from './manifest/database-engine.ts';
export { Digest } from './manifest/digest.ts';
export {
  type Manifest,
  type ManifestFile,
  type ManifestSegment,
  type ManifestTable,
  manifestSchema,
} from './manifest/manifest.ts';
export {
  MANIFEST_PATH,
  type PrintedManifest,
  parseManifest,
  printManifest,
  readManifest,
} from './manifest/manifest-file.ts';
export { type DumpSizes, judgeSizes, type SizeAnomaly, sizesOf, tableName } from './manifest/size-history.ts';
export { mariadbDriver, mysqlDriver } from './mysql/mysql-driver.ts';
export { postgresDriver } from './postgres/postgres-driver.ts';
export { MaskedTail, maskSecrets } from './process/masked-tail.ts';
export { Secret } from './process/secret.ts';
export { redisDriver } from './redis/redis-driver.ts';
export { CHECK_IDS, type Check, type CheckId, failedOf, type Verdict } from './remarks/check.ts';
export {
  codesOf,
  type Failure,
  failure,
  isFailure,
  REMARKS,
  type Remark,
  type RemarkCode,
  remark,
  type Said,
} from './remarks/remark.ts';
export { serverWords } from './remarks/server-words.ts';
export { readStoredRemark } from './remarks/stored-remark.ts';
export {
  DUMP_PARTS,
  type DumpPart,
  type Listed,
  type NamedObject,
  OBJECT_KINDS,
  type ObjectKind,
  type RemarkValue,
  type ValueKind,
} from './remarks/value-kinds.ts';
export { sqliteDriver } from './sqlite/sqlite-driver.ts';
export { FINDING_CODES, type Finding, type FindingCode } from './verify/finding.ts';
export { verifyTree } from './verify/verify-tree.ts';
