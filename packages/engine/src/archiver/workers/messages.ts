import type { ByteString, ErrorRecord } from '@lumbung/stdx';
import type { SharedIndexHandle } from '../../blob-index/blob-index.ts';
import type { SharedBlobSetHandle, SharedBlobSetSegment } from '../../blob-index/shared-blob-set.ts';
import type { CompressionMode } from '../../compression/compressor.ts';
import type { PackedBlob } from '../../format/pack-header.ts';
import type { VerifyMode } from '../../pack/pack-builder.ts';

/** What a worker is born with. Keys are plain bytes: a worker has the memory of its process. */
export interface ArchiveWorkerData {
  readonly workerNr: number;
  readonly masterKey: { readonly encrypt: Uint8Array; readonly macK: Uint8Array; readonly macR: Uint8Array };
  readonly compression: CompressionMode;
  readonly packSizeBytes: number;
  readonly verify: VerifyMode;
  readonly chunker: {
    readonly polynomialHex: string;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly averageBits: number;
  };
  readonly index: SharedIndexHandle;
  readonly knownBlobs: SharedBlobSetHandle;
  readonly withAtime: boolean;
  /** Int32: [0] is 1 once the run is cancelled; [1 + workerNr] counts packs handed over and not yet stored:
   *  at most one, whose memory is not touched until it is. */
  readonly control: SharedArrayBuffer;
}

export const CONTROL_CANCELLED = 0;
export const CONTROL_FIRST_WORKER = 1;

/** One file to read whole. */
export interface FileTask {
  readonly path: ByteString;
  readonly nameJson: ByteString;
  /** The size that lstat saw: how much to read in one go, not a promise. */
  readonly sizeBytes: number;
}

export type ArchiveRequest =
  | { readonly kind: 'files'; readonly jobId: number; readonly files: readonly FileTask[] }
  /** Find where to cut a large file from `offset` on; stops after about `lengthBytes`. */
  | {
      readonly kind: 'cut';
      readonly jobId: number;
      readonly path: ByteString;
      readonly offset: number;
      readonly lengthBytes: number;
      /** The file that lstat saw. Another inode under the name is an error. */
      readonly inode: string;
    }
  /** Store the chunks of a large file that a `cut` found. */
  | {
      readonly kind: 'chunks';
      readonly jobId: number;
      readonly path: ByteString;
      readonly offset: number;
      readonly lengths: readonly number[];
      readonly inode: string;
    }
  /** Store chunks whose bytes come along, one after the other (streams); the buffer is the worker's until it answers. */
  | {
      readonly kind: 'bytes';
      readonly jobId: number;
      readonly buffer: ArrayBuffer;
      /** Lengths of chunks, of each part by itself: parts are counted apart. */
      readonly parts: readonly (readonly number[])[];
    }
  | { readonly kind: 'segment'; readonly segment: SharedBlobSetSegment }
  | { readonly kind: 'finish' };

/** Bytes of new blobs: as read, and as stored. */
export interface AddedBytes {
  readonly blobs: number;
  readonly plainBytes: number;
  readonly storedBytes: number;
}

export type FileOutcome =
  | {
      readonly kind: 'stored';
      readonly nodeText: string;
      readonly sizeBytes: number;
      readonly added: AddedBytes;
      readonly warnings: readonly ErrorRecord[] | undefined;
    }
  | { readonly kind: 'vanished' }
  | { readonly kind: 'failed'; readonly error: ErrorRecord };

export type ArchiveReply =
  | { readonly kind: 'files'; readonly jobId: number; readonly outcomes: readonly FileOutcome[] }
  | {
      readonly kind: 'cut';
      readonly jobId: number;
      readonly lengths: readonly number[];
      readonly isEnd: boolean;
    }
  | {
      readonly kind: 'chunks';
      readonly jobId: number;
      readonly ids: readonly string[];
      readonly sizeBytes: number;
      readonly added: AddedBytes;
    }
  | {
      readonly kind: 'bytes';
      readonly jobId: number;
      /** As they were asked for. */
      readonly parts: readonly { readonly ids: readonly string[]; readonly added: AddedBytes }[];
      /** The memory that came along. */
      readonly buffer: ArrayBuffer;
    }
  | { readonly kind: 'jobFailed'; readonly jobId: number; readonly error: ErrorRecord; readonly isVanished: boolean }
  | {
      readonly kind: 'pack';
      readonly workerNr: number;
      readonly id: string;
      /** Shared memory, lent until the pack is stored. */
      readonly bytes: Uint8Array;
      readonly blobs: readonly PackedBlob[];
    }
  /** What was left when the work ended: sealed blobs without a header. */
  | {
      readonly kind: 'finished';
      readonly workerNr: number;
      readonly bytes: Uint8Array;
      readonly blobs: readonly PackedBlob[];
    }
  /** The worker cannot go on: a bug, or out of memory. */
  | { readonly kind: 'broken'; readonly error: ErrorRecord };
