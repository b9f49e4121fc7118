import type { ByteString } from '@lumbung/stdx';
import { joinPath } from '../snapshot/resolve-tree.ts';
import type { NodeMetadata, NodeXattr } from './node-metadata.ts';
import type { TargetFolder } from './target-folder.ts';
import {
  type FolderRecord,
  SMALL_ATIME_NANOSECONDS,
  SMALL_ATIME_SECONDS,
  SMALL_FILE_NUMBERS,
  SMALL_FOLDER,
  SMALL_GID,
  SMALL_MODE,
  SMALL_MTIME_NANOSECONDS,
  SMALL_MTIME_SECONDS,
  SMALL_UID,
  type SmallFiles,
} from './workers/messages.ts';

const NO_ENTRY = -1;

/** New files of at most one blob that wait for their content, in columns of plain numbers: about 150 bytes each, where
 *  tree nodes would take some 600. */
export class SmallFileList {
  readonly #names: ByteString[] = [];
  readonly #folders: TargetFolder[] = [];
  readonly #entries: number[] = [];
  readonly #numbers: number[] = [];
  readonly #xattrs = new Map<number, readonly NodeXattr[]>();

  get length(): number {
    return this.#names.length;
  }

  /** @param entry index entry of its blob; undefined: it is empty */
  add(folder: TargetFolder, name: ByteString, metadata: NodeMetadata, entry: number | undefined): void {
    if (metadata.xattrs.length > 0) this.#xattrs.set(this.#names.length, metadata.xattrs);
    this.#names.push(name);
    this.#folders.push(folder);
    this.#entries.push(entry ?? NO_ENTRY);
    this.#numbers.push(
      metadata.mode,
      metadata.uid,
      metadata.gid,
      metadata.atimeSeconds,
      metadata.atimeNanoseconds,
      metadata.mtimeSeconds,
      metadata.mtimeNanoseconds,
    );
  }

  entryOf(fileIdx: number): number {
    return this.#entries[fileIdx] ?? NO_ENTRY;
  }

  /** Path inside the snapshot. */
  locationOf(fileIdx: number): ByteString {
    return joinPath(this.#folders[fileIdx]?.location ?? '', this.#names[fileIdx] ?? '');
  }

  /** The chosen files as a message.
   *  @param blobs for each of them the place of its blob in the message's entries */
  toMessage(fileIdxs: readonly number[], blobs: Uint32Array): SmallFiles {
    const numbers = new Float64Array(fileIdxs.length * SMALL_FILE_NUMBERS);
    const names: ByteString[] = [];
    const folders: FolderRecord[] = [];
    const folderIdxs = new Map<TargetFolder, number>();
    const xattrs = new Map<number, readonly NodeXattr[]>();
    for (const [messageIdx, fileIdx] of fileIdxs.entries()) {
      const name = this.#names[fileIdx];
      const folder = this.#folders[fileIdx];
      if (name === undefined || folder === undefined) continue; // not reached: callers pass indices of this list
      let folderIdx = folderIdxs.get(folder);
      if (folderIdx === undefined) {
        folderIdx = folders.length;
        folderIdxs.set(folder, folderIdx);
        folders.push({ path: folder.pathPrefix, prunesXattrs: folder.hasDefaultAccessList });
      }
      const from = fileIdx * LIST_NUMBERS;
      const to = messageIdx * SMALL_FILE_NUMBERS;
      for (const [column, place] of COLUMN_PLACES.entries()) numbers[to + place] = this.#numbers[from + column] ?? 0;
      numbers[to + SMALL_FOLDER] = folderIdx;
      names.push(name);
      const values = this.#xattrs.get(fileIdx);
      if (values !== undefined) xattrs.set(messageIdx, values);
    }
    return { names, folders, numbers, blobs, xattrs };
  }
}

/** Where the columns of a list, in the order in which `add` pushes them, go in a message. */
const COLUMN_PLACES = [
  SMALL_MODE,
  SMALL_UID,
  SMALL_GID,
  SMALL_ATIME_SECONDS,
  SMALL_ATIME_NANOSECONDS,
  SMALL_MTIME_SECONDS,
  SMALL_MTIME_NANOSECONDS,
] as const;
const LIST_NUMBERS = COLUMN_PLACES.length;
