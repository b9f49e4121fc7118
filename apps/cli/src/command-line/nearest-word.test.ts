import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestWord } from './nearest-word.ts';

const COMMANDS = ['backup', 'snapshots', 'restore', 'check', 'forget', 'prune', 'ls', 'key'];

describe('nearestWord', () => {
  it.each([
    ['bakcup', 'backup'],
    ['backups', 'backup'],
    ['snapshot', 'snapshots'],
    ['SNAPSHOTS', undefined],
    ['restroe', 'restore'],
    ['chek', 'check'],
    ['pruen', 'prune'],
    ['l', 'ls'],
    ['x', undefined],
    ['kittens', undefined],
    ['', undefined],
  ])('of %j is %j', (word, near) => {
    expect(nearestWord(word, COMMANDS)).toBe(near);
  });

  it('takes the nearest, and of equals the first', () => {
    expect(nearestWord('--tags', ['--target', '--tag', '--path'])).toBe('--tag');
    expect(nearestWord('abcd', ['abce', 'abcf'])).toBe('abce');
  });

  it('does not go on for ever with long words', () => {
    const long = 'x'.repeat(1_000_000);
    expect(nearestWord(long, ['check', '--exclude'])).toBeUndefined();
  });

  it('is the word itself where it is there', () => {
    fc.assert(
      fc.property(fc.constantFrom(...COMMANDS), fc.shuffledSubarray(COMMANDS), (word, others) => {
        expect(nearestWord(word, [...others.filter((each) => each !== word), word])).toBe(word);
      }),
    );
  });
});
