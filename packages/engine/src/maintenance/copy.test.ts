import { MemBackend } from '@lumbung/backend/mem';
import { FaultyBackend, faultPlan } from '@lumbung/backend/testing';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../crypto/sha256.ts';
import type { BlobId, SnapshotId } from '../format/ids.ts';
import { REPOSITORY_LAYOUT } from '../repository/layout.ts';
import { lockRepository } from '../repository/lock.ts';
import type { Repository } from '../repository/repository.ts';
import { loadSnapshot, loadSnapshots } from '../snapshot/snapshots.ts';
import { createTestRepository, type TestRepositoryOptions } from '../testing/index.ts';
import { readSnapshot, type SampleFolder, saveSampleSnapshot } from '../testing/sample-snapshots.ts';
import { check } from './check.ts';
import { copySnapshots } from './copy.ts';
import type { CopyOptions, CopyResult } from './copy-options.ts';

const FIRST: SampleFolder = { 'a.txt': 'alpha', folder: { 'long.txt': 'x'.repeat(5000), 'two.txt': ['one ', 'two'] } };
const SECOND: SampleFolder = { ...FIRST, 'b.txt': 'beta' };
const FIRST_FILES = { '/a.txt': 'alpha', '/folder/long.txt': 'x'.repeat(5000), '/folder/two.txt': 'one two' };

async function pair(
  options: { readonly source?: TestRepositoryOptions; readonly target?: TestRepositoryOptions } = {},
) {
  const source = await createTestRepository({ seed: 1, ...options.source });
  const backend = new MemBackend({ layout: REPOSITORY_LAYOUT });
  const target = await createTestRepository({ seed: 2, backend, ...options.target });
  const firstId = await saveSampleSnapshot(source.repository, FIRST, { tags: ['t'], timeMs: Date.UTC(2025, 0, 1) });
  const secondId = await saveSampleSnapshot(source.repository, SECOND, { timeMs: Date.UTC(2025, 0, 2) });
  return { source, target, backend, firstId, secondId };
}

async function copy(source: Repository, target: Repository, options: Partial<CopyOptions> = {}): Promise<CopyResult> {
  await using lock = await lockRepository(target, { kind: 'shared' });
  return await copySnapshots(source, target, { sourceLock: 'unlocked', lock, selection: { filter: {} }, ...options });
}

async function expectCopied(target: Repository, firstId: SnapshotId, secondId: SnapshotId): Promise<void> {
  const snapshots = await loadSnapshots(target);
  expect(snapshots.map(({ original }) => original)).toEqual([firstId, secondId]);
  const [first, second] = snapshots;
  expect(await readSnapshot(target, first?.id ?? firstId)).toEqual(FIRST_FILES);
  expect(await readSnapshot(target, second?.id ?? firstId)).toEqual({ ...FIRST_FILES, '/b.txt': 'beta' });
  const report = await check(target, { lock: 'unlocked', readData: { kind: 'all' } });
  expect(report.findings).toEqual([]);
}

const dataId = (text: string): BlobId => sha256(Buffer.from(text)).toString('hex') as BlobId; // a hash is an id

describe('copy', () => {
  it.each([0, 2])('copies snapshots and all they need (with %i threads)', async (workerCount) => {
    const { source, target, firstId, secondId } = await pair();
    const result = await copy(source.repository, target.repository, { workerCount });
    expect(result).toMatchObject({ copied: [{ sourceId: firstId }, { sourceId: secondId }], skipped: [] });
    await expectCopied(target.repository, firstId, secondId);
    const { index } = await target.repository.loadIndex();
    expect(result.blobsCopied).toBe(index.blobCount);
  });

  it('keeps everything of a snapshot but its parent', async () => {
    const { source, target, firstId } = await pair();
    const { copied } = await copy(source.repository, target.repository, { selection: { ids: [firstId], filter: {} } });
    const { id: _id, ...before } = await loadSnapshot(source.repository, firstId);
    const { id: _copyId, ...after } = await loadSnapshot(target.repository, copied[0]?.targetId ?? firstId);
    expect(after).toEqual({ ...before, original: firstId });
    expect(await loadSnapshots(target.repository)).toHaveLength(1);
  });

  it('skips what was copied before, also through a third repository', async () => {
    const { source, target, firstId, secondId } = await pair();
    await copy(source.repository, target.repository);
    const again = await copy(source.repository, target.repository);
    expect(again).toMatchObject({ copied: [], blobsCopied: 0 });
    expect(again.skipped.map(({ sourceId }) => sourceId)).toEqual([firstId, secondId]);
    const third = await createTestRepository({ seed: 3 });
    await copy(target.repository, third.repository);
    expect(await copy(source.repository, third.repository)).toMatchObject({ copied: [] });
    expect(await copy(third.repository, source.repository)).toMatchObject({ copied: [] });
  });

  it('copies only blobs that the target lacks', async () => {
    const { source, target, secondId } = await pair();
    await saveSampleSnapshot(target.repository, FIRST);
    const result = await copy(source.repository, target.repository, { selection: { ids: [secondId], filter: {} } });
    // The new file, and the root that names it.
    expect(result.blobsCopied).toBe(2);
  });

  it('seals frames again without compressing them anew, unless stronger compression was asked for', async () => {
    const content = Array.from({ length: 2000 }, (_, lineIdx) => `field ${(lineIdx * 7919) % 1009}: rice`).join('\n');
    const lengthIn = async (repository: Repository): Promise<number> => {
      const { index } = await repository.loadIndex();
      return index.lengthOf(index.findHex('data', dataId(content)));
    };
    const source = await createTestRepository({ compression: 'fastest' });
    await saveSampleSnapshot(source.repository, { f: content });
    const plain = await createTestRepository({ seed: 2 });
    await copy(source.repository, plain.repository);
    expect(await lengthIn(plain.repository)).toBe(await lengthIn(source.repository));
    const strong = await createTestRepository({ seed: 3, compression: 'max' });
    await copy(source.repository, strong.repository);
    expect(await lengthIn(strong.repository)).not.toBe(await lengthIn(source.repository));
  });

  it.each([
    [1, 2],
    [2, 1],
    [1, 1],
  ] as const)('goes from format version %i to %i', async (from, to) => {
    const { source, target, firstId, secondId } = await pair({ source: { version: from }, target: { version: to } });
    await copy(source.repository, target.repository);
    await expectCopied(target.repository, firstId, secondId);
    const { index } = await target.repository.loadIndex();
    const long = index.findHex('data', dataId('x'.repeat(5000)));
    expect(index.uncompressedOf(long) > 0).toBe(to === 2);
  });

  it('writes snapshots batch by batch', async () => {
    const { source, target } = await pair();
    const events: string[] = [];
    await copy(source.repository, target.repository, { batchBytes: 1, onEvent: ({ kind }) => events.push(kind) });
    expect(events.filter((kind) => kind !== 'progress')).toEqual(['snapshot', 'saved', 'snapshot', 'saved']);
  });

  it('takes a damaged blob from another copy of the source', async () => {
    const backend = new MemBackend({ layout: REPOSITORY_LAYOUT });
    const { source, target, firstId, secondId } = await pair({ source: { backend } });
    await saveSampleSnapshot(source.repository, { extra: 'x'.repeat(5000) }, { force: true, hostname: 'not me' });
    const { index } = await source.repository.loadIndex();
    for (const entry of index.locationsOf('data', dataId('x'.repeat(5000))).slice(0, 1)) {
      const name = index.packId(index.packOf(entry));
      const bytes = Buffer.from(backend.files().get(`data/${name}`) ?? []);
      const at = index.offsetOf(entry) + 20;
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      backend.put({ folder: 'data', name }, bytes);
    }
    await copy(source.repository, target.repository, { selection: { filter: { hosts: ['lab'] } } });
    await expectCopied(target.repository, firstId, secondId);
  });
});

describe('copy refuses', () => {
  it('to copy a repository into itself', async () => {
    const { source } = await pair();
    await expect(copy(source.repository, source.repository)).rejects.toMatchObject({ code: 'COPY_SAME_REPOSITORY' });
  });

  it('to write without a lock on the target', async () => {
    const { source, target } = await pair();
    const options = { sourceLock: 'unlocked', lock: 'unlocked', selection: { filter: {} } } as const;
    await expect(copySnapshots(source.repository, target.repository, options)).rejects.toMatchObject({
      code: 'LOCK_REQUIRED',
    });
  });

  it('a source that lacks what a snapshot needs, and writes no snapshot then', async () => {
    const { source, target } = await pair();
    for await (const { id } of source.repository.listIds('index')) await source.repository.removeFile('index', id);
    await expect(copy(source.repository, target.repository)).rejects.toMatchObject({ code: 'COPY_SOURCE_INCOMPLETE' });
    expect(await loadSnapshots(target.repository)).toEqual([]);
  });

  it('a source with a damaged blob that lies nowhere else', async () => {
    const backend = new MemBackend({ layout: REPOSITORY_LAYOUT });
    const { source, target } = await pair({ source: { backend } });
    const { index } = await source.repository.loadIndex();
    const name = index.packId(index.packOf(index.findHex('data', dataId('alpha'))));
    const bytes = Buffer.from(backend.files().get(`data/${name}`) ?? []);
    for (let at = 0; at < bytes.length - 300; at += 10) bytes[at] = (bytes[at] ?? 0) ^ 1;
    backend.put({ folder: 'data', name }, bytes);
    await expect(copy(source.repository, target.repository)).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
    expect(await loadSnapshots(target.repository)).toEqual([]);
  });
});

describe('a copy that dies', () => {
  it('after any write leaves whole snapshots in the target, and the next one completes it', async () => {
    for (let writeNr = 1; ; writeNr += 1) {
      const { source, target, backend, firstId, secondId } = await pair();
      const faulty = new FaultyBackend(backend);
      const dying = await target.reopen({ backend: faulty });
      const lock = await lockRepository(dying, { kind: 'shared' });
      faulty.usePlan(faultPlan().onWrite(writeNr).crashesAfter());
      const options = { sourceLock: 'unlocked', lock, selection: { filter: {} }, batchBytes: 1 } as const;
      const isDone = await copySnapshots(source.repository, dying, options).then(
        () => true,
        () => false,
      );
      await lock.release().catch(() => undefined); // the power is off
      const survivor = await target.reopen({ backend });
      const report = await check(survivor, { lock: 'unlocked', readData: { kind: 'all' } });
      expect({ writeNr, errors: report.errorCount }).toEqual({ writeNr, errors: 0 });
      for (const { id } of await loadSnapshots(survivor))
        expect(await readSnapshot(survivor, id)).toMatchObject(FIRST_FILES);
      if (isDone) {
        expect(writeNr).toBeGreaterThan(6);
        await expectCopied(survivor, firstId, secondId);
        return;
      }
      await copy(source.repository, survivor);
      const origins = (await loadSnapshots(survivor)).map(({ original }) => original);
      expect(new Set(origins)).toEqual(new Set([firstId, secondId]));
    }
  });

  it('stops when it is told to, or when the lock of either side is lost', async () => {
    const { source, target } = await pair();
    await expect(
      copy(source.repository, target.repository, { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
    expect(await loadSnapshots(target.repository)).toEqual([]);
  });
});
