// How long the steps took, against their standard times. Longer is a warning, never a failure.
import type { Activity, ActivityPart, StepAct, StepClock, StepId } from '@lumbung/contracts';
import { attemptsOf, isUnderWay } from './parts.ts';

const MINUTE_MS = 60_000;

/** The first begin stands: attempts belong to the step's time. */
export function beginStep(activity: Activity, act: StepAct, at: number): Activity {
  return withClock(activity, act, (clock) => (clock.beganAt === undefined ? { ...clock, beganAt: at } : clock));
}

/** The last end stands. */
export function endStep(activity: Activity, act: StepAct, at: number): Activity {
  return withClock(activity, act, (clock) => ({ ...clock, endedAt: Math.max(clock.endedAt ?? at, at) }));
}

export function hasBegun({ steps }: Activity, act: StepAct): boolean {
  return steps.some((clock) => clock.act === act && clock.beganAt !== undefined);
}

function withClock(activity: Activity, act: StepAct, change: (clock: StepClock) => StepClock): Activity {
  return { ...activity, steps: activity.steps.map((clock) => (clock.act === act ? change(clock) : clock)) };
}

export interface StepTime {
  readonly stepId: StepId;
  readonly act: StepAct;
  /** `not-needed`: a date without databases, or without due applications. */
  readonly state: 'not-needed' | 'waiting' | 'under-way' | 'ended';
  readonly standardMinutes: number;
  /** From the first begin to the last end, or to now. */
  readonly elapsedMs: number;
  readonly judgement: 'within' | 'over';
}

export interface StepTimes {
  readonly steps: readonly StepTime[];
  /** Sums over the steps that the date needs: 65 minutes without applications, 125 with both, 95 without databases. */
  readonly standardMinutes: number;
  readonly elapsedMs: number;
  readonly judgement: StepTime['judgement'];
  /** The longest single run of the date, whichever step it belongs to. */
  readonly longest?: { readonly assetId: ActivityPart['assetId']; readonly elapsedMs: number } | undefined;
}

export function stepTimes(activity: Activity, nowMs: number): StepTimes {
  const steps = activity.steps.map((clock) => timeOf(clock, activity, nowMs));
  const needed = steps.filter(({ state }) => state !== 'not-needed');
  const standardMinutes = needed.reduce((sum, step) => sum + step.standardMinutes, 0);
  const elapsedMs = needed.reduce((sum, step) => sum + step.elapsedMs, 0);
  const longest = longestRun(activity.parts);
  return {
    steps,
    standardMinutes,
    elapsedMs,
    judgement: judge(elapsedMs, standardMinutes),
    ...(longest === undefined ? {} : { longest }),
  };
}

function timeOf(clock: StepClock, activity: Activity, nowMs: number): StepTime {
  const { stepId, act, standardMinutes, beganAt, endedAt } = clock;
  const state = stateOf(clock, activity);
  const until = state === 'under-way' ? nowMs : (endedAt ?? nowMs);
  const elapsedMs = beganAt === undefined ? 0 : Math.max(0, until - beganAt);
  return { stepId, act, state, standardMinutes, elapsedMs, judgement: judge(elapsedMs, standardMinutes) };
}

function stateOf({ act, beganAt, endedAt }: StepClock, { parts }: Activity): StepTime['state'] {
  const ofStep = parts.filter((part) => actOf(part) === act);
  if ((act === 'databases' || act === 'applications') && ofStep.length === 0) return 'not-needed';
  if (beganAt === undefined) return 'waiting';
  const isRunning = ofStep.some((part) => attemptsOf(part).some(isUnderWay));
  return endedAt === undefined || isRunning ? 'under-way' : 'ended';
}

/** The step in which an asset is backed up. */
export function actOf({ kind }: ActivityPart): StepAct {
  return kind === 'database' ? 'databases' : 'applications';
}

/** The limit itself is within. */
function judge(elapsedMs: number, standardMinutes: number): StepTime['judgement'] {
  return elapsedMs > standardMinutes * MINUTE_MS ? 'over' : 'within';
}

function longestRun(parts: readonly ActivityPart[]): StepTimes['longest'] {
  const runs = parts.flatMap((part) =>
    attemptsOf(part).flatMap(({ beganAt, end }) =>
      end === undefined ? [] : [{ assetId: part.assetId, elapsedMs: end.at - beganAt }],
    ),
  );
  return runs.reduce<StepTimes['longest']>(
    (longest, run) => (longest === undefined || run.elapsedMs > longest.elapsedMs ? run : longest),
    undefined,
  );
}
