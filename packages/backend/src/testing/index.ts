export { type BackendHarness, CONFORMANCE_LAYOUT, type OpenedBackend } from './conformance/bench.ts';
export { describeBackend } from './conformance/describe-backend.ts';
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
