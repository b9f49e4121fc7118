// A dump of one tool, as the simplest driver would make it: what comes out when the tool does what tools do.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { SourceEntry } from '../entry/source-entry.ts';
import { ToolProcess } from '../process/tool-process.ts';
import { HandClock } from '../testing/hand-clock.ts';
import { sampleManifest } from '../testing/sample-manifest.ts';
import { accountRows, type RowsAccount } from './account-stream.ts';
import { tableDigest } from './digest.ts';
import type { Manifest } from './manifest.ts';
import { manifestDump } from './manifest-dump.ts';
import { parseManifest } from './manifest-file.ts';

const folder = mkdtempSync('/tmp/lumbung-dump-');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const FILE = 'data/surat/0000.copy';

function dumpOf(script: string, expectedRows: number, signal = new AbortController().signal) {
  const file = path.join(folder, 'pg_toy');
  writeFileSync(file, `#!/bin/bash\n${script}\n`);
  chmodSync(file, 0o700);
  return manifestDump(signal, async (sink): Promise<Manifest> => {
    const control = { signal: sink.signal, clock: new HandClock(), stallMs: 60_000, hardMs: 60_000 };
    const tool = { name: 'pg_toy', path: file, packageName: 'toys' };
    const child = new ToolProcess({ tool, args: [], homeFolder: folder }, control);
    let account: RowsAccount | undefined;
    await sink.store(FILE, () => accountRows(child.stdout, (found) => void (account = found)));
    await child.done;
    if (account?.rows !== expectedRows) throw new Error('the catalogue has other rows');
    const segments = [{ path: FILE, rows: account.rows, bytes: account.bytes, sha256: account.sha256 }];
    const { rows, bytes, rowsum } = account;
    const sums = { rows, bytes, rowsum, sha256: tableDigest(segments) };
    const table = { name: 'surat', columns: ['id'], generated: [], order: null, ...sums, segments };
    return sampleManifest({ tables: [table] });
  });
}

/** Stores what comes, as whoever stores it does; `given` also says what came before a failure. */
async function store(entries: AsyncIterable<SourceEntry>, given: Map<string, Buffer>): Promise<void> {
  for await (const entry of entries) {
    const chunks: Buffer[] = [];
    for await (const chunk of await entry.open()) chunks.push(Buffer.from(chunk as Uint8Array)); // a byte stream
    given.set(entry.path, Buffer.concat(chunks));
  }
}

describe('a dump', () => {
  it('ends in a manifest of what came before it', async () => {
    const { entries, manifest } = dumpOf(`printf '1\\n2\\n'`, 2);
    const given = new Map<string, Buffer>();
    await store(entries, given);
    expect([...given.keys()]).toEqual([FILE, 'manifest.json']);
    expect(parseManifest(given.get('manifest.json') ?? Buffer.alloc(0))).toEqual(await manifest);
    expect((await manifest).tables[0]).toMatchObject({ rows: 2, bytes: 4 });
  });

  const failures: readonly (readonly [string, string])[] = [
    ['half of its output and an exit code', `printf '1\\n'; exit 2`],
    ['all of its output and an exit code', `printf '1\\n2\\n'; exit 1`],
    ['half of a row and success', `printf '1\\n2'`],
    ['half of its rows and success', `printf '1\\n'`],
    ['more rows than there are, and success', `printf '1\\n2\\n3\\n'`],
    ['all of its output, and is killed', `printf '1\\n2\\n'; kill -KILL $$`],
    ['nothing and success', `exit 0`],
    ['an error message where the rows should be, and success', `echo 'error: no such table'`],
  ];
  it.each(failures)('of a tool that gives %s has none', async (_title, script) => {
    const { entries, manifest } = dumpOf(script, 2);
    const given = new Map<string, Buffer>();
    await expect(store(entries, given)).rejects.toThrow();
    await expect(manifest).rejects.toThrow();
    expect(given.has('manifest.json')).toBe(false);
  });

  it('that is cancelled has none, and its tool is gone', async () => {
    const abort = new AbortController();
    const { entries, manifest } = dumpOf(`printf '1\\n'; exec sleep 1000`, 2, abort.signal);
    const given = new Map<string, Buffer>();
    const stored = store(entries, given);
    setImmediate(() => abort.abort(new Error('cancelled')));
    await expect(stored).rejects.toThrow('cancelled');
    await expect(manifest).rejects.toThrow('cancelled');
    expect([...given.keys()]).toEqual([]);
  });
});
