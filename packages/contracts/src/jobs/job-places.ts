// Where a run reads and where it writes: repositories, servers of databases, and what is known of both.
import { z } from 'zod';
import {
  absolutePathField,
  applicationCodeField,
  assetIdField,
  boundedList,
  countField,
  nameField,
  runIdField,
  secretRefField,
  sha256Field,
} from './job-fields.ts';

/** A repository and how it is opened. */
export const repositoryPlaceSchema = z
  .strictObject({
    /** As on the command line: an absolute path, or `scheme:…`. Without credentials. */
    address: z.string().min(1).max(4096),
    password: secretRefField,
    /** The id of the repository as it was registered. Another one at the same address is refused: a disk was changed, or
     *  is not mounted. */
    repositoryId: sha256Field.exactOptional(),
    uploadBytesPerSecond: z.int().positive().exactOptional(),
    downloadBytesPerSecond: z.int().positive().exactOptional(),
  })
  .readonly();

/** A server of databases, or a file of SQLite. */
export const databaseServerSchema = z
  .strictObject({
    /** As `lumbung db` takes it, without a password: `postgresql://user@host/`, `sqlite:/srv/app.db`. */
    url: z.string().min(1).max(8192),
    password: secretRefField.exactOptional(),
    /** By which the dumps of one server belong together, whatever its address is today. */
    name: nameField,
    toolsFolder: absolutePathField.exactOptional(),
  })
  .readonly();

/** Times after which a run or a part of it is given up. What is left out has a default. */
export const jobLimitsSchema = z
  .strictObject({
    /** A database: no byte, and no progress that its server tells of. */
    stallMs: z.int().positive().exactOptional(),
    /** One dump or restore of a database, whatever it does. */
    hardMs: z.int().positive().exactOptional(),
    /** How long to wait while somebody else holds the repository. */
    lockWaitMs: z.int().nonnegative().exactOptional(),
    /** Before a dump is tried a second time that failed for a passing reason. */
    retryAfterMs: z.int().nonnegative().exactOptional(),
    /** Sessions with a database server, and files that are read at once. */
    parallel: z.int().min(1).max(16).exactOptional(),
    /** Threads that hash, compress and seal. */
    workers: z.int().min(1).max(16).exactOptional(),
    /** Space that must stay free where copies go; with it the forecast is made. */
    freeBytesMin: countField.exactOptional(),
  })
  .readonly();

/** Whom the copies of a run belong to; Lumbung's own have no application. */
export const jobOwnerShape = {
  asset: assetIdField.exactOptional(),
  application: applicationCodeField.exactOptional(),
};

export const jobBaseShape = {
  runId: runIdField,
  limits: jobLimitsSchema.exactOptional(),
};

/** Names of tables, views or databases. */
export const namesField = boundedList(nameField, 10_000);

export type RepositoryPlace = z.output<typeof repositoryPlaceSchema>;
export type DatabaseServerPlace = z.output<typeof databaseServerSchema>;
export type JobLimits = z.output<typeof jobLimitsSchema>;
