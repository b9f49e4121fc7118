import { isLumbungError } from '@lumbung/stdx';
import { describe, expect, it } from 'vitest';
import { daysInMonth, isLocalDate, parseLocalDate } from './local-date.ts';
import { isMonth, parseMonth } from './month.ts';
import { isTimeOfDay, parseTimeOfDay } from './time-of-day.ts';
import { isTimeZone, parseTimeZone } from './time-zone.ts';

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isLumbungError(error)) return error.code;
    throw error;
  }
  return 'nothing was thrown';
}

describe('a local date', () => {
  it('is a day that exists, leap days included', () => {
    for (const date of ['2026-03-05', '2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31']) {
      expect(parseLocalDate(date)).toBe(date);
    }
    expect(daysInMonth(2024, 2)).toBe(29);
    expect(daysInMonth(1900, 2)).toBe(28);
  });

  it('is not a day that never was, nor another spelling of one', () => {
    const wrong = ['2023-02-29', '1900-02-29', '2026-04-31', '2026-13-01', '2026-00-10', '2026-01-00', '0000-01-01'];
    const spelled = ['2026-3-5', '05-03-2026', '2026-03-05T00:00', ' 2026-03-05', '2026-03-05\n', '٢٠٢٦-٠٣-٠٥', ''];
    expect([...wrong, ...spelled].filter(isLocalDate)).toEqual([]);
    expect(codeOf(() => parseLocalDate('2023-02-29'))).toBe('LOCAL_DATE_INVALID');
  });
});

describe('a month', () => {
  it('has two digits from 01 to 12', () => {
    expect(parseMonth('2026-12')).toBe('2026-12');
    expect(['2026-13', '2026-00', '2026-1', '2026-12-01', '0000-01', '2026-12\n'].filter(isMonth)).toEqual([]);
    expect(codeOf(() => parseMonth('2026'))).toBe('MONTH_INVALID');
  });
});

describe('a time of the day', () => {
  it('is on a clock of 24 hours, to the minute', () => {
    expect(parseTimeOfDay('23:59')).toBe('23:59');
    expect(['24:00', '8:30', '08.30', '08:60', '08:30:00', '08:30\n'].filter(isTimeOfDay)).toEqual([]);
    expect(codeOf(() => parseTimeOfDay('noon'))).toBe('TIME_OF_DAY_INVALID');
  });
});

describe('a time zone', () => {
  it('is one that this machine knows', () => {
    for (const zone of ['Asia/Makassar', 'Europe/Berlin', 'Etc/GMT-8', 'UTC']) expect(parseTimeZone(zone)).toBe(zone);
    expect(codeOf(() => parseTimeZone('Asia/Singaraja'))).toBe('TIME_ZONE_UNKNOWN');
  });

  it('is no fixed offset and nothing that only looks like a name', () => {
    expect(['+08:00', '-0500', '', '../etc/passwd', 'Asia/Makassar\n', 'x'.repeat(5000)].filter(isTimeZone)).toEqual(
      [],
    );
  });

  it('is asked for once: a flood of wrong names is refused all the same', () => {
    const names = Array.from({ length: 1500 }, (_, index) => `Nowhere/City${index}`);
    expect(names.filter(isTimeZone)).toEqual([]);
    expect(isTimeZone('Asia/Jayapura')).toBe(true);
  });
});
