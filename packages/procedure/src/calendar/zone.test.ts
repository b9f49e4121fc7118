import { parseLocalDate as date, parseTimeOfDay as time, parseTimeZone as zone } from '@lumbung/contracts';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantAt, instantOf, localDateOf, localTimeOf, offsetMsAt, spanOfDate, startOfDate } from './zone.ts';

const WITA = zone('Asia/Makassar');
const BERLIN = zone('Europe/Berlin');
const HOUR_MS = 3_600_000;

const utc = (text: string): number => Date.parse(text);
const shown = (instantMs: number): string => new Date(instantMs).toISOString();

/** What Intl itself shows, to compare with. */
function shownByIntl(instantMs: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return parts.format(instantMs);
}

describe('an instant in a zone', () => {
  it('has the date of the organisation, not that of UTC', () => {
    expect(localDateOf(utc('2026-02-28T16:00:00Z'), WITA)).toBe('2026-03-01');
    expect(localDateOf(utc('2026-02-28T15:59:59.999Z'), WITA)).toBe('2026-02-28');
  });

  it('shows what clocks of the zone show, summer and winter, in any zone', () => {
    const zones = [WITA, BERLIN, zone('Australia/Lord_Howe'), zone('America/St_Johns'), zone('Asia/Kathmandu')];
    fc.assert(
      fc.property(
        fc.integer({ min: utc('1990-01-01T00:00:00Z') / 1000, max: utc('2037-01-01T00:00:00Z') / 1000 }),
        fc.constantFrom(...zones),
        (seconds, each) => {
          const { date: day, msOfDay } = localTimeOf(seconds * 1000, each);
          const clock = new Date(msOfDay).toISOString().slice(11, 19);
          expect(`${day} ${clock}`).toBe(shownByIntl(seconds * 1000, each));
        },
      ),
      { numRuns: fuzzRuns(500) },
    );
  });

  it('shows it right around each change of the clocks, to the millisecond', () => {
    const spring = utc('2026-03-29T01:00:00Z');
    expect(localTimeOf(spring - 1, BERLIN).msOfDay).toBe(2 * HOUR_MS - 1);
    expect(localTimeOf(spring, BERLIN).msOfDay).toBe(3 * HOUR_MS);
    const autumn = utc('2026-10-25T01:00:00Z');
    expect(offsetMsAt(autumn - 1, BERLIN)).toBe(2 * HOUR_MS);
    expect(offsetMsAt(autumn, BERLIN)).toBe(HOUR_MS);
  });

  it('is remembered for a bounded number of days, and right when they are forgotten', () => {
    for (let day = 0; day < 8000; day += 1) offsetMsAt(day * 24 * HOUR_MS, BERLIN);
    expect(offsetMsAt(utc('2026-07-01T00:00:00Z'), BERLIN)).toBe(2 * HOUR_MS);
  });
});

describe('a local time as an instant', () => {
  it('goes there and back, except where clocks skip or repeat', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: utc('2037-01-01T00:00:00Z') }), (instantMs) => {
        const back = instantOf(localTimeOf(instantMs, BERLIN), BERLIN);
        // A repeated hour means the first one.
        expect([0, HOUR_MS]).toContain(instantMs - back);
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  it('that clocks skip is as much later', () => {
    const skipped = instantAt(date('2026-03-29'), time('02:30'), BERLIN);
    expect(shown(skipped)).toBe('2026-03-29T01:30:00.000Z');
    expect(localTimeOf(skipped, BERLIN).msOfDay).toBe(3.5 * HOUR_MS);
  });

  it('that clocks show twice is the first one', () => {
    expect(shown(instantAt(date('2026-10-25'), time('02:30'), BERLIN))).toBe('2026-10-25T00:30:00.000Z');
    expect(shown(instantAt(date('2026-10-25'), time('03:00'), BERLIN))).toBe('2026-10-25T02:00:00.000Z');
  });
});

describe('a local date', () => {
  it('is 24 hours long, 23 in spring, 25 in autumn', () => {
    const hours = (day: string): number => {
      const { beginAt, endAt } = spanOfDate(date(day), BERLIN);
      return (endAt - beginAt) / HOUR_MS;
    };
    expect([hours('2026-03-28'), hours('2026-03-29'), hours('2026-10-25')]).toEqual([24, 23, 25]);
    expect(spanOfDate(date('2026-03-01'), WITA).beginAt).toBe(utc('2026-02-28T16:00:00Z'));
  });

  it('without a midnight begins where the gap ends', () => {
    // Cairo went forward at midnight: 24 April 2026 begins at 01.00.
    const cairo = zone('Africa/Cairo');
    const begin = startOfDate(date('2026-04-24'), cairo);
    expect(shown(begin)).toBe('2026-04-23T22:00:00.000Z');
    expect(localTimeOf(begin, cairo)).toEqual({ date: '2026-04-24', msOfDay: HOUR_MS });
    expect(localDateOf(begin - 1, cairo)).toBe('2026-04-23');
  });

  it('whose last hour repeats ends once', () => {
    // Asunción and São Paulo went back at midnight: 23.00 to 24.00 came twice.
    const saoPaulo = zone('America/Sao_Paulo');
    const { beginAt, endAt } = spanOfDate(date('2019-02-16'), saoPaulo);
    expect((endAt - beginAt) / HOUR_MS).toBe(25);
    expect(localDateOf(endAt - 1, saoPaulo)).toBe('2019-02-16');
    expect(localDateOf(endAt, saoPaulo)).toBe('2019-02-17');
  });

  it('that a zone left out has no moment', () => {
    // Samoa crossed the date line: there was no 30 December 2011.
    const { beginAt, endAt } = spanOfDate(date('2011-12-30'), zone('Pacific/Apia'));
    expect(endAt - beginAt).toBe(0);
  });

  it('begins with its first moment, whatever the zone and the day', () => {
    const zones = [
      BERLIN,
      zone('Africa/Cairo'),
      zone('America/Havana'),
      zone('Asia/Beirut'),
      zone('Australia/Lord_Howe'),
    ];
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12_000 }), fc.constantFrom(...zones), (days, each) => {
        const day = date(new Date(utc('2000-01-01T00:00:00Z') + days * 24 * HOUR_MS).toISOString().slice(0, 10));
        const begin = startOfDate(day, each);
        expect(localDateOf(begin, each)).toBe(day);
        expect(localDateOf(begin - 1, each) < day).toBe(true);
      }),
      { numRuns: fuzzRuns(300) },
    );
  });
});
