import {
  parseLocalDate as date,
  type HolidayCalendar,
  parseTimeZone,
  parseTimeOfDay as time,
} from '@lumbung/contracts';
import { describe, expect, it } from 'vitest';
import {
  endOfNthWorkingDayAfter,
  fixedNationalHolidays,
  isWorkingDay,
  messageLeavesAt,
  nthWorkingDayAfter,
} from './holidays.ts';

const WITA = parseTimeZone('Asia/Makassar');
const wita = (text: string): number => Date.parse(`${text}+08:00`);

/** As an office would type it: Nyepi of 2025, with its silence from 06.00 to 06.00. */
const CALENDAR: HolidayCalendar = [
  {
    date: date('2025-03-29'),
    name: { id: 'Hari Suci Nyepi', en: 'Nyepi' },
    kind: 'national',
    silence: { from: time('06:00'), untilNextDay: time('06:00') },
  },
  { date: date('2025-03-31'), name: { id: 'Idulfitri', en: 'Eid' }, kind: 'national' },
  { date: date('2025-04-01'), name: { id: 'Idulfitri', en: 'Eid' }, kind: 'national' },
];

describe('working days', () => {
  it('are Monday to Friday less the holidays', () => {
    expect(isWorkingDay(date('2025-03-28'), CALENDAR)).toBe(true);
    expect(isWorkingDay(date('2025-03-30'), CALENDAR)).toBe(false);
    expect(isWorkingDay(date('2025-03-31'), CALENDAR)).toBe(false);
    expect(isWorkingDay(date('2025-03-31'), [])).toBe(true);
  });

  it('are counted from the day after, over weekends and holidays', () => {
    // Friday 28 March, then Nyepi, Sunday, two days of Eid: Wednesday 2 April.
    expect(nthWorkingDayAfter(date('2025-03-28'), 1, CALENDAR)).toBe('2025-04-02');
    expect(nthWorkingDayAfter(date('2025-03-28'), 2, CALENDAR)).toBe('2025-04-03');
    expect(nthWorkingDayAfter(date('2025-03-28'), 1, [])).toBe('2025-03-31');
  });

  it('end with the day: the moment after 23.59.59', () => {
    const end = endOfNthWorkingDayAfter(date('2025-03-28'), { count: 1, calendar: CALENDAR, zone: WITA });
    expect(end).toBe(wita('2025-04-03T00:00:00'));
  });
});

describe('a message', () => {
  it('waits from the morning of Nyepi until the next morning', () => {
    expect(messageLeavesAt(wita('2025-03-29T05:59:59'), CALENDAR, WITA)).toBe(wita('2025-03-29T05:59:59'));
    expect(messageLeavesAt(wita('2025-03-29T06:00:00'), CALENDAR, WITA)).toBe(wita('2025-03-30T06:00:00'));
    expect(messageLeavesAt(wita('2025-03-30T05:00:00'), CALENDAR, WITA)).toBe(wita('2025-03-30T06:00:00'));
    expect(messageLeavesAt(wita('2025-03-30T06:00:00'), CALENDAR, WITA)).toBe(wita('2025-03-30T06:00:00'));
  });

  it('goes out on holidays without silence', () => {
    expect(messageLeavesAt(wita('2025-03-31T09:00:00'), CALENDAR, WITA)).toBe(wita('2025-03-31T09:00:00'));
  });

  it('waits through silences that follow one another, in whatever order they were typed', () => {
    const second = {
      date: date('2025-03-30'),
      name: { id: 'Hening', en: 'Silence' },
      kind: 'office',
      silence: { from: time('06:00'), untilNextDay: time('07:30') },
    } as const;
    const expected = wita('2025-03-31T07:30:00');
    expect(messageLeavesAt(wita('2025-03-29T08:00:00'), [...CALENDAR, second], WITA)).toBe(expected);
    expect(messageLeavesAt(wita('2025-03-29T08:00:00'), [second, ...CALENDAR], WITA)).toBe(expected);
  });
});

describe('the national holidays that never move', () => {
  it('are five days of each year', () => {
    expect(fixedNationalHolidays(2026).map((each) => each.date)).toEqual([
      '2026-01-01',
      '2026-05-01',
      '2026-06-01',
      '2026-08-17',
      '2026-12-25',
    ]);
  });
});
