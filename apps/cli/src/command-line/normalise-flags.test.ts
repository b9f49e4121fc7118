import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FlagShape, normaliseFlags } from './normalise-flags.ts';

const SHAPES: readonly FlagShape[] = [
  { short: '-v', long: '--verbose', takesValue: false, counts: true },
  { short: '-q', long: '--quiet', takesValue: false },
  { short: '-e', long: '--exclude', takesValue: true },
  { long: '--json', takesValue: false },
  { long: '--no-cache', takesValue: false },
];

function words(...given: readonly string[]): readonly string[] | { readonly flag: string; readonly value: string } {
  const normalised = normaliseFlags(given, SHAPES);
  return normalised.status === 'ok' ? normalised.words : { flag: normalised.flag, value: normalised.value };
}

describe('normaliseFlags', () => {
  it.each([
    [['--json=true'], ['--json']],
    [['--json=1'], ['--json']],
    [['--json=False'], []],
    [['--no-cache=false', 'x'], ['x']],
    [['--verbose=2'], ['--verbose', '--verbose']],
    [['--verbose=0'], []],
    [['--verbose=4000'], Array.from({ length: 9 }, () => '--verbose')],
    [['-e=*.log'], ['-e', '*.log']],
    [['-e*.log'], ['-e', '*.log']],
    [
      ['-qve', '*.log'],
      ['-q', '-v', '-e', '*.log'],
    ],
    [['-qve=x'], ['-q', '-v', '-e', 'x']],
    [['-vv'], ['-v', '-v']],
  ])('writes %j as commander reads it: %j', (given, wanted) => {
    expect(words(...given)).toEqual(wanted);
  });

  it.each([
    ['--json=maybe', '--json', 'maybe'],
    ['--quiet=2', '--quiet', '2'],
    ['--verbose=-1', '--verbose', '-1'],
    ['--json=', '--json', ''],
  ])('refuses %j, naming the switch', (word, flag, value) => {
    expect(words(word)).toEqual({ flag, value });
  });

  it('leaves values alone, whatever they look like', () => {
    expect(words('--exclude', '--json=true', '-e', '-vv')).toEqual(['--exclude', '--json=true', '-e', '-vv']);
    expect(words('--exclude=--json=true')).toEqual(['--exclude=--json=true']);
  });

  it('leaves what it does not know to the parser', () => {
    expect(words('--unknown=true', '-vx', '-', '', '--exclude')).toEqual([
      '--unknown=true',
      '-vx',
      '-',
      '',
      '--exclude',
    ]);
  });

  it('touches nothing behind -- or from a subcommand on', () => {
    expect(words('-q', '--', '--json=false', '-vv')).toEqual(['-q', '--', '--json=false', '-vv']);
    const normalised = normaliseFlags(['--json=true', 'list', '--json=false'], SHAPES, (word) => word === 'list');
    expect(normalised).toEqual({ status: 'ok', words: ['--json', 'list', '--json=false'] });
  });

  it('fuzz: never loses a word that is no flag, nor what stands behind --', () => {
    const word = fc.oneof(
      fc.constantFrom('--json', '--json=true', '-vq', '-e', '--exclude', '--', '-', '-e=x', '--verbose=3'),
      fc.string({ maxLength: 6 }).filter((text) => !text.startsWith('-')),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (given) => {
        const done = words(...given);
        if (!Array.isArray(done)) return;
        const plain = given.filter((each) => !each.startsWith('-'));
        expect(done.filter((each) => plain.includes(each)).length).toBeGreaterThanOrEqual(plain.length);
        // Not one that is the value of the option before it.
        const end = given.findIndex((each, at) => each === '--' && !['-e', '--exclude'].includes(given[at - 1] ?? ''));
        if (end >= 0 && !given.slice(0, end).includes('--'))
          expect(done.slice(done.length - (given.length - end))).toEqual(given.slice(end));
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
