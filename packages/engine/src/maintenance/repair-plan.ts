import type { ErrorRecord } from '@lumbung/stdx';
import type { PackId } from '../format/ids.ts';
import type { ActOptions, ProgressEvent } from './act-options.ts';
import type { StoredBlobFault } from './workers/messages.ts';

export interface RepairIndexOptions extends ActOptions<RepairIndexEvent> {
  /** Trust no index file: read the header of every pack. */
  readonly readAllPacks?: boolean;
}

export type RepairIndexEvent =
  | ProgressEvent<'index' | 'packs' | 'headers' | 'rewrite'>
  | { readonly kind: 'indexUnreadable'; readonly indexId: string; readonly error: ErrorRecord }
  /** Its header cannot be read: it stays out of the index. */
  | { readonly kind: 'packUnreadable'; readonly packId: PackId; readonly error: ErrorRecord };

export interface RepairIndexPlan {
  /** In the index but not in the backend. */
  readonly missingPackIds: readonly PackId[];
  /** Not in the index, or with another size than the index says: their headers decide. */
  readonly readPackIds: readonly PackId[];
  /** Index files that are written anew. */
  readonly replacedIndexCount: number;
  /** Index files that cannot be read: they go. */
  readonly unreadableIndexIds: readonly string[];
  readonly isEmpty: boolean;
}

export interface RepairIndexResult {
  readonly packsAdded: number;
  readonly packsUnreadable: readonly PackId[];
  readonly indexFilesWritten: number;
  readonly indexFilesRemoved: number;
}

export interface RepairPacksOptions extends ActOptions<RepairPacksEvent> {
  readonly packIds: readonly PackId[];
}

export type RepairPacksEvent =
  | ProgressEvent<'read' | 'repair'>
  | {
      readonly kind: 'blobLost';
      readonly packId: PackId;
      readonly blobType: 'data' | 'tree';
      readonly blobId: string;
      readonly fault: StoredBlobFault | 'missing';
    }
  | { readonly kind: 'removeFailed'; readonly packId: PackId; readonly error: ErrorRecord };

export interface RepairPacksPlan {
  readonly packs: readonly {
    readonly packId: PackId;
    readonly sizeBytes: number | undefined;
    readonly blobsReadable: number;
    readonly blobsLost: number;
  }[];
}

/** Keeps the bytes of a damaged pack somewhere safe before it is deleted. `parts` has to be read to its end. */
export type DamagedPackSink = (packId: PackId, parts: AsyncIterable<Buffer>) => Promise<void>;

export interface ExecuteRepairPacksOptions extends ActOptions<RepairPacksEvent> {
  readonly keepDamagedPack: DamagedPackSink;
}

export interface RepairPacksResult {
  readonly blobsSaved: number;
  readonly blobsLost: number;
  readonly packsRemoved: number;
}

export interface UpgradePlan {
  readonly versionBefore: number;
  readonly versionAfter: number;
}
