import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberInWords, WORDS_END } from './number-words.ts';

describe('numbers in words', () => {
  it.each([
    [0, 'nol', 'zero'],
    [1, 'satu', 'one'],
    [10, 'sepuluh', 'ten'],
    [11, 'sebelas', 'eleven'],
    [12, 'dua belas', 'twelve'],
    [19, 'sembilan belas', 'nineteen'],
    [20, 'dua puluh', 'twenty'],
    [21, 'dua puluh satu', 'twenty-one'],
    [99, 'sembilan puluh sembilan', 'ninety-nine'],
    [100, 'seratus', 'one hundred'],
    [101, 'seratus satu', 'one hundred one'],
    [111, 'seratus sebelas', 'one hundred eleven'],
    [200, 'dua ratus', 'two hundred'],
    [999, 'sembilan ratus sembilan puluh sembilan', 'nine hundred ninety-nine'],
    [1000, 'seribu', 'one thousand'],
    [1100, 'seribu seratus', 'one thousand one hundred'],
    [1999, 'seribu sembilan ratus sembilan puluh sembilan', 'one thousand nine hundred ninety-nine'],
    [2000, 'dua ribu', 'two thousand'],
    [2026, 'dua ribu dua puluh enam', 'two thousand twenty-six'],
    [11_000, 'sebelas ribu', 'eleven thousand'],
    [21_001, 'dua puluh satu ribu satu', 'twenty-one thousand one'],
    [100_000, 'seratus ribu', 'one hundred thousand'],
    [101_000, 'seratus satu ribu', 'one hundred one thousand'],
    [1_000_000, 'satu juta', 'one million'],
    [1_001_000, 'satu juta seribu', 'one million one thousand'],
    [1_000_000_000, 'satu miliar', 'one billion'],
    [1_000_000_000_000, 'satu triliun', 'one trillion'],
    [
      999_000_000_000_001,
      'sembilan ratus sembilan puluh sembilan triliun satu',
      'nine hundred ninety-nine trillion one',
    ],
    [-26, 'minus dua puluh enam', 'minus twenty-six'],
  ])('%i', (value, id, en) => {
    expect(numberInWords(value, 'id')).toBe(id);
    expect(numberInWords(value, 'en')).toBe(en);
  });

  it('say minus of negative ones, and never milyar', () => {
    expect(numberInWords(-1_000_000_000, 'id')).toBe('minus satu miliar');
  });

  it('end where no word is left', () => {
    expect(numberInWords(WORDS_END - 1, 'id')).toMatch(/triliun/);
    for (const value of [WORDS_END, -WORDS_END, 1.5, Number.NaN]) {
      expect(() => numberInWords(value, 'id')).toThrow(expect.objectContaining({ code: 'BUG_ASSERTION' }));
    }
  });

  it('can be read back', () => {
    const numbers = fc.integer({ min: -WORDS_END + 1, max: WORDS_END - 1 });
    fc.assert(
      fc.property(numbers, (value) => {
        expect(readTerbilang(numberInWords(value, 'id'))).toBe(value);
      }),
      { numRuns: fuzzRuns(500) },
    );
  });
});

/** Reads Indonesian words by another road than they are written: word by word, with a running sum. */
function readTerbilang(words: string): number {
  const units = ['nol', 'satu', 'dua', 'tiga', 'empat', 'lima', 'enam', 'tujuh', 'delapan', 'sembilan'];
  const scales: Record<string, number> = { ribu: 1e3, juta: 1e6, miliar: 1e9, triliun: 1e12 };
  let [total, group, digit, sign] = [0, 0, 0, 1];
  for (const word of words.split(' ')) {
    const scale = scales[word];
    if (word === 'minus') sign = -1;
    else if (word === 'seribu') total += 1000;
    else if (word === 'seratus') group += 100;
    else if (word === 'sepuluh') group += 10;
    else if (word === 'sebelas') group += 11;
    else if (word === 'belas') [group, digit] = [group + 10 + digit, 0];
    else if (word === 'puluh') [group, digit] = [group + digit * 10, 0];
    else if (word === 'ratus') [group, digit] = [group + digit * 100, 0];
    else if (scale !== undefined) [total, group, digit] = [total + (group + digit) * scale, 0, 0];
    else digit = units.indexOf(word);
  }
  // Zero keeps no sign.
  return sign * (total + group + digit) + 0;
}
