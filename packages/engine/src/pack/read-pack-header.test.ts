import { isLumbungError } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMasterKey } from '../crypto/master-key.ts';
import { Sealer } from '../crypto/sealer.ts';
import { sha256 } from '../crypto/sha256.ts';
import type { PackId } from '../format/ids.ts';
import { encodePackHeader, type PackedBlob } from '../format/pack-header.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { type FinishedPack, PackBuilder } from './pack-builder.ts';
import { readPackHeader } from './read-pack-header.ts';

const random = new SeededRandom(9);
const sealer = new Sealer(createMasterKey(random), random);

function packOf(blobCount: number): FinishedPack {
  const builder = new PackBuilder({ sealer, targetSizeBytes: 2 ** 20, verify: 'off' });
  for (let blobIdx = 0; blobIdx < blobCount; blobIdx += 1) {
    const plaintext = random.bytes(10 + blobIdx);
    builder.add({ type: 'data', id: sha256(plaintext), plaintext });
  }
  return builder.finish();
}

interface Reads {
  readonly ranges: { offset: number; length: number }[];
}

function read(bytes: Uint8Array, reads: Reads = { ranges: [] }): Promise<PackedBlob[]> {
  return readPackHeader(
    {
      id: 'ab'.repeat(32) as PackId,
      sizeBytes: bytes.length,
      load: async (offset, length) => {
        reads.ranges.push({ offset, length });
        if (offset < 0 || length < 0 || offset + length > bytes.length) throw new RangeError(`${offset}+${length}`);
        return Buffer.from(bytes.subarray(offset, offset + length));
      },
    },
    sealer,
  );
}

const invalid = expect.objectContaining({ code: 'PACK_HEADER_INVALID', kind: 'corruption' });

function withTrailer(body: Uint8Array, headerBytes: number): Buffer {
  const trailer = Buffer.alloc(4);
  trailer.writeUInt32LE(headerBytes >>> 0);
  return Buffer.concat([body, trailer]);
}

describe('readPackHeader', () => {
  it.each([1, 15, 16, 17, 500])('reads the header of a pack of %i blobs in at most two requests', async (blobCount) => {
    const pack = packOf(blobCount);
    const reads: Reads = { ranges: [] };
    expect(await read(pack.bytes, reads)).toEqual(pack.blobs);
    expect(reads.ranges.length).toBe(blobCount <= 16 ? 1 : 2); // entries without compression are a little shorter
    expect(reads.ranges.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(blobCount * 41 + 700);
  });

  it.each([0, 1, 3, 4, 36, 72])('refuses a file of %i bytes', async (sizeBytes) => {
    await expect(read(Buffer.alloc(sizeBytes))).rejects.toEqual(invalid);
  });

  it.each([
    ['zero', 0],
    ['shorter than one entry', 68],
    ['as long as the file', 400],
    ['longer than the file', 401],
    ['of 4 GiB', 0xffff_ffff],
    ['beyond the limit', 16 * 2 ** 20 + 1],
  ])('refuses a header length that is %s, without reading on', async (_what, headerBytes) => {
    const reads: Reads = { ranges: [] };
    await expect(read(withTrailer(random.bytes(396), headerBytes), reads)).rejects.toEqual(invalid);
    expect(reads.ranges.length).toBeLessThanOrEqual(1);
  });

  it('refuses a header that was sealed under another key', async () => {
    const other = new Sealer(createMasterKey(random), random);
    const sealed = other.seal(encodePackHeader(packOf(1).blobs));
    await expect(read(withTrailer(Buffer.concat([random.bytes(42), sealed]), sealed.length))).rejects.toEqual(invalid);
  });

  it('refuses a pack that was cut at its begin, its end or in the middle', async () => {
    const { bytes } = packOf(20);
    for (const cut of [
      bytes.subarray(1),
      bytes.subarray(0, bytes.length - 1),
      bytes.subarray(0, bytes.length - 4),
      Buffer.concat([bytes.subarray(0, 50), bytes.subarray(60)]),
      Buffer.concat([Buffer.alloc(1), bytes]),
    ]) {
      await expect(read(cut)).rejects.toEqual(invalid);
    }
  });

  it('fuzz: any damage to header or trailer is refused, never a crash or another read', async () => {
    const { bytes, blobs } = packOf(20);
    const headerAt = bytes.length - 4 - 32 - 20 * 37;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: headerAt, max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const damaged = Buffer.from(bytes);
          damaged[at] = (damaged[at] ?? 0) ^ flip;
          await expect(read(damaged)).rejects.toEqual(invalid);
        },
      ),
      { numRuns: fuzzRuns() },
    );
    expect(await read(bytes)).toEqual(blobs); // control: undamaged it is read
  });

  it('fuzz: whatever a file holds, the answer is a list of blobs or PACK_HEADER_INVALID', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.uint8Array({ maxLength: 200 }),
        fc.boolean(),
        async (body, header, isSealed) => {
          const sealed = isSealed ? sealer.seal(header) : Buffer.from(header);
          const outcome = await read(withTrailer(Buffer.concat([body, sealed]), sealed.length)).catch(
            (error: unknown) => error,
          );
          expect(Array.isArray(outcome) || isLumbungError(outcome, 'PACK_HEADER_INVALID')).toBe(true);
        },
      ),
      { numRuns: fuzzRuns() },
    );
  });
});
