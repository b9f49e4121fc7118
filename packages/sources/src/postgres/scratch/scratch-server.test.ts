import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { isProcessAlive, systemClock, systemRandom } from '@lumbung/stdx/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Control } from '../../driver.ts';
import { folderTree, haveServer, loadMuseum, startPostgres, storeEntries } from '../../testing/index.ts';
import { postgresDriver } from '../postgres-driver.ts';
import { startScratchServer } from './scratch-server.ts';

const control: Control = {
  signal: new AbortController().signal,
  clock: systemClock,
  random: systemRandom,
  progress: () => undefined,
  note: () => undefined,
  stallMs: 60_000,
  hardMs: 600_000,
};

describe.skipIf(!haveServer('postgres'))('a scratch server of PostgreSQL', () => {
  let root: string;

  beforeAll(async () => {
    root = await mkdtemp('/dev/shm/lumbung-scratch-');
    await chmod(root, 0o711);
  });
  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
  });

  async function newWorkspace(name: string) {
    const folder = path.join(root, name);
    await mkdir(folder, { mode: 0o700 });
    return { folder, limitBytes: 1e12 };
  }

  async function pidIn(folder: string): Promise<number> {
    const [name = ''] = await readdir(folder);
    return Number((await readFile(path.join(folder, name, 'data/postmaster.pid'), 'utf8')).split('\n')[0]);
  }

  async function untilGone(pid: number): Promise<void> {
    while (isProcessAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  it('takes a dump of everything, roles included, proves its values, and leaves nothing', async () => {
    await using server = await startPostgres();
    await loadMuseum(server, 'museum', { bigRows: 1000 });
    const tree = path.join(root, 'tree');
    const options = { parallel: 2, excludeData: [], untransactional: 'refuse' } as const;
    const dump = postgresDriver.dump(server.target, 'museum', options, await newWorkspace('dump'), control);
    await storeEntries(dump.entries, tree);
    const workspace = await newWorkspace('drill');
    const scratch = await startScratchServer(server.version, workspace, control);
    const pid = await pidIn(workspace.folder);
    const plan = await postgresDriver.planRestore(
      scratch.target,
      folderTree(tree),
      { database: 'drill', ownership: { kind: 'keep' }, verify: 'values', parallel: 2, createRoles: true },
      control,
    );
    const report = await postgresDriver.restore(plan, folderTree(tree), await newWorkspace('restore'), control);
    expect(report.findings).toEqual([]);
    expect(report.tables.every(({ compared }) => compared === 'sha256')).toBe(true);
    await scratch.stop();
    await scratch.stop();
    expect(isProcessAlive(pid)).toBe(false);
    expect(await readdir(workspace.folder)).toEqual([]);
  });

  it('listens on its socket alone, and runs not as root', async () => {
    const workspace = await newWorkspace('closed');
    await using scratch = await startScratchServer('10.1', workspace, control);
    expect(scratch.target.address.kind).toBe('socket');
    const pid = await pidIn(workspace.folder);
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    expect(/^Uid:\t(\d+)/m.exec(status)?.[1]).not.toBe('0');
    const sockets = await readFile(`/proc/${pid}/net/tcp`, 'utf8');
    expect(sockets).not.toMatch(/:1538 [0-9A-F]{8}:0000 0A/);
  });

  it('needs the programs of a server', async () => {
    await expect(startScratchServer('99.1', await newWorkspace('none'), control)).rejects.toMatchObject({
      code: 'DB_SERVER_MISSING',
      context: { package: 'postgresql-99' },
    });
  });

  it('that cannot start says why, and leaves nothing', async () => {
    const long = await newWorkspace('x'.repeat(90));
    await expect(startScratchServer('10.1', long, control)).rejects.toMatchObject({ code: 'DB_SCRATCH_FAILED' });
    expect(await readdir(long.folder)).toEqual([]);
  });

  it.skipIf(process.getuid?.() !== 0)('says which folder above it nobody else may pass through', async () => {
    const outer = await newWorkspace('outer');
    const inner = path.join(outer.folder, 'inner');
    await mkdir(inner, { mode: 0o700 });
    const start = startScratchServer('10.1', { folder: inner, limitBytes: 1e12 }, control);
    await expect(start).rejects.toThrow(outer.folder);
  });

  it('is ended when it is cancelled', async () => {
    const workspace = await newWorkspace('cancelled');
    const abort = new AbortController();
    const clock = {
      nowMs: () => systemClock.nowMs(),
      monotonicMs: () => systemClock.monotonicMs(),
      sleep: async (delayMs: number, signal?: AbortSignal) => {
        if (delayMs === 50) abort.abort(new Error('cancelled'));
        await systemClock.sleep(delayMs, signal);
      },
    };
    const start = startScratchServer('10.1', workspace, { ...control, clock, signal: abort.signal });
    await expect(start).rejects.toThrow('cancelled');
    expect(await readdir(workspace.folder)).toEqual([]);
  });

  it('dies with the process that started it, and the next one clears away what is left', async () => {
    const workspace = await newWorkspace('orphan');
    const module = (name: string) => JSON.stringify(path.join(import.meta.dirname, name));
    const script = `
      const { startScratchServer } = await import(${module('scratch-server.ts')});
      const { systemClock, systemRandom } = await import('@lumbung/stdx/node');
      const control = { signal: new AbortController().signal, clock: systemClock, random: systemRandom,
        progress() {}, note() {}, stallMs: 1e5, hardMs: 1e6 };
      await startScratchServer('10.1', { folder: ${JSON.stringify(workspace.folder)}, limitBytes: 1e12 }, control);
      console.log('ready');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const pid = await pidIn(workspace.folder);
    expect(isProcessAlive(pid)).toBe(true);
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
    await untilGone(pid);
    const [left = ''] = await readdir(workspace.folder);
    expect(left).toMatch(/^pg-/);
    // Not one of ours: it stays.
    await mkdir(path.join(workspace.folder, 'pg-of-somebody'));
    await writeFile(path.join(workspace.folder, 'pg-of-somebody/scratch.json'), '{"owner":"me"}');
    await using scratch = await startScratchServer('10.1', workspace, control);
    expect(scratch.target.address).toMatchObject({ kind: 'socket' });
    const names = await readdir(workspace.folder);
    expect(names).not.toContain(left);
    expect(names).toContain('pg-of-somebody');
  });
});
