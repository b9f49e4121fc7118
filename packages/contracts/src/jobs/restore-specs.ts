// Jobs that bring data back, and those that prove that it could be brought back.
import { z } from 'zod';
import { absolutePathField, boundedList, countField, filePathField, nameField, snapshotIdField } from './job-fields.ts';
import { databaseServerSchema, jobBaseShape, jobOwnerShape, repositoryPlaceSchema } from './job-places.ts';
import { OVERWRITE_WORDS } from './job-words.ts';

const fromSnapshotShape = { ...jobBaseShape, repository: repositoryPlaceSchema, snapshotId: snapshotIdField };

/** Looks whether a snapshot is whole: a dump of a database is read to its last byte and compared with its manifest; of
 *  files the trees must be complete, every blob indexed, and what the snapshot added to its predecessor is read. */
export const verifySpecSchema = z
  .strictObject({
    ...fromSnapshotShape,
    kind: z.literal('verify'),
    /** Of files: more is not read, but packs are chosen by chance. The result says so. */
    readBytesMax: countField.exactOptional(),
  })
  .readonly();

/** A restore to prove that it works, into a place of its own that is gone afterwards. */
export const drillSpecSchema = z
  .strictObject({
    ...fromSnapshotShape,
    kind: z.literal('drill'),
    /** Questions to a restored database with the answers they must have: `select count(*) from letters => 500`. */
    assertions: boundedList(z.string().min(1).max(4096), 100),
  })
  .readonly();

export const restoreFilesSpecSchema = z
  .strictObject({
    ...fromSnapshotShape,
    kind: z.literal('restoreFiles'),
    /** `aside`: below a folder, at their whole paths. `inPlace`: where they were. */
    target: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('aside'), folder: absolutePathField }).readonly(),
      z.strictObject({ kind: z.literal('inPlace') }).readonly(),
    ]),
    /** Absolute paths in the snapshot; folders with all that is in them. None: everything. */
    selection: boundedList(filePathField, 10_000),
    overwrite: z.enum(OVERWRITE_WORDS),
    /** `remove`: what the snapshot does not have goes from the folders that are restored. Only of selected ones. */
    extra: z.enum(['keep', 'remove']),
    /** `preview`: says what would happen. */
    mode: z.enum(['execute', 'preview']),
  })
  .readonly();

const restoreDatabaseShape = {
  ...fromSnapshotShape,
  server: databaseServerSchema,
  /** The new name. It must not exist yet. */
  database: nameField,
  ownership: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('keep') }).readonly(),
    z.strictObject({ kind: z.literal('one'), role: nameField }).readonly(),
    z.strictObject({ kind: z.literal('restorer') }).readonly(),
    z
      .strictObject({
        kind: z.literal('map'),
        roles: boundedList(z.strictObject({ from: nameField, to: nameField }).readonly(), 1000),
      })
      .readonly(),
  ]),
  /** Roles that the dump names and the server lacks: made, without login, only where a person agreed. */
  missingRoles: z.enum(['refuse', 'create']),
  compare: z.enum(['rows', 'values']),
  mode: z.enum(['execute', 'preview']),
};

export const restoreDatabaseSpecSchema = z
  .strictObject({ ...restoreDatabaseShape, kind: z.literal('restoreDatabase') })
  .readonly();

export const restoreTableSpecSchema = z
  .strictObject({
    ...restoreDatabaseShape,
    kind: z.literal('restoreTable'),
    /** `schema.table`, or `table`. They come into the new database alone. */
    tables: boundedList(nameField, 1000).refine((tables) => tables.length > 0),
  })
  .readonly();

/** Gives a restored database the name of the live one. */
export const swapDatabaseSpecSchema = z
  .strictObject({
    ...jobBaseShape,
    ...jobOwnerShape,
    kind: z.literal('swapDatabase'),
    repository: repositoryPlaceSchema,
    server: databaseServerSchema,
    live: nameField,
    restored: nameField,
    /** What the live one is called afterwards. It must not exist. */
    keepAs: nameField,
    /** `none` only where the live database cannot be read any more, which may be why it is exchanged. */
    safety: z.enum(['backup', 'none']),
    hostname: nameField.exactOptional(),
  })
  .readonly();
