import { MemBackend } from '@lumbung/backend/mem';
import { FaultyBackend, faultPlan } from '@lumbung/backend/testing';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../crypto/sha256.ts';
import type { BlobId, PackId, SnapshotId } from '../format/ids.ts';
import { encodeIndexFile } from '../format/index-file.ts';
import { encodeTree } from '../format/tree.ts';
import { PackBuilder } from '../pack/pack-builder.ts';
import { REPOSITORY_LAYOUT } from '../repository/layout.ts';
import { lockRepository } from '../repository/lock.ts';
import type { Repository } from '../repository/repository.ts';
import { createTestRepository } from '../testing/index.ts';
import { nodeOf, readSnapshot, type SampleFolder, saveSampleSnapshot } from '../testing/sample-snapshots.ts';
import { check } from './check.ts';
import type { CheckReport } from './check-report.ts';
import { executePrune } from './execute-prune.ts';
import { planPrune } from './plan-prune.ts';
import type { ExecutePruneOptions, PruneOptions, PrunePlan, PruneResult } from './prune-plan.ts';

const KEPT: SampleFolder = {
  'shared.txt': 'in both',
  keep: { 'one.txt': 'first', 'two.txt': ['second ', 'third'], 'long.txt': 'x'.repeat(5000) },
};
const GONE: SampleFolder = { 'shared.txt': 'in both', gone: { 'three.txt': 'fourth', 'four.txt': 'y'.repeat(6000) } };
const KEPT_FILES = {
  '/keep/long.txt': 'x'.repeat(5000),
  '/keep/one.txt': 'first',
  '/keep/two.txt': 'second third',
  '/shared.txt': 'in both',
};

/** Two snapshots whose blobs lie in the same packs, one of them forgotten. */
async function halfForgotten(options: { readonly version?: 1 | 2; readonly packPerBlob?: boolean } = {}) {
  const backend = new MemBackend({ layout: REPOSITORY_LAYOUT });
  const test = await createTestRepository({ backend, version: options.version ?? 2 });
  const both: SampleFolder = { kept: KEPT, gone: GONE };
  // Written together, so that each pack holds some of either.
  const packPerBlob = options.packPerBlob ?? false;
  const bothId = await saveSampleSnapshot(test.repository, both, { packPerBlob });
  const keptId = await saveSampleSnapshot(test.repository, KEPT, { packPerBlob });
  await test.repository.removeFile('snapshots', bothId);
  return { ...test, backend, keptId };
}

async function prune(
  repository: Repository,
  options: Partial<PruneOptions> = {},
): Promise<{ plan: PrunePlan; result: PruneResult }> {
  await using lock = await lockRepository(repository, { kind: 'exclusive' });
  const plan = await planPrune(repository, { lock, maxUnused: { kind: 'bytes', bytes: 0 }, ...options });
  const { workerCount } = options;
  const execute: ExecutePruneOptions = { lock, ...(workerCount === undefined ? {} : { workerCount }) };
  return { plan, result: await executePrune(plan, execute) };
}

const checkAll = (repository: Repository): Promise<CheckReport> =>
  check(repository, { lock: 'unlocked', readData: { kind: 'all' } });

/** Sound, nothing missing for the snapshot, and nothing left over. */
async function expectTidy(repository: Repository, keptId: SnapshotId): Promise<void> {
  const report = await checkAll(repository);
  expect(report.findings).toEqual([]);
  expect(report.counts).toMatchObject({ blobsUnused: 0, packsUnreferenced: 0 });
  expect(await readSnapshot(repository, keptId)).toEqual(KEPT_FILES);
}

const names = (backend: MemBackend, folder: string): string[] =>
  [...backend.files().keys()].filter((key) => key.startsWith(`${folder}/`)).map((key) => key.slice(folder.length + 1));

const dataId = (text: string): BlobId => sha256(Buffer.from(text)).toString('hex') as BlobId; // a hash is an id

describe('prune', () => {
  it.each([0, 2])('leaves exactly what snapshots need (with %i threads)', async (workerCount) => {
    const { repository, keptId, backend } = await halfForgotten();
    const { plan, result } = await prune(repository, { workerCount });
    expect(plan.statistics.blobs).toMatchObject({ duplicate: 0, used: 7 });
    expect(plan.statistics.blobs.unused).toBeGreaterThan(2);
    expect(plan.repackPackIds).not.toEqual([]);
    expect(result).toMatchObject({
      removeFailures: 0,
      packsRemoved: plan.repackPackIds.length + plan.removePackIds.length,
    });
    expect(names(backend, 'data')).toHaveLength(result.packsWritten);
    await expectTidy(repository, keptId);
  });

  it('copies sealed bytes as they are', async () => {
    const { repository, backend } = await halfForgotten();
    const sealedOf = async (): Promise<Buffer> => {
      const { index } = await repository.loadIndex();
      const entry = index.findHex('data', dataId('x'.repeat(5000)));
      const bytes = backend.files().get(`data/${index.packId(index.packOf(entry))}`) ?? Buffer.alloc(0);
      return bytes.subarray(index.offsetOf(entry), index.offsetOf(entry) + index.lengthOf(entry));
    };
    const before = Buffer.from(await sealedOf());
    await prune(repository);
    expect((await sealedOf()).equals(before)).toBe(true);
  });

  it('removes whole packs without packing anything anew, when nothing in them is needed', async () => {
    const { repository, keptId } = await halfForgotten({ packPerBlob: true });
    const { plan, result } = await prune(repository);
    expect(plan.repackPackIds).toEqual([]);
    expect(plan.removePackIds.length).toBeGreaterThan(2);
    expect(result.packsWritten).toBe(0);
    await expectTidy(repository, keptId);
  });

  it('does nothing the second time', async () => {
    const { repository, backend } = await halfForgotten();
    await prune(repository);
    const before = [...backend.files().keys()].sort();
    const { plan, result } = await prune(repository);
    expect(plan).toMatchObject({ isEmpty: true, removePackIds: [], repackPackIds: [], unreferencedPackIds: [] });
    expect(result).toMatchObject({ packsRemoved: 0, packsWritten: 0, indexFilesWritten: 0 });
    expect([...backend.files().keys()].sort()).toEqual(before);
  });

  it('removes everything when no snapshot is left', async () => {
    const { repository, keptId, backend } = await halfForgotten();
    await repository.removeFile('snapshots', keptId);
    await prune(repository);
    expect(names(backend, 'data')).toEqual([]);
    expect(names(backend, 'index')).toEqual([]);
    expect((await checkAll(repository)).isSound).toBe(true);
  });

  it('works in repositories without compression, and does not compress there', async () => {
    const { repository, keptId } = await halfForgotten({ version: 1 });
    await prune(repository);
    await expectTidy(repository, keptId);
    const { index } = await repository.loadIndex();
    for (let entry = 0; entry < index.blobCount; entry += 1) expect(index.uncompressedOf(entry)).toBe(0);
  });

  it('removes unreferenced packs of interrupted backups', async () => {
    const { repository, keptId, backend } = await halfForgotten();
    const builder = new PackBuilder({ sealer: repository.sealer, targetSizeBytes: 4 * 2 ** 20 });
    builder.add({ type: 'data', id: sha256(Buffer.from('half')), plaintext: Buffer.from('half') });
    const pack = builder.finish();
    backend.put({ folder: 'data', name: pack.id }, pack.bytes);
    const { plan } = await prune(repository);
    expect(plan.unreferencedPackIds).toEqual([pack.id]);
    expect(plan.statistics.bytes.unreferenced).toBe(pack.bytes.length);
    await expectTidy(repository, keptId);
  });

  it('keeps one copy of duplicates', async () => {
    const { repository, keptId } = await halfForgotten();
    await saveSampleSnapshot(repository, KEPT, { force: true, tags: ['again'] });
    const { plan } = await prune(repository);
    expect(plan.statistics.blobs.duplicate).toBe(7);
    const { index } = await repository.loadIndex();
    expect(index.blobCount).toBe(7);
    await expectTidy(repository, keptId);
  });

  it('takes packs apart that mix trees and data', async () => {
    const { repository } = await createTestRepository();
    const mixed = await saveMixedPack(repository);
    await prune(repository, { maxUnused: { kind: 'unlimited' } });
    const report = await checkAll(repository);
    expect(report.findings).toEqual([]);
    expect(await readSnapshot(repository, mixed)).toEqual({ '/f': 'alpha' });
  });

  it('forgets packs that are gone and not needed, from the index', async () => {
    const { repository, keptId } = await halfForgotten({ packPerBlob: true });
    const { index } = await repository.loadIndex();
    const goneId = index.packId(index.packOf(index.findHex('data', dataId('fourth'))));
    await repository.removeFile('data', goneId);
    const { plan } = await prune(repository);
    expect(plan.missingPackIds).toEqual([goneId]);
    await expectTidy(repository, keptId);
  });

  it('removes an unneeded pack whatever its size', async () => {
    const { repository, keptId, backend } = await halfForgotten({ packPerBlob: true });
    const { index } = await repository.loadIndex();
    const goneId = index.packId(index.packOf(index.findHex('data', dataId('fourth'))));
    backend.put({ folder: 'data', name: goneId }, Buffer.from('torn'));
    await prune(repository);
    await expectTidy(repository, keptId);
  });

  it('compresses trees of an upgraded repository, and contents only when asked', async () => {
    const { backend, keptId, reopen } = await halfForgotten({ version: 1 });
    await upgradeByHand(await reopen());
    const repository = await reopen();
    await prune(repository);
    const compressed = async (type: 'data' | 'tree'): Promise<number> => {
      const { index } = await repository.loadIndex();
      let count = 0;
      for (let entry = 0; entry < index.blobCount; entry += 1) {
        if (index.typeOf(entry) === type && index.uncompressedOf(entry) > 0) count += 1;
      }
      return count;
    };
    expect(await compressed('tree')).toBe(2);
    expect(await compressed('data')).toBe(0);
    await prune(repository, { repackUncompressed: true });
    expect(await compressed('data')).toBeGreaterThan(0);
    await expectTidy(repository, keptId);
    expect(names(backend, 'data').length).toBeGreaterThan(0);
  });

  it('writes index files of removed packs anew and leaves no pack named twice', async () => {
    const { repository, keptId, backend } = await halfForgotten({ packPerBlob: true });
    expect(names(backend, 'index').length).toBeGreaterThan(5);
    const { result } = await prune(repository);
    expect(names(backend, 'index')).toHaveLength(1);
    expect(result.indexFilesWritten).toBe(1);
    await expectTidy(repository, keptId);
  });

  it('can do without room: the index goes first', async () => {
    const { repository, keptId, backend, reopen } = await halfForgotten({ packPerBlob: true });
    const faulty = new FaultyBackend(backend);
    const { plan } = await prune(await reopen({ backend: faulty }), { recoverNoFreeSpace: true });
    expect(plan.repackPackIds).toEqual([]);
    const acts = faulty.seen.filter(({ act, folder }) => folder !== 'locks' && (act === 'save' || act === 'remove'));
    expect(acts[0]).toMatchObject({ act: 'remove', folder: 'index' });
    expect(acts.at(-1)).toMatchObject({ act: 'save', folder: 'index' });
    await expectTidy(repository, keptId);
  });
});

describe('what prune chooses', () => {
  it('keeps partly used packs within the limit for unused data', async () => {
    const { repository } = await halfForgotten();
    const { plan } = await prune(repository, { maxUnused: { kind: 'unlimited' }, repackSmallerThanBytes: 0 });
    // Trees are always packed anew.
    expect(plan.repackPackIds).toHaveLength(1);
    expect(plan.statistics.bytes.remainingUnused).toBeGreaterThan(0);
  });

  it('packs nothing anew beyond the limit for repacking', async () => {
    const { repository } = await halfForgotten();
    const { plan } = await prune(repository, { maxRepackBytes: 0 });
    expect(plan.repackPackIds).toEqual([]);
  });

  it('leaves contents alone when only cacheable packs may be packed anew', async () => {
    const { repository } = await halfForgotten();
    const { plan } = await prune(repository, { repackCacheableOnly: true });
    expect(plan.repackPackIds).toHaveLength(1);
  });

  it('joins small packs when there are ten of them', async () => {
    const { repository } = await createTestRepository();
    const folder: Record<string, string> = {};
    for (let fileIdx = 0; fileIdx < 9; fileIdx += 1) folder[`f${fileIdx}`] = `content ${fileIdx}`;
    await saveSampleSnapshot(repository, { a: 'a' }, { packPerBlob: true });
    expect((await prune(repository)).plan.repackPackIds).toEqual([]);
    const id = await saveSampleSnapshot(repository, folder, { packPerBlob: true });
    const { plan, result } = await prune(repository);
    expect(plan.repackPackIds).toHaveLength(12);
    expect(result.packsWritten).toBe(2);
    expect(Object.keys(await readSnapshot(repository, id))).toHaveLength(9);
    expect((await checkAll(repository)).findings).toEqual([]);
  });

  it.each([
    { kind: 'percent', percent: 100 },
    { kind: 'percent', percent: -1 },
    { kind: 'percent', percent: Number.NaN },
    { kind: 'bytes', bytes: -1 },
  ] as const)('refuses the limit %o', async (maxUnused) => {
    const { repository } = await createTestRepository();
    await expect(prune(repository, { maxUnused })).rejects.toMatchObject({
      code: 'PRUNE_LIMIT_INVALID',
      kind: 'operator',
    });
  });

  it('counts what a planned forget would free, in a plan that cannot be executed', async () => {
    const { repository, keptId } = await halfForgotten();
    await using lock = await lockRepository(repository, { kind: 'exclusive' });
    const plan = await planPrune(repository, { lock, withoutSnapshots: new Set([keptId]) });
    expect(plan.statistics.blobs.used).toBe(0);
    await expect(executePrune(plan, { lock })).rejects.toMatchObject({ code: 'PLAN_NOT_EXECUTABLE' });
    expect(await readSnapshot(repository, keptId)).toEqual(KEPT_FILES);
  });
});

describe('a plan of a prune', () => {
  it('is spent once', async () => {
    const { repository } = await halfForgotten();
    await using lock = await lockRepository(repository, { kind: 'exclusive' });
    const plan = await planPrune(repository, { lock });
    await executePrune(plan, { lock });
    await expect(executePrune(plan, { lock })).rejects.toMatchObject({ code: 'PLAN_SPENT', kind: 'bug' });
  });

  it('changes nothing by being made, and is plain data', async () => {
    const { repository, backend } = await halfForgotten();
    const before = [...backend.files().keys()];
    const plan = await planPrune(repository, { lock: 'unlocked' });
    expect([...backend.files().keys()]).toEqual(before);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    await using shared = await lockRepository(repository, { kind: 'shared' });
    await expect(executePrune(plan, { lock: shared })).rejects.toMatchObject({ code: 'LOCK_REQUIRED' });
    await expect(executePrune(plan, { lock: 'unlocked' })).rejects.toMatchObject({ code: 'LOCK_REQUIRED' });
  });
});

describe('prune of a repository that is not whole holds back', () => {
  async function expectUntouched(repository: Repository, backend: MemBackend, code: string): Promise<void> {
    const before = new Map(backend.files());
    await expect(prune(repository)).rejects.toMatchObject({ code, kind: 'corruption' });
    expect(new Map(backend.files())).toEqual(before);
  }

  it('when a tree is missing', async () => {
    const { repository, backend } = await halfForgotten({ packPerBlob: true });
    const { index } = await repository.loadIndex();
    for (let packNr = 0; packNr < index.packCount; packNr += 1) {
      if (index.typeOf(index.entriesOfPack(packNr)[0] ?? 0) === 'tree')
        await repository.removeFile('data', index.packId(packNr));
    }
    await expectUntouched(repository, backend, 'PRUNE_TREE_UNREADABLE');
  });

  it('when a needed pack of contents is missing', async () => {
    const { repository, backend } = await halfForgotten({ packPerBlob: true });
    const { index } = await repository.loadIndex();
    await repository.removeFile('data', index.packId(index.packOf(index.findHex('data', dataId('first')))));
    await expectUntouched(repository, backend, 'PRUNE_PACK_MISSING');
  });

  it('when a needed pack has another size than the index says', async () => {
    const { repository, backend } = await halfForgotten({ packPerBlob: true });
    const { index } = await repository.loadIndex();
    const packId = index.packId(index.packOf(index.findHex('data', dataId('first'))));
    backend.put(
      { folder: 'data', name: packId },
      Buffer.concat([backend.files().get(`data/${packId}`) ?? Buffer.alloc(0), Buffer.from('x')]),
    );
    await expectUntouched(repository, backend, 'PRUNE_PACK_SIZE_WRONG');
  });

  it('when the index does not name what a snapshot needs', async () => {
    const { repository, backend } = await halfForgotten({ packPerBlob: true });
    const { index } = await repository.loadIndex();
    const lostNr = index.packOf(index.findHex('data', dataId('first')));
    const packs = Array.from({ length: index.packCount }, (_, packNr) => ({
      id: index.packId(packNr),
      blobs: index.blobsOfPack(packNr),
    }));
    for await (const { id } of repository.listIds('index')) await repository.removeFile('index', id);
    await repository.saveUnpacked('index', encodeIndexFile(packs.filter((_, packNr) => packNr !== lostNr)));
    await expectUntouched(repository, backend, 'PRUNE_INDEX_INCOMPLETE');
  });

  it('when a snapshot cannot be read: it may need anything', async () => {
    const { repository, backend } = await halfForgotten();
    const other = await saveSampleSnapshot(repository, { a: 'other' });
    backend.put({ folder: 'snapshots', name: other }, Buffer.from('torn'));
    await expectUntouched(repository, backend, 'REPOSITORY_FILE_DAMAGED');
  });

  it('when an index file cannot be read', async () => {
    const { repository, backend } = await halfForgotten();
    backend.put({ folder: 'index', name: names(backend, 'index')[0] ?? '' }, Buffer.from('torn'));
    await expectUntouched(repository, backend, 'REPOSITORY_FILE_DAMAGED');
  });

  it.each([0, 1])('when a needed blob is damaged and there is no other copy (with %i threads)', async (workerCount) => {
    const { repository, backend } = await halfForgotten();
    const { index } = await repository.loadIndex();
    const entry = index.findHex('data', dataId('x'.repeat(5000)));
    const packId = index.packId(index.packOf(entry));
    damage(backend, packId, index.offsetOf(entry) + 20);
    const before = names(backend, 'data').sort();
    await expect(prune(repository, { workerCount })).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
    expect(names(backend, 'data')).toEqual(expect.arrayContaining(before));
    expect((await checkAll(repository)).brokenPackIds).toEqual([packId]);
  });

  it('but takes a damaged blob from another copy, before that goes', async () => {
    const { repository, backend, keptId } = await halfForgotten();
    const long = 'x'.repeat(5000);
    const { index } = await repository.loadIndex();
    const entry = index.findHex('data', dataId(long));
    const otherId = await saveSampleSnapshot(repository, { long, junk: 'junk' }, { force: true });
    await repository.removeFile('snapshots', otherId);
    damage(backend, index.packId(index.packOf(entry)), index.offsetOf(entry) + 20);
    await prune(repository);
    await expectTidy(repository, keptId);
  });
});

describe('a prune that dies', () => {
  it('after any write leaves all snapshots readable, and the next one tidies up', async () => {
    for (const { moment } of [{ moment: 'after' }, { moment: 'before' }] as const) {
      for (let writeNr = 1; ; writeNr += 1) {
        const { backend, reopen, keptId } = await halfForgotten();
        const faulty = new FaultyBackend(backend);
        const repository = await reopen({ backend: faulty });
        const lock = await lockRepository(repository, { kind: 'exclusive' });
        const plan = await planPrune(repository, { lock, maxUnused: { kind: 'bytes', bytes: 0 } });
        const write = faultPlan().onWrite(writeNr);
        faulty.usePlan(moment === 'after' ? write.crashesAfter() : write.crashesBefore());
        const died = await executePrune(plan, { lock }).then(
          (result) => result.removeFailures > 0,
          () => true,
        );
        await lock.release().catch(() => undefined); // the power is off: the lock stays
        const survivor = await reopen({ backend });
        for await (const { id } of survivor.listIds('locks')) await survivor.removeFile('locks', id);
        const report = await checkAll(survivor);
        expect({ writeNr, moment, findings: report.findings.filter(({ severity }) => severity === 'error') }).toEqual({
          writeNr,
          moment,
          findings: [],
        });
        expect(await readSnapshot(survivor, keptId)).toEqual(KEPT_FILES);
        await prune(survivor);
        await expectTidy(survivor, keptId);
        if (!died) {
          expect(writeNr).toBeGreaterThan(4);
          break;
        }
      }
    }
  });

  it('while the medium is full frees nothing but what is unreferenced, and says so', async () => {
    const { backend, reopen, keptId } = await halfForgotten();
    const faulty = new FaultyBackend(backend, { plan: faultPlan().onSave('every', 'data').fails('noSpace') });
    await expect(prune(await reopen({ backend: faulty }))).rejects.toMatchObject({ code: 'BACKEND_NO_SPACE' });
    expect(await readSnapshot(await reopen({ backend }), keptId)).toEqual(KEPT_FILES);
  });

  it('goes on when an old pack cannot be removed, and counts it', async () => {
    const { backend, reopen, keptId } = await halfForgotten();
    const faulty = new FaultyBackend(backend, { plan: faultPlan().onRemove(1, 'data').fails('accessDenied') });
    const { result } = await prune(await reopen({ backend: faulty }));
    expect(result.removeFailures).toBe(1);
    const repository = await reopen({ backend });
    expect((await checkAll(repository)).counts.packsUnreferenced).toBe(1);
    await prune(repository);
    await expectTidy(repository, keptId);
  });

  it('stops when it is told to', async () => {
    const { repository, keptId } = await halfForgotten();
    await using lock = await lockRepository(repository, { kind: 'exclusive' });
    const plan = await planPrune(repository, { lock, maxUnused: { kind: 'bytes', bytes: 0 } });
    const stop = new AbortController();
    const running = executePrune(plan, {
      lock,
      signal: stop.signal,
      onEvent: (event) => {
        if (event.kind === 'phase' && event.phase === 'rewriteIndex') stop.abort(new Error('enough'));
      },
    });
    await expect(running).rejects.toThrow('enough');
    expect((await checkAll(repository)).errorCount).toBe(0);
    expect(await readSnapshot(repository, keptId)).toEqual(KEPT_FILES);
  });
});

function damage(backend: MemBackend, packId: PackId, at: number): void {
  const bytes = Buffer.from(backend.files().get(`data/${packId}`) ?? []);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  backend.put({ folder: 'data', name: packId }, bytes);
}

async function saveMixedPack(repository: Repository): Promise<SnapshotId> {
  const builder = new PackBuilder({ sealer: repository.sealer, targetSizeBytes: 4 * 2 ** 20 });
  const treeBytes = encodeTree([nodeOf('f', { type: 'file', size: 5, content: [dataId('alpha')] })]);
  builder.add({ type: 'data', id: sha256(Buffer.from('alpha')), plaintext: Buffer.from('alpha') });
  builder.add({ type: 'tree', id: sha256(treeBytes), plaintext: treeBytes });
  const pack = builder.finish();
  await repository.backend.save({ folder: 'data', name: pack.id satisfies PackId }, [pack.bytes]);
  await repository.saveUnpacked('index', encodeIndexFile([pack]));
  const tree = sha256(treeBytes).toString('hex');
  return repository.saveUnpacked(
    'snapshots',
    Buffer.from(JSON.stringify({ time: '2026-01-01T00:00:00Z', tree, paths: ['/x'], hostname: 'lab' })),
  );
}

async function upgradeByHand(repository: Repository): Promise<void> {
  const { replaceConfig } = await import('../repository/init-repository.ts');
  await replaceConfig(repository, { ...repository.config, version: 2 });
}
