import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeTool, misbehave } from './fake-tool.ts';

let folder: string;
let real: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "lumbung-fake tool's-"));
  real = await fakeTool(
    path.join(folder, 'real'),
    'dump',
    'if [ "$1" = --version ]; then echo "dump 1.0"; exit; fi; printf 1234567890',
  );
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function run(script: string, ...args: readonly string[]) {
  const file = await fakeTool(path.join(folder, 'fake'), 'dump', script);
  const { status, signal, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8' });
  return { status, signal, stdout, stderr };
}

describe('a tool that misbehaves', () => {
  it('prints half and says that all is well', async () => {
    expect(await run(misbehave.truncates(real, 5, 0))).toMatchObject({ status: 0, stdout: '12345' });
  });

  it('prints all and exits as if not', async () => {
    expect(await run(misbehave.exitsAfterAll(real, 2))).toMatchObject({ status: 2, stdout: '1234567890' });
  });

  it('is shot', async () => {
    expect(await run(misbehave.dies(real, 5, 'KILL'))).toMatchObject({ signal: 'SIGKILL', stdout: '12345' });
  });

  it('hangs', async () => {
    const file = await fakeTool(path.join(folder, 'fake'), 'dump', misbehave.hangs(real, 5));
    const tool = spawn(file, { stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = once(tool, 'close');
    let output = '';
    for await (const chunk of tool.stdout) {
      output += String(chunk);
      if (output.length >= 5) tool.kill('SIGTERM');
    }
    expect(output).toBe('12345');
    expect(await closed).toEqual([null, 'SIGTERM']);
  });

  it('refuses with a word', async () => {
    expect(await run(misbehave.refuses("it's over", 3))).toMatchObject({ status: 3, stderr: "it's over\n" });
  });

  it('tells its version truly before it fails, or lies about it', async () => {
    expect((await run(misbehave.truncates(real, 1, 0), '--version')).stdout).toBe('dump 1.0\n');
    expect((await run(misbehave.claimsVersion(real, 'dump 9.9'), '--version')).stdout).toBe('dump 9.9\n');
    expect((await run(misbehave.claimsVersion(real, 'dump 9.9'))).stdout).toBe('1234567890');
  });

  it('writes down how it was called', async () => {
    await run(misbehave.recordsCall(real, path.join(folder, 'calls')), '--user', 'a b');
    expect(await readFile(path.join(folder, 'calls'), 'utf8')).toContain('--user\na b\n');
  });
});
