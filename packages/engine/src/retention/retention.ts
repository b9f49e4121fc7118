import { civilOf, type CivilTime, compareInstants, type Instant, instantOf, millisecondsOf, type Timestamp } from '../format/timestamp.ts';
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
  const spans = [policy.within, policy.withinHourly, policy.withinDaily, policy.withinWeekly, policy.withinMonthly, policy.withinYearly];
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
      : [{ period, name: `${period} within ${formatRetentionDuration(span)}`, since: sinceOf(newest, span), left: UNLIMITED, lastKey: Number.NaN }],
  );
}

const LONG_AGO: Instant = { seconds: Number.NEGATIVE_INFINITY, nanoseconds: 0 };

function sinceOf(newest: Timestamp | undefined, span: RetentionDuration): Instant {
  return newest === undefined ? LONG_AGO : subtractDuration(newest, span);
}

/** The newest time that is not in the future: a clock that once ran ahead must not age everything else. */
function newestPast(snapshots: readonly RetainableSnapshot[], nowMs: number): Timestamp | undefined {
  return snapshots.find(({ time }) => millisecondsOf(instantOf(time)) < nowMs)?.time;
}

function hasTags({ tags }: RetainableSnapshot, wanted: readonly string[]): boolean {
  if (wanted.length === 1 && wanted[0] === '') return tags.length === 0;
  return wanted.every((tag) => tags.includes(tag));
}

/**
 * Decides which snapshots of one group stay, exactly as restic does.
 *
 * @param nowMs milliseconds since 1970, for what counts as the future
 * @see docs/design/repository-format.md#retention
 */
export function applyRetention<S extends RetainableSnapshot>(
  snapshots: readonly S[],
  policy: RetentionPolicy,
  nowMs: number,
): RetentionDecision<S> {
  const sorted = [...snapshots].sort((a, b) => compareInstants(instantOf(b.time), instantOf(a.time)));
  const newest = newestPast(sorted, nowMs);
  const counted = countRules(policy);
  const rules = [...counted, ...spanRules(policy, newest)];
  const { within } = policy;
  const withinSince = within === undefined || isZeroDuration(within) ? undefined : sinceOf(newest, within);

  const keep: S[] = [];
  const remove: S[] = [];
  const reasons: RetentionReason<S>[] = [];
  for (const [place, snapshot] of sorted.entries()) {
    const isOldest = place === sorted.length - 1;
    const matches = policy.keepTags.filter((tags) => hasTags(snapshot, tags)).map((tags) => `has tags [${tags.join(', ')}]`);
    if (within !== undefined && withinSince !== undefined && compareInstants(instantOf(snapshot.time), withinSince) > 0) {
      matches.push(`within ${formatRetentionDuration(within)}`);
    }
    for (const rule of rules) {
      const match = applyRule(rule, snapshot, { place, isOldest });
      if (match !== undefined) matches.push(match);
    }
    if (matches.length === 0) remove.push(snapshot);
    else {
      keep.push(snapshot);
      reasons.push({ snapshot, matches, counters: countersOf(counted) });
    }
  }
  return { keep, remove, reasons };
}

function applyRule(
  rule: PeriodRule,
  snapshot: RetainableSnapshot,
  { place, isOldest }: { readonly place: number; readonly isOldest: boolean },
): string | undefined {
  if (rule.left === 0) return undefined;
  if (rule.since !== undefined && compareInstants(instantOf(snapshot.time), rule.since) <= 0) return undefined;
  const key = periodKey(rule.period, civilOf(snapshot.time), place);
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
