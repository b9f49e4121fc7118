import { type ByteString, byteStringOf, byteStringOfText } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteName, unquoteName } from './name-quoting.ts';
import { isPrintable } from './printable.ts';
import { byteStrings } from './testing/arbitraries.ts';

const raw = (...bytes: number[]): ByteString => byteStringOf(Uint8Array.from(bytes));

describe('isPrintable', () => {
  it('knows the characters of Unicode 15.0, whatever version the runtime has', () => {
    let printable = 0;
    for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += 1) {
      const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
      if (!isSurrogate && isPrintable(String.fromCodePoint(codePoint))) printable += 1;
    }
    // 148,997 of the categories L, M, N, P and S, and the space.
    expect(printable).toBe(148_998);
  });
});

describe('quoteName', () => {
  it.each([
    ['file.txt', 'file.txt'],
    ['a b', 'a b'],
    ['"q" \\', '\\"q\\" \\\\'],
    ['\u0007\b\f\n\r\t\u000b', '\\a\\b\\f\\n\\r\\t\\v'],
    ['\u0001\u001b\u007f', '\\x01\\x1b\\x7f'],
    ['é€漢😀', 'é€漢😀'],
    ['\u00a0\u00ad\u0085\u200d\u2028\u3000\ufeff', '\\u00a0\\u00ad\\u0085\\u200d\\u2028\\u3000\\ufeff'],
    ['\u{e0001}\u{10ffff}\u{1fffe}', '\\U000e0001\\U0010ffff\\U0001fffe'],
    ['\ufffd', '\ufffd'],
    // Assigned after Unicode 15.0.
    ['\u{1fae9}\u1c89', '\\U0001fae9\\u1c89'],
  ])('writes %j as %j', (name, quoted) => {
    expect(quoteName(byteStringOfText(name))).toBe(quoted);
    expect(unquoteName(quoted)).toBe(byteStringOfText(name));
  });

  it.each([
    [raw(0x62, 0xff, 0x6e), 'b\\xffn'],
    [raw(0xe2, 0x82, 0x61), '\\xe2\\x82a'],
    [raw(0xed, 0xa0, 0x80), '\\xed\\xa0\\x80'],
    [raw(0xc3, 0xa9, 0xc3), 'é\\xc3'],
  ])('keeps bytes that are no text', (name, quoted) => {
    expect(quoteName(name)).toBe(quoted);
    expect(unquoteName(quoted)).toBe(name);
  });
});

describe('unquoteName', () => {
  it.each([
    ['\\101\\377', raw(0x41, 0xff)],
    ["\\'", raw(0x27)],
    ['\\xC3\\xa9', raw(0xc3, 0xa9)],
    ['\\u00E9', raw(0xc3, 0xa9)],
  ])('reads %s', (text, expected) => {
    expect(unquoteName(text)).toBe(expected);
  });

  it.each([
    '\\',
    'a\\',
    '\\q',
    '\\x1',
    '\\xgg',
    '\\u12',
    '\\ud800',
    '\\U00110000',
    '\\U0000d800',
    '\\400',
    '\\08',
    '\\é',
  ])('copies what is no escape: %s', (text) => {
    expect(unquoteName(text)).toBe(byteStringOfText(text));
  });

  it('goes on behind what is no escape', () => {
    expect(unquoteName('\\q\\n\\')).toBe('\\q\n\\');
  });
});

describe('names', () => {
  it('fuzz: are the same after quoting and unquoting', () => {
    fc.assert(
      fc.property(byteStrings, (name) => {
        const quoted = quoteName(name);
        expect(unquoteName(quoted)).toBe(name);
        expect(quoted.replaceAll(/\\./g, '')).toSatisfy(isPrintable);
      }),
      { numRuns: fuzzRuns(1000) },
    );
  });

  it('fuzz: any text stands for some name', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\\', 'x', 'u', 'U', '0', '1', 'f', 'n', 'é', '"') }), (text) => {
        const name = unquoteName(text);
        expect(name.length).toBeLessThanOrEqual(Buffer.byteLength(text));
        expect(unquoteName(quoteName(name))).toBe(name);
      }),
      { numRuns: fuzzRuns(1000) },
    );
  });
});
