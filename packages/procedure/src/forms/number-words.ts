import type { Language } from '@lumbung/contracts';
import { assert, assertNever } from '@lumbung/stdx';

/** From here on there is no word: 1,000 trillion. */
export const WORDS_END = 1e15;

/** A whole number in words: `dua ribu dua puluh enam`, `minus seratus`. @param value smaller than WORDS_END, on both sides */
export function numberInWords(value: number, language: Language): string {
  assert(Number.isSafeInteger(value) && Math.abs(value) < WORDS_END, 'a whole number that has a name');
  switch (language) {
    case 'id':
      return signed(value, terbilang(Math.abs(value)));
    case 'en':
      return signed(value, englishWords(Math.abs(value)));
    default:
      return assertNever(language);
  }
}

const signed = (value: number, words: string): string => (value < 0 ? `minus ${words}` : words);

const ID_UNITS = [
  'nol',
  'satu',
  'dua',
  'tiga',
  'empat',
  'lima',
  'enam',
  'tujuh',
  'delapan',
  'sembilan',
  'sepuluh',
  'sebelas',
] as const;
const ID_SCALES = [
  { size: 1e12, word: 'triliun' },
  { size: 1e9, word: 'miliar' },
  { size: 1e6, word: 'juta' },
] as const;

function terbilang(value: number): string {
  for (const { size, word } of ID_SCALES) {
    if (value >= size) return joined(`${terbilang(Math.floor(value / size))} ${word}`, value % size, terbilang);
  }
  if (value >= 2000) return joined(`${terbilang(Math.floor(value / 1000))} ribu`, value % 1000, terbilang);
  // One thousand and one hundred have words of their own; one million has not.
  if (value >= 1000) return joined('seribu', value % 1000, terbilang);
  if (value >= 200) return joined(`${terbilang(Math.floor(value / 100))} ratus`, value % 100, terbilang);
  if (value >= 100) return joined('seratus', value % 100, terbilang);
  if (value >= 20) return joined(`${terbilang(Math.floor(value / 10))} puluh`, value % 10, terbilang);
  if (value >= 12) return `${terbilang(value - 10)} belas`;
  return ID_UNITS[value] ?? '';
}

function joined(head: string, rest: number, words: (value: number) => string): string {
  return rest === 0 ? head : `${head} ${words(rest)}`;
}

const EN_UNITS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
] as const;
const EN_TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'] as const;
const EN_SCALES = [
  { size: 1e12, word: 'trillion' },
  { size: 1e9, word: 'billion' },
  { size: 1e6, word: 'million' },
  { size: 1000, word: 'thousand' },
  { size: 100, word: 'hundred' },
] as const;

function englishWords(value: number): string {
  for (const { size, word } of EN_SCALES) {
    if (value >= size) return joined(`${englishWords(Math.floor(value / size))} ${word}`, value % size, englishWords);
  }
  const tens = EN_TENS[Math.floor(value / 10)] ?? '';
  if (value >= 20) return value % 10 === 0 ? tens : `${tens}-${EN_UNITS[value % 10]}`;
  return EN_UNITS[value] ?? '';
}
