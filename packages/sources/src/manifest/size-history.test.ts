import { describe, expect, it } from 'vitest';
import { sampleManifest, sampleTable } from '../testing/sample-manifest.ts';
import { type DumpSizes, judgeSizes, sizesOf } from './size-history.ts';

const MIB = 1024 * 1024;
const sizes = (bytes: number, rows: Record<string, number> = {}): DumpSizes => ({
  bytes,
  rows: new Map(Object.entries(rows)),
});
const usual = [100, 102, 98, 101, 100].map((mib) => sizes(mib * MIB, { surat: 1000, log: 50 }));

describe('what is unusual about a dump', () => {
  it('is nothing on the first day, nor on an ordinary one', () => {
    expect(judgeSizes(sizes(1), [])).toEqual([]);
    expect(judgeSizes(sizes(103 * MIB, { surat: 1010, log: 3 }), usual)).toEqual([]);
    expect(judgeSizes(sizes(60 * MIB, { surat: 600, log: 50 }), usual)).toEqual([]);
  });

  it('is that it is much smaller, or larger', () => {
    const rows = { surat: 1000, log: 50 };
    expect(judgeSizes(sizes(49 * MIB, rows), usual)).toEqual([
      { kind: 'shrunk', bytes: 49 * MIB, usualBytes: 100 * MIB },
    ]);
    expect(judgeSizes(sizes(301 * MIB, rows), usual)).toMatchObject([{ kind: 'grown' }]);
  });

  it('is nothing as long as it is small', () => {
    expect(judgeSizes(sizes(10), [sizes(15 * MIB)])).toEqual([]);
    expect(judgeSizes(sizes(10), [sizes(16 * MIB)])).toHaveLength(1);
  });

  it('is that a table is gone, empty, or lost half of its rows', () => {
    expect(judgeSizes(sizes(100 * MIB, { log: 50 }), usual)).toEqual([
      { kind: 'table-vanished', table: 'surat', rows: 0, usualRows: 1000 },
    ]);
    expect(judgeSizes(sizes(100 * MIB, { surat: 0, log: 0 }), usual)).toEqual([
      { kind: 'table-emptied', table: 'surat', rows: 0, usualRows: 1000 },
    ]);
    expect(judgeSizes(sizes(100 * MIB, { surat: 499, log: 50 }), usual)).toMatchObject([{ kind: 'table-shrunk' }]);
  });

  it('is judged by the last seven, of which one odd day is none', () => {
    const oneOdd = [...usual.slice(0, 4), sizes(MIB, { surat: 1000, log: 50 })];
    expect(judgeSizes(sizes(100 * MIB, { surat: 1000, log: 50 }), oneOdd)).toEqual([]);
    const longAgo = [
      ...Array.from({ length: 20 }, () => sizes(1000 * MIB)),
      ...Array.from({ length: 7 }, () => sizes(100 * MIB)),
    ];
    expect(judgeSizes(sizes(100 * MIB), longAgo)).toEqual([]);
  });

  it('is seen in manifests', () => {
    const manifest = sampleManifest({
      tables: [sampleTable('surat', [{ path: 'a', text: '1\n2\n' }])],
      files: [{ path: 'b', bytes: 10, sha256: '0'.repeat(64) }],
    });
    expect(sizesOf(manifest)).toEqual({ bytes: 14, rows: new Map([['public.surat', 2]]) });
  });
});
