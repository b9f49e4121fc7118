// The same history, the same policies: what is kept, what goes and why must be what the stock client says.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  EMPTY_POLICY,
  executeSnapshotChanges,
  type GroupKey,
  parseRetentionDuration,
  planForget,
  planRewrite,
  type Repository,
  type RetentionPolicy,
  UNLIMITED,
} from '@lumbung/engine';
import { SeededRandom } from '@lumbung/engine/testing';
import { beforeAll, expect, it } from 'vitest';
import { backUp, forget, underLock } from '../lab/acts.ts';
import { type DiskRepository, makeDiskRepository, openOnDisk } from '../lab/disk-repository.ts';
import { describePeers, type Peer, peerDoes } from '../lab/peers.ts';
import { scratchFolder } from '../lab/scratch.ts';

interface PolicyCase {
  readonly args: readonly string[];
  readonly policy: Partial<RetentionPolicy>;
  readonly groupBy?: readonly GroupKey[];
  /** Stock 0.14 does not know `unlimited`, nor that the oldest snapshot stays while a count is not used up. */
  readonly isNew?: boolean;
}

const within = parseRetentionDuration;

const CASES: readonly PolicyCase[] = [
  { args: ['--keep-last', '1'], policy: { last: 1 } },
  { args: ['--keep-last', '7'], policy: { last: 7 } },
  { args: ['--keep-hourly', '20'], policy: { hourly: 20 } },
  { args: ['--keep-daily', '14'], policy: { daily: 14 } },
  { args: ['--keep-weekly', '9'], policy: { weekly: 9 } },
  { args: ['--keep-monthly', '6'], policy: { monthly: 6 } },
  { args: ['--keep-monthly', '600'], policy: { monthly: 600 } },
  { args: ['--keep-yearly', '2'], policy: { yearly: 2 } },
  { args: ['--keep-yearly', '10'], policy: { yearly: 10 }, isNew: true },
  {
    args: ['--keep-daily', '7', '--keep-weekly', '5', '--keep-monthly', '12', '--keep-yearly', '75'],
    policy: { daily: 7, weekly: 5, monthly: 12, yearly: 75 },
    isNew: true,
  },
  {
    args: ['--keep-daily', '7', '--keep-weekly', '5', '--keep-monthly', '12', '--keep-yearly', '1'],
    policy: { daily: 7, weekly: 5, monthly: 12, yearly: 1 },
  },
  { args: ['--keep-last', '3', '--keep-hourly', '5', '--keep-daily', '2'], policy: { last: 3, hourly: 5, daily: 2 } },
  { args: ['--keep-within', '30d'], policy: { within: within('30d') } },
  { args: ['--keep-within', '1y5m7d2h'], policy: { within: within('1y5m7d2h') } },
  { args: ['--keep-within-hourly', '2m'], policy: { withinHourly: within('2m') } },
  {
    args: ['--keep-within-daily', '3m', '--keep-within-weekly', '1y', '--keep-within-yearly', '3y'],
    policy: { withinDaily: within('3m'), withinWeekly: within('1y'), withinYearly: within('3y') },
    isNew: true,
  },
  {
    args: ['--keep-within-daily', '3m', '--keep-within-weekly', '1y'],
    policy: { withinDaily: within('3m'), withinWeekly: within('1y') },
  },
  { args: ['--keep-within-monthly', '18m', '--keep-last', '2'], policy: { withinMonthly: within('18m'), last: 2 } },
  { args: ['--keep-tag', 'a', '--keep-last', '1'], policy: { keepTags: [['a']], last: 1 } },
  { args: ['--keep-tag', 'a,b', '--keep-last', '1'], policy: { keepTags: [['a', 'b']], last: 1 } },
  {
    args: ['--keep-tag', 'a,b', '--keep-tag', 'b', '--keep-last', '1'],
    policy: { keepTags: [['a', 'b'], ['b']], last: 1 },
  },
  { args: ['--group-by', '', '--keep-weekly', '30'], policy: { weekly: 30 }, groupBy: [] },
  { args: ['--group-by', 'tags', '--keep-monthly', '5'], policy: { monthly: 5 }, groupBy: ['tags'] },
  { args: ['--group-by', 'host,tags', '--keep-daily', '3'], policy: { daily: 3 }, groupBy: ['host', 'tags'] },
  { args: ['--group-by', 'paths', '--keep-yearly', '1'], policy: { yearly: 1 }, groupBy: ['paths'] },
  { args: ['--keep-daily', 'unlimited'], policy: { daily: UNLIMITED }, isNew: true },
  {
    args: ['--keep-monthly', 'unlimited', '--keep-hourly', '3', '--group-by', ''],
    policy: { monthly: UNLIMITED, hourly: 3 },
    groupBy: [],
    isNew: true,
  },
];

/** Three years, denser towards the end: some within one hour, some at ends of years, months, weeks and days. */
function momentsMs(): number[] {
  const random = new SeededRandom(77);
  const end = Date.UTC(2026, 5, 15, 12);
  const moments = [
    Date.UTC(2023, 11, 31, 23, 59, 59),
    Date.UTC(2024, 0, 1),
    Date.UTC(2024, 1, 29, 12),
    Date.UTC(2024, 11, 29, 22),
    Date.UTC(2024, 11, 30, 1),
    Date.UTC(2025, 0, 1, 0, 30),
    end,
    end - 1_000,
    end - 30 * 60_000,
  ];
  for (const [count, days] of [
    [25, 3],
    [40, 60],
    [60, 1_095],
  ] as const) {
    for (let snapshotIdx = 0; snapshotIdx < count; snapshotIdx += 1) {
      moments.push(end - random.below(days * 24 * 3_600) * 1_000);
    }
  }
  return [...new Set(moments)];
}

async function makeHistory(): Promise<DiskRepository> {
  const made = await makeDiskRepository();
  const { repository } = made;
  const folder = scratchFolder();
  const models: string[] = [];
  for (const [name, tags] of [
    ['one', []],
    ['one', ['a']],
    ['two', ['a', 'b']],
    ['two', ['b']],
  ] as const) {
    mkdirSync(path.join(folder, name), { recursive: true });
    writeFileSync(path.join(folder, name, 'file'), name);
    models.push((await backUp(repository, path.join(folder, name), { tags, parent: { kind: 'none' } })).snapshotId);
  }
  const random = new SeededRandom(5);
  await underLock(repository, 'shared', async (lock) => {
    for (const timeMs of momentsMs()) {
      const id = models[random.below(models.length)] ?? '';
      const hostname = random.below(4) === 0 ? 'other' : 'lab';
      const selection = { ids: [id], filter: {} };
      await executeSnapshotChanges(await planRewrite(repository, { lock, selection, hostname, timeMs }), { lock });
    }
  });
  await forget(repository, models);
  return made;
}

interface GroupFacts {
  readonly keep: readonly string[];
  readonly remove: readonly string[];
  readonly reasons: readonly string[];
}

interface StockSnapshot {
  readonly id: string;
}

interface StockGroup {
  readonly keep: readonly StockSnapshot[] | null;
  readonly remove: readonly StockSnapshot[] | null;
  readonly reasons:
    | readonly { readonly snapshot: { readonly time: string }; readonly matches: readonly string[] }[]
    | null;
}

async function ourFacts(repository: Repository, { policy, groupBy }: PolicyCase): Promise<GroupFacts[]> {
  const plan = await planForget(repository, {
    lock: 'unlocked',
    selection: {
      kind: 'policy',
      policy: { ...EMPTY_POLICY, ...policy },
      filter: {},
      ...(groupBy === undefined ? {} : { groupBy }),
    },
  });
  return plan.groups
    .map(({ keep, remove, reasons }) => ({
      keep: keep.map(({ id }) => id),
      remove: remove.map(({ id }) => id),
      reasons: reasons.map(({ snapshot, matches }) => `${snapshot.time}: ${matches.join(', ')}`),
    }))
    .toSorted(byFirst);
}

/** Older stock clients print no id in their reasons; no two snapshots have the same time. */
function stockFacts(json: string): GroupFacts[] {
  const groups: StockGroup[] = JSON.parse(json);
  return groups
    .map(({ keep, remove, reasons }) => ({
      keep: (keep ?? []).map(({ id }) => id),
      remove: (remove ?? []).map(({ id }) => id),
      reasons: (reasons ?? []).map(({ snapshot, matches }) => `${snapshot.time}: ${matches.join(', ')}`),
    }))
    .toSorted(byFirst);
}

function byFirst(a: GroupFacts, b: GroupFacts): number {
  return (a.keep[0] ?? '') < (b.keep[0] ?? '') ? -1 : 1;
}

describePeers('forget keeps and removes the same, for the same reasons', (peer: Peer) => {
  let made: DiskRepository;
  beforeAll(async () => {
    made = await makeHistory();
  });

  for (const policyCase of CASES) {
    it.skipIf(policyCase.isNew === true && peer.name === 'debian')(policyCase.args.join(' '), async () => {
      const printed = await peerDoes(peer, made.folder, ['forget', '--dry-run', '--json', ...policyCase.args]);
      const ours = await ourFacts(await openOnDisk(made.folder), policyCase);
      const theirs = stockFacts(printed.split('\n').find((line) => line.startsWith('[')) ?? '[]');
      expect(ours).toEqual(theirs);
      expect(ours.flatMap(({ keep }) => keep).length).toBeGreaterThan(0);
    });
  }
});
