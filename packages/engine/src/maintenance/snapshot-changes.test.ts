import { MemBackend } from '@lumbung/backend/mem';
import { FaultyBackend, faultPlan } from '@lumbung/backend/testing';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../crypto/sha256.ts';
import type { BlobId, SnapshotId } from '../format/ids.ts';
import { encodeTree } from '../format/tree.ts';
import { REPOSITORY_LAYOUT } from '../repository/layout.ts';
import { type Lock, lockRepository } from '../repository/lock.ts';
import type { Repository } from '../repository/repository.ts';
import { loadSnapshot, loadSnapshots } from '../snapshot/snapshots.ts';
import { createTestRepository } from '../testing/index.ts';
import { nodeOf, readSnapshot, type SampleFolder, saveSampleSnapshot } from '../testing/sample-snapshots.ts';
import { executeSnapshotChanges } from './apply-snapshot-changes.ts';
import { check } from './check.ts';
import { planRepairSnapshots } from './repair-snapshots.ts';
import { planRewrite } from './rewrite.ts';
import type {
  RewriteOptions,
  SnapshotChangeEvent,
  SnapshotChangePlan,
  SnapshotChangeResult,
  TagChange,
} from './snapshot-changes.ts';
import { planTag } from './tag.ts';

const SAMPLE: SampleFolder = {
  'keep.txt': 'kept',
  src: { 'main.c': 'int main', 'main.o': 'object', deep: { 'x.o': 'more object', 'x.c': 'int x' } },
  only: { 'y.o': 'all object' },
};
const ALL = { filter: {} };

async function sampleRepository(options: { readonly packPerBlob?: boolean } = {}) {
  const backend = new MemBackend({ layout: REPOSITORY_LAYOUT });
  const test = await createTestRepository({ backend });
  const id = await saveSampleSnapshot(test.repository, SAMPLE, {
    tags: ['a'],
    packPerBlob: options.packPerBlob ?? false,
  });
  return { ...test, backend, id };
}

async function execute(
  repository: Repository,
  planWith: (lock: Lock) => Promise<SnapshotChangePlan>,
): Promise<{ plan: SnapshotChangePlan; result: SnapshotChangeResult }> {
  await using lock = await lockRepository(repository, { kind: 'exclusive' });
  const plan = await planWith(lock);
  return { plan, result: await executeSnapshotChanges(plan, { lock }) };
}

const tag = (repository: Repository, change: TagChange) =>
  execute(repository, (lock) => planTag(repository, { lock, selection: ALL, change }));
const rewrite = (repository: Repository, options: Partial<RewriteOptions>) =>
  execute(repository, (lock) => planRewrite(repository, { lock, selection: ALL, ...options }));
const repair = (repository: Repository, forget = false) =>
  execute(repository, (lock) => planRepairSnapshots(repository, { lock, selection: ALL, forget }));

async function snapshotIds(repository: Repository): Promise<SnapshotId[]> {
  return (await loadSnapshots(repository)).map(({ id }) => id);
}

const dataId = (text: string): BlobId => sha256(Buffer.from(text)).toString('hex') as BlobId; // a hash is an id

describe('tag', () => {
  it('replaces a snapshot by one with other tags, and remembers where it came from', async () => {
    const { repository, id } = await sampleRepository();
    const { result } = await tag(repository, { kind: 'edit', add: ['b', '', 'a'], remove: ['c'] });
    const [snapshot] = await loadSnapshots(repository);
    expect(snapshot).toMatchObject({ tags: ['a', 'b'], original: id, hostname: 'lab' });
    expect(result).toMatchObject({ replaced: [{ oldId: id, newId: snapshot?.id }], removedIds: [id], failures: [] });
    await tag(repository, { kind: 'set', tags: ['z'] });
    expect(await loadSnapshots(repository)).toMatchObject([{ tags: ['z'], original: id }]);
  });

  it('can remove tags, and all of them', async () => {
    const { repository } = await sampleRepository();
    await tag(repository, { kind: 'edit', add: ['b'], remove: ['a'] });
    expect(await loadSnapshots(repository)).toMatchObject([{ tags: ['b'] }]);
    await tag(repository, { kind: 'set', tags: [] });
    expect(await loadSnapshots(repository)).toMatchObject([{ tags: [] }]);
  });

  it('leaves alone what would not change', async () => {
    const { repository, id } = await sampleRepository();
    const { plan } = await tag(repository, { kind: 'edit', add: ['a'], remove: ['nope'] });
    expect(plan).toMatchObject({ changes: [], unchangedCount: 1 });
    expect(await snapshotIds(repository)).toEqual([id]);
  });

  it('refuses to change nothing', async () => {
    const { repository } = await sampleRepository();
    await expect(tag(repository, { kind: 'edit', add: [], remove: [] })).rejects.toMatchObject({
      code: 'TAG_CHANGE_EMPTY',
    });
  });
});

describe('rewrite', () => {
  it('leaves out what patterns match, and counts what is left', async () => {
    const { repository, id } = await sampleRepository();
    const events: SnapshotChangeEvent[] = [];
    const { result } = await rewrite(repository, {
      filter: { exclude: ['*.o'] },
      onEvent: (event) => events.push(event),
    });
    const newId = result.replaced[0]?.newId ?? id;
    expect(Object.keys(await readSnapshot(repository, newId))).toEqual(['/keep.txt', '/src/deep/x.c', '/src/main.c']);
    expect(await loadSnapshot(repository, newId)).toMatchObject({
      tags: ['a', 'rewrite'],
      original: id,
      summary: { totalFilesProcessed: 3, totalBytesProcessed: 17 },
    });
    expect(
      events.filter(({ kind }) => kind === 'item').map((event) => (event.kind === 'item' ? event.path : '')),
    ).toEqual(['/only/y.o', '/src/deep/x.o', '/src/main.o']);
    // The old one is still whole, and the folder that lost all it had stays.
    expect(Object.keys(await readSnapshot(repository, id))).toHaveLength(6);
    const { tree } = await loadSnapshot(repository, newId);
    expect((await (await repository.loadIndex()).loadTree(tree)).map(({ name }) => name)).toEqual([
      'keep.txt',
      'only',
      'src',
    ]);
    expect((await check(repository, { lock: 'unlocked', readData: { kind: 'all' } })).findings).toEqual([]);
  });

  it('keeps only what patterns include, without folders on the way to nothing', async () => {
    const { repository, id } = await sampleRepository();
    const { result } = await rewrite(repository, { filter: { include: ['x.c'] } });
    const newId = result.replaced[0]?.newId ?? id;
    expect(await readSnapshot(repository, newId)).toEqual({ '/src/deep/x.c': 'int x' });
    const { tree } = await loadSnapshot(repository, newId);
    expect((await (await repository.loadIndex()).loadTree(tree)).map(({ name }) => name)).toEqual(['src']);
  });

  it('takes patterns that include nothing for a mistake', async () => {
    const { repository } = await sampleRepository();
    expect((await rewrite(repository, { filter: { include: ['nothing'] } })).plan).toMatchObject({
      changes: [],
      unchangedCount: 1,
    });
  });

  it('ignores case where asked to', async () => {
    const { repository, id } = await sampleRepository();
    const { result } = await rewrite(repository, { filter: { caseInsensitiveExclude: ['KEEP.TXT', '*.O'] } });
    expect(Object.keys(await readSnapshot(repository, result.replaced[0]?.newId ?? id))).toHaveLength(2);
  });

  it('removes the old snapshot only with forget, and then adds no tag', async () => {
    const { repository, id } = await sampleRepository();
    const { result } = await rewrite(repository, { filter: { exclude: ['src'] }, forget: true });
    expect(result.removedIds).toEqual([id]);
    expect(await loadSnapshots(repository)).toMatchObject([{ tags: ['a'], original: id }]);
  });

  it('changes host and time without reading a tree', async () => {
    const { backend, reopen, id } = await sampleRepository();
    const faulty = new FaultyBackend(backend, { plan: faultPlan().onLoad('every', 'data').fails('unavailable') });
    const repository = await reopen({ backend: faulty });
    await rewrite(repository, { hostname: 'new', timeMs: Date.UTC(2020, 1, 3), forget: true });
    const [snapshot] = await loadSnapshots(repository);
    expect(snapshot).toMatchObject({ hostname: 'new', original: id });
    expect(Date.parse(snapshot?.time ?? '')).toBe(Date.UTC(2020, 1, 3));
  });

  it('adds a summary to snapshots without one', async () => {
    const { repository } = await sampleRepository();
    const { plan } = await rewrite(repository, { addSummary: true, forget: true });
    expect(plan.changes).toHaveLength(1);
    expect(await loadSnapshots(repository)).toMatchObject([{ summary: { totalFilesProcessed: 6, filesNew: 0 } }]);
    expect((await rewrite(repository, { addSummary: true, forget: true })).plan.changes).toEqual([]);
  });

  it('looks at equal folders at different places one by one', async () => {
    const { repository } = await createTestRepository();
    const id = await saveSampleSnapshot(repository, { a: { 'f.txt': 'same' }, b: { 'f.txt': 'same' } });
    const { result } = await rewrite(repository, { filter: { exclude: ['/a/f.txt'] } });
    expect(await readSnapshot(repository, result.replaced[0]?.newId ?? id)).toEqual({ '/b/f.txt': 'same' });
  });

  it('writes nothing in its plan', async () => {
    const { repository, backend } = await sampleRepository();
    const before = [...backend.files().keys()];
    const plan = await planRewrite(repository, {
      lock: 'unlocked',
      selection: ALL,
      filter: { exclude: ['*.o'] },
      forget: true,
    });
    expect(plan.changes).toHaveLength(1);
    expect([...backend.files().keys()]).toEqual(before);
  });

  it('refuses trees that it cannot write again without loss', async () => {
    const { repository } = await createTestRepository();
    const bytes = Buffer.from(
      encodeTree([nodeOf('f', { type: 'file', content: [] })])
        .toString()
        .replace('"name"', '"new_key":1,"name"'),
    );
    await saveTreeAsSnapshot(repository, bytes);
    await expect(rewrite(repository, { filter: { exclude: ['g'] } })).rejects.toMatchObject({
      code: 'TREE_UNSTABLE',
      kind: 'operator',
    });
  });

  it('refuses nothing to do, and both kinds of patterns at once', async () => {
    const { repository } = await sampleRepository();
    await expect(rewrite(repository, {})).rejects.toMatchObject({ code: 'REWRITE_NOTHING_TO_DO' });
    await expect(rewrite(repository, { filter: { exclude: ['a'], include: ['b'] } })).rejects.toMatchObject({
      code: 'REWRITE_FILTERS_MIXED',
    });
  });

  it('refuses a snapshot whose trees cannot be read', async () => {
    const { repository, backend } = await sampleRepository({ packPerBlob: true });
    await removePackOf(repository, 'tree');
    const before = [...backend.files().keys()];
    await expect(rewrite(repository, { filter: { exclude: ['*.o'] } })).rejects.toMatchObject({ kind: 'corruption' });
    expect([...backend.files().keys()].filter((key) => !key.startsWith('locks/'))).toEqual(before);
  });
});

describe('repair of snapshots', () => {
  it('shortens files by the contents that are in no index', async () => {
    const { repository } = await createTestRepository();
    const id = await saveSampleSnapshot(
      repository,
      { f: ['one ', 'two ', 'three'], g: 'whole', h: ['gone'] },
      { packPerBlob: true },
    );
    await forgetBlobs(repository, ['two ', 'gone']);
    const events: SnapshotChangeEvent[] = [];
    await using lock = await lockRepository(repository, { kind: 'exclusive' });
    const plan = await planRepairSnapshots(repository, {
      lock,
      selection: ALL,
      onEvent: (event) => events.push(event),
    });
    expect(plan.changes).toHaveLength(1);
    const { replaced } = await executeSnapshotChanges(plan, { lock });
    const newId = replaced[0]?.newId ?? id;
    expect(await readSnapshot(repository, newId)).toEqual({ '/f': 'one three', '/g': 'whole', '/h': '' });
    expect(await loadSnapshot(repository, newId)).toMatchObject({ tags: ['repaired'], original: id });
    expect(events.filter(({ kind }) => kind === 'item')).toMatchObject([
      { action: 'shortened', path: '/f' },
      { action: 'shortened', path: '/h' },
    ]);
  });

  it('empties folders that cannot be read', async () => {
    const { repository } = await createTestRepository();
    const id = await saveSampleSnapshot(repository, { lost: { f: 'f' }, kept: { g: 'g' } }, { packPerBlob: true });
    const { tree } = await loadSnapshot(repository, id);
    const indexed = await repository.loadIndex();
    const lost = (await indexed.loadTree(tree)).find(({ name }) => name === 'lost')?.subtree;
    const { index } = indexed;
    await repository.removeFile('data', index.packId(index.packOf(index.findHex('tree', lost ?? tree))));
    const { result } = await repair(repository, true);
    expect(result.removedIds).toEqual([id]);
    expect(await readSnapshot(repository, result.replaced[0]?.newId ?? id)).toEqual({ '/kept/g': 'g' });
  });

  it('gives a folder that names no tree an empty one', async () => {
    const { repository } = await createTestRepository();
    await saveTreeAsSnapshot(repository, encodeTree([nodeOf('d', { type: 'dir', content: null })]));
    const { result } = await repair(repository, true);
    expect(result.replaced).toHaveLength(1);
    expect((await check(repository, { lock: 'unlocked' })).isSound).toBe(true);
  });

  it('gives up a snapshot whose root is gone, but removes it only when asked', async () => {
    const { repository, id } = await sampleRepository({ packPerBlob: true });
    await removePackOf(repository, 'tree');
    const kept = await repair(repository);
    expect(kept.plan.vanishing).toMatchObject([{ id }]);
    expect(kept.result.removedIds).toEqual([]);
    expect(await snapshotIds(repository)).toEqual([id]);
    const removed = await repair(repository, true);
    expect(removed.result.removedIds).toEqual([id]);
    expect(await snapshotIds(repository)).toEqual([]);
  });

  it('does nothing to sound snapshots', async () => {
    const { repository, id } = await sampleRepository();
    const { plan } = await repair(repository, true);
    expect(plan).toMatchObject({ changes: [], vanishing: [], unchangedCount: 1 });
    expect(await snapshotIds(repository)).toEqual([id]);
  });

  it('does not take an unreachable backend for damage', async () => {
    const { backend, reopen } = await sampleRepository();
    const faulty = new FaultyBackend(backend, { plan: faultPlan().onLoad('every', 'data').fails('unavailable') });
    await expect(repair(await reopen({ backend: faulty }), true)).rejects.toMatchObject({ kind: 'transient' });
  });
});

describe('a plan of changes', () => {
  it('is spent once, under the lock that it needs', async () => {
    const { repository } = await sampleRepository();
    await using lock = await lockRepository(repository, { kind: 'exclusive' });
    const plan = await planTag(repository, { lock, selection: ALL, change: { kind: 'set', tags: ['x'] } });
    await executeSnapshotChanges(plan, { lock });
    await expect(executeSnapshotChanges(plan, { lock })).rejects.toMatchObject({ code: 'PLAN_SPENT' });
    await lock.release();
    await using shared = await lockRepository(repository, { kind: 'shared' });
    const adding = await planRewrite(repository, { lock: shared, selection: ALL, hostname: 'h' });
    expect((await executeSnapshotChanges(adding, { lock: shared })).replaced).toHaveLength(1);
    const removing = await planRewrite(repository, { lock: shared, selection: ALL, hostname: 'h', forget: true });
    await expect(executeSnapshotChanges(removing, { lock: shared })).rejects.toMatchObject({ code: 'LOCK_REQUIRED' });
  });

  it('that dies after any write leaves each snapshot in one form at least', async () => {
    for (let writeNr = 1; ; writeNr += 1) {
      const { backend, reopen } = await sampleRepository();
      const secondId = await saveSampleSnapshot(
        await reopen(),
        { 'z.c': 'second', 'z.o': 'object' },
        { paths: ['/second'] },
      );
      const faulty = new FaultyBackend(backend);
      const repository = await reopen({ backend: faulty });
      const lock = await lockRepository(repository, { kind: 'exclusive' });
      const plan = await planRewrite(repository, { lock, selection: ALL, filter: { exclude: ['*.o'] }, forget: true });
      faulty.usePlan(faultPlan().onWrite(writeNr).crashesAfter());
      const isDone = await executeSnapshotChanges(plan, { lock }).then(
        ({ failures }) => failures.length === 0,
        () => false,
      );
      await lock.release().catch(() => undefined); // the power is off
      const survivor = await reopen({ backend });
      const snapshots = await loadSnapshots(survivor);
      for (const { id } of snapshots) expect(Object.keys(await readSnapshot(survivor, id)).length).toBeGreaterThan(0);
      expect(new Set(snapshots.map(({ paths }) => paths[0]))).toEqual(new Set(['/sample', '/second']));
      expect((await check(survivor, { lock: 'unlocked', readData: { kind: 'all' } })).errorCount).toBe(0);
      if (isDone) {
        expect(snapshots.map(({ id }) => id)).not.toContain(secondId);
        expect(writeNr).toBeGreaterThan(5);
        return;
      }
    }
  });
});

async function saveTreeAsSnapshot(repository: Repository, bytes: Buffer): Promise<void> {
  const writer = (await repository.loadIndex()).createWriter();
  const { id: tree } = await writer.save('tree', bytes);
  await writer.flush();
  await repository.saveUnpacked(
    'snapshots',
    Buffer.from(JSON.stringify({ time: '2026-01-01T00:00:00Z', tree, paths: ['/x'], hostname: 'lab' })),
  );
}

/** Removes all packs of a type. */
async function removePackOf(repository: Repository, type: 'data' | 'tree'): Promise<void> {
  const { index } = await repository.loadIndex();
  for (let packNr = 0; packNr < index.packCount; packNr += 1) {
    if (index.typeOf(index.entriesOfPack(packNr)[0] ?? 0) === type)
      await repository.removeFile('data', index.packId(packNr));
  }
}

/** Takes blobs out of the index; each lies in a pack and an index file of its own. */
async function forgetBlobs(repository: Repository, contents: readonly string[]): Promise<void> {
  const { index, indexFiles } = await repository.loadIndex();
  const lost = contents.map((content) => index.packOf(index.findHex('data', dataId(content))));
  for (const [id, packNrs] of indexFiles) {
    if (packNrs.some((packNr) => lost.includes(packNr))) await repository.removeFile('index', id);
  }
}
