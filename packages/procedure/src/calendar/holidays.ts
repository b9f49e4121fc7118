import { type Holiday, type HolidayCalendar, isLocalDate, type LocalDate, type TimeZone } from '@lumbung/contracts';
import { assert } from '@lumbung/stdx';
import { addDays, weekdayNumberOf } from './date-arithmetic.ts';
import { type InstantSpan, instantAt, startOfDate } from './zone.ts';

const SATURDAY = 6;

/** Monday to Friday less the holidays. */
export function isWorkingDay(date: LocalDate, calendar: HolidayCalendar): boolean {
  return weekdayNumberOf(date) < SATURDAY && !holidaySet(calendar).has(date);
}

/** The `count`-th working day after the date, which itself never counts. */
export function nthWorkingDayAfter(date: LocalDate, count: number, calendar: HolidayCalendar): LocalDate {
  let [day, left] = [date, count];
  while (left > 0) {
    day = addDays(day, 1);
    if (isWorkingDay(day, calendar)) left -= 1;
  }
  return day;
}

/** The first moment after the end (23.59.59) of the `count`-th working day after the date. */
export function endOfNthWorkingDayAfter(
  date: LocalDate,
  options: { readonly count: number; readonly calendar: HolidayCalendar; readonly zone: TimeZone },
): number {
  return startOfDate(addDays(nthWorkingDayAfter(date, options.count, options.calendar), 1), options.zone);
}

/** The earliest moment, `at` or later, when a message may leave: silence (Nyepi) is over. Backups never ask. */
export function messageLeavesAt(at: number, calendar: HolidayCalendar, zone: TimeZone): number {
  const silences = calendar
    .flatMap((holiday) => silenceOf(holiday, zone) ?? [])
    .toSorted((a, b) => a.beginAt - b.beginAt);
  return silences.reduce(
    (leavesAt, { beginAt, endAt }) => (beginAt <= leavesAt && leavesAt < endAt ? endAt : leavesAt),
    at,
  );
}

function silenceOf({ date, silence }: Holiday, zone: TimeZone): InstantSpan | undefined {
  if (silence === undefined) return undefined;
  return {
    beginAt: instantAt(date, silence.from, zone),
    endAt: instantAt(addDays(date, 1), silence.untilNextDay, zone),
  };
}

/** The national holidays whose date never moves. The others are decreed each year: people enter them. */
export function fixedNationalHolidays(year: number): HolidayCalendar {
  return FIXED.map(({ day, name }) => {
    const date = `${String(year).padStart(4, '0')}-${day}`;
    assert(isLocalDate(date), 'the calendar ends with the year 9999');
    return { date, name, kind: 'national' };
  });
}

const FIXED = [
  { day: '01-01', name: { id: 'Tahun Baru Masehi', en: 'New Year' } },
  { day: '05-01', name: { id: 'Hari Buruh Internasional', en: 'Labour Day' } },
  { day: '06-01', name: { id: 'Hari Lahir Pancasila', en: 'Pancasila Day' } },
  { day: '08-17', name: { id: 'Hari Kemerdekaan Republik Indonesia', en: 'Independence Day' } },
  { day: '12-25', name: { id: 'Hari Raya Natal', en: 'Christmas Day' } },
] as const;

const sets = new WeakMap<HolidayCalendar, ReadonlySet<LocalDate>>();

function holidaySet(calendar: HolidayCalendar): ReadonlySet<LocalDate> {
  const before = sets.get(calendar);
  if (before !== undefined) return before;
  const made = new Set(calendar.map(({ date }) => date));
  sets.set(calendar, made);
  return made;
}
