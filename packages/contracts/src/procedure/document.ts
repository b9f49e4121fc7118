// The procedure document: the written order of an office as data. One spelling in YAML, in the API and in code.
import { z } from 'zod';
import { WEEKDAYS } from '../calendar/iso-week.ts';
import {
  lineOf,
  localDateField,
  procedureTextField,
  stepIdField,
  timeOfDayField,
  timeZoneField,
} from '../fields/fields.ts';
import { ROLES } from '../people/role.ts';
import {
  DAY_COUNTS,
  EVIDENCE_KINDS,
  LEGAL_STATUSES,
  LOOP_QUESTIONS,
  PROCEDURE_FORMAT_VERSION,
  PROCEDURE_STATUSES,
  SELF_ACKNOWLEDGEMENTS,
  STEP_ACTS,
} from './words.ts';

const roleField = z.enum(ROLES);
const LIST_MAX = 100;

/** The official who put the procedure into force. Empty until an office fills it in. */
const officialSchema = z
  .strictObject({
    position: lineOf(200),
    name: lineOf(200).optional(),
    /** NIP or another official number, as typed. */
    officialNumber: lineOf(40).optional(),
  })
  .readonly();

const identitySchema = z
  .strictObject({
    /** As typed; shown with outer blanks trimmed. Never checked against a pattern. */
    number: lineOf(120),
    title: procedureTextField,
    version: z.int().min(1).max(9999),
    status: z.enum(PROCEDURE_STATUSES),
    createdOn: localDateField,
    revisedOn: localDateField.optional(),
    effectiveOn: localDateField.optional(),
    nextReviewOn: localDateField.optional(),
    withdrawnOn: localDateField.optional(),
    /** The lines at the head of the form: the region, then the agency. */
    institution: z.array(lineOf(200)).min(1).max(4).readonly(),
    unit: lineOf(200),
    approvedBy: officialSchema,
  })
  .readonly();

const legalBasisSchema = z
  .strictObject({
    title: procedureTextField,
    status: z.enum(LEGAL_STATUSES),
    replacedBy: lineOf(300).optional(),
    /** What it has to do with backups. */
    relevance: procedureTextField.optional(),
  })
  .readonly();

const stepSchema = z
  .strictObject({
    id: stepIdField,
    title: procedureTextField,
    /** What the system does in it. */
    act: z.enum(STEP_ACTS),
    /** Who carries it out, or answers for it when the system does. */
    actor: roleField,
    acknowledgedBy: roleField.optional(),
    /** Who is told. */
    informed: z.array(roleField).max(ROLES.length).readonly(),
    needs: z.array(procedureTextField).max(LIST_MAX).readonly(),
    standardMinutes: z.int().min(1).max(1440),
    output: procedureTextField,
    evidence: z.enum(EVIDENCE_KINDS),
  })
  .readonly();

/** A diamond of the flowchart: when the answer to its question is no, the flow goes back. */
const loopSchema = z
  .strictObject({
    after: z.array(stepIdField).min(1).max(LIST_MAX).readonly(),
    question: z.enum(LOOP_QUESTIONS),
    backTo: stepIdField,
    otherwise: procedureTextField,
  })
  .readonly();

/** How often and how soon a failed run is repeated: the delay grows by `factor` from one failure to the next. */
const retriesSchema = z
  .strictObject({
    attemptsPerDayMax: z.int().min(1).max(100),
    firstDelayMinutes: z.int().min(1).max(1440),
    factor: z.number().min(1).max(10),
    delayMinutesMax: z.int().min(1).max(1440),
  })
  .readonly();

const standardsSchema = z
  .strictObject({
    timeZone: timeZoneField,
    databases: z
      .strictObject({
        every: z.literal('day'),
        count: z.enum(DAY_COUNTS),
        /** A copy protects for this long, from the moment it was read. */
        coverageHoursMax: z.number().positive().max(8784),
      })
      .readonly(),
    applications: z
      .strictObject({
        atLeast: z.int().min(1).max(7),
        distinctDaysPer: z.literal('iso-week'),
        weekBelongsTo: z.literal('month-of-its-thursday'),
        plannedOn: z.array(z.enum(WEEKDAYS)).min(1).max(7).readonly(),
        coverageHoursMax: z.number().positive().max(8784),
      })
      .readonly(),
    retries: retriesSchema,
    reporting: z
      .strictObject({
        /** Reported and acknowledged by the end of this working day after the activity's date. */
        limitWorkingDays: z.int().min(1).max(30),
        /** On the day of the limit, when it is still open. */
        remindAt: timeOfDayField,
        /** Still open at the end of this working day: the overseer is told. */
        escalateAfterWorkingDays: z.int().min(1).max(60),
        selfAcknowledgement: z.enum(SELF_ACKNOWLEDGEMENTS),
      })
      .readonly(),
    /** Each application is restored for proof within this many days. */
    drills: z.strictObject({ everyDays: z.int().min(1).max(3660) }).readonly(),
  })
  .readonly();

/** Spans of calendar time, not counts of copies. */
export const retentionPolicySchema = z
  .strictObject({
    currentMonth: z.literal('all'),
    /** Everything this young stays: local dates from today minus this number. */
    recentDays: z.int().min(0).max(3660),
    /** Of each of so many past months the latest verified copy. */
    monthly: z.int().min(1).max(1200),
    /** Of each of so many past years the latest verified copy. */
    yearly: z.int().min(0).max(100),
    which: z.literal('latest-verified'),
  })
  .readonly();

const retentionSchema = z
  .strictObject({
    databases: retentionPolicySchema,
    applications: retentionPolicySchema,
    /** A copy lies in the trash for so many times 24 hours before it may be removed. */
    trashDays: z.int().min(1).max(3660),
  })
  .readonly();

export const procedureSchema = z
  .strictObject({
    formatVersion: z.literal(PROCEDURE_FORMAT_VERSION),
    identity: identitySchema,
    legalBasis: z.array(legalBasisSchema).max(LIST_MAX).readonly(),
    qualifications: z.array(procedureTextField).max(LIST_MAX).readonly(),
    relatedProcedures: z.array(procedureTextField).max(LIST_MAX).readonly(),
    equipment: z.array(procedureTextField).max(LIST_MAX).readonly(),
    warning: procedureTextField,
    /** Pencatatan dan pendataan: the records that are kept. */
    records: z.array(procedureTextField).max(LIST_MAX).readonly(),
    /** The columns of the form: which role, and what it is called there. */
    executors: z
      .array(z.strictObject({ role: roleField, title: procedureTextField }).readonly())
      .min(1)
      .max(ROLES.length)
      .readonly(),
    steps: z.array(stepSchema).min(1).max(LIST_MAX).readonly(),
    loops: z.array(loopSchema).max(LIST_MAX).readonly(),
    standards: standardsSchema,
    retention: retentionSchema,
    /** The notes of the document, word by word. */
    notes: z.array(procedureTextField).max(LIST_MAX).readonly(),
  })
  .readonly()
  .superRefine((procedure, context) => {
    const refuse = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message, input: undefined });
    const ids = procedure.steps.map(({ id }) => id);
    ids.forEach((id, index) => {
      if (ids.indexOf(id) !== index) refuse(['steps', index, 'id'], 'this id is used twice');
    });
    for (const act of STEP_ACTS) {
      const places = procedure.steps.flatMap((step, index) => (step.act === act ? [index] : []));
      if (places.length === 0) refuse(['steps'], `no step with the act "${act}"`);
      const second = places[1];
      if (second !== undefined) refuse(['steps', second, 'act'], 'this act is used twice');
    }
    procedure.loops.forEach((loop, index) => {
      loop.after.forEach((id, at) => {
        if (!ids.includes(id)) refuse(['loops', index, 'after', at], 'no such step');
      });
      if (!ids.includes(loop.backTo)) refuse(['loops', index, 'backTo'], 'no such step');
    });
    const { plannedOn, atLeast } = procedure.standards.applications;
    if (new Set(plannedOn).size !== plannedOn.length) {
      refuse(['standards', 'applications', 'plannedOn'], 'a day is named twice');
    } else if (plannedOn.length < atLeast) {
      refuse(['standards', 'applications', 'plannedOn'], 'fewer planned days than the standard asks for');
    }
    const { limitWorkingDays, escalateAfterWorkingDays } = procedure.standards.reporting;
    if (escalateAfterWorkingDays < limitWorkingDays) {
      refuse(['standards', 'reporting', 'escalateAfterWorkingDays'], 'earlier than the limit itself');
    }
    const { retries } = procedure.standards;
    if (retries.delayMinutesMax < retries.firstDelayMinutes) {
      refuse(['standards', 'retries', 'delayMinutesMax'], 'less than the first delay');
    }
    const { status, createdOn, effectiveOn, withdrawnOn } = procedure.identity;
    if (status !== 'draft' && effectiveOn === undefined) {
      refuse(['identity', 'effectiveOn'], 'a procedure in force has the date on which it came into force');
    }
    if (effectiveOn !== undefined && effectiveOn < createdOn) {
      refuse(['identity', 'effectiveOn'], 'earlier than the date of its making');
    }
    if (status === 'withdrawn' && withdrawnOn === undefined) {
      refuse(['identity', 'withdrawnOn'], 'a withdrawn procedure has the date of its withdrawal');
    }
    if (withdrawnOn !== undefined && withdrawnOn < (effectiveOn ?? createdOn)) {
      refuse(['identity', 'withdrawnOn'], 'earlier than the date on which it came into force');
    }
  });

export type Procedure = z.infer<typeof procedureSchema>;
export type ProcedureIdentity = Procedure['identity'];
export type ProcedureText = z.infer<typeof procedureTextField>;
export type ProcedureStep = z.infer<typeof stepSchema>;
export type ProcedureLoop = z.infer<typeof loopSchema>;
export type LegalBasis = z.infer<typeof legalBasisSchema>;
export type Standards = z.infer<typeof standardsSchema>;
export type RetryStandard = z.infer<typeof retriesSchema>;
export type ReportingStandard = Standards['reporting'];
export type RetentionPolicy = z.infer<typeof retentionPolicySchema>;
export type RetentionStandard = z.infer<typeof retentionSchema>;
