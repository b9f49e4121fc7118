import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { insertBatches } from './insert-batches.ts';

const PREFIX = 'INSERT INTO `t` VALUES\n';

async function* inChunks(text: string, sizes: readonly number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  let at = 0;
  for (let idx = 0; at < bytes.length; idx++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[idx % sizes.length] ?? 1);
    // Given to whoever comes next as well.
    yield Buffer.from(bytes.subarray(at, at + size));
    at += size;
  }
}

async function batched(text: string, batchBytes: number, sizes: readonly number[] = []) {
  const batches: Array<{ sql: string; rows: number }> = [];
  for await (const { sql, rows } of insertBatches(inChunks(text, sizes), Buffer.from(PREFIX), batchBytes)) {
    batches.push({ sql: sql.toString(), rows });
  }
  return batches;
}

describe('insertBatches', () => {
  it('joins tuples, and a long one stands alone', async () => {
    const long = `(${'x'.repeat(5000)})`;
    expect(await batched(`(1)\n(2)\n${long}\n(3)\n`, 2000)).toEqual([
      { sql: `${PREFIX}(1),(2)`, rows: 2 },
      { sql: `${PREFIX}${long}`, rows: 1 },
      { sql: `${PREFIX}(3)`, rows: 1 },
    ]);
  });

  it('gives nothing for nothing, and does not count what does not end', async () => {
    expect(await batched('', 2000)).toEqual([]);
    expect(await batched('(1)\n(2', 2000)).toEqual([{ sql: `${PREFIX}(1)`, rows: 1 }]);
    expect(await batched('(1', 2000)).toEqual([]);
  });

  it('fuzz: holds every tuple once and in order, whatever the chunks', async () => {
    const tuple = fc
      .string({ unit: fc.constantFrom('a', ',', '(', ')', 'é'), maxLength: 3000 })
      .map((text) => `(${text})`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(tuple, { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 5 }),
        fc.integer({ min: 64, max: 8000 }),
        async (tuples, sizes, batchBytes) => {
          const batches = await batched(tuples.map((each) => `${each}\n`).join(''), batchBytes, sizes);
          expect(batches.map(({ sql }) => sql.slice(PREFIX.length)).join(',')).toBe(tuples.join(','));
          for (const { sql, rows } of batches) {
            expect(sql.startsWith(PREFIX)).toBe(true);
            if (rows > 1) expect(Buffer.byteLength(sql)).toBeLessThanOrEqual(batchBytes);
          }
          expect(batches.reduce((sum, { rows }) => sum + rows, 0)).toBe(tuples.length);
        },
      ),
      { numRuns: fuzzRuns() },
    );
  });
});
