import { MemBackend } from '@lumbung/backend/mem';
import { FaultyBackend, faultPlan } from '@lumbung/backend/testing';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../crypto/sha256.ts';
import type { BlobId, PackId, SnapshotId } from '../format/ids.ts';
import { encodeIndexFile } from '../format/index-file.ts';
import { REPOSITORY_LAYOUT } from '../repository/layout.ts';
import { lockRepository } from '../repository/lock.ts';
import type { Repository } from '../repository/repository.ts';
import { loadSnapshot, loadSnapshots } from '../snapshot/snapshots.ts';
import { createTestRepository } from '../testing/index.ts';
import { readSnapshot, readTree, saveSampleSnapshot } from '../testing/sample-snapshots.ts';
import { check } from './check.ts';
import { recoverSnapshots } from './recover.ts';
import { executeRepairIndex, planRepairIndex } from './repair-index.ts';
import { executeRepairPacks, planRepairPacks } from './repair-packs.ts';
import type { RepairIndexPlan, RepairIndexResult, RepairPacksPlan, RepairPacksResult } from './repair-plan.ts';
import { executeUpgrade, planUpgrade } from './upgrade.ts';

const SAMPLE = { 'a.txt': 'alpha', 'b.txt': ['beta ', 'gamma'], folder: { 'c.txt': 'x'.repeat(4000) } } as const;
const FILES = { '/a.txt': 'alpha', '/b.txt': 'beta gamma', '/folder/c.txt': 'x'.repeat(4000) };

async function sampleRepository(options: { readonly packPerBlob?: boolean; readonly version?: 1 | 2 } = {}) {
  const backend = new MemBackend({ layout: REPOSITORY_LAYOUT });
  const test = await createTestRepository({ backend, version: options.version ?? 2 });
  const id = await saveSampleSnapshot(test.repository, SAMPLE, { packPerBlob: options.packPerBlob ?? true });
  return { ...test, backend, id };
}

async function repairIndex(
  repository: Repository,
  readAllPacks = false,
): Promise<{ plan: RepairIndexPlan; result: RepairIndexResult }> {
  await using lock = await lockRepository(repository, { kind: 'exclusive' });
  const plan = await planRepairIndex(repository, { lock, readAllPacks });
  return { plan, result: await executeRepairIndex(plan, { lock }) };
}

interface Repaired {
  readonly plan: RepairPacksPlan;
  readonly result: RepairPacksResult;
  readonly keptPacks: ReadonlyMap<PackId, Buffer>;
}

async function repairPacks(repository: Repository, packIds: readonly PackId[]): Promise<Repaired> {
  await using lock = await lockRepository(repository, { kind: 'exclusive' });
  const plan = await planRepairPacks(repository, { lock, packIds });
  const keptPacks = new Map<PackId, Buffer>();
  const keepDamagedPack = async (id: PackId, parts: AsyncIterable<Buffer>): Promise<void> => {
    const pieces: Buffer[] = [];
    for await (const part of parts) pieces.push(part);
    keptPacks.set(id, Buffer.concat(pieces));
  };
  return { plan, result: await executeRepairPacks(plan, { lock, keepDamagedPack }), keptPacks };
}

const checkAll = (repository: Repository) => check(repository, { lock: 'unlocked', readData: { kind: 'all' } });
const dataId = (text: string): BlobId => sha256(Buffer.from(text)).toString('hex') as BlobId; // a hash is an id

async function packOf(repository: Repository, content: string): Promise<PackId> {
  const { index } = await repository.loadIndex();
  return index.packId(index.packOf(index.findHex('data', dataId(content))));
}

function change(backend: MemBackend, folder: string, name: string, act: (bytes: Buffer) => Uint8Array): void {
  backend.put({ folder, name }, act(Buffer.from(backend.files().get(`${folder}/${name}`) ?? [])));
}
const flipAt = (at: number) => (bytes: Buffer) => {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
};

const names = (backend: MemBackend, folder: string): string[] =>
  [...backend.files().keys()].filter((key) => key.startsWith(`${folder}/`)).map((key) => key.slice(folder.length + 1));

async function expectSound(repository: Repository, id: SnapshotId): Promise<void> {
  expect((await checkAll(repository)).findings).toEqual([]);
  expect(await readSnapshot(repository, id)).toEqual(FILES);
}

describe('repair of the index', () => {
  it('makes a lost index anew from the packs', async () => {
    const { repository, backend, id } = await sampleRepository();
    const packs = names(backend, 'data').length;
    for (const name of names(backend, 'index')) await repository.removeFile('index', name);
    const { plan, result } = await repairIndex(repository);
    expect(plan.readPackIds).toHaveLength(packs);
    expect(result).toMatchObject({ packsAdded: packs, packsUnreadable: [], indexFilesWritten: 1 });
    await expectSound(repository, id);
  });

  it('replaces an index file that cannot be read', async () => {
    const { repository, backend, id } = await sampleRepository();
    const broken = names(backend, 'index')[0] ?? '';
    change(backend, 'index', broken, flipAt(40));
    const { plan } = await repairIndex(repository);
    expect(plan.unreadableIndexIds).toEqual([broken]);
    expect(names(backend, 'index')).not.toContain(broken);
    await expectSound(repository, id);
  });

  it('forgets packs that are gone', async () => {
    const { repository, backend } = await sampleRepository();
    const gone = await packOf(repository, 'alpha');
    await repository.removeFile('data', gone);
    const { plan } = await repairIndex(repository);
    expect(plan.missingPackIds).toEqual([gone]);
    expect((await repository.loadIndex()).index.findPack(gone)).toBe(-1);
    expect((await checkAll(repository)).findings).toMatchObject([
      { code: 'BLOB_NOT_INDEXED', blobId: dataId('alpha') },
    ]);
    expect(backend.files().size).toBeGreaterThan(5);
  });

  it('believes the header where the index has another size for a pack', async () => {
    const { repository, id } = await sampleRepository({ packPerBlob: false });
    await lieInIndex(repository, (blobs) => blobs.slice(1));
    expect((await checkAll(repository)).isSound).toBe(false);
    const { plan } = await repairIndex(repository);
    expect(plan.readPackIds).toHaveLength(2);
    await expectSound(repository, id);
  });

  it('believes the header where the index misplaces blobs within the right size', async () => {
    const { repository, id } = await sampleRepository({ packPerBlob: false });
    await lieInIndex(repository, (blobs) => blobs.map((blob) => ({ ...blob, offset: blob.offset + 1 })));
    await repairIndex(repository);
    await expectSound(repository, id);
  });

  it('finds lies within the right geometry only when told to read all packs', async () => {
    const { repository, id } = await sampleRepository({ packPerBlob: false });
    await lieInIndex(repository, (blobs) => blobs.map((blob) => ({ ...blob, id: dataId(`not ${blob.id}`) })));
    expect((await repairIndex(repository)).plan.isEmpty).toBe(true);
    expect((await checkAll(repository)).isSound).toBe(false);
    await repairIndex(repository, true);
    await expectSound(repository, id);
  });

  it('names packs that are indexed twice once', async () => {
    const { repository, backend, id } = await sampleRepository();
    const { index } = await repository.loadIndex();
    const all = Array.from({ length: index.packCount }, (_, packNr) => ({
      id: index.packId(packNr),
      blobs: index.blobsOfPack(packNr),
    }));
    await repository.saveUnpacked('index', encodeIndexFile(all));
    const { plan } = await repairIndex(repository);
    expect(plan.isEmpty).toBe(false);
    expect(names(backend, 'index')).toHaveLength(1);
    await expectSound(repository, id);
  });

  it('leaves packs with a broken header out, and tells them', async () => {
    const { repository, backend } = await sampleRepository();
    const packId = await packOf(repository, 'alpha');
    change(backend, 'data', packId, (bytes) => bytes.subarray(0, bytes.length - 2));
    const { result } = await repairIndex(repository);
    expect(result.packsUnreadable).toEqual([packId]);
    expect((await repository.loadIndex()).index.findPack(packId)).toBe(-1);
    expect(names(backend, 'data')).toContain(packId);
  });

  it('has nothing to do for a sound one', async () => {
    const { repository, backend, id } = await sampleRepository();
    const before = names(backend, 'index');
    const { plan, result } = await repairIndex(repository);
    expect(plan.isEmpty).toBe(true);
    expect(result).toMatchObject({ indexFilesWritten: 0, indexFilesRemoved: 0 });
    expect(names(backend, 'index')).toEqual(before);
    await expectSound(repository, id);
  });

  it('that dies after any write leaves everything indexed', async () => {
    for (let writeNr = 1; ; writeNr += 1) {
      const { backend, reopen, id } = await sampleRepository();
      const faulty = new FaultyBackend(backend);
      const repository = await reopen({ backend: faulty });
      const lock = await lockRepository(repository, { kind: 'exclusive' });
      const plan = await planRepairIndex(repository, { lock, readAllPacks: true });
      faulty.usePlan(faultPlan().onWrite(writeNr).crashesAfter());
      const isDone = await executeRepairIndex(plan, { lock }).then(
        () => true,
        () => false,
      );
      await lock.release().catch(() => undefined); // the power is off
      const survivor = await reopen({ backend });
      expect((await checkAll(survivor)).errorCount).toBe(0);
      expect(await readSnapshot(survivor, id)).toEqual(FILES);
      if (isDone) {
        expect(writeNr).toBeGreaterThan(3);
        return;
      }
    }
  });

  it('spends its plan, under an exclusive lock', async () => {
    const { repository } = await sampleRepository();
    await using lock = await lockRepository(repository, { kind: 'exclusive' });
    const plan = await planRepairIndex(repository, { lock });
    await executeRepairIndex(plan, { lock });
    await expect(executeRepairIndex(plan, { lock })).rejects.toMatchObject({ code: 'PLAN_SPENT' });
    await expect(executeRepairIndex(plan, { lock: 'unlocked' })).rejects.toMatchObject({ code: 'LOCK_REQUIRED' });
  });
});

describe('repair of packs', () => {
  it('saves the blobs that can be read, keeps the damaged pack, and removes it', async () => {
    const { repository, backend, id } = await sampleRepository({ packPerBlob: false });
    const { index } = await repository.loadIndex();
    const entry = index.findHex('data', dataId('beta '));
    const packId = index.packId(index.packOf(entry));
    change(backend, 'data', packId, flipAt(index.offsetOf(entry) + 20));
    const damaged = Buffer.from(backend.files().get(`data/${packId}`) ?? []);
    const { plan, result, keptPacks } = await repairPacks(repository, [packId, packId]);
    expect(plan.packs).toEqual([{ packId, sizeBytes: damaged.length, blobsReadable: 3, blobsLost: 1 }]);
    expect(result).toEqual({ blobsSaved: 3, blobsLost: 1, packsRemoved: 1 });
    expect(keptPacks.get(packId)?.equals(damaged)).toBe(true);
    expect(names(backend, 'data')).not.toContain(packId);
    const report = await checkAll(repository);
    expect(report.findings).toMatchObject([{ code: 'BLOB_NOT_INDEXED', blobId: dataId('beta ') }]);
    await expect(readSnapshot(repository, id)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
  });

  it.each([
    ['the header', (bytes: Buffer) => flipAt(bytes.length - 30)(bytes)],
    ['the end', (bytes: Buffer) => bytes.subarray(0, bytes.length - 10)],
  ])('saves all blobs when only %s is damaged', async (_what, damage) => {
    const { repository, backend, id } = await sampleRepository({ packPerBlob: false });
    const packId = await packOf(repository, 'alpha');
    change(backend, 'data', packId, damage);
    const { result } = await repairPacks(repository, [packId]);
    expect(result).toMatchObject({ blobsSaved: 4, blobsLost: 0 });
    await expectSound(repository, id);
  });

  it('saves blobs of a pack that no index names', async () => {
    const { repository, backend, id } = await sampleRepository({ packPerBlob: false });
    const packId = await packOf(repository, 'alpha');
    for (const name of names(backend, 'index')) await repository.removeFile('index', name);
    const { result } = await repairPacks(repository, [packId]);
    expect(result.blobsSaved).toBe(4);
    await repairIndex(repository);
    await expectSound(repository, id);
  });

  it('forgets a pack that is gone', async () => {
    const { repository } = await sampleRepository();
    const packId = await packOf(repository, 'alpha');
    await repository.removeFile('data', packId);
    const { plan, result, keptPacks } = await repairPacks(repository, [packId]);
    expect(plan.packs).toMatchObject([{ sizeBytes: undefined, blobsLost: 1 }]);
    expect(result).toEqual({ blobsSaved: 0, blobsLost: 1, packsRemoved: 0 });
    expect(keptPacks.size).toBe(0);
  });

  it('changes nothing when the damaged pack cannot be kept', async () => {
    const { repository, backend } = await sampleRepository({ packPerBlob: false });
    const packId = await packOf(repository, 'alpha');
    change(backend, 'data', packId, flipAt(20));
    const before = [...backend.files().keys()];
    await using lock = await lockRepository(repository, { kind: 'exclusive' });
    const plan = await planRepairPacks(repository, { lock, packIds: [packId] });
    const keepDamagedPack = () => Promise.reject(new Error('no room'));
    await expect(executeRepairPacks(plan, { lock, keepDamagedPack })).rejects.toThrow('no room');
    expect([...backend.files().keys()].filter((key) => !key.startsWith('locks/'))).toEqual(before);
  });

  it('refuses packs that nobody knows, and none at all', async () => {
    const { repository } = await sampleRepository();
    await expect(repairPacks(repository, ['ab'.repeat(32) as PackId])).rejects.toMatchObject({ code: 'PACK_UNKNOWN' }); // well formed
    await expect(repairPacks(repository, [])).rejects.toMatchObject({ code: 'PACKS_NOT_NAMED' });
  });

  it('does not take an unreachable backend for damage', async () => {
    const { repository, backend, reopen } = await sampleRepository();
    const packId = await packOf(repository, 'alpha');
    const faulty = new FaultyBackend(backend, { plan: faultPlan().onLoad('every', 'data').fails('unavailable') });
    await expect(repairPacks(await reopen({ backend: faulty }), [packId])).rejects.toMatchObject({ kind: 'transient' });
  });

  it('that dies after any write loses no blob that could be read', async () => {
    for (let writeNr = 1; ; writeNr += 1) {
      const { repository: before, backend, reopen, id } = await sampleRepository({ packPerBlob: false });
      const packId = await packOf(before, 'alpha');
      change(backend, 'data', packId, (bytes) => flipAt(bytes.length - 30)(bytes));
      const faulty = new FaultyBackend(backend);
      const repository = await reopen({ backend: faulty });
      const lock = await lockRepository(repository, { kind: 'exclusive' });
      const plan = await planRepairPacks(repository, { lock, packIds: [packId] });
      faulty.usePlan(faultPlan().onWrite(writeNr).crashesAfter());
      const keepDamagedPack = async (_id: PackId, parts: AsyncIterable<Buffer>): Promise<void> => {
        for await (const part of parts) void part;
      };
      const isDone = await executeRepairPacks(plan, { lock, keepDamagedPack }).then(
        ({ packsRemoved }) => packsRemoved === 1,
        () => false,
      );
      await lock.release().catch(() => undefined); // the power is off
      expect(await readSnapshot(await reopen({ backend }), id)).toEqual(FILES);
      if (isDone) {
        expect(writeNr).toBeGreaterThan(3);
        return;
      }
    }
  });
});

describe('recover', () => {
  async function recover(repository: Repository) {
    await using lock = await lockRepository(repository, { kind: 'exclusive' });
    return await recoverSnapshots(repository, { lock });
  }

  it('makes a snapshot of folders that were forgotten', async () => {
    const { repository, id } = await sampleRepository();
    const { tree } = await loadSnapshot(repository, id);
    const otherId = await saveSampleSnapshot(repository, { other: 'still there' });
    await repository.removeFile('snapshots', id);
    const { snapshotId, treesFound } = await recover(repository);
    expect(treesFound).toBe(1);
    const recovered = await loadSnapshot(repository, snapshotId ?? id);
    expect(recovered).toMatchObject({ tags: ['recovered'], paths: ['/recover'], hostname: 'lab' });
    const nodes = await (await repository.loadIndex()).loadTree(recovered.tree);
    expect(nodes).toMatchObject([{ name: tree.slice(0, 8), type: 'dir', subtree: tree }]);
    expect(await readTree(await repository.loadIndex(), tree)).toEqual(FILES);
    expect((await checkAll(repository)).findings).toEqual([]);
    expect((await loadSnapshots(repository)).map(({ id: present }) => present)).toContain(otherId);
  });

  it('finds nothing when every folder belongs to a snapshot', async () => {
    const { repository } = await sampleRepository();
    expect(await recover(repository)).toEqual({ snapshotId: undefined, treesFound: 0 });
    expect(await loadSnapshots(repository)).toHaveLength(1);
  });

  it('tells folders that cannot be read and recovers the others', async () => {
    const { repository, backend, id } = await sampleRepository();
    const { tree } = await loadSnapshot(repository, id);
    const lostId = await saveSampleSnapshot(repository, { lost: 'lost' }, { packPerBlob: true });
    const { tree: lostTree } = await loadSnapshot(repository, lostId);
    const { index } = await repository.loadIndex();
    change(backend, 'data', index.packId(index.packOf(index.findHex('tree', lostTree))), flipAt(20));
    for (const snapshot of [id, lostId]) await repository.removeFile('snapshots', snapshot);
    await using lock = await lockRepository(repository, { kind: 'exclusive' });
    const unreadable: string[] = [];
    const { snapshotId, treesFound } = await recoverSnapshots(repository, {
      lock,
      onEvent: (event) => {
        if (event.kind === 'unreadable') unreadable.push(event.treeId);
      },
    });
    expect(unreadable).toEqual([lostTree]);
    expect(treesFound).toBe(1);
    const nodes = await (await repository.loadIndex()).loadTree(
      (await loadSnapshot(repository, snapshotId ?? id)).tree,
    );
    expect(nodes.map(({ subtree }) => subtree)).toEqual([tree]);
  });

  it('needs an exclusive lock', async () => {
    const { repository } = await sampleRepository();
    await expect(recoverSnapshots(repository, { lock: 'unlocked' })).rejects.toMatchObject({ code: 'LOCK_REQUIRED' });
  });
});

describe('upgrade', () => {
  it('changes the version, after which new blobs are compressed and old ones still read', async () => {
    const { repository, reopen, id } = await sampleRepository({ version: 1 });
    await using lock = await lockRepository(repository, { kind: 'exclusive' });
    const plan = planUpgrade(repository, { lock });
    expect(plan).toEqual({ versionBefore: 1, versionAfter: 2 });
    const upgraded = await executeUpgrade(plan, { lock });
    expect(upgraded.config).toMatchObject({ ...repository.config, version: 2 });
    expect((await reopen()).config.version).toBe(2);
    await saveSampleSnapshot(upgraded, { new: 'y'.repeat(4000) });
    const { index } = await upgraded.loadIndex();
    expect(index.uncompressedOf(index.findHex('data', dataId('y'.repeat(4000))))).toBe(4000);
    await expectSound(upgraded, id);
    await expect(executeUpgrade(plan, { lock })).rejects.toMatchObject({ code: 'PLAN_SPENT' });
  });

  it('refuses a repository that has the version already', async () => {
    const { repository } = await sampleRepository();
    expect(() => planUpgrade(repository, { lock: 'unlocked' })).toThrow(
      expect.objectContaining({ code: 'UPGRADE_NOT_NEEDED' }),
    );
  });
});

type Blobs = ReturnType<Awaited<ReturnType<Repository['loadIndex']>>['index']['blobsOfPack']>;

/** Replaces the index by one that tells something else of every pack. */
async function lieInIndex(repository: Repository, lie: (blobs: Blobs) => Blobs): Promise<void> {
  const { index, indexFiles } = await repository.loadIndex();
  const packs = Array.from({ length: index.packCount }, (_, packNr) => ({
    id: index.packId(packNr),
    blobs: lie(index.blobsOfPack(packNr)),
  }));
  for (const id of indexFiles.keys()) await repository.removeFile('index', id);
  await repository.saveUnpacked('index', encodeIndexFile(packs));
}
