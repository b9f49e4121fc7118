import {
  type ApplicationId,
  type AssetId,
  parseTimeZone,
  type QuietWindow,
  type TimeZone,
  parseTimeOfDay as time,
  WEEKDAYS,
} from '@lumbung/contracts';
import { describe, expect, it } from 'vitest';
import { defaultProcedure } from '../default/default-procedure.ts';
import { defaultSchedule } from '../default/default-schedule.ts';
import type { Asset } from '../records/asset.ts';
import type { BackupRun } from '../records/backup-run.ts';
import { applicationOf, assetOf, at, day, type RunWords, runOf, WITA } from '../testing/records.ts';
import { seededJitter } from './jitter.ts';
import type { OwnSchedule, PlannerInput } from './plan-input.ts';
import { plannedDate, planWork } from './plan-work.ts';

const { standards } = defaultProcedure(day('2026-01-01'));
const application = applicationOf('app');
const db = assetOf('database', 'db', { app: 'app' });
const files = assetOf('files', 'files', { app: 'app' });
/** Enough history that nothing is new and nothing was missed: the week before, of 2 March 2026 on. */
const LAST_WEEK = [
  ...['2026-02-23', '2026-02-25', '2026-02-27'].map((date) => runOf(files, `${date} 02:00`)),
  ...[23, 24, 25, 26, 27, 28].map((date) => runOf(db, `2026-02-${date} 01:00`)),
  runOf(db, '2026-03-01 01:00'),
];

type Words = Partial<Omit<PlannerInput, 'runs' | 'nowMs'>>;

function inputOf(runs: readonly BackupRun[], now: string | number, words: Words = {}): PlannerInput {
  const zone = words.zone ?? WITA;
  return {
    standards,
    schedule: { ...defaultSchedule(), jitterMinutesMax: 0 },
    applications: [application],
    assets: [db, files],
    underWay: new Set(),
    requests: [],
    jitter: () => 0,
    zone,
    ...words,
    runs,
    nowMs: typeof now === 'number' ? now : at(now, zone),
  };
}

/** `db scheduled #1`. */
function due(runs: readonly BackupRun[], now: string | number, words: Words = {}): string[] {
  return planWork(inputOf(runs, now, words)).due.map(
    ({ assetId, reason, attempt }) => `${assetId} ${reason} #${attempt}`,
  );
}

/** `files week-would-fail 2026-03-03 02.00`, in UTC of the fixed zone. */
function upcoming(runs: readonly BackupRun[], now: string | number, words: Words = {}): string[] {
  return planWork(inputOf(runs, now, words)).upcoming.map(
    ({ assetId, reason, plannedAt }) =>
      `${assetId} ${reason} ${new Date(plannedAt + 8 * 3_600_000).toISOString().slice(5, 16)}`,
  );
}

const failed = (asset: Asset, when: string, words: RunWords = {}): BackupRun =>
  runOf(asset, when, { outcome: 'failed', ...words });

describe('scheduled work', () => {
  it('is due at its time, databases every day, applications on their days', () => {
    // 2 March 2026 is a Monday.
    expect(due(LAST_WEEK, '2026-03-02 00:59')).toEqual([]);
    expect(due(LAST_WEEK, '2026-03-02 01:00')).toEqual(['db scheduled #1']);
    expect(due(LAST_WEEK, '2026-03-02 02:00')).toEqual(['db catch-up #1', 'files scheduled #1']);
    const monday = [...LAST_WEEK, runOf(db, '2026-03-02 01:00'), runOf(files, '2026-03-02 02:00')];
    expect(due(monday, '2026-03-02 03:00')).toEqual([]);
    expect(due(monday, '2026-03-03 03:00')).toEqual(['db catch-up #1']);
    expect(upcoming(monday, '2026-03-02 03:00')).toEqual(['db scheduled 03-03T01:00', 'files scheduled 03-04T02:00']);
  });

  it('is not due twice: not while it is under way, not once it is done, not while its verdict is awaited', () => {
    expect(due(LAST_WEEK, '2026-03-02 02:00', { underWay: new Set([db.id, files.id]) })).toEqual([]);
    const pending = [...LAST_WEEK, runOf(db, '2026-03-02 01:00', { verification: 'pending' })];
    expect(due(pending, '2026-03-02 01:30')).toEqual([]);
  });

  it('is due again when its verdict is bad', () => {
    const revoked = [...LAST_WEEK, runOf(db, '2026-03-02 01:00', { verification: 'revoked' })];
    expect(due(revoked, '2026-03-02 01:19')).toEqual([]);
    expect(due(revoked, '2026-03-02 01:20')).toEqual(['db retry #2']);
  });

  it('has the same key whoever plans it and whenever, and another for each attempt', () => {
    const keys = (runs: readonly BackupRun[], now: string): string[] =>
      planWork(inputOf(runs, now, { assets: [db] })).due.map(({ key }) => key);
    expect(keys(LAST_WEEK, '2026-03-02 01:00')).toEqual(keys(LAST_WEEK.toReversed(), '2026-03-02 23:00'));
    expect(keys([...LAST_WEEK, failed(db, '2026-03-02 01:00')], '2026-03-02 23:00')).toEqual(['db/2026-03-02/2']);
  });

  it('leaves out what is retired, paused or not yet registered; a trial is worked on', () => {
    const assets = [
      assetOf('database', 'old', { retired: '2026-03-01' }),
      assetOf('database', 'paused', {
        pauses: [{ from: day('2026-03-01'), until: day('2026-03-03'), reason: 'pindah' }],
      }),
      assetOf('database', 'later', { from: '2026-03-05' }),
      assetOf('database', 'trial', { trial: true }),
    ];
    expect(due([], '2026-03-02 01:00', { assets })).toEqual(['trial new-asset #1']);
    const { upcoming: next } = planWork(inputOf([], '2026-03-02 01:00', { assets }));
    expect(next.map(({ assetId, date }) => `${assetId} ${date}`)).toEqual(['paused 2026-03-04', 'later 2026-03-05']);
  });

  it('rests with its application', () => {
    const paused = applicationOf('app', { pauses: [{ from: day('2026-03-02'), reason: 'pindah' }] });
    expect(due(LAST_WEEK, '2026-03-02 02:00', { applications: [paused] })).toEqual([]);
  });

  it('may be planned otherwise for one application or one database', () => {
    const ownSchedules: PlannerInput['ownSchedules'] = new Map<AssetId | ApplicationId, OwnSchedule>([
      [application.id, { at: time('20:00'), plannedOn: ['tuesday', 'thursday', 'saturday'] }],
      [db.id, { at: time('12:00') }],
    ]);
    const saturday = [...LAST_WEEK, runOf(files, '2026-02-28 20:00')];
    expect(upcoming(saturday, '2026-03-02 11:00', { ownSchedules })).toEqual([
      'db scheduled 03-02T12:00',
      'files scheduled 03-03T20:00',
    ]);
    // By its own plan it missed the last date: that is caught up.
    expect(due(LAST_WEEK, '2026-03-02 11:00', { ownSchedules })).toEqual(['files catch-up #1']);
  });
});

describe('a new asset', () => {
  it('is backed up at once', () => {
    const young = assetOf('database', 'young', { from: '2026-03-02' });
    expect(due([], '2026-03-02 15:00', { assets: [young] })).toEqual(['young new-asset #1']);
  });

  it('is due again by the clock after that', () => {
    const young = assetOf('database', 'young', { from: '2026-03-02' });
    expect(due([runOf(young, '2026-03-02 15:00')], '2026-03-03 00:30', { assets: [young] })).toEqual([]);
  });
});

describe('after downtime', () => {
  it('of three days the missed work runs once, at once', () => {
    // Down from Monday to Wednesday, back on Thursday at 00.30, before any planned time.
    const assets = { assets: [db, files] };
    expect(due(LAST_WEEK, '2026-03-05 00:30', assets)).toEqual(['db catch-up #1', 'files catch-up #1']);
    const caught = [...LAST_WEEK, runOf(db, '2026-03-05 00:31'), runOf(files, '2026-03-05 00:32')];
    expect(due(caught, '2026-03-05 12:00', assets)).toEqual([]);
    // The databases go on tomorrow; the week needs Friday and Saturday too.
    expect(upcoming(caught, '2026-03-05 12:00')).toEqual(['db scheduled 03-06T01:00', 'files scheduled 03-06T02:00']);
    const friday = [...caught, runOf(db, '2026-03-06 01:00'), runOf(files, '2026-03-06 02:00')];
    expect(upcoming(friday, '2026-03-06 12:00')[1]).toBe('files week-would-fail 03-07T02:00');
  });

  it('of an hour today’s work runs late, and is called so', () => {
    expect(due(LAST_WEEK, '2026-03-02 01:15', { assets: [db] })).toEqual(['db scheduled #1']);
    expect(due(LAST_WEEK, '2026-03-02 01:16', { assets: [db] })).toEqual(['db catch-up #1']);
  });

  it('work that failed on its date is not taken for missed: it waits for its time', () => {
    const yesterdayFailed = [...LAST_WEEK, failed(db, '2026-03-02 01:00')];
    expect(due(yesterdayFailed, '2026-03-03 00:10', { assets: [db] })).toEqual([]);
    expect(due(yesterdayFailed, '2026-03-03 01:00', { assets: [db] })).toEqual(['db scheduled #1']);
  });
});

describe('the week of an application', () => {
  const only = { assets: [files] };

  it('gets its next possible date as soon as the planned ones that are left can no longer reach three', () => {
    const mondayFailed = [...LAST_WEEK, ...Array.from({ length: 8 }, () => failed(files, '2026-03-02 02:00'))];
    expect(due(mondayFailed, '2026-03-02 23:00', only)).toEqual([]);
    expect(planWork(inputOf(mondayFailed, '2026-03-02 23:00', only)).exhausted).toEqual(['files']);
    expect(upcoming(mondayFailed, '2026-03-02 23:00', only)).toEqual(['files week-would-fail 03-03T02:00']);
    expect(due(mondayFailed, '2026-03-03 02:00', only)).toEqual(['files week-would-fail #1']);
    // Tuesday made up for Monday: the rest goes by the plan.
    const tuesday = [...mondayFailed, runOf(files, '2026-03-03 02:00')];
    expect(upcoming(tuesday, '2026-03-03 12:00', only)).toEqual(['files scheduled 03-04T02:00']);
    // Tuesday failed too: Thursday is taken after Wednesday, so that Saturday and Sunday are left if it fails.
    const wednesday = [...mondayFailed, failed(files, '2026-03-03 02:00'), runOf(files, '2026-03-04 02:00')];
    expect(upcoming(wednesday, '2026-03-04 12:00', only)).toEqual(['files week-would-fail 03-05T02:00']);
  });

  it('that is lost already still gets its runs', () => {
    // Nothing until Sunday: three dates are out of reach, one is not.
    const attempts = ['02', '04', '06'].flatMap((date) =>
      Array.from({ length: 8 }, () => failed(files, `2026-03-${date} 02:00`)),
    );
    const tried = [...LAST_WEEK, ...attempts, failed(files, '2026-03-07 02:00')];
    expect(due(tried, '2026-03-08 02:00', only)).toEqual(['files week-would-fail #1']);
  });

  it('leaves the other days free while it can still be reached', () => {
    const monday = [...LAST_WEEK, runOf(files, '2026-03-02 02:00')];
    expect(due(monday, '2026-03-03 02:00', only)).toEqual([]);
    expect(due([...monday, runOf(files, '2026-03-04 02:00')], '2026-03-05 02:00', only)).toEqual([]);
  });

  it('keeps its plan when three dates are reached early', () => {
    const early = [...LAST_WEEK, ...['02', '03', '04'].map((date) => runOf(files, `2026-03-${date} 02:00`))];
    expect(upcoming(early, '2026-03-04 12:00', only)).toEqual(['files scheduled 03-06T02:00']);
  });

  it('begins on a Thursday with what can be had: Thursday, Friday, Saturday', () => {
    const young = { assets: [assetOf('files', 'young', { from: '2026-03-05' })], applications: [] };
    const [asset] = young.assets;
    const thursday = [runOf(asset!, '2026-03-05 15:00')];
    expect(due([], '2026-03-05 15:00', young)).toEqual(['young new-asset #1']);
    expect(upcoming(thursday, '2026-03-05 16:00', young)).toEqual(['young scheduled 03-06T02:00']);
    const friday = [...thursday, runOf(asset!, '2026-03-06 02:00')];
    expect(upcoming(friday, '2026-03-06 16:00', young)).toEqual(['young week-would-fail 03-07T02:00']);
    const saturday = [...friday, runOf(asset!, '2026-03-07 02:00')];
    expect(upcoming(saturday, '2026-03-07 16:00', young)).toEqual(['young scheduled 03-09T02:00']);
  });

  it('counts a date when each of its file sets is done, and repeats only the one that is not', () => {
    const [code, uploads] = [assetOf('files', 'code', { app: 'app' }), assetOf('files', 'uploads', { app: 'app' })];
    const both = { assets: [code, uploads] };
    const history = ['2026-02-23', '2026-02-25', '2026-02-27'].flatMap((date) => [
      runOf(code, `${date} 02:00`),
      runOf(uploads, `${date} 02:00`),
    ]);
    const monday = [...history, runOf(code, '2026-03-02 02:00'), failed(uploads, '2026-03-02 02:00')];
    expect(due(monday, '2026-03-02 12:00', both)).toEqual(['uploads retry #2']);
    // Monday is lost: on Tuesday both run.
    expect(due(monday, '2026-03-03 02:00', both)).toEqual(['code week-would-fail #1', 'uploads week-would-fail #1']);
  });

  it('does not run every day because one of its file sets is paused', () => {
    const code = assetOf('files', 'code', { app: 'app' });
    const paused = assetOf('files', 'paused', { app: 'app', pauses: [{ from: day('2026-02-01'), reason: 'pindah' }] });
    const history = ['2026-02-23', '2026-02-25', '2026-02-27', '2026-03-02'].map((date) =>
      runOf(code, `${date} 02:00`),
    );
    expect(due(history, '2026-03-03 12:00', { assets: [code, paused] })).toEqual([]);
  });
});

describe('retries', () => {
  const only = { assets: [db] };

  it('wait longer from one failure to the next, and end with the attempts of a day', () => {
    const runs = [...LAST_WEEK];
    const begins: string[] = [];
    for (let now = at('2026-03-02 01:00'); now < at('2026-03-03 00:00'); now += 60_000) {
      if (due(runs, now, only).length === 0) continue;
      begins.push(new Date(now + 8 * 3_600_000).toISOString().slice(11, 16));
      runs.push(runOf(db, now, { outcome: 'failed', minutes: 1 }));
    }
    // 10, 20, 40, 80, 160, 240 and 240 minutes after the end of the attempt before, each one minute long.
    expect(begins).toEqual(['01:00', '01:11', '01:32', '02:13', '03:34', '06:15', '10:16', '14:17']);
    expect(planWork(inputOf(runs, '2026-03-02 23:00', only)).exhausted).toEqual(['db']);
    expect(due(runs, '2026-03-03 01:00', only)).toEqual(['db scheduled #1']);
  });

  it('follow a lost run at once, whatever its date, and slower when it happens again', () => {
    const lost = (when: string): BackupRun => runOf(db, when, { outcome: 'lost', minutes: 1 });
    expect(due([...LAST_WEEK, lost('2026-03-01 23:50')], '2026-03-02 00:05', only)).toEqual(['db retry #1']);
    const once = [...LAST_WEEK, lost('2026-03-02 01:00')];
    expect(due(once, '2026-03-02 01:01', only)).toEqual(['db retry #2']);
    const twice = [...once, lost('2026-03-02 01:01')];
    expect(due(twice, '2026-03-02 01:11', only)).toEqual([]);
    expect(due(twice, '2026-03-02 01:12', only)).toEqual(['db retry #3']);
  });

  it('leave a run that a person stopped for a while', () => {
    const cancelled = [...LAST_WEEK, runOf(db, '2026-03-02 01:00', { outcome: 'cancelled', minutes: 1 })];
    expect(due(cancelled, '2026-03-02 05:00', only)).toEqual([]);
    expect(due(cancelled, '2026-03-02 05:01', only)).toEqual(['db retry #2']);
  });

  it('do not repeat what only a person wanted', () => {
    const asked = [
      ...LAST_WEEK,
      runOf(files, '2026-03-02 02:00'),
      failed(files, '2026-03-03 10:00', { origin: 'manual' }),
    ];
    expect(due(asked, '2026-03-03 12:00', { assets: [files] })).toEqual([]);
  });
});

describe('a manual request', () => {
  const request = (asset: Asset) => [{ assetId: asset.id, requestedAt: at('2026-03-02 12:00') }];
  const done = [...LAST_WEEK, runOf(db, '2026-03-02 01:00'), runOf(files, '2026-03-02 02:00')];

  it('is due at once, first of all, in quiet times and for what is done or retired too', () => {
    const quiet: QuietWindow = {
      on: [...WEEKDAYS],
      from: time('00:00'),
      until: time('23:59'),
      kinds: ['database', 'files'],
    };
    const schedule = { ...defaultSchedule(), quietWindows: [quiet] };
    expect(due(done, '2026-03-02 12:00', { requests: request(db), schedule })).toEqual(['db manual #2']);
    const old = assetOf('files', 'old', { retired: '2026-01-01' });
    const both = { assets: [db, old], requests: request(old) };
    expect(due(LAST_WEEK, '2026-03-02 12:00', both)).toEqual(['old manual #1', 'db catch-up #1']);
  });

  it('waits for the run that is under way', () => {
    expect(due(done, '2026-03-02 12:00', { requests: request(db), underWay: new Set([db.id]) })).toEqual([]);
  });

  it('counts for the date: a manual run in the morning is today’s backup', () => {
    const manual = [...LAST_WEEK, runOf(db, '2026-03-02 00:30', { origin: 'manual' })];
    expect(due(manual, '2026-03-02 01:00', { assets: [db] })).toEqual([]);
  });
});

describe('quiet windows', () => {
  const only = { assets: [db] };
  const window = (from: string, until: string, on: QuietWindow['on'] = [...WEEKDAYS]): QuietWindow => ({
    on,
    from: time(from),
    until: time(until),
    kinds: ['database'],
  });
  const scheduled = (...quietWindows: QuietWindow[]) => ({
    ...only,
    schedule: { ...defaultSchedule(), jitterMinutesMax: 0, quietWindows },
  });

  it('put work off until they end', () => {
    const words = scheduled(window('00:30', '03:00'));
    expect(due(LAST_WEEK, '2026-03-02 01:00', words)).toEqual([]);
    expect(upcoming(LAST_WEEK, '2026-03-02 01:00', words)).toEqual(['db scheduled 03-02T03:00']);
    expect(due(LAST_WEEK, '2026-03-02 03:00', words)).toEqual(['db scheduled #1']);
  });

  it('over midnight reach into the next day, also when they follow one another', () => {
    const words = scheduled(window('22:00', '02:00'), window('02:00', '04:30', ['monday']));
    expect(upcoming(LAST_WEEK, '2026-03-02 01:00', words)).toEqual(['db scheduled 03-02T04:30']);
  });

  it('that fill the rest of a day leave its morning', () => {
    const words = {
      ...scheduled(window('19:00', '06:00')),
      ownSchedules: new Map([[db.id, { at: time('20:00') }]]),
    };
    expect(upcoming([...LAST_WEEK, runOf(db, '2026-03-02 12:00')], '2026-03-02 12:00', words)).toEqual([
      'db scheduled 03-03T06:00',
    ]);
  });

  it('that leave no moment at all leave nothing due, and nothing endless', () => {
    const words = scheduled(window('00:00', '12:00'), window('12:00', '00:00'));
    expect(due(LAST_WEEK, '2026-03-02 12:00', words)).toEqual([]);
    expect(upcoming(LAST_WEEK, '2026-03-02 12:00', words)).toEqual([]);
  });

  it('hold back retries and what is caught up, but not the other kind of work', () => {
    const words = scheduled(window('00:00', '05:00'));
    expect(due([...LAST_WEEK, failed(db, '2026-03-02 00:01')], '2026-03-02 04:00', words)).toEqual([]);
    expect(due(LAST_WEEK, '2026-03-02 02:00', { ...words, assets: [db, files] })).toEqual(['files scheduled #1']);
  });

  it('make a date impossible: the week gets another one in time', () => {
    const fridays = { ...window('00:00', '00:00', ['friday']), kinds: ['files'] as const };
    const words = { ...scheduled(fridays), assets: [files] };
    const monday = [...LAST_WEEK, runOf(files, '2026-03-02 02:00')];
    // Wednesday alone is left of the plan: Tuesday is taken.
    expect(due(monday, '2026-03-03 02:00', words)).toEqual(['files week-would-fail #1']);
    // And Friday is not taken for missed on Saturday.
    const done = [...monday, runOf(files, '2026-03-03 02:00'), runOf(files, '2026-03-04 02:00')];
    expect(due(done, '2026-03-07 12:00', words)).toEqual([]);
  });
});

describe('jitter', () => {
  it('spreads what is planned for one minute, the same way each day', () => {
    const assets = Array.from({ length: 500 }, (_, index) => assetOf('database', `db-${index}`));
    const schedule = { ...defaultSchedule(), jitterMinutesMax: 10 };
    const runs = assets.map((asset) => runOf(asset, '2026-03-01 01:00'));
    const starts = (seed: string) =>
      planWork(inputOf(runs, '2026-03-02 00:00', { assets, schedule, jitter: seededJitter(seed) })).upcoming.map(
        ({ plannedAt }) => plannedAt,
      );
    const times = starts('seed');
    expect(starts('seed')).toEqual(times);
    expect(starts('other')).not.toEqual(times);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(at('2026-03-02 01:00'));
    expect(Math.max(...times)).toBeLessThan(at('2026-03-02 01:10'));
    const perMinute = Map.groupBy(times, (each) => Math.floor(each / 60_000));
    expect(perMinute.size).toBe(10);
    expect(Math.max(...[...perMinute.values()].map((each) => each.length))).toBeLessThan(100);
  });

  it('does not carry work over midnight', () => {
    const words = {
      assets: [db],
      schedule: { ...defaultSchedule(), databasesAt: time('23:55'), jitterMinutesMax: 10 },
      jitter: () => 0.99,
    };
    expect(upcoming([...LAST_WEEK], '2026-03-02 12:00', words)).toEqual(['db scheduled 03-02T23:55']);
  });
});

describe('clocks', () => {
  it('that go back into the past make nothing due twice and nothing stuck', () => {
    const fromFuture = [...LAST_WEEK, runOf(db, '2026-06-01 01:00'), failed(db, '2026-06-02 01:00')];
    expect(due(fromFuture, '2026-03-02 01:00', { assets: [db] })).toEqual(['db scheduled #1']);
    // What failed later today has not happened yet, and what ran in June does not hide three days of downtime.
    const laterToday = [...LAST_WEEK, failed(db, '2026-03-02 10:00')];
    expect(due(laterToday, '2026-03-02 01:00', { assets: [db] })).toEqual(['db scheduled #1']);
    expect(due(fromFuture, '2026-03-05 00:30', { assets: [db] })).toEqual(['db catch-up #1']);
  });

  it('that skip or repeat an hour leave one run a date', () => {
    const zone: TimeZone = parseTimeZone('Europe/Berlin');
    const asset = assetOf('database', 'berlin', { from: '2026-01-01' });
    const words = {
      assets: [asset],
      zone,
      schedule: { ...defaultSchedule(), databasesAt: time('02:30'), jitterMinutesMax: 0 },
    };
    for (const [from, dates] of [
      ['2026-03-27', ['2026-03-28', '2026-03-29', '2026-03-30']],
      ['2026-10-23', ['2026-10-24', '2026-10-25', '2026-10-26']],
    ] as const) {
      const runs = [runOf(asset, `${from} 02:30`, { zone })];
      const begins: string[] = [];
      for (let now = at(`${dates[0]} 00:00`, zone); now < at(`${dates[2]} 23:00`, zone); now += 60_000) {
        if (due(runs, now, words).length === 0) continue;
        runs.push(runOf(asset, now));
        begins.push(new Date(now).toISOString().slice(5, 16));
      }
      // In spring 02.30 does not exist: 03.30 is taken. In autumn it comes twice: the first is taken.
      expect(begins).toEqual(
        from === '2026-03-27'
          ? ['03-28T01:30', '03-29T01:30', '03-30T00:30']
          : ['10-24T00:30', '10-25T00:30', '10-26T01:30'],
      );
    }
  });
});

describe('the plan of a date', () => {
  it('is every database, and the applications of the day', () => {
    expect(plannedDate(inputOf(LAST_WEEK, '2026-03-02 00:00'), day('2026-03-02'))).toEqual({
      date: '2026-03-02',
      databases: ['db'],
      applications: [{ applicationId: 'app', assetIds: ['files'] }],
      beginsAt: at('2026-03-02 01:00'),
    });
    const tuesday = plannedDate(
      inputOf([...LAST_WEEK, runOf(files, '2026-03-02 02:00')], '2026-03-02 12:00'),
      day('2026-03-03'),
    );
    expect(tuesday).toMatchObject({ databases: ['db'], applications: [] });
  });

  it('of today has what is caught up, was tried and is under way', () => {
    // Thursday: nothing planned, Monday and Wednesday were missed.
    expect(plannedDate(inputOf(LAST_WEEK, '2026-03-05 00:30'), day('2026-03-05')).applications).toHaveLength(1);
    const runs = [
      ...LAST_WEEK,
      runOf(files, '2026-03-02 02:00'),
      runOf(files, '2026-03-03 10:00', { origin: 'manual' }),
    ];
    expect(plannedDate(inputOf(runs, '2026-03-03 12:00'), day('2026-03-03')).applications).toHaveLength(1);
  });
});
