import { beforeEach, describe, expect, it } from 'vitest';
import { SharedBlobSet } from '../../blob-index/shared-blob-set.ts';
import { Compressor } from '../../compression/compressor.ts';
import { sha256Hex } from '../../crypto/sha256.ts';
import { PackBuilder } from '../../pack/pack-builder.ts';
import { createTestRepository, type TestRepository } from '../../testing/test-repository.ts';
import { BlobSaver } from './blob-saver.ts';

let lab: TestRepository;

beforeEach(async () => {
  lab = await createTestRepository();
});

async function open(onPackFull: () => void): Promise<{ readonly saver: BlobSaver; readonly builder: PackBuilder }> {
  const builder = new PackBuilder({ sealer: lab.repository.sealer, targetSizeBytes: 1000 });
  const saver = new BlobSaver({
    index: (await lab.repository.loadIndex()).index,
    knownBlobs: SharedBlobSet.create(2 ** 10),
    compressor: new Compressor('off'),
    builder,
    onPackFull,
  });
  return { saver, builder };
}

describe('BlobSaver', () => {
  it('stores content once, and counts what it stored', async () => {
    const { saver, builder } = await open(() => {});
    const content = Buffer.from('content');
    expect([saver.save(content), saver.save(content)]).toEqual([sha256Hex(content), sha256Hex(content)]);
    expect(builder.blobCount).toBe(1);
    expect(saver.takeAdded()).toEqual({ blobs: 1, plainBytes: 7, storedBytes: 39 });
    expect(saver.takeAdded()).toEqual({ blobs: 0, plainBytes: 0, storedBytes: 0 });
  });

  it('says that it has failed when a blob that is known to all could not be stored', async () => {
    const { saver } = await open(() => {
      throw new Error('no memory');
    });
    expect(saver.hasFailed).toBe(false);
    expect(() => saver.save(Buffer.alloc(2000))).toThrow('no memory');
    expect(saver.hasFailed).toBe(true);
  });
});
