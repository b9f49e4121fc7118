import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { plaintextBytesOf } from '../snapshot/blob-tally.ts';

/** Content that is loaded together and held until it was written: two of these are in memory at once, plus one blob. */
const WINDOW = { bytes: 8 * 2 ** 20, items: 1024 } as const;

/** In the order in which it is to be written. */
export type DumpStep<Item> =
  | { readonly kind: 'begin'; readonly item: Item }
  /** An index entry of a data blob. */
  | { readonly kind: 'blob'; readonly entry: number }
  | { readonly kind: 'end'; readonly item: Item };

export type DumpChunk<Item> =
  | { readonly kind: 'begin'; readonly item: Item }
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'end'; readonly item: Item };

/**
 * The steps with their content. Content is read in windows, pack by pack within a window, and the next window is read while
 * the consumer writes the current one: one blob at a time would cost a request each.
 *
 * @throws LumbungError BLOB_DAMAGED (corruption), BACKEND_*, and the signal's reason
 */
export async function* loadInWindows<Item>(
  indexed: IndexedRepository,
  steps: AsyncIterable<DumpStep<Item>>,
  signal: AbortSignal | undefined,
): AsyncGenerator<DumpChunk<Item>, void, undefined> {
  let ahead: Promise<DumpChunk<Item>[]> | undefined;
  try {
    for await (const window of windowsOf(indexed, steps)) {
      const before = ahead;
      ahead = loadWindow(indexed, window, signal);
      // The failure of a window is thrown when its turn comes.
      ahead.catch(() => undefined);
      if (before !== undefined) yield* drain(await before);
    }
    if (ahead !== undefined) yield* drain(await ahead);
  } finally {
    await ahead?.catch(() => undefined);
  }
}

async function* windowsOf<Item>(
  indexed: IndexedRepository,
  steps: AsyncIterable<DumpStep<Item>>,
): AsyncGenerator<DumpStep<Item>[], void, undefined> {
  let window: DumpStep<Item>[] = [];
  let bytes = 0;
  for await (const step of steps) {
    window.push(step);
    if (step.kind === 'blob') bytes += plaintextBytesOf(indexed.index, step.entry);
    if (bytes < WINDOW.bytes && window.length < WINDOW.items) continue;
    yield window;
    window = [];
    bytes = 0;
  }
  if (window.length > 0) yield window;
}

async function loadWindow<Item>(
  indexed: IndexedRepository,
  window: readonly DumpStep<Item>[],
  signal: AbortSignal | undefined,
): Promise<DumpChunk<Item>[]> {
  const entriesOfPack = new Map<number, Set<number>>();
  for (const step of window) {
    if (step.kind !== 'blob') continue;
    const packNr = indexed.index.packOf(step.entry);
    const entries = entriesOfPack.get(packNr);
    if (entries === undefined) entriesOfPack.set(packNr, new Set([step.entry]));
    else entries.add(step.entry);
  }
  const plaintexts = new Map<number, Buffer>();
  for (const [packNr, entries] of entriesOfPack) {
    const keep = (entry: number, plaintext: Buffer): void => {
      plaintexts.set(entry, plaintext);
    };
    await indexed.loadBlobsOfPack(packNr, [...entries], keep, { signal });
  }
  return window.flatMap((step): DumpChunk<Item>[] => {
    if (step.kind !== 'blob') return [step];
    const bytes = plaintexts.get(step.entry);
    return bytes === undefined ? [] : [{ kind: 'data', bytes }];
  });
}

/** Lets go of each chunk as it is handed out. */
function* drain<T>(chunks: T[]): Generator<T, void, undefined> {
  chunks.reverse();
  for (let chunk = chunks.pop(); chunk !== undefined; chunk = chunks.pop()) yield chunk;
}
