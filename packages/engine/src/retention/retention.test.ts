import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { damagedText } from '../format/testing/mutations.ts';
import { formatTimestamp, instantOf, parseTimestamp, type Timestamp, UTC_ZONE } from '../format/timestamp.ts';
import { formatRetentionDuration, parseRetentionDuration, subtractDuration } from './duration.ts';
import { EMPTY_POLICY, RETENTION_PERIODS, type RetentionPolicy, UNLIMITED } from './policy.ts';
import { applyRetention, isEmptyPolicy } from './retention.ts';

const NOW_MS = Date.UTC(2026, 10, 24, 12);

function snapshot(time: string, ...tags: string[]) {
  return { time: parseTimestamp(time), tags };
}

function kept(snapshots: readonly ReturnType<typeof snapshot>[], policy: Partial<RetentionPolicy>): string[] {
  return applyRetention(snapshots, { ...EMPTY_POLICY, ...policy }, NOW_MS).keep.map(({ time }) => time);
}

const DAYS = Array.from({ length: 40 }, (_, back) => {
  const seconds = Date.UTC(2026, 10, 23, 2) / 1000 - back * 86_400;
  return { time: formatTimestamp(seconds, 0, UTC_ZONE), tags: [] };
});

describe('applyRetention', () => {
  it('keeps the newest of each day, then nothing older', () => {
    const twice = DAYS.flatMap((one) => [one, { ...one, time: parseTimestamp(one.time.replace('T02', 'T14')) }]);
    const result = kept(twice, { daily: 3 });
    expect(result).toEqual(['2026-11-23T14:00:00Z', '2026-11-22T14:00:00Z', '2026-11-21T14:00:00Z']);
  });

  it('keeps the oldest while a count is left, and says so', () => {
    const { reasons, remove } = applyRetention(DAYS, { ...EMPTY_POLICY, monthly: 12 }, NOW_MS);
    expect(remove).toHaveLength(37);
    expect(reasons.map(({ matches }) => matches)).toEqual([
      ['monthly snapshot'],
      ['monthly snapshot'],
      ['oldest monthly snapshot'],
    ]);
    expect(reasons.map(({ counters }) => counters.monthly)).toEqual([11, 10, 9]);
  });

  it('counts days in the zone the snapshot was made in', () => {
    // The same moment an hour apart on two clocks: in UTC they would be one day.
    const list = [
      snapshot('2026-11-20T23:30:00Z'),
      snapshot('2026-11-21T00:20:00+01:00'),
      snapshot('2026-11-20T22:00:00Z'),
    ];
    expect(kept(list.slice(0, 2), { daily: 2 })).toHaveLength(2);
    expect(
      kept(
        [list[0], list[2], snapshot('2026-11-19T00:00:00Z')].filter((one) => one !== undefined),
        { daily: 2 },
      ),
    ).toEqual(['2026-11-20T23:30:00Z', '2026-11-19T00:00:00Z']);
  });

  it('gives the days around New Year to the ISO week they are in', () => {
    const list = [snapshot('2025-01-02T00:00:00Z'), snapshot('2024-12-31T00:00:00Z'), snapshot('2024-12-29T00:00:00Z')];
    expect(kept(list, { weekly: UNLIMITED })).toEqual(['2025-01-02T00:00:00Z', '2024-12-29T00:00:00Z']);
  });

  it('counts spans from the newest snapshot, not from today', () => {
    const list = [snapshot('2020-05-10T00:00:00Z'), snapshot('2020-05-08T00:00:00Z'), snapshot('2020-05-03T00:00:00Z')];
    expect(kept(list, { within: parseRetentionDuration('7d') })).toEqual([
      '2020-05-10T00:00:00Z',
      '2020-05-08T00:00:00Z',
    ]);
    expect(kept(list, { within: parseRetentionDuration('7d1h') })).toHaveLength(3);
  });

  it('does not let a snapshot from the future age the others', () => {
    const list = [snapshot('2099-01-01T00:00:00Z'), snapshot('2026-11-20T00:00:00Z'), snapshot('2026-11-01T00:00:00Z')];
    expect(kept(list, { within: parseRetentionDuration('5d') })).toEqual([
      '2099-01-01T00:00:00Z',
      '2026-11-20T00:00:00Z',
    ]);
  });

  it('keeps by tags: all of one list, or none at all', () => {
    const list = [
      snapshot('2026-11-03T00:00:00Z', 'a', 'b'),
      snapshot('2026-11-02T00:00:00Z', 'a'),
      snapshot('2026-11-01T00:00:00Z'),
    ];
    expect(kept(list, { keepTags: [['a', 'b']] })).toEqual(['2026-11-03T00:00:00Z']);
    expect(kept(list, { keepTags: [['']] })).toEqual(['2026-11-01T00:00:00Z']);
    const [reason] = applyRetention(list, { ...EMPTY_POLICY, keepTags: [['a', 'b']] }, NOW_MS).reasons;
    expect(reason?.matches).toEqual(['has tags [a, b]']);
  });

  it('keeps nothing of nothing', () => {
    expect(applyRetention([], { ...EMPTY_POLICY, last: 3 }, NOW_MS)).toEqual({ keep: [], remove: [], reasons: [] });
  });

  it('refuses to read an empty policy as: remove all', () => {
    expect(isEmptyPolicy({ ...EMPTY_POLICY, within: parseRetentionDuration('0d') })).toBe(true);
    expect(isEmptyPolicy({ ...EMPTY_POLICY, keepTags: [['']] })).toBe(false);
    expect(() => applyRetention(DAYS, EMPTY_POLICY, NOW_MS)).toThrow(expect.objectContaining({ kind: 'bug' }));
  });

  it('keeps one of each period within a span, and says which span', () => {
    const policy = {
      ...EMPTY_POLICY,
      withinWeekly: parseRetentionDuration('20d'),
      withinDaily: parseRetentionDuration('2d'),
    };
    const { reasons } = applyRetention(DAYS, policy, NOW_MS);
    expect(reasons.map(({ snapshot: { time }, matches }) => [time.slice(0, 10), ...matches])).toEqual([
      ['2026-11-23', 'daily within 2d', 'weekly within 20d'],
      ['2026-11-22', 'daily within 2d', 'weekly within 20d'],
      ['2026-11-15', 'weekly within 20d'],
      ['2026-11-08', 'weekly within 20d'],
    ]);
  });

  it('keeps everything while all snapshots are in the future', () => {
    const list = [snapshot('2099-01-02T00:00:00Z'), snapshot('2099-01-01T00:00:00Z')];
    expect(kept(list, { within: parseRetentionDuration('1h') })).toHaveLength(2);
  });

  it('keeps the newest and the oldest of a single period when two are asked for', () => {
    const hours = ['20', '15', '10', '05'].map((hour) => snapshot(`2026-11-20T${hour}:00:00Z`));
    expect(kept(hours, { daily: 2 })).toEqual(['2026-11-20T20:00:00Z', '2026-11-20T05:00:00Z']);
    expect(kept(hours, { daily: 1 })).toEqual(['2026-11-20T20:00:00Z']);
  });

  it('keeps the order of snapshots of the same moment', () => {
    const list = ['a', 'b', 'c'].map((tag) => snapshot('2026-11-20T00:00:00Z', tag));
    const { keep } = applyRetention(list, { ...EMPTY_POLICY, last: 2 }, NOW_MS);
    expect(keep.map(({ tags }) => tags)).toEqual([['a'], ['b']]);
  });

  const spans = fc.option(
    fc.record({
      years: fc.integer({ min: 0, max: 2 }),
      months: fc.integer({ min: 0, max: 14 }),
      days: fc.integer({ min: 0, max: 40 }),
      hours: fc.integer({ min: 0, max: 50 }),
    }),
    { nil: undefined, freq: 2 },
  );
  const counts = fc.integer({ min: -1, max: 5 });
  const policies: fc.Arbitrary<RetentionPolicy> = fc
    .record({
      counts: fc.record({
        last: counts,
        hourly: counts,
        daily: counts,
        weekly: counts,
        monthly: counts,
        yearly: counts,
        keepTags: fc.constantFrom<readonly (readonly string[])[]>([], [['a']], [['']]),
      }),
      within: spans,
      withinHourly: spans,
      withinMonthly: spans,
    })
    .map(({ counts: base, within, withinHourly, withinMonthly }) => ({
      ...base,
      ...(within === undefined ? {} : { within }),
      ...(withinHourly === undefined ? {} : { withinHourly }),
      ...(withinMonthly === undefined ? {} : { withinMonthly }),
    }))
    .filter((policy) => !isEmptyPolicy(policy));
  const zones = fc.constantFrom(0, 7 * 3600, -5 * 3600, 19_800).map((offset) => ({ offsetSeconds: () => offset }));
  const histories = fc.array(
    fc
      .tuple(fc.integer({ min: 1_500_000_000, max: 1_800_000_000 }), zones, fc.constantFrom<string[]>([], ['a']))
      .map(([seconds, zone, tags]) => ({ time: formatTimestamp(seconds, 0, zone), tags })),
    { maxLength: 60 },
  );
  const secondsOf = ({ time }: { readonly time: Timestamp }): number => instantOf(time).seconds;

  it('fuzz: every snapshot is kept with a reason or removed, and never both', () => {
    fc.assert(
      fc.property(histories, policies, (history, policy) => {
        const { keep, remove, reasons } = applyRetention(history, policy, NOW_MS);
        expect(keep.length + remove.length).toBe(history.length);
        expect(new Set([...keep, ...remove])).toEqual(new Set(history));
        expect(reasons.map(({ snapshot: one }) => one)).toEqual(keep);
        for (const { matches } of reasons) expect(matches.length).toBeGreaterThan(0);
        for (const list of [keep, remove]) {
          const times = list.map(secondsOf);
          expect(times).toEqual([...times].sort((a, b) => b - a));
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('fuzz: a policy that counts anything keeps the newest snapshot, and as many as it counts', () => {
    fc.assert(
      fc.property(histories, policies, fc.integer({ min: 1, max: 70 }), (history, policy, last) => {
        const { keep } = applyRetention(history, { ...policy, last }, NOW_MS);
        expect(keep.length).toBeGreaterThanOrEqual(Math.min(last, history.length));
        const newest = Math.max(...history.map(secondsOf));
        if (history.length > 0) expect(keep[0] && secondsOf(keep[0])).toBe(newest);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('fuzz: a larger count never removes what a smaller one keeps, but for the oldest', () => {
    fc.assert(
      fc.property(
        histories,
        fc.constantFrom(...RETENTION_PERIODS),
        fc.integer({ min: 1, max: 6 }),
        (history, period, count) => {
          const few = applyRetention(history, { ...EMPTY_POLICY, [period]: count }, NOW_MS).keep;
          const more = new Set(applyRetention(history, { ...EMPTY_POLICY, [period]: count + 1 }, NOW_MS).keep);
          const oldest = Math.min(...history.map(secondsOf));
          for (const one of few) if (secondsOf(one) !== oldest) expect(more.has(one)).toBe(true);
        },
      ),
      { numRuns: fuzzRuns() },
    );
  });

  it('fuzz: a further rule never removes what the others keep', () => {
    fc.assert(
      fc.property(histories, policies, fc.integer({ min: 1, max: 100 }), (history, policy, days) => {
        const { within: _, ...without } = policy;
        fc.pre(!isEmptyPolicy(without));
        const more = applyRetention(history, { ...without, within: { years: 0, months: 0, days, hours: 0 } }, NOW_MS);
        const keptMore = new Set(more.keep);
        for (const one of applyRetention(history, without, NOW_MS).keep) expect(keptMore.has(one)).toBe(true);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('spans of time', () => {
  it.each(['7d', '2y5m7d3h', '1m', '-1d', '12h'])('reads %s and writes it again', (text) => {
    expect(formatRetentionDuration(parseRetentionDuration(text))).toBe(text);
  });

  it.each([
    ['2025-03-31T10:00:00Z', '1m', '2025-03-03T10:00:00Z'],
    ['2024-03-31T10:00:00Z', '1m', '2024-03-02T10:00:00Z'],
    ['2024-02-29T00:00:00Z', '1y', '2023-03-01T00:00:00Z'],
    ['2025-01-15T00:00:00Z', '13m', '2023-12-15T00:00:00Z'],
    ['2025-01-01T00:00:00Z', '1d1h', '2024-12-30T23:00:00Z'],
    ['2025-01-01T00:00:00+07:00', '1d', '2024-12-30T17:00:00Z'],
    ['2025-01-01T00:00:00.5Z', '-1d', '2025-01-02T00:00:00.5Z'],
  ])('%s minus %s is %s', (moment, span, expected) => {
    const { seconds, nanoseconds } = subtractDuration(parseTimestamp(moment), parseRetentionDuration(span));
    expect(formatTimestamp(seconds, nanoseconds, UTC_ZONE)).toBe(expected);
  });

  it.each(['', '7', 'd', '7w', '7d x', '1.5d', '7 d', '--1d'])('refuses %s', (text) => {
    expect(() => parseRetentionDuration(text)).toThrow(expect.objectContaining({ code: 'DURATION_INVALID' }));
  });

  it('fuzz: damaged, are refused or are whole numbers that can be written again and counted with', () => {
    const now = parseTimestamp('2024-03-31T10:00:00.5+07:00');
    fc.assert(
      fc.property(damagedText(['2y5m7d3h', '1y6m', '-1d12h', '999999999y', '7d']), (text) => {
        try {
          const span = parseRetentionDuration(text);
          for (const value of Object.values(span)) expect(Number.isSafeInteger(value)).toBe(true);
          expect(parseRetentionDuration(formatRetentionDuration(span) || '0h')).toEqual(span);
          expect(subtractDuration(now, span).seconds).toSatisfy(Number.isFinite);
        } catch (error) {
          expect(error).toMatchObject({ code: 'DURATION_INVALID', kind: 'operator' });
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
