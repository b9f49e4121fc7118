// What retention promises whatever the copies, the policy and the moment.
import {
  OUTCOMES,
  RETENTION_ACTS,
  RETENTION_REASONS,
  RETENTION_STOPS,
  type RetentionPolicy,
  VERIFICATIONS,
} from '@lumbung/contracts';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monthOf } from '../calendar/date-arithmetic.ts';
import { localDateOf } from '../calendar/zone.ts';
import { isReliable, type StoredCopy } from '../records/stored-copy.ts';
import { executeRetention } from '../testing/execute-retention.ts';
import { assetOf, at, lifeOf, snapshotId, WITA } from '../testing/records.ts';
import { planRetention, type RetentionDecision, type RetentionInput } from './plan-retention.ts';
import { coveringSlots } from './slots.ts';

const DAY_MS = 86_400_000;
const { id: assetId } = assetOf('files', 'files');
const NOW = at('2026-03-15 10:00');

const policies: fc.Arbitrary<RetentionPolicy> = fc.record({
  currentMonth: fc.constant('all' as const),
  recentDays: fc.constantFrom(0, 1, 31, 90),
  monthly: fc.constantFrom(1, 3, 12),
  yearly: fc.constantFrom(0, 1, 5),
  which: fc.constant('latest-verified' as const),
});

/** Most of them in the last four months, some up to eight years old, some from the future. */
const ages = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 120 * 24 }) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 500 * 24 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 8 * 365 * 24 }) },
  { weight: 1, arbitrary: fc.integer({ min: -72, max: 0 }) },
);

const copiesOf = (): fc.Arbitrary<StoredCopy[]> =>
  fc
    .array(
      fc.record({
        hours: ages,
        outcome: fc.constantFrom(...OUTCOMES.filter((each) => each === 'succeeded' || each === 'warned')),
        verification: fc.constantFrom('verified' as const, 'verified' as const, ...VERIFICATIONS),
        pin: fc.constantFrom(...Array.from({ length: 9 }, () => 'none' as const), 'pinned' as const),
        trashedDaysAgo: fc.option(fc.integer({ min: 0, max: 40 }), { freq: 3 }),
        by: fc.constantFrom('retention' as const, 'retention' as const, 'person' as const),
        lagHours: fc.constantFrom(null, null, null, null, 0, 47, 49, 500),
      }),
      { maxLength: 30, size: 'max' },
    )
    .map((list) =>
      list.map(({ hours, outcome, verification, pin, trashedDaysAgo, by, lagHours }, index): StoredCopy => {
        const readAt = NOW - hours * 3_600_000;
        return {
          id: snapshotId(index + 1),
          assetId,
          readAt,
          outcome,
          verification,
          pin,
          ...(trashedDaysAgo === null ? {} : { trashed: { at: NOW - trashedDaysAgo * DAY_MS, by } }),
          ...(lagHours === null ? {} : { receivedAt: readAt + lagHours * 3_600_000 }),
        };
      }),
    );

const inputs: fc.Arbitrary<RetentionInput> = fc.record({
  asset: fc
    .constantFrom(lifeOf(), lifeOf(), lifeOf(), lifeOf({ retired: '2026-01-31' }))
    .map((life) => ({ id: assetId, life })),
  copies: copiesOf(),
  policy: policies,
  trashDays: fc.constantFrom(1, 14),
  stops: fc.constantFrom([], [], [], [], ...RETENTION_STOPS.map((stop) => [stop])),
  zone: fc.constant(WITA),
  nowMs: fc.constant(NOW),
});

const goes = ({ act }: RetentionDecision): boolean => act === 'trash' || act === 'remove';
const actsIn = (decisions: readonly RetentionDecision[]) =>
  decisions.filter(({ act }) => act !== 'keep' && act !== 'hold');

/** Month and year slots that have a reliable copy. */
function provenSlots({ copies, policy, nowMs, zone }: RetentionInput): Set<string> {
  const today = localDateOf(nowMs, zone);
  const slots = copies
    .filter((copy) => isReliable(copy, nowMs))
    .flatMap((copy) => {
      const { month, year } = coveringSlots(localDateOf(copy.readAt, zone), policy, today);
      return [...(month === undefined ? [] : [month]), ...(year === undefined ? [] : [String(year)])];
    });
  return new Set(slots);
}

function holds(property: (input: RetentionInput) => void): void {
  fc.assert(fc.property(inputs, property), { numRuns: fuzzRuns(400) });
}

describe('retention, whatever the copies', () => {
  it('says for each copy what and why', () => {
    holds((input) => {
      const decisions = planRetention(input);
      expect(decisions.map(({ id }) => id).toSorted()).toEqual(input.copies.map(({ id }) => id).toSorted());
      expect(decisions.every(({ reasons }) => reasons.length > 0 && new Set(reasons).size === reasons.length)).toBe(
        true,
      );
    });
  });

  it('never takes the last verified copy of a month or a year', () => {
    holds((input) => {
      const after = executeRetention(input.copies, planRetention(input), input.nowMs);
      const lost = provenSlots(input).difference(provenSlots({ ...input, copies: after }));
      expect([...lost]).toEqual([]);
    });
  });

  it('gives every month and year that has a verified copy anywhere a keeper', () => {
    holds((input) => {
      const after = executeRetention(input.copies, planRetention(input), input.nowMs);
      const everywhere = input.copies.map(({ trashed, ...copy }) =>
        trashed?.by === 'person' ? { ...copy, trashed } : copy,
      );
      const wanted = provenSlots({ ...input, copies: everywhere });
      expect([...wanted.difference(provenSlots({ ...input, copies: after }))]).toEqual([]);
    });
  });

  it('takes nothing away when backups have stopped', () => {
    holds((input) => {
      const today = localDateOf(input.nowMs, input.zone);
      const stopped = input.copies.filter(
        (copy) => !isReliable(copy, input.nowMs) || monthOf(localDateOf(copy.readAt, input.zone)) !== monthOf(today),
      );
      const decisions = planRetention({ ...input, copies: stopped });
      const ofPeople = new Set(stopped.filter(({ trashed }) => trashed?.by === 'person').map(({ id }) => id));
      const isRetired = input.asset.life.state === 'retired';
      expect(decisions.filter((each) => goes(each) && !(isRetired && ofPeople.has(each.id)))).toEqual([]);
    });
  });

  it('takes nothing from the current month, nothing pinned, nothing whose time cannot be believed', () => {
    holds((input) => {
      const gone = new Set(
        planRetention(input)
          .filter(goes)
          .map(({ id }) => id),
      );
      const today = localDateOf(input.nowMs, input.zone);
      for (const copy of input.copies.filter(({ id, trashed }) => gone.has(id) && trashed?.by !== 'person')) {
        expect(copy.pin).toBe('none');
        expect(copy.readAt).toBeLessThanOrEqual(input.nowMs);
        expect(monthOf(localDateOf(copy.readAt, input.zone)) < monthOf(today)).toBe(true);
      }
    });
  });

  it('removes only what lay in the trash long enough', () => {
    holds((input) => {
      const removed = new Set(planRetention(input).flatMap(({ id, act }) => (act === 'remove' ? [id] : [])));
      for (const { id, trashed } of input.copies) {
        if (removed.has(id))
          expect(input.nowMs - (trashed?.at ?? input.nowMs)).toBeGreaterThanOrEqual(input.trashDays * DAY_MS);
      }
    });
  });

  it('does not depend on the order of the copies', () => {
    fc.assert(
      fc.property(
        inputs.chain((input) =>
          fc.tuple(fc.constant(input), fc.shuffledSubarray([...input.copies], { minLength: input.copies.length })),
        ),
        ([input, shuffled]) => {
          expect(planRetention({ ...input, copies: shuffled })).toEqual(planRetention(input));
        },
      ),
      { numRuns: fuzzRuns(200) },
    );
  });

  it('is done after one execution, after two when something came back', () => {
    holds((input) => {
      const first = planRetention(input);
      let copies = executeRetention(input.copies, first, input.nowMs);
      if (first.some(({ act }) => act === 'restore-from-trash')) {
        copies = executeRetention(copies, planRetention({ ...input, copies }), input.nowMs);
      }
      expect(actsIn(planRetention({ ...input, copies }))).toEqual([]);
    });
  });

  it('takes no more by a longer policy, a longer trash or another stop', () => {
    const longer = fc.record({
      recentDays: fc.constantFrom(0, 20),
      monthly: fc.constantFrom(0, 1, 12),
      yearly: fc.constantFrom(0, 3),
      trashDays: fc.constantFrom(0, 10),
      stops: fc.constantFrom([], [...RETENTION_STOPS]),
    });
    fc.assert(
      fc.property(inputs, longer, (input, more) => {
        const wider = {
          ...input,
          policy: {
            ...input.policy,
            recentDays: input.policy.recentDays + more.recentDays,
            monthly: input.policy.monthly + more.monthly,
            yearly: input.policy.yearly + more.yearly,
          },
          trashDays: input.trashDays + more.trashDays,
          stops: [...new Set([...input.stops, ...more.stops])],
        };
        const before = new Set(
          planRetention(input)
            .filter(goes)
            .map(({ id }) => id),
        );
        const extra = planRetention(wider).filter((each) => goes(each) && !before.has(each.id));
        expect(extra).toEqual([]);
      }),
      { numRuns: fuzzRuns(600) },
    );
  });

  it('really takes something: the promises above are not kept by doing nothing', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(inputs, (input) => {
        for (const { act, reasons } of planRetention(input)) for (const reason of reasons) seen.add(`${act} ${reason}`);
      }),
      { numRuns: 1500, seed: 20_261_124 },
    );
    // Each reason was met, and so was each act.
    expect(new Set([...seen].map((each) => each.split(' ')[1]))).toEqual(new Set(RETENTION_REASONS));
    expect(new Set([...seen].map((each) => each.split(' ')[0]))).toEqual(new Set(RETENTION_ACTS));
  });
});
