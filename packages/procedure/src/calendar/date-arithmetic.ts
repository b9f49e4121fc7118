// Days of the proleptic Gregorian calendar, without a zone. A zone enters where an instant does: zone.ts.
import {
  daysInMonth,
  type IsoWeek,
  isLocalDate,
  type LocalDate,
  type Month,
  WEEKDAYS,
  type Weekday,
} from '@lumbung/contracts';
import { assert } from '@lumbung/stdx';

const DAY_MS = 86_400_000;

/** Both ends included; never empty. */
export interface DateSpan {
  readonly first: LocalDate;
  readonly last: LocalDate;
}

/** Days since 1970-01-01. */
export function dayNumberOf(date: LocalDate): number {
  // A date alone is read as midnight UTC.
  return Date.parse(date) / DAY_MS;
}

/** The dates of some twenty years: the same few are asked for again and again. */
const dates = new Map<number, LocalDate>();
const DATES_MAX = 8192;

export function dateOfDayNumber(dayNumber: number): LocalDate {
  const before = dates.get(dayNumber);
  if (before !== undefined) return before;
  const date = new Date(dayNumber * DAY_MS).toISOString().slice(0, 10);
  assert(isLocalDate(date), 'the calendar ends with the year 9999');
  if (dates.size >= DATES_MAX) dates.clear();
  dates.set(dayNumber, date);
  return date;
}

export function addDays(date: LocalDate, days: number): LocalDate {
  return dateOfDayNumber(dayNumberOf(date) + days);
}

/** How many days `to` is after `from`; negative when it is before. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return dayNumberOf(to) - dayNumberOf(from);
}

/** Every day of the span, in order. */
export function datesOf({ first, last }: DateSpan): LocalDate[] {
  const from = dayNumberOf(first);
  const count = Math.max(0, dayNumberOf(last) - from + 1);
  return Array.from({ length: count }, (_, index) => dateOfDayNumber(from + index));
}

export function isWithin(date: LocalDate, { first, last }: DateSpan): boolean {
  return first <= date && date <= last;
}

/** What both have; undefined: nothing. */
export function intersectSpans(a: DateSpan, b: DateSpan): DateSpan | undefined {
  const first = a.first > b.first ? a.first : b.first;
  const last = a.last < b.last ? a.last : b.last;
  return first <= last ? { first, last } : undefined;
}

/** Monday is 1, Sunday is 7. */
export function weekdayNumberOf(date: LocalDate): number {
  // 1970-01-01 was a Thursday.
  return ((((dayNumberOf(date) + 3) % 7) + 7) % 7) + 1;
}

export function weekdayOf(date: LocalDate): Weekday {
  const weekday = WEEKDAYS[weekdayNumberOf(date) - 1];
  assert(weekday !== undefined, 'a week has seven days');
  return weekday;
}

/** Monday to Sunday around the date. */
export function weekAround(date: LocalDate): DateSpan {
  const first = addDays(date, 1 - weekdayNumberOf(date));
  return { first, last: addDays(first, 6) };
}

const thursdayOf = (date: LocalDate): LocalDate => addDays(date, 4 - weekdayNumberOf(date));

/** `2021-01-03` → `2020-W53`: the first week of a year is the one that holds its first Thursday. */
export function isoWeekOf(date: LocalDate): IsoWeek {
  const thursday = thursdayOf(date);
  const year = thursday.slice(0, 4);
  // Every year has a first of January.
  const weekNumber = Math.floor(daysBetween(`${year}-01-01` as LocalDate, thursday) / 7) + 1;
  // The one place that makes them.
  return `${year}-W${String(weekNumber).padStart(2, '0')}` as IsoWeek;
}

/** The month a date's week is counted for: that of its Thursday, so that every week is counted once. */
export function monthOfWeek(date: LocalDate): Month {
  return monthOf(thursdayOf(date));
}

/** The weeks (Monday to Sunday) whose Thursday lies within the span, in order. */
export function weeksOf({ first, last }: DateSpan): DateSpan[] {
  const weeks: DateSpan[] = [];
  for (let thursday = thursdayOf(first); thursday <= last; thursday = addDays(thursday, 7)) {
    if (thursday >= first) weeks.push(weekAround(thursday));
  }
  return weeks;
}

export function monthOf(date: LocalDate): Month {
  // The beginning of a date is a month.
  return date.slice(0, 7) as Month;
}

export function yearOf(date: LocalDate | Month): number {
  return Number(date.slice(0, 4));
}

export function monthSpan(month: Month): DateSpan {
  const days = daysInMonth(yearOf(month), Number(month.slice(5, 7)));
  // Days 1 and `days` of a month exist.
  return { first: `${month}-01` as LocalDate, last: `${month}-${String(days).padStart(2, '0')}` as LocalDate };
}

export function addMonths(month: Month, months: number): Month {
  const index = yearOf(month) * 12 + Number(month.slice(5, 7)) - 1 + months;
  const year = Math.floor(index / 12);
  assert(year >= 1 && year <= 9999, 'the calendar ends with the year 9999');
  // Twelve months a year, counted from zero.
  return `${String(year).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}` as Month;
}

/** How many months `to` is after `from`; negative when it is before. */
export function monthsBetween(from: Month, to: Month): number {
  return (yearOf(to) - yearOf(from)) * 12 + Number(to.slice(5, 7)) - Number(from.slice(5, 7));
}

/** Every month from the first to the last, in order; none when `last` is before `first`. */
export function monthsFromTo(first: Month, last: Month): Month[] {
  return Array.from({ length: Math.max(0, monthsBetween(first, last) + 1) }, (_, index) => addMonths(first, index));
}

/** The days of a month, or of the months from the first to the last. */
export function monthsSpan(first: Month, last: Month): DateSpan {
  return { first: monthSpan(first).first, last: monthSpan(last).last };
}
