import { describe, expect, it } from 'vitest';
import { TocText } from './toc-text.ts';

const ENCODINGS = [
  'UTF8',
  'SQL_ASCII',
  'LATIN1',
  'LATIN2',
  'LATIN5',
  'WIN1251',
  'WIN1252',
  'KOI8R',
  'EUC_JP',
  'EUC_TW',
];

describe('texts of an archive', () => {
  it.each(ENCODINGS)('that are ASCII are the same in %s', (encoding) => {
    const text = new TocText(encoding);
    expect([text.read('a "b"'), text.write('a "b"')]).toEqual(['a "b"', 'a "b"']);
  });

  it.each([
    ['UTF8', '\u00c3\u00a9', 'é'],
    ['LATIN1', '\u00e9', 'é'],
    ['LATIN9', '\u00a4', '€'],
    ['WIN1251', '\u00cf', 'П'],
    ['KOI8R', '\u00f0', 'П'],
    ['EUC_JP', '\u00c5\u00ec', '東'],
  ])('of %s are read', (encoding, raw, expected) => {
    expect(new TocText(encoding).read(raw)).toBe(expected);
  });

  it.each([
    ['UTF8', '東'],
    ['LATIN1', 'é'],
    ['LATIN9', '€'],
    ['WIN1251', 'Привет'],
  ])('are written in %s as they are read', (encoding, name) => {
    const text = new TocText(encoding);
    expect(text.read(text.write(name))).toBe(name);
  });

  it.each([
    ['LATIN1', '東'],
    ['LATIN1', '€'],
    ['EUC_JP', '東'],
    ['WIN1252', 'П'],
  ])('are not written in %s when they cannot be', (encoding, name) => {
    expect(() => new TocText(encoding).write(name)).toThrow(encoding);
  });
});
