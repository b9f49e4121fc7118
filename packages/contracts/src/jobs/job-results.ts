// What a job found or did, beside what every run tells.
import { z } from 'zod';
import {
  boundedList,
  countField,
  durationField,
  nameField,
  sha256Field,
  shownTextField,
  snapshotIdField,
} from './job-fields.ts';
import { DATABASE_ENGINE_NAMES } from './job-words.ts';
import {
  browsePageSchema,
  destinationTestResultSchema,
  discoveryResultSchema,
  downloadResultSchema,
  statisticsResultSchema,
} from './look-results.ts';
import { failedPartSchema, runFindingSchema, runRemarkSchema, verificationSchema } from './stored-copy.ts';

const probedSourceSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('databases'),
      subject: shownTextField,
      engine: z.enum(DATABASE_ENGINE_NAMES),
      product: shownTextField,
      serverVersion: shownTextField,
      toolVersion: shownTextField.exactOptional(),
      serverIdentity: shownTextField,
      role: z.enum(['primary', 'replica', 'standalone']),
      databases: boundedList(
        z.strictObject({ name: nameField, bytes: countField, tables: countField }).readonly(),
        100_000,
      ),
    })
    .readonly(),
  z.strictObject({ kind: z.literal('files'), subject: shownTextField, paths: countField }).readonly(),
]);

const probedDestinationSchema = z
  .strictObject({
    subject: shownTextField,
    repositoryId: sha256Field,
    freeBytes: countField.exactOptional(),
    snapshots: countField,
  })
  .readonly();

const phaseSchema = z.strictObject({ phase: z.string().max(32), durationMs: durationField }).readonly();

const assertionSchema = z
  .strictObject({
    question: shownTextField,
    expected: shownTextField.exactOptional(),
    /** `unanswered`: the problem says why. */
    result: z.enum(['holds', 'differs', 'unanswered']),
    answer: shownTextField.exactOptional(),
    problem: runRemarkSchema.exactOptional(),
  })
  .readonly();

const restoredTableSchema = z
  .strictObject({
    table: shownTextField,
    rows: countField,
    bytes: countField,
    compared: z.string().max(32).exactOptional(),
  })
  .readonly();

const restoredDatabaseShape = {
  mode: z.enum(['execute', 'preview']),
  database: nameField,
  /** The first ones. */
  tables: boundedList(restoredTableSchema, 1000),
  tableCount: countField,
  rows: countField,
  /** What is in the dump and was not restored. */
  leftOut: boundedList(runRemarkSchema, 10_000),
  neededBytes: countField,
  findings: boundedList(runFindingSchema, 1000),
  restoreMs: durationField,
  verifyMs: durationField,
};

const pruneFiguresSchema = z
  .strictObject({
    bytesBefore: countField,
    bytesUsed: countField,
    bytesUnused: countField,
    /** That the plan removes, and packs anew. */
    bytesRemoved: countField,
    bytesRepacked: countField,
    bytesAfter: countField,
    packsRemoved: countField,
    packsRepacked: countField,
    packsLeftOver: countField,
  })
  .readonly();

export const jobResultSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('preflight'),
      sources: boundedList(probedSourceSchema, 10_000),
      destinations: boundedList(probedDestinationSchema, 100),
    })
    .readonly(),
  /** The copies are in the record. A run of several databases fails when one of them does; the others are stored. */
  z.strictObject({ kind: z.literal('backupDatabases'), failedParts: boundedList(failedPartSchema, 10_000) }).readonly(),
  z
    .strictObject({
      kind: z.literal('backupFiles'),
      filesNew: countField,
      filesChanged: countField,
      filesUnchanged: countField,
      parentId: snapshotIdField.exactOptional(),
    })
    .readonly(),
  z
    .strictObject({ kind: z.literal('verify'), snapshotId: snapshotIdField, verification: verificationSchema })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('drill'),
      snapshotId: snapshotIdField,
      /** `not-testable`: this machine lacks what the dump needs; it says nothing about the copy. */
      verdict: z.enum(['passed', 'failed', 'not-testable']),
      reasons: boundedList(runRemarkSchema, 1000),
      findings: boundedList(runFindingSchema, 1000),
      assertions: boundedList(assertionSchema, 100),
      phases: boundedList(phaseSchema, 32),
      /** How long people would have waited. */
      recoveryMs: durationField.exactOptional(),
      tables: countField,
      rows: countField,
      files: countField,
      bytes: countField,
      manifestSha256: sha256Field.exactOptional(),
      serverVersion: shownTextField.exactOptional(),
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('restoreFiles'),
      mode: z.enum(['execute', 'preview']),
      target: shownTextField,
      files: countField,
      filesSkipped: countField,
      filesDeleted: countField,
      bytes: countField,
      /** Read again and found right. */
      filesVerified: countField,
      errorCount: countField,
    })
    .readonly(),
  z.strictObject({ kind: z.literal('restoreDatabase'), ...restoredDatabaseShape }).readonly(),
  z.strictObject({ kind: z.literal('restoreTable'), ...restoredDatabaseShape }).readonly(),
  z
    .strictObject({
      kind: z.literal('swapDatabase'),
      live: nameField,
      keptAs: nameField,
      downtimeMs: durationField,
      /** What has to be done by hand. */
      remarks: boundedList(runRemarkSchema, 1000),
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('retention'),
      mode: z.enum(['execute', 'preview']),
      removedIds: boundedList(snapshotIdField, 100_000),
      /** They were gone before. */
      goneIds: boundedList(snapshotIdField, 100_000),
      /** Absent: none was asked for. */
      prune: pruneFiguresSchema.exactOptional(),
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('check'),
      verdict: z.enum(['sound', 'damaged']),
      errorCount: countField,
      findings: boundedList(
        z
          .strictObject({
            severity: z.enum(['error', 'hint', 'information']),
            code: z.string().max(64),
            message: shownTextField,
            snapshotId: snapshotIdField.exactOptional(),
          })
          .readonly(),
        1000,
      ),
      advice: boundedList(z.enum(['repair-index', 'prune']), 2),
      snapshots: countField,
      trees: countField,
      packs: countField,
      packsRead: countField,
      bytesRead: countField,
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('copy'),
      copied: boundedList(z.strictObject({ fromId: snapshotIdField, toId: snapshotIdField }).readonly(), 100_000),
      /** They were there before. */
      skipped: boundedList(z.strictObject({ fromId: snapshotIdField, toId: snapshotIdField }).readonly(), 100_000),
      bytesCopied: countField,
    })
    .readonly(),
  statisticsResultSchema,
  z
    .strictObject({
      kind: z.literal('catalogue'),
      snapshots: countField,
      repositoryId: sha256Field,
      unreadable: countField,
    })
    .readonly(),
  z.strictObject({ kind: z.literal('browse'), page: browsePageSchema }).readonly(),
  downloadResultSchema,
  discoveryResultSchema,
  z.strictObject({ kind: z.literal('initRepository'), repositoryId: sha256Field, location: shownTextField }).readonly(),
  destinationTestResultSchema,
]);

export type JobResult = z.output<typeof jobResultSchema>;
export type PruneFigures = z.output<typeof pruneFiguresSchema>;
