import { z } from 'zod';
import { boundedList, countField, errorRecordField, momentField, shownTextField } from './job-fields.ts';
import { CATALOGUE_PAGE_MAX, RUN_STEPS } from './job-words.ts';
import { catalogueEntrySchema } from './look-results.ts';
import { runCheckSchema, runWarningSchema, storedCopySchema } from './stored-copy.ts';

/** How far a step has come. Counts are of the step, and only grow; totals are 0 while nobody knows them. */
export const runProgressSchema = z
  .strictObject({
    kind: z.literal('progress'),
    step: z.enum(RUN_STEPS),
    /** What is worked on: a database, an application. */
    subject: shownTextField.exactOptional(),
    /** A table or a file. */
    item: shownTextField.exactOptional(),
    doneBytes: countField,
    totalBytes: countField,
    doneItems: countField,
    totalItems: countField,
    doneRows: countField,
  })
  .readonly();

/** What a run tells while it works. All but progress is in its record as well, or only for whoever watches. */
export const runEventSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('step'), step: z.enum(RUN_STEPS), at: momentField }).readonly(),
  runProgressSchema,
  z.strictObject({ kind: z.literal('check'), check: runCheckSchema }).readonly(),
  z.strictObject({ kind: z.literal('warning'), warning: runWarningSchema }).readonly(),
  /** The first byte of a source was asked for: the moment by which the copy is dated. */
  z.strictObject({ kind: z.literal('reading'), at: momentField }).readonly(),
  /** A snapshot is in the repository. */
  z.strictObject({ kind: z.literal('stored'), copy: storedCopySchema }).readonly(),
  /** It waits: for a repository that somebody else holds, or before a second attempt. */
  z
    .strictObject({
      kind: z.literal('waiting'),
      reason: z.enum(['repository-locked', 'attempt-failed', 'storage-unavailable']),
      forMs: countField,
      error: errorRecordField,
    })
    .readonly(),
  /** One line for whoever watches, in English. */
  z.strictObject({ kind: z.literal('note'), text: shownTextField }).readonly(),
  /** A page of the catalogue. */
  z
    .strictObject({ kind: z.literal('snapshots'), entries: boundedList(catalogueEntrySchema, CATALOGUE_PAGE_MAX) })
    .readonly(),
]);

export type RunEvent = z.output<typeof runEventSchema>;
export type RunProgress = z.output<typeof runProgressSchema>;
