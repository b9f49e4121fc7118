import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SourceEntry } from '../entry/source-entry.ts';
import { folderTree } from './folder-tree.ts';
import { storeEntries } from './store-entries.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lumbung-tree-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const entry = (name: string, text = name): SourceEntry => ({
  path: name,
  open: () => Readable.from([Buffer.from(text)]),
});

describe('a dump stored in a folder', () => {
  it('is read back as it came', async () => {
    expect(
      await storeEntries([entry('data/a%20b/0000.copy', 'one\n'), entry('manifest.json', '{}')], folder),
    ).toHaveLength(2);
    const tree = folderTree(folder);
    const files = await collect(tree.files(''));
    expect(files.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: 'data/a%20b/0000.copy', sizeBytes: 4 },
      { path: 'manifest.json', sizeBytes: 2 },
    ]);
    expect(await collect(tree.files('data/a%20b'))).toHaveLength(1);
    expect(await collect(tree.files('nothing'))).toEqual([]);
    expect(Buffer.concat(await collect(tree.read('data/a%20b/0000.copy'))).toString()).toBe('one\n');
    await expect(collect(tree.read('data/b'))).rejects.toMatchObject({ code: 'SOURCE_FILE_MISSING' });
  });

  it('never has more entries open than allowed, yet asks for the next while one is read', async () => {
    let open = 0;
    let openMax = 0;
    const entries = Array.from({ length: 12 }, (_, entryIdx) => ({
      path: `e${entryIdx}`,
      open: () => {
        open += 1;
        openMax = Math.max(openMax, open);
        return Readable.from(
          (async function* slowly() {
            await new Promise((resolve) => setTimeout(resolve, 5));
            yield Buffer.from('x');
            open -= 1;
          })(),
        );
      },
    }));
    await storeEntries(entries, folder, { parallel: 3 });
    expect(openMax).toBe(3);
  });

  it('is not whole when one stream fails, and says why', async () => {
    const failing: SourceEntry = {
      path: 'b',
      open: () =>
        new Readable({
          read() {
            this.destroy(new Error('the server went away'));
          },
        }),
    };
    await expect(storeEntries([entry('a'), failing], folder)).rejects.toThrow('the server went away');
    expect(await readFile(path.join(folder, 'a'), 'utf8')).toBe('a');
  });

  it.each(['../a', 'a/../b', '/etc/passwd', '', 'a//b', './a', 'a\0b', 'a b', 'a\nb', 'a\\b', 'Ünï', 'x'.repeat(256)])(
    'refuses the path %j',
    async (name) => {
      await expect(storeEntries([entry(name, 'x')], folder)).rejects.toThrow('not a path of a tree');
    },
  );

  it('refuses a second entry of the same path', async () => {
    await expect(storeEntries([entry('a'), entry('a')], folder, { parallel: 1 })).rejects.toThrow('EEXIST');
  });
});
