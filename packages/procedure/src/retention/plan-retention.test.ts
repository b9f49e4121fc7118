import { parseTimeZone, type RetentionPolicy } from '@lumbung/contracts';
import { describe, expect, it } from 'vitest';
import type { StoredCopy } from '../records/stored-copy.ts';
import { executeRetention } from '../testing/execute-retention.ts';
import { assetOf, at, type CopyWords, copyOf, HOUR_MS, WITA } from '../testing/records.ts';
import { planRetention, type RetentionInput } from './plan-retention.ts';

const APPLICATIONS: RetentionPolicy = {
  currentMonth: 'all',
  recentDays: 0,
  monthly: 12,
  yearly: 5,
  which: 'latest-verified',
};
const DATABASES: RetentionPolicy = { ...APPLICATIONS, recentDays: 31 };
const files = assetOf('files', 'files');

type Words = Partial<Omit<RetentionInput, 'copies' | 'nowMs'>>;

/** `2026-02-27 → trash month-has-keeper`, one a copy. */
function plan(copies: readonly StoredCopy[], now: string | number, words: Words = {}): Record<string, string> {
  const nowMs = typeof now === 'number' ? now : at(now);
  const input = { asset: files, policy: APPLICATIONS, trashDays: 14, stops: [], zone: WITA, ...words };
  const decisions = planRetention({ ...input, copies, nowMs });
  return Object.fromEntries(
    decisions.map(({ id, act, reasons }) => [Number.parseInt(id, 16), `${act}: ${reasons.join(', ')}`]),
  );
}

const copy = (number: number, when: string | number, words: CopyWords = {}): StoredCopy =>
  copyOf(files, number, when, words);
/** What makes thinning possible: a verified copy of the current month. */
const fresh = (number: number, when: string): StoredCopy => copy(number, when);

describe('the current month and recent days', () => {
  it('keep everything, verified or not', () => {
    const copies = [
      copy(1, '2026-03-01 00:00'),
      copy(2, '2026-03-02', { verification: 'revoked' }),
      copy(3, '2026-03-09'),
    ];
    expect(plan(copies, '2026-03-10')).toEqual({
      1: 'keep: current-month',
      2: 'keep: current-month',
      3: 'keep: current-month',
    });
  });

  it('reach back 31 local dates, the last one included', () => {
    const copies = [
      copy(1, '2026-02-06 23:59'),
      copy(2, '2026-02-07 00:00'),
      copy(3, '2026-02-28'),
      fresh(4, '2026-03-10 01:00'),
    ];
    // 10 March minus 31 days is 7 February.
    expect(plan(copies, '2026-03-10 02:00', { policy: DATABASES })).toEqual({
      1: 'trash: month-has-keeper',
      2: 'keep: recent-days',
      3: 'keep: recent-days, month-keeper',
      4: 'keep: current-month, recent-days',
    });
  });

  it('are those of the organisation: in UTC it is still February', () => {
    const copies = [copy(1, '2026-02-10'), copy(2, '2026-02-27'), copy(3, at('2026-03-01 00:30'))];
    expect(new Date(at('2026-03-01 00:30')).getUTCMonth()).toBe(1);
    expect(plan(copies, '2026-03-01 01:00')[1]).toBe('trash: month-has-keeper');
  });
});

describe('the keeper of a past month', () => {
  it('is its latest verified succeeded copy', () => {
    const copies = [
      copy(1, '2026-02-02'),
      copy(2, '2026-02-20'),
      copy(3, '2026-02-25', { outcome: 'warned' }),
      copy(4, '2026-02-27', { verification: 'revoked' }),
      fresh(5, '2026-03-02'),
    ];
    expect(plan(copies, '2026-03-03')).toEqual({
      1: 'trash: month-has-keeper',
      2: 'keep: month-keeper',
      3: 'trash: month-has-keeper',
      4: 'trash: month-has-keeper',
      5: 'keep: current-month',
    });
  });

  it('is its latest verified warned one when it has no other', () => {
    const copies = [
      copy(1, '2026-02-02', { outcome: 'warned' }),
      copy(2, '2026-02-20', { outcome: 'warned' }),
      copy(3, '2026-02-25', { verification: 'revoked' }),
      fresh(4, '2026-03-02'),
    ];
    expect(plan(copies, '2026-03-03')).toMatchObject({ 1: 'trash: month-has-keeper', 2: 'keep: month-keeper' });
  });

  it('of two in the same second is the one with the later id, whichever came first', () => {
    const second = at('2026-02-27 10:00');
    const copies = [copy(2, second + 10), copy(1, second + 900), fresh(3, '2026-03-02')];
    const expected = { 1: 'trash: month-has-keeper', 2: 'keep: month-keeper', 3: 'keep: current-month' };
    expect(plan(copies, '2026-03-03')).toEqual(expected);
    expect(plan(copies.toReversed(), '2026-03-03')).toEqual(expected);
  });
});

describe('thinning', () => {
  it('waits for a verified copy of the new month', () => {
    const february = [copy(1, '2026-02-02'), copy(2, '2026-02-27')];
    const pending = copy(3, '2026-03-01', { verification: 'pending' });
    expect(plan(february, '2026-03-02')).toEqual({
      1: 'hold: no-verified-copy-this-month',
      2: 'keep: month-keeper',
    });
    expect(plan([...february, pending], '2026-03-02')[1]).toBe('hold: no-verified-copy-this-month');
    expect(plan([...february, fresh(3, '2026-03-01')], '2026-03-02')[1]).toBe('trash: month-has-keeper');
  });

  it('stops when backups stop, the emptying of the trash included', () => {
    const copies = [
      copy(1, '2026-01-05', { trashedAt: '2026-02-10' }),
      copy(2, '2026-01-30'),
      copy(3, '2026-02-02'),
      copy(4, '2026-02-27'),
    ];
    expect(plan(copies, '2026-03-30')).toEqual({
      1: 'hold: no-verified-copy-this-month',
      2: 'keep: month-keeper',
      3: 'hold: no-verified-copy-this-month',
      4: 'keep: month-keeper',
    });
    // The control: one verified copy, and it goes on.
    expect(plan([...copies, fresh(5, '2026-03-29')], '2026-03-30')).toMatchObject({
      1: 'remove: trash-time-over',
      3: 'trash: month-has-keeper',
    });
  });

  it('takes nothing newer than the keeper while a later copy awaits its verdict', () => {
    const copies = [
      copy(1, '2026-02-02'),
      copy(2, '2026-02-10'),
      copy(3, '2026-02-15', { verification: 'revoked' }),
      copy(4, '2026-02-20', { verification: 'pending' }),
      copy(5, '2026-02-25', { verification: 'revoked' }),
      fresh(6, '2026-03-02'),
    ];
    expect(plan(copies, '2026-03-03')).toEqual({
      1: 'trash: month-has-keeper',
      2: 'keep: month-keeper',
      3: 'hold: later-copy-awaits-verdict',
      4: 'hold: later-copy-awaits-verdict',
      5: 'hold: later-copy-awaits-verdict',
      6: 'keep: current-month',
    });
  });

  it('leaves an older copy that would be the better keeper until its verdict', () => {
    const copies = [
      copy(1, '2026-02-02', { verification: 'pending' }),
      copy(2, '2026-02-10', { outcome: 'warned' }),
      fresh(3, '2026-03-02'),
    ];
    expect(plan(copies, '2026-03-03')[1]).toBe('hold: verdict-awaited');
  });

  it('leaves a month without a verified copy whole, though its year has one', () => {
    const copies = [
      copy(1, '2025-05-20'),
      copy(2, '2025-06-02', { verification: 'pending' }),
      copy(3, '2025-06-20', { verification: 'revoked' }),
      fresh(4, '2026-03-02'),
    ];
    expect(plan(copies, '2026-03-03')).toMatchObject({
      2: 'keep: month-without-verified-copy',
      3: 'keep: month-without-verified-copy',
    });
    // From July 2026 on no month of 2025 before July is covered by its month: the year's keeper is enough.
    expect(plan([...copies, fresh(5, '2026-07-01')], '2026-07-02')).toMatchObject({
      1: 'keep: year-keeper',
      2: 'hold: later-copy-awaits-verdict',
      3: 'hold: later-copy-awaits-verdict',
    });
    const judged = copies.map((each) =>
      each.verification === 'pending' ? { ...each, verification: 'revoked' as const } : each,
    );
    expect(plan([...judged, fresh(5, '2026-07-01')], '2026-07-02')).toMatchObject({
      1: 'keep: year-keeper',
      2: 'trash: year-has-keeper',
      3: 'trash: year-has-keeper',
    });
  });

  it('leaves a year without a verified copy whole, even beyond all spans', () => {
    const copies = [copy(1, '2019-06-02', { verification: 'revoked' }), fresh(2, '2026-03-02')];
    expect(plan(copies, '2026-03-03')[1]).toBe('keep: year-without-verified-copy');
  });
});

describe('spans', () => {
  it('are calendar time: 12 past months, 5 past years, however many copies there are', () => {
    const copies = [
      copy(1, '2020-12-30'),
      copy(2, '2021-11-30'),
      copy(3, '2021-12-30'),
      copy(4, '2025-01-31'),
      copy(5, '2025-02-27'),
      copy(6, '2025-12-30'),
      fresh(7, '2026-02-01'),
    ];
    expect(plan(copies, '2026-02-02')).toEqual({
      1: 'trash: beyond-retention',
      2: 'trash: year-has-keeper',
      3: 'keep: year-keeper',
      4: 'trash: year-has-keeper',
      5: 'keep: month-keeper',
      6: 'keep: month-keeper, year-keeper',
      7: 'keep: current-month',
    });
  });

  it('end a month with its last day in leap years', () => {
    const copies = [copy(1, '2024-02-28'), copy(2, '2024-02-29 23:59'), copy(3, '2024-03-01 00:00')];
    expect(plan(copies, '2024-03-01 01:00')).toEqual({
      1: 'trash: month-has-keeper',
      2: 'keep: month-keeper',
      3: 'keep: current-month',
    });
  });
});

describe('a pinned copy', () => {
  it('is kept whatever else, and leaves the trash at once', () => {
    const copies = [
      copy(1, '2015-01-05', { pinned: true, verification: 'revoked' }),
      copy(2, '2015-01-06', { pinned: true, trashedAt: '2025-01-01' }),
      fresh(3, '2026-03-02'),
    ];
    expect(plan(copies, '2026-03-03')).toMatchObject({ 1: 'keep: pinned', 2: 'restore-from-trash: pinned' });
  });
});

describe('a copy whose time cannot be believed', () => {
  const nowMs = at('2026-03-10');

  it('from the future is kept, keeps no month, and is no proof that backups go on', () => {
    const copies = [copy(1, '2026-02-10'), copy(2, '2026-02-20'), copy(3, nowMs + 1)];
    expect(plan(copies, nowMs)).toEqual({
      1: 'hold: no-verified-copy-this-month',
      2: 'keep: month-keeper',
      3: 'keep: time-in-future',
    });
    expect(plan([...copies.slice(0, 2), copy(3, nowMs)], nowMs)[1]).toBe('trash: month-has-keeper');
  });

  it('is one that came to us more than 48 h away from the time it claims', () => {
    const claimed = at('2026-02-20');
    const withReceipt = (hours: number) => [
      copy(1, '2026-02-10'),
      copy(2, claimed, { receivedAt: claimed + hours * HOUR_MS }),
      fresh(3, '2026-03-02'),
    ];
    expect(plan(withReceipt(48), nowMs)).toMatchObject({ 1: 'trash: month-has-keeper', 2: 'keep: month-keeper' });
    expect(plan(withReceipt(48.01), nowMs)).toMatchObject({ 1: 'keep: month-keeper', 2: 'keep: time-contradicted' });
    expect(plan(withReceipt(-48.01), nowMs)[2]).toBe('keep: time-contradicted');
  });

  it('is not emptied with the trash', () => {
    const copies = [copy(1, nowMs + 1, { trashedAt: '2026-01-01' }), fresh(2, '2026-03-02')];
    expect(plan(copies, nowMs)[1]).toBe('hold: time-in-future');
  });
});

describe('the trash', () => {
  const month = [copy(2, '2026-01-30'), fresh(3, '2026-03-02')];
  const trashedAt = at('2026-02-10 08:00');

  it('is emptied after 14 times 24 hours, not a moment before', () => {
    const copies = [copy(1, '2026-01-05', { trashedAt }), ...month];
    const end = trashedAt + 14 * 24 * HOUR_MS;
    expect(plan([...copies, fresh(4, '2026-02-24 01:00')], end - 1)[1]).toBe('hold: trash-time-not-over');
    expect(plan([...copies, fresh(4, '2026-02-24 01:00')], end)[1]).toBe('remove: trash-time-over');
  });

  it('gives back the only verified copy of a month whose keeper failed a later check', () => {
    const copies = [
      copy(1, '2026-01-05', { trashedAt }),
      copy(4, '2026-01-20', { trashedAt }),
      copy(5, '2026-01-25', { trashedAt, verification: 'revoked' }),
      copy(2, '2026-01-30', { verification: 'revoked' }),
      fresh(3, '2026-03-02'),
    ];
    expect(plan(copies, '2026-03-03')).toEqual({
      // Verified too, but older: its month has a keeper again, so that it goes.
      1: 'hold: month-without-verified-copy',
      4: 'restore-from-trash: only-verified-of-month',
      5: 'hold: month-without-verified-copy',
      2: 'keep: month-without-verified-copy',
      3: 'keep: current-month',
    });
    const nowMs = at('2026-03-03');
    const decisions = planRetention({
      asset: files,
      copies,
      policy: APPLICATIONS,
      trashDays: 14,
      stops: [],
      zone: WITA,
      nowMs,
    });
    expect(plan(executeRetention(copies, decisions, nowMs), nowMs)).toMatchObject({
      1: 'remove: trash-time-over',
      4: 'keep: month-keeper',
      2: 'trash: month-has-keeper',
    });
  });

  it('gives back the only verified copy of a year', () => {
    const copies = [
      copy(1, '2024-06-05', { trashedAt }),
      copy(2, '2024-12-30', { verification: 'revoked' }),
      fresh(3, '2026-03-02'),
    ];
    expect(plan(copies, '2026-03-03')[1]).toBe('restore-from-trash: only-verified-of-year');
  });

  it('gives back what a longer policy wants again, but not what a person threw away', () => {
    const longer = { policy: { ...APPLICATIONS, recentDays: 60 } };
    const copies = [
      copy(1, '2026-02-05', { trashedAt: '2026-03-01' }),
      copy(2, '2026-02-06', { trashedAt: '2026-03-01', trashedBy: 'person' }),
      copy(4, '2026-02-20'),
      fresh(3, '2026-03-02'),
    ];
    expect(plan(copies, '2026-03-03')).toMatchObject({ 1: 'hold: trash-time-not-over' });
    expect(plan(copies, '2026-03-03', longer)).toMatchObject({
      1: 'restore-from-trash: wanted-again',
      2: 'hold: trash-time-not-over',
    });
    expect(plan([...copies, fresh(5, '2026-03-20')], '2026-03-20', longer)[2]).toBe('remove: trash-time-over');
  });
});

describe('a retired asset', () => {
  const retired = { asset: assetOf('files', 'files', { retired: '2026-02-15' }) };
  const copies = [copy(1, '2026-02-02'), copy(2, '2026-02-14')];

  it('loses nothing until a person decides', () => {
    expect(plan(copies, '2026-03-03', retired)).toEqual({
      1: 'hold: no-verified-copy-this-month, asset-retired',
      2: 'keep: month-keeper',
    });
    expect(plan(copies, '2040-03-03', retired)).toEqual({
      1: 'hold: no-verified-copy-this-month, asset-retired',
      2: 'hold: no-verified-copy-this-month, asset-retired',
    });
  });

  it('is still active on its last date', () => {
    const onLastDay = [copy(1, '2026-01-05'), copy(2, '2026-01-30'), copy(3, '2026-02-15 01:00')];
    expect(plan(onLastDay, '2026-02-15 12:00', retired)[1]).toBe('trash: month-has-keeper');
    expect(plan(onLastDay, '2026-02-16 00:00', retired)[1]).toBe('hold: asset-retired');
  });

  it('is destroyed when a person put it into the trash', () => {
    const destroyed = copies.map((each) => ({ ...each, trashed: { at: at('2026-02-20'), by: 'person' as const } }));
    expect(plan(destroyed, '2026-03-05', retired)).toEqual({
      1: 'hold: trash-time-not-over',
      2: 'hold: trash-time-not-over',
    });
    expect(plan(destroyed, '2026-03-06', retired)).toEqual({
      1: 'remove: trash-time-over',
      2: 'remove: trash-time-over',
    });
    expect(plan(destroyed, '2026-03-06', { ...retired, stops: ['incident'] })[1]).toBe('hold: incident');
  });
});

describe('an anomaly or an incident', () => {
  it('stops all deletion, and says which', () => {
    const copies = [
      copy(1, '2026-01-05', { trashedAt: '2026-02-01' }),
      copy(2, '2026-01-30'),
      copy(3, '2026-01-20'),
      fresh(4, '2026-03-02'),
    ];
    const stops = ['size-anomaly', 'incident'] as const;
    expect(plan(copies, '2026-03-03', { stops })).toMatchObject({
      1: 'hold: size-anomaly, incident',
      3: 'hold: size-anomaly, incident',
    });
  });
});

describe('a zone with summer time', () => {
  it('ends its months at its own midnight', () => {
    const zone = parseTimeZone('Europe/Berlin');
    // 31 March 2026, 23.30 in Berlin is 21.30 UTC; in Makassar it is April.
    const copies = [
      copy(1, at('2026-03-20', zone)),
      copy(2, at('2026-03-31 23:30', zone)),
      copy(3, at('2026-04-01 00:10', zone)),
    ];
    expect(plan(copies, at('2026-04-01 01:00', zone), { zone })).toEqual({
      1: 'trash: month-has-keeper',
      2: 'keep: month-keeper',
      3: 'keep: current-month',
    });
    expect(plan(copies, at('2026-04-01 01:00', zone))).toMatchObject({
      1: 'keep: month-keeper',
      2: 'keep: current-month',
    });
  });
});
