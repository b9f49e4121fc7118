// The mistakes that happen most, in both languages: one clear sentence, a hint, and the exit code that scripts know.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { lockRepository } from '@lumbung/engine';
import { openRepositoryAt } from '@lumbung/runner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCheapRepository } from './testing/cheap-repository.ts';
import { fakeWorld } from './testing/fake-world.ts';
import { LumbungSession } from './testing/lumbung-session.ts';
import { displayWidth } from './text-width.ts';

const PASSWORD = 'rahasia-uji';
let folder = '';
let repository = '';
let lumbung: LumbungSession;

async function open() {
  const { ports } = fakeWorld({ folder });
  return await openRepositoryAt(repository, { password: Buffer.from(PASSWORD), ports, workingDirectory: folder });
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lumbung-errors-'));
  repository = path.join(folder, 'repo');
  lumbung = new LumbungSession({
    folder,
    variables: { LUMBUNG_REPOSITORY: repository, LUMBUNG_PASSWORD: PASSWORD, NO_COLOR: '1' },
  });
  await makeCheapRepository(repository, PASSWORD);
  await mkdir(path.join(folder, 'src'));
  await writeFile(path.join(folder, 'src', 'open.txt'), 'open');
  await writeFile(path.join(folder, 'src', 'closed.txt'), 'closed');
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe.each([
  { language: 'en', error: 'Error:', hint: 'Hint:' },
  { language: 'id', error: 'Galat:', hint: 'Saran:' },
])('in $language', ({ language, error, hint }) => {
  /** Standard error of a command that fails: the sentence and the hint behind their labels. */
  async function fails(session: LumbungSession, exitCode: number, ...args: readonly string[]) {
    const outcome = await session.run(...args, '--lang', language);
    expect({ args, ...outcome }).toMatchObject({ exitCode, stdout: '', stderr: expect.not.stringMatching(/\n\s+at /) });
    const [first = '', second = '', ...more] = outcome.stderr.trimEnd().split('\n');
    expect({ first, second, more }).toEqual({
      first: expect.stringMatching(new RegExp(`^${error} `)),
      second: expect.stringMatching(new RegExp(`^${hint} `)),
      more: [],
    });
    return { message: first.slice(error.length).trim(), hint: second.slice(hint.length).trim() };
  }

  it('a wrong password', async () => {
    const said = await fails(lumbung.with({ LUMBUNG_PASSWORD: 'salah' }), 12, 'snapshots');
    expect(said.message).toBe(
      language === 'id'
        ? `kata sandi tidak cocok dengan kunci mana pun di ${repository}`
        : `the password fits no key of ${repository}`,
    );
  });

  it('a repository that is not there', async () => {
    const missing = path.join(folder, 'none');
    const said = await fails(lumbung, 10, 'snapshots', '--repo', missing);
    expect(said.message).toBe(
      language === 'id' ? `tidak ada repositori di ${missing}` : `there is no repository at ${missing}`,
    );
    expect(said.hint).toContain('`lumbung init`');
  });

  it('a repository that somebody holds', async () => {
    await using lock = await lockRepository(await open(), { kind: 'exclusive' });
    const said = await fails(lumbung, 11, 'snapshots');
    expect(lock.kind).toBe('exclusive');
    expect(said.message).toMatch(
      language === 'id'
        ? /^repositori dikunci oleh proses 4711 di web1 \(pengguna rani\) sejak \d{1,2} \S+ \d{4} pukul \d\d\.\d\d \S+$/
        : /^the repository is locked by process 4711 on web1 \(user rani\) since \d{1,2} \S+ \d{4} at \d\d:\d\d \S+$/,
    );
    expect(said.hint).toContain('--retry-lock');
  });

  it('an option that does not exist', async () => {
    const said = await fails(lumbung, 1, 'backup', '--exlude', '*.log', 'src');
    expect(said.message).toBe(language === 'id' ? 'tidak ada opsi --exlude' : 'there is no option --exlude');
    expect(said.hint).toBe(language === 'id' ? 'Maksud Anda `--exclude`?' : 'Did you mean `--exclude`?');
  });

  it('a path that is not there', async () => {
    const missing = path.join(folder, 'nowhere');
    const said = await fails(lumbung, 1, 'backup', missing);
    expect(said.message).toContain(missing);
  });

  it.skipIf(process.getuid?.() === 0)('a path that may not be read', async () => {
    await chmod(path.join(folder, 'src', 'closed.txt'), 0o000);
    const outcome = await lumbung.run('backup', 'src', '--lang', language);
    await chmod(path.join(folder, 'src', 'closed.txt'), 0o600);
    expect(outcome.exitCode).toBe(3);
    expect(outcome.stderr).toContain(`closed.txt: ${language === 'id' ? 'akses ditolak' : 'access is denied'}`);
  });

  it('a path that cannot be read, whoever runs it', async () => {
    // Linux gives nobody the first page of its memory.
    const outcome = await lumbung.run('backup', 'src', '/proc/self/mem', '--lang', language);
    expect(outcome.exitCode).toBe(3);
    expect(outcome.stderr).toMatch(
      language === 'id'
        ? /^Galat: \/proc\/self\/mem: disk melaporkan galat$/m
        : /^Error: \/proc\/self\/mem: the disk reports an error$/m,
    );
    expect(outcome.stderr).toContain(language === 'id' ? '1 butir tidak terbaca' : '1 item could not be read');
  });

  it('a list of paths that may not be read', async () => {
    const said = await fails(lumbung, 1, 'backup', '--files-from', path.join(folder, 'src'));
    expect(said.message).toContain(
      language === 'id' ? 'tidak terbaca: itu folder (EISDIR)' : 'cannot be read: it is a folder (EISDIR)',
    );
  });

  it.each([40, 80, 200])('all of it within %i columns', async (columns) => {
    const { stderr } = await lumbung.on({ columns }).run('snapshots', '--lang', language, '--password-file', 'nowhere');
    const lines = stderr.trimEnd().split('\n');
    // A path is one word, and stays whole.
    expect(lines.filter((line) => displayWidth(line) > columns && !line.includes('/'))).toEqual([]);
    expect(lines.slice(1).filter((line) => !/^(?:\S+: +| {9})\S/.test(line))).toEqual([]);
  });
});

describe('colours of errors', () => {
  it('are there on a terminal, unless NO_COLOR says otherwise', async () => {
    const terminal = lumbung.on({ columns: 80 });
    expect((await terminal.with({ NO_COLOR: '' }).run('nonsense')).stderr).toContain('\x1b[');
    expect((await terminal.with({ NO_COLOR: '1' }).run('nonsense')).stderr).not.toContain('\x1b[');
    expect((await lumbung.with({ NO_COLOR: '' }).run('nonsense')).stderr).not.toContain('\x1b[');
  });
});

describe('help', () => {
  it.each([40, 80, 200])('fits into %i columns in both languages', async (columns) => {
    for (const language of ['en', 'id']) {
      for (const words of [
        [],
        ['--help'],
        ['backup', '--help'],
        ['forget', '--help'],
        ['copy', '--help'],
        ['key', '--help'],
      ]) {
        const session = lumbung.with({ LUMBUNG_LANG: language }).on({ columns });
        const { stdout, exitCode } = await session.run(...words);
        expect(exitCode).toBe(0);
        const wide = stdout.split('\n').filter((line) => displayWidth(line) > Math.max(40, columns));
        // What can be copied is not broken.
        expect(wide.filter((line) => !line.includes('lumbung ') && !/^\s+-/.test(line))).toEqual([]);
      }
    }
  });

  it('is short for who only types the name, whole for who asks', async () => {
    const short = (await lumbung.run()).stdout;
    const whole = (await lumbung.run('--help')).stdout;
    expect(short).not.toContain('--password-file');
    expect(short).toContain('lumbung init');
    expect(whole).toContain('--password-file');
  });
});
