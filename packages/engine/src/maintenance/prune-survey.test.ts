import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlobIndex } from '../blob-index/blob-index.ts';
import { sha256 } from '../crypto/sha256.ts';
import type { BlobId, PackId } from '../format/ids.ts';
import type { BlobType, PackedBlob } from '../format/pack-header.ts';
import { indexedPackSize } from './pack-listing.ts';
import { selectFates } from './prune-selection.ts';
import { PruneSurvey } from './prune-survey.ts';
import { SharedBitset } from './shared-bitset.ts';

/** A pack is a list of blobs; a blob is a small number, so that the same one often lies in several packs. */
interface Layout {
  readonly packs: readonly (readonly number[])[];
  readonly used: ReadonlySet<number>;
}

const layouts: fc.Arbitrary<Layout> = fc
  .record({
    packs: fc.array(fc.uniqueArray(fc.nat(12), { minLength: 1, maxLength: 6 }), { maxLength: 14 }),
    used: fc.uniqueArray(fc.nat(12)),
  })
  .map(({ packs, used }) => ({
    packs,
    used: new Set(used.filter((blob) => packs.some((pack) => pack.includes(blob)))),
  }));

const typeOf = (blob: number): BlobType => (blob % 3 === 0 ? 'tree' : 'data');
const idOf = (text: string): string => sha256(Buffer.from(text)).toString('hex');

function survey({ packs, used }: Layout): { index: BlobIndex; result: PruneSurvey; bits: SharedBitset } {
  const index = new BlobIndex();
  for (const [packIdx, pack] of packs.entries()) {
    let offset = 0;
    const blobs = pack.map((blob): PackedBlob => {
      const lengthBytes = 33 + blob * 1000;
      const packed: PackedBlob = {
        id: idOf(`blob ${blob}`) as BlobId, // a hash is an id, here and below
        type: typeOf(blob),
        offset,
        lengthBytes,
        uncompressedBytes: blob % 2,
      };
      offset += lengthBytes;
      return packed;
    });
    index.addPack(idOf(`pack ${packIdx}`) as PackId, blobs);
  }
  const bits = SharedBitset.create(index.blobCount);
  for (const blob of used) bits.add(index.findHex(typeOf(blob), idOf(`blob ${blob}`)));
  return { index, result: new PruneSurvey(index, bits), bits };
}

describe('PruneSurvey', () => {
  it('takes exactly one copy of every used blob, and nothing else', () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        const { result } = survey(layout);
        const sum = (counters: Uint32Array): number => counters.reduce((total, count) => total + count, 0);
        const copies = layout.packs.flat();
        expect(sum(result.usedBlobs)).toBe(layout.used.size);
        expect(sum(result.usedBlobs) + sum(result.unusedBlobs)).toBe(copies.length);
        expect(sum(result.duplicateBlobs)).toBe(
          copies.filter((blob) => layout.used.has(blob)).length - layout.used.size,
        );
        expect(result.blobs).toEqual({
          used: layout.used.size,
          duplicate: sum(result.duplicateBlobs),
          unused: copies.filter((blob) => !layout.used.has(blob)).length,
        });
      }),
    );
  });

  it('accounts for every byte of every pack', () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        const { index, result } = survey(layout);
        for (const packNr of layout.packs.keys()) {
          expect(result.sizeOf(packNr)).toBe(indexedPackSize(index, packNr));
          expect((result.duplicateBlobs[packNr] ?? 0) <= (result.unusedBlobs[packNr] ?? 0)).toBe(true);
        }
      }),
    );
  });

  it('prefers the pack that an interrupted prune has written: it holds duplicates alone', () => {
    const { result } = survey({
      packs: [
        [1, 2, 5],
        [1, 2],
      ],
      used: new Set([1, 2]),
    });
    expect([...result.usedBlobs]).toEqual([0, 2]);
  });

  it('prefers a pack that stays anyway', () => {
    const { result } = survey({
      packs: [
        [1, 5],
        [1, 2],
      ],
      used: new Set([1, 2]),
    });
    expect([...result.usedBlobs]).toEqual([0, 2]);
  });

  it('takes the last of many copies when none is better, beyond what is counted too', () => {
    const packs = Array.from({ length: 600 }, () => [1, 5]);
    const { result } = survey({ packs, used: new Set([1]) });
    expect(result.usedBlobs.reduce((total, count) => total + count, 0)).toBe(1);
  });
});

describe('the fates of packs', () => {
  const options = fc.record({
    maxUnused: fc.oneof(
      fc.constant({ kind: 'unlimited' } as const),
      fc.nat(99).map((percent) => ({ kind: 'percent', percent }) as const),
      fc.nat(50_000).map((bytes) => ({ kind: 'bytes', bytes }) as const),
    ),
    maxRepackBytes: fc.constantFrom(0, 5000, 20_000, Number.POSITIVE_INFINITY),
    repackCacheableOnly: fc.boolean(),
    repackUncompressed: fc.boolean(),
    repackSmallerThanBytes: fc.constantFrom(0, 10_000),
    recoverNoFreeSpace: fc.boolean(),
  });

  it('never lose a used blob, and add up', () => {
    fc.assert(
      fc.property(layouts, options, fc.constantFrom(1, 2), (layout, chosen, version) => {
        const { index, result, bits } = survey(layout);
        // All packs are there, with the size that the index says.
        const listing = { sizeOf: (packNr: number) => indexedPackSize(index, packNr), unreferenced: [] };
        const { fates, statistics } = selectFates({ index, survey: result, listing, version }, chosen);
        for (const blob of layout.used) {
          const holders = layout.packs.flatMap((pack, packNr) => (pack.includes(blob) ? [fates[packNr]] : []));
          expect(holders.some((fate) => fate === 'keep' || fate === 'repack')).toBe(true);
        }
        const { blobs, bytes, packs } = statistics;
        expect(packs.keep + packs.repack + packs.remove).toBe(layout.packs.length);
        expect(blobs.used + blobs.duplicate + blobs.unused).toBe(blobs.total);
        expect(blobs.remaining).toBeGreaterThanOrEqual(layout.used.size);
        expect(bytes.remaining).toBe(bytes.used + bytes.remainingUnused);
        if (chosen.recoverNoFreeSpace) expect(packs.repack).toBe(0);
        expect(bits.count()).toBe(layout.used.size);
      }),
      { numRuns: 300 },
    );
  });

  it('leave no more unused data than was allowed, where repacking was not limited', () => {
    fc.assert(
      fc.property(layouts, fc.nat(50_000), (layout, bytes) => {
        const { index, result } = survey(layout);
        const listing = { sizeOf: (packNr: number) => indexedPackSize(index, packNr), unreferenced: [] };
        const { statistics } = selectFates(
          { index, survey: result, listing, version: 2 },
          { maxUnused: { kind: 'bytes', bytes }, repackSmallerThanBytes: 0 },
        );
        expect(statistics.bytes.remainingUnused).toBeLessThanOrEqual(bytes);
      }),
    );
  });
});
