import { MemBackend } from '@lumbung/backend/mem';
import { describe, expect, it } from 'vitest';
import { REPOSITORY_LAYOUT } from '../repository/layout.ts';
import type { Repository } from '../repository/repository.ts';
import { createTestRepository } from '../testing/index.ts';
import { saveSampleSnapshot } from '../testing/sample-snapshots.ts';
import { verifyPacks } from './check-packs.ts';
import type { PackVerdict } from './workers/messages.ts';
import { PackPool } from './workers/pack-pool.ts';

const SAMPLE = { 'a.txt': 'alpha', 'b.txt': ['beta ', 'gamma'], folder: { 'c.txt': 'x'.repeat(4000) } } as const;

async function sampleRepository() {
  const backend = new MemBackend({ layout: REPOSITORY_LAYOUT });
  const test = await createTestRepository({ backend });
  await saveSampleSnapshot(test.repository, SAMPLE);
  return { ...test, backend };
}

/** What each pack is found to be, read whole or piece by piece. */
async function verdicts(repository: Repository, wholePackBytesMax: number): Promise<PackVerdict[]> {
  const { index } = await repository.loadIndex();
  const packs = [];
  for await (const { id, sizeBytes } of repository.listIds('data'))
    packs.push({ packNr: index.findPack(id), id, sizeBytes });
  packs.sort((a, b) => a.packNr - b.packNr);
  const found = new Map<number, PackVerdict>();
  await using pool = new PackPool(repository, { workerCount: 0, index });
  await verifyPacks(repository, index, {
    packs,
    pool,
    signal: new AbortController().signal,
    wholePackBytesMax,
    onPack: ({ packNr }, outcome) => {
      if (outcome.kind === 'verified') found.set(packNr, outcome.verdict);
    },
  });
  return packs.flatMap(({ packNr }) => found.get(packNr) ?? []);
}

describe('a pack that is read piece by piece', () => {
  it('is found sound when it is', async () => {
    const { repository } = await sampleRepository();
    const found = await verdicts(repository, 0);
    expect(found.map(({ problems }) => problems)).toEqual([[], []]);
    expect(found).toEqual(await verdicts(repository, Number.POSITIVE_INFINITY));
  });

  it('shows the same problems as one that is read whole, wherever a bit is flipped', async () => {
    const { backend, reopen } = await sampleRepository();
    const name = [...backend.files().keys()].find((key) => key.startsWith('data/')) ?? '';
    const bytes = backend.files().get(name) ?? Buffer.alloc(0);
    for (let at = 0; at < bytes.length; at += 7) {
      const damaged = backend.clone();
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 4;
      damaged.put({ folder: 'data', name: name.slice('data/'.length) }, changed);
      const repository = await reopen({ backend: damaged });
      const inPieces = await verdicts(repository, 0);
      const whole = await verdicts(repository, Number.POSITIVE_INFINITY);
      const kinds = (found: readonly PackVerdict[]) =>
        found.map(({ problems }) =>
          problems.map((problem) => [problem.kind, 'blobId' in problem ? problem.blobId : '']).sort(),
        );
      expect(inPieces.some(({ problems }) => problems.length > 0)).toBe(true);
      expect(kinds(inPieces)).toEqual(kinds(whole));
    }
  });
});
