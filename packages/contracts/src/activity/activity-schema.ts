// One local date of the procedure, as it is stored and shown. Moments are epoch milliseconds.
import { z } from 'zod';
import { ASSET_KINDS } from '../assets/asset.ts';
import { idField, localDateField, paragraphOf, stepIdField } from '../fields/fields.ts';
import type { AccountId, ApplicationId, AssetId, PersonId, RunId } from '../ids/ids.ts';
import { STEP_ACTS } from '../procedure/words.ts';
import { OUTCOMES, RUN_ORIGINS } from '../runs/outcome.ts';
import { ADMINISTRATIVE_STATES, TECHNICAL_RESULTS, TECHNICAL_STATES } from './states.ts';
import { ACKNOWLEDGER_PARTS, ACTIVITY_FORMAT_VERSION, READINESS } from './words.ts';

const momentField = z.int().min(0);
const noteField = paragraphOf(2000);
/** A stable code: `DUMP_FAILED`, `not-run`. */
const codeField = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,79}$/);

/** Somebody who acted: by which account, and as which official where one is known. */
const actorSchema = z
  .strictObject({ accountId: idField<AccountId>(), personId: idField<PersonId>().optional() })
  .readonly();

/** The official who answers for the date. */
const officerSchema = z
  .strictObject({ personId: idField<PersonId>(), accountId: idField<AccountId>().optional() })
  .readonly();

const attemptSchema = z
  .strictObject({
    runId: idField<RunId>(),
    origin: z.enum(RUN_ORIGINS),
    beganAt: momentField,
    /** Absent: it is under way. */
    end: z
      .strictObject({ at: momentField, outcome: z.enum(OUTCOMES), reasonCode: codeField.optional() })
      .readonly()
      .optional(),
  })
  .readonly();

/** One asset that the date is expected to back up. */
const partSchema = z
  .strictObject({
    assetId: idField<AssetId>(),
    kind: z.enum(ASSET_KINDS),
    applicationId: idField<ApplicationId>().optional(),
    readiness: z.enum(READINESS),
    /** Why it is not ready. */
    reasonCode: codeField.optional(),
    attempts: z.array(attemptSchema).readonly(),
  })
  .readonly();

/** From the first begin to the last end, attempts included. */
const stepClockSchema = z
  .strictObject({
    stepId: stepIdField,
    act: z.enum(STEP_ACTS),
    standardMinutes: z.int().min(1),
    beganAt: momentField.optional(),
    endedAt: momentField.optional(),
  })
  .readonly();

const submissionSchema = z
  .strictObject({
    at: momentField,
    /** Absent: the system sent it by itself, and the officer of the date counts as the reporter. */
    by: actorSchema.optional(),
    /** What the report said. */
    result: z.enum(TECHNICAL_RESULTS),
  })
  .readonly();

/** What the reported result became afterwards: a line of its own, never an overwriting. */
const correctionSchema = z
  .strictObject({ at: momentField, from: z.enum(TECHNICAL_RESULTS), to: z.enum(TECHNICAL_RESULTS) })
  .readonly();

export const activitySchema = z
  .strictObject({
    formatVersion: z.literal(ACTIVITY_FORMAT_VERSION),
    date: localDateField,
    /** Version of the procedure that was in force. */
    procedureVersion: z.int().min(1),
    officer: officerSchema.optional(),
    technical: z.enum(TECHNICAL_STATES),
    /** When the result became final: the end of the date, or of a run over midnight. */
    finalAt: momentField.optional(),
    /** The date is over, and a run of it is still under way. */
    dateEndedAt: momentField.optional(),
    /** Why it was missed or put off. */
    reasonCodes: z.array(codeField).readonly(),
    parts: z.array(partSchema).readonly(),
    steps: z.array(stepClockSchema).readonly(),
    administrative: z.enum(ADMINISTRATIVE_STATES),
    submissions: z.array(submissionSchema).readonly(),
    returns: z.array(z.strictObject({ at: momentField, by: actorSchema, note: noteField }).readonly()).readonly(),
    delegations: z.array(z.strictObject({ at: momentField, by: actorSchema, to: actorSchema }).readonly()).readonly(),
    acknowledgement: z
      .strictObject({
        at: momentField,
        by: actorSchema,
        as: z.enum(ACKNOWLEDGER_PARTS),
        note: noteField.optional(),
        /** `self`: the reporter acknowledged, which the procedure allows and everyone sees (rangkap jabatan). */
        flag: z.enum(['none', 'self']),
      })
      .readonly()
      .optional(),
    closedAt: momentField.optional(),
    corrections: z.array(correctionSchema).readonly(),
  })
  .readonly();

export type Activity = z.infer<typeof activitySchema>;
export type ActivityPart = z.infer<typeof partSchema>;
export type PartAttempt = z.infer<typeof attemptSchema>;
export type StepClock = z.infer<typeof stepClockSchema>;
export type ActivityActor = z.infer<typeof actorSchema>;
export type ActivityOfficer = z.infer<typeof officerSchema>;
export type ReportSubmission = z.infer<typeof submissionSchema>;
export type ActivityCorrection = z.infer<typeof correctionSchema>;
