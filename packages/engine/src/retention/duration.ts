import { LumbungError } from '@lumbung/stdx';
import { daysOfCivil, type Instant, instantOf, localTimeOf, type Timestamp } from '../format/timestamp.ts';

/** A span of the calendar: a month is a month, however long. Parts may be negative. */
export interface RetentionDuration {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
}

const UNITS = { y: 'years', m: 'months', d: 'days', h: 'hours' } as const;

/** Reads `2y5m7d3h` and the like. @throws LumbungError DURATION_INVALID (operator) */
export function parseRetentionDuration(text: string): RetentionDuration {
  const parts = { years: 0, months: 0, days: 0, hours: 0 };
  const trimmed = text.trim();
  const matches = [...trimmed.matchAll(/(-?\d{1,9})([ymdh])/g)];
  if (matches.length === 0 || matches.map(([match]) => match).join('') !== trimmed) {
    throw new LumbungError('DURATION_INVALID', {
      kind: 'operator',
      message: `not a span of time: ${text.slice(0, 80)}`,
      context: { text: text.slice(0, 80) },
      hint: 'write numbers with the units y, m, d and h, for example 1y6m or 7d12h',
    });
  }
  for (const [, number, unit] of matches) {
    if (unit === 'y' || unit === 'm' || unit === 'd' || unit === 'h') parts[UNITS[unit]] = Number(number);
  }
  return parts;
}

/** The text of a span, as restic's reasons show it. */
export function formatRetentionDuration({ years, months, days, hours }: RetentionDuration): string {
  return [
    [years, 'y'],
    [months, 'm'],
    [days, 'd'],
    [hours, 'h'],
  ]
    .filter(([value]) => value !== 0)
    .map(([value, unit]) => `${value}${unit}`)
    .join('');
}

export function isZeroDuration({ years, months, days, hours }: RetentionDuration): boolean {
  return years === 0 && months === 0 && days === 0 && hours === 0;
}

/** `moment` minus a span, on the calendar of the stamp's own zone: a day that the month does not have runs over into the
 *  next, so 31 March minus one month is 3 March. */
export function subtractDuration(moment: Timestamp, duration: RetentionDuration): Instant {
  const { date, secondsInDay, offsetSeconds } = localTimeOf(moment);
  const days = daysOfCivil({
    year: date.year - duration.years,
    month: date.month - duration.months,
    day: date.day - duration.days,
  });
  return {
    seconds: days * 86_400 + secondsInDay - offsetSeconds - duration.hours * 3600,
    nanoseconds: instantOf(moment).nanoseconds,
  };
}
