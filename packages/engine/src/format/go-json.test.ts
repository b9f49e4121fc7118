import { byteStringOf, byteStringOfText } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goJsonString, goJsonStringOfBytes, utf8Length } from './go-json.ts';
import { byteStrings } from './testing/arbitraries.ts';

describe('goJsonString', () => {
  it.each([
    ['plain', '"plain"'],
    ['"\\', '"\\"\\\\"'],
    ['\b\f\n\r\t', '"\\b\\f\\n\\r\\t"'],
    ['\u0000\u0001\u001f\u007f', '"\\u0000\\u0001\\u001f\u007f"'],
    ['<a href="x&y">', '"\\u003ca href=\\"x\\u0026y\\"\\u003e"'],
    ['\u2028\u2029', '"\\u2028\\u2029"'],
    ["/'é€😀\u00a0", '"/\'é€😀\u00a0"'],
    ['\ud800x\udc00', '"\ufffdx\ufffd"'],
  ])('writes %j as Go does', (text, expected) => {
    expect(goJsonString(text)).toBe(expected);
  });

  it('fuzz: is JSON of the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(JSON.parse(goJsonString(text))).toBe(text);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('goJsonStringOfBytes', () => {
  it.each([
    [[0x61, 0xff, 0x62], '"a\\ufffdb"'],
    // Each byte of a sequence that is cut off counts.
    [[0xe2, 0x82], '"\\ufffd\\ufffd"'],
    [[0xed, 0xa0, 0x80], '"\\ufffd\\ufffd\\ufffd"'],
    [[0xc0, 0x80], '"\\ufffd\\ufffd"'],
    [[0xf4, 0x90, 0x80, 0x80], '"\\ufffd\\ufffd\\ufffd\\ufffd"'],
    [[0xf0, 0x9f, 0x98, 0x80], '"😀"'],
    [[0xef, 0xbf, 0xbd], '"\ufffd"'],
    [[0xef, 0xbf, 0xbd, 0xff, 0x3c], '"\ufffd\\ufffd\\u003c"'],
  ])('writes the bytes %j as Go does', (bytes, expected) => {
    expect(goJsonStringOfBytes(byteStringOf(Uint8Array.from(bytes)))).toBe(expected);
  });

  it('fuzz: writes text as text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(goJsonStringOfBytes(byteStringOfText(text))).toBe(goJsonString(text));
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('fuzz: writes one replacement for each byte that is no text', () => {
    fc.assert(
      fc.property(byteStrings, (raw) => {
        const bytes = Buffer.from(raw, 'latin1');
        let strays = 0;
        for (let at = 0; at < bytes.length; at += utf8Length(bytes, at) || 1)
          if (utf8Length(bytes, at) === 0) strays += 1;
        expect(goJsonStringOfBytes(raw).split('\\ufffd')).toHaveLength(strays + 1);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
