import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Compressor } from '../compression/compressor.ts';
import { zstdDecompressUnknown } from '../compression/decompressor.ts';
import { STOCK_FIXTURE } from '../testing/stock-fixture.ts';
import { damaged } from './testing/mutations.ts';
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

  it('fuzz: damaged, is a document that is not too long, or refused', () => {
    const compressor = new Compressor('auto', { always: true });
    const compress = (bytes: Uint8Array): Uint8Array => compressor.compress(bytes) ?? bytes;
    const documents = [STOCK_FIXTURE.indexJson, STOCK_FIXTURE.snapshotJson, STOCK_FIXTURE.configJson];
    const originals = documents.flatMap((json) => [1, 2].map((v) => encodeUnpacked(Buffer.from(json), v, compress)));
    const bytesMax = 4096;
    const decompress = (frame: Uint8Array): Uint8Array => zstdDecompressUnknown(frame, bytesMax);
    for (const [nr, bytes] of originals.entries()) {
      expect(Buffer.from(decodeUnpacked(bytes, { decompress })).toString()).toBe(documents[Math.floor(nr / 2)]);
    }
    fc.assert(
      fc.property(damaged(originals), (bytes) => {
        try {
          const document = decodeUnpacked(bytes, { decompress });
          expect(document.length).toBeLessThanOrEqual(Math.max(bytesMax, bytes.length));
        } catch (error) {
          expect(error).toMatchObject({ kind: 'corruption' });
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
