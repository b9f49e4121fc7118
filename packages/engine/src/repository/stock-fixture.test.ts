import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../crypto/sha256.ts';
import type { IndexId } from '../format/ids.ts';
import { readPackHeader } from '../pack/read-pack-header.ts';
import { STOCK_FIXTURE, stockBackend } from '../testing/stock-fixture.ts';
import { createTestRepository } from '../testing/test-repository.ts';
import { listKeys } from './keys.ts';
import { openRepository } from './open-repository.ts';
import type { Repository } from './repository.ts';

let opened: Repository | undefined;

/** Opened once: its key is derived at full cost. */
async function openStock(): Promise<Repository> {
  const { ports } = await createTestRepository();
  opened ??= await openRepository(stockBackend(), { password: STOCK_FIXTURE.password, ports });
  return opened;
}

describe('a repository written by a stock client', () => {
  it('opens: key, master key, config', async () => {
    const repository = await openStock();
    expect(repository.masterKey.encrypt.toString('hex')).toBe(STOCK_FIXTURE.encrypt);
    expect(repository.masterKey.macK.toString('hex')).toBe(STOCK_FIXTURE.macK);
    expect(repository.masterKey.macR.toString('hex')).toBe(STOCK_FIXTURE.macR);
    expect(repository.config).toMatchObject({ version: 2, chunkerPolynomial: '37d49a32256ced' });
    expect(await listKeys(repository)).toMatchObject([{ username: 'root', hostname: 'demo-host', isCurrent: true }]);
  });

  it('shows its snapshot and its index as they were written', async () => {
    const repository = await openStock();
    const snapshot = await repository.loadUnpacked('snapshots', STOCK_FIXTURE.snapshotId);
    expect(Buffer.from(snapshot).toString()).toBe(STOCK_FIXTURE.snapshotJson);
    const index = await repository.loadUnpacked('index', STOCK_FIXTURE.indexId as IndexId);
    expect(Buffer.from(index).toString()).toBe(`${STOCK_FIXTURE.indexJson}\n`);
  });

  it('gives every blob, from where its index says', async () => {
    const indexed = await (await openStock()).loadIndex();
    expect(indexed.index.blobCount).toBe(STOCK_FIXTURE.blobs.length);
    for (const { type, id, pack, offset, lengthBytes, uncompressedBytes, plaintext } of STOCK_FIXTURE.blobs) {
      const entry = indexed.index.findHex(type, id);
      expect(indexed.index.blobOf(entry)).toEqual({ id, type, offset, lengthBytes, uncompressedBytes });
      expect(indexed.index.packId(indexed.index.packOf(entry))).toBe(pack);
      expect(await indexed.loadBlob(type, id)).toEqual(plaintext);
    }
    const root = await indexed.loadTree(STOCK_FIXTURE.rootTreeId);
    expect(root.map(({ name, type }) => [name, type])).toEqual([['demo', 'dir']]);
  });

  it('has packs whose headers say what the index says', async () => {
    const repository = await openStock();
    const { index } = await repository.loadIndex();
    for (let packNr = 0; packNr < index.packCount; packNr += 1) {
      const id = index.packId(packNr);
      const bytes = await repository.backend.load({ folder: 'data', name: id });
      expect(sha256Hex(bytes)).toBe(id);
      const source = {
        id,
        sizeBytes: bytes.length,
        load: (offset: number, length: number) => repository.loadPackRange(id, { offset, length }),
      };
      expect(await readPackHeader(source, repository.sealer)).toEqual(index.blobsOfPack(packNr));
    }
  });

  it('takes new blobs beside its own', async () => {
    const repository = await openStock();
    const writer = (await repository.loadIndex()).createWriter();
    for (const { type, plaintext } of STOCK_FIXTURE.blobs) {
      expect((await writer.save(type, plaintext)).isNew).toBe(false);
    }
    const { id } = await writer.save('data', Buffer.from('new'));
    await writer.flush();
    expect((await (await repository.loadIndex()).loadBlob('data', id)).toString()).toBe('new');
  });

  it('does not open with another password, and a control repository is another', async () => {
    const { ports, repository } = await createTestRepository();
    await expect(openRepository(stockBackend(), { password: Buffer.from('Demo'), ports })).rejects.toMatchObject({
      code: 'PASSWORD_WRONG',
    });
    await expect(repository.loadUnpacked('snapshots', STOCK_FIXTURE.snapshotId)).rejects.toMatchObject({
      code: 'BACKEND_FILE_MISSING',
    });
    expect(repository.config.chunkerPolynomial).not.toBe((await openStock()).config.chunkerPolynomial);
  });
});
