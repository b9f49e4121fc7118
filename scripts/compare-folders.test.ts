import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Comparison, compareFolders } from './compare-folders.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lumbung-compare-'));
  for (const side of ['source', 'restored']) {
    await mkdir(path.join(folder, side, 'sub'), { recursive: true });
    await writeFile(path.join(folder, side, 'sub/file'), 'x'.repeat(3_000_000));
    await symlink('sub/file', path.join(folder, side, 'link'));
    await settleTimes(side);
  }
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const at = (side: string, name: string): string => path.join(folder, side, name);
const YEAR_2020 = new Date('2020-01-01T00:00:00Z');

async function settleTimes(side: string): Promise<void> {
  for (const name of ['sub/file', 'sub']) await utimes(at(side, name), YEAR_2020, YEAR_2020);
}

/** Links are made anew on each side, so that their times differ: a comparison of files and folders leaves them out. */
async function compare(backupStartedAtMs = Number.POSITIVE_INFINITY): Promise<Comparison> {
  const excluded = new Set([at('source', 'link')]);
  await rm(at('restored', 'link'));
  return compareFolders({ source: at('source', ''), restored: at('restored', ''), excluded, backupStartedAtMs });
}

describe('comparing a restored folder with its source', () => {
  it('finds nothing when it is the same, and says what it read', async () => {
    expect(await compare()).toEqual({ files: 1, bytes: 3_000_000, folders: 1, differences: [], changedMeanwhile: [] });
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      'one other byte at the end',
      () => writeFile(at('restored', 'sub/file'), `${'x'.repeat(2_999_999)}y`),
      'sub/file: has other bytes',
    ],
    ['a shorter file', () => writeFile(at('restored', 'sub/file'), 'x'), 'sub/file: has other bytes'],
    ['a file that is missing', () => rm(at('restored', 'sub/file')), 'sub/file: not restored'],
    ['a file too many', () => writeFile(at('restored', 'sub/other'), ''), 'sub/other: restored, but not in the source'],
    ['other permissions', () => chmod(at('restored', 'sub/file'), 0o600), 'sub/file: differs in permissions'],
    [
      'a folder where a file was',
      () => rm(at('restored', 'sub/file')).then(() => mkdir(at('restored', 'sub/file'))),
      'sub/file: differs in type',
    ],
  ])('finds %s', async (_what, damage, sentence) => {
    await damage();
    await settleTimes('restored').catch(() => undefined);
    expect((await compare()).differences).toContain(sentence);
  });

  it('finds another time', async () => {
    await utimes(at('restored', 'sub/file'), YEAR_2020, new Date('2020-01-01T00:00:01Z'));
    expect((await compare()).differences).toEqual(['sub/file: differs in time']);
  });

  it('does not judge what changed after the backup began, and says so', async () => {
    await writeFile(at('source', 'sub/file'), 'newer');
    await writeFile(at('source', 'sub/new'), 'new');
    await utimes(at('source', 'sub'), YEAR_2020, YEAR_2020);
    const result = await compare(YEAR_2020.getTime() + 1);
    expect(result).toMatchObject({ files: 0, differences: [], changedMeanwhile: ['sub/file', 'sub/new'] });
  });
});
