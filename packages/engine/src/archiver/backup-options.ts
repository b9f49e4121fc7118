import type { Readable } from 'node:stream';
import type { ErrorRecord } from '@lumbung/stdx';
import type { BlobId, SnapshotId } from '../format/ids.ts';
import type { SnapshotSummary } from '../format/snapshot-file.ts';
import type { SourcesAhead } from './sources-ahead.ts';

/** By what snapshots belong together when a parent is looked for. */
export const GROUP_KEYS = ['host', 'paths', 'tags'] as const;
export type GroupKey = (typeof GROUP_KEYS)[number];

/** A folder whose contents are left out when it holds a file of this name (that itself is kept). */
export interface ExcludeMarker {
  readonly fileName: string;
  /** The marker counts only when it begins with these bytes. */
  readonly header?: string;
}

export interface ExcludeOptions {
  /** Patterns of `--exclude`: recorded in the snapshot. */
  readonly patterns?: readonly string[];
  /** Patterns that ignore case, and those read from files: not recorded. */
  readonly caseInsensitivePatterns?: readonly string[];
  readonly filePatterns?: readonly string[];
  readonly caseInsensitiveFilePatterns?: readonly string[];
  readonly ifPresent?: readonly ExcludeMarker[];
  /** Leave out what a CACHEDIR.TAG marks as a cache. */
  readonly caches?: boolean;
  readonly largerThanBytes?: number;
  /** Stay on the file systems the targets lie on. */
  readonly oneFileSystem?: boolean;
}

/** Average size at which content is cut; the standard cut is about 1.5 MiB and shared with stock clients. */
export interface SmallCut {
  readonly averageBytes: number;
}

/** What a snapshot would hold, before it is one. */
export interface BackupAcceptance {
  readonly summary: SnapshotSummary;
  readonly errors: readonly ItemError[];
  readonly errorCount: number;
}

/** Choices shared by every kind of backup. */
export interface SnapshotOptions {
  readonly tags?: readonly string[];
  /** Default: the host name of the repository's identity. */
  readonly hostname?: string;
  /** Milliseconds since 1970; default: now, by the repository's clock. */
  readonly timeMs?: number;
  /** Recorded in the snapshot, for example `lumbung 0.1.0`. */
  readonly programVersion?: string;
  /** `id`: this snapshot; `none`: read everything again; `newest`: the newest of the same group (default). */
  readonly parent?:
    | { readonly kind: 'newest' }
    | { readonly kind: 'none' }
    | { readonly kind: 'id'; readonly id: string };
  /** Default: host and paths. Empty: any snapshot may be the parent. */
  readonly groupBy?: readonly GroupKey[];
  /** Write no snapshot when the tree equals the parent's. */
  readonly skipIfUnchanged?: boolean;
  /** Do everything but write. */
  readonly dryRun?: boolean;
  readonly smallCut?: SmallCut;
  /** Asked when everything is stored and before the snapshot is: if it throws, there is none. */
  readonly accept?: (content: BackupAcceptance) => void;
  /** Worker threads that read, hash, compress and seal; default 2. */
  readonly workerCount?: number;
}

export interface BackupOptions extends SnapshotOptions {
  /** Paths as the user typed them, as bytes or text. Relative ones are resolved against `workingDirectory`. */
  readonly targets: readonly (string | Uint8Array)[];
  readonly workingDirectory: string;
  readonly exclude?: ExcludeOptions;
  /** Do not compare inode change times (for sources that change them on every mount). */
  readonly ignoreCtime?: boolean;
  /** Do not compare inode numbers; implies `ignoreCtime`. */
  readonly ignoreInode?: boolean;
  /** Record access times as they are instead of repeating the modification time. */
  readonly withAtime?: boolean;
}

/** One file that does not come from the file system: a dump, a stream, a remote file. */
export interface StreamEntry {
  /** `/`-separated path in the snapshot; missing folders are made. */
  readonly path: string;
  /** Called once. The stream is read to its end; an error rejects the backup, and no snapshot is written. */
  open(): Readable | Promise<Readable>;
  /** Permission bits; default 0644. */
  readonly mode?: number;
  /** Milliseconds since 1970; default: the snapshot's time. */
  readonly mtimeMs?: number;
}

/** Streams that are open at the same time, however many are allowed: each may hold a chunk of the largest size. */
export const STREAMS_PARALLEL_MAX = 32;

export interface StreamBackupOptions extends SnapshotOptions {
  /** Asked for one after the other; content of one entry is spread over all workers. The iterator may withhold an entry
   *  until earlier ones have ended. It is told by `return` when no more is wanted. */
  readonly entries: AsyncIterable<StreamEntry> | Iterable<StreamEntry>;
  /** Entries that are opened and read at the same time: the next is asked for while others are still being read. Default 1,
   *  at most `STREAMS_PARALLEL_MAX`. */
  readonly parallel?: number;
  /** Recorded as the snapshot's paths; default: the entries' paths. */
  readonly paths?: readonly string[];
  /** Runs when every stream has been read and before the snapshot is written: throw, and there is none. */
  readonly verify?: () => Promise<void>;
  /** No entry, or no byte in any entry, is an error (default true). */
  readonly refuseEmpty?: boolean;
}

export type ItemAction = 'new' | 'modified' | 'unchanged';

export type BackupEvent =
  | {
      readonly kind: 'status';
      readonly filesDone: number;
      readonly bytesDone: number;
      /** Found so far, or, until the walk has ended, what the parent snapshot led to expect if that is more. */
      readonly filesTotal: number;
      readonly bytesTotal: number;
      /** The totals are final: the walk has ended. */
      readonly isWalkDone: boolean;
      readonly errorCount: number;
      readonly currentFiles: readonly string[];
    }
  | {
      readonly kind: 'item';
      readonly action: ItemAction;
      readonly itemKind: 'file' | 'dir';
      /** As text; folders end with `/`. */
      readonly item: string;
      readonly dataBytes: number;
      readonly dataBytesInRepository: number;
      readonly metadataBytes: number;
      readonly metadataBytesInRepository: number;
    }
  | { readonly kind: 'excluded'; readonly item: string }
  | {
      readonly kind: 'error';
      readonly item: string;
      readonly error: ErrorRecord;
      readonly during: 'archival';
    }
  | { readonly kind: 'parent'; readonly snapshotId: SnapshotId | undefined }
  | { readonly kind: 'warning'; readonly code: string; readonly message: string; readonly item?: string };

export interface BackupCallOptions {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: BackupEvent) => void;
  /** Send `item` events for every file and folder. */
  readonly reportItems?: boolean;
  /** Of the same targets and excludes: what was found while the repository was being opened. */
  readonly ahead?: SourcesAhead;
}

export interface ItemError {
  readonly item: string;
  readonly error: ErrorRecord;
}

export interface BackupResult {
  /** `written`: a snapshot exists. `unchanged`: skipped, as asked. `dry-run`: nothing was written. */
  readonly outcome: 'written' | 'unchanged' | 'dry-run';
  readonly snapshotId: SnapshotId | undefined;
  readonly parentId: SnapshotId | undefined;
  readonly tree: BlobId;
  readonly summary: SnapshotSummary;
  readonly durationMs: number;
  /** Items that could not be read; the snapshot lacks them or part of their metadata. */
  readonly errors: readonly ItemError[];
}
