import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitWords } from './split-words.ts';

describe('splitWords', () => {
  it.each([
    ['', []],
    ['   ', []],
    ['pass show backup', ['pass', 'show', 'backup']],
    ['  a\tb \n c ', ['a', 'b', 'c']],
    ['"a b" c', ['a b', 'c']],
    ['\'a "b" \\\' c', ['a "b" \\', 'c']],
    ['a\\ b', ['a b']],
    ['a""b \'\'', ['ab', '']],
    ['"a\\"b"', ['a"b']],
  ])('splits %j', (command, words) => {
    expect(splitWords(command)).toEqual(words);
  });

  it.each(['"', "'", 'a "b', 'a \'b " c'])('refuses the open quote of %j', (command) => {
    expect(() => splitWords(command)).toThrow(expect.objectContaining({ code: 'COMMAND_QUOTES_OPEN' }));
  });

  it('gives back words that were quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string().filter((word) => !word.includes("'"))), (words) => {
        expect(splitWords(words.map((word) => `'${word}'`).join(' '))).toEqual(words);
      }),
    );
  });

  it('fuzz: splits or refuses whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '"', "'", '\\', '\n') }), (command) => {
        try {
          expect(splitWords(command).join('').length).toBeLessThanOrEqual(command.length);
        } catch (error) {
          expect(error).toMatchObject({ code: 'COMMAND_QUOTES_OPEN' });
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
