export {
  type ActivityPorts,
  happen,
  happenIfFits,
  provideActivity,
} from './activities.service.ts';
export {
  findActivity,
  listOpenActivities,
  listSteps,
  type StoredActivity,
  saveEvidence,
} from './activities.store.ts';
export { activityFollower } from './activity-follower.ts';
