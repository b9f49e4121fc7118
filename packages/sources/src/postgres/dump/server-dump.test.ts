import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock, systemRandom } from '@lumbung/stdx/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Target } from '../../connection/target.ts';
import type { Control } from '../../driver.ts';
import { readManifest } from '../../manifest/manifest-file.ts';
import { folderTree, haveServer, startPostgres, storeEntries, type TestServer } from '../../testing/index.ts';
import { verifyTree } from '../../verify/verify-tree.ts';
import { dumpServer } from './server-dump.ts';

const control: Control = {
  signal: new AbortController().signal,
  clock: systemClock,
  random: systemRandom,
  progress: () => undefined,
  note: () => undefined,
  stallMs: 60_000,
  hardMs: 600_000,
};

describe.skipIf(!haveServer('postgres'))('a dump of what belongs to no database', () => {
  let server: TestServer;
  let folder: string;
  let runs = 0;
  beforeAll(async () => {
    server = await startPostgres({ settings: { log_min_duration_statement: '5000' } });
    await server.client(`CREATE ROLE "odd ""one""" LOGIN PASSWORD 'hush'; CREATE ROLE few LOGIN PASSWORD 'p'`);
  });
  afterAll(async () => {
    await server.stop();
  });
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lumbung-postgres-server-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function dump(target: Target = server.target): Promise<string> {
    runs += 1;
    const out = path.join(folder, `out-${runs}`);
    const workspace = path.join(folder, `workspace-${runs}`);
    await mkdir(workspace, { mode: 0o700 });
    await storeEntries(dumpServer(target, { folder: workspace, limitBytes: 1e9 }, control).entries, out);
    return out;
  }

  it('holds roles with their passwords, and the settings that were changed', async () => {
    const out = await dump();
    const globals = await readFile(path.join(out, 'server/globals.sql'), 'utf8');
    expect(globals).toContain('CREATE ROLE "odd ""one"""');
    expect(globals).toContain('SCRAM-SHA-256$');
    expect(globals).not.toContain('restrict ');
    expect(await readFile(path.join(out, 'server/settings.json'), 'utf8')).toContain('log_min_duration_statement');
    expect((await readManifest(folderTree(out))).rolesReferenced).toContain('odd "one"');
    for await (const finding of verifyTree(folderTree(out), control)) throw new Error(JSON.stringify(finding));
  });

  it('is the same twice, but for the manifest', async () => {
    const [first, second] = [await dump(), await dump()];
    const [before, after] = await Promise.all([first, second].map((out) => readManifest(folderTree(out))));
    expect(after?.files).toEqual(before?.files);
  });

  it('says so when the passwords are missing', async () => {
    const out = await dump({ ...server.target, user: 'few' });
    expect(await readFile(path.join(out, 'server/globals.sql'), 'utf8')).not.toContain('SCRAM-SHA-256$');
    expect((await readManifest(folderTree(out))).warnings).toMatchObject([{ code: 'role-passwords-missing' }]);
  });
});
