import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Relation, RelationSize } from '../catalogue/relations.ts';
import {
  copyStatement,
  mayBeSegmented,
  orderOf,
  planSegments,
  type SegmentPlan,
  type TablePlan,
} from './table-plan.ts';

const GIB = 1024 ** 3;

function sizeOf(bytes: number, rows: number, type = 'int8'): RelationSize {
  return { bytes, toastBytes: 0, rows, key: { columns: ['id'], type } };
}

/** What the conditions of a segment let through, without a server. */
function holds({ where }: SegmentPlan, id: bigint): boolean {
  if (where === undefined) return true;
  return where.split(' AND ').every((part) => {
    const [, operator, value = '0'] = /^"id" (>=|<) (\d+)$/.exec(part) ?? [];
    return operator === '>=' ? id >= BigInt(value) : operator === '<' ? id < BigInt(value) : false;
  });
}

describe('the order of a table', () => {
  it.each([
    ['small, whatever its file is like', sizeOf(1000, 10), undefined, ['id']],
    ['large, and its file nearly in that order', sizeOf(GIB, 1e6), 0.99, ['id']],
    ['large, and its file in disorder', sizeOf(GIB, 1e6), 0.2, null],
    ['large, and in the opposite order', sizeOf(GIB, 1e6), -1, null],
    ['large, and never analysed', sizeOf(GIB, 1e6), undefined, null],
    ['without a key', { ...sizeOf(1000, 10), key: undefined }, undefined, null],
  ])('is decided for one that is %s', (_, size, correlation, expected) => {
    expect(orderOf(size, correlation)).toEqual(expected);
  });
});

describe('the files of a table', () => {
  it('are several only for large ones in the order of one whole number', () => {
    const size = sizeOf(2 * GIB, 1e7);
    expect(mayBeSegmented(size, ['id'])).toBe(true);
    expect(mayBeSegmented(size, null)).toBe(false);
    expect(mayBeSegmented(size, ['id', 'other'])).toBe(false);
    expect(mayBeSegmented(sizeOf(2 * GIB, 1e7, 'uuid'), ['id'])).toBe(false);
    expect(mayBeSegmented(sizeOf(GIB / 2, 1e7), ['id'])).toBe(false);
  });

  it('stay one where the numbers are too far apart, or negative', () => {
    const size = sizeOf(2 * GIB, 1e7);
    expect(planSegments(size, { column: 'id', min: 1n, max: 2n ** 62n })).toEqual([{ number: 0 }]);
    expect(planSegments(size, { column: 'id', min: -5n, max: 100_000_000n })).toEqual([{ number: 0 }]);
  });

  it('keep their bounds when rows are added', () => {
    const size = sizeOf(3 * GIB, 3e7);
    const before = planSegments(size, { column: 'id', min: 1n, max: 30_000_000n });
    const after = planSegments(size, { column: 'id', min: 1n, max: 31_000_000n });
    expect(before.length).toBeGreaterThan(3);
    expect(after.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
  });

  it('fuzz: every row is in exactly one of them', () => {
    const id = fc.bigInt({ min: 0n, max: 2n ** 40n });
    fc.assert(
      fc.property(
        fc.array(id, { minLength: 2, maxLength: 50 }),
        fc.integer({ min: 1, max: 1e9 }),
        fc.integer({ min: 1, max: 1e7 }),
        (ids, bytes, rows) => {
          const min = ids.reduce((a, b) => (b < a ? b : a));
          const max = ids.reduce((a, b) => (b > a ? b : a));
          const segments = planSegments(sizeOf(bytes, rows), { column: 'id', min, max }, 1000);
          for (const each of ids) expect(segments.filter((segment) => holds(segment, each)).length).toBe(1);
          expect(new Set(segments.map(({ number }) => number)).size).toBe(segments.length);
        },
      ),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('the statement that copies a table', () => {
  const relation: Relation = {
    oid: 1,
    schema: 'a"b',
    name: 'T; DROP',
    kind: 'r',
    persistence: 'p',
    pages: 0,
    extension: null,
    condition: null,
    partition: false,
    estimatedBytes: 0,
  };
  const plan: TablePlan = {
    relation,
    columns: ['id', 'x y'],
    generated: [],
    order: null,
    format: 'text',
    segments: [{ number: 0 }],
    estimatedBytes: 0,
  };

  it.each<[string, Partial<TablePlan>, SegmentPlan, string, string]>([
    ['as it lies', {}, { number: 0 }, 'UTF8', 'COPY "a""b"."T; DROP" ("id", "x y") TO STDOUT'],
    [
      'in order and in part',
      { order: ['id'] },
      { number: 1, where: '"id" >= 8' },
      'UTF8',
      'COPY (SELECT "id", "x y" FROM ONLY "a""b"."T; DROP" WHERE "id" >= 8 ORDER BY "id") TO STDOUT',
    ],
    ['without a column', { columns: [] }, { number: 0 }, 'UTF8', 'COPY "a""b"."T; DROP" TO STDOUT'],
    [
      'in the encoding of its database',
      {},
      { number: 0 },
      'LATIN1',
      `COPY "a""b"."T; DROP" ("id", "x y") TO STDOUT WITH (ENCODING 'LATIN1')`,
    ],
    [
      'as far as an extension says, in binary',
      { relation: { ...relation, condition: 'WHERE NOT standard' }, format: 'binary' },
      { number: 0 },
      'LATIN1',
      'COPY (SELECT "id", "x y" FROM ONLY "a""b"."T; DROP" WHERE NOT standard) TO STDOUT WITH (FORMAT binary)',
    ],
  ])('copies it %s', (_, more, segment, encoding, expected) => {
    expect(copyStatement({ ...plan, ...more }, segment, encoding)).toBe(expected);
  });
});
