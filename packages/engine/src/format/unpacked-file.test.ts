import { describe, expect, it } from 'vitest';
import { decodeUnpacked, encodeUnpacked } from './unpacked-file.ts';

const JSON_BYTES = Buffer.from('{"a":1}');
const reverse = (bytes: Uint8Array): Uint8Array => Buffer.from(bytes).reverse();

describe('an unpacked file', () => {
  it('is marked and compressed from version 2 on', () => {
    const plain = encodeUnpacked(JSON_BYTES, 2, reverse);
    expect(plain).toEqual(Buffer.concat([Buffer.of(2), reverse(JSON_BYTES)]));
    expect(decodeUnpacked(plain, { decompress: reverse })).toEqual(JSON_BYTES);
  });

  it('is its JSON in version 1', () => {
    expect(encodeUnpacked(JSON_BYTES, 1, reverse)).toEqual(JSON_BYTES);
  });

  it.each(['{"a":1}', '["a"]', ''])('of the first version stays readable: %j', (text) => {
    expect(decodeUnpacked(Buffer.from(text), { decompress: reverse })).toEqual(Buffer.from(text));
  });

  it('stays empty when it is', () => {
    expect(encodeUnpacked(Buffer.alloc(0), 2, reverse)).toEqual(Buffer.alloc(0));
  });

  it.each([0, 1, 3, 0x20, 0xff])('that begins with %d is refused', (first) => {
    expect(() => decodeUnpacked(Buffer.of(first, 1, 2), { decompress: reverse })).toThrow(
      expect.objectContaining({ code: 'UNPACKED_ENCODING_UNKNOWN', kind: 'corruption', context: { first } }),
    );
  });
});
