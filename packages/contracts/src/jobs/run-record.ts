import { LumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import {
  boundedList,
  countField,
  durationField,
  errorRecordField,
  momentField,
  runIdField,
  shownTextField,
} from './job-fields.ts';
import { jobResultSchema } from './job-results.ts';
import { JOB_KINDS, RUN_END_CODES, RUN_RECORD_VERSION, RUN_STEPS, WARNINGS_KEPT_MAX } from './job-words.ts';
import { runCheckSchema, runWarningSchema, storedCopySchema } from './stored-copy.ts';

const commonShape = {
  v: z.literal(RUN_RECORD_VERSION),
  runId: runIdField,
  kind: z.enum(JOB_KINDS),
  startedAt: momentField,
  endedAt: momentField,
  /** By the monotonic clock: right even when the wall clock was set meanwhile. */
  durationMs: durationField,
  /** When the first byte of a source was asked for. A run counts for the local date of this moment. */
  readStartedAt: momentField.exactOptional(),
  checks: boundedList(runCheckSchema, 100_000),
  warnings: boundedList(runWarningSchema, WARNINGS_KEPT_MAX),
  warningCount: countField,
  steps: boundedList(
    z.strictObject({ step: z.enum(RUN_STEPS), startedAt: momentField, durationMs: durationField }).readonly(),
    10_000,
  ),
  copies: boundedList(storedCopySchema, 10_000),
  totals: z
    .strictObject({ bytesRead: countField, bytesStored: countField, files: countField, rows: countField })
    .readonly(),
  /** Absent: it ended before there was one. */
  result: jobResultSchema.exactOptional(),
  /** Where and by what it was done. */
  hostname: shownTextField,
  programVersion: shownTextField,
};

const endCodeField = z.enum(RUN_END_CODES);

/**
 * What a run did: immutable, without a secret. `reason` is a code that never changes, the key of a text: of a failure the
 * error's own. The last three may be made by whoever watched over the run, from what was known of it.
 */
export const runRecordSchema = z.discriminatedUnion('outcome', [
  z.strictObject({ ...commonShape, outcome: z.literal('succeeded') }).readonly(),
  /** `warnings` names why. */
  z.strictObject({ ...commonShape, outcome: z.literal('warned') }).readonly(),
  z
    .strictObject({
      ...commonShape,
      outcome: z.literal('failed'),
      reason: z.string().max(128),
      error: errorRecordField,
    })
    .readonly(),
  z
    .strictObject({ ...commonShape, outcome: z.literal('cancelled'), reason: endCodeField, error: errorRecordField })
    .readonly(),
  z
    .strictObject({ ...commonShape, outcome: z.literal('stalled'), reason: endCodeField, error: errorRecordField })
    .readonly(),
  z
    .strictObject({ ...commonShape, outcome: z.literal('lost'), reason: endCodeField, error: errorRecordField })
    .readonly(),
]);

export type RunRecord = z.output<typeof runRecordSchema>;

/** A record from a store or another process. @throws LumbungError RUN_RECORD_INVALID (corruption) */
export function parseRunRecord(value: unknown): RunRecord {
  const parsed = runRecordSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw new LumbungError('RUN_RECORD_INVALID', {
    kind: 'corruption',
    message: `not the record of a run: ${place}: ${issue?.message ?? ''}`,
    context: { place },
    hint: 'a newer version may have written it; use that one',
  });
}
