import { byteStringOfText } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ParentFolder } from './parent-folder.ts';

const ID = 'ab'.repeat(32);

function node(name: string, more = ''): string {
  return `{"name":"${name}","type":"file","mtime":"2020-01-02T03:04:05Z","inode":7,"size":3,${more}"content":["${ID}"]}`;
}

function open(text: string): { readonly folder: ParentFolder; readonly troubles: unknown[] } {
  const troubles: unknown[] = [];
  return {
    folder: new ParentFolder(ID, Buffer.from(text, 'latin1'), (error) => troubles.push(error)),
    troubles,
  };
}

const name = byteStringOfText;

describe('ParentFolder', () => {
  it('finds names that are asked for in order, and counts the rest', () => {
    const { folder, troubles } = open(`{"nodes":[${node('a')},${node('c')},${node('e')}]}\n`);
    expect(folder.seek(name('b'))).toBe(false);
    expect(folder.seek(name('c'))).toBe(true);
    expect(folder).toMatchObject({ isFile: true, isFolder: false, sizeBytes: 3, inode: '7', text: node('c') });
    expect(folder.contentIds).toEqual([ID]);
    expect(folder.isSameTime('mtime', { seconds: 1_577_934_245, nanoseconds: 0 })).toBe(true);
    expect(folder.seek(name('z'))).toBe(false);
    expect(folder.countAll()).toBe(3);
    expect(troubles).toEqual([]);
  });

  it.each(['', 'null', '{"nodes":', '[]', '{"nodes":[{}'])('ends with one word of trouble when it is %j', (text) => {
    const { folder, troubles } = open(text);
    expect(folder.seek(name('a'))).toBe(false);
    expect(folder.countAll()).toBe(-1);
    expect(troubles).toMatchObject([{ code: 'TREE_INVALID' }]);
  });

  it('is equal to nothing when it breaks off behind a node that was found', () => {
    const { folder, troubles } = open(`{"nodes":[${node('a')},{"name":`);
    expect(folder.seek(name('a'))).toBe(true);
    expect(folder.isFile).toBe(true);
    expect(folder.seek(name('b'))).toBe(false);
    expect(folder.countAll()).toBe(-1);
    expect(troubles).toHaveLength(1);
  });

  it.each([
    [
      'a time',
      '"mtime":"yesterday",',
      (folder: ParentFolder) => folder.isSameTime('mtime', { seconds: 0, nanoseconds: 0 }),
    ],
    ['a size', '"size":-1,', (folder: ParentFolder) => folder.sizeBytes === 3],
    ['an inode', '"inode":1e99,', (folder: ParentFolder) => folder.inode === '7'],
  ])('is no tree when %s is none', (_, field, isEqual) => {
    const { folder, troubles } = open(`{"nodes":[${node('a', field)}]}`);
    expect(folder.seek(name('a'))).toBe(true);
    expect(isEqual(folder)).toBe(false);
    expect(folder.seek(name('a'))).toBe(false);
    expect(troubles).toHaveLength(1);
  });

  it('fuzz: any bytes are a folder or trouble', () => {
    const damaged = fc.tuple(fc.nat(), fc.string({ maxLength: 4 })).map(([place, text]) => {
      const whole = `{"nodes":[${node('a')},${node('b')}]}`;
      const at = place % whole.length;
      return whole.slice(0, at) + text + whole.slice(at + text.length);
    });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.string()), (text) => {
        const { folder, troubles } = open(text);
        for (const asked of ['a', 'b', 'c']) {
          if (!folder.seek(name(asked))) continue;
          folder.isSameTime('mtime', { seconds: 0, nanoseconds: 0 });
          expect(folder.contentIds.every((id) => /^[0-9a-f]{64}$/.test(id))).toBe(true);
        }
        expect(folder.countAll() === -1).toBe(troubles.length > 0);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
