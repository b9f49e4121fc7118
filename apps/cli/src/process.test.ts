// What only a process of its own shows: its start, signals, pipes whose reader goes away, and the exit code a shell sees.
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCheapRepository } from './testing/cheap-repository.ts';
import { LumbungStarter } from './testing/lumbung-process.ts';
import { LumbungSession } from './testing/lumbung-session.ts';

const PASSWORD = 'rahasia-uji';
const FILES = 4000;
let folder = '';
let repository = '';
let lumbung: LumbungStarter;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lumbung-process-'));
  repository = path.join(folder, 'repo');
  const variables = { LUMBUNG_REPOSITORY: repository, LUMBUNG_PASSWORD: PASSWORD };
  lumbung = new LumbungStarter(folder, variables);
  const session = new LumbungSession({ folder, variables });
  await makeCheapRepository(repository, PASSWORD);
  // More names than a pipe holds.
  const many = path.join(folder, 'many');
  await mkdir(many);
  const names = Array.from({ length: FILES }, (_, at) => `berkas-bernama-panjang-nomor-${String(at).padStart(5, '0')}`);
  await Promise.all(names.map((name) => writeFile(path.join(many, name), '')));
  await session.run('backup', many);
}, 60_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('a process', () => {
  it('starts, answers and ends', async () => {
    const { exitCode, stdout, stderr } = await lumbung.run('version');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^lumbung \d+\.\d+\.\d+ \(Node 24\./);
  });

  it('gives a shell the exit code', async () => {
    expect((await lumbung.with({ LUMBUNG_PASSWORD: 'x' }).run('snapshots')).exitCode).toBe(12);
  });

  it('ends quietly when its reader has seen enough', async () => {
    const { child, outcome } = lumbung.start('ls', 'latest');
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await outcome).toMatchObject({ exitCode: 141, stderr: expect.not.stringMatching(/EPIPE|Error|\n\s+at /) });
    expect(await readdir(path.join(repository, 'locks'))).toEqual([]);
  });

  it('ends with what a shell calls a broken pipe, as in `lumbung ls | head`', async () => {
    const { exitCode, stdout, stderr } = await lumbung.inShell(
      'lumbung ls latest --quiet | head -n 1; exit ${PIPESTATUS[0]}',
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 141, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  it('goes on with a backup that nobody listens to', async () => {
    const { child, outcome } = lumbung.start('backup', path.join(folder, 'many'), '-vv');
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect((await outcome).exitCode).toBe(0);
  });

  it('leaves no lock and no damage when a backup is interrupted', async () => {
    const big = path.join(folder, 'big');
    await using file = await open(big, 'w');
    await file.truncate(64 * 2 ** 30); // a hole: much to read, nothing on the disk
    const { child, outcome } = lumbung.start('backup', big);
    const locks = path.join(repository, 'locks');
    await Promise.race([firstLock(locks, child), outcome]);
    await sleep(300);
    child.kill('SIGINT');
    expect(await outcome).toMatchObject({ exitCode: 130, stderr: expect.not.stringMatching(/\n\s+at /) });
    expect(await readdir(locks)).toEqual([]);
    expect(await lumbung.run('check')).toMatchObject({ exitCode: 0 });
  });
});

async function firstLock(locks: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && (await readdir(locks)).length === 0) await sleep(20);
}
