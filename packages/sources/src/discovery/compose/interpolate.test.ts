import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpolate } from './interpolate.ts';
import { parseYaml } from './parse-yaml.ts';

/** Each list holds the one before nine times. */
const LAUGHS = `a: &a [x, x]\n${Array.from({ length: 9 }, (_, idx) => {
  const [name, before] = [`n${idx}`, idx === 0 ? 'a' : `n${idx - 1}`];
  return `${name}: &${name} [${`*${before},`.repeat(9)}]`;
}).join('\n')}`;

const values = new Map([
  ['A', 'a'],
  ['EMPTY', ''],
  ['TEXT', '${A}'],
]);
const lookup = (name: string) => values.get(name);

describe('variables of Compose', () => {
  it.each([
    ['$A', 'a'],
    ['${A}', 'a'],
    ['x${A}y$A-z', 'xaya-z'],
    ['$$A $${A}', '$A ${A}'],
    ['${M:-d}', 'd'],
    ['${EMPTY:-d}', 'd'],
    ['${EMPTY-d}', ''],
    ['${M-d}', 'd'],
    ['${A:-d}', 'a'],
    ['${M:-${N:-${A}}}', 'a'],
    ['${M:-a}b}', 'ab}'],
    ['${A:+yes}', 'yes'],
    ['${EMPTY:+yes}', ''],
    ['${EMPTY+yes}', 'yes'],
    ['${M+yes}', ''],
    ['${A:?must}', 'a'],
    ['${A:-${M:?must}}', 'a'],
    ['${TEXT}', '${A}'],
    ['${M:-}', ''],
    ['100$', '100$'],
    ['$1', '$1'],
    ['${A', '${A'],
    ['${A!x}', '${A!x}'],
    ['${M:-open', 'open'],
  ])('%s', (text, expected) => {
    expect(interpolate(text, lookup).text).toBe(expected);
  });

  it.each(['${M:?must}', '${EMPTY:?must}', '${M?must}', 'x${M:-${N:?must}}'])(
    '%s must be set, so the text is not known',
    (text) => {
      expect(interpolate(text, lookup).text).toBeUndefined();
    },
  );

  it('are named when they are missing, but not when a default stands for them', () => {
    expect(interpolate('$M ${N} ${O:-d} ${A:-$P}', lookup)).toEqual({ text: '  d a', missing: ['M', 'N'] });
  });

  it.each([
    ['nesting', '${A:-'.repeat(50_000)],
    ['dollars', '$'.repeat(100_000)],
    ['braces', '${'.repeat(100_000)],
  ])('%s end in bounded work', (_, text) => {
    interpolate(text, lookup);
  });

  it('do not multiply a long value without end', () => {
    expect(interpolate('$L'.repeat(10_000), () => 'x'.repeat(10_000)).text).toBeUndefined();
  });

  it('fuzz: any text is read without an error, and one without a dollar is itself', () => {
    const fragment = fc.oneof(
      fc.constantFrom('$', '${', '}', ':-', '-', ':?', ':+', 'A', 'M', '$$'),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 40 }), (fragments) => {
        const text = fragments.join('');
        interpolate(text, lookup);
        expect(interpolate(text.replaceAll('$', ''), lookup).text).toBe(text.replaceAll('$', ''));
        expect(interpolate(text.replaceAll('$', '$$$$'), lookup)).toEqual({ text, missing: [] });
      }),
      { numRuns: fuzzRuns(500) },
    );
  });
});

describe('YAML', () => {
  it('is a mapping, with anchors and merge keys', () => {
    expect(parseYaml('a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n')).toEqual({ a: { b: 1 }, c: { b: 1, d: 2 } });
  });

  it.each([
    ['a list', '- a'],
    ['a text', 'hello'],
    ['nothing', ''],
    ['broken', 'a: [1, 2'],
    ['deep brackets', `a: ${'['.repeat(5000)}`],
    ['deep dashes', `a:\n ${'- '.repeat(5000)}x`],
    ['deep indentation', Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['a billion laughs', LAUGHS],
    ['an alias of itself', 'a: &a\n  b: *a\n  c: &c [*c]\n'],
    ['too many nodes', `a:\n${' - x\n'.repeat(60_000)}`],
    ['zero bytes', 'a: \0\0'],
  ])('is not %s', (_, text) => {
    const data = parseYaml(text);
    // Whatever the library makes of it: bounded, and no error.
    if (data !== undefined) expect(Object.keys(data).length).toBeLessThan(100);
  });

  it('fuzz: any text is read without an error', () => {
    const fragment = fc.oneof(
      fc.constantFrom(
        'a: ',
        '- ',
        '\n',
        '  ',
        '[',
        ']',
        '{',
        '}',
        '&a ',
        '*a ',
        '<<: ',
        '!x ',
        '|',
        '>',
        '"',
        "'",
        '#',
        '? ',
        '%',
        '---',
        '\t',
      ),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 60 }), (fragments) => {
        parseYaml(fragments.join(''));
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
