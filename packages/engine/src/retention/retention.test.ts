import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareInstants, formatTimestamp, instantOf, parseTimestamp, UTC_ZONE } from '../format/timestamp.ts';
import { formatRetentionDuration, parseRetentionDuration, subtractDuration } from './duration.ts';
import { EMPTY_POLICY, type RetentionPolicy, UNLIMITED } from './policy.ts';
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
    expect(reasons.map(({ matches }) => matches)).toEqual([['monthly snapshot'], ['monthly snapshot'], ['oldest monthly snapshot']]);
    expect(reasons.map(({ counters }) => counters.monthly)).toEqual([11, 10, 9]);
  });

  it('counts days in the zone the snapshot was made in', () => {
    // The same moment an hour apart on two clocks: in UTC they would be one day.
    const list = [snapshot('2026-11-20T23:30:00Z'), snapshot('2026-11-21T00:20:00+01:00'), snapshot('2026-11-20T22:00:00Z')];
    expect(kept(list.slice(0, 2), { daily: 2 })).toHaveLength(2);
    expect(kept([list[0], list[2], snapshot('2026-11-19T00:00:00Z')].filter((one) => one !== undefined), { daily: 2 })).toEqual([
      '2026-11-20T23:30:00Z',
      '2026-11-19T00:00:00Z',
    ]);
  });

  it('gives the days around New Year to the ISO week they are in', () => {
    const list = [snapshot('2025-01-02T00:00:00Z'), snapshot('2024-12-31T00:00:00Z'), snapshot('2024-12-29T00:00:00Z')];
    expect(kept(list, { weekly: UNLIMITED })).toEqual(['2025-01-02T00:00:00Z', '2024-12-29T00:00:00Z']);
  });

  it('counts spans from the newest snapshot, not from today', () => {
    const list = [snapshot('2020-05-10T00:00:00Z'), snapshot('2020-05-08T00:00:00Z'), snapshot('2020-05-03T00:00:00Z')];
    expect(kept(list, { within: parseRetentionDuration('7d') })).toEqual(['2020-05-10T00:00:00Z', '2020-05-08T00:00:00Z']);
    expect(kept(list, { within: parseRetentionDuration('7d1h') })).toHaveLength(3);
  });

  it('does not let a snapshot from the future age the others', () => {
    const list = [snapshot('2099-01-01T00:00:00Z'), snapshot('2026-11-20T00:00:00Z'), snapshot('2026-11-01T00:00:00Z')];
    expect(kept(list, { within: parseRetentionDuration('5d') })).toEqual(['2099-01-01T00:00:00Z', '2026-11-20T00:00:00Z']);
  });

  it('keeps by tags: all of one list, or none at all', () => {
    const list = [snapshot('2026-11-03T00:00:00Z', 'a', 'b'), snapshot('2026-11-02T00:00:00Z', 'a'), snapshot('2026-11-01T00:00:00Z')];
    expect(kept(list, { keepTags: [['a', 'b']] })).toEqual(['2026-11-03T00:00:00Z']);
    expect(kept(list, { keepTags: [['']] })).toEqual(['2026-11-01T00:00:00Z']);
    const [reason] = applyRetention(list, { ...EMPTY_POLICY, keepTags: [['a', 'b']] }, NOW_MS).reasons;
    expect(reason?.matches).toEqual(['has tags [a, b]']);
  });

  it('keeps nothing of nothing', () => {
    expect(applyRetention([], { ...EMPTY_POLICY, last: 3 }, NOW_MS)).toEqual({ keep: [], remove: [], reasons: [] });
  });

  const policies = fc.record({
    last: fc.integer({ min: -1, max: 5 }),
    hourly: fc.integer({ min: -1, max: 5 }),
    daily: fc.integer({ min: -1, max: 5 }),
    weekly: fc.integer({ min: -1, max: 5 }),
    monthly: fc.integer({ min: -1, max: 5 }),
    yearly: fc.integer({ min: -1, max: 5 }),
    keepTags: fc.constant([]),
  });
  const histories = fc.array(fc.integer({ min: 1_500_000_000, max: 1_790_000_000 }), { maxLength: 60 }).map((all) =>
    all.map((seconds) => ({ time: formatTimestamp(seconds, 0, UTC_ZONE), tags: [] as string[] })),
  );

  it('fuzz: every snapshot is kept with a reason or removed, and never both', () => {
    fc.assert(
      fc.property(histories, policies, (history, policy) => {
        const { keep, remove, reasons } = applyRetention(history, policy, NOW_MS);
        expect([...keep, ...remove].map(({ time }) => time).sort()).toEqual(history.map(({ time }) => time).sort());
        expect(reasons.map(({ snapshot: one }) => one)).toEqual(keep);
        for (const { matches } of reasons) expect(matches.length).toBeGreaterThan(0);
        if (history.length > 0 && !isEmptyPolicy(policy)) expect(keep.length).toBeGreaterThan(0);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('fuzz: a larger count never removes what a smaller one keeps, but for the oldest', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 6 }), (history, count) => {
        const few = applyRetention(history, { ...EMPTY_POLICY, daily: count }, NOW_MS).keep;
        const more = new Set(applyRetention(history, { ...EMPTY_POLICY, daily: count + 1 }, NOW_MS).keep);
        const oldest = history.reduce<(typeof history)[number] | undefined>((a, b) => (a === undefined || compareInstants(instantOf(b.time), instantOf(a.time)) < 0 ? b : a), undefined);
        for (const one of few) if (one.time !== oldest?.time) expect(more.has(one)).toBe(true);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('spans of time', () => {
  it.each(['7d', '2y5m7d3h', '1m', '-1d', '12h'])('reads %s and writes it again', (text) => {
    expect(formatRetentionDuration(parseRetentionDuration(text))).toBe(text);
  });

  it.each(['', '7', 'd', '7w', '7d x', '1.5d', '7 d', '--1d'])('refuses %s', (text) => {
    expect(() => parseRetentionDuration(text)).toThrow(expect.objectContaining({ code: 'DURATION_INVALID' }));
  });

  it('runs a day that the month does not have over into the next', () => {
    const earlier = subtractDuration(parseTimestamp('2025-03-31T10:00:00Z'), parseRetentionDuration('1m'));
    expect(formatTimestamp(earlier.seconds, earlier.nanoseconds, UTC_ZONE)).toBe('2025-03-03T10:00:00Z');
  });
});
