import { describe, expect, it } from 'vitest';
import { parseDatabaseUrl } from './database-url.ts';
import { type PasswordPlaces, withPassword } from './find-password.ts';

const files: Readonly<Record<string, string>> = {
  '/good': 'p a:ss\\\n',
  '/windows': 'secret\r\n',
  '/bare': 'secret',
  '/empty': '\n',
  '/nothing': '',
  '/two': 'secret\nmore\n',
  '/nul': 'sec\0ret',
  '/large': 'x'.repeat(5000),
};

async function found(url: string, places: PasswordPlaces): Promise<string | undefined> {
  const lookups = {
    readFile: async (path: string) => Buffer.from(files[path] ?? ''),
    variable: (name: string) => ({ DB_PASS: 'from the environment', EMPTY: '' })[name],
  };
  const target = await withPassword(parseDatabaseUrl(url, { workingFolder: '/' }), places, lookups);
  return target.password?.reveal();
}

describe('the password of a database', () => {
  it('comes from a file, without its end of line', async () => {
    expect(await found('mysql://u@h', { file: '/good' })).toBe('p a:ss\\');
    expect(await found('mysql://u@h', { file: '/windows' })).toBe('secret');
    expect(await found('mysql://u@h', { file: '/bare' })).toBe('secret');
  });

  it('from a variable, from the address, or from nowhere', async () => {
    expect(await found('mysql://u@h', { variable: 'DB_PASS' })).toBe('from the environment');
    expect(await found('mysql://u:p@h', {})).toBe('p');
    expect(await found('mysql://u@h', {})).toBeUndefined();
  });

  it.each([
    ['mysql://u:p@h', { file: '/good' }],
    ['mysql://u:p@h', { variable: 'DB_PASS' }],
    ['mysql://u@h', { file: '/good', variable: 'DB_PASS' }],
  ])('never from two places: %s %j', async (url, places) => {
    await expect(found(url, places)).rejects.toMatchObject({ code: 'DB_PASSWORD_TWICE' });
  });

  it.each([...['/empty', '/nothing', '/two', '/nul', '/large'].map((file) => ({ file })), { variable: 'EMPTY' }])(
    'not from %j',
    async (place) => {
      const error = await found('mysql://u@h', place).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'DB_PASSWORD_PLACE_EMPTY' });
      expect(JSON.stringify(error)).not.toContain('secret');
    },
  );
});
