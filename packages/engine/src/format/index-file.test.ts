import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STOCK_FIXTURE } from '../testing/stock-fixture.ts';
import { parseBlobId, parsePackId } from './ids.ts';
import { encodeIndexFile, type IndexPack, scanIndexFile } from './index-file.ts';
import type { PackedBlob } from './pack-header.ts';
import { packedBlobs, packIds } from './testing/arbitraries.ts';
import { damaged } from './testing/mutations.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const invalid = expect.objectContaining({ code: 'INDEX_INVALID', kind: 'corruption' });

/** Collects what the scanner tells, as an index decodes it. */
function scan(bytes: Buffer): IndexPack[] {
  const packs: { id: IndexPack['id']; blobs: PackedBlob[] }[] = [];
  const idAt = (at: number): string => bytes.toString('latin1', at, at + 64);
  scanIndexFile(bytes, {
    pack: (at) => packs.push({ id: parsePackId(idAt(at)), blobs: [] }),
    blob: (type, at, offset, lengthBytes, uncompressedBytes) =>
      packs.at(-1)?.blobs.push({ id: parseBlobId(idAt(at)), type, offset, lengthBytes, uncompressedBytes }),
  });
  return packs;
}

const blob = `{"id":"${B}","type":"data","offset":0,"length":44}`;
const pack = (blobs: string): string => `{"id":"${A}","blobs":[${blobs}]}`;
const index = (packs: string): Buffer => Buffer.from(`{"packs":[${packs}]}`);
const ONE = [{ id: A, blobs: [{ id: B, type: 'data', offset: 0, lengthBytes: 44, uncompressedBytes: 0 }] }];

describe('an index file', () => {
  it('of a stock client is read, and written again the same', () => {
    const bytes = Buffer.from(`${STOCK_FIXTURE.indexJson}\n`);
    const packs = scan(bytes);
    expect(packs.map(({ id, blobs }) => [id, blobs.length])).toEqual([
      [STOCK_FIXTURE.blobs[0].pack, 3],
      [STOCK_FIXTURE.blobs[3].pack, 3],
    ]);
    expect(encodeIndexFile(packs)).toEqual(bytes);
  });

  it('without packs is written as such', () => {
    expect(encodeIndexFile([]).toString()).toBe('{"packs":[]}\n');
    expect(scan(encodeIndexFile([]))).toEqual([]);
    expect(scan(encodeIndexFile([{ id: parsePackId(A), blobs: [] }]))).toEqual([{ id: A, blobs: [] }]);
  });

  it.each([
    [
      'space',
      Buffer.from(
        ` { "packs" : [ { "id" : "${A}" , "blobs" : [ ${blob.replaceAll(',', ' , ').replaceAll(':', ' : ')} ] } ] } \n`,
      ),
    ],
    ['blobs before the id', index(`{"blobs":[${blob}],"id":"${A}"}`)],
    ['keys of a blob in another order', index(pack(`{"length":44,"type":"data","offset":0,"id":"${B}"}`))],
    [
      'null for no length',
      index(pack(`{"id":"${B}","type":"data","offset":0,"length":44,"uncompressed_length":null}`)),
    ],
    ['a length of zero', index(pack(`{"id":"${B}","type":"data","offset":0,"length":44,"uncompressed_length":0}`))],
    [
      'unknown keys',
      Buffer.from(
        `{"supersedes":["${B}"],"packs":[{"time":"x","id":"${A}","size":1,"blobs":[${blob}],"z":{}}],"z":[]}`,
      ),
    ],
    [
      'packs that are to be deleted',
      Buffer.from(`{"packs_to_delete":[{"id":"${B}","time":"x","blobs":[${blob}]}],"packs":[${pack(blob)}]}`),
    ],
  ])('is read with %s', (_what, bytes) => {
    expect(scan(bytes)).toEqual(ONE);
  });

  it.each(['{}', '{"packs":null}', '{"packs":[]}', '{"supersedes":[]}'])('%s has no packs', (json) => {
    expect(scan(Buffer.from(json))).toEqual([]);
  });

  it('with packs without blobs is read', () => {
    expect(scan(index(`{"id":"${A}"},{"id":"${B}","blobs":null}`))).toEqual([
      { id: A, blobs: [] },
      { id: B, blobs: [] },
    ]);
  });

  it('tells each thing once, even when an unusual entry comes after usual ones', () => {
    const unusual = `{"type":"tree","id":"${A}","offset":44,"length":50,"uncompressed_length":7}`;
    expect(scan(index(`${pack(`${blob},${unusual},${blob}`)},${pack(blob)}`)).map(({ blobs }) => blobs.length)).toEqual(
      [3, 1],
    );
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['null', Buffer.from('null')],
    ['the form of very old clients', Buffer.from(`[${pack(blob)}]`)],
    ['two lists of packs', Buffer.from('{"packs":[],"packs":[]}')],
    ['packs that are no list', Buffer.from('{"packs":{}}')],
    ['something behind the end', Buffer.from('{"packs":[]}}')],
    ['no end', Buffer.from('{"packs":[')],
    ['a pack without id', index(`{"blobs":[${blob}]}`)],
    ['a pack with two lists', index(`{"blobs":[],"id":"${A}","blobs":[]}`)],
    ['a pack with two lists, as usual at first', index(`{"id":"${A}","blobs":[],"blobs":[]}`)],
    ['an id that is short', index(`{"id":"${A.slice(1)}","blobs":[]}`)],
    ['a blob without id', index(pack('{"type":"data","offset":0,"length":44}'))],
    ['a blob without type', index(pack(`{"id":"${B}","offset":0,"length":44}`))],
    ['a blob of no known type', index(pack(blob.replace('data', 'tape')))],
    ['a blob without offset', index(pack(`{"id":"${B}","type":"data","length":44}`))],
    ['a blob without length', index(pack(`{"id":"${B}","type":"data","offset":0}`))],
    ['a length that is none', index(pack(blob.replace('44', '')))],
    ['an offset that is none', index(pack(blob.replace(':0', ':')))],
    ['an offset below zero', index(pack(blob.replace(':0', ':-1')))],
    ['a length with a fraction', index(pack(blob.replace('44', '44.5')))],
    ['a length in text', index(pack(blob.replace('44', '"44"')))],
    ['a length beyond 4 GiB', index(pack(blob.replace('44', '4294967296')))],
    ['an offset of many digits', index(pack(blob.replace(':0', `:${'9'.repeat(1000)}`)))],
    ['deep nesting', Buffer.from(`{"z":${'['.repeat(1_000_000)}`)],
  ])('is refused with %s', (_what, bytes) => {
    expect(() => scan(bytes)).toThrow(invalid);
  });

  it('with hundreds of thousands of blobs in an odd order is read in one pass', () => {
    // Looked up one by one in the text, these ids would take hours.
    const ids = Array.from({ length: 200_000 }, (_, nr) => nr.toString(16).padStart(64, '0'));
    const blobs = ids.map((id) => `{"type":"data","id":"${id}","offset":0,"length":44}`).join(',');
    const [only] = scan(index(`{"blobs":[${blobs}],"id":"${A}"}`));
    expect(only?.blobs.map(({ id }) => id)).toEqual(ids);
  });

  const packs = fc.array(
    fc.record({ id: packIds, blobs: packedBlobs }).map(({ id, blobs }): IndexPack => ({ id, blobs })),
    { maxLength: 4 },
  );

  it('fuzz: says the same after writing and reading', () => {
    fc.assert(
      fc.property(packs, (list) => {
        expect(scan(encodeIndexFile(list))).toEqual(list);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('fuzz: says the same with its keys in any order', () => {
    fc.assert(
      fc.property(packs, fc.infiniteStream(fc.integer()), (list, chance) => {
        const shuffled = (fields: readonly string[]): string => {
          const keyed = fields.map((field) => [Number(chance.next().value), field] as const);
          return `{${keyed
            .sort(([a], [b]) => a - b)
            .map(([, field]) => field)
            .join(',')}}`;
        };
        const json = list.map(({ id, blobs }) => {
          const entries = blobs.map((one) =>
            shuffled([
              `"id":"${one.id}"`,
              `"type":"${one.type}"`,
              `"offset":${one.offset}`,
              `"length":${one.lengthBytes}`,
              `"uncompressed_length":${one.uncompressedBytes}`,
            ]),
          );
          return shuffled([`"id":"${id}"`, `"blobs":[${entries.join(',')}]`]);
        });
        expect(scan(index(json.join(',')))).toEqual(list);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('fuzz: damaged, is refused or tells nothing that is out of bounds', () => {
    const originals = [Buffer.from(STOCK_FIXTURE.indexJson), index(`{"blobs":[${blob},${blob}],"id":"${A}"}`)];
    fc.assert(
      fc.property(damaged(originals), (bytes) => {
        let isInPack = false;
        try {
          scanIndexFile(bytes, {
            pack: (at) => {
              isInPack = true;
              expect(at + 64).toBeLessThanOrEqual(bytes.length);
            },
            blob: (type, at, ...numbers) => {
              expect(isInPack).toBe(true);
              expect(['data', 'tree']).toContain(type);
              expect(at + 64).toBeLessThanOrEqual(bytes.length);
              for (const number of numbers) expect(number >>> 0).toBe(number);
            },
          });
        } catch (error) {
          expect(error).toEqual(invalid);
        }
      }),
      { numRuns: fuzzRuns(500) },
    );
  });
});
