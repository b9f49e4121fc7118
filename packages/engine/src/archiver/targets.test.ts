import { type ByteString, byteStringOfText, textOf } from '@lumbung/stdx';
import { describe, expect, it } from 'vitest';
import { cleanPath, resolveTargets, type TargetNode } from './targets.ts';

const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  '.': ['b', 'a'],
  '/': ['etc', 'home'],
  '/home/u': ['docs', 'x'],
  '..': ['sibling'],
  '../..': ['top'],
  '/home': ['u'],
};

/** `path → source` of every place that is archived. */
function layOut(...targets: string[]): Record<string, string> {
  const listNames = (folder: ByteString): ByteString[] => {
    const names = FOLDERS[folder];
    if (names === undefined) throw Object.assign(new Error('no such folder'), { code: 'ENOENT' });
    return names.map(byteStringOfText);
  };
  const { root } = resolveTargets(targets, { workingDirectory: '/srv', listNames });
  const found: Record<string, string> = {};
  const visit = (node: TargetNode, path: string): void => {
    if (node.sourcePath !== undefined) found[path] = textOf(node.sourcePath);
    for (const [name, child] of node.children) visit(child, `${path}/${textOf(name)}`);
  };
  visit(root, '');
  return found;
}

describe('resolveTargets', () => {
  it.each<[string, string[], Record<string, string>]>([
    ['an absolute path with all its folders', ['/home/u/x'], { '/home/u/x': '/home/u/x' }],
    ['a relative path with its own folders only', ['src/a'], { '/src/a': 'src/a' }],
    ['a path that goes up without the way up', ['../a/x'], { '/a/x': '../a/x' }],
    ['a path that is not clean', ['/home//u/./y/../x/'], { '/home/u/x': '/home/u/x' }],
    ['the entries of the folder for a dot', ['.'], { '/a': 'a', '/b': 'b' }],
    ['the entries of the root for a slash', ['/'], { '/etc': '/etc', '/home': '/home' }],
    ['the entries of the folder above', ['..'], { '/sibling': '../sibling' }],
    ['a path named twice once', ['/etc', '/etc/'], { '/etc': '/etc' }],
    ['two folders of one name in different places apart', ['a/x', '../a/y'], { '/a/x': 'a/x', '/a-1/y': '../a/y' }],
    ['the entries of a folder further up', ['../..'], { '/top': '../../top' }],
    ['a dot and one of its entries once', ['.', 'a', './b/'], { '/a': 'a', '/b': 'b' }],
    [
      'three folders of one name apart, each with all that is in it',
      ['a/x', '../a/y', '/a/z', '../a/w'],
      { '/a/x': 'a/x', '/a-1/y': '../a/y', '/a-1/w': '../a/w', '/a-2/z': '/a/z' },
    ],
    [
      'a folder that is named like a stand-in',
      ['a-1/x', 'a/x', '../a/y'],
      { '/a-1/x': 'a-1/x', '/a/x': 'a/x', '/a-2/y': '../a/y' },
    ],
    [
      'a target in a target in a target',
      ['/home', '/home/u', '/home/u/x'],
      { '/home/u/docs': '/home/u/docs', '/home/u/x': '/home/u/x' },
    ],
    [
      'what lies in something that cannot be listed',
      ['/gone', '/gone/x/y'],
      { '/gone': '/gone', '/gone/x/y': '/gone/x/y' },
    ],
    ['.. at the root as the root', ['/../etc'], { '/etc': '/etc' }],
    [
      'a target inside another merged into it',
      ['/home/u', '/home/u/x'],
      { '/home/u/docs': '/home/u/docs', '/home/u/x': '/home/u/x' },
    ],
  ])('lays out %s', (_, targets, expected) => {
    expect(layOut(...targets)).toEqual(expected);
  });

  it('names absolute paths in the snapshot, in the order they were typed', () => {
    const { absolutePaths } = resolveTargets(['b', '/x', '../y'], {
      workingDirectory: '/srv/here',
      listNames: () => [],
    });
    expect(absolutePaths).toEqual(['/srv/here/b', '/x', '/srv/y']);
  });

  it('keeps names that are not text as the bytes they are', () => {
    const { absolutePaths } = resolveTargets([Buffer.from([0x2f, 0xff, 0xfe])], {
      workingDirectory: '/',
      listNames: () => [],
    });
    expect(Buffer.from(absolutePaths[0] ?? '', 'latin1')).toEqual(Buffer.from([0x2f, 0xff, 0xfe]));
  });

  it.each([[[]], [['']], [['a', '']], [['a\0b']]])('refuses %j', (targets) => {
    expect(() => resolveTargets(targets, { workingDirectory: '/', listNames: () => [] })).toThrow(
      expect.objectContaining({ code: 'BACKUP_NO_TARGET' }),
    );
  });
});

describe('cleanPath', () => {
  it.each([
    ['', '.'],
    ['/', '/'],
    ['/..', '/'],
    ['../../a', '../../a'],
    ['a/../..', '..'],
    ['./a//b/', 'a/b'],
  ])('%j becomes %j', (path, expected) => {
    expect(cleanPath(byteStringOfText(path))).toBe(expected);
  });
});
