import { createHash } from 'node:crypto';
import { LumbungError } from '@lumbung/stdx';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SharedBlobSet } from '../../blob-index/shared-blob-set.ts';
import { polynomialHex } from '../../chunker/polynomial.ts';
import type { FinishedPack } from '../../pack/pack-builder.ts';
import { createTestRepository, TEST_POLYNOMIAL, type TestRepository } from '../../testing/test-repository.ts';
import { ArchivePool } from './pool.ts';

const MIB = 2 ** 20;
let lab: TestRepository;
let packs: FinishedPack[];

beforeEach(async () => {
  lab = await createTestRepository();
  packs = [];
});

const pools: ArchivePool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool[Symbol.asyncDispose]();
});

async function open(
  options: { readonly polynomial?: string; readonly savePack?: (pack: FinishedPack) => Promise<void> } = {},
): Promise<ArchivePool> {
  const { encrypt, macK, macR } = lab.repository.masterKey;
  const pool = new ArchivePool({
    workerCount: 2,
    workerData: {
      masterKey: { encrypt, macK, macR },
      compression: 'off',
      packSizeBytes: 4 * MIB,
      verify: 'full',
      chunker: {
        polynomialHex: options.polynomial ?? polynomialHex(TEST_POLYNOMIAL),
        minBytes: MIB / 2,
        maxBytes: 8 * MIB,
        averageBits: 20,
      },
      index: (await lab.repository.loadIndex()).index.share(),
      withAtime: false,
    },
    knownBlobs: SharedBlobSet.create(2 ** 10),
    savePack:
      options.savePack ??
      (async (pack) => {
        packs.push(pack);
      }),
  });
  pools.push(pool);
  return pool;
}

const bytesJob = (...chunks: readonly Uint8Array[]) => {
  const joined = Uint8Array.from(Buffer.concat(chunks));
  return { kind: 'bytes' as const, buffer: joined.buffer, parts: [chunks.map(({ length }) => length)] };
};

/** Chunks that differ, and cannot be made smaller. */
const chunk = (nr: number, size: number): Buffer => Buffer.alloc(size, createHash('sha512').update(`${nr}`).digest());

describe('the workers of a backup', () => {
  it('store each blob once, whoever sees it first', async () => {
    const pool = await open();
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, nr) => pool.request(bytesJob(chunk(nr % 5, 700_000), chunk(99, 10)), 700_000)),
    );
    const unfinished = await pool.finish();
    const stored = [...packs, ...unfinished].flatMap(({ blobs }) => blobs.map(({ id }) => id));
    expect(new Set(stored).size).toBe(6);
    expect(stored).toHaveLength(6);
    const ids = new Set(
      replies.flatMap((reply) => (reply.kind === 'bytes' ? reply.parts.flatMap(({ ids: those }) => those) : [])),
    );
    expect([...ids].sort()).toEqual([...stored].sort());
  });

  it('fail all who wait when one cannot begin', async () => {
    const pool = await open({ polynomial: 'nonsense' });
    const first = pool.request(bytesJob(chunk(1, 10)), 10);
    await expect(first).rejects.toMatchObject({ code: 'BUG_WORKER_FAILED' });
    await expect(pool.request(bytesJob(chunk(2, 10)), 10)).rejects.toMatchObject({ code: 'BUG_WORKER_FAILED' });
    await expect(pool.drain()).rejects.toMatchObject({ code: 'BUG_WORKER_FAILED' });
    await expect(pool.waitForRoom()).rejects.toMatchObject({ code: 'BUG_WORKER_FAILED' });
    await expect(pool.finish()).rejects.toMatchObject({ code: 'BUG_WORKER_FAILED' });
    expect(pool.signal.aborted).toBe(true);
  });

  it('fail with what a pack could not be stored for, not with its consequences', async () => {
    const full = new LumbungError('BACKEND_NO_SPACE', { kind: 'operator', message: 'full' });
    const pool = await open({ savePack: () => Promise.reject(full) });
    const jobs = Array.from({ length: 12 }, (_, nr) => pool.request(bytesJob(chunk(nr, 3 * MIB)), 3 * MIB));
    const outcomes = await Promise.allSettled(jobs);
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(reasons.length).toBeGreaterThan(0);
    expect(new Set(reasons)).toEqual(new Set([full]));
    await expect(pool.finish()).rejects.toBe(full);
  });

  it('stop for the first reason they are given', async () => {
    const pool = await open();
    const first = pool.request(bytesJob(chunk(1, 5 * MIB)), 5 * MIB);
    pool.abort(new Error('first'));
    pool.abort(new Error('second'));
    await expect(first).rejects.toThrow('first');
    await expect(pool.finish()).rejects.toThrow('first');
  });

  it('are not begun when there is nothing to do', async () => {
    const pool = await open({ polynomial: 'nonsense' });
    expect(await pool.finish()).toEqual([]);
  });
});
