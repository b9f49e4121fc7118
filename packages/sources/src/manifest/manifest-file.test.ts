import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryTree, sampleManifest, sampleTable, sampleTree } from '../testing/sample-manifest.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Manifest } from './manifest.ts';
import { parseManifest, printManifest, readManifest } from './manifest-file.ts';

const FILE = { path: 'data/a/0000.copy', text: '1\n' };

describe('a manifest', () => {
  it('is read back as it was written, and printed as it was', async () => {
    const bytes = sampleTree().get('manifest.json') ?? Buffer.alloc(0);
    const manifest = parseManifest(bytes);
    expect(manifest.tables.map(({ name, rows }) => [name, rows])).toEqual([
      ['surat', 3],
      ['pegawai', 3],
    ]);
    expect(printManifest(manifest).bytes).toEqual(bytes);
    expect(await readManifest(memoryTree(sampleTree()))).toEqual(manifest);
  });

  it('does not depend on the order in which it was put together', () => {
    const manifest = sampleManifest();
    // What Object.fromEntries gives has the fields of what it was made from.
    const turned = Object.fromEntries(Object.entries(manifest).toReversed()) as Manifest;
    expect(printManifest(turned)).toEqual(printManifest(manifest));
    expect(printManifest(manifest).sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('may have a table that lies in a file of the whole database', () => {
    const table = { ...sampleTable('db0', []), rows: 5, bytes: 100, sha256: '0'.repeat(64) };
    expect(parseManifest(printManifest(sampleManifest({ tables: [table] })).bytes).tables[0]?.rows).toBe(5);
  });
});

describe('a manifest is refused', () => {
  const table = sampleTable('a', [FILE]);
  const faults: readonly (readonly [string, Partial<Record<keyof Manifest, unknown>>])[] = [
    ['with a field that is not known', { more: 1 } as Partial<Manifest>],
    ['of another version', { v: 0 }],
    ['of another engine', { engine: 'oracle' }],
    ['without a database', { database: undefined }],
    ['of a server, with a database', { kind: 'server' }],
    ['with a moment that is none', { startedAt: 'yesterday' }],
    ['with rows that are no count', { tables: [{ ...table, rows: -1 }] }],
    ['with rows beyond what a number can hold', { tables: [{ ...table, rows: 2 ** 53 }] }],
    ['with rows that its files do not have', { tables: [{ ...table, rows: 2 }] }],
    ['with bytes that its files do not have', { tables: [{ ...table, bytes: 3 }] }],
    ['with a digest that its files do not have', { tables: [{ ...table, sha256: '0'.repeat(64) }] }],
    ['with a table twice', { tables: [table, sampleTable('a', [{ path: 'data/b', text: '' }])] }],
    ['with a file twice', { tables: [table, sampleTable('b', [FILE])] }],
    ['with a file that is itself', { files: [{ path: 'manifest.json', bytes: 1, sha256: '0'.repeat(64) }] }],
    ['with a digest that is none', { files: [{ path: 'a', bytes: 1, sha256: 'ABC' }] }],
    ['with a sum of rows that is none', { tables: [{ ...table, rowsum: '1' }] }],
    ['with a sequence that is no number', { sequences: [{ name: 'a', last: '1e9', called: true }] }],
    ['with more tables than it may have', { tables: Array.from({ length: 200_001 }, () => 0) }],
    [
      'with more columns than a table may have',
      { tables: [{ ...table, columns: Array.from({ length: 10_001 }, () => 0) }] },
    ],
    [
      'with more kinds of objects than there are',
      { inventory: Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [i, 1])) },
    ],
    ['with a name without end', { product: 'x'.repeat(5000) }],
    ...[
      '/etc/passwd',
      '../a',
      'a/../b',
      'a//b',
      'a/',
      './a',
      '',
      'a\\b',
      'a\0',
      'a b',
      'ä',
      `a/${'b'.repeat(5000)}`,
    ].map((path): [string, Partial<Manifest>] => [
      `with the path ${JSON.stringify(path.slice(0, 20))}`,
      { files: [{ path, bytes: 1, sha256: '0'.repeat(64) }] },
    ]),
  ];
  it.each(faults)('%s', (_title, changes) => {
    const bytes = Buffer.from(JSON.stringify({ ...sampleManifest(), ...changes }));
    expect(() => parseManifest(bytes)).toThrow(
      expect.objectContaining({ code: 'SOURCE_MANIFEST_INVALID', kind: 'corruption' }),
    );
  });

  it('before it is written, too', () => {
    const manifest = sampleManifest({ tables: [{ ...table, rows: 2 }] });
    expect(() => printManifest(manifest)).toThrow(expect.objectContaining({ code: 'SOURCE_MANIFEST_INVALID' }));
  });

  it.each(['', 'null', '[]', '{', '\xff{}', '"v"', '{"v":1'])('as the text %j', (text) => {
    expect(() => parseManifest(Buffer.from(text, 'latin1'))).toThrow(
      expect.objectContaining({ code: 'SOURCE_MANIFEST_INVALID' }),
    );
  });

  it('nested so deep that no stack holds it', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    const text = JSON.stringify(sampleManifest({ details: {} })).replace('"details":{}', `"details":{"a":${deep}}`);
    expect(text).toContain('[[[[');
    expect(() => parseManifest(Buffer.from(text))).toThrow(
      expect.objectContaining({ code: 'SOURCE_MANIFEST_INVALID' }),
    );
  });

  it('of a newer version: that is no damage', () => {
    const bytes = Buffer.from(JSON.stringify({ v: 3, surprise: true }));
    expect(() => parseManifest(bytes)).toThrow(
      expect.objectContaining({ code: 'SOURCE_MANIFEST_VERSION_UNKNOWN', kind: 'operator' }),
    );
  });

  it('without end, while it is read', async () => {
    let given = 0;
    const tree = {
      ...memoryTree(new Map()),
      async *read() {
        const chunk = Buffer.alloc(16 * 1024 * 1024, ' ');
        for (;;) {
          given += 1;
          yield chunk;
        }
      },
    };
    await expect(readManifest(tree)).rejects.toMatchObject({ code: 'SOURCE_MANIFEST_INVALID' });
    expect(given).toBeLessThan(8);
  });

  it('fuzz: damaged bytes are refused or read, and never anything else', () => {
    const whole = sampleTree().get('manifest.json') ?? Buffer.alloc(0);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), (at, byte, cuts) => {
        const damaged = Buffer.from(whole);
        damaged[at] = byte;
        try {
          parseManifest(cuts ? damaged.subarray(0, at) : damaged);
        } catch (error) {
          expect(error).toMatchObject({ name: 'LumbungError' });
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('canonicalJson', () => {
  it('sorts keys at every depth and leaves out what is undefined', () => {
    expect(canonicalJson({ b: [{ d: 1, c: undefined }], a: null })).toBe(
      '{\n  "a": null,\n  "b": [\n    {\n      "d": 1\n    }\n  ]\n}\n',
    );
  });

  it('keeps a key that means something to the language', () => {
    const value = JSON.parse('{"b":1,"__proto__":{"a":2}}');
    expect(canonicalJson(value)).toBe('{\n  "__proto__": {\n    "a": 2\n  },\n  "b": 1\n}\n');
  });

  it('fuzz: the same value gives the same bytes, whatever the order of its keys', () => {
    const turn = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turn);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([key, each]) => [key, turn(each)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.parse(JSON.stringify(value));
        expect(canonicalJson(turn(json) as typeof json)).toBe(canonicalJson(json)); // turned JSON is JSON
        expect(JSON.parse(canonicalJson(json))).toEqual(json);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
