import { MemBackend } from '@lumbung/backend/mem';
import { FaultyBackend, faultPlan } from '@lumbung/backend/testing';
import { describe, expect, it } from 'vitest';
import type { SnapshotId } from '../format/ids.ts';
import { REPOSITORY_LAYOUT } from '../repository/layout.ts';
import { type Lock, lockRepository } from '../repository/lock.ts';
import type { Repository } from '../repository/repository.ts';
import { EMPTY_POLICY, type RetentionPolicy } from '../retention/policy.ts';
import { createTestRepository } from '../testing/index.ts';
import { readSnapshot, saveSampleSnapshot } from '../testing/sample-snapshots.ts';
import { executeForget, planForget } from './forget.ts';
import type { ForgetEvent, ForgetPlan, ForgetSelection } from './forget-plan.ts';

const DAY_MS = 24 * 3600_000;
const NEWEST_MS = Date.UTC(2025, 11, 31, 12);

async function sampleRepository() {
  const backend = new MemBackend({ layout: REPOSITORY_LAYOUT });
  const test = await createTestRepository({ backend });
  const ids: SnapshotId[] = [];
  for (let dayIdx = 0; dayIdx < 5; dayIdx += 1) {
    ids.push(
      await saveSampleSnapshot(
        test.repository,
        { f: `day ${dayIdx}` },
        { timeMs: NEWEST_MS - dayIdx * DAY_MS, tags: dayIdx === 4 ? ['first'] : [] },
      ),
    );
  }
  const otherId = await saveSampleSnapshot(test.repository, { f: 'other' }, { hostname: 'other', timeMs: NEWEST_MS });
  /** Newest first. */
  return { ...test, backend, ids, otherId };
}

const keep = (
  policy: Partial<RetentionPolicy>,
  part: Partial<Extract<ForgetSelection, { kind: 'policy' }>> = {},
): ForgetSelection => ({
  kind: 'policy',
  policy: { ...EMPTY_POLICY, ...policy },
  filter: {},
  ...part,
});

async function plan(
  repository: Repository,
  selection: ForgetSelection,
  lock: Lock | 'unlocked' = 'unlocked',
): Promise<ForgetPlan> {
  return planForget(repository, { lock, selection });
}

async function snapshotIds(repository: Repository): Promise<SnapshotId[]> {
  const ids: SnapshotId[] = [];
  for await (const { id } of repository.listIds('snapshots')) ids.push(id);
  return ids.sort();
}

describe('planForget', () => {
  it('keeps by policy in each group, with a reason for each that stays', async () => {
    const { repository, ids, otherId } = await sampleRepository();
    const { groups, removeIds } = await plan(repository, keep({ last: 2 }));
    expect(groups).toHaveLength(2);
    const lab = groups.find(({ hostname }) => hostname === 'lab');
    expect(lab).toMatchObject({ paths: ['/sample'], tags: undefined });
    expect(lab?.keep.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(lab?.remove.map(({ id }) => id)).toEqual(ids.slice(2));
    expect(lab?.reasons.map(({ snapshot, matches }) => [snapshot.id, matches])).toEqual(
      ids.slice(0, 2).map((id) => [id, ['last snapshot']]),
    );
    expect(groups.find(({ hostname }) => hostname === 'other')?.keep.map(({ id }) => id)).toEqual([otherId]);
    expect([...removeIds].sort()).toEqual(ids.slice(2).sort());
  });

  it('makes one group of all without keys', async () => {
    const { repository } = await sampleRepository();
    const { groups, removeIds } = await plan(repository, keep({ last: 1 }, { groupBy: [] }));
    expect(groups).toHaveLength(1);
    expect(groups[0]).toMatchObject({ hostname: undefined, paths: undefined, tags: undefined });
    expect(removeIds).toHaveLength(5);
  });

  it('looks only at what the filter selects', async () => {
    const { repository, ids } = await sampleRepository();
    const { removeIds } = await plan(repository, keep({ last: 1 }, { filter: { hosts: ['other'] } }));
    expect(removeIds).toEqual([]);
    const byTag = await plan(repository, keep({ keepTags: [['first']] }, { filter: { hosts: ['lab'] } }));
    expect([...byTag.removeIds].sort()).toEqual(ids.slice(0, 4).sort());
  });

  it('takes snapshots named by id without a policy, each once', async () => {
    const { repository, ids } = await sampleRepository();
    const first = ids[0] ?? '';
    const { groups, removeIds } = await plan(repository, {
      kind: 'ids',
      ids: [first.slice(0, 12), first, 'latest'],
      filter: { hosts: ['lab'] },
    });
    expect(groups).toEqual([]);
    expect(removeIds).toEqual([first]);
  });

  it('changes nothing, and is plain data', async () => {
    const { repository, backend } = await sampleRepository();
    const before = [...backend.files().keys()];
    const made = await plan(repository, keep({ last: 1 }));
    expect([...backend.files().keys()]).toEqual(before);
    expect(JSON.parse(JSON.stringify(made)).removeIds).toEqual(made.removeIds);
  });

  it('tells snapshots that cannot be read and neither keeps nor removes them', async () => {
    const { repository, backend, ids } = await sampleRepository();
    const broken = ids[3] ?? ('' as SnapshotId); // there are five
    backend.put({ folder: 'snapshots', name: broken }, Buffer.from('torn'));
    const events: ForgetEvent[] = [];
    const { removeIds } = await planForget(repository, {
      lock: 'unlocked',
      selection: keep({ last: 1 }),
      onEvent: (event) => events.push(event),
    });
    expect(events).toMatchObject([{ kind: 'unreadable', snapshotId: broken }]);
    expect(removeIds).not.toContain(broken);
  });
});

describe('planForget refuses', () => {
  it('a policy that says nothing', async () => {
    const { repository } = await sampleRepository();
    await expect(plan(repository, keep({}))).rejects.toMatchObject({ code: 'FORGET_POLICY_EMPTY', kind: 'operator' });
  });

  it('to remove all without a filter', async () => {
    const { repository } = await sampleRepository();
    await expect(plan(repository, keep({}, { allowRemoveAll: true }))).rejects.toMatchObject({
      code: 'FORGET_REMOVE_ALL_UNFILTERED',
    });
    const { removeIds } = await plan(repository, keep({}, { allowRemoveAll: true, filter: { hosts: ['other'] } }));
    expect(removeIds).toHaveLength(1);
  });

  it('a policy that would leave nothing of one group, whatever it says of others', async () => {
    const { repository } = await sampleRepository();
    await expect(plan(repository, keep({ keepTags: [['first']] }))).rejects.toMatchObject({
      code: 'FORGET_GROUP_WOULD_VANISH',
      context: { group: 'host other, paths [/sample]', snapshots: 1 },
    });
    expect(await snapshotIds(repository)).toHaveLength(6);
  });

  it('ids that nobody has, and no ids at all: that must not mean all', async () => {
    const { repository } = await sampleRepository();
    await expect(plan(repository, { kind: 'ids', ids: ['f00d'.repeat(16)] })).rejects.toMatchObject({
      code: 'SNAPSHOT_NOT_FOUND',
    });
    await expect(plan(repository, { kind: 'ids', ids: [] })).rejects.toMatchObject({ code: 'FORGET_POLICY_EMPTY' });
  });
});

describe('executeForget', () => {
  it('removes what the plan says and nothing else', async () => {
    const { repository, ids, otherId } = await sampleRepository();
    await using lock = await lockRepository(repository, { kind: 'exclusive' });
    const made = await plan(repository, keep({ last: 2 }), lock);
    const result = await executeForget(made, { lock });
    expect([...result.removedIds].sort()).toEqual([...made.removeIds].sort());
    expect(result.failures).toEqual([]);
    expect(await snapshotIds(repository)).toEqual([...ids.slice(0, 2), otherId].sort());
  });

  it('spends the plan', async () => {
    const { repository } = await sampleRepository();
    await using lock = await lockRepository(repository, { kind: 'exclusive' });
    const made = await plan(repository, keep({ last: 2 }), lock);
    await executeForget(made, { lock });
    await expect(executeForget(made, { lock })).rejects.toMatchObject({ code: 'PLAN_SPENT' });
  });

  it('needs the exclusive lock under which the plan was made', async () => {
    const { repository } = await sampleRepository();
    const made = await plan(repository, keep({ last: 2 }));
    await expect(executeForget(made, { lock: 'unlocked' })).rejects.toMatchObject({ code: 'LOCK_REQUIRED' });
    await using lock = await lockRepository(repository, { kind: 'exclusive' });
    await expect(executeForget(made, { lock })).rejects.toMatchObject({ code: 'PLAN_NOT_EXECUTABLE' });
    expect(await snapshotIds(repository)).toHaveLength(6);
  });

  it('goes on when one cannot be removed, and tells which', async () => {
    const { backend, reopen } = await sampleRepository();
    const faulty = new FaultyBackend(backend, { plan: faultPlan().onRemove(2, 'snapshots').fails('accessDenied') });
    const repository = await reopen({ backend: faulty });
    await using lock = await lockRepository(repository, { kind: 'exclusive' });
    const made = await plan(repository, keep({ last: 1 }), lock);
    const result = await executeForget(made, { lock });
    expect(result.failures).toMatchObject([{ error: { code: 'BACKEND_ACCESS_DENIED' } }]);
    expect(result.removedIds).toHaveLength(made.removeIds.length - 1);
    expect(await snapshotIds(repository)).toContain(result.failures[0]?.snapshotId);
  });

  it('leaves whole snapshots wherever it dies', async () => {
    for (let writeNr = 1; writeNr <= 4; writeNr += 1) {
      const { backend, reopen, ids } = await sampleRepository();
      const faulty = new FaultyBackend(backend);
      const repository = await reopen({ backend: faulty });
      const lock = await lockRepository(repository, { kind: 'exclusive' });
      const made = await plan(repository, keep({ last: 2 }), lock);
      faulty.usePlan(faultPlan().onWrite(writeNr).crashesAfter());
      const result = await executeForget(made, { lock });
      expect(result.failures.length + result.removedIds.length).toBe(3);
      await lock.release().catch(() => undefined); // the power is off
      const survivor = await reopen({ backend });
      for (const id of ids.slice(0, 2)) expect(Object.keys(await readSnapshot(survivor, id))).toEqual(['/f']);
      for (const id of await snapshotIds(survivor))
        expect(Object.keys(await readSnapshot(survivor, id))).toEqual(['/f']);
    }
  });

  it('stops when it is told to', async () => {
    const { repository } = await sampleRepository();
    await using lock = await lockRepository(repository, { kind: 'exclusive' });
    const made = await plan(repository, keep({ last: 2 }), lock);
    await expect(executeForget(made, { lock, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
    expect(await snapshotIds(repository)).toHaveLength(6);
  });
});
