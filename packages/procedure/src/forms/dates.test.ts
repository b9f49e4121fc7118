import { parseLocalDate as date, LANGUAGES, parseMonth, parseTimeZone as zone } from '@lumbung/contracts';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateOfDayNumber } from '../calendar/date-arithmetic.ts';
import {
  formatDate,
  formatDateInWords,
  formatDateWithDay,
  formatMoment,
  formatMonth,
  formatTime,
  formatTimeWithZone,
  romanMonth,
} from './dates.ts';

const WITA = zone('Asia/Makassar');
const at = Date.parse('2026-03-05T00:30:59Z');

describe('dates', () => {
  it('are written without a leading zero, with Indonesian and English names', () => {
    expect(formatDateWithDay(date('2026-03-05'), 'id')).toBe('Kamis, 5 Maret 2026');
    expect(formatDateWithDay(date('2026-03-05'), 'en')).toBe('Thursday, 5 March 2026');
    expect(formatDateWithDay(date('2026-03-06'), 'id')).toBe('Jumat, 6 Maret 2026');
    expect(formatDate(date('2024-02-29'), 'id')).toBe('29 Februari 2024');
    expect(formatMonth(parseMonth('2026-08'), 'id')).toBe('Agustus 2026');
    expect(romanMonth(date('2026-09-01'))).toBe('IX');
  });

  it('carry the names that Intl knows', () => {
    const options = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' } as const;
    const formats = { id: new Intl.DateTimeFormat('id-ID', options), en: new Intl.DateTimeFormat('en-GB', options) };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40_000 }), fc.constantFrom(...LANGUAGES), (days, language) => {
        const byIntl = formats[language].format(days * 86_400_000);
        // British English leaves the comma out; ours is the same in both languages.
        expect(formatDateWithDay(dateOfDayNumber(days), language).replace(',', '')).toBe(byIntl.replace(',', ''));
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('are spelled out for minutes', () => {
    expect(formatDateInWords(date('2026-03-05'), 'id')).toBe(
      'Kamis tanggal lima bulan Maret tahun dua ribu dua puluh enam',
    );
    expect(formatDateInWords(date('2026-03-05'), 'en')).toBe(
      'Thursday, day five of March in the year two thousand twenty-six',
    );
  });
});

describe('times', () => {
  it('have a dot in Indonesian and the name of their zone; seconds are cut, not rounded', () => {
    expect(formatTime(at, WITA, 'id')).toBe('08.30');
    expect(formatTimeWithZone(at, WITA, 'id')).toBe('08.30 WITA');
    expect(formatTimeWithZone(at, WITA, 'en')).toBe('08:30 WITA');
    expect(formatMoment(at, WITA, 'id')).toBe('Kamis, 5 Maret 2026 pukul 08.30 WITA');
    expect(formatTime(Date.parse('2026-03-04T16:00:00Z'), WITA, 'id')).toBe('00.00');
  });

  it.each([
    ['Asia/Jakarta', 'WIB'],
    ['Asia/Pontianak', 'WIB'],
    ['Asia/Makassar', 'WITA'],
    ['Asia/Jayapura', 'WIT'],
    ['Europe/Berlin', 'CET'],
    ['America/New_York', 'EST'],
    ['Australia/Sydney', 'AEDT'],
    ['UTC', 'UTC'],
    // No abbreviation in use.
    ['Asia/Dili', 'UTC+9'],
  ])('of %s are %s', (name, abbreviation) => {
    expect(formatTimeWithZone(at, zone(name), 'en').split(' ')[1]).toBe(abbreviation);
  });

  it('of a zone with summer time name the season', () => {
    const july = Date.parse('2026-07-05T00:30:00Z');
    expect(formatTimeWithZone(july, zone('Europe/Berlin'), 'id')).toBe('02.30 CEST');
  });
});
