import type { ErrorRecord } from '@lumbung/stdx';
import type { BlobId, IndexId, PackId, SnapshotId } from '../format/ids.ts';
import type { BlobType } from '../format/pack-header.ts';
import type { SnapshotFilter } from '../snapshot/snapshot-filter.ts';
import type { ActOptions, ProgressEvent } from './act-options.ts';
import type { NodeFault, PackProblem } from './workers/messages.ts';

/** Which packs are read and verified byte by byte besides the structure.
 *  `bucket`: those whose first id byte modulo `of` is `bucket - 1` (1 ≤ bucket ≤ of ≤ 256): over `of` runs, every pack.
 *  `percent` (0 < percent ≤ 100) and `bytes`: a random choice. */
export type ReadDataSelection =
  | { readonly kind: 'none' }
  | { readonly kind: 'all' }
  | { readonly kind: 'bucket'; readonly bucket: number; readonly of: number }
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'bytes'; readonly bytes: number };

export interface CheckOptions extends ActOptions<CheckEvent> {
  /** Default: none. */
  readonly readData?: ReadDataSelection;
  /** Only the trees of these snapshots, and for reading only the packs these need. Default: all. */
  readonly filter?: SnapshotFilter;
  /** Threads that verify packs; default: by the amount of work, 2 at most. 0: the calling one. */
  readonly workerCount?: number;
}

/** Stable: translation keys, and what scripts match on. */
export const CHECK_FINDING_CODES = [
  'INDEX_UNREADABLE',
  'PACK_INDEXED_TWICE',
  'PACK_MIXED',
  'PACK_MISSING',
  'PACK_SIZE_WRONG',
  'PACK_GEOMETRY_WRONG',
  'PACK_UNREFERENCED',
  'SNAPSHOT_UNREADABLE',
  'TREE_UNREADABLE',
  'NODE_INVALID',
  'BLOB_NOT_INDEXED',
  'PACK_UNREADABLE',
  'PACK_DAMAGED',
] as const;
export type CheckFindingCode = (typeof CHECK_FINDING_CODES)[number];

/** `error`: data is lost or unreachable. `hint`: nothing is lost, an act would tidy it. `information`: normal after an
 *  interrupted run. */
export type CheckSeverity = 'error' | 'hint' | 'information';

export interface CheckFinding {
  readonly severity: CheckSeverity;
  readonly code: CheckFindingCode;
  /** English, one line. */
  readonly message: string;
  readonly packId?: PackId;
  readonly indexId?: IndexId;
  readonly snapshotId?: SnapshotId;
  readonly treeId?: BlobId;
  readonly blobId?: BlobId;
  /** Name of the node in its tree, as text. */
  readonly nodeName?: string;
  readonly blobType?: BlobType;
  /** Of a node that is invalid. */
  readonly nodeFault?: NodeFault;
  /** Of something that cannot be read: why. */
  readonly error?: ErrorRecord;
  /** Of a pack: what it has, and what the index says. */
  readonly sizeBytes?: number;
  readonly expectedBytes?: number;
  /** Of a damaged pack: what is wrong with it. */
  readonly problems?: readonly PackProblem[];
}

export const CHECK_PHASES = ['index', 'packs', 'snapshots', 'data'] as const;
export type CheckPhase = (typeof CHECK_PHASES)[number];

export type CheckEvent =
  /** Sent once when a phase begins. */
  | { readonly kind: 'phase'; readonly phase: CheckPhase; readonly total: number }
  | ProgressEvent<CheckPhase>
  /** The choice of a random subset, or of a bucket: sent before the data phase. */
  | {
      readonly kind: 'selection';
      readonly packs: number;
      readonly packsTotal: number;
      readonly bytes: number;
      readonly bytesTotal: number;
    }
  | { readonly kind: 'finding'; readonly finding: CheckFinding };

export interface CheckReport {
  /** No error; hints and informations do not count. */
  readonly isSound: boolean;
  readonly errorCount: number;
  /** The first 1,000 of each severity; all of them are sent as events. */
  readonly findings: readonly CheckFinding[];
  readonly findingsOmitted: number;
  /** Packs whose bytes are wrong: what `repair packs` takes. */
  readonly brokenPackIds: readonly PackId[];
  readonly suggestRepairIndex: boolean;
  readonly suggestPrune: boolean;
  readonly counts: {
    readonly indexFiles: number;
    readonly packs: number;
    readonly packsUnreferenced: number;
    readonly snapshots: number;
    readonly trees: number;
    /** Blobs that no checked snapshot needs; only counted without a filter. */
    readonly blobsUnused: number | undefined;
    readonly packsRead: number;
    readonly bytesRead: number;
    readonly blobsVerified: number;
  };
}
