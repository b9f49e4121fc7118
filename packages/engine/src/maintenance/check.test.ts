import { MemBackend } from '@lumbung/backend/mem';
import { FaultyBackend, faultPlan } from '@lumbung/backend/testing';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../crypto/sha256.ts';
import type { BlobId, PackId } from '../format/ids.ts';
import { encodeIndexFile } from '../format/index-file.ts';
import { encodeTree } from '../format/tree.ts';
import { PackBuilder } from '../pack/pack-builder.ts';
import { REPOSITORY_LAYOUT } from '../repository/layout.ts';
import type { Repository } from '../repository/repository.ts';
import { loadSnapshot } from '../snapshot/snapshots.ts';
import { createTestRepository } from '../testing/index.ts';
import { nodeOf, type SampleFolder, saveSampleSnapshot, saveSampleTree } from '../testing/sample-snapshots.ts';
import { check } from './check.ts';
import type { CheckEvent, CheckOptions, CheckReport } from './check-report.ts';

const SAMPLE = {
  'a.txt': 'alpha',
  'b.txt': ['beta ', 'and more'],
  empty: {},
  folder: { 'c.txt': 'gamma'.repeat(1000), deeper: { 'd.txt': 'delta' } },
} as const;

async function sampleRepository() {
  const backend = new MemBackend({ layout: REPOSITORY_LAYOUT });
  const test = await createTestRepository({ backend });
  const snapshotId = await saveSampleSnapshot(test.repository, SAMPLE, { packPerBlob: true });
  return { ...test, backend, snapshotId };
}

function run(repository: Repository, options: Partial<CheckOptions> = {}): Promise<CheckReport> {
  return check(repository, { lock: 'unlocked', readData: { kind: 'all' }, ...options });
}

const codesOf = (report: CheckReport): string[] =>
  report.findings.map(({ severity, code }) => `${severity} ${code}`).sort();

/** The pack that holds a blob. */
async function packOf(repository: Repository, type: 'data' | 'tree', id: BlobId): Promise<PackId> {
  const { index } = await repository.loadIndex();
  return index.packId(index.packOf(index.findHex(type, id)));
}

const dataId = (text: string): BlobId => sha256(Buffer.from(text)).toString('hex') as BlobId; // a hash is an id

function flipByte(backend: MemBackend, folder: string, name: string, at: number): void {
  const bytes = Buffer.from(backend.files().get(`${folder}/${name}`) ?? []);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  backend.put({ folder, name }, bytes);
}

describe('check of a sound repository', () => {
  it('finds nothing, and counts what it looked at', async () => {
    const { repository } = await sampleRepository();
    const report = await run(repository);
    expect(report).toMatchObject({ isSound: true, errorCount: 0, findings: [], brokenPackIds: [] });
    expect(report.counts).toMatchObject({ snapshots: 1, trees: 4, blobsUnused: 0, packsUnreferenced: 0 });
    expect(report.counts.packsRead).toBe(report.counts.packs);
    expect(report.counts.blobsVerified).toBe(report.counts.packs);
  });

  it('finds nothing in an empty one', async () => {
    const { repository } = await createTestRepository();
    expect(await run(repository)).toMatchObject({ isSound: true, counts: { snapshots: 0, packs: 0 } });
  });

  it('says the same on worker threads', async () => {
    const { repository } = await sampleRepository();
    const [here, there] = [await run(repository, { workerCount: 0 }), await run(repository, { workerCount: 2 })];
    expect(there).toEqual(here);
  });

  it('reads no pack of contents without readData', async () => {
    const { backend, reopen } = await sampleRepository();
    const watched = new FaultyBackend(backend);
    const report = await check(await reopen({ backend: watched }), { lock: 'unlocked' });
    expect(report.counts.packsRead).toBe(0);
    const loadedPacks = watched.seen.filter(({ act, folder }) => act === 'load' && folder === 'data');
    expect(loadedPacks.length).toBeLessThanOrEqual(4);
  });

  it('tells unused blobs and unreferenced packs without calling them errors', async () => {
    const { repository, backend } = await sampleRepository();
    await saveSampleTree(await repository.loadIndex(), { 'lost.txt': 'never in a snapshot' });
    const before = new Set([...backend.files().keys()]);
    await saveSampleTree(await repository.loadIndex(), { 'loose.txt': 'not even in an index' });
    for (const key of [...backend.files().keys()]) {
      if (!before.has(key) && key.startsWith('index/')) await repository.removeFile('index', key.slice(6));
    }
    const report = await run(repository);
    expect(report).toMatchObject({ isSound: true, suggestPrune: true, suggestRepairIndex: false });
    expect(codesOf(report)).toEqual(['information PACK_UNREFERENCED', 'information PACK_UNREFERENCED']);
    expect(report.counts.blobsUnused).toBe(2);
  });

  it.each([0, 2])('reads each folder once, in however many packs they lie (with %i threads)', async (workerCount) => {
    const { repository } = await createTestRepository();
    const wide: Record<string, SampleFolder> = {};
    for (let folderIdx = 0; folderIdx < 40; folderIdx += 1)
      wide[`d${folderIdx}`] = { [`f${folderIdx}`]: 'x', deep: { [`g${folderIdx}`]: 'y' } };
    await saveSampleSnapshot(repository, wide, { packPerBlob: true });
    expect(await run(repository, { workerCount })).toMatchObject({
      isSound: true,
      counts: { trees: 81, blobsUnused: 0 },
    });
  });

  it('ends for folders that contain one another twice, however many paths that makes', async () => {
    const { repository } = await createTestRepository();
    const writer = (await repository.loadIndex()).createWriter();
    let { id: subtree } = await writer.save('tree', encodeTree([]));
    for (let depth = 0; depth < 200; depth += 1) {
      const nodes = ['a', 'b'].map((name) => nodeOf(name, { type: 'dir', content: null, subtree }));
      ({ id: subtree } = await writer.save('tree', encodeTree(nodes)));
    }
    await writer.flush();
    await saveSnapshotOf(repository, subtree);
    expect((await run(repository)).counts.trees).toBe(201);
  });

  it('reports progress of every phase', async () => {
    const { repository } = await sampleRepository();
    const events: CheckEvent[] = [];
    await run(repository, { onEvent: (event) => events.push(event) });
    expect(events.filter(({ kind }) => kind === 'phase')).toMatchObject([
      { phase: 'index' },
      { phase: 'packs' },
      { phase: 'snapshots' },
      { phase: 'data' },
    ]);
    const last = events.at(-1);
    expect(last).toMatchObject({ kind: 'progress', phase: 'data' });
    if (last?.kind === 'progress') expect(last.done).toBe(last.total);
  });
});

describe('the part of the packs that is read', () => {
  it('covers every pack exactly once over all buckets', async () => {
    const { repository } = await sampleRepository();
    let packsRead = 0;
    for (const bucket of [1, 2, 3]) {
      packsRead += (await run(repository, { readData: { kind: 'bucket', bucket, of: 3 } })).counts.packsRead;
    }
    expect(packsRead).toBe((await run(repository)).counts.packs);
  });

  it('is at least one pack of a percentage, and all of 100', async () => {
    const { repository } = await sampleRepository();
    expect((await run(repository, { readData: { kind: 'percent', percent: 0.01 } })).counts.packsRead).toBe(1);
    const all = await run(repository, { readData: { kind: 'percent', percent: 100 } });
    expect(all.counts.packsRead).toBe(all.counts.packs);
  });

  it('is at least one pack for a number of bytes, and all when they fit', async () => {
    const { repository } = await sampleRepository();
    expect((await run(repository, { readData: { kind: 'bytes', bytes: 1 } })).counts.packsRead).toBe(1);
    const all = await run(repository, { readData: { kind: 'bytes', bytes: 1e9 } });
    expect(all.counts.packsRead).toBe(all.counts.packs);
  });

  it.each([
    { kind: 'bucket', bucket: 0, of: 3 },
    { kind: 'bucket', bucket: 4, of: 3 },
    { kind: 'bucket', bucket: 1, of: 257 },
    { kind: 'bucket', bucket: 1.5, of: 3 },
    { kind: 'percent', percent: 0 },
    { kind: 'percent', percent: 101 },
    { kind: 'percent', percent: Number.NaN },
    { kind: 'bytes', bytes: 0 },
  ] as const)('is refused as %o', async (readData) => {
    const { repository } = await createTestRepository();
    await expect(run(repository, { readData })).rejects.toMatchObject({ code: 'READ_DATA_SELECTION_INVALID' });
  });

  it('takes a filter without parts for none', async () => {
    const { repository } = await createTestRepository();
    const report = await run(repository, { filter: { hosts: [], tags: [], paths: [] } });
    expect(report.counts.blobsUnused).toBe(0);
  });

  it('is only what the chosen snapshots need', async () => {
    const { repository } = await sampleRepository();
    await saveSampleSnapshot(repository, { 'other.txt': 'omega' }, { hostname: 'other', packPerBlob: true });
    const report = await run(repository, { filter: { hosts: ['other'] } });
    expect(report.counts).toMatchObject({ snapshots: 1, trees: 1, packsRead: 2, blobsUnused: undefined });
  });
});

describe('check of a damaged repository', () => {
  it('finds a flipped bit anywhere in a pack, by reading data, and names the pack as broken', async () => {
    const { repository, backend } = await sampleRepository();
    const packId = await packOf(repository, 'data', dataId('gamma'.repeat(1000)));
    const size = backend.files().get(`data/${packId}`)?.length ?? 0;
    for (const at of [0, 20, 40, size - 5, size - 20, size - 60, size - 1]) {
      const damaged = backend.clone();
      flipByte(damaged, 'data', packId, at);
      const report = await run(await reopenOn(damaged));
      expect(report).toMatchObject({ isSound: false, brokenPackIds: [packId] });
      expect(codesOf(report)).toEqual(['error PACK_DAMAGED']);
    }
  });

  it('does not find it without reading data', async () => {
    const { repository, backend } = await sampleRepository();
    flipByte(backend, 'data', await packOf(repository, 'data', dataId('alpha')), 20);
    expect((await check(repository, { lock: 'unlocked' })).isSound).toBe(true);
  });

  it('finds a missing pack', async () => {
    const { repository } = await sampleRepository();
    const packId = await packOf(repository, 'data', dataId('alpha'));
    await repository.removeFile('data', packId);
    const report = await run(repository);
    expect(codesOf(report)).toEqual(['error PACK_MISSING']);
    expect(report.findings[0]?.packId).toBe(packId);
  });

  it.each([
    ['shorter', (bytes: Buffer) => bytes.subarray(0, bytes.length - 3)],
    ['longer', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('x')])],
    ['empty', () => Buffer.alloc(0)],
  ])('finds a pack that became %s', async (_what, change) => {
    const { repository, backend } = await sampleRepository();
    const packId = await packOf(repository, 'data', dataId('alpha'));
    backend.put({ folder: 'data', name: packId }, change(Buffer.from(backend.files().get(`data/${packId}`) ?? [])));
    const report = await run(repository);
    expect(codesOf(report)).toEqual(['error PACK_DAMAGED', 'error PACK_SIZE_WRONG']);
    expect(report.brokenPackIds).toEqual([packId]);
  });

  it('finds trees that are gone, and goes on with the others', async () => {
    const { repository, snapshotId } = await sampleRepository();
    await saveSampleSnapshot(repository, { 'e.txt': 'epsilon' }, { packPerBlob: true });
    const { tree } = await loadSnapshot(repository, snapshotId);
    await repository.removeFile('data', await packOf(repository, 'tree', tree));
    const report = await run(repository);
    expect(codesOf(report)).toEqual(['error PACK_MISSING', 'error TREE_UNREADABLE']);
    expect(report.counts.trees).toBeGreaterThanOrEqual(1);
  });

  it('reads a damaged tree from another copy, and says that the pack is damaged', async () => {
    const { repository, backend, snapshotId } = await sampleRepository();
    await saveSampleSnapshot(repository, SAMPLE, { packPerBlob: true, force: true });
    const { tree } = await loadSnapshot(repository, snapshotId);
    flipByte(backend, 'data', await packOf(repository, 'tree', tree), 20);
    const report = await run(repository);
    expect(codesOf(report)).toEqual(['error PACK_DAMAGED']);
    expect(report.counts.trees).toBe(4);
  });

  it('finds an index file that cannot be read, suggests to repair the index, and goes on', async () => {
    const { repository, backend } = await sampleRepository();
    const name = [...backend.files().keys()].find((key) => key.startsWith('index/'))?.slice(6) ?? '';
    flipByte(backend, 'index', name, 30);
    const report = await run(repository);
    expect(report.suggestRepairIndex).toBe(true);
    expect(codesOf(report)).toContain('error INDEX_UNREADABLE');
    expect(codesOf(report)).toContain('information PACK_UNREFERENCED');
  });

  it('suggests to repair the index, not to prune, when packs are in no index and something is missing', async () => {
    const { repository } = await sampleRepository();
    for await (const { id } of repository.listIds('index')) await repository.removeFile('index', id);
    expect(await run(repository)).toMatchObject({ isSound: false, suggestPrune: false, suggestRepairIndex: true });
  });

  it('finds a snapshot that cannot be read', async () => {
    const { repository, backend, snapshotId } = await sampleRepository();
    flipByte(backend, 'snapshots', snapshotId, 30);
    const report = await run(repository);
    expect(codesOf(report)).toEqual(['error SNAPSHOT_UNREADABLE']);
    expect(report.findings[0]?.snapshotId).toBe(snapshotId);
  });

  it('finds blobs that are in no index, with the node that needs them', async () => {
    const { repository } = await createTestRepository();
    const indexed = await repository.loadIndex();
    const writer = indexed.createWriter();
    const lost = dataId('lost');
    const nodes = [
      nodeOf('f', { type: 'file', size: 4, content: [lost] }),
      nodeOf('g', { type: 'dir', content: null, subtree: lost }),
    ];
    const { id: tree } = await writer.save('tree', encodeTree(nodes));
    await writer.flush();
    await saveSnapshotOf(repository, tree);
    const report = await run(repository);
    expect(report.findings).toMatchObject([
      { code: 'BLOB_NOT_INDEXED', treeId: tree, blobId: lost, nodeName: 'f' },
      { code: 'BLOB_NOT_INDEXED', treeId: tree, blobId: lost, nodeName: 'g' },
    ]);
  });

  it('finds nodes that make no sense', async () => {
    const { repository } = await createTestRepository();
    const writer = (await repository.loadIndex()).createWriter();
    const nodes = [
      nodeOf('', { type: 'file', content: [] }),
      nodeOf('d', { type: 'dir', content: null }),
      nodeOf('f', { type: 'file', content: null }),
      nodeOf('z', { type: 'file', content: ['0'.repeat(64) as BlobId] }), // an id no hash gives
    ];
    const { id: tree } = await writer.save('tree', encodeTree(nodes));
    await writer.flush();
    await saveSnapshotOf(repository, tree);
    const report = await run(repository);
    expect(report.findings.map(({ code, nodeName }) => [code, nodeName])).toEqual([
      ['NODE_INVALID', ''],
      ['NODE_INVALID', 'd'],
      ['NODE_INVALID', 'f'],
      ['NODE_INVALID', 'z'],
    ]);
  });

  it('finds a tree that is no tree', async () => {
    const { repository } = await createTestRepository();
    const writer = (await repository.loadIndex()).createWriter();
    const { id: tree } = await writer.save('tree', Buffer.from('{"nodes":[{"name":"x","type":'));
    await writer.flush();
    await saveSnapshotOf(repository, tree);
    expect((await run(repository)).findings).toMatchObject([{ code: 'TREE_UNREADABLE', treeId: tree }]);
  });

  it('finds a snapshot whose root is in no index', async () => {
    const { repository } = await createTestRepository();
    await saveSnapshotOf(repository, dataId('nowhere'));
    expect(codesOf(await run(repository))).toEqual(['error BLOB_NOT_INDEXED']);
  });

  it.each([
    ['another place', { offset: 7 }],
    ['another length', { lengthBytes: 40 }],
    ['another length of the content', { uncompressedBytes: 5 }],
  ])('finds an index that tells %s', async (_what, lie) => {
    const { repository, snapshotId } = await sampleRepository();
    const { tree } = await loadSnapshot(repository, snapshotId);
    const { index } = await repository.loadIndex();
    const lied = index.packOf(index.findHex('tree', tree));
    for await (const { id } of repository.listIds('index')) await repository.removeFile('index', id);
    const packs = Array.from({ length: index.packCount }, (_, packNr) => {
      const blobs = index.blobsOfPack(packNr);
      return { id: index.packId(packNr), blobs: packNr === lied ? blobs.map((blob) => ({ ...blob, ...lie })) : blobs };
    });
    await repository.saveUnpacked('index', encodeIndexFile(packs));
    const report = await run(repository);
    expect(report.isSound).toBe(false);
    expect(report.brokenPackIds).toEqual([index.packId(lied)]);
  });

  it('finds a blob whose content is not what its id says', async () => {
    const { repository } = await createTestRepository();
    const builder = new PackBuilder({ sealer: repository.sealer, targetSizeBytes: 4 * 2 ** 20, verify: 'off' });
    builder.add({ type: 'data', id: sha256(Buffer.from('right')), plaintext: Buffer.from('wrong') });
    const pack = builder.finish();
    await (await repository.loadIndex()).createWriter().savePack(pack);
    await repository.saveUnpacked('index', encodeIndexFile([pack]));
    const report = await run(repository);
    expect(report.findings[0]).toMatchObject({ code: 'PACK_DAMAGED', packId: pack.id });
    expect(report.findings[0]?.problems).toHaveLength(1);
  });

  it('hints at mixed packs and packs that are indexed twice', async () => {
    const { repository } = await createTestRepository();
    const builder = new PackBuilder({ sealer: repository.sealer, targetSizeBytes: 4 * 2 ** 20 });
    const treeBytes = encodeTree([nodeOf('f', { type: 'file', size: 5, content: [dataId('alpha')] })]);
    builder.add({ type: 'data', id: sha256(Buffer.from('alpha')), plaintext: Buffer.from('alpha') });
    builder.add({ type: 'tree', id: sha256(treeBytes), plaintext: treeBytes });
    const pack = builder.finish();
    await repository.backend.save({ folder: 'data', name: pack.id }, [pack.bytes]);
    await repository.saveUnpacked('index', encodeIndexFile([pack]));
    await repository.saveUnpacked('index', encodeIndexFile([pack, pack]));
    await saveSnapshotOf(repository, sha256(treeBytes).toString('hex') as BlobId); // a hash is an id
    const report = await run(repository);
    expect(report).toMatchObject({ isSound: true, suggestRepairIndex: true, suggestPrune: true });
    expect(new Set(codesOf(report))).toEqual(new Set(['hint PACK_INDEXED_TWICE', 'hint PACK_MIXED']));
  });

  it('looks twice before it calls a pack damaged: the way may be at fault', async () => {
    const { backend, reopen } = await sampleRepository();
    const packs = [...backend.files().keys()].filter((key) => key.startsWith('data/')).length;
    expect(packs).toBeGreaterThan(3);
    const faulty = new FaultyBackend(backend, { plan: faultPlan().onLoad({ from: 5, to: 5 }, 'data').flipsBit(99) });
    const report = await run(await reopen({ backend: faulty }));
    expect(report.isSound).toBe(true);
  });

  it('calls a pack unreadable when the backend says that it is broken, and throws when trying again may help', async () => {
    const { backend, reopen } = await sampleRepository();
    const failing = new FaultyBackend(backend, { plan: faultPlan().onLoad('every', 'data').fails('unavailable') });
    await expect(run(await reopen({ backend: failing }))).rejects.toMatchObject({ kind: 'transient' });
  });

  it('keeps a bounded list of what it found', async () => {
    const { repository } = await createTestRepository();
    const writer = (await repository.loadIndex()).createWriter();
    const nodes = Array.from({ length: 2500 }, (_, nodeIdx) =>
      nodeOf(`f${String(nodeIdx).padStart(5, '0')}`, { type: 'file', content: null }),
    );
    const { id: tree } = await writer.save('tree', encodeTree(nodes));
    await writer.flush();
    await saveSnapshotOf(repository, tree);
    const report = await run(repository);
    expect(report.errorCount).toBe(2500);
    expect(report.findings).toHaveLength(1000);
    expect(report.findingsOmitted).toBe(1500);
  });

  it('stops when it is told to', async () => {
    const { repository } = await sampleRepository();
    const stop = new AbortController();
    const running = run(repository, {
      signal: stop.signal,
      onEvent: (event) => {
        if (event.kind === 'phase' && event.phase === 'data') stop.abort(new Error('enough'));
      },
    });
    await expect(running).rejects.toThrow('enough');
  });
});

async function reopenOn(backend: MemBackend): Promise<Repository> {
  const { reopen } = await createTestRepository();
  return reopen({ backend });
}

async function saveSnapshotOf(repository: Repository, tree: BlobId): Promise<void> {
  await repository.saveUnpacked(
    'snapshots',
    Buffer.from(JSON.stringify({ time: '2026-01-01T00:00:00Z', tree, paths: ['/x'], hostname: 'lab' })),
  );
}
