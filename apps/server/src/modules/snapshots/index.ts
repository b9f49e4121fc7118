export { adoptSnapshots } from './adopt.ts';
export { catalogueFollower } from './catalogue-follower.ts';
export {
  copyOf,
  findSnapshotsById,
  insertSnapshot,
  judgeSnapshot,
  latestSizes,
  listPresentSnapshots,
  listSnapshotsOfRuns,
  moveToTrash,
  type NewSnapshot,
  takeFromTrash,
} from './snapshots.store.ts';
