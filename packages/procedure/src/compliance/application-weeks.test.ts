import { parseMonth } from '@lumbung/contracts';
import { describe, expect, it } from 'vitest';
import { monthSpan } from '../calendar/date-arithmetic.ts';
import { defaultProcedure } from '../default/default-procedure.ts';
import type { Application, Asset } from '../records/asset.ts';
import type { BackupRun } from '../records/backup-run.ts';
import { RunDays } from '../records/run-days.ts';
import { applicationOf, assetOf, at, day, type LifeWords, runOf, WITA } from '../testing/records.ts';
import { applicationWeeks } from './application-weeks.ts';

const { standards } = defaultProcedure(day('2026-01-01'));

function figure(
  applications: readonly Application[],
  assets: readonly Asset[],
  runs: readonly BackupRun[],
  now: string,
  month: string,
) {
  const nowMs = at(now);
  return applicationWeeks({
    standard: standards.applications,
    span: monthSpan(parseMonth(month)),
    applications,
    assets,
    days: new RunDays(runs, WITA, nowMs),
    zone: WITA,
    nowMs,
  });
}

/** One application with one file set, both with the same life. */
function one(words: LifeWords = {}) {
  const application = applicationOf('app', words);
  const files = assetOf('files', 'files', { ...words, app: 'app' });
  return (dates: readonly string[], now: string, month: string) =>
    figure(
      [application],
      [files],
      dates.map((date) => runOf(files, date)),
      now,
      month,
    );
}

const weeksOf = (result: ReturnType<typeof figure>): string[] =>
  result.rows.flatMap(({ weeks }) =>
    weeks.map(({ week, state, dates, needed }) => `${week} ${state} ${dates.length}/${needed}`),
  );
const ratioOf = ({ numerator, denominator }: ReturnType<typeof figure>): string => `${numerator}/${denominator}`;

describe('application-weeks', () => {
  it('need three distinct dates: three backups of one day are one', () => {
    const dates = [
      '2026-03-02',
      '2026-03-04',
      '2026-03-06',
      '2026-03-09 01:00',
      '2026-03-09 02:00',
      '2026-03-09 03:00',
    ];
    const result = one()(dates, '2026-03-16 00:00', '2026-03');
    expect(weeksOf(result)).toEqual(['2026-W10 met 3/3', '2026-W11 missed 1/3', '2026-W12 unfinished 0/3']);
    expect(ratioOf(result)).toBe('1/2');
    expect(result.misses.map(({ week }) => week)).toEqual(['2026-W11']);
  });

  it('are counted once, in the month of their Thursday', () => {
    // Monday 30 March, Wednesday 1 and Friday 3 April 2026: Thursday is 2 April.
    const dates = ['2026-03-30', '2026-04-01', '2026-04-03'];
    expect(weeksOf(one()(dates, '2026-04-06 00:00', '2026-03')).at(-1)).toBe('2026-W13 missed 0/3');
    expect(weeksOf(one()(dates, '2026-04-06 00:00', '2026-04'))[0]).toBe('2026-W14 met 3/3');
  });

  it('across New Year belong to the year of their Thursday', () => {
    // Monday 29 December 2025 to Sunday 4 January 2026 is the first week of 2026.
    const dates = ['2025-12-29', '2025-12-31', '2026-01-02'];
    expect(weeksOf(one()(dates, '2026-01-05 00:00', '2026-01'))).toEqual([
      '2026-W01 met 3/3',
      '2026-W02 unfinished 0/3',
    ]);
    expect(weeksOf(one()(dates, '2026-01-05 00:00', '2025-12')).at(-1)).toBe('2025-W52 missed 0/3');
  });

  it('hold a leap day like any other', () => {
    // 29 February 2024 is a Thursday: the week of 26 February to 3 March belongs to February.
    const result = one()(['2024-02-26', '2024-02-29', '2024-03-03'], '2024-03-04 00:00', '2024-02');
    expect(weeksOf(result).at(-1)).toBe('2024-W09 met 3/3');
  });

  it('show an unfinished week outside the rate, until its Sunday is over', () => {
    const dates = ['2026-03-02', '2026-03-04', '2026-03-06'];
    const sunday = one()(dates, '2026-03-08 23:59', '2026-03');
    expect(weeksOf(sunday)).toEqual(['2026-W10 unfinished 3/3']);
    expect(ratioOf(sunday)).toBe('0/0');
    expect(ratioOf(one()(dates, '2026-03-09 00:00', '2026-03'))).toBe('1/1');
  });

  it('leave out the week in which an application was added on a Thursday', () => {
    const result = one({ from: '2026-03-05' })(
      ['2026-03-05', '2026-03-06', '2026-03-07'],
      '2026-03-16 00:00',
      '2026-03',
    );
    expect(weeksOf(result)).toEqual(['2026-W10 partial 3/3', '2026-W11 missed 0/3', '2026-W12 unfinished 0/3']);
    expect(ratioOf(result)).toBe('0/1');
  });

  it('judge a week that begins with the registration, or ends with the retirement', () => {
    const life = one({ from: '2026-03-02', retired: '2026-03-15' });
    expect(weeksOf(life([], '2026-04-01', '2026-03'))).toEqual(['2026-W10 missed 0/3', '2026-W11 missed 0/3']);
    expect(weeksOf(one({ from: '2026-03-03', retired: '2026-03-14' })([], '2026-04-01', '2026-03'))).toEqual([
      '2026-W10 partial 0/3',
      '2026-W11 partial 0/3',
    ]);
  });

  it('count a date only when each of the file sets has a good backup of it', () => {
    const application = applicationOf('app');
    const [code, uploads] = [
      assetOf('files', 'code', { app: 'app' }),
      assetOf('files', 'uploads', { app: 'app', from: '2026-03-04' }),
    ];
    const database = assetOf('database', 'db', { app: 'app' });
    const runs = [
      // Uploads were not registered yet.
      runOf(code, '2026-03-02'),
      runOf(code, '2026-03-04'),
      runOf(uploads, '2026-03-04'),
      runOf(code, '2026-03-06'),
      runOf(uploads, '2026-03-06', { outcome: 'failed' }),
      runOf(database, '2026-03-07'),
    ];
    const [week] =
      figure([application], [code, uploads, database], runs, '2026-03-09 00:00', '2026-03').rows[0]?.weeks ?? [];
    expect(week?.dates).toEqual(['2026-03-02', '2026-03-04']);
  });

  it('count verified backups only, and manual entries apart', () => {
    const application = applicationOf('app');
    const files = assetOf('files', 'files', { app: 'app' });
    const runs = [
      runOf(files, '2026-03-02', { verification: 'pending' }),
      runOf(files, '2026-03-03', { verification: 'revoked' }),
      runOf(files, '2026-03-04', { origin: 'manual-entry' }),
      runOf(files, '2026-03-05', { outcome: 'warned' }),
    ];
    const [week] = figure([application], [files], runs, '2026-03-09 00:00', '2026-03').rows[0]?.weeks ?? [];
    expect(week).toMatchObject({ dates: ['2026-03-05'], manualDates: ['2026-03-04'], state: 'missed' });
  });

  it('count paused time, with its reason', () => {
    const pauses = [{ from: day('2026-03-03'), until: day('2026-03-20'), reason: 'perbaikan' }];
    const result = one({ pauses })(['2026-03-02'], '2026-03-16 00:00', '2026-03');
    expect(ratioOf(result)).toBe('0/2');
    expect(result.misses.map((week) => week.pauses.map(({ reason }) => reason))).toEqual([
      ['perbaikan'],
      ['perbaikan'],
    ]);
  });

  it('name applications without a file set instead of passing over them', () => {
    const result = figure(
      [applicationOf('app')],
      [assetOf('database', 'db', { app: 'app' })],
      [],
      '2026-03-16',
      '2026-03',
    );
    expect(result).toMatchObject({ numerator: 0, denominator: 0, withoutFiles: ['app'] });
  });
});
