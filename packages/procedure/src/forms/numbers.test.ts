import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInteger, formatPercentage, formatRatio, formatSize, formatTenths, minutesOf } from './numbers.ts';

const percentage = (numerator: number, denominator: number): string =>
  formatPercentage({ numerator, denominator }, 'id');

describe('whole numbers', () => {
  it('are grouped by thousands in the way of the language', () => {
    expect(formatInteger(1_234_567, 'id')).toBe('1.234.567');
    expect(formatInteger(1_234_567, 'en')).toBe('1,234,567');
    expect(formatInteger(-1000, 'id')).toBe('-1.000');
    expect(formatInteger(999, 'id')).toBe('999');
    expect(formatTenths(-15, 'id')).toBe('-1,5');
  });
});

describe('percentages', () => {
  it('have one decimal, rounded half up', () => {
    expect(percentage(30, 31)).toBe('96,8%');
    expect(formatPercentage({ numerator: 30, denominator: 31 }, 'en')).toBe('96.8%');
    // 1/16 is 6.25 %, 3/16 is 18.75 %; 1/2000 is 0.05 %; 57/2000 is 2.85 %, which binary fractions hold as 2.849….
    expect([percentage(1, 16), percentage(3, 16), percentage(1, 2000), percentage(57, 2000)]).toEqual([
      '6,3%',
      '18,8%',
      '0,1%',
      '2,9%',
    ]);
  });

  it('are never 100,0% while something is missing, never 0,0% while something is there', () => {
    expect(percentage(9999, 10_000)).toBe('99,9%');
    expect(percentage(10_000, 10_000)).toBe('100,0%');
    expect(percentage(1, 10_000)).toBe('0,1%');
    expect(percentage(0, 10_000)).toBe('0,0%');
  });

  it('of nothing are a dash', () => {
    expect(percentage(0, 0)).toBe('-');
    expect(formatRatio({ numerator: 0, denominator: 0 }, 'id')).toBe('- (0/0)');
    expect(formatRatio({ numerator: 1234, denominator: 2000 }, 'id')).toBe('61,7% (1.234/2.000)');
  });

  it('stand for their ratio to half a tenth, whatever the numbers', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000 }), fc.nat({ max: 1_000_000 }), (a, b) => {
        const [numerator, denominator] = [Math.min(a, b), Math.max(a, b, 1)];
        const shown = Number(percentage(numerator, denominator).replace(',', '.').replace('%', ''));
        expect(Math.abs(shown - (numerator / denominator) * 100)).toBeLessThanOrEqual(0.1);
        expect(shown === 100).toBe(numerator === denominator);
        expect(shown === 0).toBe(numerator === 0);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1,0 kB'],
    [1_550, '1,6 kB'],
    [12_500_000_000, '12,5 GB'],
    [999_949_999, '999,9 MB'],
    [999_950_000, '1,0 GB'],
    [1_234_600_000_000, '1,2 TB'],
    [Number.MAX_SAFE_INTEGER, '9,0 PB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(formatSize(bytes, 'id')).toBe(text);
  });

  it('have the decimal of the language', () => {
    expect(formatSize(12_500_000_000, 'en')).toBe('12.5 GB');
  });
});

describe('minutes', () => {
  it('are whole, half up', () => {
    expect([minutesOf(0), minutesOf(29_999), minutesOf(30_000), minutesOf(3_720_000)]).toEqual([0, 0, 1, 62]);
  });
});
