import { type EntrySink, entryStream } from '../entry/entry-stream.ts';
import type { SourceEntry } from '../entry/source-entry.ts';
import type { Manifest } from './manifest.ts';
import { manifestEntry, printManifest } from './manifest-file.ts';

/**
 * A dump (see `DatabaseDump`) of what `produce` stores: workers push files into the sink, as many at once as they have
 * sessions, and `produce` returns the manifest when everything was stored and checked. It becomes the last entry.
 */
export function manifestDump(
  signal: AbortSignal,
  produce: (sink: EntrySink) => Promise<Manifest>,
): { readonly entries: AsyncIterable<SourceEntry>; readonly manifest: Promise<Manifest> } {
  const { entries, result } = entryStream(signal, async (sink) => {
    const manifest = await produce(sink);
    return { result: manifest, last: manifestEntry(printManifest(manifest)) };
  });
  return { entries, manifest: result };
}
