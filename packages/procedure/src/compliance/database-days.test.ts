import { type DayCount, parseMonth, parseTimeZone } from '@lumbung/contracts';
import { describe, expect, it } from 'vitest';
import { monthSpan } from '../calendar/date-arithmetic.ts';
import { fixedNationalHolidays } from '../calendar/holidays.ts';
import type { Asset } from '../records/asset.ts';
import type { BackupRun } from '../records/backup-run.ts';
import { RunDays } from '../records/run-days.ts';
import { assetOf, at, HOUR_MS, runOf, WITA } from '../testing/records.ts';
import { databaseDays } from './database-days.ts';

const db = assetOf('database', 'db', { from: '2026-03-01' });

function figure(
  assets: readonly Asset[],
  runs: readonly BackupRun[],
  now: string | number,
  words: { month?: string; count?: DayCount; zone?: ReturnType<typeof parseTimeZone> } = {},
) {
  const { month = '2026-03', count = 'calendar-days', zone = WITA } = words;
  const nowMs = typeof now === 'number' ? now : at(now, zone);
  return databaseDays({
    standard: { every: 'day', count, coverageHoursMax: 26 },
    span: monthSpan(parseMonth(month)),
    assets,
    days: new RunDays(runs, zone, nowMs),
    calendar: fixedNationalHolidays(2026),
    zone,
    nowMs,
  });
}

const ratio = (...args: Parameters<typeof figure>): string => {
  const { numerator, denominator } = figure(...args);
  return `${numerator}/${denominator}`;
};
const missed = (...args: Parameters<typeof figure>): string[] =>
  figure(...args).misses.map(({ date, result }) => `${date} ${result}`);

describe('database-days', () => {
  it('are every date of the life, first and last included, weekends too', () => {
    const short = assetOf('database', 'db', { from: '2026-03-06', retired: '2026-03-09' });
    const runs = ['2026-03-06', '2026-03-07', '2026-03-09'].map((date) => runOf(short, date));
    // Friday 6 to Monday 9 March: four days, Sunday is missing.
    expect(ratio([short], runs, '2026-04-10')).toBe('3/4');
    expect(missed([short], runs, '2026-04-10')).toEqual(['2026-03-08 none']);
    expect(ratio([short], runs, '2026-04-10', { month: '2026-04' })).toBe('0/0');
    expect(ratio([short], runs, '2026-04-10', { month: '2026-02' })).toBe('0/0');
  });

  it('count today only once it has a good backup, and days to come never', () => {
    const runs = [runOf(db, '2026-03-01'), runOf(db, '2026-03-02')];
    const today = runOf(db, '2026-03-03 01:00');
    expect(ratio([db], runs, '2026-03-03 02:00')).toBe('2/2');
    expect(ratio([db], [...runs, today], '2026-03-03 02:00')).toBe('3/3');
    expect(ratio([db], runs, '2026-03-04 00:00')).toBe('2/3');
    const tomorrow = runOf(db, '2026-03-04 01:00');
    expect(ratio([db], [...runs, tomorrow], '2026-03-03 02:00')).toBe('2/2');
  });

  it('need a backup that succeeded or warned, and is verified', () => {
    const runs = [
      runOf(db, '2026-03-01'),
      runOf(db, '2026-03-02', { outcome: 'warned' }),
      runOf(db, '2026-03-03', { verification: 'pending' }),
      runOf(db, '2026-03-04', { verification: 'revoked' }),
      ...(['failed', 'cancelled', 'stalled', 'lost'] as const).map((outcome, index) =>
        runOf(db, `2026-03-0${index + 5}`, { outcome }),
      ),
      runOf(db, '2026-03-09', { outcome: 'missed' }),
    ];
    expect(ratio([db], runs, '2026-03-10 00:00')).toBe('2/9');
    expect(missed([db], runs, '2026-03-10 00:00')).toEqual([
      '2026-03-03 awaiting',
      '2026-03-04 unproven',
      '2026-03-05 failed',
      '2026-03-06 failed',
      '2026-03-07 failed',
      '2026-03-08 failed',
      '2026-03-09 none',
    ]);
    expect(figure([db], runs, '2026-03-10 00:00').rows).toEqual([
      { assetId: 'db', numerator: 2, denominator: 9, failed: 6, missed: 1 },
    ]);
  });

  it('are good after a failure and a later success of the same date, and lost by a later revocation', () => {
    const runs = [runOf(db, '2026-03-01 01:00', { outcome: 'failed' }), runOf(db, '2026-03-01 23:00')];
    expect(ratio([db], runs, '2026-03-02 00:00')).toBe('1/1');
    const revoked = runs.map((run) => ({ ...run, verification: 'revoked' as const }));
    expect(ratio([db], revoked, '2026-03-02 00:00')).toBe('0/1');
  });

  it('belong to the local date on which reading began', () => {
    // 23.50 WITA on the 1st, ended on the 2nd; in UTC both are the 1st.
    const overMidnight = runOf(db, '2026-03-01 23:50', { minutes: 600 });
    expect(missed([db], [overMidnight], '2026-03-03 00:00')).toEqual(['2026-03-02 none']);
    const early = runOf(db, '2026-03-02 00:10');
    expect(missed([db], [early], '2026-03-03 00:00')).toEqual(['2026-03-01 none']);
  });

  it('count work that was caught up for the date on which it ran', () => {
    const caughtUp = runOf(db, '2026-03-04 10:00', { origin: 'catch-up' });
    expect(missed([db], [caughtUp], '2026-03-05 00:00')).toEqual([
      '2026-03-01 none',
      '2026-03-02 none',
      '2026-03-03 none',
    ]);
  });

  it('count manual entries apart', () => {
    const runs = [runOf(db, '2026-03-01', { origin: 'manual-entry' }), runOf(db, '2026-03-02', { origin: 'manual' })];
    const result = figure([db], runs, '2026-03-03 00:00');
    expect([result.numerator, result.denominator, result.manualDays]).toEqual([1, 2, 1]);
    expect(result.misses).toEqual([
      { assetId: 'db', date: '2026-03-01', result: 'none', manualEntries: 1, pause: undefined },
    ]);
  });

  it('count paused time, and say the reason beside it', () => {
    const pause = { from: db.life.registeredOn, reason: 'server dipindahkan' };
    const paused = { ...db, life: { ...db.life, pauses: [pause] } };
    expect(figure([paused], [], '2026-03-02 00:00').misses).toMatchObject([{ date: '2026-03-01', pause }]);
  });

  it('count a trial like an active database, and files not at all', () => {
    const trial = assetOf('database', 'trial', { from: '2026-03-01', trial: true });
    const files = assetOf('files', 'files', { from: '2026-03-01' });
    expect(ratio([trial, files], [runOf(trial, '2026-03-01')], '2026-03-02 00:00')).toBe('1/1');
  });

  it('leave weekends and holidays out where the office counts working days', () => {
    // Of the first ten days of May 2026: the 1st is a holiday, 2, 3, 9 and 10 a weekend; five working days are left.
    const may = assetOf('database', 'may', { from: '2026-05-01', retired: '2026-05-10' });
    const words = { month: '2026-05', count: 'working-days' } as const;
    expect(ratio([may], [runOf(may, '2026-05-04'), runOf(may, '2026-05-02')], '2026-06-01', words)).toBe('1/5');
    expect(ratio([may], [], '2026-06-01', { month: '2026-05' })).toBe('0/10');
  });

  it('give a leap February 29 days', () => {
    const leap = assetOf('database', 'leap', { from: '2024-01-01' });
    expect(ratio([leap], [runOf(leap, '2024-02-29')], '2024-03-01 00:00', { month: '2024-02' })).toBe('1/29');
    expect(ratio([leap], [], '2025-03-01 00:00', { month: '2025-02' })).toBe('0/28');
  });

  it('do not count a copy whose time cannot be believed', () => {
    const claimedAt = at('2026-03-01');
    const pushed = (hours: number) =>
      runOf(db, claimedAt, { origin: 'pushed', receivedAt: claimedAt + hours * HOUR_MS });
    expect(ratio([db], [pushed(48)], '2026-03-02 00:00')).toBe('1/1');
    expect(ratio([db], [pushed(49)], '2026-03-02 00:00')).toBe('0/1');
  });

  it('are counted on the clocks of a zone with summer time', () => {
    const zone = parseTimeZone('Europe/Berlin');
    const berlin = assetOf('database', 'berlin', { from: '2026-03-28', retired: '2026-03-30' });
    // 00.30 of the day that loses an hour, and 23.30 of the same day.
    const runs = [runOf(berlin, '2026-03-29 00:30', { zone }), runOf(berlin, '2026-03-29 23:30', { zone })];
    expect(missed([berlin], runs, '2026-04-01', { zone })).toEqual(['2026-03-28 none', '2026-03-30 none']);
  });
});
