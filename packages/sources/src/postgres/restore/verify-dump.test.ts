import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { systemClock, systemRandom } from '@lumbung/stdx/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Control } from '../../driver.ts';
import { sha256Hex } from '../../manifest/digest.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { readManifest } from '../../manifest/manifest-file.ts';
import { folderTree, haveServer, loadMuseum, startPostgres, storeEntries } from '../../testing/index.ts';
import type { Finding } from '../../verify/finding.ts';
import { dumpServer } from '../dump/server-dump.ts';
import { dumpBySnapshot } from '../dump/snapshot-dump.ts';
import { verifyDump } from './verify-dump.ts';

const control: Control = {
  signal: new AbortController().signal,
  clock: systemClock,
  random: systemRandom,
  progress: () => undefined,
  note: () => undefined,
  stallMs: 60_000,
  hardMs: 600_000,
};

describe.skipIf(!haveServer('postgres'))('verification of a stored dump of PostgreSQL', () => {
  let root: string;
  let copies = 0;

  beforeAll(async () => {
    root = await mkdtemp('/dev/shm/lumbung-verify-');
    await using server = await startPostgres();
    await loadMuseum(server, 'museum', { bigRows: 500 });
    await server.client('CREATE DATABASE plain');
    await server.client('CREATE TABLE a AS SELECT 1 AS n; CREATE TABLE b AS SELECT 2 AS n', 'plain');
    for (const database of ['museum', 'plain']) {
      const options = { parallel: 2, excludeData: ['b'], untransactional: 'refuse' } as const;
      const wanted = database === 'plain' ? options : { ...options, excludeData: [] };
      const dump = dumpBySnapshot(server.target, database, wanted, await workspace(), control);
      await storeEntries(dump.entries, path.join(root, database));
    }
    await storeEntries(dumpServer(server.target, await workspace(), control).entries, path.join(root, 'server'));
  });
  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
  });

  async function workspace() {
    copies += 1;
    const folder = path.join(root, `work-${copies}`);
    await mkdir(folder);
    return { folder, limitBytes: 1e12 };
  }

  async function findings(tree: string): Promise<string[]> {
    const found: Finding[] = [];
    for await (const finding of verifyDump(folderTree(tree), control)) found.push(finding);
    return found.map(({ code, severity, table, path: file }) => `${severity} ${code} ${table ?? file}`);
  }

  /** A copy that somebody changed, who knew how to make the manifest agree. */
  async function forged(database: string, change: (manifest: Manifest, folder: string) => unknown): Promise<string> {
    copies += 1;
    const copy = path.join(root, `copy-${copies}`);
    await cp(path.join(root, database), copy, { recursive: true });
    const manifest = await readManifest(folderTree(copy));
    await change(manifest, copy);
    await writeFile(path.join(copy, 'manifest.json'), JSON.stringify(manifest));
    return copy;
  }

  it('finds nothing in what was just dumped', async () => {
    expect(await findings(path.join(root, 'museum'))).toEqual([]);
    expect(await findings(path.join(root, 'plain'))).toEqual([]);
    expect(await findings(path.join(root, 'server'))).toEqual([]);
  });

  it('finds a table whose rows are gone, and rows whose table is gone', async () => {
    const gone = await forged('plain', async (manifest, folder) => {
      manifest.tables = [];
      await rm(path.join(folder, 'data'), { recursive: true });
    });
    expect(await findings(gone)).toEqual(['error inventory-differs public.a']);
    const strange = await forged('plain', (manifest) => {
      for (const table of manifest.tables) table.name = 'c';
    });
    expect(await findings(strange)).toEqual(['error inventory-differs public.c', 'error inventory-differs public.a']);
  });

  it('finds definitions that pg_restore cannot read, although their digest is right', async () => {
    const tree = await forged('museum', async (manifest, folder) => {
      const file = path.join(folder, 'schema/toc.dat');
      const toc = (await readFile(file)).subarray(0, 5000);
      await writeFile(file, toc);
      const entry = manifest.files.find(({ path: each }) => each === 'schema/toc.dat');
      Object.assign(entry ?? {}, { bytes: toc.length, sha256: sha256Hex(toc) });
    });
    expect(await findings(tree)).toEqual(['error content-invalid schema/toc.dat']);
  });

  it('finds a manifest that does not know the definitions, or what the database was like', async () => {
    const without = await forged('plain', (manifest) => {
      manifest.files = manifest.files.filter(({ path: file }) => file !== 'schema/toc.dat');
    });
    expect(await findings(without)).toEqual([
      'warning file-unexpected schema/toc.dat',
      'error manifest-invalid manifest.json',
    ]);
    const bare = await forged('plain', (manifest) => Object.assign(manifest, { details: {} }));
    expect(await findings(bare)).toEqual(['error manifest-invalid manifest.json']);
  });

  it('says of a damaged file that it is damaged, once', async () => {
    const tree = await forged('plain', (_, folder) => writeFile(path.join(folder, 'schema/toc.dat'), 'PGDMP'));
    expect(await findings(tree)).toEqual(['error file-size-differs schema/toc.dat']);
  });
});
