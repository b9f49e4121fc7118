import { type Activity, LANGUAGES, type Outcome, type Procedure, parseMonth, parseRunId } from '@lumbung/contracts';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ActivityEvent } from '../activity/activity-event.ts';
import { advance } from '../activity/advance.ts';
import { openActivity } from '../activity/open-activity.ts';
import { defaultProcedure } from '../default/default-procedure.ts';
import type { Asset } from '../records/asset.ts';
import {
  appId,
  applicationOf,
  assetOf,
  at,
  copyOf,
  day,
  MINUTE_MS,
  runOf,
  snapshotId,
  WITA,
} from '../testing/records.ts';
import { type DailyFacts, dailyFacts, type RunOutput } from './daily-facts.ts';
import { MESSAGE_CHARS_MAX, type MessageInput, messageText } from './message.ts';
import { monthlyFigures } from './monthly-figures.ts';

const procedure: Procedure = defaultProcedure(day('2026-01-01'));
const simpeg = assetOf('database', 'db-simpeg', { app: 'simpeg' });
const simpegFiles = assetOf('files', 'files-simpeg', { app: 'simpeg' });
const ppidCode = assetOf('files', 'code-ppid', { app: 'ppid' });
const ppidUploads = assetOf('files', 'uploads-ppid', { app: 'ppid' });
const ALL = [simpeg, simpegFiles, ppidCode, ppidUploads];

interface Attempt {
  readonly asset: Asset;
  readonly from: string;
  readonly minutes: number;
  readonly outcome?: Outcome;
  readonly reasonCode?: string;
}

function activityOf(attempts: readonly Attempt[], date = '2026-03-05', assets: readonly Asset[] = ALL): Activity {
  const opened = openActivity({
    date: day(date),
    procedure,
    expected: assets.map(({ id, kind, applicationId }) => ({ assetId: id, kind, applicationId })),
  });
  const events = attempts.flatMap(
    ({ asset, from, minutes, outcome = 'succeeded', reasonCode }, index): ActivityEvent[] => {
      const beganAt = at(`${date} ${from}`);
      const runId = parseRunId(`run-${index + 1}`);
      return [
        { kind: 'run-began', at: beganAt, runId, assetId: asset.id, origin: 'scheduled' },
        { kind: 'run-ended', at: beganAt + minutes * MINUTE_MS, runId, outcome, reasonCode },
      ];
    },
  );
  return apply(opened, ...events);
}

function apply(activity: Activity, ...events: readonly ActivityEvent[]): Activity {
  return events.reduce((before, event) => {
    const next = advance(before, event, { procedure, calendar: [], zone: WITA });
    if (next.status === 'refused') throw new Error(`${event.kind}: ${next.code}`);
    return next.activity;
  }, activity);
}

const OUTPUT: RunOutput = {
  snapshotId: snapshotId(7),
  bytes: 1_500_000_000,
  verification: 'verified',
  destinations: ['NAS'],
};

function factsOf(activity: Activity, words: Partial<Parameters<typeof dailyFacts>[0]> = {}): DailyFacts {
  return dailyFacts({
    activity,
    identity: procedure.identity,
    weeks: [
      { applicationId: appId('simpeg'), done: 3, needed: 3 },
      { applicationId: appId('ppid'), done: 2, needed: 3 },
    ],
    outputs: new Map([
      [parseRunId('run-1'), OUTPUT],
      [parseRunId('run-2'), OUTPUT],
    ]),
    nowMs: at('2026-03-05 09:00'),
    ...words,
  });
}

const day5 = () =>
  activityOf([
    { asset: simpeg, from: '01:00', minutes: 12 },
    { asset: simpegFiles, from: '02:00', minutes: 30 },
    { asset: ppidCode, from: '02:30', minutes: 1 },
    { asset: ppidUploads, from: '02:31', minutes: 4, outcome: 'failed', reasonCode: 'SOURCE_UNREACHABLE' },
  ]);

describe('the facts of a day', () => {
  it('count databases, and applications each of whose file sets is good', () => {
    const facts = factsOf(day5());
    expect([facts.databases, facts.applications]).toEqual([
      { good: 1, total: 1 },
      { good: 1, total: 2 },
    ]);
    expect(facts.failures).toEqual([
      { assetId: 'uploads-ppid', applicationId: 'ppid', outcome: 'failed', reasonCode: 'SOURCE_UNREACHABLE' },
    ]);
    expect([facts.beganAt, facts.endedAt]).toEqual([at('2026-03-05 01:00'), at('2026-03-05 02:35')]);
    expect(facts.copies).toEqual({ count: 2, bytes: 3_000_000_000 });
    expect(facts.technical).toBe('partly');
    expect([facts.procedureNumber, facts.procedureVersion]).toEqual(['{nomor SOP}', 1]);
  });

  it('have one row an attempt, and one for what was never tried', () => {
    const retried = activityOf(
      [
        { asset: simpeg, from: '01:00', minutes: 1, outcome: 'failed', reasonCode: 'DUMP_FAILED' },
        { asset: simpeg, from: '01:20', minutes: 5 },
      ],
      '2026-03-05',
      [simpeg, ppidCode],
    );
    const facts = factsOf(retried);
    expect(facts.rows.map(({ assetId, outcome, reasonCode }) => [assetId, outcome, reasonCode])).toEqual([
      ['db-simpeg', 'failed', 'DUMP_FAILED'],
      ['db-simpeg', 'succeeded', undefined],
      ['code-ppid', undefined, undefined],
    ]);
    // A snapshot that a failed attempt left is no copy of the day.
    expect(facts.copies.count).toBe(1);
    expect(facts.rows[0]?.output).toEqual(OUTPUT);
  });

  it('of a date on which nothing ran have no times', () => {
    const missed = apply(activityOf([]), { kind: 'date-ended', at: at('2026-03-06 00:00') });
    const facts = factsOf(missed);
    expect([facts.beganAt, facts.endedAt, facts.technical, facts.reasonCodes]).toEqual([
      undefined,
      undefined,
      'missed',
      ['not-run'],
    ]);
    expect(facts.copies).toEqual({ count: 0, bytes: 0 });
  });

  it('say when people had a hand in it', () => {
    const [run] = [parseRunId('run-9')];
    const manual = apply(activityOf([]), {
      kind: 'run-began',
      at: at('2026-03-05 03:00'),
      runId: run,
      assetId: simpeg.id,
      origin: 'manual',
    });
    expect([factsOf(day5()).workedBy, factsOf(manual).workedBy]).toEqual(['system', 'people-too']);
  });
});

describe('the message', () => {
  const LINK = 'https://cadangan.example.go.id/k/2026-03-05';
  const input = (words: Partial<MessageInput> = {}): MessageInput => ({
    kind: 'report',
    facts: factsOf(day5()),
    unit: 'Seksi Sistem Informasi',
    nameOf: ({ applicationId }) => (applicationId === 'ppid' ? 'PPID' : undefined),
    causeOf: (code) => (code === 'SOURCE_UNREACHABLE' ? 'server tidak dapat dihubungi' : undefined),
    link: LINK,
    language: 'id',
    zone: WITA,
    ...words,
  });

  it('is the one the office knows, in Indonesian', () => {
    expect(messageText(input())).toBe(
      [
        '[CADANGAN] Seksi Sistem Informasi - Kamis, 5 Maret 2026',
        'Basis data: 1/1 berhasil',
        'Aplikasi: 1/2 berhasil (minggu ini: 2/3)',
        'Gagal: PPID - server tidak dapat dihubungi',
        'Waktu: 01.00-02.35 WITA',
        `Mohon diketahui: ${LINK}`,
      ].join('\n'),
    );
  });

  it('and in English', () => {
    expect(messageText(input({ language: 'en', causeOf: () => undefined }))).toBe(
      [
        '[BACKUP] Seksi Sistem Informasi - Thursday, 5 March 2026',
        'Databases: 1/1 succeeded',
        'Applications: 1/2 succeeded (this week: 2/3)',
        'Failed: PPID - failed',
        'Time: 01:00-02:35 WITA',
        `Please acknowledge: ${LINK}`,
      ].join('\n'),
    );
  });

  it('says what is so on a date without due applications, and on a missed one', () => {
    const onlyDb = factsOf(activityOf([{ asset: simpeg, from: '01:00', minutes: 5 }], '2026-03-05', [simpeg]));
    expect(messageText(input({ facts: onlyDb })).split('\n')[2]).toBe(
      'Aplikasi: tidak dijadwalkan hari ini (minggu ini: 2/3)',
    );
    const missed = factsOf(
      apply(activityOf([], '2026-03-05', [simpeg]), { kind: 'date-ended', at: at('2026-03-06 00:00') }),
      { weeks: [] },
    );
    expect(
      messageText(input({ facts: missed }))
        .split('\n')
        .slice(1),
    ).toEqual([
      'Pencadangan terlewat',
      'Basis data: 0/1 berhasil',
      'Aplikasi: tidak dijadwalkan hari ini',
      'Gagal: 1 lainnya',
      `Mohon diketahui: ${LINK}`,
    ]);
  });

  it('begins and ends by its kind', () => {
    const [head, last] = ['correction', 'reminder', 'escalation']
      .map((kind) => messageText(input({ kind: kind as MessageInput['kind'] })).split('\n'))
      .map((lines) => [lines[0]?.split(']')[0], lines.at(-1)?.split(':')[0]]);
    expect(head).toEqual(['[CADANGAN - KOREKSI', 'Lihat koreksi']);
    expect(last).toEqual(['[CADANGAN - PENGINGAT', 'Mohon diketahui']);
  });

  it('fits, with its link whole, however much failed; what does not fit is counted', () => {
    const assets = Array.from({ length: 40 }, (_, index) => assetOf('files', `f${index}`, { app: `app-${index}` }));
    const attempts = assets.map((asset): Attempt => ({ asset, from: '01:00', minutes: 1, outcome: 'failed' }));
    const facts = factsOf(activityOf(attempts, '2026-03-05', assets));
    const text = messageText(
      input({ facts, nameOf: ({ applicationId }) => `Aplikasi ${applicationId ?? ''} dengan nama panjang sekali` }),
    );
    expect(text.length).toBeLessThanOrEqual(MESSAGE_CHARS_MAX);
    const failed = text.split('\n').filter((line) => line.startsWith('Gagal'));
    expect(failed.at(-1)).toBe(`Gagal: ${40 - failed.length + 1} lainnya`);
    expect(text.endsWith(LINK)).toBe(true);
  });

  it('cannot be forged by a name: no line, no direction, no endless text', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('a', '\n', '\r', '\u2028', '\u202e', '\u0000', 'é', '😀', ' '),
          maxLength: 200,
        }),
        fc.constantFrom(...LANGUAGES),
        (hostile, language) => {
          const text = messageText(input({ nameOf: () => hostile, unit: hostile, causeOf: () => hostile, language }));
          expect(text.length).toBeLessThanOrEqual(MESSAGE_CHARS_MAX);
          expect(text.split('\n')).toHaveLength(6);
          expect(text).not.toMatch(/[\r\u2028\u202e\u0000]/);
          expect(text.endsWith(LINK)).toBe(true);
        },
      ),
      { numRuns: fuzzRuns(200) },
    );
  });

  it('names no asset, host, person or code by itself', () => {
    const text = messageText(input({ nameOf: () => undefined, causeOf: () => undefined }));
    expect(text).not.toMatch(/uploads-ppid|SOURCE_UNREACHABLE|run-|NAS/);
    expect(text).toContain('Gagal: 1 lainnya');
  });
});

describe('the figures of a month', () => {
  const application = applicationOf('simpeg', { from: '2026-03-02' });
  const db = assetOf('database', 'db', { app: 'simpeg', from: '2026-03-02' });
  const files = assetOf('files', 'files', { app: 'simpeg', from: '2026-03-02' });
  const dates = Array.from({ length: 7 }, (_, index) => `2026-03-0${index + 2}`);
  const figures = (now: string) =>
    monthlyFigures({
      month: parseMonth('2026-03'),
      procedure,
      applications: [application],
      assets: [db, files],
      runs: [
        ...dates.map((date) => runOf(db, `${date} 01:00`)),
        ...['2026-03-02', '2026-03-04', '2026-03-06'].map((date) => runOf(files, `${date} 02:00`)),
      ],
      copies: [copyOf(db, 1, '2026-03-08 01:00'), copyOf(files, 2, '2026-03-06 02:00')],
      activities: [
        apply(activityOf([{ asset: db, from: '01:00', minutes: 10 }], '2026-03-02', [db]), {
          kind: 'reported',
          at: at('2026-03-02 03:00'),
        }),
      ],
      drills: [
        {
          applicationId: application.id,
          startedAt: at('2026-03-05'),
          endedAt: at('2026-03-05') + 9 * MINUTE_MS,
          outcome: 'succeeded',
        },
      ],
      since: day('2026-03-02'),
      calendar: [],
      zone: WITA,
      nowMs: at(now),
    });

  it('come from the records alone', () => {
    const month = figures('2026-03-09 00:00');
    const shown = ({ numerator, denominator }: { numerator: number; denominator: number }): string =>
      `${numerator}/${denominator}`;
    expect({
      coverage: shown(month.coverage),
      databaseDays: shown(month.databaseDays),
      applicationWeeks: shown(month.applicationWeeks),
      monthsWithKeeper: shown(month.monthsWithKeeper),
      // Thursday 5 March is the last date whose limit has passed; the report of the 2nd was never acknowledged.
      reportsInTime: shown(month.reportsInTime),
      drillsPassed: shown(month.drillsPassed),
      withinStandardTime: shown(month.withinStandardTime),
    }).toEqual({
      coverage: '1/1',
      databaseDays: '7/7',
      applicationWeeks: '1/1',
      monthsWithKeeper: '0/0',
      reportsInTime: '0/4',
      drillsPassed: '1/1',
      withinStandardTime: '1/1',
    });
    expect(month.drills).toEqual({ done: 1, passed: 1, longestMs: 9 * MINUTE_MS });
    expect(month.reportsInTime.misses[0]).toMatchObject({ date: '2026-03-02', why: 'not-acknowledged' });
  });

  it('are complete when the last week is over and the last limit has passed', () => {
    // The last Thursday of March 2026 is the 26th; the last date, Tuesday the 31st, has until Wednesday’s end.
    expect(figures('2026-04-01 23:59').completeness).toBe('open');
    expect(figures('2026-04-02 00:00').completeness).toBe('complete');
  });
});
