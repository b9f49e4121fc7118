import { LumbungError } from '@lumbung/stdx';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256, sha256Hex } from '../crypto/sha256.ts';
import type { BlobId, IndexId } from '../format/ids.ts';
import { PackBuilder } from '../pack/pack-builder.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { createTestRepository, type TestRepository } from '../testing/test-repository.ts';
import { WatchedBackend } from '../testing/watched-backend.ts';
import { rewriteIndex, saveIndexFiles } from './index-saver.ts';
import type { IndexedRepository } from './indexed-repository.ts';

const PACK_SIZE = 4 * 2 ** 20;
const random = new SeededRandom(11);
const noise = random.bytes(PACK_SIZE);
let blobNr = 0;

/** A new blob of noise: making 4 MiB of it each time would take most of the tests' time. */
function newBlob(lengthBytes: number): Buffer {
  const blob = Buffer.from(noise.subarray(0, lengthBytes));
  blobNr += 1;
  blob.writeUInt32LE(blobNr);
  return blob;
}

interface Bench extends TestRepository {
  readonly backend: WatchedBackend;
  readonly indexed: IndexedRepository;
}

async function newBench(options: { version?: 1 | 2; compression?: 'auto' | 'off' } = {}): Promise<Bench> {
  const backend = new WatchedBackend();
  const test = await createTestRepository({ backend, packSizeBytes: PACK_SIZE, ...options });
  const indexed = await test.repository.loadIndex();
  backend.operations.length = 0;
  return { ...test, backend, indexed };
}

async function namesIn(backend: WatchedBackend, folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of backend.inner.list(folder)) names.push(name);
  return names;
}

/** Every pack that an index file names is there, whole: what must hold at every moment. */
async function expectSoundIndex(bench: Bench): Promise<IndexedRepository> {
  const indexed = await (await bench.reopen({ backend: bench.backend.inner })).loadIndex();
  const packs = new Set(await namesIn(bench.backend, 'data'));
  for (let packNr = 0; packNr < indexed.index.packCount; packNr += 1)
    expect(packs).toContain(indexed.index.packId(packNr));
  return indexed;
}

describe('BlobWriter', () => {
  it('stores data and tree blobs so that a new process finds them', async () => {
    const bench = await newBench();
    const writer = bench.indexed.createWriter();
    const blobs = [random.bytes(1000), Buffer.alloc(100_000, 'compressible'), Buffer.alloc(0)];
    for (const blob of blobs) {
      expect(await writer.save('data', blob)).toMatchObject({ id: sha256Hex(blob), isNew: true });
    }
    const tree = Buffer.from('{"nodes":[]}\n');
    await writer.save('tree', tree);
    await writer.flush();
    const indexed = await expectSoundIndex(bench);
    for (const blob of blobs) expect(await indexed.loadBlob('data', sha256Hex(blob) as BlobId)).toEqual(blob);
    expect(await indexed.loadTree(sha256Hex(tree) as BlobId)).toEqual([]);
    expect(writer.stats).toMatchObject({ dataBlobs: 3, treeBlobs: 1, plainBytes: 101_013, packs: 2 });
  });

  it('writes packs, then index, and nothing when there is nothing', async () => {
    const { indexed, backend } = await newBench();
    await indexed.createWriter().flush();
    expect(backend.operations).toEqual([]);
    const writer = indexed.createWriter();
    await writer.save('data', random.bytes(10));
    await writer.save('tree', Buffer.from('{"nodes":[]}\n'));
    expect(backend.operations).toEqual([]);
    await writer.flush();
    expect(backend.operations).toEqual(['save data', 'save data', 'save index']);
  });

  it('stores a blob once: known to the index, pending, or being uploaded', async () => {
    const bench = await newBench();
    const blob = random.bytes(500);
    const writer = bench.indexed.createWriter();
    const [first, second] = await Promise.all([writer.save('data', blob), writer.save('data', Buffer.from(blob))]);
    expect([first.isNew, second.isNew]).toEqual([true, false]);
    expect(second.storedBytes).toBe(0);
    expect((await writer.save('tree', blob)).isNew).toBe(true);
    await writer.flush();
    expect((await writer.save('data', blob)).isNew).toBe(false);
    expect(writer.has('data', first.id)).toBe(true);
    const later = (await (await bench.reopen()).loadIndex()).createWriter();
    expect((await later.save('data', blob)).isNew).toBe(false);
    expect((await later.save('data', blob, { force: true })).isNew).toBe(true);
    await later.flush();
    const indexed = await expectSoundIndex(bench);
    expect(indexed.index.locationsOf('data', first.id)).toHaveLength(2);
  });

  it('closes packs at their size and never mixes data and trees', async () => {
    const bench = await newBench();
    const writer = bench.indexed.createWriter();
    for (let nr = 0; nr < 60; nr += 1) await writer.save(nr % 5 === 0 ? 'tree' : 'data', newBlob(400_000));
    await writer.flush();
    const { index } = await expectSoundIndex(bench);
    for (let packNr = 0; packNr < index.packCount; packNr += 1) {
      const blobs = index.blobsOfPack(packNr);
      expect(new Set(blobs.map(({ type }) => type)).size).toBe(1);
      const last = blobs.at(-1);
      expect(last?.offset ?? 0).toBeLessThan(PACK_SIZE);
    }
    expect(index.packCount).toBeLessThanOrEqual(10);
    expect(index.packCount).toBeGreaterThanOrEqual(6);
  });

  it('merges the last two packs of a type when they fit into one', async () => {
    const bench = await newBench();
    const writer = bench.indexed.createWriter();
    for (let nr = 0; nr < 30; nr += 1) await writer.save('data', random.bytes(1000));
    await writer.flush();
    expect(await namesIn(bench.backend, 'data')).toHaveLength(1);
    expect((await expectSoundIndex(bench)).index.blobCount).toBe(30);
  });

  it('compresses nothing in version 1, and only trees when compression is off', async () => {
    for (const [options, dataIsCompressed, treeIsCompressed] of [
      [{ version: 1 }, false, false],
      [{ compression: 'off' }, false, true],
      [{}, true, true],
    ] as const) {
      const bench = await newBench(options);
      const writer = bench.indexed.createWriter();
      const data = await writer.save('data', Buffer.alloc(10_000, 'a'));
      const tree = await writer.save('tree', Buffer.from(`{"nodes":[]}${' '.repeat(10_000)}\n`));
      await writer.flush();
      const { index } = await expectSoundIndex(bench);
      expect(index.uncompressedOf(index.findHex('data', data.id)) > 0).toBe(dataIsCompressed);
      expect(index.uncompressedOf(index.findHex('tree', tree.id)) > 0).toBe(treeIsCompressed);
    }
  });

  it('keeps no more uploads under way than there are connections', async () => {
    const { indexed, backend } = await newBench();
    let underWay = 0;
    let most = 0;
    backend.beforeEach = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
    };
    const writer = indexed.createWriter();
    const saves: Promise<unknown>[] = [];
    for (let nr = 0; nr < 30; nr += 1) saves.push(writer.save('data', newBlob(PACK_SIZE / 2)));
    await Promise.all(saves);
    await writer.flush();
    expect(most).toBeLessThanOrEqual(backend.properties.connectionsMax);
    expect(most).toBeGreaterThan(1);
  });

  it('takes packs and unfinished rests that were built elsewhere', async () => {
    const bench = await newBench();
    const builder = new PackBuilder({ sealer: bench.repository.sealer, targetSizeBytes: PACK_SIZE });
    const blobs = [random.bytes(100), random.bytes(200), random.bytes(300)];
    const add = (nr: number): void => {
      const plaintext = blobs[nr] ?? Buffer.alloc(0);
      builder.add({ type: 'data', id: sha256(plaintext), plaintext });
    };
    add(0);
    const pack = builder.finish();
    add(1);
    add(2);
    const writer = bench.indexed.createWriter();
    await writer.savePack(pack);
    expect(bench.indexed.hasBlob('data', sha256Hex(blobs[0] ?? Buffer.alloc(0)) as BlobId)).toBe(true);
    await writer.saveUnfinished(builder.takeUnfinished());
    await writer.flush();
    const indexed = await expectSoundIndex(bench);
    for (const blob of blobs) expect(await indexed.loadBlob('data', sha256Hex(blob) as BlobId)).toEqual(blob);
  });

  it('saves an index when it is 10 minutes old, so that a crash later loses no more', async () => {
    const { indexed, backend, clock } = await newBench();
    const writer = indexed.createWriter();
    const savePack = () => writer.save('data', newBlob(PACK_SIZE));
    await savePack();
    await clock.advance(9 * 60_000);
    await savePack();
    await clock.advance(0);
    expect(await namesIn(backend, 'index')).toEqual([]);
    await clock.advance(2 * 60_000);
    await savePack();
    await clock.advance(0);
    expect(await namesIn(backend, 'index')).toHaveLength(1);
  });

  it('saves an index when it has 50,000 blobs', async () => {
    const { indexed, backend, repository } = await newBench();
    const writer = indexed.createWriter();
    const blobs = Array.from({ length: 26_000 }, (_, nr) => ({
      id: sha256Hex(Buffer.from(`${nr}`)) as BlobId,
      type: 'data' as const,
      offset: nr * 33,
      lengthBytes: 33,
      uncompressedBytes: 0,
    }));
    for (const nr of [1, 2]) {
      const builder = new PackBuilder({ sealer: repository.sealer, targetSizeBytes: PACK_SIZE });
      builder.add({ type: 'data', id: sha256(Buffer.from([nr])), plaintext: Buffer.from([nr]) });
      await writer.savePack({ ...builder.finish(), blobs });
      expect(await namesIn(backend, 'index')).toHaveLength(nr - 1);
    }
  });

  it.each(['save data', 'save index'])(
    'stops for good when any "%s" fails, and leaves a sound index',
    async (operation) => {
      for (let failAt = 1; failAt <= 4; failAt += 1) {
        const bench = await newBench();
        let seen = 0;
        bench.backend.beforeEach = async (present) => {
          if (present !== operation) return;
          seen += 1;
          if (seen === failAt) throw new LumbungError('BACKEND_NO_SPACE', { kind: 'operator' });
          if (seen > failAt) await new Promise((resolve) => setImmediate(resolve));
        };
        const writer = bench.indexed.createWriter();
        const act = async (): Promise<void> => {
          for (let nr = 0; nr < 8; nr += 1) {
            await writer.save('data', newBlob(PACK_SIZE / 2));
            if (nr % 3 === 2) await writer.flush();
          }
          await writer.flush();
        };
        const outcome = await act().then(
          () => undefined,
          (error: unknown) => error,
        );
        bench.backend.beforeEach = undefined;
        if (seen >= failAt) {
          expect(outcome).toMatchObject({ code: 'BACKEND_NO_SPACE' });
          const writesBefore = bench.backend.operations.length;
          await expect(writer.save('data', random.bytes(10))).rejects.toMatchObject({ code: 'BACKEND_NO_SPACE' });
          await expect(writer.flush()).rejects.toMatchObject({ code: 'BACKEND_NO_SPACE' });
          await expect(writer.savePack({ id: '', bytes: Buffer.alloc(0), blobs: [] } as never)).rejects.toMatchObject({
            code: 'BACKEND_NO_SPACE',
          });
          expect(bench.backend.operations.length).toBe(writesBefore);
        } else {
          expect(outcome).toBeUndefined(); // control: there were fewer such operations
        }
        await expectSoundIndex(bench);
      }
    },
  );

  it('does not index a pack whose upload failed', async () => {
    const { indexed, backend } = await newBench();
    backend.beforeEach = async () => {
      throw new LumbungError('BACKEND_UNAVAILABLE', { kind: 'transient' });
    };
    const writer = indexed.createWriter();
    const { id } = await writer.save('data', random.bytes(10));
    await expect(writer.flush()).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(indexed.hasBlob('data', id)).toBe(false);
  });

  it('cancels other uploads at the first failure', async () => {
    const { indexed, backend } = await newBench();
    let cancelled = 0;
    let saveIdx = 0;
    backend.beforeEach = async (_operation, signal) => {
      saveIdx += 1;
      if (saveIdx === 2) throw new LumbungError('BACKEND_NO_SPACE', { kind: 'operator' });
      await new Promise((_, reject) =>
        signal?.addEventListener(
          'abort',
          () => {
            cancelled += 1;
            reject(signal.reason);
          },
          { once: true },
        ),
      );
    };
    const writer = indexed.createWriter();
    const saves = [1, 2].map(() => writer.save('data', newBlob(PACK_SIZE)));
    await Promise.allSettled(saves);
    await expect(writer.flush()).rejects.toMatchObject({ code: 'BACKEND_NO_SPACE' });
    expect(cancelled).toBe(1);
  });

  it('stops when its signal is aborted, with that reason', async () => {
    const bench = await newBench();
    const cancel = new AbortController();
    const writer = bench.indexed.createWriter({ signal: cancel.signal });
    await writer.save('data', newBlob(PACK_SIZE));
    cancel.abort(new Error('enough'));
    await expect(writer.save('data', random.bytes(10))).rejects.toThrow('enough');
    await expect(writer.flush()).rejects.toThrow('enough');
    await expectSoundIndex(bench);
    expect(await namesIn(bench.backend, 'index')).toEqual([]);
  });

  it('refuses a blob that does not have the id it is given, before it is stored', async () => {
    const bench = await newBench();
    const verified = await (await bench.reopen({ verify: 'full' })).loadIndex();
    const writer = verified.createWriter();
    const id = sha256Hex(Buffer.from('another')) as BlobId;
    await expect(writer.save('data', Buffer.from('one'), { id })).rejects.toMatchObject({ code: 'BLOB_VERIFY_FAILED' });
    await expect(writer.flush()).rejects.toMatchObject({ code: 'BLOB_VERIFY_FAILED' });
    expect(await namesIn(bench.backend, 'data')).toEqual([]);
  });

  it('leaves every older index and pack as it was, whichever write kills the process', async () => {
    const bench = await newBench();
    const first = bench.indexed.createWriter();
    const old = await first.save('data', random.bytes(1000));
    await first.flush();
    for (let lastWrite = 0; lastWrite < 6; lastWrite += 1) {
      const indexed = await (await bench.reopen()).loadIndex();
      let writeIdx = 0;
      bench.backend.beforeEach = async (operation) => {
        if (!operation.startsWith('save')) return;
        if (writeIdx >= lastWrite)
          throw new LumbungError('BACKEND_UNAVAILABLE', { kind: 'transient', message: 'power is off' });
        writeIdx += 1;
      };
      const writer = indexed.createWriter();
      const act = async (): Promise<void> => {
        for (let nr = 0; nr < 6; nr += 1) await writer.save('data', newBlob(PACK_SIZE / 2));
        await writer.flush();
      };
      await act().catch(() => undefined);
      bench.backend.beforeEach = undefined;
      const after = await expectSoundIndex(bench);
      expect(await after.loadBlob('data', old.id)).toHaveLength(1000);
    }
  });
});

describe('whatever is saved', () => {
  it('is loaded as it was, by a new process, in whatever order and with whatever flushes', async () => {
    const saves = fc.array(
      fc.record({
        type: fc.constantFrom('data' as const, 'tree' as const),
        plaintext: fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.nat({ max: 9 }).map((byte) => Buffer.alloc(3000, byte)),
        ),
        isFlushed: fc.boolean(),
      }),
      { maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(saves, fc.constantFrom(1 as const, 2 as const), async (blobs, version) => {
        const bench = await newBench({ version });
        const writer = bench.indexed.createWriter();
        for (const { type, plaintext, isFlushed } of blobs) {
          expect((await writer.save(type, plaintext)).id).toBe(sha256Hex(plaintext));
          if (isFlushed) await writer.flush();
        }
        await writer.flush();
        const indexed = await expectSoundIndex(bench);
        for (const { type, plaintext } of blobs) {
          expect(await indexed.loadBlob(type, sha256Hex(plaintext) as BlobId)).toEqual(Buffer.from(plaintext));
        }
        expect(indexed.index.blobCount).toBe(
          new Set(blobs.map(({ type, plaintext }) => type + sha256Hex(plaintext))).size,
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe('index files', () => {
  async function threePacks() {
    const bench = await newBench();
    const writer = bench.indexed.createWriter();
    const ids: BlobId[] = [];
    for (let nr = 0; nr < 3; nr += 1) {
      ids.push((await writer.save('data', random.bytes(100))).id);
      await writer.flush();
    }
    return { bench, ids };
  }

  it('are merged into few by a rewrite: the new ones are there before the old ones go', async () => {
    const { bench, ids } = await threePacks();
    const indexed = await bench.repository.loadIndex();
    const { index } = indexed;
    bench.backend.operations.length = 0;
    const packs = Array.from({ length: index.packCount }, (_, nr) => ({
      id: index.packId(nr),
      blobs: index.blobsOfPack(nr),
    }));
    const newIds = await rewriteIndex(bench.repository, { packs, obsoleteIds: indexed.indexFiles.keys() });
    expect(await namesIn(bench.backend, 'index')).toEqual(newIds);
    expect(newIds).toHaveLength(1);
    expect(bench.backend.operations).toEqual(['save index', 'remove index', 'remove index', 'remove index']);
    const after = await expectSoundIndex(bench);
    for (const id of ids) expect(after.hasBlob('data', id)).toBe(true);
  });

  it('are never fewer than needed, whichever operation of a rewrite fails', async () => {
    for (let failAt = 0; failAt < 5; failAt += 1) {
      const { bench, ids } = await threePacks();
      const indexed = await bench.repository.loadIndex();
      const { index } = indexed;
      const packs = Array.from({ length: index.packCount }, (_, nr) => ({
        id: index.packId(nr),
        blobs: index.blobsOfPack(nr),
      }));
      let operationIdx = 0;
      bench.backend.beforeEach = async () => {
        operationIdx += 1;
        if (operationIdx > failAt) throw new LumbungError('BACKEND_UNAVAILABLE', { kind: 'transient' });
      };
      await rewriteIndex(bench.repository, { packs, obsoleteIds: indexed.indexFiles.keys() }).catch(() => undefined);
      bench.backend.beforeEach = undefined;
      const after = await expectSoundIndex(bench);
      for (const id of ids) expect(after.hasBlob('data', id)).toBe(true);
    }
  });

  it('tell which packs each of them names', async () => {
    const { bench } = await threePacks();
    const { indexFiles, index } = await bench.repository.loadIndex();
    expect(indexFiles.size).toBe(3);
    expect([...indexFiles.values()].flat().sort()).toEqual([0, 1, 2]);
    const ids = await saveIndexFiles(
      bench.repository,
      [0, 1].map((nr) => ({ id: index.packId(nr), blobs: index.blobsOfPack(nr) })),
    );
    const later = await bench.repository.loadIndex();
    expect(later.indexFiles.get(ids[0] as IndexId)).toHaveLength(2);
    expect(later.index.blobCount).toBe(index.blobCount); // nothing is counted twice
  });
});

describe('two clients', () => {
  it('that store the same blobs at the same time leave copies, all of them usable', async () => {
    const bench = await newBench();
    const [one, two] = [await bench.reopen(), await bench.reopen()];
    const writers = [(await one.loadIndex()).createWriter(), (await two.loadIndex()).createWriter()];
    const blobs = Array.from({ length: 20 }, () => newBlob(300_000));
    await Promise.all(
      writers.map(async (writer) => {
        for (const blob of blobs) expect((await writer.save('data', blob)).isNew).toBe(true);
        await writer.flush();
      }),
    );
    const { index } = await expectSoundIndex(bench);
    const indexed = await (await bench.reopen()).loadIndex();
    for (const blob of blobs) {
      const id = sha256Hex(blob) as BlobId;
      expect(index.locationsOf('data', id)).toHaveLength(2);
      expect(await indexed.loadBlob('data', id)).toEqual(blob);
    }
    const later = indexed.createWriter();
    for (const blob of blobs) expect((await later.save('data', blob)).isNew).toBe(false);
  });
});
