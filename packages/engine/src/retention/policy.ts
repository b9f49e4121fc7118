import type { RetentionDuration } from './duration.ts';

export const RETENTION_PERIODS = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;
export type RetentionPeriod = (typeof RETENTION_PERIODS)[number];

/** As a count: keep all. */
export const UNLIMITED = -1;

/** What to keep. Counts: 0 says nothing, `UNLIMITED` keeps one of every period. */
export interface RetentionPolicy extends Readonly<Record<RetentionPeriod, number>> {
  /** Keep everything this young, counted from the newest snapshot. */
  readonly within?: RetentionDuration;
  /** Keep one of every period this young. */
  readonly withinHourly?: RetentionDuration;
  readonly withinDaily?: RetentionDuration;
  readonly withinWeekly?: RetentionDuration;
  readonly withinMonthly?: RetentionDuration;
  readonly withinYearly?: RetentionDuration;
  /** Keep what has all tags of one of these lists; a list of only the empty tag means: without tags. */
  readonly keepTags: readonly (readonly string[])[];
}

/** A policy that says nothing. */
export const EMPTY_POLICY: RetentionPolicy = {
  last: 0,
  hourly: 0,
  daily: 0,
  weekly: 0,
  monthly: 0,
  yearly: 0,
  keepTags: [],
};
