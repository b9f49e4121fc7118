import type { BlobIndex } from '../blob-index/blob-index.ts';
import type { Repository } from './repository.ts';

/** Trees are small and lie beside their neighbours: one read of a stretch of their pack serves many. */
const WINDOW_BYTES = { remote: 2 ** 20, local: 4 * 2 ** 20 } as const;
/** Windows in memory: 32 MiB at most, but for windows whose last tree is huge. */
const WINDOWS_MAX = { remote: 32, local: 8 } as const;
/** A tree longer than this is read by itself and not kept. */
const TREE_BYTES_MAX = 8 * 2 ** 20;

interface TreeWindow {
  readonly begin: number;
  readonly bytes: Buffer;
}

/** Stretches of tree packs in memory, least recently used out first. A window holds all trees that begin in it. Its bytes
 *  are as they came: the reader verifies each blob. */
export class TreeWindows {
  readonly #repository: Repository;
  readonly #index: BlobIndex;
  readonly #windowBytes: number;
  readonly #windowsMax: number;
  readonly #windows = new Map<string, TreeWindow>();
  readonly #loading = new Map<string, Promise<TreeWindow>>();

  constructor(repository: Repository, index: BlobIndex) {
    const where = repository.backend.properties.isLocal ? 'local' : 'remote';
    this.#repository = repository;
    this.#index = index;
    this.#windowBytes = WINDOW_BYTES[where];
    this.#windowsMax = WINDOWS_MAX[where];
  }

  /** The sealed bytes of the tree, if its window is in memory. */
  peek(entry: number): Uint8Array | undefined {
    const key = this.#keyOf(entry);
    const window = this.#windows.get(key);
    if (window === undefined) return undefined;
    this.#windows.delete(key);
    this.#windows.set(key, window);
    return this.#cut(window, entry);
  }

  /** The sealed bytes of the tree; undefined: it is too long for a window. */
  async load(entry: number, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
    if (this.#index.lengthOf(entry) > TREE_BYTES_MAX) return undefined;
    const present = this.peek(entry);
    if (present !== undefined) return present;
    const key = this.#keyOf(entry);
    let loading = this.#loading.get(key);
    if (loading === undefined) {
      // Shared by all who wait for it, so one caller's signal must not cancel it.
      loading = this.#read(entry).finally(() => this.#loading.delete(key));
      this.#loading.set(key, loading);
      loading.then(
        (window) => this.#keep(key, window),
        () => undefined, // told to those who wait
      );
    }
    const window = await loading;
    signal?.throwIfAborted();
    return this.#cut(window, entry);
  }

  #cut(window: TreeWindow, entry: number): Uint8Array | undefined {
    const at = this.#index.offsetOf(entry) - window.begin;
    const end = at + this.#index.lengthOf(entry);
    return at < 0 || end > window.bytes.length ? undefined : window.bytes.subarray(at, end);
  }

  #keep(key: string, window: TreeWindow): void {
    this.#windows.set(key, window);
    for (const oldest of this.#windows.keys()) {
      if (this.#windows.size <= this.#windowsMax) break;
      this.#windows.delete(oldest);
    }
  }

  async #read(entry: number): Promise<TreeWindow> {
    const index = this.#index;
    const packNr = index.packOf(entry);
    const windowNr = this.#windowNrOf(entry);
    let begin = index.offsetOf(entry);
    let end = begin + index.lengthOf(entry);
    for (const other of index.entriesOfPack(packNr)) {
      if (index.typeOf(other) !== 'tree' || index.lengthOf(other) > TREE_BYTES_MAX) continue;
      if (this.#windowNrOf(other) !== windowNr) continue;
      begin = Math.min(begin, index.offsetOf(other));
      end = Math.max(end, index.offsetOf(other) + index.lengthOf(other));
    }
    const bytes = await this.#repository.loadTreePackRange(index.packId(packNr), {
      offset: begin,
      length: end - begin,
    });
    return { begin, bytes };
  }

  #windowNrOf(entry: number): number {
    return Math.floor(this.#index.offsetOf(entry) / this.#windowBytes);
  }

  #keyOf(entry: number): string {
    return `${this.#index.packOf(entry)}:${this.#windowNrOf(entry)}`;
  }
}
