import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../crypto/sha256.ts';
import type { BlobId, PackId } from '../format/ids.ts';
import { encodeIndexFile } from '../format/index-file.ts';
import type { Repository } from '../repository/repository.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { createTestRepository, type TestRepository } from '../testing/test-repository.ts';
import { WatchedBackend } from '../testing/watched-backend.ts';
import {
  CACHE_OLD_AFTER_DAYS,
  listCaches,
  MERGED_INDEX_FOLDER,
  removeCache,
  removeOldCaches,
} from './cache-directory.ts';
import { readMergedIndex } from './merged-index-file.ts';
import { RepositoryCache } from './repository-cache.ts';

const DAY_MS = 24 * 60 * 60_000;
const random = new SeededRandom(31);
let baseDirectory = '';

beforeEach(() => {
  baseDirectory = mkdtempSync(join(tmpdir(), 'lumbung-cache-'));
});

afterEach(() => {
  rmSync(baseDirectory, { recursive: true, force: true });
});

interface Bench extends TestRepository {
  readonly backend: WatchedBackend;
  /** Opened with the cache. */
  readonly cached: Repository;
  readonly treeId: BlobId;
  readonly dataId: BlobId;
}

/** A repository far away, with one data and one tree blob. */
async function newBench(): Promise<Bench> {
  const backend = new WatchedBackend();
  backend.properties.isLocal = false;
  const test = await createTestRepository({ backend });
  const writer = (await test.repository.loadIndex()).createWriter();
  const treeId = (await writer.save('tree', Buffer.from('{"nodes":[]}\n'))).id;
  const dataId = (await writer.save('data', random.bytes(1000))).id;
  await writer.flush();
  const cached = await test.reopen({ cache: { baseDirectory } });
  backend.loads.length = 0;
  return { ...test, backend, cached, treeId, dataId };
}

function filesUnder(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function cachedFiles(bench: Bench, folder: string): string[] {
  const directory = join(baseDirectory, bench.repository.config.id, folder);
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.length > 64);
}

function loadsOf(bench: Bench, folder: string): number {
  return bench.backend.loads.filter(({ file }) => file.folder === folder).length;
}

/** Changes every file of the cache. */
function damageAll(change: (bytes: Buffer) => Buffer): void {
  for (const path of filesUnder(baseDirectory)) {
    if (!path.endsWith('CACHEDIR.TAG') && !path.endsWith('version')) writeFileSync(path, change(readFileSync(path)));
  }
}

describe('RepositoryCache', () => {
  it('has the layout that stock clients have', async () => {
    const bench = await newBench();
    const indexed = await bench.cached.loadIndex();
    await indexed.loadTree(bench.treeId);
    expect(readFileSync(join(baseDirectory, 'CACHEDIR.TAG'), 'utf8')).toBe(
      'Signature: 8a477f597d28d172789f06886806bc55\n',
    );
    const directory = join(baseDirectory, bench.repository.config.id);
    expect(readFileSync(join(directory, 'version'), 'utf8')).toBe('1');
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    const [id] = indexed.indexFiles.keys();
    const copy = join(directory, 'index', id?.slice(0, 2) ?? '', id ?? '');
    expect(sha256Hex(readFileSync(copy))).toBe(id); // the stored bytes, sealed
  });

  it('holds index, snapshots and tree packs, and never a data pack', async () => {
    const bench = await newBench();
    const snapshot = await bench.cached.saveUnpacked('snapshots', Buffer.from('{}'));
    const indexed = await bench.cached.loadIndex();
    await indexed.loadTree(bench.treeId);
    await indexed.loadBlob('data', bench.dataId);
    expect(cachedFiles(bench, 'index')).toHaveLength(1);
    expect(cachedFiles(bench, 'snapshots')).toEqual([join(snapshot.slice(0, 2), snapshot)]);
    expect(cachedFiles(bench, 'data')).toHaveLength(1);
    bench.backend.loads.length = 0;
    const again = await (await bench.reopen({ cache: { baseDirectory } })).loadIndex();
    await again.loadTree(bench.treeId);
    await bench.cached.loadUnpacked('snapshots', snapshot);
    await again.loadBlob('data', bench.dataId);
    expect([loadsOf(bench, 'index'), loadsOf(bench, 'snapshots'), loadsOf(bench, 'data')]).toEqual([0, 0, 1]);
  });

  it('fetches a pack once for many who want trees of it at the same time', async () => {
    const bench = await newBench();
    const { index } = await bench.cached.loadIndex();
    const pack = index.packId(index.packOf(index.findHex('tree', bench.treeId)));
    const ranges = Array.from({ length: 5 }, (_, offset) =>
      bench.cached.loadTreePackRange(pack, { offset, length: 10 }),
    );
    const parts = await Promise.all(ranges);
    expect(loadsOf(bench, 'data')).toBe(1);
    const whole = await bench.backend.inner.load({ folder: 'data', name: pack });
    for (const [offset, part] of parts.entries()) expect(part).toEqual(whole.subarray(offset, offset + 10));
  });

  it('keeps the tree packs that are written, too', async () => {
    const bench = await newBench();
    const writer = (await bench.cached.loadIndex()).createWriter();
    await writer.save('tree', Buffer.from('{"nodes":[ ]}\n'));
    await writer.save('data', random.bytes(10));
    await writer.flush();
    expect(cachedFiles(bench, 'data')).toHaveLength(1);
    expect(cachedFiles(bench, 'index')).toHaveLength(2);
  });

  it.each([
    ['a bit flipped', (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte)))],
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1)],
    ['emptied', () => Buffer.alloc(0)],
    ['replaced by zeros', (bytes: Buffer) => Buffer.alloc(bytes.length)],
  ])(
    'is not trusted: with every file %s the answers are the same, and the copies are made anew',
    async (_what, damage) => {
      const bench = await newBench();
      await (await bench.cached.loadIndex()).loadTree(bench.treeId);
      damageAll(damage);
      const indexed = await (await bench.reopen({ cache: { baseDirectory } })).loadIndex();
      expect(await indexed.loadTree(bench.treeId)).toEqual([]);
      expect(await indexed.loadTreeBytes(bench.treeId)).toEqual(Buffer.from('{"nodes":[]}\n'));
      bench.backend.loads.length = 0;
      await (await bench.reopen({ cache: { baseDirectory } })).loadIndex();
      expect(loadsOf(bench, 'index')).toBe(0);
    },
  );

  it('may vanish at any time', async () => {
    const bench = await newBench();
    const indexed = await bench.cached.loadIndex();
    rmSync(baseDirectory, { recursive: true });
    expect(await indexed.loadTree(bench.treeId)).toEqual([]);
    await bench.cached.saveUnpacked('snapshots', Buffer.from('{}'));
    await removeCache(baseDirectory, bench.repository.config.id);
  });

  it('is done without where it cannot be, or is of a later layout', async () => {
    const bench = await newBench();
    writeFileSync(join(baseDirectory, 'file'), '');
    const blocked = await bench.reopen({ cache: { baseDirectory: join(baseDirectory, 'file') } });
    expect(blocked.cache).toBeUndefined();
    expect((await blocked.loadIndex()).index.blobCount).toBe(2);
    writeFileSync(join(baseDirectory, bench.repository.config.id, 'version'), '2');
    expect((await bench.reopen({ cache: { baseDirectory } })).cache).toBeUndefined();
  });

  it('lets go of what the repository does not have any more', async () => {
    const bench = await newBench();
    const indexed = await bench.cached.loadIndex();
    await indexed.loadTree(bench.treeId);
    const snapshots = [];
    for (const json of ['{}', '{"a":1}'])
      snapshots.push(await bench.cached.saveUnpacked('snapshots', Buffer.from(json)));
    // Another client removes them: we learn of it by listing.
    await bench.backend.remove({ folder: 'snapshots', name: snapshots[0] ?? '' });
    for await (const { name } of bench.backend.list('index')) await bench.backend.remove({ folder: 'index', name });
    for await (const _ of bench.cached.listIds('snapshots'));
    await bench.cached.loadIndex();
    expect(cachedFiles(bench, 'snapshots')).toHaveLength(1);
    expect(cachedFiles(bench, 'index')).toEqual([]);
    expect(cachedFiles(bench, 'data')).toEqual([]);
    await bench.cached.removeFile('snapshots', snapshots[1] ?? '');
    expect(cachedFiles(bench, 'snapshots')).toEqual([]);
  });

  it('keeps no files of a repository on a local disk', async () => {
    const bench = await newBench();
    bench.backend.properties.isLocal = true;
    const local = await bench.reopen({ cache: { baseDirectory } });
    await (await local.loadIndex()).loadTree(bench.treeId);
    expect(filesUnder(join(baseDirectory, bench.repository.config.id)).map((path) => path.split('/').at(-1))).toEqual([
      'version',
    ]);
  });

  it('returns exactly the range that is asked for, or nothing', async () => {
    const { clock } = await newBench();
    const cache = await RepositoryCache.open({
      baseDirectory,
      repositoryId: 'cd'.repeat(32),
      clock,
      random,
      keepsFiles: true,
    });
    const id = 'ab'.repeat(32);
    await cache?.put('data', id, Buffer.from('0123456789'));
    expect((await cache?.getRange('data', id, { offset: 3, length: 4 }))?.toString()).toBe('3456');
    expect(await cache?.getRange('data', id, { offset: 3, length: 8 })).toBeUndefined();
    expect(await cache?.getRange('data', 'cd'.repeat(32), { offset: 0, length: 1 })).toBeUndefined();
    await cache?.forget('data', id);
    await cache?.forget('keys', id);
    expect(await cache?.get('data', id)).toBeUndefined();
  });
});

describe('cache directories', () => {
  it('are listed, and removed when nobody used them for 30 days', async () => {
    const bench = await newBench();
    const nowMs = bench.clock.nowMs();
    const other = 'ef'.repeat(32);
    await RepositoryCache.open({ baseDirectory, repositoryId: other, clock: bench.clock, random, keepsFiles: true });
    const longAgo = (nowMs - (CACHE_OLD_AFTER_DAYS + 1) * DAY_MS) / 1000;
    utimesSync(join(baseDirectory, other), longAgo, longAgo);
    const mine = bench.repository.config.id;
    expect((await listCaches(baseDirectory)).map(({ repositoryId }) => repositoryId).sort()).toEqual(
      [mine, other].sort(),
    );
    expect((await removeOldCaches(baseDirectory, { nowMs })).map(({ repositoryId }) => repositoryId)).toEqual([other]);
    expect((await listCaches(baseDirectory)).map(({ repositoryId }) => repositoryId)).toEqual([mine]);
    expect(await listCaches(join(baseDirectory, 'nowhere'))).toEqual([]);
  });
});

describe('the merged index', () => {
  /** Index files over packs that do not exist: 3 with 5,000 blobs each. */
  async function withLargeIndex() {
    const bench = await newBench();
    const ids: BlobId[] = [];
    const addFile = async (): Promise<void> => {
      const blobs = Array.from({ length: 5000 }, (_, nr) => ({
        id: random.bytes(32).toString('hex') as BlobId,
        type: 'data' as const,
        offset: nr * 100,
        lengthBytes: 100,
        uncompressedBytes: 200,
      }));
      ids.push(blobs[17]?.id ?? ('' as BlobId));
      const pack = { id: random.bytes(32).toString('hex') as PackId, blobs };
      await bench.repository.saveUnpacked('index', encodeIndexFile([pack]));
    };
    for (let nr = 0; nr < 3; nr += 1) await addFile();
    const path = join(baseDirectory, MERGED_INDEX_FOLDER, bench.repository.config.id);
    return { bench, ids, path, addFile };
  }

  it('saves reading the index files again', async () => {
    const { bench, ids } = await withLargeIndex();
    const first = await bench.cached.loadIndex();
    bench.backend.properties.isLocal = true; // no copies of the files themselves
    bench.backend.loads.length = 0;
    const again = await (await bench.reopen({ cache: { baseDirectory } })).loadIndex();
    expect(loadsOf(bench, 'index')).toBe(0);
    expect(again.index.blobCount).toBe(first.index.blobCount);
    expect(new Map([...again.indexFiles].sort())).toEqual(new Map([...first.indexFiles].sort()));
    for (const id of ids)
      expect(again.index.blobOf(again.index.findHex('data', id))).toEqual(
        first.index.blobOf(first.index.findHex('data', id)),
      );
    expect(
      (await (await bench.reopen({ cache: { baseDirectory } })).loadIndex({ from: 'files' })).index.blobCount,
    ).toBe(15_002);
    expect(loadsOf(bench, 'index')).toBe(4);
  });

  it('is added to by the files that came since, and written again when they are many', async () => {
    const { bench, ids, addFile, path } = await withLargeIndex();
    await bench.cached.loadIndex();
    bench.backend.properties.isLocal = true;
    const reopen = () => bench.reopen({ cache: { baseDirectory } });
    const small = (await (await reopen()).loadIndex()).createWriter();
    const { id } = await small.save('data', random.bytes(10));
    await small.flush();
    const before = readFileSync(path);
    bench.backend.loads.length = 0;
    expect((await (await reopen()).loadIndex()).hasBlob('data', id)).toBe(true);
    expect(loadsOf(bench, 'index')).toBe(1);
    expect(readFileSync(path).equals(before)).toBe(true);
    await addFile();
    const indexed = await (await reopen()).loadIndex();
    for (const known of ids) expect(indexed.hasBlob('data', known)).toBe(true);
    expect(readFileSync(path).equals(before)).toBe(false);
    bench.backend.loads.length = 0;
    expect((await (await reopen()).loadIndex()).index.blobCount).toBe(20_003);
    expect(loadsOf(bench, 'index')).toBe(0);
  });

  it('is not used once an index file that it holds is gone', async () => {
    const { bench } = await withLargeIndex();
    const first = await bench.cached.loadIndex();
    const [gone] = first.indexFiles.keys();
    await bench.backend.remove({ folder: 'index', name: gone ?? '' });
    const after = await (await bench.reopen({ cache: { baseDirectory } })).loadIndex();
    expect(after.indexFiles.has(gone ?? ('' as never))).toBe(false);
    expect(after.index.blobCount).toBe(
      first.index.blobCount -
        (first.indexFiles.get(gone ?? ('' as never)) ?? []).flatMap((packNr) => first.index.entriesOfPack(packNr))
          .length,
    );
  });

  it('is made anew when it is damaged anywhere, of another repository, or cut', async () => {
    const { bench, path } = await withLargeIndex();
    await bench.cached.loadIndex();
    const good = readFileSync(path);
    const { sealer } = bench.cached;
    expect(await readMergedIndex(path, sealer)).toBeDefined(); // control
    const headBytes = good.readUInt32LE(8);
    const places = [
      0,
      8,
      11,
      12,
      40,
      12 + headBytes - 1,
      12 + headBytes,
      12 + headBytes + 40,
      good.length >> 1,
      good.length - 1,
    ];
    for (const at of places) {
      const damaged = Buffer.from(good);
      damaged[at] = (damaged[at] ?? 0) ^ 0x40;
      writeFileSync(path, damaged);
      expect(await readMergedIndex(path, sealer), `damaged at ${at}`).toBeUndefined();
    }
    for (const length of [0, 7, 11, 12, 100, good.length - 1]) {
      writeFileSync(path, good.subarray(0, length));
      expect(await readMergedIndex(path, sealer), `cut at ${length}`).toBeUndefined();
    }
    writeFileSync(path, Buffer.concat([good, Buffer.alloc(1)]));
    expect(await readMergedIndex(path, sealer)).toBeUndefined();
    const other = await createTestRepository({ seed: 99 });
    writeFileSync(path, good);
    expect(await readMergedIndex(path, other.repository.sealer)).toBeUndefined();
    writeFileSync(path, good.subarray(0, 5000));
    expect((await (await bench.reopen({ cache: { baseDirectory } })).loadIndex()).index.blobCount).toBe(15_002);
    expect(await readMergedIndex(path, sealer)).toBeDefined();
  });

  it('cannot be pieced together from two files', async () => {
    const { bench, path, addFile } = await withLargeIndex();
    await bench.cached.loadIndex();
    const one = readFileSync(path);
    await addFile();
    await removeCache(baseDirectory, bench.repository.config.id);
    await (await bench.reopen({ cache: { baseDirectory } })).loadIndex();
    const two = readFileSync(path);
    const [oneHead, twoHead] = [12 + one.readUInt32LE(8), 12 + two.readUInt32LE(8)];
    writeFileSync(
      path,
      Buffer.concat([one.subarray(0, oneHead), two.subarray(twoHead, twoHead + one.length - oneHead)]),
    );
    expect(await readMergedIndex(path, bench.cached.sealer)).toBeUndefined();
  });

  it('tells no blob id to who has only the file', async () => {
    const { bench, path, ids } = await withLargeIndex();
    await bench.cached.loadIndex();
    const bytes = readFileSync(path);
    for (const id of ids) {
      expect(bytes.includes(Buffer.from(id, 'hex'))).toBe(false);
      expect(bytes.includes(id)).toBe(false);
    }
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is not written after a damaged index file was passed over', async () => {
    const { bench } = await withLargeIndex();
    await bench.backend.inner.save({ folder: 'index', name: 'ab'.repeat(32) }, [Buffer.from('x')]);
    await bench.cached.loadIndex({ onDamagedFile: () => undefined });
    expect(readdirSync(baseDirectory)).not.toContain(MERGED_INDEX_FOLDER);
  });
});
