export {
  type ActivityPorts,
  happen,
  happenIfFits,
  provideActivity,
  readActivityRules,
} from './activities.service.ts';
export {
  findActivity,
  findActivityById,
  listOpenActivities,
  listSteps,
  type StoredActivity,
  saveEvidence,
} from './activities.store.ts';
export { activityFollower } from './activity-follower.ts';
export { outputsOf, type StepOutput } from './evidence.rules.ts';
