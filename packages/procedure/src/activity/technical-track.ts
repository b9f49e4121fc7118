// scheduled → preparing → (postponed) → running → succeeded | partly | failed, or missed. A later success of the same date
// repairs a result; the end of the date makes it final. The administrative track never stops any of it.
import type { Activity, ActivityPart, TechnicalResult, TechnicalState } from '@lumbung/contracts';
import { TECHNICAL_RESULTS } from '@lumbung/contracts';
import { localDateOf } from '../calendar/zone.ts';
import { type ActivityEvent, type ActivityRules, type Advance, advanced, refused } from './activity-event.ts';
import { hasAttempts, hasRunUnderWay, isUnderWay, resultOfPart, resultOfParts, withParts } from './parts.ts';
import { actOf, beginStep, endStep, hasBegun } from './step-clock.ts';

type Of<Kind extends ActivityEvent['kind']> = Extract<ActivityEvent, { kind: Kind }>;

export function expectMore(activity: Activity, { at, parts }: Of<'expected'>): Advance {
  if (activity.finalAt !== undefined) return refused('already-final');
  return advanced(settled({ ...activity, parts: withParts(activity.parts, parts) }, at));
}

export function beginPreparation(activity: Activity, { at }: Of<'preparation-began'>, rules: ActivityRules): Advance {
  if (activity.finalAt !== undefined) return refused('already-final');
  if (localDateOf(at, rules.zone) !== activity.date) return refused('wrong-date');
  // Once something ran, preparing the rest does not undo it.
  const technical = hasAttempts(activity) ? activity.technical : 'preparing';
  return advanced(beginStep({ ...activity, technical, reasonCodes: [] }, 'preflight', at));
}

export function endPreparation(activity: Activity, event: Of<'preparation-ended'>): Advance {
  if (activity.finalAt !== undefined) return refused('already-final');
  if (!hasBegun(activity, 'preflight')) return refused('step-not-begun');
  const reasons = new Map(event.notReady.map(({ assetId, reasonCode }) => [assetId, reasonCode]));
  const ready = new Set(event.ready);
  const parts = activity.parts.map((part): ActivityPart => {
    const { reasonCode: _before, ...rest } = part;
    const reasonCode = reasons.get(part.assetId);
    if (reasonCode !== undefined) return { ...rest, readiness: 'not-ready', reasonCode };
    return ready.has(part.assetId) ? { ...rest, readiness: 'ready' } : part;
  });
  const prepared = endStep({ ...activity, parts }, 'preflight', event.at);
  const isNothingReady = parts.length > 0 && parts.every(({ readiness }) => readiness === 'not-ready');
  if (!hasAttempts(prepared) && isNothingReady) {
    return advanced({ ...prepared, technical: 'postponed', reasonCodes: distinct([...reasons.values()]) });
  }
  return advanced(settled(prepared, event.at));
}

export function beginRun(activity: Activity, event: Of<'run-began'>, rules: ActivityRules): Advance {
  if (activity.finalAt !== undefined) return refused('already-final');
  // A run belongs to the date on which it began to read.
  if (localDateOf(event.at, rules.zone) !== activity.date) return refused('wrong-date');
  if (findAttempt(activity, event.runId) !== undefined) return refused('run-known');
  const part = activity.parts.find(({ assetId }) => assetId === event.assetId);
  if (part === undefined) return refused('part-unknown');
  const { runId, origin, at: beganAt } = event;
  const begun = withPart(activity, { ...part, attempts: [...part.attempts, { runId, origin, beganAt }] });
  // What a person writes down is kept with the date, and is no work of the system.
  if (origin === 'manual-entry') return advanced(begun);
  return advanced(beginStep({ ...begun, technical: 'running', reasonCodes: [] }, actOf(part), event.at));
}

export function endRun(activity: Activity, event: Of<'run-ended'>): Advance {
  const found = findAttempt(activity, event.runId);
  if (found === undefined) return refused('run-unknown');
  const { part, attempt } = found;
  if (!isUnderWay(attempt)) return refused('run-ended');
  if (event.at < attempt.beganAt) return refused('time-goes-back');
  const { at, outcome, reasonCode } = event;
  const ended = { ...attempt, end: { at, outcome, ...(reasonCode === undefined ? {} : { reasonCode }) } };
  const attempts = part.attempts.map((each) => (each === attempt ? ended : each));
  const changed = withPart(activity, { ...part, attempts });
  return advanced(attempt.origin === 'manual-entry' ? changed : settled(endStep(changed, actOf(part), at), at));
}

export function endDate(activity: Activity, { at }: Of<'date-ended'>, rules: ActivityRules): Advance {
  if (activity.finalAt !== undefined || activity.dateEndedAt !== undefined) return refused('already-final');
  if (localDateOf(at, rules.zone) <= activity.date) return refused('wrong-date');
  return advanced(settled({ ...activity, dateEndedAt: at }, at));
}

/** The state that the parts come to, and the correction when a reported result became another. */
function settled(activity: Activity, at: number): Activity {
  if (hasRunUnderWay(activity))
    return activity.technical === 'running' ? activity : { ...activity, technical: 'running' };
  if (activity.dateEndedAt !== undefined) return corrected({ ...ofEndedDate(activity), finalAt: at }, at);
  if (!hasAttempts(activity)) return activity;
  const isOpen = activity.parts.some((part) => resultOfPart(part) === 'open');
  return isOpen
    ? { ...activity, technical: 'running' }
    : corrected({ ...activity, technical: resultOfParts(activity.parts) }, at);
}

function ofEndedDate(activity: Activity): Activity {
  if (hasAttempts(activity)) return { ...activity, technical: resultOfParts(activity.parts) };
  const codes = distinct(activity.parts.flatMap(({ reasonCode }) => reasonCode ?? []));
  const otherwise = activity.parts.length === 0 ? 'nothing-expected' : 'not-run';
  return { ...activity, technical: 'missed', reasonCodes: codes.length > 0 ? codes : [otherwise] };
}

function corrected(activity: Activity, at: number): Activity {
  const told = resultTold(activity);
  const result = activity.technical;
  if (told === undefined || told === result || !isTechnicalResult(result)) return activity;
  return { ...activity, corrections: [...activity.corrections, { at, from: told, to: result }] };
}

/** What people were told last: the latest report, with what corrected it since. */
function resultTold({ submissions, corrections }: Activity): TechnicalResult | undefined {
  const report = submissions.at(-1);
  return report === undefined ? undefined : (corrections.findLast(({ at }) => at >= report.at)?.to ?? report.result);
}

export function isTechnicalResult(state: TechnicalState): state is TechnicalResult {
  return (TECHNICAL_RESULTS as readonly TechnicalState[]).includes(state);
}

function findAttempt({ parts }: Activity, runId: string) {
  for (const part of parts) {
    const attempt = part.attempts.find((each) => each.runId === runId);
    if (attempt !== undefined) return { part, attempt };
  }
  return undefined;
}

function withPart(activity: Activity, part: ActivityPart): Activity {
  return { ...activity, parts: activity.parts.map((each) => (each.assetId === part.assetId ? part : each)) };
}

function distinct(codes: readonly string[]): readonly string[] {
  return [...new Set(codes)];
}
