import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { timestamps } from './testing/arbitraries.ts';
import { damagedText } from './testing/mutations.ts';
import {
  civilOf,
  civilOfDays,
  compareInstants,
  daysOfCivil,
  formatTimestamp,
  instantOf,
  isTimestampText,
  millisecondsOf,
  parseTimestamp,
  timestampOfMilliseconds,
  UTC_ZONE,
} from './timestamp.ts';

const fixed = (offset: number) => ({ offsetSeconds: () => offset });

describe('formatTimestamp', () => {
  it.each([
    [0, 0, 0, '1970-01-01T00:00:00Z'],
    [1_706_933_106, 70_809_000, 0, '2024-02-03T04:05:06.070809Z'],
    [1_706_933_106, 1, 0, '2024-02-03T04:05:06.000000001Z'],
    [1_706_933_106, 999_999_999, 7 * 3600, '2024-02-03T11:05:06.999999999+07:00'],
    [1_706_933_106, 0, -5 * 3600, '2024-02-02T23:05:06-05:00'],
    [1_706_933_106, 500_000_000, 19_800, '2024-02-03T09:35:06.5+05:30'],
    // Liberia until 1972: the clock shows the seconds, the zone does not.
    [0, 0, -2670, '1969-12-31T23:15:30-00:44'],
    [0, 0, 45, '1970-01-01T00:00:45+00:00'],
    [-1, 500_000_000, 0, '1969-12-31T23:59:59.5Z'],
    [951_782_400, 0, 0, '2000-02-29T00:00:00Z'],
    [-2_203_891_200, 0, 0, '1900-03-01T00:00:00Z'],
    [-62_135_596_800, 0, 0, '0001-01-01T00:00:00Z'],
    [-62_167_219_200, 0, 0, '0000-01-01T00:00:00Z'],
    [253_402_300_799, 0, 0, '9999-12-31T23:59:59Z'],
    // Beyond what four digits show, month, day and time stay.
    [253_402_300_800, 0, 0, '9999-01-01T00:00:00Z'],
    [-62_167_219_201, 0, 0, '0000-12-31T23:59:59Z'],
    [253_402_300_800, 0, -3600, '9999-12-31T23:00:00-01:00'],
    [253_407_398_400, 0, 0, '9999-03-01T00:00:00Z'],
  ])('%d.%d at an offset of %d is %s', (seconds, nanoseconds, offset, expected) => {
    expect(formatTimestamp(seconds, nanoseconds, fixed(offset))).toBe(expected);
  });

  it.each([2 ** 63, -(2 ** 63), Number.MAX_VALUE, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'writes some time for %d seconds',
    (seconds) => {
      expect(isTimestampText(formatTimestamp(seconds, 0, UTC_ZONE))).toBe(true);
    },
  );

  it('fuzz: writes what reads back as the same moment', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -62_000_000_000, max: 253_000_000_000 }),
        fc.integer({ min: 0, max: 999_999_999 }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        (seconds, nanoseconds, minutes) => {
          const text = formatTimestamp(seconds, nanoseconds, fixed(minutes * 60));
          expect(instantOf(parseTimestamp(text))).toEqual({ seconds, nanoseconds });
        },
      ),
      { numRuns: fuzzRuns(1000) },
    );
  });

  it('fuzz: agrees with the calendar of the runtime', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_000_000_000_000, max: 253_000_000_000_000 }), (timeMs) => {
        const expected = new Date(timeMs).toISOString().replace(/\.?0*Z$/, 'Z');
        expect(timestampOfMilliseconds(timeMs, UTC_ZONE)).toBe(expected.replace(/:(\d)Z$/, ':$10Z'));
      }),
      { numRuns: fuzzRuns(1000) },
    );
  });
});

describe('timestampOfMilliseconds', () => {
  it.each([
    [1500.25, '1970-01-01T00:00:01.50025Z'],
    [-0.5, '1969-12-31T23:59:59.9995Z'],
    [0.000_000_4, '1970-01-01T00:00:00Z'],
    // Rounding never makes a thousandth thousandth.
    [999.999_999_9, '1970-01-01T00:00:00.999999999Z'],
  ])('%d ms is %s', (timeMs, expected) => {
    expect(timestampOfMilliseconds(timeMs, UTC_ZONE)).toBe(expected);
  });
});

describe('parseTimestamp', () => {
  it.each([
    '2024-02-29T23:59:59Z',
    '2024-02-03T04:05:06.070809+07:00',
    '0001-01-01T00:00:00Z',
    '2024-02-03T04:05:06.1234567890123Z',
    '2024-02-03t04:05:06,5z',
    '1969-12-31T23:15:30-00:44',
  ])('keeps %s as it is', (text) => {
    expect(parseTimestamp(text)).toBe(text);
  });

  it.each([
    '',
    '2024-02-03',
    '2024-02-03T04:05:06',
    '2024-02-03T04:05Z',
    '2024-02-03 04:05:06Z',
    '2024-2-3T04:05:06Z',
    '2024-13-01T00:00:00Z',
    '2024-00-01T00:00:00Z',
    '2024-01-00T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2024-04-31T00:00:00Z',
    '2024-02-03T24:00:00Z',
    '2024-02-03T04:60:06Z',
    '2024-02-03T04:05:60Z',
    '2024-02-03T04:05:06.Z',
    '2024-02-03T04:05:06+7:00',
    '2024-02-03T04:05:06+07:60',
    '2024-02-03T04:05:06+0700',
    '2024-02-03T04:05:06Z ',
    '2024-02-03T04:05:06.1234567890123',
    '12024-02-03T04:05:06Z',
    '-024-02-03T04:05:06Z',
    '２０２4-02-03T04:05:06Z',
  ])('refuses %j', (text) => {
    expect(() => parseTimestamp(text)).toThrow(
      expect.objectContaining({ code: 'TIMESTAMP_INVALID', kind: 'corruption' }),
    );
  });

  it('shows little of a long text that is none', () => {
    expect(() => parseTimestamp('9'.repeat(1_000_000))).toThrow(/^.{0,100}$/);
  });

  it('fuzz: reads any text or refuses it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[-0-9T:.Z+ ]*$/), (text) => {
        if (isTimestampText(text)) instantOf(text);
      }),
      { numRuns: fuzzRuns(1000) },
    );
  });

  it('fuzz: reads damaged stamps or refuses them', () => {
    fc.assert(
      fc.property(damagedText(['2024-02-29T23:59:59.123456789+05:30', '0001-01-01T00:00:00Z']), (text) => {
        if (isTimestampText(text)) expect(instantOf(text).seconds).toSatisfy(Number.isSafeInteger);
        else expect(() => parseTimestamp(text)).toThrow(expect.objectContaining({ code: 'TIMESTAMP_INVALID' }));
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('moments', () => {
  it('are compared as moments, not as texts', () => {
    const instants = ['2024-01-01T00:00:00+07:00', '2023-12-31T18:00:00Z', '2023-12-31T18:00:00.000000001Z'].map(
      (text) => instantOf(parseTimestamp(text)),
    );
    expect([...instants].reverse().sort(compareInstants)).toEqual(instants);
    expect(
      compareInstants(
        instantOf(parseTimestamp('2024-01-01T00:00:00Z')),
        instantOf(parseTimestamp('2024-01-01T07:00:00+07:00')),
      ),
    ).toBe(0);
  });

  it('lose what is finer than a millisecond, towards the past', () => {
    expect(millisecondsOf({ seconds: -1, nanoseconds: 999_999 })).toBe(-1000);
    expect(millisecondsOf({ seconds: 1, nanoseconds: 1_999_999 })).toBe(1001);
  });
});

describe('civilOf', () => {
  it.each([
    ['2024-12-29T10:00:00Z', 2024, 52],
    ['2024-12-30T10:00:00Z', 2025, 1],
    ['2021-01-03T10:00:00Z', 2020, 53],
    ['2021-01-04T10:00:00Z', 2021, 1],
    ['2005-01-01T00:00:00Z', 2004, 53],
    ['1969-12-29T00:00:00Z', 1970, 1],
  ])('%s is in week %d-%d', (text, isoYear, isoWeek) => {
    expect(civilOf(parseTimestamp(text))).toMatchObject({ isoYear, isoWeek });
  });

  it('is what the clock showed where the stamp was made', () => {
    expect(civilOf(parseTimestamp('2024-01-01T01:30:00+07:00'))).toMatchObject({
      year: 2024,
      month: 1,
      day: 1,
      hour: 1,
    });
  });

  it('fuzz: days and dates are the same thing', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 4_000_000 }), (days) => {
        const date = new Date(days * 86_400_000);
        const civil = civilOfDays(days);
        expect(civil).toEqual({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() });
        expect(daysOfCivil(civil)).toBe(days);
      }),
      { numRuns: fuzzRuns(1000) },
    );
  });

  it('fuzz: every stamp has a date', () => {
    fc.assert(
      fc.property(timestamps, (timestamp) => {
        const { month, day, hour, isoWeek } = civilOf(timestamp);
        expect(month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour >= 0 && hour <= 23).toBe(true);
        expect(isoWeek >= 1 && isoWeek <= 53).toBe(true);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('localZone', () => {
  const zoneBefore = process.env['TZ'];
  afterEach(() => {
    if (zoneBefore === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zoneBefore;
  });

  /** What the module shows that starts in a zone: it remembers offsets. */
  async function textsIn(zone: string, moments: readonly number[]): Promise<string[]> {
    process.env['TZ'] = zone;
    vi.resetModules();
    const fresh = await import('./timestamp.ts');
    return moments.map((seconds) => fresh.formatTimestamp(seconds, 0, fresh.localZone()));
  }

  it.each([
    ['Asia/Jakarta', 1_706_933_106, '2024-02-03T11:05:06+07:00'],
    ['America/New_York', 1_700_000_000, '2023-11-14T17:13:20-05:00'],
    ['America/New_York', 1_690_000_000, '2023-07-22T00:26:40-04:00'],
    ['Asia/Kolkata', 1_706_933_106, '2024-02-03T09:35:06+05:30'],
    ['Africa/Monrovia', 0, '1969-12-31T23:15:30-00:44'],
    ['UTC', 1_706_933_106, '2024-02-03T04:05:06Z'],
  ])('in %s %d is %s', async (zone, seconds, expected) => {
    expect(await textsIn(zone, [seconds])).toEqual([expected]);
  });

  it('sees a change of the clocks at the second it happens', async () => {
    const change = Date.UTC(2024, 2, 10, 7) / 1000;
    expect(await textsIn('America/New_York', [change - 1, change, change - 1])).toEqual([
      '2024-03-10T01:59:59-05:00',
      '2024-03-10T03:00:00-04:00',
      '2024-03-10T01:59:59-05:00',
    ]);
  });

  it('sees a change in the middle of an hour of UTC', async () => {
    // Lord Howe Island moves by half an hour, at 15:00 and 15:30 UTC.
    const change = Date.UTC(2024, 3, 6, 15) / 1000;
    expect(await textsIn('Australia/Lord_Howe', [change - 1, change])).toEqual([
      '2024-04-07T01:59:59+11:00',
      '2024-04-07T01:30:00+10:30',
    ]);
    const nepal = Date.UTC(1985, 11, 31, 18, 30) / 1000;
    expect(await textsIn('Asia/Kathmandu', [nepal - 1, nepal])).toEqual([
      '1985-12-31T23:59:59+05:30',
      '1986-01-01T00:15:00+05:45',
    ]);
  });

  it('has an offset for moments that no calendar knows', async () => {
    const texts = await textsIn('Asia/Jakarta', [8_640_000_000_000, -8_640_000_000_000, 1e15, -1e15]);
    for (const text of texts) expect(isTimestampText(text)).toBe(true);
  });
});
