export interface TreeFile {
  /** From the root of the tree, joined with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** A stored tree, read back: from a repository, or from a folder. What it says is hostile. */
export interface TreeSource {
  /** Every file below `folder` ('' for the root), in no particular order. */
  files(folder: string): AsyncIterable<TreeFile>;
  /**
   * The bytes of one file, in order.
   *
   * @throws LumbungError SOURCE_FILE_MISSING (corruption)
   */
  read(path: string, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}
