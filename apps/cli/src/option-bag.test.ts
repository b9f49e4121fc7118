import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OptionBag } from './option-bag.ts';
import { damagedWord } from './testing/damaged-words.ts';

function bag(values: Readonly<Record<string, unknown>>): OptionBag {
  return new OptionBag(values, [
    'keepLast',
    'tag',
    'size',
    'retryLock',
    'mode',
    'dryRun',
    'option',
    ...Object.keys(values),
  ]);
}

const invalid = (option: string, value: string) =>
  expect.objectContaining({ code: 'OPTION_INVALID', context: expect.objectContaining({ option, value }) });

describe('OptionBag', () => {
  it('tells a name that the command does not have as a bug', () => {
    expect(() => new OptionBag({}, ['tag']).text('tga')).toThrow(expect.objectContaining({ kind: 'bug' }));
  });

  it('has nothing for what was not given', () => {
    const options = bag({});
    expect(options.flag('dryRun')).toBe(false);
    expect(options.text('mode')).toBeUndefined();
    expect(options.texts('tag')).toEqual([]);
    expect(options.integer('keepLast')).toBeUndefined();
    expect(options.count('keepLast')).toBe(0);
    expect(options.bytes('size')).toBeUndefined();
    expect(options.milliseconds('retryLock')).toBeUndefined();
  });

  it('keeps the occurrences of a list apart, or joins them', () => {
    const options = bag({ tag: ['a, b', 'c', ''] });
    expect(options.lists('tag')).toEqual([['a', 'b'], ['c'], ['']]);
    expect(options.list('tag')).toEqual(['a', 'b', 'c']);
  });

  it.each(['-1', '1.5', '1e3', ' 1', '0x10', '', 'ten', '9999999999999999999'])('refuses the number %j', (value) => {
    expect(() => bag({ keepLast: value }).integer('keepLast')).toThrow(invalid('--keep-last', value));
  });

  it('knows unlimited counts', () => {
    expect(bag({ keepLast: 'unlimited' }).count('keepLast')).toBe(-1);
    expect(bag({ keepLast: '-1' }).count('keepLast')).toBe(-1);
    expect(() => bag({ keepLast: '-2' }).count('keepLast')).toThrow(invalid('--keep-last', '-2'));
  });

  it.each([
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1_500],
    ['20ms', 20],
  ])('reads %s as a span of time', (text, milliseconds) => {
    expect(bag({ retryLock: text }).milliseconds('retryLock')).toBe(milliseconds);
  });

  it.each(['5', 'm', '5 m', '-5m', '5m!', '5d'])('refuses the span of time %j', (value) => {
    expect(() => bag({ retryLock: value }).milliseconds('retryLock')).toThrow(invalid('--retry-lock', value));
  });

  it('refuses a size that is none, and says which option', () => {
    expect(bag({ size: '2K' }).bytes('size')).toBe(2048);
    expect(() => bag({ size: 'big' }).bytes('size')).toThrow(invalid('--size', 'big'));
  });

  it('refuses a word that is no choice', () => {
    expect(bag({ mode: 'b' }).choice('mode', ['a', 'b'])).toBe('b');
    expect(() => bag({ mode: 'c' }).choice('mode', ['a', 'b'])).toThrow(invalid('--mode', 'c'));
  });

  it('refuses a pair without a key', () => {
    expect(bag({ option: ['a=b=c'] }).pairs('option')).toEqual(new Map([['a', 'b=c']]));
    expect(() => bag({ option: ['=b'] }).pairs('option')).toThrow(invalid('--option', '=b'));
  });

  it('refuses two options that exclude each other', () => {
    const options = bag({ mode: 'a', dryRun: true, tag: [] });
    expect(() => options.refuseTogether('mode', 'dryRun')).toThrow(
      expect.objectContaining({ code: 'OPTIONS_CONFLICT', context: { first: '--mode', second: '--dry-run' } }),
    );
    options.refuseTogether('mode', 'tag');
  });

  it('fuzz: reads a number or a span or refuses it, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), damagedWord(['1h30m', '1.5s', '20ms', '512M', '1.5G', '17', 'unlimited'])),
        (value) => {
          const options = bag({ keepLast: value, retryLock: value, size: value });
          for (const read of [
            () => options.count('keepLast'),
            () => options.milliseconds('retryLock') ?? 0,
            () => options.bytes('size') ?? 0,
          ]) {
            try {
              expect(read()).toBeGreaterThanOrEqual(-1);
            } catch (error) {
              expect(error).toMatchObject({ code: 'OPTION_INVALID' });
            }
          }
        },
      ),
      { numRuns: fuzzRuns() },
    );
  });
});
