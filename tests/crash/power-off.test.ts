// The power goes off before and after every single write of every act. What is left must hold everything that was
// acknowledged, must be sound to our check and to a stock client, and must take the next backup.
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { MemBackend } from '@lumbung/backend/mem';
import { type FaultPlan, FaultyBackend, faultPlan } from '@lumbung/backend/testing';
import {
  addKey,
  changePassword,
  copySnapshots,
  executeRepairIndex,
  executeSnapshotChanges,
  loadSnapshots,
  openRepository,
  planRepairIndex,
  planRewrite,
  type Repository,
  unlock,
} from '@lumbung/engine';
import { cheapKdf, ManualClock, SeededRandom, TEST_IDENTITY, TEST_PASSWORD } from '@lumbung/engine/testing';
import { isLumbungError } from '@lumbung/stdx';
import { describe, expect, it } from 'vitest';
import { backUp, complaints, forget, prune, restoreTo, underLock } from '../lab/acts.ts';
import { makeGrowingSource } from '../lab/growing-source.ts';
import { makeMemRepository, writeOut } from '../lab/mem-repository.ts';
import { anyPeer, complaintsOfPeer } from '../lab/peers.ts';
import { scratchFolder } from '../lab/scratch.ts';
import { treeFacts } from '../lab/tree-facts.ts';

const PACK_SIZE_BYTES = 4 * 2 ** 20;
/** More writes than any of these acts makes: the test fails when an act never comes to its end. */
const WRITES_MAX = 60;
/** Every how many-th crash is also judged by a stock client, which is slower. */
const STOCK_EVERY = 5;
/** Every how many-th crash is followed by a backup: it starts threads, which takes most of a test's time. */
const NEXT_BACKUP_EVERY = 2;
if (anyPeer === undefined) console.log('SKIPPED: no stock client judges what a crash leaves: there is none');

const NEW_PASSWORD = Buffer.from('the new one');

interface Saved {
  readonly id: string;
  readonly facts: readonly string[];
}

interface Stage {
  readonly backend: MemBackend;
  /** What must survive, whatever happens. */
  readonly saved: readonly Saved[];
  readonly sourceFolder: string;
  /** Where a copy comes from. */
  readonly other?: MemBackend;
}

interface Act {
  readonly name: string;
  readonly stage: () => Promise<Stage>;
  readonly run: (repository: Repository, stage: Stage) => Promise<unknown>;
  /** Snapshots that the act means to remove: they may be there or not. */
  readonly mayLose?: (stage: Stage) => readonly string[];
  readonly passwords?: readonly Uint8Array[];
}

let seed = 1_000;
let turn = 0;

function open(backend: MemBackend | FaultyBackend, password: Uint8Array = TEST_PASSWORD): Promise<Repository> {
  seed += 1;
  const identity = { ...TEST_IDENTITY, pid: seed };
  return openRepository(backend, {
    password,
    packSizeBytes: PACK_SIZE_BYTES,
    ports: { clock: new ManualClock(), random: new SeededRandom(seed), identity, isProcessAlive: () => false },
  });
}

interface StageOptions {
  /** The oldest snapshot is forgotten, and its data is still there. */
  readonly isUnused?: boolean;
  /** Of each of the five new files of a step. Above 840,000 a step needs more than one pack. */
  readonly fileBytes?: number;
}

async function makeStage(snapshotCount: number, options: StageOptions = {}): Promise<Stage> {
  const backend = await makeMemRepository((seed += 1));
  const source = makeGrowingSource(scratchFolder(), { fileBytes: options.fileBytes ?? 200_000 });
  const saved: Saved[] = [];
  for (let snapshotIdx = 0; snapshotIdx < snapshotCount; snapshotIdx += 1) {
    source.grow();
    const { snapshotId } = await backUp(await open(backend), source.folder);
    saved.push({ id: snapshotId, facts: treeFacts(source.folder) });
  }
  if (options.isUnused === true) {
    const gone = saved.splice(0, 1).map(({ id }) => id);
    await forget(await open(backend), gone);
  }
  source.grow();
  return { backend, saved, sourceFolder: source.folder };
}

const ACTS: readonly Act[] = [
  {
    name: 'the first backup',
    stage: () => makeStage(0, { fileBytes: 900_000 }),
    run: (repository, { sourceFolder }) => backUp(repository, sourceFolder),
  },
  {
    name: 'a second backup',
    stage: () => makeStage(1, { fileBytes: 900_000 }),
    run: (repository, { sourceFolder }) => backUp(repository, sourceFolder),
  },
  {
    name: 'forget',
    stage: () => makeStage(3),
    run: (repository, { saved }) =>
      forget(
        repository,
        saved.slice(0, 2).map(({ id }) => id),
      ),
    mayLose: ({ saved }) => saved.slice(0, 2).map(({ id }) => id),
  },
  {
    name: 'prune with repacking',
    stage: () => makeStage(3, { isUnused: true }),
    run: async (repository) => {
      const result = await prune(repository);
      expect(result.packsWritten).toBeGreaterThan(0);
      expect(result.packsRemoved).toBeGreaterThan(0);
    },
  },
  {
    name: 'a copy, on the side of the target',
    stage: async () => ({ ...(await makeStage(1)), other: (await makeStage(2)).backend }),
    run: async (repository, { other }) => {
      if (other === undefined) throw new Error('there is nothing to copy from');
      const source = await open(other.clone());
      await underLock(repository, 'shared', (lock) =>
        copySnapshots(source, repository, { lock, sourceLock: 'unlocked', selection: { filter: {} }, workerCount: 0 }),
      );
    },
  },
  {
    name: 'a rewrite that forgets the old snapshots',
    stage: () => makeStage(2),
    run: (repository) =>
      underLock(repository, 'exclusive', async (lock) => {
        const selection = { filter: {} };
        const plan = await planRewrite(repository, { lock, selection, filter: { exclude: ['*.0'] }, forget: true });
        await executeSnapshotChanges(plan, { lock });
      }),
    mayLose: ({ saved }) => saved.map(({ id }) => id),
  },
  {
    name: 'repair index',
    stage: () => makeStage(2),
    run: (repository) =>
      underLock(repository, 'exclusive', async (lock) => {
        const plan = await planRepairIndex(repository, { lock, readAllPacks: true });
        await executeRepairIndex(plan, { lock });
      }),
  },
  {
    name: 'a change of the password',
    stage: () => makeStage(1),
    run: (repository) =>
      underLock(repository, 'exclusive', () => changePassword(repository, { password: NEW_PASSWORD, kdf: cheapKdf() })),
    passwords: [TEST_PASSWORD, NEW_PASSWORD],
  },
  {
    name: 'a second key',
    stage: () => makeStage(1),
    run: (repository) =>
      underLock(repository, 'shared', () => addKey(repository, { password: NEW_PASSWORD, kdf: cheapKdf() })),
  },
];

const MOMENTS = {
  before: (writeNumber: number): FaultPlan => faultPlan().onWrite(writeNumber).crashesBefore(),
  after: (writeNumber: number): FaultPlan => faultPlan().onWrite(writeNumber).crashesAfter(),
} as const;

describe.each(ACTS)('the power goes off during $name', (act) => {
  it.each(['before', 'after'] as const)('%s any of its writes', { timeout: 120_000 }, async (moment) => {
    const stage = await act.stage();
    let crashes = 0;
    for (let writeNumber = 1; writeNumber <= WRITES_MAX; writeNumber += 1) {
      const left = stage.backend.clone();
      const faulty = new FaultyBackend(left, { plan: MOMENTS[moment](writeNumber) });
      const error = await runAct(act, faulty, stage);
      if (!faulty.isPoweredOff) {
        expect(error).toBeUndefined();
        break;
      }
      crashes += 1;
      const when = `${act.name}, ${moment} write ${writeNumber}`;
      await expectSurvival(act, stage, left, when);
      if (writeNumber % NEXT_BACKUP_EVERY === 0) await expectNextBackup(act, stage, left.clone(), when);
      if (anyPeer !== undefined && writeNumber % STOCK_EVERY === 1 && act.passwords === undefined) {
        const folder = path.join(scratchFolder(), 'repository');
        writeOut(left, folder);
        expect(await complaintsOfPeer(anyPeer, folder, { tidy: false }), when).toEqual([]);
        rmSync(folder, { recursive: true });
      }
      expect(writeNumber, 'the act came to no end').toBeLessThan(WRITES_MAX);
    }
    expect(crashes).toBeGreaterThan(1);
  });
});

const FAILING = ['a second backup', 'prune with repacking'];

describe.each(ACTS.filter(({ name }) => FAILING.includes(name)))('one write fails during $name', (act) => {
  it.each(['fails', 'failsAfterwards'] as const)('and %s, whichever it is', { timeout: 120_000 }, async (way) => {
    const stage = await act.stage();
    let failures = 0;
    for (let writeNumber = 1; writeNumber <= WRITES_MAX; writeNumber += 1) {
      const left = stage.backend.clone();
      const faulty = new FaultyBackend(left, { plan: faultPlan().onWrite(writeNumber)[way]('noSpace') });
      const error = await runAct(act, faulty, stage);
      if (faulty.writesSeen < writeNumber) {
        expect(error).toBeUndefined();
        break;
      }
      if (error !== undefined) failures += 1;
      await expectSurvival(act, stage, left, `${act.name}, write ${writeNumber} ${way}`);
    }
    expect(failures).toBeGreaterThan(1);
  });
});

async function runAct(act: Act, faulty: FaultyBackend, stage: Stage): Promise<unknown> {
  try {
    await act.run(await open(faulty), stage);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Only the bytes on the medium are left; everything else starts anew. */
async function expectSurvival(act: Act, stage: Stage, left: MemBackend, when: string): Promise<void> {
  const repository = await openWithAny(left, act.passwords ?? [TEST_PASSWORD]);
  await unlock(repository, { removeAll: true });
  expect(await complaints(repository), when).toEqual([]);
  const present = new Set<string>((await loadSnapshots(repository)).map(({ id }) => id));
  const mayBeGone = new Set(act.mayLose?.(stage) ?? []);
  for (const { id } of stage.saved) if (!mayBeGone.has(id)) expect(present, when).toContain(id);
  // The check has read every blob of every snapshot; restoring all of them each time would take three times as long.
  const restorable = stage.saved.filter(({ id }) => present.has(id));
  const chosen = restorable[turn % restorable.length];
  turn += 1;
  if (chosen !== undefined) await expectRestored(repository, chosen.id, chosen.facts, when);
}

async function expectNextBackup(act: Act, stage: Stage, left: MemBackend, when: string): Promise<void> {
  const repository = await openWithAny(left, act.passwords ?? [TEST_PASSWORD]);
  const { snapshotId } = await backUp(repository, stage.sourceFolder);
  await expectRestored(repository, snapshotId, treeFacts(stage.sourceFolder), `${when}, the next backup`);
}

async function expectRestored(
  repository: Repository,
  id: string,
  facts: readonly string[],
  when: string,
): Promise<void> {
  const target = path.join(scratchFolder(), 'target');
  await restoreTo(repository, id, target);
  expect(treeFacts(target), when).toEqual(facts);
  rmSync(target, { recursive: true });
}

async function openWithAny(backend: MemBackend, passwords: readonly Uint8Array[]): Promise<Repository> {
  const opened: Repository[] = [];
  for (const password of passwords) {
    try {
      opened.push(await open(backend, password));
    } catch (error) {
      if (!isLumbungError(error, 'PASSWORD_WRONG')) throw error;
    }
  }
  const [repository] = opened;
  if (repository === undefined) throw new Error('none of the passwords opens the repository any more');
  return repository;
}
