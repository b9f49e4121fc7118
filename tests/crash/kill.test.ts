// Real processes, killed at moments that nobody chose: no handler runs, nothing is flushed, the lock stays behind.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { loadSnapshots, unlock } from '@lumbung/engine';
import { SeededRandom } from '@lumbung/engine/testing';
import { describe, expect, it } from 'vitest';
import { backUp, complaints, prune, restoreTo } from '../lab/acts.ts';
import { startBackupScript, startScript, untilEnd } from '../lab/backup-process.ts';
import { makeDiskRepository, openOnDisk } from '../lab/disk-repository.ts';
import { makeGrowingSource } from '../lab/growing-source.ts';
import { anyPeer, complaintsOfPeer } from '../lab/peers.ts';
import { scratchFolder } from '../lab/scratch.ts';
import { treeFacts } from '../lab/tree-facts.ts';

const KILLS = 10;
const PRUNE_KILLS = 4;
if (anyPeer === undefined) console.log('SKIPPED: no stock client judges what a killed process leaves: there is none');

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a backup process that is killed', () => {
  it('leaves a repository that is whole, and the next backup works', { timeout: 150_000 }, async () => {
    const { folder, repository } = await makeDiskRepository({ packSizeBytes: 4 * 2 ** 20 });
    const source = makeGrowingSource(scratchFolder(), { fileBytes: 3_000_000 });
    source.grow();
    const first = await backUp(repository, source.folder);
    const facts = treeFacts(source.folder);
    const random = new SeededRandom(31);
    let killed = 0;
    let packsLeft = 0;

    for (let killIdx = 0; killIdx < KILLS; killIdx += 1) {
      source.grow();
      const packsBefore = packCount(folder);
      const child = startBackupScript(folder, source.folder);
      const end = untilEnd(child);
      // By turns: some time after the lock is there, and some time after the first pack is.
      const hasBegun =
        killIdx % 2 === 0
          ? () => readdirSync(path.join(folder, 'locks')).length > 0
          : () => packCount(folder) > packsBefore + random.below(3);
      while (!hasBegun() && child.exitCode === null) await sleep(2);
      await sleep(killIdx % 2 === 0 ? random.below(600) : random.below(40));
      child.kill('SIGKILL');
      if ((await end).signal === 'SIGKILL') killed += 1;
      packsLeft += packCount(folder) - packsBefore;

      const after = await openOnDisk(folder);
      // The lock of a dead process of this machine is stale.
      await unlock(after, { removeAll: false });
      expect(readdirSync(path.join(folder, 'locks')), `kill ${killIdx}`).toEqual([]);
      expect(await complaints(after), `kill ${killIdx}`).toEqual([]);
      if (anyPeer !== undefined) {
        expect(await complaintsOfPeer(anyPeer, folder, { tidy: false }), `kill ${killIdx}`).toEqual([]);
      }
    }
    expect(killed).toBeGreaterThanOrEqual(KILLS / 2);
    expect(packsLeft).toBeGreaterThan(0);

    const last = await openOnDisk(folder);
    await expectRestored(folder, first.snapshotId, facts);
    const { snapshotId } = await backUp(last, source.folder);
    await expectRestored(folder, snapshotId, treeFacts(source.folder));
    await prune(last);
    if (anyPeer !== undefined) expect(await complaintsOfPeer(anyPeer, folder)).toEqual([]);
    expect((await loadSnapshots(last)).map(({ id }) => id)).toContain(first.snapshotId);
  });
});

describe('a prune that is killed', () => {
  it('loses nothing, and the next one tidies up', { timeout: 150_000 }, async () => {
    const { folder, repository } = await makeDiskRepository({ packSizeBytes: 4 * 2 ** 20 });
    const source = makeGrowingSource(scratchFolder(), { fileBytes: 1_500_000 });
    const random = new SeededRandom(8);
    let killed = 0;
    for (let killIdx = 0; killIdx < PRUNE_KILLS; killIdx += 1) {
      source.grow();
      const gone = await backUp(repository, source.folder);
      source.grow();
      const kept = await backUp(await openOnDisk(folder, { packSizeBytes: 4 * 2 ** 20 }), source.folder);
      const facts = treeFacts(source.folder);
      expect(await untilEnd(startScript('forget', folder, gone.snapshotId))).toMatchObject({ exitCode: 0 });

      const packsBefore = packCount(folder);
      const child = startScript('prune', folder);
      const end = untilEnd(child);
      // By turns: some time after the lock is there, and as soon as packs come and go.
      const hasBegun =
        killIdx % 2 === 0
          ? () => readdirSync(path.join(folder, 'locks')).length > 0
          : () => packCount(folder) !== packsBefore;
      while (!hasBegun() && child.exitCode === null) await sleep(2);
      await sleep(random.below(killIdx % 2 === 0 ? 400 : 20));
      child.kill('SIGKILL');
      if ((await end).signal === 'SIGKILL') killed += 1;

      const after = await openOnDisk(folder);
      await unlock(after, { removeAll: false });
      expect(await complaints(after), `kill ${killIdx}`).toEqual([]);
      if (anyPeer !== undefined) {
        expect(await complaintsOfPeer(anyPeer, folder, { tidy: false }), `kill ${killIdx}`).toEqual([]);
      }
      await expectRestored(folder, kept.snapshotId, facts);
    }
    expect(killed).toBeGreaterThan(0);
    const last = await openOnDisk(folder);
    await prune(last);
    expect(await complaints(last, ['error', 'hint', 'information'])).toEqual([]);
    if (anyPeer !== undefined) expect(await complaintsOfPeer(anyPeer, folder)).toEqual([]);
  });
});

function packCount(folder: string): number {
  const entries = readdirSync(path.join(folder, 'data'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

async function expectRestored(folder: string, id: string, facts: readonly string[]): Promise<void> {
  const target = path.join(scratchFolder(), 'target');
  await restoreTo(await openOnDisk(folder), id, target);
  expect(treeFacts(target)).toEqual(facts);
}
