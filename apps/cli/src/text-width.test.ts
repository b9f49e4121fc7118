import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutEnd, cutStart, displayWidth, padEnd, padStart, wrap } from './text-width.ts';

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['漢字', 4],
    ['ひらがな', 8],
    ['한국', 4],
    ['ＡＢ', 4],
    ['🙂', 2],
    ['📦 x', 4],
    ['🚀', 2],
    ['✅⚡🪣🟢', 8],
    ['✓ © ™', 5],
    ['👩\u200d🌾', 4],
    ['\x1b[1mbold\x1b[22m', 4],
    ['\x1b[38;5;12mx\x1b[0m', 1],
    ['tab\tnull\0', 7],
    ['ꦧꦭꦶ', 2],
  ])('of %j is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('padding', () => {
  it('counts columns, not characters', () => {
    expect(padEnd('漢', 4)).toBe('漢  ');
    expect(padStart('漢', 4)).toBe('  漢');
    expect(padEnd('\x1b[1mx\x1b[22m', 3)).toBe('\x1b[1mx\x1b[22m  ');
  });

  it('shortens nothing', () => {
    expect(padEnd('abcdef', 3)).toBe('abcdef');
    expect(padStart('abcdef', 3)).toBe('abcdef');
  });
});

describe('cutting', () => {
  it.each([
    [cutEnd, 'abcdef', 6, 'abcdef'],
    [cutEnd, 'abcdef', 4, 'abc…'],
    [cutStart, '/srv/www/index.php', 10, '…index.php'],
    [cutEnd, '漢字漢字', 5, '漢字…'],
    [cutEnd, '漢字漢字', 4, '漢…'],
    [cutStart, '漢字漢字', 4, '…字'],
    [cutEnd, '🙂🙂🙂', 3, '🙂…'],
  ])('%o of %j to %i columns is %j', (cut, text, width, wanted) => {
    expect(cut(text, width)).toBe(wanted);
  });

  it('never takes more columns than there are', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '漢', '🙂', 'e\u0301', ' ') });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), (line, width) => {
        expect(displayWidth(cutEnd(line, width))).toBeLessThanOrEqual(width);
        expect(displayWidth(cutStart(line, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('wrap', () => {
  it('breaks at blanks and keeps line ends and indents', () => {
    expect(wrap('aa bb cc', 5)).toEqual(['aa bb', 'cc']);
    expect(wrap('a\nb', 10)).toEqual(['a', 'b']);
    expect(wrap('  aa bb', 4)).toEqual(['  aa', 'bb']);
  });

  it('leaves a word that is too long whole', () => {
    expect(wrap('a verylongword b', 5)).toEqual(['a', 'verylongword', 'b']);
  });

  it('counts wide characters as two', () => {
    expect(wrap('漢字 漢字', 5)).toEqual(['漢字', '漢字']);
  });

  it('loses no word, whatever the width', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'bcd', '漢字', 'lumbung')),
        fc.integer({ min: 1, max: 40 }),
        (parts, width) => {
          expect(wrap(parts.join(' '), width).join(' ')).toBe(parts.join(' '));
        },
      ),
    );
  });
});
