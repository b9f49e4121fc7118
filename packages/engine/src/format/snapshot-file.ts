import { isLumbungError } from '@lumbung/stdx';
import * as z from 'zod';
import {
  idText,
  optionalCount,
  optionalOwner,
  optionalText,
  optionalTexts,
  optionalTimestamp,
  timestamp,
} from './document-schemas.ts';
import { type BlobId, parseBlobId, parseSnapshotId, type SnapshotId } from './ids.ts';
import { type ExtraFields, extraJsonFields, goJsonObject, type JsonField, parseDocument } from './json-document.ts';
import type { Timestamp } from './timestamp.ts';

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
  /** Keys that are not known here, kept when the snapshot is written again. */
  readonly extra?: ExtraFields;
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
  readonly extra?: ExtraFields;
}

const summarySchema = z.object({
  backup_start: optionalTimestamp,
  backup_end: optionalTimestamp,
  files_new: optionalCount,
  files_changed: optionalCount,
  files_unmodified: optionalCount,
  dirs_new: optionalCount,
  dirs_changed: optionalCount,
  dirs_unmodified: optionalCount,
  data_blobs: optionalCount,
  tree_blobs: optionalCount,
  data_added: optionalCount,
  data_added_packed: optionalCount,
  total_files_processed: optionalCount,
  total_bytes_processed: optionalCount,
});
const SUMMARY_KEYS = Object.keys(summarySchema.shape);

const schema = z.object({
  time: timestamp,
  parent: idText.nullish(),
  tree: idText,
  paths: optionalTexts,
  hostname: optionalText,
  username: optionalText,
  uid: optionalOwner,
  gid: optionalOwner,
  excludes: optionalTexts,
  tags: optionalTexts,
  original: idText.nullish(),
  program_version: optionalText,
});
const SNAPSHOT_KEYS = Object.keys(schema.shape);

const SPEC = { code: 'SNAPSHOT_INVALID', what: 'a snapshot', hint: 'run lumbung check' };

/** @throws LumbungError SNAPSHOT_INVALID (corruption) */
export function parseSnapshot(json: Uint8Array): Snapshot {
  const { value, extra: rest } = parseDocument(json, SNAPSHOT_KEYS, { ...SPEC, schema });
  const { parent, original, program_version: programVersion } = value;
  const { summary, extra } = takeSummary(rest);
  return {
    time: value.time,
    ...(parent == null ? {} : { parent: parseSnapshotId(parent) }),
    tree: parseBlobId(value.tree),
    paths: value.paths,
    hostname: value.hostname,
    username: value.username,
    uid: value.uid,
    gid: value.gid,
    excludes: value.excludes,
    tags: value.tags,
    ...(original == null ? {} : { original: parseSnapshotId(original) }),
    ...(programVersion === '' ? {} : { programVersion }),
    ...(summary === undefined ? {} : { summary }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

/** A summary that another client wrote in a form of its own must not make the snapshot unreadable, nor get lost when it
 *  is written again: it stays among the extra fields. */
function takeSummary(fields: ExtraFields): {
  readonly summary: SnapshotSummary | undefined;
  readonly extra: ExtraFields;
} {
  const { summary: json, ...extra } = fields;
  if (json === undefined || json === 'null') return { summary: undefined, extra };
  try {
    const parsed = parseDocument(Buffer.from(json), SUMMARY_KEYS, { ...SPEC, schema: summarySchema });
    return { summary: summaryOf(parsed.value, parsed.extra), extra };
  } catch (error) {
    if (!isLumbungError(error, SPEC.code)) throw error;
    return { summary: undefined, extra: fields };
  }
}

function summaryOf(value: z.output<typeof summarySchema>, extra: ExtraFields): SnapshotSummary {
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
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
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
    ...extraJsonFields(summary.extra ?? {}),
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
    ...extraJsonFields(snapshot.extra ?? {}),
  ];
}

export function encodeSnapshot(snapshot: Snapshot): Buffer {
  return Buffer.from(goJsonObject(snapshotFields(snapshot)));
}
