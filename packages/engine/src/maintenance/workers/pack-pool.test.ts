import { describe, expect, it } from 'vitest';
import { createTestRepository } from '../../testing/index.ts';
import { saveSampleSnapshot } from '../../testing/sample-snapshots.ts';
import { PackPool } from './pack-pool.ts';

async function poolOf(workerCount: number) {
  const { repository } = await createTestRepository();
  await saveSampleSnapshot(repository, { 'a.txt': 'alpha' });
  const { index } = await repository.loadIndex();
  const load = (packNr: number): Promise<Buffer> =>
    repository.backend.load({ folder: 'data', name: index.packId(packNr) });
  return { index, load, pool: new PackPool(repository, { workerCount, index }) };
}

describe.each([0, 2])('PackPool with %i threads', (workerCount) => {
  it('answers every job with its own answer', async () => {
    const { pool: opened, index, load } = await poolOf(workerCount);
    await using pool = opened;
    const jobs = Array.from({ length: 8 }, async (_, jobIdx) => {
      const packNr = jobIdx % index.packCount;
      const { verdict } = await pool.run({ kind: 'verify', packNr, bytes: await load(packNr) });
      return verdict;
    });
    expect(await Promise.all(jobs)).toEqual(Array.from({ length: 8 }, () => ({ problems: [], blobsVerified: 1 })));
  });

  it('takes bytes over, so that nobody reads them while they are worked on', async () => {
    const { pool: opened, load } = await poolOf(workerCount);
    await using pool = opened;
    const bytes = Buffer.from(new Uint8Array(await load(0)).buffer);
    await pool.run({ kind: 'verify', packNr: 0, bytes });
    expect(bytes.length).toBe(0);
  });

  it('passes an error on with its code, and works on', async () => {
    const { pool: opened, load } = await poolOf(workerCount);
    await using pool = opened;
    const stretch = { packNr: 0, offset: 0, bytes: await load(0) };
    await expect(pool.run({ kind: 'move', stretch, entries: [0] })).rejects.toMatchObject({
      code: 'BUG_ASSERTION',
      kind: 'bug',
    });
    const { verdict } = await pool.run({ kind: 'verify', packNr: 0, bytes: await load(0) });
    expect(verdict.problems).toEqual([]);
  });
});

it('a pool that was closed rejects what waits and what comes', async () => {
  const { pool, load } = await poolOf(1);
  const bytes = await load(0);
  const waiting = pool.run({ kind: 'verify', packNr: 0, bytes: await load(0) });
  const outcome = expect(waiting).rejects.toMatchObject({ code: 'PACK_WORKER_DIED' });
  await pool[Symbol.asyncDispose]();
  await outcome;
  await expect(pool.run({ kind: 'verify', packNr: 0, bytes })).rejects.toMatchObject({ code: 'PACK_WORKER_DIED' });
});
