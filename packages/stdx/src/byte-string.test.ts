import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteStringOf, byteStringOfText, bytesOf, fsPath, textOf } from './byte-string.ts';
import { fuzzRuns } from './testing/index.ts';

describe('byte strings', () => {
  it('give back every byte', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = byteStringOf(bytes);
        expect(text).toHaveLength(bytes.length);
        expect(bytesOf(text).equals(bytes)).toBe(true);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('compare in byte order', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        const left = byteStringOf(a);
        const right = byteStringOf(b);
        expect(left < right ? -1 : left > right ? 1 : 0).toBe(Buffer.compare(a, b));
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('hold the UTF-8 bytes of a text, and give the text back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const bytes = byteStringOfText(text);
        expect(bytesOf(bytes).equals(Buffer.from(text, 'utf8'))).toBe(true);
        expect(textOf(bytes)).toBe(text.toWellFormed());
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('keep names apart that become the same text', () => {
    const one = byteStringOf(Buffer.from([0x61, 0xff]));
    const other = byteStringOf(Buffer.from([0x61, 0xfe]));
    expect(textOf(one)).toBe(textOf(other));
    expect(one).not.toBe(other);
  });

  it('read a view at its own place in a larger buffer', () => {
    expect(byteStringOf(new Uint8Array([1, 97, 98, 1]).subarray(1, 3))).toBe('ab');
  });

  it('name a file by a string while it is ASCII, else by its bytes', () => {
    expect(fsPath(byteStringOfText('/a/b'))).toBe('/a/b');
    expect(fsPath(byteStringOfText('/ä'))).toEqual(Buffer.from('/ä', 'utf8'));
    expect(fsPath(byteStringOf(Buffer.from([0x2f, 0xff])))).toEqual(Buffer.from([0x2f, 0xff]));
  });

  it('take text with a line end for ASCII and DEL too, but not U+0080', () => {
    expect(fsPath(byteStringOfText('a\nb\u007f\n'))).toBe('a\nb\u007f\n');
    expect(fsPath(byteStringOfText('\u0080'))).toEqual(Buffer.from([0xc2, 0x80]));
  });
});
