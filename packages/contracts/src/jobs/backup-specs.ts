// Jobs that make copies, and those that look beforehand whether they can.
import { z } from 'zod';
import {
  absolutePathField,
  assetIdField,
  boundedList,
  countField,
  filePathField,
  momentField,
  nameField,
} from './job-fields.ts';
import { databaseServerSchema, jobBaseShape, jobOwnerShape, namesField, repositoryPlaceSchema } from './job-places.ts';

const PATHS_MAX = 1000;
const PATTERNS_MAX = 10_000;

const patternField = z
  .string()
  .min(1)
  .max(4096)
  .refine((text) => !text.includes('\0'));

/** Whose answer a check gives: what the caller calls the source or the destination, an asset's id for example. */
const subjectField = z.string().min(1).max(200);

/** `all`: every database that is there today. */
const wantedDatabasesSchema = z.union([z.literal('all'), namesField]);

/** What belongs to an application, what is left out of it, and what it must hold. */
const fileSetShape = {
  /** Absolute, on this machine. */
  paths: boundedList(filePathField, PATHS_MAX).refine((paths) => paths.length > 0),
  /** Patterns of the command line's `--exclude`; they are recorded in the snapshot. */
  excludes: boundedList(patternField, PATTERNS_MAX),
  /** Those that a template proposed and a person agreed to, with the reason that people are shown. */
  templateExcludes: boundedList(
    z.strictObject({ pattern: patternField, reason: z.string().min(1).max(64) }).readonly(),
    PATTERNS_MAX,
  ),
  /** Absolute paths without which it is no backup of this application. */
  required: boundedList(filePathField, PATHS_MAX),
};

export const preflightSpecSchema = z
  .strictObject({
    ...jobBaseShape,
    kind: z.literal('preflight'),
    sources: boundedList(
      z.discriminatedUnion('kind', [
        z
          .strictObject({
            kind: z.literal('databases'),
            subject: subjectField,
            server: databaseServerSchema,
            databases: wantedDatabasesSchema,
          })
          .readonly(),
        z.strictObject({ kind: z.literal('files'), subject: subjectField, ...fileSetShape }).readonly(),
      ]),
      10_000,
    ),
    destinations: boundedList(
      z
        .strictObject({
          subject: subjectField,
          repository: repositoryPlaceSchema,
          /** What the copies of the day are expected to add: the size of the last ones. */
          expectedBytes: countField.exactOptional(),
        })
        .readonly(),
      100,
    ),
    /** The latest moment that was ever recorded: a clock that is before it was set back. */
    lastKnownAt: momentField.exactOptional(),
  })
  .readonly();

/** A copy is made sure of in the same run, or later by a job of its own. Until then it is proof of nothing. */
const verifyWhenSchema = z.enum(['now', 'later']);

export const backupDatabasesSpecSchema = z
  .strictObject({
    ...jobBaseShape,
    kind: z.literal('backupDatabases'),
    application: jobOwnerShape.application,
    repository: repositoryPlaceSchema,
    server: databaseServerSchema,
    /** `named`: these. `all`: every database of the server, and what belongs to the server itself; `items` then says only
     *  whose they are, so that a database that appeared today is stored as well. */
    selection: z.enum(['named', 'all']),
    items: boundedList(
      z.discriminatedUnion('kind', [
        z
          .strictObject({ kind: z.literal('database'), database: nameField, asset: assetIdField.exactOptional() })
          .readonly(),
        /** Roles, users and settings. */
        z.strictObject({ kind: z.literal('server'), asset: assetIdField.exactOptional() }).readonly(),
      ]),
      10_000,
    ),
    /** Tables whose rows are left out: `schema.table`, or `table`. */
    excludeData: namesField,
    /** Broken views that a person agreed to leave out. */
    skipViews: namesField,
    untransactional: z.enum(['refuse', 'lock', 'accept']),
    verify: verifyWhenSchema,
    /** The snapshots' host; default: this machine. It stays the same when the service moves. */
    hostname: nameField.exactOptional(),
    expectedBytes: countField.exactOptional(),
  })
  .refine(({ selection, items }) => selection === 'all' || items.length > 0, { path: ['items'] })
  .readonly();

export const backupFilesSpecSchema = z
  .strictObject({
    ...jobBaseShape,
    ...jobOwnerShape,
    kind: z.literal('backupFiles'),
    repository: repositoryPlaceSchema,
    ...fileSetShape,
    /** `stay`: what lies on another file system below a path is left out. */
    otherFileSystems: z.enum(['stay', 'cross']),
    /** Folders that a CACHEDIR.TAG marks. */
    taggedCaches: z.enum(['keep', 'leave-out']),
    largerThanBytes: countField.exactOptional(),
    verify: verifyWhenSchema,
    hostname: nameField.exactOptional(),
    expectedBytes: countField.exactOptional(),
  })
  .readonly();

export const initRepositorySpecSchema = z
  .strictObject({
    ...jobBaseShape,
    kind: z.literal('initRepository'),
    repository: repositoryPlaceSchema,
    /** Cuts files at the same places as this one, so that copies between the two share what is equal. */
    like: repositoryPlaceSchema.exactOptional(),
  })
  .readonly();

export const testDestinationSpecSchema = z
  .strictObject({
    ...jobBaseShape,
    kind: z.literal('testDestination'),
    /** There need not be a repository yet. */
    address: z.string().min(1).max(4096),
    /** Written, read back, compared and deleted. */
    testBytes: z
      .int()
      .min(1)
      .max(256 * 1024 * 1024),
  })
  .readonly();

export const discoverSpecSchema = z
  .strictObject({
    ...jobBaseShape,
    kind: z.literal('discover'),
    paths: boundedList(absolutePathField, 100).refine((paths) => paths.length > 0),
    /** Not looked into. Those with databases that the calling process has open must be among them. */
    skip: boundedList(absolutePathField, 1000),
    depthMax: z.int().min(0).max(32).exactOptional(),
    timeMs: z.int().positive().max(3_600_000).exactOptional(),
  })
  .readonly();
