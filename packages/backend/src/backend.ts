/** Which file: `folder` is one word the repository chose (`keys`, `data` …), or empty for a file at the root. */
export interface FileHandle {
  readonly folder: string;
  readonly name: string;
}

/** How a repository spreads its files: told to every driver by the one who opens it. */
export interface Layout {
  /** All folders, without the root. */
  readonly folders: readonly string[];
  /** Folders whose files lie in sub-folders named by the first two characters of the name, where the driver has folders at all. */
  readonly shardedFolders: readonly string[];
}

export interface FileInfo {
  readonly name: string;
  readonly sizeBytes: number;
}

export interface ByteRange {
  readonly offset: number;
  /** Without it: to the end of the file. */
  readonly length?: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface BackendProperties {
  /** `save` over an existing name replaces it in one step; without it, a failed save may leave a torn file that must be removed before a retry. */
  readonly hasAtomicReplace: boolean;
  /** How many calls may be under way at once. */
  readonly connectionsMax: number;
  /** Reads cost no round trip: gaps in a read plan are cheaper to skip than to fetch. */
  readonly isLocal: boolean;
  /** What any client has saved is in every listing that begins afterwards, at once. Without it a listing may be some moments
   *  old: network file systems keep what they have seen for a while. */
  readonly hasPromptListings: boolean;
}

/**
 * Named files, whole or not at all. What every driver guarantees:
 *
 * - `save` makes a file visible under its name only when all bytes are durable (as far as the medium can say so).
 *   Saving a name that exists replaces it.
 * - After `save` has resolved, `load`, `stat` and `list` of this and of every other client see the file.
 * - After `remove` has resolved nobody sees it, and a power cut does not bring it back; in a sharded folder it may.
 * - A killed process leaves either the whole file or none under the name; leftovers under other names are not listed.
 * - Every failure is a LumbungError with one of the codes below. Cancellation rejects with the signal's reason.
 *
 * Codes: BACKEND_FILE_MISSING (operator), BACKEND_FILE_TRUNCATED (corruption; the range does not lie in the file),
 * BACKEND_NO_SPACE (operator), BACKEND_ACCESS_DENIED (operator), BACKEND_READ_ONLY (operator),
 * BACKEND_NOT_A_FOLDER (operator), BACKEND_NOT_A_FILE (corruption), BACKEND_UNAVAILABLE (transient),
 * BACKEND_NAME_INVALID, BACKEND_RANGE_INVALID (bug).
 *
 * Not an error: listing a folder that does not exist (empty); removing a file that does not exist.
 */
export interface Backend extends AsyncDisposable {
  /** For people: where it is, without credentials. */
  readonly location: string;
  readonly properties: BackendProperties;
  /** Makes the folders of the layout. Fine when they exist. */
  create(options?: CallOptions): Promise<void>;
  /** Stores `parts` joined. The driver may not keep or change the buffers after it resolves. */
  save(file: FileHandle, parts: readonly Uint8Array[], options?: CallOptions): Promise<void>;
  /** Exactly the asked range. The buffer belongs to the caller. */
  load(file: FileHandle, range?: ByteRange, options?: CallOptions): Promise<Buffer>;
  stat(file: FileHandle, options?: CallOptions): Promise<FileInfo>;
  /** In no particular order. A file that appears or vanishes meanwhile may or may not be seen. */
  list(folder: string, options?: CallOptions): AsyncIterable<FileInfo>;
  remove(file: FileHandle, options?: CallOptions): Promise<void>;
  /** Waits for nothing: what was promised of a resolved call holds already. */
  close(): Promise<void>;
}
