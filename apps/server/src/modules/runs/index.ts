export {
  backupSpecOf,
  preflightSourceOf,
  repositoryPlaceOf,
} from './backup-specs.ts';
export {
  RUN_JOB,
  type RunEnd,
  type RunFollower,
  RunService,
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
