// Answers of jobs that look into repositories and folders.
import { z } from 'zod';
import {
  applicationCodeField,
  assetIdField,
  boundedList,
  countField,
  durationField,
  filePathField,
  momentField,
  runIdField,
  secretRefField,
  sha256Field,
  shownTextField,
  snapshotIdField,
} from './job-fields.ts';
import { COPY_CONTENTS, DATABASE_ENGINE_NAMES } from './job-words.ts';

/** A snapshot as the catalogue has it. */
export const catalogueEntrySchema = z
  .strictObject({
    snapshotId: snapshotIdField,
    takenAt: momentField,
    hostname: shownTextField,
    paths: boundedList(shownTextField, 10_000),
    tags: boundedList(shownTextField, 10_000),
    content: z.enum(COPY_CONTENTS),
    engine: z.enum(DATABASE_ENGINE_NAMES).exactOptional(),
    server: shownTextField.exactOptional(),
    database: shownTextField.exactOptional(),
    /** From the tags; absent where there is none that can be one. */
    run: runIdField.exactOptional(),
    asset: assetIdField.exactOptional(),
    application: applicationCodeField.exactOptional(),
    treeId: sha256Field,
    parentId: snapshotIdField.exactOptional(),
    /** The snapshot this one was copied or rewritten from. */
    originalId: snapshotIdField.exactOptional(),
    programVersion: shownTextField.exactOptional(),
    /** As the backup itself counted; absent in snapshots of old clients. */
    bytes: countField.exactOptional(),
    files: countField.exactOptional(),
    addedBytes: countField.exactOptional(),
    storedBytes: countField.exactOptional(),
  })
  .readonly();

export const NODE_KINDS = ['file', 'dir', 'symlink', 'other'] as const;

export const browsedNodeSchema = z
  .strictObject({
    /** As people read it. */
    name: shownTextField,
    /** The whole path, to be handed back. */
    path: filePathField,
    type: z.enum(NODE_KINDS),
    bytes: countField,
    /** Absent: the recorded time is none that a calendar has. */
    modifiedAt: z.int().exactOptional(),
    mode: z.string().max(16),
    user: shownTextField.exactOptional(),
    group: shownTextField.exactOptional(),
    linkTarget: shownTextField.exactOptional(),
  })
  .readonly();

const moreField = z.enum(['end', 'more']);

export const browsePageSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('list'),
      folder: filePathField,
      nodes: boundedList(browsedNodeSchema, 1000),
      /** In the whole folder. */
      total: countField,
      rest: moreField,
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('find'),
      nodes: boundedList(z.strictObject({ snapshotId: snapshotIdField, node: browsedNodeSchema }).readonly(), 1000),
      rest: moreField,
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('diff'),
      changes: boundedList(
        z
          .strictObject({
            path: shownTextField,
            change: z.enum(['added', 'removed', 'content', 'type', 'suspect']),
          })
          .readonly(),
        1000,
      ),
      rest: moreField,
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('table-diff'),
      tables: boundedList(
        z
          .strictObject({
            table: shownTextField,
            change: z.enum(['added', 'removed', 'content', 'same']),
            rowsBefore: countField.exactOptional(),
            rowsAfter: countField.exactOptional(),
          })
          .readonly(),
        1000,
      ),
      total: countField,
      rest: moreField,
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('tables'),
      engine: z.enum(DATABASE_ENGINE_NAMES),
      serverVersion: shownTextField,
      database: shownTextField.exactOptional(),
      tables: boundedList(
        z.strictObject({ table: shownTextField, rows: countField, bytes: countField }).readonly(),
        1000,
      ),
      total: countField,
      rest: moreField,
    })
    .readonly(),
]);

export const discoveredDatabaseSchema = z
  .strictObject({
    engine: z.enum(DATABASE_ENGINE_NAMES),
    /** As `lumbung db` takes it; absent where too little is known. */
    url: z.string().max(8192).exactOptional(),
    database: shownTextField.exactOptional(),
    user: shownTextField.exactOptional(),
    /** The value went another way: by this name. */
    password: secretRefField.exactOptional(),
    /** What the configuration leaves open. */
    unresolved: boundedList(z.string().max(32), 16),
    group: shownTextField,
    source: z.strictObject({ path: shownTextField, line: countField }).readonly(),
  })
  .readonly();

export const discoveredApplicationSchema = z
  .strictObject({
    kind: z.string().min(1).max(64),
    name: shownTextField,
    root: filePathField,
    version: shownTextField.exactOptional(),
    confidence: z.enum(['high', 'medium', 'low']),
    url: shownTextField.exactOptional(),
    files: z
      .strictObject({
        templateVersion: countField,
        paths: boundedList(filePathField, 1000),
        excludes: boundedList(
          z
            .strictObject({
              pattern: shownTextField,
              reason: z.string().max(64),
              confirm: z.string().max(64).exactOptional(),
            })
            .readonly(),
          10_000,
        ),
        required: boundedList(filePathField, 1000),
      })
      .readonly(),
    databases: boundedList(discoveredDatabaseSchema, 1000),
    warnings: boundedList(
      z
        .strictObject({
          code: z.string().max(64),
          path: shownTextField.exactOptional(),
          line: countField.exactOptional(),
          /** A name: of a field, a variable, a database, a service. */
          detail: shownTextField.exactOptional(),
        })
        .readonly(),
      1000,
    ),
  })
  .readonly();

export const discoveryResultSchema = z
  .strictObject({
    kind: z.literal('discover'),
    applications: boundedList(discoveredApplicationSchema, 500),
    findings: boundedList(z.strictObject({ code: z.string().max(64), path: shownTextField }).readonly(), 10_000),
    /** `cut`: a bound ended the search; the findings say which. */
    extent: z.enum(['whole', 'cut']),
    foldersSeen: countField,
    entriesSeen: countField,
  })
  .readonly();

export const statisticsResultSchema = z
  .strictObject({
    kind: z.literal('statistics'),
    /** Everything that lies in the repository. */
    totalBytes: countField,
    packs: countField,
    packBytes: countField,
    indexBytes: countField,
    snapshots: countField,
    /** Different blobs. */
    blobs: countField,
    /** Plain bytes of these, before compression. */
    plainBytes: countField,
    /** Absent: this kind of storage does not tell. */
    freeBytes: countField.exactOptional(),
    oldestAt: momentField.exactOptional(),
    newestAt: momentField.exactOptional(),
    /** What snapshots added, day after day; a day without any is there with zero. */
    growth: boundedList(
      z.strictObject({ from: momentField, snapshots: countField, storedBytes: countField }).readonly(),
      800,
    ),
  })
  .readonly();

export const destinationTestResultSchema = z
  .strictObject({
    kind: z.literal('testDestination'),
    location: shownTextField,
    state: z.enum(['repository', 'empty']),
    writeBytesPerSecond: countField,
    readBytesPerSecond: countField,
    freeBytes: countField.exactOptional(),
    /** The storage's clock minus ours, where it has one. */
    clockDifferenceMs: z.number().exactOptional(),
    durationMs: durationField,
  })
  .readonly();

export const downloadResultSchema = z
  .strictObject({
    kind: z.literal('download'),
    /** A name for the file. */
    name: shownTextField,
    bytes: countField,
    sha256: sha256Field,
    files: countField,
    /** What an archive of this kind cannot hold. */
    leftOut: countField,
  })
  .readonly();

export type CatalogueEntry = z.output<typeof catalogueEntrySchema>;
export type BrowsedNode = z.output<typeof browsedNodeSchema>;
export type BrowsePage = z.output<typeof browsePageSchema>;
export type DiscoveredApplicationFacts = z.output<typeof discoveredApplicationSchema>;
export type DiscoveredDatabaseFacts = z.output<typeof discoveredDatabaseSchema>;
