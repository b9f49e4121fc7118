// A quarter lived through with real rules: what is expected was counted by hand on the calendar below.
//
//   December 2027        January 2028         February 2028        March 2028
//   Mo    6 13 20 27     Mo    3 10 17 24 31  Mo    7 14 21 28     Mo    6 13 20 27
//   Tu    7 14 21 28     Tu    4 11 18 25     Tu  1 8 15 22 29     Tu    7 14 21 28
//   We  1 8 15 22 29     We    5 12 19 26     We  2 9 16 23        We  1 8 15 22 29
//   Th  2 9 16 23 30     Th    6 13 20 27     Th  3 10 17 24       Th  2 9 16 23 30
//   Fr  3 10 17 24 31    Fr    7 14 21 28     Fr  4 11 18 25       Fr  3 10 17 24 31
//   Sa  4 11 18 25       Sa  1 8 15 22 29     Sa  5 12 19 26       Sa  4 11 18 25
//   Su  5 12 19 26       Su  2 9 16 23 30     Su  6 13 20 27       Su  5 12 19 26
import {
  type LocalDate,
  parseAccountId,
  parseMonth,
  parsePersonId,
  parseTimeOfDay,
  parseTimeZone,
} from '@lumbung/contracts';
import { describe, expect, it } from 'vitest';
import { addDays, weekdayNumberOf } from './calendar/date-arithmetic.ts';
import { localDateOf } from './calendar/zone.ts';
import { coverage } from './compliance/coverage.ts';
import { defaultProcedure } from './default/default-procedure.ts';
import { defaultSchedule } from './default/default-schedule.ts';
import type { Ratio } from './forms/numbers.ts';
import type { Asset } from './records/asset.ts';
import { type MonthlyFigures, monthlyFigures } from './report/monthly-figures.ts';
import { applicationOf, assetOf, at, day, HOUR_MS, WITA } from './testing/records.ts';
import { dates, goodDates, type Lived, live, type Script } from './testing/simulated-service.ts';

const procedure = defaultProcedure(day('2027-12-01'));
const schedule = { ...defaultSchedule(), jitterMinutesMax: 0 };
const recipient = { accountId: parseAccountId('kasi'), personId: parsePersonId('kasi'), roles: ['recipient' as const] };

/** In the register from the first day. */
const oldDb = assetOf('database', 'old-db', { app: 'old', from: '2027-12-01' });
const oldFiles = assetOf('files', 'old-files', { app: 'old', from: '2027-12-01' });
/** Nothing of it was verified in January. */
const doubtful = assetOf('files', 'doubtful-files', { app: 'doubtful', from: '2027-12-01' });
/** Added on a Thursday. */
const youngDb = assetOf('database', 'young-db', { app: 'young', from: '2028-01-13' });
const youngFiles = assetOf('files', 'young-files', { app: 'young', from: '2028-01-13' });

const applications = [
  applicationOf('old', { from: '2027-12-01' }),
  applicationOf('doubtful', { from: '2027-12-01' }),
  applicationOf('young', { from: '2028-01-13' }),
];
const assets = [oldDb, oldFiles, doubtful, youngDb, youngFiles];
const enteredAt = new Map([youngDb, youngFiles].map(({ id }) => [id, at('2028-01-13 10:00')]));
const holiday = {
  date: day('2028-03-06'),
  name: { id: 'Hari libur daerah', en: 'Regional holiday' },
  kind: 'regional',
} as const;
const calendar = [holiday];
const UNTIL = at('2028-04-04 00:00');

/** At nine; what is reported at a weekend on Monday, before a holiday after it; once two days late. */
function acknowledgedAt(date: LocalDate): number {
  if (date === '2028-01-05') return at('2028-01-07 09:00');
  const free = (each: LocalDate): boolean => weekdayNumberOf(each) > 5 || each === holiday.date;
  const isBeforeHoliday = date >= '2028-03-03' && date <= '2028-03-06';
  let seen = isBeforeHoliday ? day('2028-03-07') : date;
  while (free(seen)) seen = addDays(seen, 1);
  return at(`${seen} 09:00`);
}

/** 14 December once, and all day long on Monday, 17 January. */
function outcomeOf(): NonNullable<Script['outcomeOf']> {
  let isDone = false;
  return (assetId, date) => {
    if (assetId === oldFiles.id && date === '2028-01-17') return 'failed';
    if (isDone || assetId !== oldDb.id || date !== '2027-12-14') return 'succeeded';
    isDone = true;
    return 'failed';
  };
}

const script = (): Script => ({
  procedure,
  schedule,
  zone: WITA,
  calendar,
  applications,
  assets,
  enteredAt,
  fromAt: at('2027-12-01 00:00'),
  untilAt: UNTIL,
  // Tuesday, Wednesday and Thursday.
  down: { beginAt: at('2028-02-08 00:00'), endAt: at('2028-02-11 00:00') },
  outcomeOf: outcomeOf(),
  verificationOf: (assetId, date) => (assetId === doubtful.id && date.startsWith('2028-01') ? 'pending' : 'verified'),
  pinAt: { at: at('2027-12-20 10:00'), assetId: oldFiles.id, date: day('2027-12-06') },
  acknowledgedAt,
  recipient,
});

const lived = live(script());

function figures(month: string, nowMs = UNTIL, { runs, copies, activities }: Lived = lived): MonthlyFigures {
  return monthlyFigures({
    month: parseMonth(month),
    procedure,
    applications,
    assets,
    runs,
    copies,
    activities,
    drills: [],
    since: day('2027-12-01'),
    calendar,
    zone: WITA,
    nowMs,
  });
}

const shown = ({ numerator, denominator }: Ratio): string => `${numerator}/${denominator}`;
const MONTHS = ['2027-12', '2028-01', '2028-02', '2028-03'];
const ofMonths = (figure: (month: MonthlyFigures) => Ratio): string[] =>
  MONTHS.map((month) => shown(figure(figures(month))));

/** The dates of an asset's copies: those in the trash apart. */
function kept({ id }: Asset, where: 'outside' | 'trash' = 'outside'): LocalDate[] {
  return lived.copies
    .filter((copy) => copy.assetId === id && (copy.trashed === undefined) === (where === 'outside'))
    .map(({ readAt }) => localDateOf(readAt, WITA))
    .toSorted();
}

describe('the work of the quarter', () => {
  it('is every database every day, except while the service was down', () => {
    const old = goodDates(lived, oldDb.id, WITA);
    // 31 + 31 + 29 + 31 days and three of April, less three.
    expect(old).toHaveLength(31 + 31 + 29 + 31 + 3 - 3);
    expect(new Set(old).size).toBe(old.length);
    expect(old).toContain('2028-02-29');
    expect(old.filter((date) => date >= '2028-02-07' && date <= '2028-02-12')).toEqual(
      dates('2028-02-07', '2028-02-11', '2028-02-12'),
    );
    // From Thursday, 13 January: 19 days of it.
    expect(goodDates(lived, youngDb.id, WITA)).toHaveLength(19 + 26 + 31 + 3);
  });

  it('is each application on Monday, Wednesday and Friday, and on other days when the week would fail', () => {
    // The week of the registration gets what can be had of three: Thursday too.
    const december = ['01', '02', '03', '06', '08', '10', '13', '15', '17', '20', '22', '24', '27', '29', '31'];
    // Monday the 17th failed eight times: Tuesday made up for it.
    const january = ['03', '05', '07', '10', '12', '14', '18', '19', '21', '24', '26', '28', '31'];
    // Down on Wednesday the 9th: Friday is caught up at once, and Saturday makes three.
    const february = ['02', '04', '07', '11', '12', '14', '16', '18', '21', '23', '25', '28'];
    const march = ['01', '03', '06', '08', '10', '13', '15', '17', '20', '22', '24', '27', '29', '31'];
    expect(goodDates(lived, oldFiles.id, WITA)).toEqual([
      ...december.map((date) => `2027-12-${date}`),
      ...january.map((date) => `2028-01-${date}`),
      ...february.map((date) => `2028-02-${date}`),
      ...march.map((date) => `2028-03-${date}`),
      '2028-04-03',
    ]);
    // Added on a Thursday: Thursday, Friday and, to make three, Saturday.
    expect(goodDates(lived, youngFiles.id, WITA).slice(0, 4)).toEqual(
      dates('2028-01-13', '2028-01-14', '2028-01-15', '2028-01-17'),
    );
  });

  it('has a reason each', () => {
    const reasons = (asset: Asset, date: string): string[] =>
      lived.runs
        .filter(({ assetId, startedAt }) => assetId === asset.id && localDateOf(startedAt, WITA) === date)
        .map(({ origin }) => origin);
    expect(reasons(oldDb, '2027-12-01')).toEqual(['new-asset']);
    expect(reasons(oldDb, '2027-12-02')).toEqual(['scheduled']);
    expect(reasons(oldDb, '2027-12-14')).toEqual(['scheduled', 'retry']);
    expect(reasons(oldFiles, '2028-01-17')).toEqual(['scheduled', ...Array.from({ length: 7 }, () => 'retry')]);
    expect(reasons(oldFiles, '2028-01-18')).toEqual(['week-would-fail']);
    expect(reasons(youngFiles, '2028-01-13')).toEqual(['new-asset']);
    expect(reasons(youngFiles, '2028-01-15')).toEqual(['week-would-fail']);
    expect(reasons(oldDb, '2028-02-11')).toEqual(['catch-up']);
    expect(reasons(oldFiles, '2028-02-11')).toEqual(['catch-up']);
    expect(reasons(oldFiles, '2028-02-12')).toEqual(['week-would-fail']);
  });
});

describe('the compliance of the quarter', () => {
  it('has database-days', () => {
    // 31; 31 + 19; (29 + 29) less three days each; 31 + 31.
    expect(ofMonths((month) => month.databaseDays)).toEqual(['31/31', '50/50', '52/58', '62/62']);
    expect(
      figures('2028-02').databaseDays.misses.map(({ assetId, date, result }) => `${assetId} ${date} ${result}`),
    ).toEqual(['old-db', 'young-db'].flatMap((id) => ['08', '09', '10'].map((date) => `${id} 2028-02-${date} none`)));
  });

  it('has application-weeks, each in the month of its Thursday', () => {
    // December: two applications from Monday the 6th, the week over New Year (Thursday the 30th) included.
    // January: 4 of the old one, 0 of 4 of the doubtful one, 2 of the young one from Monday the 17th.
    // February: the doubtful one has 2 of 3 in the week that begins on 31 January.
    // March: five weeks, the first with the leap day, the last one ending on 2 April.
    expect(ofMonths((month) => month.applicationWeeks)).toEqual(['8/8', '6/10', '11/12', '15/15']);
    expect(
      figures('2028-01').applicationWeeks.misses.map(
        ({ applicationId, week, dates: good }) => `${applicationId} ${week} ${good.length}/3`,
      ),
    ).toEqual(['doubtful 2028-W01 0/3', 'doubtful 2028-W02 0/3', 'doubtful 2028-W03 0/3', 'doubtful 2028-W04 0/3']);
    expect(figures('2028-02').applicationWeeks.misses).toMatchObject([
      { applicationId: 'doubtful', week: '2028-W05', dates: ['2028-02-02', '2028-02-04'] },
    ]);
    const weeksOfYoung = figures('2028-01').applicationWeeks.rows.find(
      ({ applicationId }) => applicationId === 'young',
    )?.weeks;
    expect(weeksOfYoung?.map(({ week, state }) => `${week} ${state}`)).toEqual([
      '2028-W02 partial',
      '2028-W03 met',
      '2028-W04 met',
    ]);
  });

  it('shows the week that reaches into April as unfinished until it is over', () => {
    const before = figures('2028-03', at('2028-04-02 23:00'));
    expect([shown(before.applicationWeeks), before.completeness]).toEqual(['12/12', 'open']);
    const after = figures('2028-03', at('2028-04-03 00:00'));
    // The report of Friday, 31 March has until Monday’s end.
    expect([shown(after.applicationWeeks), after.completeness]).toEqual(['15/15', 'open']);
    expect(figures('2028-03').completeness).toBe('complete');
  });

  it('has months with a keeper', () => {
    // Three applications: 4 + 4 + 3 past months, January of the doubtful one without.
    const { numerator, denominator, misses } = figures('2028-03').monthsWithKeeper;
    expect([numerator, denominator]).toEqual([10, 11]);
    expect(misses).toEqual([{ applicationId: 'doubtful', month: '2028-01', assetIds: ['doubtful-files'] }]);
  });

  it('has reports in time', () => {
    expect(ofMonths((month) => month.reportsInTime)).toEqual(['31/31', '30/31', '27/29', '31/31']);
    expect(figures('2028-01').reportsInTime.misses).toMatchObject([{ date: '2028-01-05', why: 'acknowledged-late' }]);
    // The third day of the downtime was reported and acknowledged the day after it, as missed: in time.
    expect(figures('2028-02').reportsInTime.misses.map(({ date, why }) => `${date} ${why}`)).toEqual([
      '2028-02-08 reported-late',
      '2028-02-09 reported-late',
    ]);
  });

  it('has coverage at any moment, and since when there is none', () => {
    const covered = (now: string) => {
      const nowMs = at(now);
      const copies = lived.runs.flatMap(({ snapshotId, assetId, startedAt, endedAt, outcome, verification }) =>
        snapshotId !== undefined && endedAt <= nowMs && outcome === 'succeeded'
          ? [{ id: snapshotId, assetId, readAt: startedAt, outcome, verification, pin: 'none' as const }]
          : [],
      );
      return coverage({ standards: procedure.standards, applications, assets, copies, zone: WITA, nowMs });
    };
    const january = covered('2028-01-20 12:00');
    expect(shown(january)).toBe('2/3');
    // Read on 31 December at 02.00, and 80 hours.
    expect(january.uncovered).toMatchObject([{ assetId: 'doubtful-files', since: at('2028-01-03 10:00') }]);
    const down = covered('2028-02-10 12:00');
    expect(shown(down)).toBe('0/3');
    expect(down.uncovered.map(({ assetId, since }) => [assetId, since])).toEqual([
      ['old-db', at('2028-02-08 03:00')],
      ['young-db', at('2028-02-08 03:00')],
      ['old-files', at('2028-02-10 10:00')],
      ['doubtful-files', at('2028-02-10 10:00')],
      ['young-files', at('2028-02-10 10:00')],
    ]);
    expect(shown(covered('2028-02-11 01:00'))).toBe('3/3');
  });
});

describe('the retention of the quarter', () => {
  it('keeps one verified copy a past month of an application, the pinned one and this month', () => {
    expect(kept(oldFiles)).toEqual(
      dates('2027-12-06', '2027-12-31', '2028-01-31', '2028-02-28', '2028-03-31', '2028-04-03'),
    );
    expect(kept(youngFiles)).toEqual(dates('2028-01-31', '2028-02-28', '2028-03-31', '2028-04-03'));
  });

  it('leaves the month without a verified copy whole', () => {
    const january = ['03', '05', '07', '10', '12', '14', '17', '19', '21', '24', '26', '28', '31'].map(
      (date) => `2028-01-${date}`,
    );
    expect(kept(doubtful)).toEqual([
      ...dates('2027-12-31'),
      ...january,
      ...dates('2028-02-28', '2028-03-31', '2028-04-03'),
    ]);
  });

  it('thins a month when the next one has its first verified copy, and no sooner', () => {
    const trashedOn = (asset: Asset): string[] =>
      [...lived.retention].flatMap(([date, byAsset]) =>
        (byAsset.get(asset.id) ?? []).some(({ act }) => act === 'trash') ? [date] : [],
      );
    expect(trashedOn(oldFiles)).toEqual(dates('2028-01-03', '2028-02-02', '2028-03-01', '2028-04-03'));
    // Of the doubtful one nothing was thinned in January: December waited for February.
    expect(trashedOn(doubtful)).toEqual(dates('2028-02-02', '2028-03-01', '2028-04-03'));
    const held = lived.retention.get(day('2028-01-31'))?.get(doubtful.id) ?? [];
    expect(held.filter(({ act }) => act === 'hold')).toHaveLength(14);
    expect(held.find(({ act }) => act === 'hold')?.reasons).toEqual(['no-verified-copy-this-month']);
  });

  it('empties the trash fourteen days later', () => {
    const removedOn = [...lived.retention].flatMap(([date, byAsset]) => {
      const removed = (byAsset.get(oldFiles.id) ?? []).filter(({ act }) => act === 'remove').length;
      return removed === 0 ? [] : [`${date} ${removed}`];
    });
    // December: 15 copies less the keeper and the pinned one; January: 13 less one; February: 12 less one.
    expect(removedOn).toEqual(['2028-01-17 13', '2028-02-16 12', '2028-03-15 11']);
    // March, thinned on 3 April: 14 less one.
    expect(kept(oldFiles, 'trash')).toHaveLength(13);
  });

  it('keeps 31 days of databases, then the last day of each month, the leap day too', () => {
    const recent = Array.from({ length: 32 }, (_, index) => addDays(day('2028-03-03'), index));
    expect(kept(oldDb)).toEqual([...dates('2027-12-31', '2028-01-31', '2028-02-29'), ...recent]);
    // One a day went into the trash; those of the last fourteen days are there.
    const february = Array.from({ length: 11 }, (_, index) => addDays(day('2028-02-18'), index));
    expect(kept(oldDb, 'trash')).toEqual([...february, ...dates('2028-03-01', '2028-03-02')]);
  });
});

describe('the activities of the quarter', () => {
  const activity = (date: string) => lived.activities.find((each) => each.date === date);

  it('are one a date, those of the downtime too', () => {
    expect(lived.activities).toHaveLength(31 + 31 + 29 + 31 + 3);
    expect(lived.activities.filter(({ technical }) => technical === 'missed').map(({ date }) => date)).toEqual(
      dates('2028-02-08', '2028-02-09', '2028-02-10'),
    );
    expect(lived.activities.filter(({ technical }) => technical === 'partly').map(({ date }) => date)).toEqual(
      dates('2028-01-17'),
    );
    expect(lived.activities.filter(({ technical }) => technical === 'succeeded')).toHaveLength(
      31 + 31 + 29 + 31 + 3 - 4,
    );
  });

  it('are final at the end of their date, and closed', () => {
    expect(activity('2027-12-01')?.finalAt).toBe(at('2027-12-02 00:00'));
    expect(
      lived.activities
        .slice(0, -1)
        .every(({ administrative, finalAt }) => administrative === 'closed' && finalAt !== undefined),
    ).toBe(true);
  });

  it('that failed at first and were repaired say so', () => {
    expect(activity('2027-12-14')?.corrections).toEqual([
      { at: at('2027-12-14 01:20'), from: 'failed', to: 'succeeded' },
    ]);
    expect(activity('2027-12-14')?.submissions).toMatchObject([{ at: at('2027-12-14 01:05'), result: 'failed' }]);
    // Reported at the first result, and nothing better came of that date.
    expect(activity('2028-01-17')?.corrections).toEqual([]);
  });
});

describe('the same quarter', () => {
  it('gives the same result every time', () => {
    const again = live(script());
    expect(again.runs).toEqual(lived.runs);
    expect(again.copies).toEqual(lived.copies);
    expect(again.activities).toEqual(lived.activities);
    expect(MONTHS.map((month) => figures(month, UNTIL, again))).toEqual(MONTHS.map((month) => figures(month)));
  });
});

describe('a quarter in a zone with summer time', () => {
  const zone = parseTimeZone('Europe/Berlin');
  const db = assetOf('database', 'db', { app: 'app', from: '2026-03-01' });
  const files = assetOf('files', 'files', { app: 'app', from: '2026-03-01' });
  const liveFrom = (from: string, until: string): Lived =>
    live({
      procedure,
      // In the hour that spring skips and autumn repeats.
      schedule: { ...schedule, databasesAt: parseTimeOfDay('02:30'), applicationsAt: parseTimeOfDay('23:30') },
      zone,
      calendar: [],
      applications: [applicationOf('app', { from })],
      assets: [db, files],
      fromAt: at(`${from} 00:00`, zone),
      untilAt: at(`${until} 00:00`, zone),
      acknowledgedAt: (date) => at(`${date} 23:59`, zone),
      recipient,
    });

  it('backs up once a date, over both changes of the clocks', () => {
    const spring = goodDates(liveFrom('2026-03-01', '2026-05-01'), db.id, zone);
    expect([spring.length, new Set(spring).size]).toEqual([31 + 30, 31 + 30]);
    const autumn = goodDates(liveFrom('2026-10-01', '2026-12-01'), db.id, zone);
    expect([autumn.length, new Set(autumn).size]).toEqual([31 + 30, 31 + 30]);
  });

  it('runs at the planned time on clocks of the zone, and an hour later where they skip it', () => {
    const { runs } = liveFrom('2026-03-01', '2026-05-01');
    const utcOf = (date: string): string[] =>
      runs
        .filter((run) => run.assetId === db.id && localDateOf(run.startedAt, zone) === date)
        .map(({ startedAt }) => new Date(startedAt).toISOString().slice(11, 16));
    expect([utcOf('2026-03-28'), utcOf('2026-03-29'), utcOf('2026-03-30')]).toEqual([['01:30'], ['01:30'], ['00:30']]);
  });

  it('ends its months at its own midnight', () => {
    const springTime = liveFrom('2026-03-01', '2026-05-01');
    const keptDates = springTime.copies
      .filter(({ assetId, trashed }) => assetId === files.id && trashed === undefined)
      .map(({ readAt }) => localDateOf(readAt, zone));
    // The last Monday, Wednesday or Friday of March is the 30th, at 23.30 in Berlin: 21.30 UTC. April is kept whole.
    expect(keptDates.toSorted().slice(0, 2)).toEqual(['2026-03-30', '2026-04-01']);
    const figure = monthlyFigures({
      month: parseMonth('2026-03'),
      procedure,
      applications: [applicationOf('app', { from: '2026-03-01' })],
      assets: [db, files],
      runs: springTime.runs,
      copies: springTime.copies,
      activities: springTime.activities,
      drills: [],
      since: day('2026-03-01'),
      calendar: [],
      zone,
      nowMs: at('2026-05-01 00:00', zone),
    });
    // From Sunday, 1 March: weeks 2, 9, 16 and 23 March; the one of 30 March belongs to April.
    expect([shown(figure.databaseDays), shown(figure.applicationWeeks)]).toEqual(['31/31', '4/4']);
    expect(figure.coverage.uncovered.map(({ since }) => since / HOUR_MS)).toEqual([]);
  });
});
