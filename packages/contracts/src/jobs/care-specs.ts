// Jobs that keep repositories sound, and those that look into them.
import { z } from 'zod';
import { boundedList, filePathField, momentField, snapshotIdField } from './job-fields.ts';
import { jobBaseShape, repositoryPlaceSchema } from './job-places.ts';

const SNAPSHOTS_MAX = 100_000;
/** Items of one page: a page must fit into one message. */
const PAGE_MAX = 1000;

const onRepositoryShape = { ...jobBaseShape, repository: repositoryPlaceSchema };

/** Removes the snapshots that were decided upon, and the data that nobody needs any more. Decides nothing. */
export const retentionSpecSchema = z
  .strictObject({
    ...onRepositoryShape,
    kind: z.literal('retention'),
    /** To be removed. One that is gone already is no error. */
    remove: boundedList(snapshotIdField, SNAPSHOTS_MAX),
    /** What the decision relies on: unless all of these are there and can be read, nothing is removed. */
    keepers: boundedList(snapshotIdField, SNAPSHOTS_MAX),
    prune: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('no') }).readonly(),
      z
        .strictObject({
          kind: z.literal('yes'),
          /** Unused data that may stay inside packs: percent of the repository. */
          unusedPercentMax: z.number().min(0).max(99).exactOptional(),
          /** More is not packed anew in one run. */
          repackBytesMax: z.int().positive().exactOptional(),
        })
        .readonly(),
    ]),
    mode: z.enum(['execute', 'preview']),
  })
  .readonly();

export const checkSpecSchema = z
  .strictObject({
    ...onRepositoryShape,
    kind: z.literal('check'),
    /** What is read beside the structure. `share`: the `nr`th of `of` parts, so that `of` runs read all. */
    read: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('nothing') }).readonly(),
      z.strictObject({ kind: z.literal('all') }).readonly(),
      z
        .strictObject({ kind: z.literal('share'), nr: z.int().min(1).max(256), of: z.int().min(1).max(256) })
        .readonly()
        .refine(({ nr, of }) => nr <= of),
    ]),
  })
  .readonly();

export const copySpecSchema = z
  .strictObject({
    ...jobBaseShape,
    kind: z.literal('copy'),
    from: repositoryPlaceSchema,
    to: repositoryPlaceSchema,
    snapshotIds: boundedList(snapshotIdField, SNAPSHOTS_MAX).refine((ids) => ids.length > 0),
  })
  .readonly();

export const statisticsSpecSchema = z
  .strictObject({
    ...onRepositoryShape,
    kind: z.literal('statistics'),
    /** Growth is told for days of 24 hours that end here, the newest last. */
    growthUntil: momentField,
    growthDays: z.int().min(0).max(800),
  })
  .readonly();

/** Tells of every snapshot, in pages, by events. */
export const catalogueSpecSchema = z
  .strictObject({
    ...onRepositoryShape,
    kind: z.literal('catalogue'),
    /** Only snapshots with all of these tags; none: all. */
    tags: boundedList(z.string().min(1).max(256), 16),
  })
  .readonly();

const pageShape = { limit: z.int().min(1).max(PAGE_MAX) };

export const browseRequestSchema = z.discriminatedUnion('kind', [
  /** What lies directly in a folder. */
  z
    .strictObject({
      kind: z.literal('list'),
      snapshotId: snapshotIdField,
      folder: filePathField,
      /** The last name of the page before. */
      after: filePathField.exactOptional(),
      ...pageShape,
    })
    .readonly(),
  /** Items whose paths match, as `lumbung find`; newest snapshot first. */
  z
    .strictObject({
      kind: z.literal('find'),
      snapshotIds: boundedList(snapshotIdField, 1000).refine((ids) => ids.length > 0),
      pattern: z.string().min(1).max(1024),
      letters: z.enum(['as-written', 'any-case']),
      /** Items of the pages before. */
      skip: z.int().nonnegative().max(100_000),
      ...pageShape,
    })
    .readonly(),
  /** What changed between two; of two dumps, which tables and how many rows. */
  z
    .strictObject({
      kind: z.literal('diff'),
      fromId: snapshotIdField,
      toId: snapshotIdField,
      skip: z.int().nonnegative().max(1_000_000),
      ...pageShape,
    })
    .readonly(),
  /** The tables of a dump, by name. */
  z
    .strictObject({
      kind: z.literal('tables'),
      snapshotId: snapshotIdField,
      skip: z.int().nonnegative().max(1_000_000),
      ...pageShape,
    })
    .readonly(),
]);

export const browseSpecSchema = z
  .strictObject({ ...onRepositoryShape, kind: z.literal('browse'), request: browseRequestSchema })
  .readonly();

export const downloadSpecSchema = z
  .strictObject({
    ...onRepositoryShape,
    kind: z.literal('download'),
    snapshotId: snapshotIdField,
    what: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('file'), path: filePathField }).readonly(),
      z.strictObject({ kind: z.literal('folder'), path: filePathField, format: z.enum(['tar', 'zip']) }).readonly(),
      /** The dump as the one ordinary file that the engine's own client loads. */
      z.strictObject({ kind: z.literal('database') }).readonly(),
    ]),
  })
  .readonly();

export type BrowseRequest = z.output<typeof browseRequestSchema>;
