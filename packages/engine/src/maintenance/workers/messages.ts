import type { ErrorRecord } from '@lumbung/stdx';
import type { SharedIndexHandle } from '../../blob-index/blob-index.ts';
import type { CompressionMode } from '../../compression/compressor.ts';
import type { BlobId, PackId } from '../../format/ids.ts';
import type { BlobType, PackedBlob } from '../../format/pack-header.ts';
import type { VerifyMode } from '../../pack/pack-builder.ts';
import type { VerifiedFault } from './blob-verifier.ts';

/** The bytes of a master key; a worker has the memory of its process. */
export interface KeyBytes {
  readonly encrypt: Uint8Array;
  readonly macK: Uint8Array;
  readonly macR: Uint8Array;
}

/** Where moved blobs go, and how they are stored there. */
export interface MoveTarget {
  /** Undefined: the source's own key, so sealed blobs may be taken over as they are. */
  readonly masterKey: KeyBytes | undefined;
  readonly version: number;
  readonly compression: CompressionMode;
  readonly packSizeBytes: number;
  readonly verify: VerifyMode;
  /** Compress file contents that are not compressed. */
  readonly compressData: boolean;
}

/** What a worker is born with. */
export interface WorkerSetup {
  readonly masterKey: KeyBytes;
  readonly target: MoveTarget | undefined;
}

/** A stretch of a pack: `bytes` begins at `offset` of it. */
export interface PackStretch {
  readonly packNr: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export type WorkerRequest =
  /** The index that entry and pack numbers refer to; replaces the one before. */
  | { readonly kind: 'index'; readonly index: SharedIndexHandle }
  /** Nothing follows: the thread may end. */
  | { readonly kind: 'end' }
  /** A whole pack file: is it what its name, its header and the index say? The bytes are the worker's. */
  | { readonly kind: 'verify'; readonly jobId: number; readonly packNr: number; readonly bytes: Uint8Array }
  /** Trees that lie in a stretch of a pack in shared memory. */
  | {
      readonly kind: 'trees';
      readonly jobId: number;
      readonly purpose: TreePurpose;
      readonly stretch: PackStretch;
      readonly entries: readonly number[];
      readonly treesMax: number;
      /** Bits of entries: trees that were found, and everything that is needed. */
      readonly found: SharedArrayBuffer;
      readonly used: SharedArrayBuffer;
    }
  /** Blobs to verify and pack for the target. The bytes are the worker's. */
  | {
      readonly kind: 'move';
      readonly jobId: number;
      readonly stretch: PackStretch;
      readonly entries: readonly number[];
    }
  /** Hand over what is in packs that are not full. */
  | { readonly kind: 'finishMove'; readonly jobId: number };

/** `mark`: only what they refer to, fast. `examine`: every node is looked at. */
export type TreePurpose = 'mark' | 'examine';

export interface PackVerdict {
  readonly problems: readonly PackProblem[];
  readonly blobsVerified: number;
}

/** Why a stored blob cannot be had. */
export type StoredBlobFault = VerifiedFault | 'truncated';

/** What is wrong with a pack. `message`: English, one line. */
export type PackProblem = { readonly message: string } & (
  | { readonly kind: 'hash'; readonly actualId: string }
  | { readonly kind: 'header'; readonly error: ErrorRecord }
  /** Its header names a blob that the index does not place there. */
  | { readonly kind: 'not-in-index'; readonly blobId: string }
  /** The index places a blob there that its header does not name. */
  | { readonly kind: 'not-in-header'; readonly blobId: string }
  | { readonly kind: 'blob'; readonly blobId: string; readonly fault: StoredBlobFault }
  /** More than are told one by one. */
  | { readonly kind: 'more'; readonly count: number }
);

export interface TreesVerdict {
  /** Trees found in those done, and trees not done yet: their entries. */
  readonly pending: readonly number[];
  readonly treesDone: number;
  /** Trees whose stored bytes here are damaged: their entries. Other locations may help. */
  readonly damaged: readonly number[];
  readonly problems: readonly TreeProblem[];
  readonly problemsOmitted: number;
}

/** What a node of a tree can lack. */
export const NODE_FAULTS = ['NAME_MISSING', 'TYPE_UNKNOWN', 'SUBTREE_MISSING', 'CONTENT_MISSING', 'ID_ZERO'] as const;
export type NodeFault = (typeof NODE_FAULTS)[number];

/** `message`: English, one line. */
export type TreeProblem = {
  readonly treeId: BlobId;
  readonly message: string;
  readonly nodeName?: string;
} & (
  | { readonly kind: 'tree'; readonly error: ErrorRecord }
  | { readonly kind: 'node'; readonly fault: NodeFault }
  /** It is in no index. */
  | { readonly kind: 'blob'; readonly blobId: BlobId; readonly blobType: BlobType }
);

export interface MoveVerdict {
  readonly blobsMoved: number;
  readonly bytesMoved: number;
  /** Blobs whose bytes here are damaged: their entries. Other locations may help. */
  readonly damaged: readonly number[];
}

export interface FinishedMove {
  readonly rests: readonly { readonly bytes: Uint8Array; readonly blobs: readonly PackedBlob[] }[];
}

/** The answer to a job. */
export type JobAnswer =
  | { readonly kind: 'verify'; readonly verdict: PackVerdict }
  | { readonly kind: 'trees'; readonly verdict: TreesVerdict }
  | { readonly kind: 'move'; readonly verdict: MoveVerdict }
  | { readonly kind: 'finishMove'; readonly finished: FinishedMove };

/** A full pack of moved blobs; its bytes are the receiver's. */
export interface PackMessage {
  readonly id: PackId;
  readonly bytes: Uint8Array;
  readonly blobs: readonly PackedBlob[];
}

export type WorkerReply =
  | { readonly kind: 'answer'; readonly jobId: number; readonly answer: JobAnswer }
  | { readonly kind: 'pack'; readonly pack: PackMessage }
  | { readonly kind: 'failed'; readonly jobId: number; readonly error: ErrorRecord };
