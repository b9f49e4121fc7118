import * as z from 'zod';
import { type BlobId, parseBlobId, parseSnapshotId, type SnapshotId } from './ids.ts';
import { extraFields, extraOf, goJsonObject, type JsonField, parseDocument } from './json-document.ts';
import { isTimestampText, parseTimestamp, type Timestamp } from './timestamp.ts';

/** What a backup did, as the snapshot records it. */
export interface SnapshotSummary {
  readonly backupStart: Timestamp;
  readonly backupEnd: Timestamp;
  readonly filesNew: number;
  readonly filesChanged: number;
  readonly filesUnmodified: number;
  readonly dirsNew: number;
  readonly dirsChanged: number;
  readonly dirsUnmodified: number;
  /** New blobs of each type. */
  readonly dataBlobs: number;
  readonly treeBlobs: number;
  /** Bytes of new blobs, before and after compression and sealing. */
  readonly dataAdded: number;
  readonly dataAddedPacked: number;
  readonly totalFilesProcessed: number;
  readonly totalBytesProcessed: number;
}

export interface Snapshot {
  readonly time: Timestamp;
  readonly parent?: SnapshotId;
  readonly tree: BlobId;
  /** Absolute. */
  readonly paths: readonly string[];
  readonly hostname: string;
  readonly username: string;
  readonly uid: number;
  readonly gid: number;
  readonly excludes: readonly string[];
  readonly tags: readonly string[];
  /** The snapshot this one was made from by a later change. */
  readonly original?: SnapshotId;
  /** The program that wrote it, and its version. */
  readonly programVersion?: string;
  readonly summary?: SnapshotSummary;
  /** Keys that are not known here, kept when the snapshot is written again. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
const owner = z
  .int()
  .min(0)
  .max(2 ** 32 - 1)
  .nullish()
  .transform((value) => value ?? 0);
const count = z
  .number()
  .min(0)
  .nullish()
  .transform((value) => value ?? 0);
const id = z.string().regex(/^[0-9a-f]{64}$/);

const summarySchema = z.object({
  backup_start: z.string().refine(isTimestampText, 'not a time').transform(parseTimestamp),
  backup_end: z.string().refine(isTimestampText, 'not a time').transform(parseTimestamp),
  files_new: count,
  files_changed: count,
  files_unmodified: count,
  dirs_new: count,
  dirs_changed: count,
  dirs_unmodified: count,
  data_blobs: count,
  tree_blobs: count,
  data_added: count,
  data_added_packed: count,
  total_files_processed: count,
  total_bytes_processed: count,
});

const schema = z.looseObject({
  time: z.string().refine(isTimestampText, 'not a time').transform(parseTimestamp),
  parent: id.nullish().transform((value) => (value == null ? undefined : parseSnapshotId(value))),
  tree: id.transform(parseBlobId),
  paths: texts,
  hostname: text,
  username: text,
  uid: owner,
  gid: owner,
  excludes: texts,
  tags: texts,
  original: id.nullish().transform((value) => (value == null ? undefined : parseSnapshotId(value))),
  program_version: text,
  // A summary that another client wrote differently must not make the snapshot unreadable.
  summary: summarySchema.nullish().catch(null),
});

const KNOWN = [
  'time',
  'parent',
  'tree',
  'paths',
  'hostname',
  'username',
  'uid',
  'gid',
  'excludes',
  'tags',
  'original',
  'program_version',
  'summary',
];

/** @throws LumbungError SNAPSHOT_INVALID (corruption) */
export function parseSnapshot(json: Uint8Array): Snapshot {
  const value = parseDocument(json, { schema, code: 'SNAPSHOT_INVALID', what: 'a snapshot' });
  const { parent, original, program_version: programVersion, summary } = value;
  const extra = extraOf(value, KNOWN);
  return {
    time: value.time,
    ...(parent === undefined ? {} : { parent }),
    tree: value.tree,
    paths: value.paths,
    hostname: value.hostname,
    username: value.username,
    uid: value.uid,
    gid: value.gid,
    excludes: value.excludes,
    tags: value.tags,
    ...(original === undefined ? {} : { original }),
    ...(programVersion === '' ? {} : { programVersion }),
    ...(summary == null ? {} : { summary: summaryOf(summary) }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function summaryOf(value: z.output<typeof summarySchema>): SnapshotSummary {
  return {
    backupStart: value.backup_start,
    backupEnd: value.backup_end,
    filesNew: value.files_new,
    filesChanged: value.files_changed,
    filesUnmodified: value.files_unmodified,
    dirsNew: value.dirs_new,
    dirsChanged: value.dirs_changed,
    dirsUnmodified: value.dirs_unmodified,
    dataBlobs: value.data_blobs,
    treeBlobs: value.tree_blobs,
    dataAdded: value.data_added,
    dataAddedPacked: value.data_added_packed,
    totalFilesProcessed: value.total_files_processed,
    totalBytesProcessed: value.total_bytes_processed,
  };
}

/** The summary's fields under the names the repository and restic's JSON output use. */
export function summaryFields(summary: SnapshotSummary): readonly JsonField[] {
  return [
    { key: 'backup_start', text: summary.backupStart },
    { key: 'backup_end', text: summary.backupEnd },
    { key: 'files_new', number: summary.filesNew },
    { key: 'files_changed', number: summary.filesChanged },
    { key: 'files_unmodified', number: summary.filesUnmodified },
    { key: 'dirs_new', number: summary.dirsNew },
    { key: 'dirs_changed', number: summary.dirsChanged },
    { key: 'dirs_unmodified', number: summary.dirsUnmodified },
    { key: 'data_blobs', number: summary.dataBlobs },
    { key: 'tree_blobs', number: summary.treeBlobs },
    { key: 'data_added', number: summary.dataAdded },
    { key: 'data_added_packed', number: summary.dataAddedPacked },
    { key: 'total_files_processed', number: summary.totalFilesProcessed },
    { key: 'total_bytes_processed', number: summary.totalBytesProcessed },
  ];
}

/** The snapshot's fields as they are stored, also the start of what `snapshots --json` prints. */
export function snapshotFields(snapshot: Snapshot): readonly JsonField[] {
  const nonZero = (value: number): number | undefined => (value === 0 ? undefined : value);
  const nonEmpty = (value: string | undefined): string | undefined => (value === '' ? undefined : value);
  const someOf = (values: readonly string[]): readonly string[] | undefined =>
    values.length === 0 ? undefined : values;
  return [
    { key: 'time', text: snapshot.time },
    { key: 'parent', text: snapshot.parent },
    { key: 'tree', text: snapshot.tree },
    { key: 'paths', texts: snapshot.paths },
    { key: 'hostname', text: nonEmpty(snapshot.hostname) },
    { key: 'username', text: nonEmpty(snapshot.username) },
    { key: 'uid', number: nonZero(snapshot.uid) },
    { key: 'gid', number: nonZero(snapshot.gid) },
    { key: 'excludes', texts: someOf(snapshot.excludes) },
    { key: 'tags', texts: someOf(snapshot.tags) },
    { key: 'original', text: snapshot.original },
    { key: 'program_version', text: nonEmpty(snapshot.programVersion) },
    {
      key: 'summary',
      json: snapshot.summary === undefined ? undefined : goJsonObject(summaryFields(snapshot.summary)),
    },
    ...extraFields(snapshot.extra ?? {}),
  ];
}

export function encodeSnapshot(snapshot: Snapshot): Buffer {
  return Buffer.from(goJsonObject(snapshotFields(snapshot)));
}
