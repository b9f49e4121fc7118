// Applications that were restored for proof lately. @see docs/design/procedure-rules.md#compliance
import {
  type ApplicationId,
  isGoodOutcome,
  type LocalDate,
  type Outcome,
  type Standards,
  type TimeZone,
} from '@lumbung/contracts';
import { addDays, type DateSpan, isWithin } from '../calendar/date-arithmetic.ts';
import { localDateOf } from '../calendar/zone.ts';
import { type Application, isActiveOn } from '../records/asset.ts';
import type { Figure } from './figure.ts';

/** One restore that was done for proof. Epoch milliseconds. */
export interface DrillRecord {
  readonly applicationId: ApplicationId;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
}

export interface DrillsInput {
  readonly standard: Standards['drills'];
  readonly applications: readonly Application[];
  readonly drills: readonly DrillRecord[];
  readonly zone: TimeZone;
  readonly nowMs: number;
}

export interface MissingDrill {
  readonly applicationId: ApplicationId;
  /** Absent: none was ever passed. */
  readonly lastPassedOn?: LocalDate | undefined;
}

/** Active applications with a passed drill on one of the last so many dates, of all active ones: what was never restored is
 *  not proven. */
export function drillsPassed({ standard, applications, drills, zone, nowMs }: DrillsInput): Figure<MissingDrill> {
  const today = localDateOf(nowMs, zone);
  const lastPassed = new Map<ApplicationId, LocalDate>();
  for (const { applicationId, outcome, startedAt } of drills) {
    if (!isGoodOutcome(outcome) || startedAt > nowMs) continue;
    const [date, before] = [localDateOf(startedAt, zone), lastPassed.get(applicationId)];
    lastPassed.set(applicationId, before === undefined || before < date ? date : before);
  }
  const oldest = addDays(today, -standard.everyDays);
  const active = applications.filter(({ life }) => isActiveOn(life, today));
  const misses = active
    .map(({ id }) => ({ applicationId: id, lastPassedOn: lastPassed.get(id) }))
    .filter(({ lastPassedOn }) => lastPassedOn === undefined || lastPassedOn < oldest);
  return { numerator: active.length - misses.length, denominator: active.length, misses };
}

export interface DrillsOfSpan {
  readonly done: number;
  readonly passed: number;
  readonly longestMs?: number | undefined;
}

/** What was done in a month. */
export function drillsWithin(drills: readonly DrillRecord[], span: DateSpan, zone: TimeZone): DrillsOfSpan {
  const within = drills.filter(({ startedAt }) => isWithin(localDateOf(startedAt, zone), span));
  const durations = within.map(({ startedAt, endedAt }) => endedAt - startedAt);
  return {
    done: within.length,
    passed: within.filter(({ outcome }) => isGoodOutcome(outcome)).length,
    ...(durations.length === 0 ? {} : { longestMs: durations.reduce((a, b) => Math.max(a, b)) }),
  };
}
