import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodePasswordFile, type PasswordSources, REPOSITORY_PASSWORD_VARIABLES, readPassword } from './password.ts';
import { fakeWorld } from './testing/fake-world.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lumbung-password-'));
  await writeFile(path.join(folder, 'secret'), 'from file\n');
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function read(
  sources: Omit<PasswordSources, 'variables'>,
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  const world = fakeWorld({ folder, variables });
  const all = { ...sources, variables: REPOSITORY_PASSWORD_VARIABLES };
  return (await readPassword(world, all, { message: 'Password' })).toString('utf8');
}

describe('readPassword', () => {
  it('reads a file, without the white space around', async () => {
    expect(await read({ file: 'secret' })).toBe('from file');
  });

  it('prefers options to the environment, and our variables to those of restic', async () => {
    const variables = { LUMBUNG_PASSWORD: 'ours', RESTIC_PASSWORD: 'theirs', RESTIC_PASSWORD_FILE: 'secret' };
    expect(await read({ file: 'secret' }, { LUMBUNG_PASSWORD: 'ours' })).toBe('from file');
    expect(await read({}, { LUMBUNG_PASSWORD: 'ours', RESTIC_PASSWORD: 'theirs' })).toBe('ours');
    expect(await read({ command: 'echo typed' }, variables)).toBe('typed');
    expect(await read({ isNone: true }, variables)).toBe('');
  });

  it('takes the output of a command, started without a shell', async () => {
    expect(await read({ command: 'echo "a  b" $HOME' })).toBe('a  b $HOME');
  });

  it.each(['false', 'no-such-program-here', ''])('fails when the command %j fails', async (command) => {
    await expect(read({ command: command === '' ? ' ' : command })).rejects.toMatchObject({
      code: 'PASSWORD_COMMAND_FAILED',
    });
  });

  it('fails when the file is missing', async () => {
    await expect(read({ file: 'nowhere' })).rejects.toMatchObject({ code: 'PASSWORD_FILE_UNREADABLE' });
  });

  it('does not wait for an answer where there is no terminal', async () => {
    await expect(read({})).rejects.toMatchObject({ code: 'PASSWORD_NOT_GIVEN' });
  });
});

describe('decodePasswordFile', () => {
  it.each([
    [Buffer.from('sandi\r\n'), 'sandi'],
    [Buffer.from('\ufeffsandi'), 'sandi'],
    [Buffer.from('\ufeffsandi é', 'utf16le'), 'sandi é'],
    [Buffer.from('\ufeffsandi é', 'utf16le').swap16(), 'sandi é'],
    [Buffer.from(''), ''],
  ])('decodes %o', (bytes, text) => {
    expect(decodePasswordFile(bytes)).toBe(text);
  });
});
