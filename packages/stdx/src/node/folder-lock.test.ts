import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryLockFolder } from './folder-lock.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lumbung-folder-lock-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Another process, which tells whether it got the lock and then stays. */
async function another(): Promise<{ child: ChildProcess; said: string }> {
  const program = `
    import { tryLockFolder } from ${JSON.stringify(path.join(import.meta.dirname, 'folder-lock.ts'))};
    globalThis.lock = tryLockFolder(process.argv[1]);
    console.log(globalThis.lock === undefined ? 'held' : 'locked');
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: said.toString().trim() };
}

async function end({ child }: { child: ChildProcess }): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('the lock of a folder', () => {
  it('is one process’s at a time, and free again when it was given back', async () => {
    const mine = tryLockFolder(folder);
    expect(mine).toBeDefined();
    expect(tryLockFolder(folder)).toBeUndefined();
    const loser = await another();
    expect(loser.said).toBe('held');
    await end(loser);
    mine?.release();
    mine?.release();
    using again = tryLockFolder(folder);
    expect(again).toBeDefined();
  });

  it('goes with its process, however that ends', async () => {
    const holder = await another();
    expect(holder.said).toBe('locked');
    expect(tryLockFolder(folder)).toBeUndefined();
    await end(holder);
    using taken = tryLockFolder(folder);
    expect(taken).toBeDefined();
  });

  it('is not inherited by children', async () => {
    const mine = tryLockFolder(folder);
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(child, 'spawn');
    mine?.release();
    using again = tryLockFolder(folder);
    expect(again).toBeDefined();
    await end({ child });
  });

  it('needs a folder', async () => {
    await writeFile(path.join(folder, 'file'), '');
    expect(() => tryLockFolder(path.join(folder, 'file'))).toThrow(/ENOTDIR/);
    expect(() => tryLockFolder(path.join(folder, 'none'))).toThrow(/ENOENT/);
  });
});
