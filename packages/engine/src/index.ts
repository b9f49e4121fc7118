// The front door: everything another program may use. @see docs/ARCHITECTURE.md

export { backup } from './archiver/backup.ts';
export {
  type BackupAcceptance,
  type BackupCallOptions,
  type BackupEvent,
  type BackupOptions,
  type BackupResult,
  type ExcludeMarker,
  type ExcludeOptions,
  GROUP_KEYS,
  type GroupKey,
  type ItemAction,
  type ItemError,
  type SmallCut,
  type SnapshotOptions,
  type StreamBackupOptions,
  type StreamEntry,
} from './archiver/backup-options.ts';
export { type SourceOptions, SourcesAhead } from './archiver/sources-ahead.ts';
export { backupStreams } from './archiver/stream-backup.ts';
export {
  CACHE_OLD_AFTER_DAYS,
  type CacheDescription,
  listCaches,
  removeCache,
  removeOldCaches,
} from './cache/cache-directory.ts';
export { type Polynomial, parsePolynomial, polynomialHex } from './chunker/polynomial.ts';
export { COMPRESSION_MODES, type CompressionMode } from './compression/compressor.ts';
export { parsePatternFile, type VariableLookup } from './filter/pattern-file.ts';
export { PatternList } from './filter/pattern-list.ts';
export { encodeConfig, type RepositoryConfig } from './format/config-file.ts';
export { permissionString, posixModeOf } from './format/go-mode.ts';
export {
  type BlobId,
  type IndexId,
  isIdText,
  type KeyId,
  type LockId,
  type PackId,
  parseBlobId,
  parseIndexId,
  parseKeyId,
  parseLockId,
  parsePackId,
  parseSnapshotId,
  type SnapshotId,
  shortId,
} from './format/ids.ts';
export { goJsonObject, goJsonValue, type JsonField } from './format/json-document.ts';
export { BLOB_TYPES, type BlobType, type PackedBlob } from './format/pack-header.ts';
export {
  encodeSnapshot,
  type Snapshot,
  type SnapshotSummary,
  snapshotFields,
  summaryFields,
} from './format/snapshot-file.ts';
export {
  compareInstants,
  formatTimestamp,
  type Instant,
  instantOf,
  localZone,
  millisecondsOf,
  parseTimestamp,
  type Timestamp,
  timestampOfMilliseconds,
  UTC_ZONE,
  type Zone,
} from './format/timestamp.ts';
export { EMPTY_TREE_ID, encodeNode, isSafeName, type NodeType, parseTree, type TreeNode } from './format/tree.ts';
export { type ActOptions, type HeldLock, LOCK_KINDS, type ProgressEvent } from './maintenance/act-options.ts';
export { executeSnapshotChanges } from './maintenance/apply-snapshot-changes.ts';
export { check } from './maintenance/check.ts';
export {
  CHECK_FINDING_CODES,
  CHECK_PHASES,
  type CheckEvent,
  type CheckFinding,
  type CheckFindingCode,
  type CheckOptions,
  type CheckPhase,
  type CheckReport,
  type CheckSeverity,
  type ReadDataSelection,
} from './maintenance/check-report.ts';
export { copySnapshots } from './maintenance/copy.ts';
export type { CopyEvent, CopyOptions, CopyResult } from './maintenance/copy-options.ts';
export { executePrune } from './maintenance/execute-prune.ts';
export { executeForget, planForget } from './maintenance/forget.ts';
export type {
  ForgetEvent,
  ForgetGroup,
  ForgetOptions,
  ForgetPlan,
  ForgetResult,
  ForgetSelection,
  KeepReason,
} from './maintenance/forget-plan.ts';
export { planPrune } from './maintenance/plan-prune.ts';
export {
  type ExecutePruneOptions,
  PRUNE_PHASES,
  type PruneEvent,
  type PruneLimit,
  type PruneOptions,
  type PrunePhase,
  type PrunePlan,
  type PruneResult,
  type PruneStatistics,
} from './maintenance/prune-plan.ts';
export { recoverSnapshots } from './maintenance/recover.ts';
export { executeRepairIndex, planRepairIndex } from './maintenance/repair-index.ts';
export { executeRepairPacks, planRepairPacks } from './maintenance/repair-packs.ts';
export type {
  DamagedPackSink,
  ExecuteRepairPacksOptions,
  RepairIndexEvent,
  RepairIndexOptions,
  RepairIndexPlan,
  RepairIndexResult,
  RepairPacksEvent,
  RepairPacksOptions,
  RepairPacksPlan,
  RepairPacksResult,
  UpgradePlan,
} from './maintenance/repair-plan.ts';
export { planRepairSnapshots } from './maintenance/repair-snapshots.ts';
export { planRewrite } from './maintenance/rewrite.ts';
export type {
  RecoverEvent,
  RecoverOptions,
  RecoverResult,
  RepairSnapshotsOptions,
  RewriteFilter,
  RewriteOptions,
  SnapshotChange,
  SnapshotChangeEvent,
  SnapshotChangePlan,
  SnapshotChangeResult,
  SnapshotSelection,
  TagChange,
  TagOptions,
} from './maintenance/snapshot-changes.ts';
export { planTag } from './maintenance/tag.ts';
export { executeUpgrade, planUpgrade } from './maintenance/upgrade.ts';
export {
  type VerifySnapshotOptions,
  type VerifySnapshotReport,
  verifySnapshot,
} from './maintenance/verify-snapshot.ts';
export { NODE_FAULTS, type PackProblem } from './maintenance/workers/messages.ts';
export { BLOB_FAULTS } from './pack/blob-opener.ts';
export { VERIFY_MODES, type VerifyMode } from './pack/pack-builder.ts';
export { IndexedRepository } from './repository/indexed-repository.ts';
export { type InitOptions, initRepository } from './repository/init-repository.ts';
export {
  addKey,
  changePassword,
  type KeyDescription,
  listKeys,
  type NewKeyOptions,
  removeKey,
} from './repository/keys.ts';
export {
  CONFIG_FILE,
  isUnpackedFolder,
  REPOSITORY_FOLDERS,
  REPOSITORY_LAYOUT,
  type RepositoryFolder,
  type UnpackedFolder,
  type UnpackedIds,
} from './repository/layout.ts';
export { Lock, type LockMode, type LockOptions, lockRepository } from './repository/lock.ts';
export { type UnlockResult, unlock } from './repository/lock-files.ts';
export { type OpenOptions, openRepository } from './repository/open-repository.ts';
export type { Identity, RepositoryPorts } from './repository/ports.ts';
export { Repository } from './repository/repository.ts';
export {
  ARCHIVE_FORMATS,
  type ArchiveFormat,
  type DumpOptions,
  type DumpProgress,
  type DumpResult,
  dump,
} from './restorer/dump.ts';
export { executeRestore, previewRestore } from './restorer/execute-restore.ts';
export {
  OVERWRITE_POLICIES,
  type OverwritePolicy,
  type PatternChoice,
  RESTORE_ACTIONS,
  RESTORE_ERRORS_KEPT_MAX,
  type RestoreAction,
  type RestoreCallOptions,
  type RestoreEvent,
  type RestoreItemError,
  type RestoreOptions,
  type RestoreProgress,
  type RestoreResult,
} from './restorer/restore-options.ts';
export { planRestore, type RestorePlan } from './restorer/restore-plan.ts';
export {
  type OpenSnapshotTreeOptions,
  openSnapshotTree,
  type SnapshotFile,
  type SnapshotTree,
} from './restorer/snapshot-tree.ts';
export { formatRetentionDuration, parseRetentionDuration, type RetentionDuration } from './retention/duration.ts';
export {
  EMPTY_POLICY,
  RETENTION_PERIODS,
  type RetentionPeriod,
  type RetentionPolicy,
  UNLIMITED,
} from './retention/policy.ts';
export {
  applyRetention,
  isEmptyPolicy,
  type RetainableSnapshot,
  type RetentionDecision,
  type RetentionReason,
} from './retention/retention.ts';
export {
  type DiffChange,
  type DiffCounts,
  type DiffOptions,
  type DiffStatistics,
  diffTrees,
} from './snapshot/diff-snapshots.ts';
export { type FindNodesOptions, type FoundNode, findNodes } from './snapshot/find-nodes.ts';
export { type FindObjectsOptions, type FoundObject, findObjects, type ObjectSearch } from './snapshot/find-objects.ts';
export { groupSnapshots, type SnapshotGroup } from './snapshot/groups.ts';
export {
  LIST_ORDERS,
  type ListedNode,
  type ListOptions,
  type ListOrder,
  listNodes,
  sortListedNodes,
} from './snapshot/list-nodes.ts';
export { type RepositoryStats, repositoryStats } from './snapshot/repository-stats.ts';
export { resolveNode, resolveTree } from './snapshot/resolve-tree.ts';
export { filterSnapshots, type SnapshotFilter } from './snapshot/snapshot-filter.ts';
export {
  type SnapshotStats,
  STATS_MODES,
  type StatsMode,
  type StatsOptions,
  type StatsProgress,
  statsOf,
} from './snapshot/snapshot-stats.ts';
export {
  compareByTime,
  type FoundSnapshot,
  findLatest,
  findSnapshot,
  findSnapshotId,
  loadReadableSnapshots,
  loadSnapshot,
  loadSnapshots,
  parseSnapshotSpec,
  type SnapshotRecord,
} from './snapshot/snapshots.ts';
export { type TreeVisitor, type WalkOptions, type WalkVerdict, walkTree } from './snapshot/walk-tree.ts';
