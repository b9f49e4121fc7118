import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STOCK_FIXTURE } from '../testing/stock-fixture.ts';
import { encodePackHeader, packSizeOf, parsePackHeader } from './pack-header.ts';
import { packedBlobs } from './testing/arbitraries.ts';
import { damaged } from './testing/mutations.ts';

const ID = 'ab'.repeat(32);
const invalid = expect.objectContaining({ code: 'PACK_HEADER_INVALID', kind: 'corruption' });

describe('a pack header', () => {
  it('is one entry a blob, in their order', () => {
    const header = Buffer.from(`00${'2c000000'}${ID}03${'20000000'}${'10000000'}${ID}`, 'hex');
    const blobs = parsePackHeader(header, 44 + 32 + 37 + 41 + 36);
    expect(blobs).toEqual([
      { id: ID, type: 'data', offset: 0, lengthBytes: 44, uncompressedBytes: 0 },
      { id: ID, type: 'tree', offset: 44, lengthBytes: 32, uncompressedBytes: 16 },
    ]);
    expect(encodePackHeader(blobs)).toEqual(header);
  });

  it('gives a stock pack its size', () => {
    for (const [path, bytes] of STOCK_FIXTURE.files) {
      if (!path.startsWith('data/')) continue;
      const blobs = STOCK_FIXTURE.blobs.filter(({ pack }) => path.endsWith(pack));
      expect(packSizeOf(blobs)).toBe(bytes.length);
    }
  });

  it.each([
    ['nothing', '', 36],
    ['an unknown type', `04${'20000000'}${ID}`, 32 + 37 + 36],
    ['a type that may come', `ff${'20000000'}${ID}`, 32 + 37 + 36],
    ['an entry that is cut off', `00${'20000000'}${ID.slice(2)}`, 32 + 37 + 36],
    ['a compressed entry that is cut off', `02${'20000000'}${ID}`, 32 + 41 + 36],
    ['a blob shorter than its seal', `00${'1f000000'}${ID}`, 31 + 37 + 36],
    ['a compressed blob without length', `02${'20000000'}${'00000000'}${ID}`, 32 + 41 + 36],
    ['a gap', `00${'20000000'}${ID}`, 33 + 37 + 36],
    ['more than there is', `00${'ffffffff'}${ID}`, 32 + 37 + 36],
  ])('is refused with %s', (_what, hex, packSizeBytes) => {
    expect(() => parsePackHeader(Buffer.from(hex, 'hex'), packSizeBytes)).toThrow(invalid);
  });

  it('fuzz: says the same after writing and reading', () => {
    fc.assert(
      fc.property(packedBlobs, (blobs) => {
        const header = encodePackHeader(blobs);
        expect(parsePackHeader(header, packSizeOf(blobs))).toEqual(blobs);
        expect(packSizeOf(blobs)).toBe(blobs.reduce((sum, blob) => sum + blob.lengthBytes, header.length + 36));
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('fuzz: damaged, is refused or says what is written the same way', () => {
    const original = encodePackHeader(STOCK_FIXTURE.blobs.map((blob) => ({ ...blob, offset: 0 })));
    fc.assert(
      fc.property(damaged([original]), fc.nat(2000), (header, packSizeBytes) => {
        try {
          expect(encodePackHeader(parsePackHeader(header, packSizeBytes))).toEqual(header);
        } catch (error) {
          expect(error).toEqual(invalid);
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
