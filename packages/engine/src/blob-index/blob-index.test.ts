import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlobId, PackId } from '../format/ids.ts';
import { encodeIndexFile, scanIndexFile } from '../format/index-file.ts';
import type { BlobType, PackedBlob } from '../format/pack-header.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { BlobIndex } from './blob-index.ts';
import { imageOfIndex, newIndexMemory } from './index-image.ts';

const random = new SeededRandom(42);

function newBlobId(): BlobId {
  return random.bytes(32).toString('hex') as BlobId;
}

function newPackId(): PackId {
  return random.bytes(32).toString('hex') as PackId;
}

function blob(id: BlobId, offset: number, type: BlobType = 'data'): PackedBlob {
  return { id, type, offset, lengthBytes: 132, uncompressedBytes: 300 };
}

/** Ids that all want the same slot: the word that chooses it is the same. */
function collidingBlobId(nr: number): BlobId {
  const bytes = Buffer.alloc(32, 0xab);
  bytes.writeUInt32LE(nr, 28);
  return bytes.toString('hex') as BlobId;
}

describe('BlobIndex', () => {
  it('finds what was added, with every field as it was given', () => {
    const index = new BlobIndex();
    const [pack, id] = [newPackId(), newBlobId()];
    index.addPack(pack, [
      { id, type: 'tree', offset: 0xffff_fff0, lengthBytes: 0xffff_ffff, uncompressedBytes: 0xffff_fffe },
    ]);
    const entry = index.findHex('tree', id);
    expect(index.blobOf(entry)).toEqual({
      id,
      type: 'tree',
      offset: 0xffff_fff0,
      lengthBytes: 0xffff_ffff,
      uncompressedBytes: 0xffff_fffe,
    });
    expect(index.packId(index.packOf(entry))).toBe(pack);
    const copied = Buffer.alloc(40);
    index.copyIdTo(entry, copied, 8);
    expect(copied.toString('hex', 8)).toBe(id);
    expect(index.findHexBytes('tree', Buffer.from(`"${id}"`), 1)).toBe(entry);
    expect(index.next(entry)).toBe(-1);
  });

  it('keeps data and tree blobs of one id apart', () => {
    const index = new BlobIndex();
    const id = newBlobId();
    index.addPack(newPackId(), [blob(id, 0, 'data')]);
    expect(index.findHex('tree', id)).toBe(-1);
    index.addPack(newPackId(), [blob(id, 0, 'tree')]);
    expect(index.locationsOf('data', id)).toHaveLength(1);
    expect(index.locationsOf('tree', id)).toHaveLength(1);
    expect(index.typeOf(index.findHex('tree', id))).toBe('tree');
  });

  it('does not find ids that are unknown, cut short or no ids', () => {
    const index = new BlobIndex();
    index.addPack(newPackId(), [blob(newBlobId(), 0)]);
    expect(index.findHex('data', newBlobId())).toBe(-1);
    expect(index.findHex('data', 'abc')).toBe(-1);
    expect(index.findHex('data', 'x'.repeat(64))).toBe(-1);
  });

  it('keeps every location of a blob, in the order of adding', () => {
    const index = new BlobIndex();
    const id = newBlobId();
    const packs = Array.from({ length: 20 }, newPackId);
    for (const pack of packs) index.addPack(pack, [blob(newBlobId(), 0), blob(id, 132)]);
    const locations = index.locationsOf('data', id);
    expect(locations.map((entry) => index.packId(index.packOf(entry)))).toEqual(packs);
  });

  it('keeps a blob that lies twice in one pack at both offsets', () => {
    const index = new BlobIndex();
    const id = newBlobId();
    index.addPack(newPackId(), [blob(id, 0), blob(id, 132)]);
    expect(index.locationsOf('data', id).map((entry) => index.offsetOf(entry))).toEqual([0, 132]);
  });

  it('drops a location that is named a second time', () => {
    const index = new BlobIndex();
    const [pack, id] = [newPackId(), newBlobId()];
    for (let timeIdx = 0; timeIdx < 3; timeIdx += 1) index.addPack(pack, [blob(id, 0), blob(id, 0)]);
    expect(index.blobCount).toBe(1);
    expect(index.packCount).toBe(1);
    expect(index.locationsOf('data', id)).toHaveLength(1);
  });

  it('merges a pack that several index files list in parts', () => {
    const index = new BlobIndex();
    const pack = newPackId();
    const ids = Array.from({ length: 6 }, newBlobId);
    const at = (blobIdx: number): PackedBlob => blob(ids[blobIdx] ?? newBlobId(), blobIdx * 132);
    index.addPack(pack, [at(3), at(2)]);
    index.addPack(newPackId(), [blob(newBlobId(), 0)]);
    index.addPack(pack, [at(2), at(5), at(0)]);
    index.addPack(newPackId(), [blob(newBlobId(), 0)]);
    index.addPack(pack, [at(1), at(4)]);
    expect(index.packCount).toBe(3);
    expect(index.blobsOfPack(index.findPack(pack)).map(({ id }) => id)).toEqual(ids);
  });

  it('knows a pack without blobs', () => {
    const index = new BlobIndex();
    const pack = newPackId();
    index.addPack(pack, []);
    expect(index.entriesOfPack(index.findPack(pack))).toEqual([]);
    expect(index.findPack(newPackId())).toBe(-1);
  });

  it('keeps ids apart that all want the same slot, across growing', () => {
    const index = new BlobIndex();
    for (let nr = 0; nr < 5000; nr += 1) index.addPack(newPackId(), [blob(collidingBlobId(nr), nr)]);
    for (let nr = 0; nr < 5000; nr += 97) {
      expect(index.locationsOf('data', collidingBlobId(nr)).map((entry) => index.offsetOf(entry))).toEqual([nr]);
    }
    expect(index.findHex('data', collidingBlobId(5000))).toBe(-1);
  });

  it('grows over several segments and takes about 48 bytes a blob and its slots', () => {
    const index = new BlobIndex();
    const ids: BlobId[] = [];
    for (let packIdx = 0; packIdx < 200; packIdx += 1) {
      const blobs = Array.from({ length: 1000 }, (_, blobIdx) => blob(newBlobId(), blobIdx * 132));
      index.addPack(newPackId(), blobs);
      ids.push(blobs[packIdx]?.id ?? newBlobId());
    }
    expect(index.blobCount).toBe(200_000);
    for (const id of ids) expect(index.findHex('data', id)).toBeGreaterThanOrEqual(0);
    expect(index.entriesOfPack(199)).toHaveLength(1000);
    expect(index.memoryBytes / 262_144).toBeLessThan(48 + 8 + 2);
  });

  it.each([
    ['a negative offset', { offset: -1 }],
    ['an offset beyond 4 GiB', { offset: 2 ** 32 }],
    ['a length that is no integer', { lengthBytes: 1.5 }],
    ['a length that is no number', { lengthBytes: Number.NaN }],
    ['an uncompressed length beyond 4 GiB', { uncompressedBytes: 2 ** 40 }],
  ])('refuses %s', (_what, fields) => {
    const index = new BlobIndex();
    expect(() => index.addPack(newPackId(), [{ ...blob(newBlobId(), 0), ...fields }])).toThrow(
      expect.objectContaining({ code: 'INDEX_INVALID', kind: 'corruption' }),
    );
    expect(index.blobCount).toBe(0);
  });

  it('refuses to scan an id with other characters than lower-case hex digits', () => {
    const index = new BlobIndex();
    for (const text of [`${'a'.repeat(63)}g`, 'A'.repeat(64), 'ab'.repeat(20)]) {
      const bytes = Buffer.from(text);
      expect(() => index.sinkFor(bytes).pack(0)).toThrow(expect.objectContaining({ code: 'INDEX_INVALID' }));
    }
    expect(index.packCount).toBe(0);
  });

  it('refuses a blob before its pack, and any adding to an attached index', () => {
    const index = new BlobIndex();
    const hex = Buffer.from('ab'.repeat(32));
    expect(() => index.sinkFor(hex).blob('data', 0, 0, 132, 0)).toThrow(expect.objectContaining({ kind: 'bug' }));
    const attached = BlobIndex.attach(index.share());
    expect(() => attached.addPack(newPackId(), [])).toThrow(expect.objectContaining({ kind: 'bug' }));
  });

  it('answers as a plain map does, whatever is added in whatever order', () => {
    const idArbitrary = fc
      .integer({ min: 0, max: 40 })
      .map((nr) => (nr % 2 === 0 ? collidingBlobId(nr) : sparseId(nr)));
    const packArbitrary = fc.record({
      packNr: fc.integer({ min: 0, max: 12 }),
      blobs: fc.array(
        fc.record({
          id: idArbitrary,
          type: fc.constantFrom<BlobType>('data', 'tree'),
          offset: fc.integer({ min: 0, max: 5 }),
        }),
        { maxLength: 12 },
      ),
    });
    fc.assert(
      fc.property(fc.array(packArbitrary, { maxLength: 30 }), (packs) => {
        const index = new BlobIndex();
        const model = new Map<string, string[]>();
        for (const { packNr, blobs } of packs) {
          const pack = sparseId(1000 + packNr) as string as PackId;
          index.addPack(
            pack,
            blobs.map(({ id, type, offset }) => blob(id, offset, type)),
          );
          for (const { id, type, offset } of blobs) {
            const places = model.get(`${type} ${id}`) ?? [];
            const place = `${pack} ${offset}`;
            if (!places.includes(place)) places.push(place);
            model.set(`${type} ${id}`, places);
          }
        }
        for (const type of ['data', 'tree'] as const) {
          for (let nr = 0; nr <= 40; nr += 1) {
            const id = nr % 2 === 0 ? collidingBlobId(nr) : sparseId(nr);
            const found = index
              .locationsOf(type, id)
              .map((e) => `${index.packId(index.packOf(e))} ${index.offsetOf(e)}`);
            expect(found.sort()).toEqual((model.get(`${type} ${id}`) ?? []).sort());
          }
        }
        let entries = 0;
        for (let packNr = 0; packNr < index.packCount; packNr += 1) {
          for (const entry of index.entriesOfPack(packNr)) expect(index.packOf(entry)).toBe(packNr);
          entries += index.entriesOfPack(packNr).length;
        }
        expect(entries).toBe(index.blobCount);
      }),
    );
  });
});

function sparseId(nr: number): BlobId {
  return new SeededRandom(nr + 1).bytes(32).toString('hex') as BlobId;
}

describe('BlobIndex, shared', () => {
  it('reads the same in another thread, and the owner may go on adding', async () => {
    const index = new BlobIndex();
    const before = Array.from({ length: 3000 }, newBlobId);
    const after = Array.from({ length: 70_000 }, newBlobId);
    index.addPack(
      newPackId(),
      before.map((id, at) => blob(id, at * 132)),
    );
    const handle = index.share();
    index.addPack(
      newPackId(),
      after.map((id, at) => blob(id, at * 132)),
    );

    const script = `
      const { parentPort, workerData } = require('node:worker_threads');
      import(workerData.module).then(({ BlobIndex }) => {
        const index = BlobIndex.attach(workerData.handle);
        const offsets = workerData.ids.map((id) => { const e = index.findHex('data', id); return e < 0 ? -1 : index.offsetOf(e); });
        parentPort.postMessage({ offsets, blobCount: index.blobCount, pack: index.packId(0) });
      });`;
    const worker = new Worker(script, {
      eval: true,
      workerData: { handle, ids: [...before, ...after], module: new URL('./blob-index.ts', import.meta.url).href },
    });
    const [answer]: { offsets: number[]; blobCount: number; pack: string }[] = await once(worker, 'message');
    await worker.terminate();
    expect(answer?.blobCount).toBe(3000);
    expect(answer?.pack).toBe(index.packId(0));
    expect(answer?.offsets.slice(0, 3000)).toEqual(before.map((_, at) => at * 132));
    expect(answer?.offsets.slice(3000).every((offset) => offset === -1)).toBe(true);
  });

  it('comes back from its image and can grow on', () => {
    const index = new BlobIndex();
    const pack = newPackId();
    const ids = Array.from({ length: 70_000 }, newBlobId);
    index.addPack(
      pack,
      ids.slice(0, 10).map((id, at) => blob(id, at * 132)),
    );
    index.addPack(
      newPackId(),
      ids.slice(10, 69_000).map((id, at) => blob(id, at * 132)),
    );
    index.addPack(
      pack,
      ids.slice(69_000).map((id, at) => blob(id, (at + 10) * 132)),
    );
    const image = imageOfIndex(index);
    const { sections, handle } = newIndexMemory(structuredClone(image.head));
    for (const [sectionIdx, section] of sections.entries()) section.set(image.sections[sectionIdx] ?? []);
    const copy = BlobIndex.adopt(handle);
    expect(copy.blobsOfPack(copy.findPack(pack))).toEqual(index.blobsOfPack(index.findPack(pack)));
    const [later, laterPack] = [newBlobId(), newPackId()];
    copy.addPack(laterPack, [blob(later, 7)]);
    expect(copy.packId(copy.packOf(copy.findHex('data', later)))).toBe(laterPack);
    for (const id of ids.filter((_, at) => at % 1000 === 0))
      expect(copy.findHex('data', id)).toBe(index.findHex('data', id));
  });
});

describe('an index document, scanned into an index', () => {
  function documentOf(blobCount: number): Buffer {
    const blobs = Array.from({ length: blobCount }, (_, nr) =>
      blob(newBlobId(), nr * 132, nr % 3 === 0 ? 'tree' : 'data'),
    );
    return encodeIndexFile([
      { id: newPackId(), blobs: blobs.slice(0, 3) },
      { id: newPackId(), blobs: blobs.slice(3) },
    ]);
  }

  function scan(bytes: Uint8Array): BlobIndex {
    const index = new BlobIndex();
    scanIndexFile(bytes, index.sinkFor(bytes));
    return index;
  }

  it('is the same whether it is scanned or added, in whatever order its keys are', () => {
    const bytes = documentOf(10);
    const scanned = scan(bytes);
    const reordered = bytes.toString().replace(/("id":"[0-9a-f]{64}"),("type":"[a-z]+")/g, '$2,$1');
    const general = scan(Buffer.from(reordered));
    for (let packNr = 0; packNr < 2; packNr += 1)
      expect(general.blobsOfPack(packNr)).toEqual(scanned.blobsOfPack(packNr));
    expect(general.blobCount).toBe(10);
  });

  it('fuzz: however it is damaged, the answer is an index or INDEX_INVALID', () => {
    const good = documentOf(6);
    const damage = fc.array(fc.tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(damage, fc.nat({ max: good.length }), (changes, length) => {
        const damaged = Buffer.from(good.subarray(0, length % 7 === 0 ? length : good.length));
        for (const [at, byte] of changes) if (at < damaged.length) damaged[at] = byte;
        try {
          const index = scan(damaged);
          index.forEachEntry((entry) =>
            expect(index.findHex(index.typeOf(entry), index.idOf(entry))).toBeGreaterThanOrEqual(0),
          );
        } catch (error) {
          expect(error).toMatchObject({ code: 'INDEX_INVALID', kind: 'corruption' });
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
