import { assert } from '@lumbung/stdx';
import {
  type CivilTime,
  civilOf,
  compareInstants,
  type Instant,
  instantOf,
  millisecondsOf,
  type Timestamp,
} from '../format/timestamp.ts';
import { formatRetentionDuration, isZeroDuration, type RetentionDuration, subtractDuration } from './duration.ts';
import { RETENTION_PERIODS, type RetentionPeriod, type RetentionPolicy, UNLIMITED } from './policy.ts';

/** What a policy needs to know of a snapshot. */
export interface RetainableSnapshot {
  readonly time: Timestamp;
  readonly tags: readonly string[];
}

export interface RetentionReason<S> {
  readonly snapshot: S;
  /** Every rule that keeps it, in restic's words. */
  readonly matches: readonly string[];
  /** What each count has left after this snapshot. */
  readonly counters: Readonly<Record<RetentionPeriod, number>>;
}

export interface RetentionDecision<S> {
  /** Newest first. */
  readonly keep: readonly S[];
  readonly remove: readonly S[];
  /** One for each kept snapshot, in the same order. */
  readonly reasons: readonly RetentionReason<S>[];
}

/** Whether the policy names nothing to keep. */
export function isEmptyPolicy(policy: RetentionPolicy): boolean {
  const spans = [
    policy.within,
    policy.withinHourly,
    policy.withinDaily,
    policy.withinWeekly,
    policy.withinMonthly,
    policy.withinYearly,
  ];
  return (
    policy.keepTags.length === 0 &&
    RETENTION_PERIODS.every((period) => policy[period] === 0) &&
    spans.every((span) => span === undefined || isZeroDuration(span))
  );
}

/** A number that is the same for all snapshots of one period, by the calendar of the snapshot's own zone. */
function periodKey(period: RetentionPeriod, civil: CivilTime, place: number): number {
  switch (period) {
    case 'last':
      return place;
    case 'hourly':
      return ((civil.year * 100 + civil.month) * 100 + civil.day) * 100 + civil.hour;
    case 'daily':
      return (civil.year * 100 + civil.month) * 100 + civil.day;
    case 'weekly':
      return civil.isoYear * 100 + civil.isoWeek;
    case 'monthly':
      return civil.year * 100 + civil.month;
    case 'yearly':
      return civil.year;
  }
}

/** One rule that keeps a snapshot of each period, while it has a count left or within a span. */
interface PeriodRule {
  readonly period: RetentionPeriod;
  readonly name: string;
  /** Undefined: counted. */
  readonly since: Instant | undefined;
  left: number;
  lastKey: number;
}

function countRules(policy: RetentionPolicy): PeriodRule[] {
  return RETENTION_PERIODS.map((period) => ({
    period,
    name: `${period} snapshot`,
    since: undefined,
    left: policy[period],
    lastKey: Number.NaN,
  }));
}

function spanRules(policy: RetentionPolicy, newest: Timestamp | undefined): PeriodRule[] {
  const spans: readonly (readonly [RetentionPeriod, RetentionDuration | undefined])[] = [
    ['hourly', policy.withinHourly],
    ['daily', policy.withinDaily],
    ['weekly', policy.withinWeekly],
    ['monthly', policy.withinMonthly],
    ['yearly', policy.withinYearly],
  ];
  return spans.flatMap(([period, span]) =>
    span === undefined || isZeroDuration(span)
      ? []
      : [
          {
            period,
            name: `${period} within ${formatRetentionDuration(span)}`,
            since: sinceOf(newest, span),
            left: UNLIMITED,
            lastKey: Number.NaN,
          },
        ],
  );
}

const LONG_AGO: Instant = { seconds: Number.NEGATIVE_INFINITY, nanoseconds: 0 };

function sinceOf(newest: Timestamp | undefined, span: RetentionDuration): Instant {
  return newest === undefined ? LONG_AGO : subtractDuration(newest, span);
}

/** A snapshot with what the rules ask of its time. */
interface TimedSnapshot<S> {
  readonly snapshot: S;
  readonly instant: Instant;
  readonly civil: CivilTime;
}

function timed<S extends RetainableSnapshot>(snapshot: S): TimedSnapshot<S> {
  return { snapshot, instant: instantOf(snapshot.time), civil: civilOf(snapshot.time) };
}

/** The newest time that is not in the future: a clock that once ran ahead must not age everything else. */
function newestPast(newestFirst: readonly TimedSnapshot<RetainableSnapshot>[], nowMs: number): Timestamp | undefined {
  return newestFirst.find(({ instant }) => millisecondsOf(instant) < nowMs)?.snapshot.time;
}

function hasTags({ tags }: RetainableSnapshot, wanted: readonly string[]): boolean {
  if (wanted.length === 1 && wanted[0] === '') return tags.length === 0;
  return wanted.every((tag) => tags.includes(tag));
}

/**
 * Decides which snapshots of one group stay, exactly as restic does: from the newest to the oldest, each rule keeps the
 * first it sees of every period, while it has a count left. An empty policy would remove all, so it is not taken for one.
 *
 * @param nowMs milliseconds since 1970, for what counts as the future
 * @throws LumbungError BUG_ASSERTION (bug): the policy is empty
 * @see docs/design/repository-format.md#retention
 */
export function applyRetention<S extends RetainableSnapshot>(
  snapshots: readonly S[],
  policy: RetentionPolicy,
  nowMs: number,
): RetentionDecision<S> {
  assert(!isEmptyPolicy(policy), 'a policy says what to keep');
  const newestFirst = snapshots.map(timed).sort((a, b) => compareInstants(b.instant, a.instant));
  const newest = newestPast(newestFirst, nowMs);
  const counted = countRules(policy);
  const rules = [...counted, ...spanRules(policy, newest)];
  const plainMatches = plainMatchesOf(policy, newest);

  const keep: S[] = [];
  const remove: S[] = [];
  const reasons: RetentionReason<S>[] = [];
  for (const [place, item] of newestFirst.entries()) {
    const isOldest = place === newestFirst.length - 1;
    const matches = plainMatches(item);
    for (const rule of rules) {
      const match = applyRule(rule, item, { place, isOldest });
      if (match !== undefined) matches.push(match);
    }
    const { snapshot } = item;
    if (matches.length === 0) remove.push(snapshot);
    else {
      keep.push(snapshot);
      reasons.push({ snapshot, matches, counters: countersOf(counted) });
    }
  }
  return { keep, remove, reasons };
}

/** The rules that look at one snapshot alone: its tags, its age. */
function plainMatchesOf(
  { keepTags, within }: RetentionPolicy,
  newest: Timestamp | undefined,
): (item: TimedSnapshot<RetainableSnapshot>) => string[] {
  const since = within === undefined || isZeroDuration(within) ? undefined : sinceOf(newest, within);
  return ({ snapshot, instant }) => {
    const matches = keepTags.filter((tags) => hasTags(snapshot, tags)).map((tags) => `has tags [${tags.join(', ')}]`);
    if (within !== undefined && since !== undefined && compareInstants(instant, since) > 0) {
      matches.push(`within ${formatRetentionDuration(within)}`);
    }
    return matches;
  };
}

function applyRule(
  rule: PeriodRule,
  { instant, civil }: TimedSnapshot<RetainableSnapshot>,
  { place, isOldest }: { readonly place: number; readonly isOldest: boolean },
): string | undefined {
  if (rule.left === 0) return undefined;
  if (rule.since !== undefined && compareInstants(instant, rule.since) <= 0) return undefined;
  const key = periodKey(rule.period, civil, place);
  const isRepeated = key === rule.lastKey;
  // With something left the oldest stays too: the history reaches as far back as it can.
  if (isRepeated && !isOldest) return undefined;
  rule.lastKey = key;
  if (rule.left > 0) rule.left -= 1;
  return isRepeated ? `oldest ${rule.name}` : rule.name;
}

function countersOf(rules: readonly PeriodRule[]): Record<RetentionPeriod, number> {
  const counters: Record<RetentionPeriod, number> = { last: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 };
  for (const { period, left } of rules) counters[period] = left;
  return counters;
}
