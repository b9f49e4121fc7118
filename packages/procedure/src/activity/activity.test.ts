import {
  type Activity,
  type AdministrativeState,
  type Outcome,
  parseAccountId,
  parsePersonId,
  parseRunId,
  type Role,
  type RunOrigin,
  type SelfAcknowledgement,
} from '@lumbung/contracts';
import { describe, expect, it } from 'vitest';
import { defaultProcedure } from '../default/default-procedure.ts';
import { assetOf, at, day, MINUTE_MS, WITA } from '../testing/records.ts';
import type { ActingPerson, ActivityEvent, ActivityRules, ExpectedPart } from './activity-event.ts';
import { advance } from './advance.ts';
import { openActivity } from './open-activity.ts';
import { reportTimes, whomToRemind } from './report-times.ts';
import { stepTimes } from './step-clock.ts';

const procedure = defaultProcedure(day('2026-01-01'));
const db = assetOf('database', 'db', { app: 'app' });
const other = assetOf('database', 'other');
const files = assetOf('files', 'files', { app: 'app' });
const partOf = ({ id, kind, applicationId }: typeof db): ExpectedPart => ({ assetId: id, kind, applicationId });

const rules: ActivityRules = { procedure, calendar: [], zone: WITA };
const rulesWith = (selfAcknowledgement: SelfAcknowledgement): ActivityRules => ({
  ...rules,
  procedure: {
    ...procedure,
    standards: { ...procedure.standards, reporting: { ...procedure.standards.reporting, selfAcknowledgement } },
  },
});

const who = (name: string, ...roles: Role[]): ActingPerson => ({
  accountId: parseAccountId(name),
  personId: parsePersonId(`person-${name}`),
  roles,
});
const staff = who('staff', 'operator');
const kasi = who('kasi', 'recipient');
const kabid = who('kabid', 'overseer');

/** Thursday 5 March 2026. */
const time = (clock: string): number => at(`2026-03-05 ${clock}`);

function open(...assets: readonly (typeof db)[]): Activity {
  return openActivity({
    date: day('2026-03-05'),
    procedure,
    officer: { personId: parsePersonId('person-staff') },
    expected: assets.map(partOf),
  });
}

/** Applies events; a refusal is a failure of the test. */
function after(activity: Activity, ...events: readonly ActivityEvent[]): Activity {
  return events.reduce((before, event) => {
    const next = advance(before, event, rules);
    if (next.status === 'refused') throw new Error(`${event.kind} was refused: ${next.code}`);
    return next.activity;
  }, activity);
}

const answer = (activity: Activity, event: ActivityEvent, with_: ActivityRules = rules): string => {
  const next = advance(activity, event, with_);
  return next.status === 'refused' ? next.code : `${next.activity.technical}, ${next.activity.administrative}`;
};

let runs = 0;
interface RunWords {
  readonly outcome?: Outcome;
  readonly until?: string;
  readonly origin?: RunOrigin;
  readonly reasonCode?: string;
}
/** A run that began at a time of the date and took ten minutes, unless it says when it ended. */
function run(
  asset: typeof db,
  from: string,
  { outcome = 'succeeded', until, origin = 'scheduled', reasonCode }: RunWords = {},
): ActivityEvent[] {
  runs += 1;
  const runId = parseRunId(`run-${runs}`);
  const endsAt = until === undefined ? time(from) + 10 * MINUTE_MS : at(until);
  return [
    { kind: 'run-began', at: time(from), runId, assetId: asset.id, origin },
    { kind: 'run-ended', at: endsAt, runId, outcome, reasonCode },
  ];
}
const began = (clock: string): ActivityEvent => ({ kind: 'preparation-began', at: time(clock) });
const ready = (clock: string, ...assets: readonly (typeof db)[]): ActivityEvent => ({
  kind: 'preparation-ended',
  at: time(clock),
  ready: assets.map(({ id }) => id),
  notReady: [],
});
const notReady = (clock: string, reasonCode: string, ...assets: readonly (typeof db)[]): ActivityEvent => ({
  kind: 'preparation-ended',
  at: time(clock),
  ready: [],
  notReady: assets.map(({ id }) => ({ assetId: id, reasonCode })),
});
const midnight: ActivityEvent = { kind: 'date-ended', at: at('2026-03-06 00:00') };
const reported = (clock: string, by?: ActingPerson): ActivityEvent => ({ kind: 'reported', at: time(clock), by });
const acknowledged = (clock: string, by: ActingPerson): ActivityEvent => ({
  kind: 'acknowledged',
  at: time(clock),
  by,
});
const closed = (clock: string): ActivityEvent => ({ kind: 'closed', at: time(clock) });

describe('the technical track', () => {
  it('goes from scheduled over preparing and running to succeeded', () => {
    const opened = open(db, files);
    expect(opened.technical).toBe('scheduled');
    const preparing = after(opened, began('01:00'));
    expect(preparing.technical).toBe('preparing');
    const prepared = after(preparing, ready('01:05', db, files));
    expect(prepared.technical).toBe('preparing');
    const [first, last] = run(db, '01:05');
    const running = after(prepared, first!);
    expect(running.technical).toBe('running');
    // One part is done, the other is still to come.
    expect(after(running, last!).technical).toBe('running');
    expect(after(running, last!, ...run(files, '01:20')).technical).toBe('succeeded');
  });

  it('calls a warned backup a success, with its remark', () => {
    expect(after(open(db), ...run(db, '01:00', { outcome: 'warned', reasonCode: 'FILES_SKIPPED' })).technical).toBe(
      'succeeded',
    );
  });

  it.each(['failed', 'cancelled', 'stalled', 'lost'] as const)('calls a part failed whose run was %s', (outcome) => {
    expect(after(open(db), ...run(db, '01:00', { outcome })).technical).toBe('failed');
    expect(after(open(db, files), ...run(db, '01:00', { outcome }), ...run(files, '02:00')).technical).toBe('partly');
  });

  it('is postponed while nothing is ready, and goes on with what is', () => {
    const postponed = after(open(db, files), began('01:00'), notReady('01:10', 'SOURCE_UNREACHABLE', db, files));
    expect([postponed.technical, postponed.reasonCodes]).toEqual(['postponed', ['SOURCE_UNREACHABLE']]);
    const again = after(postponed, began('02:00'), ready('02:05', files));
    expect([again.technical, again.reasonCodes]).toEqual(['preparing', []]);
    // Independent targets go on: the database that is not ready makes the date partly succeeded.
    expect(after(again, ...run(files, '02:05')).technical).toBe('partly');
    expect(
      after(again, ...run(files, '02:05'), began('03:00'), ready('03:01', db), ...run(db, '03:01')).technical,
    ).toBe('succeeded');
  });

  it('is repaired by a later success of the same date', () => {
    const failed = after(open(db), ...run(db, '01:00', { outcome: 'failed' }));
    expect(failed.technical).toBe('failed');
    expect(after(failed, ...run(db, '09:00', { origin: 'retry' })).technical).toBe('succeeded');
  });

  it('is not spoiled by a later failure of what is done', () => {
    const done = after(open(db), ...run(db, '01:00'));
    expect(after(done, ...run(db, '09:00', { outcome: 'failed', origin: 'manual' })).technical).toBe('succeeded');
  });

  it('is missed when preparing failed all day without a run, with the reason', () => {
    const missed = after(open(db), began('01:00'), notReady('01:10', 'DESTINATION_FULL', db), midnight);
    expect([missed.technical, missed.reasonCodes]).toEqual(['missed', ['DESTINATION_FULL']]);
    expect(after(open(db), midnight).reasonCodes).toEqual(['not-run']);
    expect(after(open(), midnight).reasonCodes).toEqual(['nothing-expected']);
  });

  it('calls what was never tried failed when the date ends', () => {
    expect(after(open(db, files), ...run(db, '01:00'), midnight).technical).toBe('partly');
  });

  it('becomes final at the end of the local date, and then nothing changes it', () => {
    const final = after(open(db), ...run(db, '01:00', { outcome: 'failed' }), midnight);
    expect([final.technical, final.finalAt]).toEqual(['failed', at('2026-03-06 00:00')]);
    expect(run(db, '23:59').map((event) => answer(final, event))).toEqual(['already-final', 'run-unknown']);
    expect(answer(final, began('23:00'))).toBe('already-final');
    expect(answer(final, midnight)).toBe('already-final');
    expect(answer(open(db), { kind: 'date-ended', at: time('23:59') })).toBe('wrong-date');
  });

  it('waits for a run over midnight, which belongs to the date on which it began', () => {
    const [first, last] = run(db, '23:50', { until: '2026-03-06 02:00' });
    const over = after(open(db), first!, midnight);
    expect([over.technical, over.finalAt]).toEqual(['running', undefined]);
    const final = after(over, last!);
    expect([final.technical, final.finalAt]).toEqual(['succeeded', at('2026-03-06 02:00')]);
    const tomorrow: ActivityEvent = { ...(first as ActivityEvent & { kind: 'run-began' }), at: at('2026-03-06 00:00') };
    expect(answer(open(db), tomorrow)).toBe('wrong-date');
  });

  it('takes on more work while it lasts', () => {
    const done = after(open(db), ...run(db, '01:00'));
    const more = after(done, { kind: 'expected', at: time('10:00'), parts: [partOf(files), partOf(db)] });
    expect(more.technical).toBe('running');
    expect(more.parts.map(({ assetId }) => assetId)).toEqual(['db', 'files']);
    expect(after(more, ...run(files, '10:00')).technical).toBe('succeeded');
  });

  it('keeps a manual entry beside what the system did', () => {
    const entry = after(open(db), ...run(db, '08:00', { origin: 'manual-entry' }));
    expect(entry.technical).toBe('scheduled');
    expect(after(entry, midnight).technical).toBe('missed');
    expect(stepTimes(entry, time('12:00')).elapsedMs).toBe(0);
  });

  it('refuses what cannot have happened', () => {
    const [first, last] = run(db, '01:00');
    expect(answer(open(files), first!)).toBe('part-unknown');
    expect(answer(open(db), last!)).toBe('run-unknown');
    expect(answer(after(open(db), first!), first!)).toBe('run-known');
    expect(answer(after(open(db), first!, last!), last!)).toBe('run-ended');
    expect(
      answer(after(open(db), first!), { ...(last as ActivityEvent & { kind: 'run-ended' }), at: time('00:59') }),
    ).toBe('time-goes-back');
    expect(answer(open(db), ready('01:00', db))).toBe('step-not-begun');
  });
});

describe('the clocks of the steps', () => {
  const day125 = () =>
    after(
      open(db, other, files),
      began('01:00'),
      ready('01:06', db, other, files),
      ...run(db, '01:06'),
      ...run(other, '01:10', { until: '2026-03-05 01:30' }),
      ...run(files, '01:30', { until: '2026-03-05 02:35' }),
      { kind: 'report-began', at: time('02:35') },
      reported('02:37'),
      acknowledged('08:00', kasi),
      closed('08:01'),
    );

  it('run from the first begin to the last end, and the total is their sum', () => {
    const times = stepTimes(day125(), time('12:00'));
    expect(times.steps.map(({ act, elapsedMs, judgement }) => `${act} ${elapsedMs / MINUTE_MS} ${judgement}`)).toEqual([
      'preflight 6 within',
      'databases 24 within',
      // Five minutes longer than the standard: a warning.
      'applications 65 over',
      'report 2 within',
      'close 1 within',
    ]);
    expect([times.elapsedMs / MINUTE_MS, times.standardMinutes, times.judgement]).toEqual([98, 125, 'within']);
    expect(times.longest).toEqual({ assetId: 'files', elapsedMs: 65 * MINUTE_MS });
  });

  it('overrunning fails nothing', () => {
    expect(day125().technical).toBe('succeeded');
  });

  it('have 65 minutes without due applications, 125 with both, 95 without databases', () => {
    const standard = (...assets: readonly (typeof db)[]): number => stepTimes(open(...assets), 0).standardMinutes;
    expect([standard(db), standard(db, files), standard(files)]).toEqual([65, 125, 95]);
    expect(stepTimes(open(db), 0).steps.map(({ state }) => state)).toEqual([
      'waiting',
      'waiting',
      'not-needed',
      'waiting',
      'waiting',
    ]);
  });

  it('count every attempt', () => {
    const retried = after(
      open(db),
      ...run(db, '01:00', { outcome: 'failed' }),
      ...run(db, '01:25', { origin: 'retry' }),
    );
    expect(stepTimes(retried, time('12:00')).steps[1]).toMatchObject({
      state: 'ended',
      elapsedMs: 35 * MINUTE_MS,
      judgement: 'over',
    });
  });

  it('take the standard itself as kept', () => {
    const exact = after(open(db), ...run(db, '01:00', { until: '2026-03-05 01:30' }));
    expect(stepTimes(exact, time('12:00')).steps[1]?.judgement).toBe('within');
  });

  it('go on while a run is under way', () => {
    const [first] = run(db, '01:00');
    expect(stepTimes(after(open(db), first!), time('01:12')).steps[1]).toMatchObject({
      state: 'under-way',
      elapsedMs: 12 * MINUTE_MS,
    });
  });

  it('leave out the time that a report waits for people', () => {
    expect(
      stepTimes(day125(), time('12:00'))
        .steps.slice(3)
        .map(({ elapsedMs }) => elapsedMs / MINUTE_MS),
    ).toEqual([2, 1]);
  });
});

describe('the administrative track', () => {
  const done = () => after(open(db), ...run(db, '01:00'));

  it('goes from unreported over reported and acknowledged to closed', () => {
    const states: AdministrativeState[] = [];
    [reported('02:00'), acknowledged('08:00', kasi), closed('08:05')].reduce((activity, event) => {
      const next = after(activity, event);
      states.push(next.administrative);
      return next;
    }, done());
    expect(states).toEqual(['reported', 'acknowledged', 'closed']);
  });

  it('of a failed and of a missed date goes the same way', () => {
    const failed = after(open(db), ...run(db, '01:00', { outcome: 'failed' }));
    expect(after(failed, reported('02:00'), acknowledged('08:00', kasi), closed('08:05')).technical).toBe('failed');
    const missed = after(open(db), midnight, { kind: 'reported', at: at('2026-03-06 00:05') });
    expect([missed.technical, missed.administrative]).toEqual(['missed', 'reported']);
  });

  it('waits with the report for the work, not with the work for anybody', () => {
    expect(answer(open(db), reported('01:00'))).toBe('work-not-settled');
    const [first] = run(db, '01:00');
    expect(answer(after(open(db), first!), reported('01:05'))).toBe('work-not-settled');
    // Nothing is acknowledged, and the next run begins all the same.
    const returned = after(done(), reported('02:00'), {
      kind: 'returned',
      at: time('08:00'),
      by: kasi,
      note: 'lengkapi',
    });
    expect(answer(returned, run(db, '09:00')[0]!)).toBe('running, returned');
  });

  it('comes back with a note, and is reported again', () => {
    const sent = after(done(), reported('02:00'));
    expect(answer(sent, { kind: 'returned', at: time('08:00'), by: kasi, note: ' ' })).toBe('note-missing');
    const returned = after(sent, { kind: 'returned', at: time('08:00'), by: kasi, note: 'penyebab belum ditulis' });
    expect(answer(returned, acknowledged('08:01', kasi))).toBe('not-reported');
    const again = after(returned, reported('09:00', staff));
    expect([again.submissions.length, again.returns.length, again.administrative]).toEqual([2, 1, 'reported']);
    expect(after(again, acknowledged('10:00', kasi)).administrative).toBe('acknowledged');
  });

  it('gets a correction line when the reported result becomes another', () => {
    const partly = after(
      open(db, files),
      ...run(db, '01:00'),
      ...run(files, '02:00', { outcome: 'failed' }),
      reported('03:00'),
    );
    const repaired = after(partly, ...run(files, '09:00', { origin: 'retry' }));
    expect(repaired.corrections).toEqual([{ at: time('09:10'), from: 'partly', to: 'succeeded' }]);
    expect(repaired.administrative).toBe('reported');
    expect(after(repaired, midnight).corrections).toHaveLength(1);
    // A report that is sent again says what is so: only what comes after it is a correction.
    const returned = after(
      repaired,
      { kind: 'returned', at: time('10:00'), by: kasi, note: 'lengkapi' },
      reported('10:30'),
    );
    expect(after(returned, midnight).corrections).toHaveLength(1);
  });

  it('without a change gets none', () => {
    const sent = after(done(), reported('02:00'), ...run(db, '09:00', { origin: 'manual' }), midnight);
    expect(sent.corrections).toEqual([]);
  });

  it('closes after the acknowledgement and not before, and not twice', () => {
    expect(answer(done(), closed('02:00'))).toBe('not-acknowledged');
    expect(answer(after(done(), reported('02:00')), closed('02:00'))).toBe('not-acknowledged');
    const ended = after(done(), reported('02:00'), acknowledged('08:00', kasi), closed('08:05'));
    expect(answer(ended, closed('08:06'))).toBe('already-closed');
    expect(answer(ended, reported('08:06'))).toBe('already-closed');
    expect(answer(ended, acknowledged('08:06', kabid))).toBe('already-closed');
    // The technical track is not closed with it.
    expect(answer(ended, run(db, '09:00')[0]!)).toBe('running, closed');
  });
});

describe('who may acknowledge', () => {
  const sent = () => after(open(db), ...run(db, '01:00'), reported('02:00'));

  it.each([
    ['recipient', 'recipient'],
    ['overseer', 'overseer'],
    ['admin', undefined],
    ['operator', undefined],
    ['leader', undefined],
    ['auditor', undefined],
    ['owner', undefined],
  ] as const)('the %s: %s', (role, as) => {
    const next = advance(sent(), acknowledged('08:00', who('somebody', role)), rules);
    expect(next.status === 'advanced' ? next.activity.acknowledgement?.as : undefined).toBe(as);
    if (next.status === 'refused') expect(next.code).toBe('role-may-not');
  });

  it('whoever was asked to by one who may', () => {
    const deputy = who('deputy');
    expect(answer(sent(), acknowledged('08:00', deputy))).toBe('role-may-not');
    expect(answer(sent(), { kind: 'delegated', at: time('07:00'), by: staff, to: deputy })).toBe('role-may-not');
    const delegated = after(sent(), { kind: 'delegated', at: time('07:00'), by: kasi, to: deputy });
    const next = after(delegated, acknowledged('08:00', deputy));
    expect(next.acknowledgement).toMatchObject({ as: 'delegate', flag: 'none' });
    // Roles are of the moment: they are not written into the activity.
    expect(JSON.stringify(next)).not.toContain('roles');
  });

  it('not the reporter: the officer of the date when the system reported, or who sent it', () => {
    const both = who('staff', 'operator', 'recipient');
    expect(answer(sent(), acknowledged('08:00', both))).toBe('acknowledger-is-reporter');
    const bySomebody = after(open(db), ...run(db, '01:00'), reported('02:00', who('kasi', 'operator')));
    expect(answer(bySomebody, acknowledged('08:00', kasi))).toBe('acknowledger-is-reporter');
    expect(answer(bySomebody, acknowledged('08:00', kabid))).toBe('succeeded, acknowledged');
    // By another account of the same official neither.
    const second = { ...kasi, accountId: parseAccountId('kasi-2') };
    expect(answer(bySomebody, acknowledged('08:00', second))).toBe('acknowledger-is-reporter');
    expect(answer(sent(), { kind: 'delegated', at: time('07:00'), by: kasi, to: staff })).toBe(
      'acknowledger-is-reporter',
    );
  });

  it('not one who reported an earlier version of it', () => {
    const again = after(
      open(db),
      ...run(db, '01:00'),
      reported('02:00', who('kasi', 'operator')),
      { kind: 'returned', at: time('03:00'), by: kabid, note: 'lengkapi' },
      reported('04:00', staff),
    );
    expect(answer(again, acknowledged('08:00', kasi))).toBe('acknowledger-is-reporter');
  });

  it('the reporter too where the procedure allows it, for everyone to see', () => {
    const both = who('staff', 'operator', 'recipient');
    const next = advance(sent(), acknowledged('08:00', both), rulesWith('flagged'));
    expect(next.status === 'advanced' && next.activity.acknowledgement?.flag).toBe('self');
    const ordinary = advance(sent(), acknowledged('08:00', kasi), rulesWith('flagged'));
    expect(ordinary.status === 'advanced' && ordinary.activity.acknowledgement?.flag).toBe('none');
  });
});

describe('people are told', () => {
  const times = reportTimes(day('2026-03-06'), { standard: procedure.standards.reporting, calendar: [], zone: WITA });

  it('in the morning of the limit, and at its end: of a Friday on Monday', () => {
    expect(times).toEqual({
      remindAt: at('2026-03-09 09:00'),
      limitAt: at('2026-03-10 00:00'),
      escalateAt: at('2026-03-10 00:00'),
    });
  });

  it('each at their time: the operator without a report, the recipient of one, then the overseer', () => {
    const unreported = after(open(db), ...run(db, '01:00'));
    const sent = after(unreported, reported('02:00'));
    const returned = after(sent, { kind: 'returned', at: time('08:00'), by: kasi, note: 'lengkapi' });
    const seen = after(sent, acknowledged('08:00', kasi));
    const told = (now: string): string[] =>
      [unreported, sent, returned, seen, after(seen, closed('08:01'))].map((each) =>
        whomToRemind(each, times, at(now)),
      );
    expect(told('2026-03-09 08:59')).toEqual(['nobody', 'nobody', 'nobody', 'nobody', 'nobody']);
    expect(told('2026-03-09 09:00')).toEqual(['operator', 'recipient', 'operator', 'nobody', 'nobody']);
    expect(told('2026-03-10 00:00')).toEqual(['overseer', 'overseer', 'overseer', 'nobody', 'nobody']);
  });
});
