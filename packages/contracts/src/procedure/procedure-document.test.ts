import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { procedureSchema } from './document.ts';
import { parseProcedure } from './parse.ts';
import { scheduleSchema } from './schedule.ts';

const text = (id: string) => ({ id, en: id });

/** The smallest office: as YAML gives it, plain and untyped. */
function plain() {
  const step = (id: string, act: string, standardMinutes: number) => ({
    id,
    title: text(id),
    act,
    actor: 'operator',
    informed: [],
    needs: [],
    standardMinutes,
    output: text('keluaran'),
    evidence: 'checks',
  });
  return {
    formatVersion: 1,
    identity: {
      number: ' 800/0015-12 /Unit/2020 ',
      title: text('Pencadangan'),
      version: 1,
      status: 'in-force',
      createdOn: '2026-01-10',
      effectiveOn: '2026-01-10',
      institution: ['PEMERINTAH DAERAH'],
      unit: 'UNIT',
      approvedBy: { position: 'Kepala' },
    },
    legalBasis: [{ title: text('Undang-Undang'), status: 'in-force' }],
    qualifications: [],
    relatedProcedures: [],
    equipment: [],
    warning: text('Peringatan'),
    records: [],
    executors: [{ role: 'operator', title: text('Staf IT') }],
    steps: [
      step('prepare', 'preflight', 15),
      step('databases', 'databases', 30),
      step('applications', 'applications', 60),
      step('report', 'report', 15),
      step('finish', 'close', 5),
    ],
    loops: [{ after: ['prepare'], question: 'ready', backTo: 'prepare', otherwise: text('Ulangi') }],
    standards: {
      timeZone: 'Asia/Makassar',
      databases: { every: 'day', count: 'calendar-days', coverageHoursMax: 26 },
      applications: {
        atLeast: 3,
        distinctDaysPer: 'iso-week',
        weekBelongsTo: 'month-of-its-thursday',
        plannedOn: ['monday', 'wednesday', 'friday'],
        coverageHoursMax: 80,
      },
      retries: { attemptsPerDayMax: 8, firstDelayMinutes: 10, factor: 2, delayMinutesMax: 240 },
      reporting: {
        limitWorkingDays: 1,
        remindAt: '09:00',
        escalateAfterWorkingDays: 1,
        selfAcknowledgement: 'refused',
      },
      drills: { everyDays: 90 },
    },
    retention: {
      databases: { currentMonth: 'all', recentDays: 31, monthly: 12, yearly: 5, which: 'latest-verified' },
      applications: { currentMonth: 'all', recentDays: 0, monthly: 12, yearly: 5, which: 'latest-verified' },
      trashDays: 14,
    },
    notes: [{ ...text('Setiap hari'), verbatim: 'Backup database dilakukan setiap hari' }],
  };
}

/** The document with one place changed: `steps.1.id`. */
function changed(place: string, value: unknown): unknown {
  const document: unknown = plain();
  const keys = place.split('.');
  const last = keys.pop() ?? '';
  let parent = document as Record<string, unknown>;
  for (const key of keys) parent = parent[key] as Record<string, unknown>;
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
  return document;
}

function problemsOf(document: unknown): string[] {
  const parsed = parseProcedure(document);
  return parsed.status === 'parsed' ? [] : parsed.problems.map(({ place, code }) => `${place} ${code}`);
}

describe('a procedure document', () => {
  it('is read from plain data, and its number kept as typed', () => {
    const parsed = parseProcedure(plain());
    expect(parsed).toEqual({ status: 'parsed', procedure: plain() });
  });

  it.each([
    ['formatVersion', 2, 'formatVersion invalid_value'],
    ['identity.number', '   ', 'identity.number invalid_format'],
    ['identity.createdOn', '2026-02-30', 'identity.createdOn custom'],
    ['identity.effectiveOn', '2026-01-09', 'identity.effectiveOn custom'],
    ['identity.effectiveOn', undefined, 'identity.effectiveOn custom'],
    ['identity.unit', 'UNIT\u202eTINU', 'identity.unit invalid_format'],
    ['identity.unit', 'UNIT\nLAIN', 'identity.unit invalid_format'],
    ['identity.colour', 'red', 'identity unrecognized_keys'],
    ['warning.en', undefined, 'warning.en invalid_type'],
    ['steps.1.standardMinutes', 0, 'steps[1].standardMinutes too_small'],
    ['steps.1.standardMinutes', '30', 'steps[1].standardMinutes invalid_type'],
    ['steps.1.id', 'prepare', 'steps[1].id custom'],
    ['steps.1.act', 'close', 'steps custom'],
    ['steps.1.actor', 'boss', 'steps[1].actor invalid_value'],
    ['loops.0.backTo', 'nowhere', 'loops[0].backTo custom'],
    ['loops.0.after', ['nowhere'], 'loops[0].after[0] custom'],
    ['standards.timeZone', 'Asia/Singaraja', 'standards.timeZone custom'],
    ['standards.databases.every', 'week', 'standards.databases.every invalid_value'],
    ['standards.databases.coverageHoursMax', Number.NaN, 'standards.databases.coverageHoursMax invalid_type'],
    ['standards.applications.atLeast', 8, 'standards.applications.atLeast too_big'],
    ['standards.applications.plannedOn', ['monday', 'friday'], 'standards.applications.plannedOn custom'],
    ['standards.applications.plannedOn', ['monday', 'monday', 'friday'], 'standards.applications.plannedOn custom'],
    ['standards.reporting.remindAt', '9:00', 'standards.reporting.remindAt invalid_format'],
    ['standards.reporting.limitWorkingDays', 2, 'standards.reporting.escalateAfterWorkingDays custom'],
    ['standards.retries.delayMinutesMax', 5, 'standards.retries.delayMinutesMax custom'],
    ['retention.applications.monthly', 0, 'retention.applications.monthly too_small'],
    ['retention.trashDays', 0, 'retention.trashDays too_small'],
    ['retention.applications.which', 'latest', 'retention.applications.which invalid_value'],
  ])('with %s = %j is refused, and the place is named', (place, value, problem) => {
    expect(problemsOf(changed(place, value))).toContain(problem);
  });

  it('says everything that is wrong at once', () => {
    const document = { ...plain(), notes: 'none', retention: undefined };
    expect(problemsOf(document)).toEqual(['retention invalid_type', 'notes invalid_type']);
  });

  it('in draft needs no date of coming into force; withdrawn it has the date of that', () => {
    const draft = plain();
    const { effectiveOn: _effectiveOn, ...identity } = draft.identity;
    expect(problemsOf({ ...draft, identity: { ...identity, status: 'draft' } })).toEqual([]);
    expect(problemsOf(changed('identity.status', 'withdrawn'))).toEqual(['identity.withdrawnOn custom']);
    const before = { ...draft, identity: { ...draft.identity, status: 'withdrawn', withdrawnOn: '2026-01-09' } };
    expect(problemsOf(before)).toEqual(['identity.withdrawnOn custom']);
  });

  it('fuzz: never breaks on what is not one', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue({ maxDepth: 6 }), fc.anything()), (value) => {
        expect(parseProcedure(value).status).toBe('refused');
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('fuzz: never breaks on one with a wrong part', () => {
    const places = [
      'identity',
      'identity.title',
      'steps',
      'steps.0',
      'loops.0.after',
      'standards.applications.plannedOn',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.anything(), (place, value) => {
        expect(['parsed', 'refused']).toContain(parseProcedure(changed(place, value)).status);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('has a JSON schema, for editors', () => {
    const schema = z.toJSONSchema(procedureSchema, { io: 'input' });
    expect(schema.required).toContain('standards');
    expect(Object.keys(schema.properties ?? {})).toEqual(Object.keys(plain()));
  });
});

describe('a schedule', () => {
  it('has times of the day and quiet windows with days and kinds', () => {
    const window = { on: ['monday'], from: '08:00', until: '16:00', kinds: ['database'] };
    const schedule = { databasesAt: '01:00', applicationsAt: '02:00', jitterMinutesMax: 10, quietWindows: [window] };
    expect(scheduleSchema.parse(schedule)).toEqual(schedule);
    for (const wrong of [
      { ...schedule, databasesAt: '25:00' },
      { ...schedule, jitterMinutesMax: -1 },
      { ...schedule, quietWindows: [{ ...window, on: [] }] },
      { ...schedule, quietWindows: [{ ...window, kinds: ['tape'] }] },
    ]) {
      expect(scheduleSchema.safeParse(wrong).success).toBe(false);
    }
  });
});
