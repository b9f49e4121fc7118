// What holds whatever happens, in whatever order.
import { ACTIVITY_REFUSALS, type Activity, OUTCOMES, parseAccountId, parseRunId, ROLES } from '@lumbung/contracts';
import { activitySchema } from '@lumbung/contracts/schemas';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultProcedure } from '../default/default-procedure.ts';
import { assetOf, at, day, MINUTE_MS, WITA } from '../testing/records.ts';
import type { ActivityEvent, ActivityRules } from './activity-event.ts';
import { advance } from './advance.ts';
import { openActivity } from './open-activity.ts';
import { stepTimes } from './step-clock.ts';

const procedure = defaultProcedure(day('2026-01-01'));
const rules: ActivityRules = { procedure, calendar: [], zone: WITA };
const assets = [assetOf('database', 'db'), assetOf('files', 'files'), assetOf('files', 'late')];
const expected = assets.map(({ id, kind }) => ({ assetId: id, kind }));

const moment = fc.integer({ min: 0, max: 25 * 60 }).map((minutes) => at('2026-03-05 00:00') + minutes * MINUTE_MS);
const asset = fc.constantFrom(...assets.map(({ id }) => id));
const runId = fc.integer({ min: 1, max: 4 }).map((number) => parseRunId(`run-${number}`));
const account = fc.constantFrom('a', 'b', 'c').map(parseAccountId);
const person = fc.record({ accountId: account, roles: fc.subarray([...ROLES], { maxLength: 2 }) });
const note = fc.constantFrom('', 'lengkapi');

const events: fc.Arbitrary<ActivityEvent> = fc.oneof(
  fc.record({ kind: fc.constant('expected' as const), at: moment, parts: fc.subarray(expected, { maxLength: 1 }) }),
  fc.record({ kind: fc.constant('preparation-began' as const), at: moment }),
  fc.record({
    kind: fc.constant('preparation-ended' as const),
    at: moment,
    ready: fc.array(asset, { maxLength: 3 }),
    notReady: fc.array(fc.record({ assetId: asset, reasonCode: fc.constantFrom('A_CODE', 'B_CODE') }), {
      maxLength: 3,
    }),
  }),
  fc.record({
    kind: fc.constant('run-began' as const),
    at: moment,
    runId,
    assetId: asset,
    origin: fc.constantFrom('scheduled' as const, 'retry' as const, 'manual-entry' as const),
  }),
  fc.record({
    kind: fc.constant('run-ended' as const),
    at: moment,
    runId,
    outcome: fc.constantFrom('succeeded' as const, 'succeeded' as const, 'succeeded' as const, ...OUTCOMES),
  }),
  fc.record({ kind: fc.constant('date-ended' as const), at: moment }),
  fc.record({ kind: fc.constant('report-began' as const), at: moment }),
  fc.record({ kind: fc.constant('reported' as const), at: moment, by: fc.option(person, { nil: undefined }) }),
  fc.record({ kind: fc.constant('acknowledged' as const), at: moment, by: person, note }),
  fc.record({ kind: fc.constant('returned' as const), at: moment, by: person, note }),
  fc.record({ kind: fc.constant('delegated' as const), at: moment, by: person, to: person }),
  fc.record({ kind: fc.constant('closed' as const), at: moment }),
);

const opened = openActivity({ date: day('2026-03-05'), procedure, expected: expected.slice(0, 1) });

/** Each state on the way, with the event that led to it. */
function way(
  list: readonly ActivityEvent[],
): { before: Activity; after: Activity; event: ActivityEvent; code?: string }[] {
  let activity = opened;
  return list.map((event) => {
    const before = activity;
    const next = advance(before, event, rules);
    if (next.status === 'advanced') activity = next.activity;
    return { before, after: activity, event, ...(next.status === 'refused' ? { code: next.code } : {}) };
  });
}

function holds(property: (steps: ReturnType<typeof way>) => void): void {
  fc.assert(
    fc.property(fc.array(events, { maxLength: 60, size: 'max' }), (list) => property(way(list))),
    { numRuns: fuzzRuns(300) },
  );
}

describe('an activity, whatever happens', () => {
  it('is either changed as a whole or refused with a code, and can be stored and read', () => {
    holds((steps) => {
      for (const { before, after, code } of steps) {
        if (code !== undefined) {
          expect(ACTIVITY_REFUSALS).toContain(code);
          expect(after).toBe(before);
        }
      }
      const last = steps.at(-1)?.after ?? opened;
      expect(activitySchema.parse(JSON.parse(JSON.stringify(last)))).toEqual(JSON.parse(JSON.stringify(last)));
    });
  });

  it('moves people’s track only along its edges, and never by technical events', () => {
    const edges = new Set([
      'unreported reported',
      'reported acknowledged',
      'reported returned',
      'returned reported',
      'acknowledged closed',
    ]);
    const ofPeople = new Set(['reported', 'acknowledged', 'returned', 'closed']);
    holds((steps) => {
      for (const { before, after, event } of steps) {
        if (before.administrative === after.administrative) continue;
        expect(edges).toContain(`${before.administrative} ${after.administrative}`);
        expect(ofPeople).toContain(event.kind);
      }
    });
  });

  it('never lets people’s acts change the technical track', () => {
    const ofPeople = new Set(['report-began', 'reported', 'acknowledged', 'returned', 'delegated', 'closed']);
    holds((steps) => {
      for (const { before, after, event } of steps) {
        if (ofPeople.has(event.kind)) expect(after.technical).toBe(before.technical);
      }
    });
  });

  it('changes nothing technical once it is final', () => {
    holds((steps) => {
      for (const { before, after } of steps) {
        if (before.finalAt === undefined) continue;
        expect([after.technical, after.finalAt]).toEqual([before.technical, before.finalAt]);
      }
    });
  });

  it('is never acknowledged by an account that reported it', () => {
    holds((steps) => {
      for (const { after } of steps) {
        const reporters = after.submissions.flatMap(({ by }) => by?.accountId ?? []);
        if (after.acknowledgement !== undefined) expect(reporters).not.toContain(after.acknowledgement.by.accountId);
      }
    });
  });

  it('has times that are never negative, and a total that is their sum', () => {
    holds((steps) => {
      const times = stepTimes(steps.at(-1)?.after ?? opened, at('2026-03-07'));
      expect(times.steps.every(({ elapsedMs }) => elapsedMs >= 0)).toBe(true);
      expect(times.steps.reduce((sum, { elapsedMs, state }) => sum + (state === 'not-needed' ? 0 : elapsedMs), 0)).toBe(
        times.elapsedMs,
      );
    });
  });

  it('really reaches every state: the promises above are not kept by refusing', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(events, { maxLength: 80, size: 'max' }), (list) => {
        for (const { after } of way(list)) seen.add(after.technical).add(after.administrative);
      }),
      { numRuns: 1500, seed: 20_261_124 },
    );
    expect([...seen].toSorted()).toEqual(
      [
        ...['acknowledged', 'closed', 'failed', 'missed', 'partly', 'postponed', 'preparing', 'reported', 'returned'],
        ...['running', 'scheduled', 'succeeded', 'unreported'],
      ].toSorted(),
    );
  });
});
