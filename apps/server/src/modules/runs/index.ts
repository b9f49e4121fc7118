export {
  type BackupOrder,
  backupSpecOf,
  type PreflightSource,
  preflightSourceOf,
  type RunOrder,
  repositoryPlaceOf,
} from './backup-specs.ts';
export {
  RUN_JOB,
  type RunEnd,
  type RunFollower,
  type RunRequest,
  RunService,
  type RunServicePorts,
  type StoredRun,
} from './run.service.ts';
export {
  findRun,
  listAssetsUnderWay,
  listBackupRuns,
  listRunsOfActivity,
  listRunsSince,
  listUnfinishedRuns,
} from './runs.store.ts';
