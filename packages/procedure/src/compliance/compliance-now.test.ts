// Figures about what is there now: coverage, months with a keeper, reports, drills.
import { parseMonth, type RetentionPolicy } from '@lumbung/contracts';
import { describe, expect, it } from 'vitest';
import { monthSpan } from '../calendar/date-arithmetic.ts';
import { defaultProcedure } from '../default/default-procedure.ts';
import { appId, applicationOf, assetOf, at, copyOf, day, HOUR_MS, MINUTE_MS, WITA } from '../testing/records.ts';
import { coverage } from './coverage.ts';
import { drillsPassed, drillsWithin } from './drills-passed.ts';
import { monthsWithKeeper } from './months-with-keeper.ts';
import { type ReportRecord, reportsInTime } from './reports-in-time.ts';

const { standards, retention } = defaultProcedure(day('2026-01-01'));

describe('coverage', () => {
  const application = applicationOf('app');
  const db = assetOf('database', 'db', { app: 'app' });
  const files = assetOf('files', 'files', { app: 'app' });
  const read = at('2026-03-02 01:00');
  const covered = (words: Partial<Parameters<typeof coverage>[0]>) =>
    coverage({
      standards,
      applications: [application],
      assets: [db, files],
      copies: [],
      zone: WITA,
      nowMs: read,
      ...words,
    });

  it('ends 26 h after the database was read and 80 h after the files were, the limit included', () => {
    const copies = [copyOf(db, 1, read), copyOf(files, 2, read)];
    const ratio = (nowMs: number): string => {
      const { numerator, denominator } = covered({ copies, nowMs });
      return `${numerator}/${denominator}`;
    };
    expect(ratio(read + 26 * HOUR_MS)).toBe('1/1');
    expect(ratio(read + 26 * HOUR_MS + 1)).toBe('0/1');
    const fresh = [...copies, copyOf(db, 3, read + 80 * HOUR_MS)];
    expect(covered({ copies: fresh, nowMs: read + 80 * HOUR_MS }).numerator).toBe(1);
    const over = covered({ copies: fresh, nowMs: read + 80 * HOUR_MS + 1 });
    expect(over.misses).toMatchObject([
      { applicationId: 'app', assets: [{ assetId: 'files', since: read + 80 * HOUR_MS }] },
    ]);
  });

  it('never flickers in a healthy rhythm: daily databases, applications on Monday, Wednesday, Friday', () => {
    const days = Array.from({ length: 29 }, (_, index) => index);
    const dbCopies = days.map((index) => copyOf(db, index + 1, read + index * 24 * HOUR_MS));
    const appCopies = days
      .filter((index) => [0, 2, 4].includes(index % 7))
      .map((index) => copyOf(files, index + 100, read + HOUR_MS + index * 24 * HOUR_MS));
    // 2 March 2026 is a Monday; the last copy of the files is that of Monday, 30 March.
    for (let nowMs = read + HOUR_MS; nowMs < read + 28 * 24 * HOUR_MS; nowMs += HOUR_MS) {
      const known = [...dbCopies, ...appCopies].filter(({ readAt }) => readAt <= nowMs);
      expect(covered({ copies: known, nowMs }).numerator).toBe(1);
    }
  });

  it('counts only what can be relied on: verified, believable, not in the trash', () => {
    const good = copyOf(files, 2, read);
    const nowMs = read + HOUR_MS;
    for (const bad of [
      copyOf(db, 1, read, { verification: 'pending' }),
      copyOf(db, 1, read, { verification: 'revoked' }),
      copyOf(db, 1, read, { trashedAt: nowMs }),
      copyOf(db, 1, nowMs + 1),
      copyOf(db, 1, read, { receivedAt: read + 49 * HOUR_MS }),
    ]) {
      expect(covered({ copies: [good, bad], nowMs }).numerator).toBe(0);
    }
    expect(covered({ copies: [good, copyOf(db, 1, read, { outcome: 'warned' })], nowMs }).numerator).toBe(1);
  });

  it('says since when nothing is there, from the registration where nothing ever was', () => {
    const young = assetOf('database', 'young', { app: 'app', from: '2026-03-01' });
    const result = covered({ assets: [young, files], copies: [copyOf(files, 1, at('2026-02-01'))] });
    expect(result.uncovered.map(({ assetId, since, lastReadAt }) => [assetId, since, lastReadAt])).toEqual([
      ['files', at('2026-02-01') + 80 * HOUR_MS, at('2026-02-01')],
      ['young', at('2026-03-01 00:00'), undefined],
    ]);
  });

  it('counts a trial, not what is retired; an application with nothing in it is not covered', () => {
    const applications = [
      application,
      applicationOf('trial', { trial: true }),
      applicationOf('old', { retired: '2026-03-01' }),
    ];
    const assets = [assetOf('database', 'gone', { app: 'app', retired: '2026-03-01' }), files];
    const result = covered({ applications, assets, copies: [copyOf(files, 1, read)] });
    expect([result.numerator, result.denominator]).toEqual([1, 2]);
    expect(result.misses).toEqual([{ applicationId: 'trial', assets: [] }]);
  });

  it('lists databases that belong to no application, without counting one', () => {
    const orphan = assetOf('database', 'orphan');
    const result = covered({ applications: [], assets: [orphan] });
    expect([result.numerator, result.denominator]).toEqual([0, 0]);
    expect(result.uncovered.map(({ assetId }) => assetId)).toEqual(['orphan']);
  });

  it('takes an asset’s own limit where it has one', () => {
    const copies = [copyOf(db, 1, read), copyOf(files, 2, read)];
    const result = covered({ copies, nowMs: read + 5 * HOUR_MS, limits: new Map([[db.id, 4]]) });
    expect(result.uncovered).toMatchObject([{ assetId: 'db', limitHours: 4 }]);
  });
});

describe('months with a keeper', () => {
  const application = applicationOf('app', { from: '2025-11-20' });
  const files = assetOf('files', 'files', { app: 'app', from: '2025-11-20' });
  const kept = (words: Partial<Parameters<typeof monthsWithKeeper>[0]>) =>
    monthsWithKeeper({
      policy: retention.applications,
      applications: [application],
      assets: [files],
      copies: [],
      zone: WITA,
      nowMs: at('2026-03-10'),
      ...words,
    });

  it('are the past months of the life, the first partial one too, the current one not', () => {
    const copies = [
      copyOf(files, 1, '2025-11-30'),
      copyOf(files, 2, '2026-01-31 23:59'),
      copyOf(files, 3, '2026-03-01'),
    ];
    const result = kept({ copies });
    expect([result.numerator, result.denominator]).toEqual([2, 4]);
    expect(result.misses).toEqual([
      { applicationId: 'app', month: '2025-12', assetIds: ['files'] },
      { applicationId: 'app', month: '2026-02', assetIds: ['files'] },
    ]);
  });

  it('need a verified copy outside the trash', () => {
    const copies = [
      copyOf(files, 1, '2025-11-30', { verification: 'pending' }),
      copyOf(files, 2, '2025-12-30', { trashedAt: '2026-01-10' }),
      copyOf(files, 3, '2026-01-30', { outcome: 'warned' }),
      copyOf(files, 4, '2026-02-27', { verification: 'revoked' }),
    ];
    expect(kept({ copies }).numerator).toBe(1);
  });

  it('reach back as long as they are kept, and no further than the retirement', () => {
    expect(kept({ nowMs: at('2028-03-10') }).misses.map(({ month }) => month)[0]).toBe('2027-03');
    const policy: RetentionPolicy = { ...retention.applications, monthly: 2 };
    expect(kept({ policies: new Map([[application.id, policy]]) }).denominator).toBe(2);
    const retired = { applications: [applicationOf('app', { from: '2025-11-20', retired: '2026-01-02' })] };
    expect(kept(retired).misses.map(({ month }) => month)).toEqual(['2025-11', '2025-12', '2026-01']);
  });

  it('need every file set that lived in the month', () => {
    const uploads = assetOf('files', 'uploads', { app: 'app', from: '2026-02-28' });
    const copies = ['2025-11-30', '2025-12-30', '2026-01-30', '2026-02-27'].map((date, index) =>
      copyOf(files, index, date),
    );
    expect(kept({ assets: [files, uploads], copies }).misses).toEqual([
      { applicationId: 'app', month: '2026-02', assetIds: ['uploads'] },
    ]);
  });
});

describe('reports in time', () => {
  /** Friday 6 March 2026: the next working day is Monday the 9th. */
  const judge = (reports: readonly ReportRecord[], now: string, since = '2026-03-06') =>
    reportsInTime({
      standard: standards.reporting,
      span: monthSpan(parseMonth('2026-03')),
      since: day(since),
      reports,
      calendar: [],
      zone: WITA,
      nowMs: at(now),
    });
  const report = (date: string, reported?: string, acknowledged?: string): ReportRecord => ({
    date: day(date),
    ...(reported === undefined ? {} : { reportedAt: at(reported) }),
    ...(acknowledged === undefined ? {} : { acknowledgedAt: at(acknowledged) }),
  });

  it('are reported and acknowledged by the end of the next working day', () => {
    const inTime = report('2026-03-06', '2026-03-06 09:00', '2026-03-09 23:59');
    expect(judge([inTime], '2026-03-10 00:00')).toMatchObject({ denominator: 3, numerator: 1 });
    const late = report('2026-03-06', '2026-03-06 09:00', '2026-03-10 00:00');
    expect(judge([late], '2026-03-10 12:00').misses[0]).toEqual({
      date: '2026-03-06',
      why: 'acknowledged-late',
      limitAt: at('2026-03-10 00:00'),
    });
  });

  it('leave out days whose limit has not passed', () => {
    expect(judge([report('2026-03-06', '2026-03-06 09:00', '2026-03-06 10:00')], '2026-03-09 23:59').denominator).toBe(
      0,
    );
    // Friday, Saturday and Sunday share the limit of Monday's end.
    expect(judge([], '2026-03-10 00:00').misses.map(({ date, why }) => `${date} ${why}`)).toEqual([
      '2026-03-06 not-reported',
      '2026-03-07 not-reported',
      '2026-03-08 not-reported',
    ]);
  });

  it('say what is wrong with each', () => {
    const reports = [
      report('2026-03-06', '2026-03-10 09:00', '2026-03-10 10:00'),
      report('2026-03-07', '2026-03-07 09:00'),
      report('2026-03-08', '2026-03-08 09:00', '2026-03-08 10:00'),
    ];
    const result = judge(reports, '2026-03-10 12:00');
    expect(result.misses.map(({ why }) => why)).toEqual(['reported-late', 'not-acknowledged']);
    expect([result.numerator, result.denominator, result.reported]).toEqual([1, 3, 3]);
    expect(result.meanAcknowledgementMs).toBe(HOUR_MS);
  });

  it('begin with the service, not with the month', () => {
    expect(judge([], '2026-03-10 00:00', '2026-03-08').denominator).toBe(1);
  });

  it('have more time over holidays', () => {
    const nyepi = { date: day('2026-03-09'), name: { id: 'Libur', en: 'Holiday' }, kind: 'regional' } as const;
    const result = reportsInTime({
      standard: standards.reporting,
      span: monthSpan(parseMonth('2026-03')),
      since: day('2026-03-06'),
      reports: [report('2026-03-06', '2026-03-06 09:00', '2026-03-10 12:00')],
      calendar: [nyepi],
      zone: WITA,
      nowMs: at('2026-03-11 00:00'),
    });
    expect(result).toMatchObject({ numerator: 1, denominator: 4 });
  });
});

describe('drills', () => {
  const applications = [applicationOf('a'), applicationOf('b'), applicationOf('old', { retired: '2026-01-01' })];
  const drill = (
    app: string,
    when: string,
    outcome: 'succeeded' | 'warned' | 'failed' = 'succeeded',
    minutes = 12,
  ) => ({
    applicationId: appId(app),
    startedAt: at(when),
    endedAt: at(when) + minutes * MINUTE_MS,
    outcome,
  });
  const passed = (drills: readonly ReturnType<typeof drill>[], now = '2026-03-31') =>
    drillsPassed({ standard: standards.drills, applications, drills, zone: WITA, nowMs: at(now) });

  it('are passed within 90 days, the ninetieth included', () => {
    // 31 March less 90 days is 31 December.
    expect(passed([drill('a', '2025-12-31 00:00'), drill('b', '2025-12-30 23:59')])).toEqual({
      numerator: 1,
      denominator: 2,
      misses: [{ applicationId: 'b', lastPassedOn: '2025-12-30' }],
    });
  });

  it('that failed prove nothing, and what was never restored is missing', () => {
    const result = passed([
      drill('a', '2026-03-01', 'failed'),
      drill('a', '2026-01-15', 'warned'),
      drill('a', '2026-04-15'),
    ]);
    expect(result.misses).toEqual([{ applicationId: 'b', lastPassedOn: undefined }]);
  });

  it('of a month are counted with the longest', () => {
    const drills = [
      drill('a', '2026-03-01', 'failed', 90),
      drill('b', '2026-03-31 23:59'),
      drill('a', '2026-04-01 00:00'),
    ];
    expect(drillsWithin(drills, monthSpan(parseMonth('2026-03')), WITA)).toEqual({
      done: 2,
      passed: 1,
      longestMs: 90 * MINUTE_MS,
    });
    expect(drillsWithin([], monthSpan(parseMonth('2026-03')), WITA)).toEqual({ done: 0, passed: 0 });
  });
});
