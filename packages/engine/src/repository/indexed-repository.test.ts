import { LumbungError } from '@lumbung/stdx';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../crypto/sha256.ts';
import type { BlobId, IndexId, PackId } from '../format/ids.ts';
import { encodeIndexFile } from '../format/index-file.ts';
import type { PackedBlob } from '../format/pack-header.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { createTestRepository, type TestRepository } from '../testing/test-repository.ts';
import { WatchedBackend } from '../testing/watched-backend.ts';
import type { IndexedRepository } from './indexed-repository.ts';
import { planRangedReads } from './ranged-reads.ts';

const random = new SeededRandom(21);

interface Bench extends TestRepository {
  readonly backend: WatchedBackend;
  readonly indexed: IndexedRepository;
  readonly blobs: ReadonlyMap<BlobId, Buffer>;
}

/** A repository with `blobCount` blobs of one type in one pack. */
async function newBench(blobCount = 5, type: 'data' | 'tree' = 'data'): Promise<Bench> {
  const backend = new WatchedBackend();
  const test = await createTestRepository({ backend });
  const writer = (await test.repository.loadIndex()).createWriter();
  const blobs = new Map<BlobId, Buffer>();
  for (let nr = 0; nr < blobCount; nr += 1) {
    const plaintext = nr % 2 === 0 ? random.bytes(1000) : Buffer.alloc(5000, `text ${nr}`);
    blobs.set((await writer.save(type, plaintext)).id, plaintext);
  }
  await writer.flush();
  const indexed = await test.repository.loadIndex();
  backend.operations.length = 0;
  backend.loads.length = 0;
  return { ...test, backend, indexed, blobs };
}

/** Stores every blob a second time, in another pack, and loads the index that knows both. */
async function withSecondCopies(bench: Bench, type: 'data' | 'tree' = 'data'): Promise<IndexedRepository> {
  const writer = bench.indexed.createWriter();
  for (const plaintext of bench.blobs.values()) await writer.save(type, plaintext, { force: true });
  await writer.flush();
  return bench.repository.loadIndex();
}

function firstOf(bench: Bench): [BlobId, Buffer] {
  const [first] = bench.blobs;
  if (first === undefined) throw new Error('no blobs');
  return first;
}

async function damagePack(bench: Bench, pack: PackId, change: (bytes: Buffer) => Buffer): Promise<void> {
  const file = { folder: 'data', name: pack };
  await bench.backend.inner.save(file, [change(await bench.backend.inner.load(file))]);
}

function flipBit(at: number): (bytes: Buffer) => Buffer {
  return (bytes) => {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    return changed;
  };
}

/** An index that says what we like, in a repository that holds what it holds. */
async function withIndex(bench: Bench, packs: { id: PackId; blobs: PackedBlob[] }[]): Promise<IndexedRepository> {
  for await (const { id } of bench.repository.listIds('index')) await bench.repository.removeFile('index', id);
  await bench.repository.saveUnpacked('index', encodeIndexFile(packs));
  return bench.repository.loadIndex();
}

function packOfIndex({ index }: IndexedRepository, packNr = 0): { id: PackId; blobs: PackedBlob[] } {
  return { id: index.packId(packNr), blobs: index.blobsOfPack(packNr) };
}

describe('loadBlob', () => {
  it('returns what was stored, compressed or not', async () => {
    const { indexed, blobs } = await newBench();
    for (const [id, plaintext] of blobs) expect(await indexed.loadBlob('data', id)).toEqual(plaintext);
  });

  it('says that a blob is in no index', async () => {
    const { indexed, blobs } = await newBench();
    const id = 'ab'.repeat(32) as BlobId;
    await expect(indexed.loadBlob('data', id)).rejects.toMatchObject({
      code: 'BLOB_MISSING',
      kind: 'corruption',
      context: { blob: id, type: 'data' },
    });
    const [known = id] = blobs.keys();
    await expect(indexed.loadBlob('tree', known)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
  });

  it.each([
    ['a flipped bit', 'seal', (offset: number) => flipBit(offset + 20)],
    ['a pack that is gone', 'missing', undefined],
    ['a pack that ends too early', 'truncated', (offset: number) => (bytes: Buffer) => bytes.subarray(0, offset + 30)],
    ['an empty pack', 'truncated', () => () => Buffer.alloc(0)],
    ['a pack of zeros', 'seal', () => (bytes: Buffer) => Buffer.alloc(bytes.length)],
  ])('with %s: says which blob of which pack is damaged, where and how', async (_what, fault, damage) => {
    const bench = await newBench();
    const [id] = firstOf(bench);
    const { index } = bench.indexed;
    const entry = index.findHex('data', id);
    const pack = index.packId(index.packOf(entry));
    if (damage === undefined) await bench.backend.remove({ folder: 'data', name: pack });
    else await damagePack(bench, pack, damage(index.offsetOf(entry)));
    await expect(bench.indexed.loadBlob('data', id)).rejects.toMatchObject({
      code: 'BLOB_DAMAGED',
      kind: 'corruption',
      context: { blob: id, pack, offset: index.offsetOf(entry), lengthBytes: index.lengthOf(entry), fault },
    });
  });

  it('does not return another blob that is sealed as well', async () => {
    const bench = await newBench(2);
    const { id: pack, blobs } = packOfIndex(bench.indexed);
    const [one, two] = blobs;
    if (one === undefined || two === undefined) throw new Error('two blobs');
    // An index that mixes the two up: each seal is right, the content is another's.
    const lying = await withIndex(bench, [
      {
        id: pack,
        blobs: [
          { ...two, id: one.id },
          { ...one, id: two.id },
        ],
      },
    ]);
    for (const { id } of [one, two]) {
      await expect(lying.loadBlob('data', id)).rejects.toMatchObject({
        code: 'BLOB_DAMAGED',
        context: { fault: 'hash' },
      });
    }
  });

  it.each([
    ['too short', 4999],
    ['too long', 5001],
    ['huge', 0xffff_ffff],
  ])('does not trust an uncompressed length that is %s', async (_what, uncompressedBytes) => {
    const bench = await newBench(2);
    const { id: pack, blobs } = packOfIndex(bench.indexed);
    const lying = await withIndex(bench, [
      { id: pack, blobs: blobs.map((blob) => (blob.uncompressedBytes === 0 ? blob : { ...blob, uncompressedBytes })) },
    ]);
    const compressed = blobs.find((blob) => blob.uncompressedBytes > 0);
    await expect(lying.loadBlob('data', compressed?.id ?? ('' as BlobId))).rejects.toMatchObject({
      code: 'BLOB_DAMAGED',
      context: { fault: 'compression' },
    });
  });

  it.each([0, 1, 31, 32])('does not fall over a stored length of %i bytes', async (lengthBytes) => {
    const bench = await newBench(2);
    const { id: pack, blobs } = packOfIndex(bench.indexed);
    const lying = await withIndex(bench, [{ id: pack, blobs: blobs.map((blob) => ({ ...blob, lengthBytes })) }]);
    for (const { id } of blobs)
      await expect(lying.loadBlob('data', id)).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
  });

  it('takes another copy when one is damaged, whichever it is', async () => {
    for (const damagedCopy of [0, 1]) {
      const bench = await newBench();
      const indexed = await withSecondCopies(bench);
      const { index } = indexed;
      expect(index.packCount).toBe(2);
      await damagePack(bench, index.packId(damagedCopy), (bytes) => Buffer.alloc(bytes.length, 7));
      for (const [id, plaintext] of bench.blobs) expect(await indexed.loadBlob('data', id)).toEqual(plaintext);
    }
  });

  it('reads once more what was damaged on the way', async () => {
    const bench = await newBench();
    const [id, plaintext] = firstOf(bench);
    let loadIdx = 0;
    bench.backend.tamper = (_file, bytes) => {
      loadIdx += 1;
      return loadIdx === 1 ? flipBit(5)(bytes) : bytes;
    };
    expect(await bench.indexed.loadBlob('data', id)).toEqual(plaintext);
    expect(bench.backend.loads).toHaveLength(2);
  });

  it('tells of an unreachable copy rather than of a damaged one: trying again may help', async () => {
    const bench = await newBench();
    const indexed = await withSecondCopies(bench);
    const [id] = firstOf(bench);
    const damaged = indexed.index.packId(0);
    await damagePack(bench, damaged, (bytes) => Buffer.alloc(bytes.length));
    bench.backend.beforeEach = async (_operation, _signal, file) => {
      if (file.folder === 'data' && file.name !== damaged)
        throw new LumbungError('BACKEND_UNAVAILABLE', { kind: 'transient' });
    };
    await expect(indexed.loadBlob('data', id)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  });

  it('stops when it is cancelled, with that reason', async () => {
    const bench = await newBench();
    const [id] = firstOf(bench);
    const cancel = new AbortController();
    bench.backend.beforeEach = async () => cancel.abort(new Error('enough'));
    await expect(bench.indexed.loadBlob('data', id, cancel.signal)).rejects.toThrow('enough');
  });
});

describe('trees', () => {
  it('are read with their neighbours: one request, then none', async () => {
    const bench = await newBench(20, 'tree');
    for (const [id, plaintext] of bench.blobs) expect(await bench.indexed.loadTreeBytes(id)).toEqual(plaintext);
    expect(bench.backend.loads).toHaveLength(1);
    for (const [id, plaintext] of bench.blobs) expect(bench.indexed.tryLoadTreeNow(id)).toEqual(plaintext);
    expect(bench.backend.loads).toHaveLength(1);
  });

  it('are read with one request by many who want them at once', async () => {
    const bench = await newBench(20, 'tree');
    await Promise.all([...bench.blobs.keys()].map((id) => bench.indexed.loadTreeBytes(id)));
    expect(bench.backend.loads).toHaveLength(1);
  });

  it('are not there now before their stretch was read, nor when unknown', async () => {
    const bench = await newBench(2, 'tree');
    const [id] = firstOf(bench);
    expect(bench.indexed.tryLoadTreeNow(id)).toBeUndefined();
    expect(bench.indexed.tryLoadTreeNow('ab'.repeat(32))).toBeUndefined();
    expect(bench.indexed.tryLoadTreeNow('')).toBeUndefined();
  });

  it('are taken from another copy when their stretch cannot be read or is damaged', async () => {
    for (const damage of ['remove', 'zero'] as const) {
      const bench = await newBench(6, 'tree');
      const indexed = await withSecondCopies(bench, 'tree');
      const pack = indexed.index.packId(0);
      if (damage === 'remove') await bench.backend.remove({ folder: 'data', name: pack });
      else await damagePack(bench, pack, (bytes) => Buffer.alloc(bytes.length));
      for (const [id, plaintext] of bench.blobs) {
        expect(await indexed.loadTreeBytes(id)).toEqual(plaintext);
        expect(indexed.tryLoadTreeNow(id)).toEqual(plaintext);
      }
    }
  });

  it('survive that one neighbour is damaged or that the index lies about one', async () => {
    const bench = await newBench(6, 'tree');
    const { id: pack, blobs } = packOfIndex(bench.indexed);
    const far = { ...blobs[3], offset: 3_000_000 } as PackedBlob; // beyond the end of the pack
    const lying = await withIndex(bench, [{ id: pack, blobs: blobs.map((blob, nr) => (nr === 3 ? far : blob)) }]);
    for (const [nr, { id }] of blobs.entries()) {
      if (nr === 3)
        await expect(lying.loadTreeBytes(id)).rejects.toMatchObject({
          code: 'BLOB_DAMAGED',
          context: { fault: 'truncated' },
        });
      else expect(await lying.loadTreeBytes(id)).toEqual(bench.blobs.get(id));
    }
  });

  it('that make no sense are refused with a code', async () => {
    const bench = await newBench(1, 'tree');
    const [id] = firstOf(bench);
    await expect(bench.indexed.loadTree(id)).rejects.toMatchObject({ kind: 'corruption' });
  });
});

describe('loadBlobsOfPack', () => {
  it('hands over each blob in the order of offsets, with one request for near ones', async () => {
    const bench = await newBench(10);
    const { index } = bench.indexed;
    const entries = index.entriesOfPack(0).reverse();
    const seen: number[] = [];
    await bench.indexed.loadBlobsOfPack(0, entries, (entry, plaintext) => {
      seen.push(index.offsetOf(entry));
      expect(plaintext).toEqual(bench.blobs.get(index.idOf(entry)));
    });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen).toHaveLength(10);
    expect(bench.backend.loads).toHaveLength(1);
  });

  it('waits for the consumer before the next blob', async () => {
    const bench = await newBench(5);
    let underWay = 0;
    await bench.indexed.loadBlobsOfPack(0, bench.indexed.index.entriesOfPack(0), async () => {
      underWay += 1;
      expect(underWay).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
    });
  });

  it('passes on what the consumer throws, and reads no further', async () => {
    const bench = await newBench(5);
    let calls = 0;
    const consume = (): void => {
      calls += 1;
      throw new Error('disk full');
    };
    await expect(bench.indexed.loadBlobsOfPack(0, bench.indexed.index.entriesOfPack(0), consume)).rejects.toThrow(
      'disk full',
    );
    expect(calls).toBe(1);
  });

  it('gives what can be had, and tells of the rest one by one', async () => {
    const bench = await newBench(10);
    const { index } = bench.indexed;
    const entries = index.entriesOfPack(0);
    const bad = entries[4] ?? -1;
    await damagePack(bench, index.packId(0), flipBit(index.offsetOf(bad) + 17));
    const [good, damaged]: [number[], number[]] = [[], []];
    await bench.indexed.loadBlobsOfPack(0, entries, (entry) => void good.push(entry), {
      onDamaged: (entry, error) => {
        expect(error).toMatchObject({ code: 'BLOB_DAMAGED', context: { fault: 'seal' } });
        damaged.push(entry);
      },
    });
    expect(damaged).toEqual([bad]);
    expect(good).toHaveLength(9);
    await expect(bench.indexed.loadBlobsOfPack(0, entries, () => undefined)).rejects.toMatchObject({
      code: 'BLOB_DAMAGED',
    });
  });

  it('gives the begin of a pack that was cut off', async () => {
    const bench = await newBench(10);
    const { index } = bench.indexed;
    const entries = index.entriesOfPack(0).sort((a, b) => index.offsetOf(a) - index.offsetOf(b));
    await damagePack(bench, index.packId(0), (bytes) => bytes.subarray(0, index.offsetOf(entries[6] ?? 0) + 5));
    const [good, damaged]: [number[], number[]] = [[], []];
    await bench.indexed.loadBlobsOfPack(0, entries, (entry) => void good.push(entry), {
      onDamaged: (entry) => void damaged.push(entry),
    });
    expect(good).toEqual(entries.slice(0, 6));
    expect(damaged).toEqual(entries.slice(6));
  });

  it('takes other copies of all blobs when the pack is gone', async () => {
    const bench = await newBench(6);
    const indexed = await withSecondCopies(bench);
    await bench.backend.remove({ folder: 'data', name: indexed.index.packId(0) });
    let count = 0;
    await indexed.loadBlobsOfPack(0, indexed.index.entriesOfPack(0), (entry, plaintext) => {
      expect(plaintext).toEqual(bench.blobs.get(indexed.index.idOf(entry)));
      count += 1;
    });
    expect(count).toBe(6);
  });

  it('does not take an unreachable pack for a damaged one', async () => {
    const bench = await newBench(3);
    bench.backend.beforeEach = async () => {
      throw new LumbungError('BACKEND_UNAVAILABLE', { kind: 'transient' });
    };
    const damaged: number[] = [];
    const attempt = bench.indexed.loadBlobsOfPack(0, bench.indexed.index.entriesOfPack(0), () => undefined, {
      onDamaged: (entry) => void damaged.push(entry),
    });
    await expect(attempt).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(damaged).toEqual([]);
  });
});

describe('planRangedReads', () => {
  async function readsOf(places: readonly [offset: number, lengthBytes: number][], isLocal = false) {
    const bench = await newBench(1);
    const blobs = places.map(([offset, lengthBytes], nr) => ({
      id: sha256Hex(Buffer.from([nr])) as BlobId,
      type: 'data' as const,
      offset,
      lengthBytes,
      uncompressedBytes: 0,
    }));
    const { index } = await withIndex(bench, [{ id: 'ab'.repeat(32) as PackId, blobs }]);
    return planRangedReads(index, index.entriesOfPack(0), isLocal).map(({ offset, lengthBytes }) => [
      offset,
      lengthBytes,
    ]);
  }
  const MIB = 2 ** 20;

  it('reads over a gap of a MiB and no more', async () => {
    expect(
      await readsOf([
        [0, 100],
        [100 + MIB, 100],
      ]),
    ).toEqual([[0, MIB + 200]]);
    expect(
      await readsOf([
        [0, 100],
        [101 + MIB, 100],
      ]),
    ).toEqual([
      [0, 100],
      [101 + MIB, 100],
    ]);
  });

  it('asks for no more than 32 MiB at once, unless one blob is larger', async () => {
    const places = Array.from({ length: 40 }, (_, nr): [number, number] => [nr * MIB, MIB]);
    expect(await readsOf(places)).toEqual([
      [0, 32 * MIB],
      [32 * MIB, 8 * MIB],
    ]);
    expect(
      await readsOf([
        [0, 40 * MIB],
        [40 * MIB, 10],
      ]),
    ).toEqual([
      [0, 40 * MIB],
      [40 * MIB, 10],
    ]);
  });

  it('copes with blobs that overlap, are equal, or end before they begin', async () => {
    expect(
      await readsOf([
        [0, 1000],
        [10, 20],
        [500, 1000],
      ]),
    ).toEqual([[0, 1500]]);
    expect(await readsOf([])).toEqual([]);
    expect(await readsOf([[5, 0]])).toEqual([[5, 0]]);
  });
});

describe('loadIndex', () => {
  it('names the index file that is damaged, and goes on without it when told to', async () => {
    const bench = await newBench();
    const [good] = bench.indexed.indexFiles.keys();
    const bad = 'ab'.repeat(32) as IndexId;
    await bench.backend.inner.save({ folder: 'index', name: bad }, [
      Buffer.from('rubbish of some length, at least 32'),
    ]);
    await expect(bench.repository.loadIndex()).rejects.toMatchObject({
      code: 'REPOSITORY_FILE_DAMAGED',
      kind: 'corruption',
      context: { folder: 'index', id: bad },
    });
    const told: IndexId[] = [];
    const indexed = await bench.repository.loadIndex({ onDamagedFile: (id) => void told.push(id) });
    expect(told).toEqual([bad]);
    expect([...indexed.indexFiles.keys()]).toEqual([good]);
    expect(indexed.index.blobCount).toBe(5);
  });

  it.each([
    ['no JSON', 'x'],
    ['JSON of another shape', '{"packs":3}'],
    [
      'a blob with a negative offset',
      `{"packs":[{"id":"${'ab'.repeat(32)}","blobs":[{"id":"${'cd'.repeat(32)}","type":"data","offset":-1,"length":40}]}]}`,
    ],
    [
      'a blob of an unknown type',
      `{"packs":[{"id":"${'ab'.repeat(32)}","blobs":[{"id":"${'cd'.repeat(32)}","type":"other","offset":1,"length":40}]}]}`,
    ],
    ['an id that is none', `{"packs":[{"id":"${'zz'.repeat(32)}","blobs":[]}]}`],
  ])('refuses an index file that holds %s', async (_what, json) => {
    const bench = await newBench();
    await bench.repository.saveUnpacked('index', Buffer.from(json));
    await expect(bench.repository.loadIndex()).rejects.toMatchObject({ code: 'REPOSITORY_FILE_DAMAGED' });
  });

  it('does not take an unreachable index file for a damaged one', async () => {
    const bench = await newBench();
    bench.backend.beforeEach = async (operation) => {
      if (operation === 'load index') throw new LumbungError('BACKEND_UNAVAILABLE', { kind: 'transient' });
    };
    const told: IndexId[] = [];
    await expect(bench.repository.loadIndex({ onDamagedFile: (id) => void told.push(id) })).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
    });
    expect(told).toEqual([]);
  });

  it('reports its progress and stops when it is cancelled', async () => {
    const bench = await newBench();
    const progress: number[] = [];
    await bench.repository.loadIndex({
      onProgress: ({ filesDone, filesTotal }) => void progress.push(filesDone, filesTotal),
    });
    expect(progress).toEqual([1, 1]);
    await expect(bench.repository.loadIndex({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
  });
});

describe('loadUnpacked', () => {
  it('fetches a file once more when it was damaged on the way, and refuses it when it stays so', async () => {
    const bench = await newBench();
    const id = await bench.repository.saveUnpacked('snapshots', Buffer.from('{"a":1}'));
    let damaged = 1;
    bench.backend.tamper = (_file, bytes) => {
      damaged -= 1;
      return damaged >= 0 ? flipBit(3)(bytes) : bytes;
    };
    expect(Buffer.from(await bench.repository.loadUnpacked('snapshots', id)).toString()).toBe('{"a":1}');
    damaged = 2;
    await expect(bench.repository.loadUnpacked('snapshots', id)).rejects.toMatchObject({
      code: 'REPOSITORY_FILE_DAMAGED',
      context: { folder: 'snapshots', id },
    });
  });

  it('refuses a file of another repository, although its name is right', async () => {
    const [one, other] = [await newBench(), await createTestRepository({ seed: 5 })];
    const id = await other.repository.saveUnpacked('snapshots', Buffer.from('{}'));
    await one.backend.save({ folder: 'snapshots', name: id }, [
      await other.backend.load({ folder: 'snapshots', name: id }),
    ]);
    await expect(one.repository.loadUnpacked('snapshots', id)).rejects.toMatchObject({
      code: 'REPOSITORY_FILE_DAMAGED',
    });
  });

  it('stores plain JSON in version 1 and a compressed frame in version 2', async () => {
    for (const [version, firstByte] of [
      [1, 0x7b],
      [2, 0x02],
    ] as const) {
      const { repository, backend } = await createTestRepository({ version, compression: 'off' });
      const id = await repository.saveUnpacked('snapshots', Buffer.from('{"a":1}'));
      const sealed = await backend.load({ folder: 'snapshots', name: id });
      expect(sha256Hex(sealed)).toBe(id);
      expect(repository.sealer.open(sealed)[0]).toBe(firstByte);
      expect(Buffer.from(await repository.loadUnpacked('snapshots', id)).toString()).toBe('{"a":1}');
    }
  });

  it('does not list leftovers', async () => {
    const bench = await newBench();
    await bench.backend.inner.save({ folder: 'snapshots', name: `${'ab'.repeat(32)}.part` }, [Buffer.from('x')]);
    for await (const { id } of bench.repository.listIds('snapshots')) throw new Error(`listed ${id}`);
  });
});
