// What a run left in a repository, and how sure one can be of it.
import { z } from 'zod';
import {
  applicationCodeField,
  assetIdField,
  boundedList,
  countField,
  durationField,
  errorRecordField,
  filePathField,
  momentField,
  nameField,
  sentenceValuesField,
  sha256Field,
  shownTextField,
  snapshotIdField,
} from './job-fields.ts';
import {
  CHECK_RESULTS,
  CHECK_SUBJECTS,
  COPY_CONTENTS,
  DATABASE_ENGINE_NAMES,
  FINDINGS_KEPT_MAX,
  VERIFY_LEVELS,
} from './job-words.ts';

/** One question with its answer. */
export const runCheckSchema = z
  .strictObject({
    /** Stable: `login`, `path-empty`, `free-space` … */
    id: z.string().min(1).max(1200),
    about: z.enum(CHECK_SUBJECTS),
    /** What the job calls it: an asset, a destination, a path. */
    subject: shownTextField,
    result: z.enum(CHECK_RESULTS),
    /** The key of a text. */
    code: z.string().max(128).exactOptional(),
    message: shownTextField,
    hint: shownTextField.exactOptional(),
    values: sentenceValuesField.exactOptional(),
    durationMs: durationField,
  })
  .readonly();

/** Something to be told: its code is the key of a text, the message is for a log. */
export const runRemarkSchema = z
  .strictObject({
    code: z.string().min(1).max(128),
    message: shownTextField,
    values: sentenceValuesField.exactOptional(),
  })
  .readonly();

/** Something that a person should look at. `item`: a path, a table. */
export const runWarningSchema = z
  .strictObject({
    code: z.string().min(1).max(128),
    message: shownTextField,
    item: shownTextField.exactOptional(),
    values: sentenceValuesField.exactOptional(),
  })
  .readonly();

/** What is wrong with a stored copy, or with a restored database. */
export const runFindingSchema = z
  .strictObject({
    code: z.string().min(1).max(128),
    severity: z.enum(['error', 'warning']),
    table: shownTextField.exactOptional(),
    path: shownTextField.exactOptional(),
    message: shownTextField,
    /** What it is, more exactly than the code of the finding says. */
    remark: runRemarkSchema.exactOptional(),
  })
  .readonly();

export const verificationSchema = z
  .strictObject({
    /** `damaged`: it must not count as a backup. */
    verdict: z.enum(['verified', 'damaged']),
    level: z.enum(VERIFY_LEVELS),
    verifiedAt: momentField,
    durationMs: durationField,
    filesSeen: countField,
    bytesRead: countField,
    /** What there was to read: more than what was read only where the level is `sampled`. */
    bytesToRead: countField,
    /** The first ones. */
    findings: boundedList(runFindingSchema, FINDINGS_KEPT_MAX),
    findingCount: countField,
  })
  .readonly();

/** A size that is not what it used to be: until a person has looked, no older copy is removed. */
export const sizeAnomalySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['shrunk', 'grown']), bytes: countField, usualBytes: countField }).readonly(),
  z.strictObject({ kind: z.literal('fewer-files'), files: countField, usualFiles: countField }).readonly(),
  z
    .strictObject({
      kind: z.enum(['table-vanished', 'table-emptied', 'table-shrunk']),
      table: shownTextField,
      rows: countField,
      usualRows: countField,
    })
    .readonly(),
]);

export const storedCopySchema = z
  .strictObject({
    snapshotId: snapshotIdField,
    content: z.enum(COPY_CONTENTS),
    asset: assetIdField.exactOptional(),
    application: applicationCodeField.exactOptional(),
    /** `run`: this run made it. `adopted`: it was there already, made by an attempt of the same run that got lost. */
    origin: z.enum(['run', 'adopted']),
    /** The snapshot's time: when reading began. */
    takenAt: momentField,
    engine: z.enum(DATABASE_ENGINE_NAMES).exactOptional(),
    server: nameField.exactOptional(),
    database: nameField.exactOptional(),
    paths: boundedList(filePathField, 1000).exactOptional(),
    bytes: countField,
    files: countField,
    tables: countField.exactOptional(),
    rows: countField.exactOptional(),
    /** New data: plain, and as stored. */
    addedBytes: countField,
    storedBytes: countField,
    /** Of a dump's manifest, which names every file with its digest. */
    manifestSha256: sha256Field.exactOptional(),
    /** The root of the stored tree: equal content has an equal root. */
    treeId: sha256Field,
    serverVersion: shownTextField.exactOptional(),
    /** What could not be read: the first ones are warnings of the run. */
    unreadCount: countField,
    anomalies: boundedList(sizeAnomalySchema, 1000),
    /** Absent: not yet looked at. */
    verification: verificationSchema.exactOptional(),
    durationMs: durationField,
    attempts: countField,
  })
  .readonly();

/** A part of a job that failed beside others that did not. */
export const failedPartSchema = z
  .strictObject({
    content: z.enum(COPY_CONTENTS),
    database: nameField.exactOptional(),
    asset: assetIdField.exactOptional(),
    error: errorRecordField,
    attempts: countField,
  })
  .readonly();

export type RunCheck = z.output<typeof runCheckSchema>;
export type RunWarning = z.output<typeof runWarningSchema>;
export type RunRemark = z.output<typeof runRemarkSchema>;
export type RunFinding = z.output<typeof runFindingSchema>;
export type CopyVerification = z.output<typeof verificationSchema>;
export type CopyAnomaly = z.output<typeof sizeAnomalySchema>;
export type StoredCopy = z.output<typeof storedCopySchema>;
export type FailedPart = z.output<typeof failedPartSchema>;
