// The program as people use it, on repositories in a temporary folder. One repository tells a story from `init` to `copy`; each
// step needs those before it. What only a process of its own shows is in process.test.ts.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { changePassword, lockRepository, type Repository } from '@lumbung/engine';
import { cheapKdf } from '@lumbung/engine/testing';
import { openRepositoryAt } from '@lumbung/runner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeWorld } from './testing/fake-world.ts';
import { LumbungSession } from './testing/lumbung-session.ts';

const PASSWORD = 'rahasia-uji';
let folder = '';
let lumbung: LumbungSession;
let repository = '';
let source = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lumbung-cli-'));
  repository = path.join(folder, 'repo');
  source = path.join(folder, 'site');
  await mkdir(path.join(source, 'img'), { recursive: true });
  await writeFile(path.join(source, 'index.php'), '<?php echo 1;\n');
  await writeFile(path.join(source, 'img', 'héron.txt'), 'burung '.repeat(5000));
  lumbung = new LumbungSession({
    folder,
    variables: {
      LUMBUNG_REPOSITORY: repository,
      LUMBUNG_PASSWORD: PASSWORD,
      LUMBUNG_CACHE_DIR: path.join(folder, 'cache'),
    },
  });
}, 60_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function succeed(...args: readonly string[]): Promise<string> {
  const outcome = await lumbung.run(...args);
  expect({ args, ...outcome }).toMatchObject({ exitCode: 0 });
  return outcome.stdout;
}

async function openHere(address = repository, password = PASSWORD): Promise<Repository> {
  const { ports } = fakeWorld({ folder });
  return await openRepositoryAt(address, { password: Buffer.from(password), ports, workingDirectory: folder });
}

/** A key that costs nothing: half a second of each call would else go into it. */
async function makeCheap(address: string, password: string): Promise<void> {
  await changePassword(await openHere(address, password), { password: Buffer.from(password), kdf: cheapKdf() });
}

async function snapshotIds(): Promise<string[]> {
  const [list] = await lumbung.json('snapshots');
  return (list as { id: string }[]).map(({ id }) => id);
}

describe('one repository from its first day on', () => {
  it('is made once', async () => {
    const [message] = await lumbung.json('init');
    expect(message).toMatchObject({ message_type: 'initialized', repository: expect.stringContaining('repo') });
    expect(await lumbung.run('init')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(repository) });
    await makeCheap(repository, PASSWORD);
  });

  it('takes backups', async () => {
    const first = (await lumbung.json('backup', '--tag', 'first', source)).at(-1);
    expect(first).toMatchObject({ message_type: 'summary', files_new: 2, total_files_processed: 2 });
    await writeFile(path.join(source, 'index.php'), '<?php echo 22;\n');
    await writeFile(path.join(source, 'new.txt'), 'baru');
    const text = await succeed('backup', source);
    expect(text).toMatch(/1 new, +1 changed, +1 unmodified/);
    expect(await snapshotIds()).toHaveLength(2);
  });

  it('warns of what could not be read by exit code 3, and writes the rest', async () => {
    const outcome = await lumbung.run('backup', '--dry-run', source, path.join(folder, 'nowhere'));
    expect(outcome).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('nowhere') });
    const nothing = await lumbung.run('backup', path.join(folder, 'nowhere'));
    expect(nothing).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('nowhere') });
  });

  it('shows what is in it', async () => {
    expect(await succeed('ls', 'latest', source)).toContain('new.txt');
    const nodes = await lumbung.json('ls', 'latest');
    expect(nodes[0]).toMatchObject({ message_type: 'snapshot' });
    expect(nodes).toContainEqual(expect.objectContaining({ message_type: 'node', name: 'héron.txt' }));
    const [found] = await lumbung.json('find', '*.php');
    expect(found).toHaveLength(2);
    expect(found).toContainEqual(expect.objectContaining({ hits: 1 }));
  });

  it('compares snapshots', async () => {
    const [first = '', second = ''] = await snapshotIds();
    const messages = await lumbung.json('diff', first, second);
    expect(messages).toContainEqual({
      message_type: 'change',
      path: path.join(source, 'index.php'),
      modifier: 'M',
    });
    expect(messages.at(-1)).toMatchObject({ message_type: 'statistics', changed_files: 1 });
  });

  it('writes files and archives to standard output', async () => {
    expect(await succeed('dump', 'latest', path.join(source, 'new.txt'))).toBe('baru');
    const tar = await succeed('dump', 'latest', source);
    expect(tar.slice(257, 262)).toBe('ustar');
    expect(tar).toContain('index.php');
  });

  it('restores', async () => {
    await succeed('restore', `latest:${source}`, '--target', path.join(folder, 'restored'), '--verify');
    const restored = await readFile(path.join(folder, 'restored', 'img', 'héron.txt'), 'utf8');
    expect(restored).toBe('burung '.repeat(5000));
  });

  it('changes tags, forgets and stays whole', async () => {
    const messages = await lumbung.json('tag', '--add', 'kept', 'latest');
    expect(messages.at(-1)).toEqual({ message_type: 'summary', changed_snapshots: 1 });
    expect(await lumbung.run('forget')).toMatchObject({ exitCode: 1 });
    await succeed('forget', '--keep-last', '1', '--prune');
    expect(await snapshotIds()).toHaveLength(1);
    const [summary] = (await lumbung.json('check', '--read-data')).slice(-1);
    expect(summary).toMatchObject({ message_type: 'summary', num_errors: 0 });
  });

  it('counts and lists', async () => {
    expect(await lumbung.json('stats')).toEqual([expect.objectContaining({ snapshots_count: 1, total_size: 35019 })]);
    const blobs = await succeed('list', 'blobs');
    expect(blobs).toMatch(/^(?:(?:data|tree) [0-9a-f]{64}\n)+$/);
    expect(await succeed('migrate')).toContain('newest format');
    expect(await succeed('repair', 'index')).toContain('right');
    expect(await succeed('cache')).toContain('today');
  });

  it('takes a second password, and gives it back', async () => {
    await writeFile(path.join(folder, 'second'), 'kedua\n');
    await succeed('key', 'add', '--new-password-file', 'second', '--user', 'tamu');
    const second = lumbung.with({ LUMBUNG_PASSWORD: 'kedua' });
    const [keys] = await second.json('key', 'list');
    const mine = (keys as { current: boolean; id: string; userName: string }[]).find(({ current }) => current);
    expect(mine).toMatchObject({ userName: 'tamu' });
    expect(await second.run('key', 'remove', mine?.id ?? '')).toMatchObject({ exitCode: 1 });
    await succeed('key', 'remove', (mine?.id ?? '').slice(0, 12));
    expect(await second.run('snapshots')).toMatchObject({ exitCode: 12 });
  });

  it('leaves files out of snapshots afterwards', async () => {
    const preview = await succeed('rewrite', '--exclude', '*.php', '--dry-run');
    expect(preview).toContain('index.php');
    await succeed('rewrite', '--exclude', '*.php', '--forget');
    expect(await succeed('ls', 'latest', source)).not.toContain('index.php');
  });

  it('is copied to a second one, from either side', async () => {
    const second = path.join(folder, 'second-repo');
    const from = ['--repo', second, '--from-repo', repository];
    const target = lumbung.with({ LUMBUNG_FROM_PASSWORD: PASSWORD, LUMBUNG_PASSWORD: 'lain' });
    expect(await target.run('init', ...from, '--copy-chunker-params')).toMatchObject({ exitCode: 0 });
    await makeCheap(second, 'lain');
    await writeFile(path.join(folder, 'second-password'), 'lain\n');
    const to = ['copy', '--to', second, '--to-password-file', 'second-password'];
    const messages = await lumbung.json(...to);
    expect(messages.at(-1)).toMatchObject({ message_type: 'summary', copied_snapshots: 1, skipped_snapshots: 0 });
    expect((await target.json('copy', ...from)).at(-1)).toMatchObject({ copied_snapshots: 0, skipped_snapshots: 1 });
    const byVariable = lumbung.with({ LUMBUNG_TO_PASSWORD: 'lain' });
    expect((await byVariable.json('copy', '--to', second)).at(-1)).toMatchObject({ skipped_snapshots: 1 });
  });

  it('is not copied where it is not clear from where to where, and with whose password', async () => {
    const second = path.join(folder, 'second-repo');
    const both = await lumbung.run('copy', '--to', second, '--from-repo', repository);
    expect(both).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/--to\b.*--from-repo\b/) });
    expect(await lumbung.run('copy')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('--to') });
    const silent = await lumbung.run('copy', '--to', second);
    expect(silent).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('--to-password-file') });
    expect(silent.stderr).toContain(second);
    const wrong = await lumbung.with({ LUMBUNG_TO_PASSWORD: PASSWORD }).run('copy', '--to', second);
    expect(wrong).toMatchObject({ exitCode: 12, stderr: expect.stringContaining(second) });
    const itself = await lumbung.with({ LUMBUNG_TO_PASSWORD: PASSWORD }).run('copy', '--to', repository);
    expect(itself).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('same repository') });
  });

  it('shows its objects by the first characters of their ids', async () => {
    for (const [kind, list] of [
      ['snapshot', 'snapshots'],
      ['index', 'index'],
      ['key', 'keys'],
      ['pack', 'packs'],
      ['blob', 'blobs'],
    ] as const) {
      const line = (await succeed('list', list)).split('\n', 1)[0] ?? '';
      const id = line.split(' ').at(-1) ?? '';
      const whole = await succeed('cat', kind, id);
      expect({ kind, isSame: (await succeed('cat', kind, id.slice(0, 16))) === whole }).toEqual({ kind, isSame: true });
      expect(whole.length).toBeGreaterThan(10);
    }
    expect(await lumbung.run('cat', 'key', 'xyz')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('xyz'),
    });
    const unknown = await lumbung.run('cat', 'pack', '0123456789abcdef');
    expect(unknown).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('0123456789abcdef') });
    const [blobs] = [await succeed('list', 'blobs')];
    const first = blobs.split('\n').map((blob) => blob.split(' ')[1]?.[0]);
    const twice = first.find((letter, at) => letter !== undefined && first.indexOf(letter) < at);
    if (twice !== undefined) {
      expect(await lumbung.run('cat', 'blob', twice)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(/ids/),
      });
    }
  });

  it('records no parent for what comes from a stream, unless one is asked for', async () => {
    const other = { LUMBUNG_REPOSITORY: path.join(folder, 'second-repo'), LUMBUNG_PASSWORD: 'lain' };
    const piped = lumbung.with(other).on({ stdin: 'isi basis data' });
    const backup = async (...args: readonly string[]): Promise<string> => {
      const summary = (await piped.json('backup', '--stdin', '--stdin-filename', 'db.sql', ...args)).at(-1);
      const { snapshot_id: id } = summary as { snapshot_id: string };
      return (await piped.run('cat', 'snapshot', id)).stdout;
    };
    await backup();
    expect(JSON.parse(await backup())).not.toHaveProperty('parent');
    expect(JSON.parse(await backup('--parent', 'latest'))).toHaveProperty('parent');
  });

  it('is checked by itself, and not by what the cache remembers of it', async () => {
    const [aside, used] = [path.join(folder, 'cache-aside'), path.join(folder, 'cache-used')];
    await succeed('check', '--cache-dir', aside);
    await succeed('check', '--cache-dir', used, '--with-cache');
    const names = await readdir(folder);
    expect([names.includes('cache-aside'), names.includes('cache-used')]).toEqual([false, true]);
  });
});

describe('what does not work', () => {
  it('is told by exit codes that scripts know', async () => {
    const wrong = await lumbung.with({ LUMBUNG_PASSWORD: 'x' }).run('snapshots');
    expect(wrong).toMatchObject({ exitCode: 12, stdout: '', stderr: expect.stringContaining('password') });
    const missing = await lumbung.run('snapshots', '--repo', path.join(folder, 'none'));
    expect(missing).toMatchObject({ exitCode: 10, stdout: '', stderr: expect.stringContaining('none') });
    const typo = await lumbung.run('snapshotz');
    expect(typo).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('snapshots') });
  });

  it('waits for nobody who holds the repository, unless it is told to', async () => {
    await using lock = await lockRepository(await openHere(), { kind: 'exclusive' });
    expect(lock.kind).toBe('exclusive');
    const outcome = await lumbung.run('snapshots');
    expect(outcome).toMatchObject({ exitCode: 11, stderr: expect.stringContaining('4711') });
    expect(await lumbung.run('snapshots', '--no-lock')).toMatchObject({ exitCode: 0 });
    expect(await lumbung.run('tag', '--add', 'x', '--no-lock')).toMatchObject({ exitCode: 1 });
  });

  it('finds damage also where no snapshot needs the data, and repairs what is left', async () => {
    const damaged = path.join(folder, 'damaged');
    await cp(repository, damaged, { recursive: true });
    const there = lumbung.with({ LUMBUNG_REPOSITORY: damaged });
    expect(await there.run('forget', 'latest')).toMatchObject({ exitCode: 0 });
    const packs = (await there.run('list', 'packs')).stdout.trimEnd().split('\n');
    const [pack = ''] = packs;
    const file = path.join(damaged, 'data', pack.slice(0, 2), pack);
    const bytes = await readFile(file);
    await rm(file);
    await writeFile(file, bytes.with(20, (bytes[20] ?? 0) ^ 1));
    const broken = await there.run('check', '--read-data');
    expect(broken).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(pack) });
    expect(await there.run('repair', 'packs', pack)).toMatchObject({ exitCode: 0 });
    expect(await readdir(folder)).toContain(`pack-${pack}`);
    expect(await there.run('check', '--read-data')).toMatchObject({ exitCode: 0 });
  });
});
