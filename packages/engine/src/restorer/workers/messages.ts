import type { ByteString, ErrorRecord } from '@lumbung/stdx';
import type { SharedIndexHandle } from '../../blob-index/blob-index.ts';
import type { NodeXattr } from '../node-metadata.ts';
import type { XattrPatterns } from '../selection.ts';

/** What a worker is born with. Keys are plain bytes: a worker has the memory of its process. */
export interface RestoreWorkerData {
  readonly masterKey: { readonly encrypt: Uint8Array; readonly macK: Uint8Array; readonly macR: Uint8Array };
  readonly index: SharedIndexHandle;
  readonly xattrPatterns: XattrPatterns;
  /** New files get holes for runs of zeros. */
  readonly isSparse: boolean;
  /** Int32: [0] is 1 once the run is cancelled. */
  readonly control: SharedArrayBuffer;
}

export const CONTROL_CANCELLED = 0;

export interface FolderRecord {
  readonly path: ByteString;
  readonly prunesXattrs: boolean;
}

/** Numbers of one small file in `SmallFiles.numbers`. */
export const SMALL_FILE_NUMBERS = 8;
export const SMALL_MODE = 0;
export const SMALL_UID = 1;
export const SMALL_GID = 2;
export const SMALL_ATIME_SECONDS = 3;
export const SMALL_ATIME_NANOSECONDS = 4;
export const SMALL_MTIME_SECONDS = 5;
export const SMALL_MTIME_NANOSECONDS = 6;
/** Index into `folders`. */
export const SMALL_FOLDER = 7;

/**
 * New files of one blob or none, as columns: an object a file costs more to clone than the file costs to write.
 * Of files with a blob, `blobs` gives the place in the request's entries, ascending.
 */
export interface SmallFiles {
  readonly names: readonly ByteString[];
  readonly folders: readonly FolderRecord[];
  readonly numbers: Float64Array;
  readonly blobs: Uint32Array;
  /** Only of files that have any. */
  readonly xattrs: ReadonlyMap<number, readonly NodeXattr[]>;
}

export interface LargeFileRecord {
  readonly nr: number;
  readonly path: ByteString;
  readonly hasHoles: boolean;
}

/** Pieces of files that exist already; `blobs` ascending. */
export interface FileParts {
  readonly blobs: Uint32Array;
  /** Index into `files`. */
  readonly fileIdx: Uint32Array;
  readonly offsets: Float64Array;
  readonly files: readonly LargeFileRecord[];
}

export interface CheckTask {
  readonly path: ByteString;
  /** Index entries of its blobs, in order. */
  readonly entries: Uint32Array;
}

/** Work, answered once. */
export type RestoreJobRequest =
  | {
      readonly kind: 'blobs';
      readonly jobId: number;
      /** A stretch of a pack, or with `isPlain` the one blob itself. Transferred. */
      readonly bytes: ArrayBuffer;
      readonly isPlain: boolean;
      /** Where the stretch begins in the pack. */
      readonly baseOffset: number;
      /** Distinct, in the order of their offsets. */
      readonly entries: Uint32Array;
      readonly small: SmallFiles;
      readonly parts: FileParts;
    }
  /** Files without content. */
  | { readonly kind: 'empty'; readonly jobId: number; readonly small: SmallFiles }
  /** Compare files with what they should hold. */
  | { readonly kind: 'check'; readonly jobId: number; readonly tasks: readonly CheckTask[] };

/** `end`: nothing follows, the thread may end. */
export type RestoreRequest = RestoreJobRequest | { readonly kind: 'end' };

export interface IndexedError {
  /** Place in the request: of a blob, a small file or a part. */
  readonly idx: number;
  readonly error: ErrorRecord;
}

export interface CheckOutcome {
  /** One bit a blob, lowest first: holds what it should. */
  readonly matches: Uint8Array;
  readonly isSizeRight: boolean;
  /** Could not be read: then nothing matches. */
  readonly error?: ErrorRecord;
}

export type RestoreReply =
  | {
      readonly kind: 'blobs';
      readonly jobId: number;
      /** Blobs that are damaged here: none of their files and parts was written. */
      readonly damaged: readonly IndexedError[];
      /** Files that are not there, or without their content. */
      readonly smallFailures: readonly IndexedError[];
      /** Files that are there, but for some of their metadata. */
      readonly metadataFailures: readonly IndexedError[];
      readonly partFailures: readonly IndexedError[];
      /** The run was cancelled before everything was done. */
      readonly isCutShort: boolean;
    }
  | { readonly kind: 'check'; readonly jobId: number; readonly outcomes: readonly CheckOutcome[] }
  | { readonly kind: 'jobFailed'; readonly jobId: number; readonly error: ErrorRecord };
