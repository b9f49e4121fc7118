import { lstatSync, readdirSync } from 'node:fs';
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { type ByteString, byteStringOfText, type Clock, fsPath } from '@lumbung/stdx';
import { readPosixNames } from '@lumbung/stdx/node';
import { localZone } from '../format/timestamp.ts';
import type { BackupOptions } from './backup-options.ts';
import { type InodeStats, InodeTable } from './inode-table.ts';
import { isFile, isFolder, NodeHeadWriter, nameJsonOf } from './node-text.ts';
import { Selection } from './selection.ts';
import { cleanPath, joinPath, resolveTargets } from './targets.ts';

/** Entries looked at before other work gets its turn: under a millisecond. */
const ENTRIES_PER_TURN = 128;

/** Entries kept at most, some 30 MB: about as many as can be looked at while a password is stretched into a key. */
const ENTRIES_KEPT_MAX = 65_536;

/** What was seen longer ago is not what a snapshot of now should show. */
const AGE_MS_MAX = 5_000;

/** A folder that was listed before its turn: the names that survive its markers, sorted, each with its inode where it was
 *  there and is not excluded. */
export interface FolderListing {
  readonly names: readonly ByteString[];
  statsOf(nameIdx: number): InodeStats | undefined;
  /** Of a file: the head of its node, as bytes. */
  headOf(nameIdx: number): Buffer | undefined;
}

/** What decides what is looked at, and what is written of it. */
export type SourceOptions = Pick<BackupOptions, 'targets' | 'workingDirectory' | 'exclude' | 'withAtime'>;

interface ListingAhead extends FolderListing {
  readonly folders: ReadonlyMap<number, InodeStats>;
}

/**
 * Looks at the sources of a backup before the repository is open: listing folders needs no key, and making the key from
 * the password leaves one core idle for half a second. Hand it to `backup`, which takes from it what was found so far; what
 * was not found, or could not be read, is looked at again and told then.
 *
 * A snapshot shows what was there when the backup began, which for these is a moment earlier. What changes after that look
 * has another change time, so that the next backup finds it.
 */
export class SourcesAhead implements AsyncDisposable {
  readonly #listings = new Map<ByteString, FolderListing>();
  readonly #inodes = new InodeTable(ENTRIES_KEPT_MAX);
  readonly #clock: Clock;
  readonly #beganMs: number;
  readonly #headWriter: NodeHeadWriter;
  readonly #heads = new HeadStore();
  readonly #selection: Selection;
  readonly #stop = new AbortController();
  readonly #reading: Promise<void>;
  #entriesThisTurn = 0;
  #hasUnreadableMarker = false;

  /** Begins to read. @throws LumbungError as `backup` does for targets and patterns that make no sense */
  constructor(options: SourceOptions, clock: Clock) {
    this.#clock = clock;
    this.#beganMs = clock.monotonicMs();
    this.#headWriter = new NodeHeadWriter({
      zone: localZone(),
      names: readPosixNames(),
      withAtime: options.withAtime ?? false,
    });
    this.#selection = new Selection(options.exclude ?? {}, () => {
      this.#hasUnreadableMarker = true;
    });

    const workingDirectory = byteStringOfText(options.workingDirectory);
    const absolute = (path: ByteString): ByteString =>
      cleanPath(path.startsWith('/') ? path : joinPath(workingDirectory, path));
    const { sources } = resolveTargets(options.targets, {
      workingDirectory: options.workingDirectory,
      listNames: (folder) => listNames(absolute(folder)),
    });
    this.#reading = this.#read(sources.map(absolute));
  }

  /** The listing of a folder, once; undefined when there is none. @param folder absolute */
  take(folder: ByteString): FolderListing | undefined {
    const listing = this.#listings.get(folder);
    if (listing !== undefined) this.#listings.delete(folder);
    return listing;
  }

  /** Resolves when all is looked at that there is room for. */
  async whenRead(): Promise<void> {
    await this.#reading;
  }

  /** Ends the reading. What was found stays, unless it is old: somebody took his time to type a password. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#reading;
    if (this.#clock.monotonicMs() - this.#beganMs > AGE_MS_MAX) this.clear();
  }

  /** Forgets what was found. */
  clear(): void {
    this.#listings.clear();
    this.#inodes.clear();
    this.#heads.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.clear();
  }

  async #read(roots: readonly ByteString[]): Promise<void> {
    for (const root of roots) {
      const stats = statsOf(root);
      if (stats !== undefined && isFolder(stats)) await this.#readFolder(root, stats.dev);
    }
  }

  async #readFolder(folder: ByteString, device: bigint): Promise<void> {
    if (this.#entriesThisTurn >= ENTRIES_PER_TURN) {
      this.#entriesThisTurn = 0;
      await yieldToEvents();
    }
    if (this.#stop.signal.aborted || this.#inodes.isFull) return;
    const listing = this.#list(folder);
    if (listing === undefined) return;
    const { names, statsOf: statsAt, headOf } = listing;
    this.#listings.set(folder, { names, statsOf: statsAt, headOf });
    this.#entriesThisTurn += listing.names.length + 1;
    for (const [nameIdx, name] of listing.names.entries()) {
      const stats = listing.folders.get(nameIdx);
      if (stats === undefined || (this.#selection.isOneFileSystem && stats.dev !== device)) continue;
      await this.#readFolder(joinPath(folder, name), device);
    }
  }

  #list(folder: ByteString): ListingAhead | undefined {
    let names: readonly ByteString[];
    try {
      this.#hasUnreadableMarker = false;
      names = [...this.#selection.keptNames(folder, listNames(folder))].sort();
    } catch {
      return undefined; // told when its turn comes
    }
    // The same: the marker is read again then, and its failure told.
    if (this.#hasUnreadableMarker || names.length > ENTRIES_KEPT_MAX) return undefined;
    const rows = new Int32Array(names.length).fill(-1);
    const heads = new Map<number, Buffer>();
    const folders = new Map<number, InodeStats>();
    for (const [nameIdx, name] of names.entries()) {
      const path = joinPath(folder, name);
      if (this.#selection.hasPatterns && this.#selection.isExcludedByName(path)) continue;
      const stats = statsOf(path);
      if (stats === undefined) continue;
      rows[nameIdx] = this.#inodes.add(stats);
      if (isFolder(stats)) folders.set(nameIdx, stats);
      else if (isFile(stats))
        heads.set(
          nameIdx,
          this.#heads.add(this.#headWriter.write(nameJsonOf(name), 'file', stats, Number(stats.size))),
        );
    }
    const statsAt = (nameIdx: number): InodeStats | undefined => {
      const row = rows[nameIdx] ?? -1;
      return row < 0 ? undefined : this.#inodes.get(row);
    };
    return { names, statsOf: statsAt, headOf: (nameIdx) => heads.get(nameIdx), folders };
  }
}

const HEAD_BLOCK_BYTES = 2 ** 20;

/** Texts as bytes, one behind the other in large blocks: as strings the collector would copy each of them twice. */
class HeadStore {
  #block: Buffer = Buffer.alloc(0);
  #used = 0;

  clear(): void {
    this.#block = Buffer.alloc(0);
    this.#used = 0;
  }

  /** @param text a byte string */
  add(text: string): Buffer {
    if (this.#used + text.length > this.#block.length) {
      this.#block = Buffer.allocUnsafeSlow(Math.max(HEAD_BLOCK_BYTES, text.length));
      this.#used = 0;
    }
    const begin = this.#used;
    this.#used += this.#block.write(text, begin, 'latin1');
    return this.#block.subarray(begin, this.#used);
  }
}

function statsOf(path: ByteString): InodeStats | undefined {
  try {
    return lstatSync(fsPath(path), { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined; // told when its turn comes
  }
}

function listNames(folder: ByteString): ByteString[] {
  // latin1 gives one character a byte: the names as byte strings.
  return readdirSync(fsPath(folder), { encoding: 'latin1' }) as ByteString[];
}
