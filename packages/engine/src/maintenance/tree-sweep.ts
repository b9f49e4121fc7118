import { isLumbungError } from '@lumbung/stdx';
import { isDamage } from '../repository/file-damage.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { SharedBitset } from './shared-bitset.ts';
import type { PackStretch, TreeProblem, TreePurpose, TreesVerdict } from './workers/messages.ts';
import type { PackPool } from './workers/pack-pool.ts';
import { TreeReader } from './workers/tree-reader.ts';

/** Stretches of tree packs begin at multiples of this, and hold the trees that begin in them. */
const STRETCH_BYTES = 8 * 2 ** 20;
/** Stretches kept in memory: 64 MiB, but for stretches that end with a huge tree. */
const STRETCHES_KEPT_MAX = 8;
/** Trees in one job, at most: small enough that the other threads get their part of what a stretch leads to. */
const TREES_PER_JOB_MAX = 512;

export interface TreeSweepOptions {
  readonly pool: PackPool;
  readonly purpose: TreePurpose;
  readonly signal: AbortSignal;
  readonly onProblem: (problem: TreeProblem) => void;
  /** Problems that were too many to tell. */
  readonly onProblemsOmitted: (count: number) => void;
  /** A tree that cannot be read from any place. */
  readonly onUnreadable: (entry: number, error: unknown) => void;
  readonly onProgress?: ((treesDone: number) => void) | undefined;
}

interface Place {
  readonly packNr: number;
  readonly stretchNr: number;
  entries: number[];
}

/**
 * Reads every tree that is reachable from some roots once, in the order in which they lie in their packs as far as one can: a
 * stretch of a pack that is in memory is used for all trees known to lie in it before the next is fetched. Trees of one backup
 * lie side by side, so nearly every stretch is fetched once.
 */
export class TreeSweep {
  readonly #indexed: IndexedRepository;
  readonly #options: TreeSweepOptions;
  /** Trees that are reachable: bits of their first entries. */
  readonly found: SharedBitset;
  /** All blobs that are reachable, trees too: bits of their first entries. */
  readonly used: SharedBitset;
  readonly #places = new Map<string, Place>();
  readonly #stretches = new Map<string, Promise<PackStretch | undefined>>();
  #treesDone = 0;

  constructor(indexed: IndexedRepository, options: TreeSweepOptions) {
    this.#indexed = indexed;
    this.#options = options;
    this.found = SharedBitset.create(indexed.index.blobCount);
    this.used = SharedBitset.create(indexed.index.blobCount);
  }

  get treesDone(): number {
    return this.#treesDone;
  }

  /** Adds a tree to start from, unless it was found before.
   *  @param entry its first entry, as `find` tells it */
  addRoot(entry: number): void {
    this.used.add(entry);
    if (this.found.add(entry)) this.#put([entry]);
  }

  /** Adds a tree to read that does not count as used by that. */
  addLooseRoot(entry: number): void {
    if (this.found.add(entry)) this.#put([entry]);
  }

  /** Reads until nothing is left to read. May be called again after further roots. */
  async run(): Promise<void> {
    const running = new Set<Promise<void>>();
    const { pool, signal } = this.#options;
    let failure: { readonly error: unknown } | undefined;
    while (failure === undefined) {
      const place = this.#largestPlace();
      if (place === undefined) {
        if (running.size === 0) return;
        await Promise.race(running);
        continue;
      }
      const entries = this.#take(place, Math.max(1, pool.jobsInFlightMax));
      const one: Promise<void> = this.#readAt(place, entries)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => running.delete(one));
      running.add(one);
      if (running.size >= pool.jobsInFlightMax) await Promise.race(running);
      if (signal.aborted) failure ??= { error: signal.reason };
    }
    await Promise.all(running);
    throw failure.error;
  }

  #put(entries: readonly number[]): void {
    const { index } = this.#indexed;
    for (const entry of entries) {
      const packNr = index.packOf(entry);
      const stretchNr = stretchNrOf(index.offsetOf(entry));
      const key = `${packNr}:${stretchNr}`;
      const place = this.#places.get(key);
      if (place === undefined) this.#places.set(key, { packNr, stretchNr, entries: [entry] });
      else place.entries.push(entry);
    }
  }

  /** Most is gained where most trees wait; what is in memory comes first of all. */
  #largestPlace(): Place | undefined {
    let largest: Place | undefined;
    let largestWeight = 0;
    for (const [key, place] of this.#places) {
      const weight = place.entries.length + (this.#stretches.has(key) ? 2 ** 32 : 0);
      if (weight <= largestWeight) continue;
      largest = place;
      largestWeight = weight;
    }
    return largest;
  }

  /** A part of what waits at a place, so that other threads have something to do there too. */
  #take(place: Place, shareCount: number): number[] {
    const count = Math.min(TREES_PER_JOB_MAX, Math.ceil(place.entries.length / shareCount));
    const taken = place.entries.splice(Math.max(0, place.entries.length - count));
    if (place.entries.length === 0) this.#places.delete(`${place.packNr}:${place.stretchNr}`);
    return taken;
  }

  async #readAt(place: Place, entries: readonly number[]): Promise<void> {
    const { pool, purpose } = this.#options;
    const stretch = await this.#stretchAt(place);
    if (stretch === undefined) {
      await this.#readElsewhere(entries);
      return;
    }
    const { verdict } = await pool.run({
      kind: 'trees',
      purpose,
      stretch,
      entries,
      treesMax: TREES_PER_JOB_MAX,
      found: this.found.buffer,
      used: this.used.buffer,
    });
    this.#accept(verdict);
    await this.#readElsewhere(verdict.damaged);
  }

  #accept(verdict: Pick<TreesVerdict, 'pending' | 'treesDone' | 'problems' | 'problemsOmitted'>): void {
    this.#put(verdict.pending);
    this.#treesDone += verdict.treesDone;
    for (const problem of verdict.problems) this.#options.onProblem(problem);
    if (verdict.problemsOmitted > 0) this.#options.onProblemsOmitted(verdict.problemsOmitted);
    this.#options.onProgress?.(this.#treesDone);
  }

  /** Trees that were not readable where they were looked for: from wherever else they lie. */
  async #readElsewhere(entries: readonly number[]): Promise<void> {
    const { purpose, signal, onUnreadable } = this.#options;
    const { index } = this.#indexed;
    for (const entry of entries) {
      const reader = new TreeReader(index, { found: this.found, used: this.used }, purpose);
      try {
        reader.read(entry, await this.#indexed.loadBlob('tree', index.idOf(entry), signal));
      } catch (error) {
        signal.throwIfAborted();
        if (!isLumbungError(error) || error.kind === 'bug') throw error;
        onUnreadable(entry, error);
      }
      const { pending, problems, problemsOmitted } = reader;
      this.#accept({ pending, treesDone: 1, problems, problemsOmitted });
    }
  }

  /** Undefined: the pack is missing or shorter than the index says, so each tree has to be looked for by itself. */
  #stretchAt(place: Place): Promise<PackStretch | undefined> {
    const key = `${place.packNr}:${place.stretchNr}`;
    const present = this.#stretches.get(key);
    if (present !== undefined) return present;
    const loading = this.#loadStretch(place);
    this.#stretches.set(key, loading);
    for (const oldest of this.#stretches.keys()) {
      if (this.#stretches.size <= STRETCHES_KEPT_MAX) break;
      this.#stretches.delete(oldest);
    }
    return loading;
  }

  async #loadStretch(place: Place): Promise<PackStretch | undefined> {
    const { index, repository } = this.#indexed;
    const { signal, pool } = this.#options;
    const { begin, end } = this.#boundsOf(place);
    let bytes: Buffer;
    try {
      bytes = await repository.loadPackRange(
        index.packId(place.packNr),
        { offset: begin, length: end - begin },
        { signal },
      );
    } catch (error) {
      signal.throwIfAborted();
      if (isDamage(error)) return undefined;
      throw error;
    }
    return { packNr: place.packNr, offset: begin, bytes: pool.workerCount === 0 ? bytes : sharedCopyOf(bytes) };
  }

  #boundsOf(place: Place): { begin: number; end: number } {
    const { index } = this.#indexed;
    let begin = Number.POSITIVE_INFINITY;
    let end = 0;
    for (const entry of index.entriesOfPack(place.packNr)) {
      const offset = index.offsetOf(entry);
      if (index.typeOf(entry) !== 'tree' || stretchNrOf(offset) !== place.stretchNr) continue;
      begin = Math.min(begin, offset);
      end = Math.max(end, offset + index.lengthOf(entry));
    }
    return { begin, end };
  }
}

function stretchNrOf(offset: number): number {
  return Math.floor(offset / STRETCH_BYTES);
}

/** Several threads read it at once; copying 8 MiB costs 2 ms, fetching it again more. */
function sharedCopyOf(bytes: Buffer): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}
