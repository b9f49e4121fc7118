import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { byteStringOfText } from '@lumbung/stdx';
import { makeFifo, systemRandom } from '@lumbung/stdx/node';
import { afterEach, describe, expect, it } from 'vitest';
import type { Backend, FileInfo } from '../backend.ts';
import { CONFORMANCE_LAYOUT, describeBackend } from '../testing/index.ts';
import { openLocalBackend } from './index.ts';

let disposals: (() => void)[] = [];
afterEach(() => {
  for (const dispose of disposals.reverse()) dispose();
  disposals = [];
});

function newFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lumbung-local-'));
  disposals.push(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const CONFIG = { folder: '', name: 'config' };
const KEY = { folder: 'keys', name: 'a0'.repeat(32) };
const PACK = { folder: 'data', name: 'b1'.repeat(32) };

function openAt(place: string): Promise<Backend> {
  return openLocalBackend({ path: place, layout: CONFORMANCE_LAYOUT, random: systemRandom, modeFile: CONFIG });
}

async function created(place = path.join(newFolder(), 'repository')): Promise<Backend> {
  const backend = await openAt(place);
  await backend.create();
  return backend;
}

const modeOf = (file: string) => fs.lstatSync(file).mode & 0o7777;
const pathOf = (backend: Backend, ...parts: string[]) => path.join(backend.location, ...parts);
const PACK_PATH = ['data', 'b1', PACK.name];

/** Every name below a folder, leftovers too. */
function namesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? [] : [entry.name]));
}

async function listOf(backend: Backend, folder: string): Promise<string[]> {
  const found: FileInfo[] = [];
  for await (const info of backend.list(folder)) found.push(info);
  return found.map(({ name }) => name).sort();
}

describeBackend('a folder', {
  open: async (layout) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lumbung-local-'));
    const open = () => openLocalBackend({ path: path.join(folder, 'repository'), layout, random: systemRandom });
    return {
      backend: await open(),
      reopen: open,
      dispose: async () => fs.rmSync(folder, { recursive: true, force: true }),
    };
  },
});

describe('a folder as a backend', () => {
  it('has the layout and the modes of stock restic', async () => {
    const backend = await created();
    await backend.save(CONFIG, [Buffer.from('c')]);
    await backend.save(KEY, [Buffer.from('k')]);
    await backend.save(PACK, [Buffer.from('p')]);
    expect(fs.readdirSync(backend.location).sort()).toEqual(['config', 'data', 'keys', 'locks']);
    expect(fs.readdirSync(pathOf(backend, 'data'))).toHaveLength(256);
    for (const folder of ['.', 'data', 'data/00', 'data/ff', 'keys'])
      expect(modeOf(pathOf(backend, folder))).toBe(0o700);
    for (const file of [['config'], ['keys', KEY.name], PACK_PATH])
      expect(modeOf(pathOf(backend, ...file))).toBe(0o400);
    expect(namesBelow(backend.location)).toHaveLength(3);
  });

  it('is for the group where its config is', async () => {
    const first = await created();
    await first.save(CONFIG, [Buffer.from('c')]);
    fs.chmodSync(pathOf(first, 'config'), 0o440);
    fs.rmSync(pathOf(first, 'data', 'b1'), { recursive: true });
    const umask = process.umask(0);
    try {
      const shared = await openAt(first.location);
      await shared.save(PACK, [Buffer.from('p')]);
    } finally {
      process.umask(umask);
    }
    expect(modeOf(pathOf(first, 'data', 'b1'))).toBe(0o770);
    expect(modeOf(pathOf(first, ...PACK_PATH))).toBe(0o440);
  });

  it('makes a folder again that somebody cleared away, for many saves at once', async () => {
    const backend = await created();
    fs.rmSync(pathOf(backend, 'data'), { recursive: true });
    const names = Array.from({ length: 20 }, (_, nr) => `0${nr % 3}${String(nr).padStart(62, '0')}`);
    await Promise.all(names.map((name) => backend.save({ folder: 'data', name }, [Buffer.from(name)])));
    expect(await listOf(backend, 'data')).toEqual([...names].sort());
  });

  it('does not list what is nobody’s file', async () => {
    const backend = await created();
    await backend.save(KEY, [Buffer.from('k')]);
    await backend.save(PACK, [Buffer.from('p')]);
    const junk = [
      ['keys', `${KEY.name}-tmp-123456`],
      ['keys', '.DS_Store'],
      ['data', 'b1', `${PACK.name}-tmp-00ff00ff`],
      ['data', 'flat'],
      ['data', 'b1', `${PACK.name}-restic-temp-${'0'.repeat(32)}`],
      ['keys', 'a b'],
      ['keys', 'x'.repeat(240)],
    ]; // prettier-ignore
    for (const parts of junk) fs.writeFileSync(pathOf(backend, ...parts), 'junk');
    fs.mkdirSync(pathOf(backend, 'keys', 'folder'));
    fs.mkdirSync(pathOf(backend, 'data', 'b1', 'folder'));
    fs.writeFileSync(pathOf(backend, 'data', 'b1', 'folder', 'deep'), 'junk');
    fs.symlinkSync('nowhere', pathOf(backend, 'keys', 'link'));
    makeFifo(byteStringOfText(pathOf(backend, 'keys', 'pipe')), 0o600);
    expect(await listOf(backend, 'keys')).toEqual([KEY.name]);
    expect(await listOf(backend, 'data')).toEqual([PACK.name]);
    expect(await listOf(backend, '')).toEqual([]);
  });

  it('visits folders below a sharded one whatever their name, as stock restic does', async () => {
    const backend = await created();
    fs.mkdirSync(pathOf(backend, 'data', 'odd'));
    fs.writeFileSync(pathOf(backend, 'data', 'odd', PACK.name), 'p');
    expect(await listOf(backend, 'data')).toEqual([PACK.name]);
  });

  it('waits for no named pipe, and takes neither that nor a folder for a file', async () => {
    const backend = await created();
    makeFifo(byteStringOfText(pathOf(backend, 'keys', KEY.name)), 0o600);
    for (const act of [
      () => backend.load(KEY),
      () => backend.load(KEY, { offset: 0, length: 10 }),
      () => backend.stat(KEY),
    ]) {
      await expect(act()).rejects.toMatchObject({ code: 'BACKEND_NOT_A_FILE', kind: 'corruption' });
    }
    fs.mkdirSync(pathOf(backend, ...PACK_PATH));
    for (const act of [
      () => backend.load(PACK),
      () => backend.load(PACK, { offset: 0, length: 1 }),
      () => backend.stat(PACK),
      () => backend.remove(PACK),
      () => backend.save(PACK, [Buffer.from('p')]),
    ]) {
      await expect(act()).rejects.toMatchObject({ code: 'BACKEND_NOT_A_FILE', kind: 'corruption' });
    }
    expect(namesBelow(backend.location)).toEqual([KEY.name]);
  });

  it('refuses a place that is no folder', async () => {
    const folder = newFolder();
    fs.writeFileSync(path.join(folder, 'file'), 'x');
    fs.symlinkSync('loop', path.join(folder, 'loop'));
    for (const place of ['file', 'file/below', 'loop', 'loop/below', 'n'.repeat(300)]) {
      await expect(openAt(path.join(folder, place))).rejects.toMatchObject({
        code: 'BACKEND_NOT_A_FOLDER',
        kind: 'operator',
        context: { place: path.join(folder, place) },
      });
    }
  });

  it('opens a link to a folder', async () => {
    const first = await created();
    const link = path.join(newFolder(), 'link');
    fs.symlinkSync(first.location, link);
    await (await openAt(link)).save(KEY, [Buffer.from('k')]);
    expect(String(await first.load(KEY))).toBe('k');
  });

  it('says so when a file lies where a folder should', async () => {
    const folder = newFolder();
    const place = path.join(folder, 'repository');
    fs.mkdirSync(place);
    fs.writeFileSync(path.join(place, 'keys'), 'x');
    const backend = await openAt(place);
    for (const act of [
      () => backend.create(),
      () => backend.save(KEY, []),
      () => backend.load(KEY),
      () => backend.remove(KEY),
      () => listOf(backend, 'keys'),
    ]) {
      await expect(act()).rejects.toMatchObject({ code: 'BACKEND_NOT_A_FOLDER', kind: 'operator' });
    }
  });
});

/** Acts as somebody who may do nothing: the tests run as root, whom no mode stops. */
async function asNobody(act: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return await act();
  process.setegid?.(65_534);
  process.seteuid?.(65_534);
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

describe('a folder that refuses', () => {
  it('denies access by name', async () => {
    const folder = newFolder();
    fs.chmodSync(folder, 0o755);
    const backend = await created(path.join(folder, 'repository'));
    await backend.save(KEY, [Buffer.from('k')]);
    if (process.getuid?.() !== 0) fs.chmodSync(backend.location, 0o000);
    const denied = { code: 'BACKEND_ACCESS_DENIED', kind: 'operator' };
    await asNobody(async () => {
      for (const act of [
        () => backend.load(KEY),
        () => backend.stat(KEY),
        () => backend.save(PACK, [Buffer.from('p')]),
        () => backend.remove(KEY),
        () => listOf(backend, 'keys'),
        () => openAt(path.join(backend.location, 'below')),
      ]) {
        await expect(act()).rejects.toMatchObject(denied);
      }
    });
    if (process.getuid?.() !== 0) fs.chmodSync(backend.location, 0o700);
    expect(await listOf(backend, 'keys')).toEqual([KEY.name]);
  });
});

// By their paths: they are programs of the system, not of this package.
const MOUNT = '/bin/mount';
const UMOUNT = '/bin/umount';

/** A small file system of its own, where we may mount one. */
function mountTmpfs(sizeBytes: number): string | undefined {
  const folder = newFolder();
  const { status } = spawnSync(MOUNT, ['-t', 'tmpfs', '-o', `size=${sizeBytes},mode=755`, 'tmpfs', folder]);
  if (status !== 0) return undefined;
  disposals.push(() => spawnSync(UMOUNT, ['-l', folder]));
  return folder;
}

describe('a medium', () => {
  it('that is full says so, keeps what it had, and takes files again when there is room', async (context) => {
    const place = mountTmpfs(4 * 2 ** 20);
    if (place === undefined) return context.skip('mounting a small tmpfs needs root');
    const backend = await created(path.join(place, 'repository'));
    await backend.save(KEY, [Buffer.from('k')]);
    const large = [Buffer.alloc(2 ** 20, 1), Buffer.alloc(9 * 2 ** 20, 2)];
    for (let round = 0; round < 3; round += 1) {
      await expect(backend.save(PACK, large)).rejects.toMatchObject({
        code: 'BACKEND_NO_SPACE',
        kind: 'operator',
        context: { errno: 'ENOSPC' },
      });
      // Else the third round would fail for the leftovers of the first.
      expect(namesBelow(place)).toEqual([KEY.name]);
    }
    await expect(backend.save(KEY, large)).rejects.toMatchObject({ code: 'BACKEND_NO_SPACE' });
    expect(String(await backend.load(KEY))).toBe('k');
    await backend.save(PACK, [Buffer.alloc(2 ** 20)]);
    return undefined;
  });

  it('that is read-only says so, and can be read', async (context) => {
    const place = mountTmpfs(4 * 2 ** 20);
    if (place === undefined) return context.skip('mounting a small tmpfs needs root');
    const backend = await created(path.join(place, 'repository'));
    await backend.save(KEY, [Buffer.from('k')]);
    expect(spawnSync(MOUNT, ['-o', 'remount,ro', place]).status).toBe(0);
    const readOnly = { code: 'BACKEND_READ_ONLY', kind: 'operator' };
    await expect(backend.save(PACK, [Buffer.from('p')])).rejects.toMatchObject(readOnly);
    await expect(backend.save(KEY, [Buffer.from('p')])).rejects.toMatchObject(readOnly);
    await expect(backend.remove(KEY)).rejects.toMatchObject(readOnly);
    await expect((await openAt(path.join(place, 'other'))).create()).rejects.toMatchObject(readOnly);
    expect(String(await backend.load(KEY))).toBe('k');
    return undefined;
  });
});
