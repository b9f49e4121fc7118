export { catalogueFollower } from './catalogue-follower.ts';
export {
  copyOf,
  latestSizes,
  listPresentSnapshots,
  listSnapshotsOfRuns,
  moveToTrash,
  takeFromTrash,
} from './snapshots.store.ts';
