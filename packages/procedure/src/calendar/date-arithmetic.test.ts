import { parseLocalDate as date, isLeapYear, type LocalDate, parseMonth as month } from '@lumbung/contracts';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  addMonths,
  dateOfDayNumber,
  datesOf,
  dayNumberOf,
  daysBetween,
  intersectSpans,
  isoWeekOf,
  monthOf,
  monthOfWeek,
  monthSpan,
  monthsBetween,
  monthsFromTo,
  weekAround,
  weekdayNumberOf,
  weekdayOf,
  weeksOf,
} from './date-arithmetic.ts';

const anyDate = (): fc.Arbitrary<LocalDate> =>
  fc.integer({ min: dayNumberOf(date('0001-01-08')), max: dayNumberOf(date('9999-12-20')) }).map(dateOfDayNumber);

describe('days', () => {
  it('are counted through leap days and centuries', () => {
    expect(dayNumberOf(date('1970-01-01'))).toBe(0);
    expect(addDays(date('2024-02-28'), 1)).toBe('2024-02-29');
    expect(addDays(date('2023-02-28'), 1)).toBe('2023-03-01');
    expect(addDays(date('1900-02-28'), 1)).toBe('1900-03-01');
    expect(addDays(date('2026-01-01'), -1)).toBe('2025-12-31');
    expect(daysBetween(date('2024-01-01'), date('2025-01-01'))).toBe(366);
    expect(dayNumberOf(date('0001-01-01'))).toBe(-719_162);
  });

  it('go there and back', () => {
    fc.assert(
      fc.property(anyDate(), fc.integer({ min: -7, max: 7 }), (day, days) => {
        expect(daysBetween(day, addDays(day, days))).toBe(days);
        expect(dateOfDayNumber(dayNumberOf(day))).toBe(day);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('have the weekday that the one before leads to; 5 March 2026 is a Thursday', () => {
    expect(weekdayOf(date('2026-03-05'))).toBe('thursday');
    expect(weekdayOf(date('0001-01-01'))).toBe('monday');
    fc.assert(
      fc.property(anyDate(), (day) => {
        expect(weekdayNumberOf(addDays(day, 1))).toBe((weekdayNumberOf(day) % 7) + 1);
        expect(weekdayNumberOf(day) % 7).toBe(new Date(`${day}T12:00:00Z`).getUTCDay());
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('end with the year 9999, in an error and not in a wrong date', () => {
    expect(() => addDays(date('9999-12-31'), 1)).toThrow(expect.objectContaining({ code: 'BUG_ASSERTION' }));
  });
});

describe('ISO weeks', () => {
  it.each([
    // The years that the standard itself takes as examples, and those around the turn of 2026.
    ['2005-01-01', '2004-W53'],
    ['2005-01-02', '2004-W53'],
    ['2005-12-31', '2005-W52'],
    ['2007-01-01', '2007-W01'],
    ['2008-12-29', '2009-W01'],
    ['2008-12-31', '2009-W01'],
    ['2010-01-03', '2009-W53'],
    ['2020-12-31', '2020-W53'],
    ['2021-01-03', '2020-W53'],
    ['2021-01-04', '2021-W01'],
    ['2024-12-30', '2025-W01'],
    ['2026-01-01', '2026-W01'],
    ['2027-01-03', '2026-W53'],
  ])('%s lies in %s', (day, week) => {
    expect(isoWeekOf(date(day))).toBe(week);
  });

  it('belong to the month of their Thursday, across months and across New Year', () => {
    // Monday 30 March to Sunday 5 April 2026: Thursday is 2 April.
    expect(monthOfWeek(date('2026-03-30'))).toBe('2026-04');
    expect(monthOfWeek(date('2026-04-05'))).toBe('2026-04');
    // Monday 27 April to Sunday 3 May 2026: Thursday is 30 April.
    expect(monthOfWeek(date('2026-05-03'))).toBe('2026-04');
    // Monday 29 December 2025 to Sunday 4 January 2026: Thursday is New Year's Day.
    expect(monthOfWeek(date('2025-12-29'))).toBe('2026-01');
  });

  it('of all months of a year are every week once, 4 or 5 a month', () => {
    const counts = monthsFromTo(month('2026-01'), month('2026-12')).map((each) => weeksOf(monthSpan(each)).length);
    // The Thursdays of 2026, which begins and ends with one: 53.
    expect(counts).toEqual([5, 4, 4, 5, 4, 4, 5, 4, 4, 5, 4, 5]);
    const weeks = monthsFromTo(month('2025-01'), month('2027-12')).flatMap((each) => weeksOf(monthSpan(each)));
    weeks.slice(1).forEach((week, index) => expect(daysBetween(weeks[index]?.first ?? week.first, week.first)).toBe(7));
  });

  it('hold seven days from Monday to Sunday', () => {
    fc.assert(
      fc.property(anyDate(), (day) => {
        const week = weekAround(day);
        expect([weekdayOf(week.first), weekdayOf(week.last)]).toEqual(['monday', 'sunday']);
        expect(week.first <= day && day <= week.last).toBe(true);
        expect(new Set(datesOf(week).map(isoWeekOf)).size).toBe(1);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('months', () => {
  it('end on their last day, in leap years too', () => {
    expect(monthSpan(month('2024-02')).last).toBe('2024-02-29');
    expect(monthSpan(month('2026-02'))).toEqual({ first: '2026-02-01', last: '2026-02-28' });
    expect(isLeapYear(2100)).toBe(false);
    expect(monthSpan(month('2100-02')).last).toBe('2100-02-28');
  });

  it('are counted over the turn of a year, both ways', () => {
    expect(addMonths(month('2025-11'), 3)).toBe('2026-02');
    expect(addMonths(month('2026-01'), -12)).toBe('2025-01');
    expect(monthsBetween(month('2025-11'), month('2026-02'))).toBe(3);
    expect(monthsFromTo(month('2026-02'), month('2026-01'))).toEqual([]);
    fc.assert(
      fc.property(anyDate(), fc.integer({ min: -8, max: 8 }), (day, months) => {
        fc.pre(day > '0002-01-01' && day < '9998-12-01');
        expect(monthsBetween(monthOf(day), addMonths(monthOf(day), months))).toBe(months);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('spans', () => {
  it('meet in what both have, the ends included, or not at all', () => {
    const march = monthSpan(month('2026-03'));
    expect(intersectSpans(march, { first: date('2026-03-31'), last: date('2026-04-30') })).toEqual({
      first: '2026-03-31',
      last: '2026-03-31',
    });
    expect(intersectSpans(march, monthSpan(month('2026-04')))).toBeUndefined();
    expect(datesOf({ first: date('2026-03-02'), last: date('2026-03-01') })).toEqual([]);
  });
});
