import { describe, expect, it } from 'vitest';
import { Compressor } from '../compression/compressor.ts';
import { createMasterKey } from '../crypto/master-key.ts';
import { Sealer } from '../crypto/sealer.ts';
import { sha256, sha256Hex } from '../crypto/sha256.ts';
import type { BlobType, PackedBlob } from '../format/pack-header.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { BlobOpener } from './blob-opener.ts';
import { PackBuffers } from './pack-buffers.ts';
import { BLOBS_PER_PACK_MAX, type FinishedPack, PackBuilder, type VerifyMode } from './pack-builder.ts';
import { readPackHeader } from './read-pack-header.ts';

const random = new SeededRandom(3);
const key = createMasterKey(random);
const sealer = new Sealer(key, random);

function newBuilder(
  options: { targetSizeBytes?: number; verify?: VerifyMode; buffers?: PackBuffers; sealer?: Sealer } = {},
) {
  return new PackBuilder({ sealer, targetSizeBytes: 100_000, ...options });
}

function add(builder: PackBuilder, plaintext: Buffer, type: BlobType = 'data', compressed?: Uint8Array): number {
  return builder.add({ type, id: sha256(plaintext), plaintext, compressed });
}

function headerOf(pack: FinishedPack): Promise<PackedBlob[]> {
  return readPackHeader(
    {
      id: pack.id,
      sizeBytes: pack.bytes.length,
      load: async (offset, length) => Buffer.from(pack.bytes.subarray(offset, offset + length)),
    },
    sealer,
  );
}

describe('PackBuilder', () => {
  it('makes a pack whose header, read back, lists its blobs and whose bytes open to them', async () => {
    const compressor = new Compressor('auto', { always: true });
    const plaintexts = [random.bytes(1000), Buffer.alloc(50_000, 'tree'), Buffer.alloc(0), random.bytes(1)];
    const builder = newBuilder({ verify: 'full' });
    for (const [blobIdx, plaintext] of plaintexts.entries()) {
      add(
        builder,
        plaintext,
        blobIdx === 1 ? 'tree' : 'data',
        blobIdx === 1 ? compressor.compress(plaintext) : undefined,
      );
    }
    const pack = builder.finish();
    expect(pack.id).toBe(sha256Hex(pack.bytes));
    expect(await headerOf(pack)).toEqual(pack.blobs);
    const opener = new BlobOpener(sealer);
    for (const [blobIdx, blob] of pack.blobs.entries()) {
      const sealed = pack.bytes.subarray(blob.offset, blob.offset + blob.lengthBytes);
      expect(opener.open(sealed, blob)).toEqual(plaintexts[blobIdx]);
    }
    expect(pack.blobs[1]).toMatchObject({ type: 'tree', uncompressedBytes: 50_000 });
    expect(pack.blobs[2]).toMatchObject({ lengthBytes: 32, uncompressedBytes: 0 });
  });

  it('is full at its target and not a byte before', () => {
    const builder = newBuilder({ targetSizeBytes: 1000 });
    add(builder, random.bytes(967));
    expect(builder.sizeBytes).toBe(999);
    expect(builder.isFull()).toBe(false);
    add(builder, Buffer.alloc(0));
    expect(builder.isFull()).toBe(true);
  });

  it('takes a blob larger than its target and its buffer', async () => {
    const builder = newBuilder({ targetSizeBytes: 1000 });
    add(builder, random.bytes(10));
    const large = random.bytes(12 * 2 ** 20);
    add(builder, large);
    add(builder, random.bytes(10));
    const pack = builder.finish();
    expect(await headerOf(pack)).toEqual(pack.blobs);
    expect(pack.id).toBe(sha256Hex(pack.bytes));
  });

  it('starts anew after each pack, and says how many bytes a blob takes', () => {
    const builder = newBuilder();
    expect(add(builder, random.bytes(100))).toBe(132);
    const first = builder.finish();
    expect(builder.blobCount).toBe(0);
    expect(builder.sizeBytes).toBe(0);
    add(builder, random.bytes(100));
    const second = builder.finish();
    expect(second.blobs).toHaveLength(1);
    expect(first.blobs).toHaveLength(1);
    expect(first.bytes.buffer).not.toBe(second.bytes.buffer);
  });

  it('gives a buffer of its own, from its begin on, so that a thread may transfer it', () => {
    const pack = (() => {
      const builder = newBuilder();
      add(builder, random.bytes(100));
      return builder.finish();
    })();
    expect(pack.bytes.byteOffset).toBe(0);
    const { buffer } = pack.bytes;
    expect(buffer).toBeInstanceOf(ArrayBuffer);
    const moved = structuredClone(pack.bytes, { transfer: [buffer as ArrayBuffer] });
    expect(sha256Hex(moved)).toBe(pack.id);
  });

  it('fills a buffer again that was given back, without remains of the old pack', async () => {
    const buffers = new PackBuffers(1);
    const builder = newBuilder({ buffers });
    add(builder, random.bytes(5000));
    const first = builder.finish();
    buffers.give(first.bytes);
    add(builder, random.bytes(10));
    const second = builder.finish();
    expect(second.bytes.buffer).toBe(first.bytes.buffer);
    expect(await headerOf(second)).toEqual(second.blobs);
  });

  it('takes over what another builder left unfinished', async () => {
    const [one, other] = [newBuilder(), newBuilder()];
    const plaintexts = [random.bytes(10), random.bytes(20), random.bytes(30)];
    add(one, plaintexts[0] ?? Buffer.alloc(0));
    for (const plaintext of plaintexts.slice(1)) add(other, plaintext);
    const rest = other.takeUnfinished();
    expect(other.blobCount).toBe(0);
    one.addUnfinished(rest);
    const pack = one.finish();
    expect(await headerOf(pack)).toEqual(pack.blobs);
    expect(pack.blobs.map(({ id }) => id)).toEqual(plaintexts.map((plaintext) => sha256Hex(plaintext)));
    expect(newBuilder().takeUnfinished()).toMatchObject({ blobs: [] });
  });

  it('refuses to finish an empty pack', () => {
    expect(() => newBuilder().finish()).toThrow(expect.objectContaining({ kind: 'bug' }));
  });

  it('is full before its header grows beyond what readers accept', () => {
    expect(BLOBS_PER_PACK_MAX * 41 + 32).toBeLessThanOrEqual(16 * 2 ** 20);
    expect((BLOBS_PER_PACK_MAX + 1) * 41 + 32).toBeGreaterThan(16 * 2 ** 20);
  });

  it('catches a plaintext that changed after it was hashed, before anything is stored', () => {
    const plaintext = random.bytes(1000);
    const id = sha256(plaintext);
    plaintext[17] = (plaintext[17] ?? 0) ^ 4;
    for (const [type, verify] of [
      ['data', 'full'],
      ['tree', 'sampled'],
      ['data', 'sampled'],
    ] as const) {
      const builder = newBuilder({ verify });
      expect(() => builder.add({ type, id, plaintext })).toThrow(
        expect.objectContaining({ code: 'BLOB_VERIFY_FAILED', kind: 'bug' }),
      );
      expect(builder.blobCount).toBe(0);
    }
    expect(() => newBuilder({ verify: 'off' }).add({ type: 'data', id, plaintext })).not.toThrow();
  });

  it('catches a compressor that returns the wrong frame', () => {
    const compressor = new Compressor('auto', { always: true });
    const frame = Buffer.from(compressor.compress(Buffer.alloc(1000, 'x')) ?? []);
    const plaintext = Buffer.alloc(1000, 'y');
    expect(() =>
      newBuilder({ verify: 'full' }).add({ type: 'data', id: sha256(plaintext), plaintext, compressed: frame }),
    ).toThrow(expect.objectContaining({ code: 'BLOB_VERIFY_FAILED' }));
  });
});
