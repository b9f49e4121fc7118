import { z } from 'zod';
import { isTreePath } from '../entry/tree-path.ts';
import { storedRemarkSchema, storedSentenceSchema } from '../remarks/stored-remark.ts';
import { DATABASE_ENGINES } from './database-engine.ts';

/** What is written. Version 1 had English sentences as warnings. */
export const MANIFEST_VERSION = 2;

const NAME_LENGTH_MAX = 1024;
const TEXT_LENGTH_MAX = 64 * 1024;

/** Counted before its items are looked at: a list without end would give as many complaints. */
function list<Item extends z.ZodType>(item: Item, lengthMax: number) {
  return z.array(z.unknown()).max(lengthMax).pipe(z.array(item));
}

/** The same for what goes by names of its own. */
function byName<Value extends z.ZodType>(value: Value, sizeMax: number) {
  return z
    .record(z.string(), z.unknown())
    .refine((entries) => Object.keys(entries).length <= sizeMax, { message: 'too many entries', abort: true })
    .pipe(z.record(name, value));
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const rowSum = z.string().regex(/^\d{1,16}-\d{1,16}$/);
const count = z.int().nonnegative();
const name = z.string().max(NAME_LENGTH_MAX);
const treePath = z.string().refine(isTreePath, { message: 'not a path of a dump' });
const moment = z.iso.datetime();

const segment = z.strictObject({
  path: treePath,
  rows: count,
  bytes: count,
  sha256,
  /** Rows are not lines, so that nobody can count them without the engine. */
  binary: z.literal(true).exactOptional(),
});

const table = z.strictObject({
  /** Where the engine has schemas. */
  schema: name.exactOptional(),
  name,
  /** As dumped, in order; without generated ones. */
  columns: list(name, 10_000),
  generated: list(name, 10_000),
  /** The columns the rows are ordered by; null: as the server had them. */
  order: list(name, 10_000).nullable(),
  rows: count,
  bytes: count,
  /** See `tableDigest`. */
  sha256,
  /** Of all rows, whatever their order: see `RowSum`. */
  rowsum: rowSum.exactOptional(),
  /** The longest row, with its newline. */
  rowBytesMax: count.exactOptional(),
  /** None: the rows lie in a file of the whole database, and digest and bytes are of the rows as the driver writes them. */
  segments: list(segment, 100_000),
});

const sequence = z.strictObject({
  schema: name.exactOptional(),
  name,
  /** Digits: larger than a JavaScript number. */
  last: z.string().regex(/^-?\d{1,40}$/),
  called: z.boolean(),
});

/** The record of one dump: what it holds, and what it must be when it is read back. */
export const manifestSchema = z.strictObject({
  v: z.union([z.literal(1), z.literal(MANIFEST_VERSION)]),
  kind: z.enum(['database', 'server']),
  engine: z.enum(DATABASE_ENGINES),
  /** As people call it: `PostgreSQL`, `Percona Server`, `Valkey`. */
  product: name,
  serverVersion: name,
  /** Absent: no tool of the engine took part. */
  toolVersion: name.exactOptional(),
  /** Which server it was, as the server itself says. */
  server: name,
  /** Absent in the dump of a server. */
  database: name.exactOptional(),
  startedAt: moment,
  finishedAt: moment,
  method: name,
  /** The server's name of the snapshot that was read. */
  snapshot: name.exactOptional(),
  /** Where in the server's log of changes the snapshot stands. */
  position: z
    .strictObject({
      lsn: name.exactOptional(),
      timeline: count.exactOptional(),
      gtid: z.string().max(TEXT_LENGTH_MAX).exactOptional(),
      binlog: z.strictObject({ file: name, position: count }).exactOptional(),
    })
    .exactOptional(),
  servedBy: z.enum(['primary', 'replica', 'standalone']),
  lagSeconds: z.number().nonnegative().exactOptional(),
  /** Objects by kind, as the catalogue counted them. */
  inventory: byName(count, 10_000),
  extensions: list(z.strictObject({ name, version: name }), 10_000),
  rolesReferenced: list(name, 100_000),
  tables: list(table, 200_000),
  sequences: list(sequence, 200_000),
  /** Every other file of the tree, except the manifest. */
  files: list(z.strictObject({ path: treePath, bytes: count, sha256 }), 500_000),
  /** Tables whose rows were left out on purpose. */
  excludedData: list(name, 100_000),
  /** See `readStoredRemark`. */
  warnings: list(z.union([storedRemarkSchema, storedSentenceSchema]), 10_000),
  /** What only the engine's own driver understands, and parses. */
  details: byName(z.json(), 10_000),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestTable = Manifest['tables'][number];
export type ManifestSegment = ManifestTable['segments'][number];
export type ManifestFile = Manifest['files'][number];
