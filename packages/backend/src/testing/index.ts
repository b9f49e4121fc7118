export { type BackendHarness, CONFORMANCE_LAYOUT, describeBackend, type OpenedBackend } from './conformance.ts';
export {
  type Act,
  type Effect,
  type Failure,
  FaultPlan,
  type FaultRule,
  faultPlan,
  type Occurrence,
} from './fault-plan.ts';
export { FaultyBackend, type FaultyBackendOptions, type SeenAct } from './faulty-backend.ts';
