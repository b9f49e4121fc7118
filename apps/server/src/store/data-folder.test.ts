import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeDataFolder } from './data-folder.ts';

let root = '';
let number = 0;
const newFolder = (): string => path.join(root, `data${(number += 1)}`, 'inner');

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'lumbung-data-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

/** `lumbung serve` of somebody else: holds the folder until it is shot. */
async function startHolder(folder: string) {
  const program = `
    import { takeDataFolder } from ${JSON.stringify(path.join(import.meta.dirname, 'data-folder.ts'))};
    globalThis.held = await takeDataFolder(process.argv[1], { pid: process.pid });
    console.log('held');
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('the data folder', () => {
  it('is made for its owner alone', async () => {
    const folder = newFolder();
    await using _data = await takeDataFolder(folder, { pid: 4711 });
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await readFile(path.join(folder, 'lumbung.pid'), 'utf8')).toBe('4711\n');
  });

  it('is refused while another process holds it, and that one is named', async () => {
    const folder = newFolder();
    const holder = await startHolder(folder);
    await expect(takeDataFolder(folder, { pid: 1 })).rejects.toThrow(
      expect.objectContaining({ code: 'DATA_FOLDER_IN_USE', context: { path: folder, pid: holder.pid } }),
    );
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    // What it left names it still, and stands in nobody's way.
    expect(await readFile(path.join(folder, 'lumbung.pid'), 'utf8')).toBe(`${holder.pid}\n`);
    await using _data = await takeDataFolder(folder, { pid: 4712 });
    expect(await readFile(path.join(folder, 'lumbung.pid'), 'utf8')).toBe('4712\n');
  });

  it('is refused to a second start of the same process', async () => {
    const folder = newFolder();
    await using _data = await takeDataFolder(folder, { pid: 4711 });
    await rm(path.join(folder, 'lumbung.pid'));
    await expect(takeDataFolder(folder, { pid: 4711 })).rejects.toThrow(
      expect.objectContaining({ code: 'DATA_FOLDER_IN_USE', context: { path: folder, pid: undefined } }),
    );
  });

  it('is given to exactly one of many that start at once', async () => {
    const folder = newFolder();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, async (_, pid) => await takeDataFolder(folder, { pid: pid + 1 })),
    );
    const taken = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(taken).toHaveLength(1);
    for (const data of taken) await data.release();
  });

  it('leaves nothing behind when it is given back', async () => {
    const folder = newFolder();
    const data = await takeDataFolder(folder, { pid: 1 });
    await data.release();
    await data.release();
    expect(await readdir(folder)).toEqual([]);
    await using _again = await takeDataFolder(folder, { pid: 2 });
  });

  it.each([
    ['NFS', 0x6969],
    ['CIFS', 0xff534d42],
    ['SMB2', 0xfe534d42],
  ])('is refused on %s', async (fileSystem, type) => {
    const folder = newFolder();
    await expect(takeDataFolder(folder, { pid: 1, fileSystemType: async () => type })).rejects.toThrow(
      expect.objectContaining({ code: 'DATA_FOLDER_ON_NETWORK', context: { path: folder, fileSystem } }),
    );
    // Nothing was taken.
    await using _data = await takeDataFolder(folder, { pid: 1, fileSystemType: async () => 0xef53 });
  });

  it('is refused where there can be none', async () => {
    const file = path.join(root, 'file');
    await writeFile(file, '');
    await expect(takeDataFolder(file, { pid: 1 })).rejects.toThrow(
      expect.objectContaining({ code: 'DATA_FOLDER_UNUSABLE', kind: 'operator' }),
    );
  });
});
