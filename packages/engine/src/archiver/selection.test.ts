import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { byteStringOfText, textOf } from '@lumbung/stdx';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExcludeOptions } from './backup-options.ts';
import { Selection } from './selection.ts';

const CACHE_HEADER = 'Signature: 8a477f597d28d172789f06886806bc55';

let folder: string;
let unreadable: string[];

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'lumbung-selection-'));
  unreadable = [];
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function select(options: ExcludeOptions): Selection {
  return new Selection(options, (at) => unreadable.push(path.basename(textOf(at))));
}

function kept(options: ExcludeOptions, ...names: readonly string[]): string[] {
  return select(options).keptNames(byteStringOfText(folder), names.map(byteStringOfText)).map(textOf);
}

describe('names that are left out', () => {
  it.each<[string, ExcludeOptions, string, boolean]>([
    ['a pattern', { patterns: ['*.log'] }, '/home/a.log', true],
    ['a pattern, letter for letter', { patterns: ['*.log'] }, '/home/a.LOG', false],
    ['a pattern from a file', { filePatterns: ['/home/tmp'] }, '/home/tmp/x', true],
    ['a pattern in any case', { caseInsensitivePatterns: ['*.log'] }, '/home/a.LOG', true],
    ['a pattern from a file in any case', { caseInsensitiveFilePatterns: ['A'] }, '/home/a', true],
    ['a pattern but not its exception', { patterns: ['*.log', '!keep.log'] }, '/home/keep.log', false],
    ['nothing without patterns', {}, '/home/a.log', false],
  ])('match %s', (_, options, name, isExcluded) => {
    expect(select(options).isExcludedByName(byteStringOfText(name))).toBe(isExcluded);
  });

  it('refuses a pattern that is none', () => {
    expect(() => select({ patterns: ['[a'] })).toThrow(expect.objectContaining({ code: 'PATTERN_INVALID' }));
  });
});

describe('sizes that are left out', () => {
  it('are larger than the limit, not equal to it', () => {
    expect([99, 100, 101].map((size) => select({ largerThanBytes: 100 }).isTooLarge(size))).toEqual([
      false,
      false,
      true,
    ]);
    expect(select({}).isTooLarge(Number.MAX_SAFE_INTEGER)).toBe(false);
  });
});

describe('a folder with a marker', () => {
  it('keeps the marker only', () => {
    expect(kept({ ifPresent: [{ fileName: '.nobackup' }] }, 'a', '.nobackup', 'b')).toEqual(['.nobackup']);
    expect(kept({ ifPresent: [{ fileName: '.nobackup' }] }, 'a', 'b')).toEqual(['a', 'b']);
  });

  it('keeps nothing when two markers leave each other out', () => {
    expect(kept({ ifPresent: [{ fileName: 'm' }, { fileName: 'n' }] }, 'a', 'm', 'n')).toEqual([]);
  });

  it.each([
    ['its header', `${CACHE_HEADER}\n# a comment`, true],
    ['nothing but its header', CACHE_HEADER, true],
    ['another header', `signature${CACHE_HEADER.slice(9)}`, false],
    ['the beginning of its header', CACHE_HEADER.slice(0, -1), false],
    ['nothing', '', false],
  ])('is a cache when the tag holds %s', (_, content, isCache) => {
    writeFileSync(path.join(folder, 'CACHEDIR.TAG'), content);
    expect(kept({ caches: true }, 'CACHEDIR.TAG', 'a')).toEqual(isCache ? ['CACHEDIR.TAG'] : ['CACHEDIR.TAG', 'a']);
    expect(unreadable).toEqual([]);
  });

  it('is not waited for when the marker is a fifo, and is none when it is a folder', () => {
    execFileSync('mkfifo', [path.join(folder, 'CACHEDIR.TAG')]);
    expect(kept({ caches: true }, 'CACHEDIR.TAG', 'a')).toEqual(['CACHEDIR.TAG', 'a']);
    mkdirSync(path.join(folder, 'tag'));
    expect(kept({ ifPresent: [{ fileName: 'tag', header: 'x' }] }, 'tag', 'a')).toEqual(['tag', 'a']);
    expect(unreadable).toEqual([]);
  });

  it('is kept whole when the marker cannot be read, and that is told unless it has vanished', () => {
    symlinkSync('CACHEDIR.TAG', path.join(folder, 'CACHEDIR.TAG'));
    expect(kept({ caches: true }, 'CACHEDIR.TAG', 'a')).toEqual(['CACHEDIR.TAG', 'a']);
    expect(kept({ ifPresent: [{ fileName: 'gone', header: 'x' }] }, 'gone', 'a')).toEqual(['gone', 'a']);
    expect(unreadable).toEqual(['CACHEDIR.TAG']);
  });
});
