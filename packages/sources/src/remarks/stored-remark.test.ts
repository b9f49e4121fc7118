import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseManifest, printManifest } from '../manifest/manifest-file.ts';
import { folderTree, sampleManifest } from '../testing/index.ts';
import { verifyTree } from '../verify/verify-tree.ts';
import { readStoredRemark, type StoredRemark, storedRemark } from './stored-remark.ts';
import { listed } from './value-kinds.ts';

const OLD = path.resolve(import.meta.dirname, '../../testdata/dumps-of-version-1');
const OLD_WARNINGS = {
  postgresql: ['publications', 'user-mappings'],
  mariadb: ['DB_TABLE_UNTRANSACTIONAL'],
  redis: ['REDIS_CHECKSUM_ABSENT'],
} as const;
const control = { signal: new AbortController().signal, progress: () => undefined };

describe('a remark in a manifest', () => {
  it('says what it said when it was written', () => {
    const stored = storedRemark('publications', { names: listed(['a', 'b']) });
    const manifest = sampleManifest({ warnings: [stored, storedRemark('checksum-absent')] });
    const read = parseManifest(printManifest(manifest).bytes);
    expect(read.warnings.map(readStoredRemark)).toEqual([
      { code: 'publications', params: { names: { first: ['a', 'b'], count: 2 } } },
      { code: 'checksum-absent', params: {} },
    ]);
  });

  it('names the first of very many, and how many there are', () => {
    const names = Array.from({ length: 5000 }, (_, nr) => `table ${nr}`.padEnd(2000, 'x'));
    const warnings = [storedRemark('foreign-tables', { names: listed(names) })];
    const { bytes } = printManifest(sampleManifest({ warnings }));
    expect(bytes.length).toBeLessThan(100_000);
    expect(parseManifest(bytes).warnings.map(readStoredRemark)).toMatchObject([{ params: { names: { count: 5000 } } }]);
  });

  it.each<[string, StoredRemark]>([
    ['a code of a newer program', { code: 'not-known-yet', params: { table: 'a' } }],
    ['a value of another kind', { code: 'publications', params: { names: 'a' } }],
    ['a value too few', { code: 'table-untransactional', params: { table: 'a' } }],
    ['a value too many', { code: 'checksum-absent', params: { more: 1 } }],
    ['a code that every object has', { code: 'constructor', params: {} }],
    ['a word of this program, which only a person may be told', { code: 'grants-missing', params: { paste: 'x' } }],
  ])('with %s is told as it stands', (_, stored) => {
    expect(readStoredRemark(stored)).toEqual({
      code: 'stored-unknown',
      params: { code: stored.code, values: JSON.stringify(stored.params) },
    });
  });

  it.each([
    ['a sentence in a manifest of today', 2, { code: 'a', message: 'b' }],
    ['values in a manifest of then', 1, { code: 'checksum-absent', params: {} }],
    ['neither', 2, { code: 'a' }],
    ['both', 2, { code: 'a', message: 'b', params: {} }],
    [
      'a list without end',
      2,
      { code: 'a', params: { names: { first: Array.from({ length: 101 }, String), count: 1 } } },
    ],
    [
      'values without end',
      2,
      { code: 'a', params: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [n, 'a'])) },
    ],
    ['a fraction', 2, { code: 'a', params: { count: 1.5 } }],
  ])('as %s is refused', (_, v, warning) => {
    const bytes = Buffer.from(JSON.stringify({ ...sampleManifest(), v, warnings: [warning] }));
    expect(() => parseManifest(bytes)).toThrow(expect.objectContaining({ code: 'SOURCE_MANIFEST_INVALID' }));
  });

  it('fuzz: of any shape is refused, or told', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (params, code) => {
        const bytes = Buffer.from(JSON.stringify({ ...sampleManifest(), warnings: [{ code, params }] }));
        try {
          for (const warning of parseManifest(bytes).warnings) expect(readStoredRemark(warning).code).not.toBe('');
        } catch (error) {
          expect(error).toMatchObject({ code: 'SOURCE_MANIFEST_INVALID' });
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('a manifest of version 1', () => {
  it.each(Object.entries(OLD_WARNINGS))(
    'of %s is read, and stays what it was to the last byte',
    async (engine, codes) => {
      const bytes = await readFile(path.join(OLD, engine, 'manifest.json'));
      const manifest = parseManifest(bytes);
      expect(manifest.v).toBe(1);
      // Its digest stands in log books.
      expect(printManifest(manifest).bytes).toEqual(bytes);
      const remarks = manifest.warnings.map(readStoredRemark);
      expect(remarks.map(({ code }) => code)).toEqual(codes.map(() => 'stored-sentence'));
      expect(remarks.map(({ params }) => params)).toMatchObject(
        codes.map((code) => ({ code, sentence: expect.any(String) })),
      );
    },
  );

  it.each(Object.keys(OLD_WARNINGS))('of %s describes the tree it lies in', async (engine) => {
    const findings = [];
    for await (const finding of verifyTree(folderTree(path.join(OLD, engine)), control)) findings.push(finding);
    expect(findings).toEqual([]);
  });
});
