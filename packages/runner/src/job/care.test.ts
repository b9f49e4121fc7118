import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { RunEvent, RunRecord } from '@lumbung/contracts';
import { lockRepository } from '@lumbung/engine';
import { systemClock } from '@lumbung/stdx/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asNobody } from './testing/as-nobody.ts';
import { JobLab, type LooseSpec } from './testing/job-lab.ts';

let lab: JobLab;

beforeEach(async () => {
  lab = new JobLab();
  await lab.makeRepository();
});

afterEach(() => {
  lab[Symbol.dispose]();
});

async function backedUp(content: string, more: Parameters<JobLab['filesSpec']>[1] = {}): Promise<string> {
  lab.write('situs/isi.txt', content.repeat(2000));
  const { record } = await lab.run(lab.filesSpec([lab.path('situs')], more));
  return record.copies[0]?.snapshotId ?? '';
}

function stored(folder: string): string[] {
  return readdirSync(path.join(lab.address, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /[0-9a-f]{64}$/.test(name))
    .map((name) => path.join(lab.address, folder, name));
}

function flip(file: string): void {
  chmodSync(file, 0o600);
  const bytes = readFileSync(file);
  bytes[50] = (bytes[50] ?? 0) ^ 0x40;
  writeFileSync(file, bytes);
}

function ids(): string[] {
  return readdirSync(path.join(lab.address, 'snapshots')).sort();
}

describe('retention', () => {
  function spec(more: Readonly<Record<string, unknown>>): LooseSpec {
    return {
      kind: 'retention',
      repository: lab.place,
      remove: [],
      keepers: [],
      prune: { kind: 'yes', unusedPercentMax: 0 },
      mode: 'execute',
      ...more,
    };
  }

  it('removes what was decided upon and the data that nobody needs, and nothing else', async () => {
    const [first, second] = [await backedUp('satu'), await backedUp('dua')];
    const { record } = await lab.run(spec({ remove: [first], keepers: [second] }));
    expect(record).toMatchObject({ outcome: 'succeeded', result: { removedIds: [first], goneIds: [] } });
    expect(record.result).toMatchObject({ prune: { packsLeftOver: 0 } });
    const { prune } = record.result as { prune: { bytesBefore: number; bytesAfter: number } };
    expect(prune.bytesAfter).toBeLessThan(prune.bytesBefore);
    expect(ids()).toEqual([second]);
    const whole = await lab.run({ kind: 'check', repository: lab.place, read: { kind: 'all' } });
    expect(whole.record.outcome).toBe('succeeded');
  });

  it('changes nothing when it only previews, and says the same', async () => {
    const [first, second] = [await backedUp('satu'), await backedUp('dua')];
    const before = stored('data');
    const { record } = await lab.run(spec({ remove: [first], keepers: [second], mode: 'preview' }));
    expect(record).toMatchObject({ outcome: 'succeeded', result: { mode: 'preview', removedIds: [first] } });
    expect([ids().length, stored('data')]).toEqual([2, before]);
    const real = await lab.run(spec({ remove: [first], keepers: [second] }));
    expect(real.record.result).toMatchObject({ prune: (record.result as { prune: object }).prune });
  });

  it('may be told twice', async () => {
    const [first, second] = [await backedUp('satu'), await backedUp('dua')];
    await lab.run(spec({ remove: [first], keepers: [second] }));
    const { record } = await lab.run(spec({ remove: [first], keepers: [second] }));
    expect(record).toMatchObject({ outcome: 'succeeded', result: { removedIds: [], goneIds: [first] } });
  });

  it('removes nothing when a copy it relies on is gone, damaged, or to be removed itself', async () => {
    const [first, second] = [await backedUp('satu'), await backedUp('dua')];
    const gone = await lab.run(spec({ remove: [first], keepers: ['0'.repeat(64)] }));
    expect(gone.record).toMatchObject({ outcome: 'failed', reason: 'RETENTION_KEEPER_MISSING' });
    const both = await lab.run(spec({ remove: [first], keepers: [first] }));
    expect(both.record).toMatchObject({ outcome: 'failed', reason: 'RETENTION_CONTRADICTS' });
    flip(path.join(lab.address, 'snapshots', second));
    // Also where the cache has it whole.
    const damaged = await lab.run(spec({ remove: [first], keepers: [second] }));
    expect(damaged.record).toMatchObject({ outcome: 'failed', reason: 'RETENTION_KEEPER_MISSING' });
    expect(ids()).toEqual([first, second].sort());
  });

  it('prunes nothing in a repository that is not whole, and says what was removed before', async () => {
    const [first, second] = [await backedUp('satu'), await backedUp('dua')];
    for (const file of stored('index')) rmSync(file);
    const before = stored('data');
    const { record } = await lab.run(spec({ remove: [first], keepers: [second] }), { cacheFolder: undefined });
    expect(record).toMatchObject({ outcome: 'failed', error: { kind: 'corruption' }, result: { removedIds: [first] } });
    expect(stored('data')).toEqual(before);
  });

  it('waits while somebody works, and gives up for a passing reason', async () => {
    const first = await backedUp('satu');
    await using _lock = await lockRepository(await lab.open(), { kind: 'shared' });
    const { record } = await lab.run(spec({ remove: [first], limits: { lockWaitMs: 0 } }));
    expect(record).toMatchObject({ outcome: 'failed', reason: 'REPOSITORY_BUSY', error: { kind: 'transient' } });
    expect(ids()).toEqual([first]);
  });

  it('says which could not be removed', async () => {
    const [first, second] = [await backedUp('satu'), await backedUp('dua')];
    chmodSync(path.join(lab.address, 'snapshots'), 0o500);
    const { record } = await asNobody(lab.folder, () => lab.run(spec({ remove: [first], keepers: [second] })));
    expect(record).toMatchObject({ outcome: 'failed', reason: 'RETENTION_INCOMPLETE', result: { removedIds: [] } });
  });
});

describe('a check', () => {
  const all = { kind: 'check', read: { kind: 'all' } } as const;

  it('reads its share, and all of them together read all', async () => {
    for (const content of ['a', 'b', 'c', 'd', 'e']) await backedUp(content);
    let packsRead = 0;
    for (let nr = 1; nr <= 3; nr += 1) {
      const { record } = await lab.run({ kind: 'check', repository: lab.place, read: { kind: 'share', nr, of: 3 } });
      expect(record).toMatchObject({ outcome: 'succeeded', result: { verdict: 'sound', errorCount: 0, snapshots: 5 } });
      packsRead += (record.result as { packsRead: number }).packsRead;
    }
    expect(packsRead).toBe(stored('data').length);
  });

  it('finds a damaged byte, and a missing pack', async () => {
    await backedUp('satu');
    for (const pack of stored('data')) flip(pack);
    const damaged = await lab.run({ ...all, repository: lab.place });
    expect(damaged.record).toMatchObject({
      outcome: 'failed',
      reason: 'REPOSITORY_DAMAGED',
      error: { kind: 'corruption' },
      result: { verdict: 'damaged' },
    });
    rmSync(stored('data')[0] ?? '');
    const structure = await lab.run({ kind: 'check', repository: lab.place, read: { kind: 'nothing' } });
    expect(structure.record).toMatchObject({ outcome: 'failed', reason: 'REPOSITORY_DAMAGED' });
  });

  it('does not keep a copy from being made', async () => {
    await backedUp('satu');
    let other: Promise<RunRecord> | undefined;
    const checked = await lab.run(
      { ...all, repository: lab.place },
      {
        onEvent: (event) => {
          if (event.kind === 'step' && event.step === 'read') {
            const spec = lab.filesSpec([lab.path('situs')], { limits: { freeBytesMin: 0, lockWaitMs: 0 } });
            other ??= lab.run(spec).then(({ record }) => record);
          }
        },
      },
    );
    expect(checked.record.outcome).toBe('succeeded');
    expect(await other).toMatchObject({ outcome: 'succeeded' });
  });
});

describe('a copy to a second destination', () => {
  it('has the snapshots with their tags and their data, and is made once', async () => {
    const second = lab.path('kedua');
    const made = await lab.run({
      kind: 'initRepository',
      repository: { address: second, password: { secret: 'repository' } },
      like: lab.place,
      limits: { freeBytesMin: 0 },
    });
    expect(made.record).toMatchObject({ outcome: 'succeeded', result: { location: second } });
    const id = await backedUp('satu');
    const spec = {
      kind: 'copy',
      from: lab.place,
      to: { address: second, password: { secret: 'repository' } },
      snapshotIds: [id],
      limits: { freeBytesMin: 0 },
    } as const;
    const { record } = await lab.run(spec);
    expect(record).toMatchObject({ outcome: 'succeeded', result: { copied: [{ fromId: id }], skipped: [] } });
    const [copied] = await lab.snapshots(second);
    expect(copied?.tags).toEqual((await lab.snapshots())[0]?.tags);
    const place = { address: second, password: { secret: 'repository' } };
    const verified = await lab.run({ kind: 'verify', repository: place, snapshotId: copied?.id });
    expect(verified.record.outcome).toBe('succeeded');
    expect((await lab.run(spec)).record).toMatchObject({
      outcome: 'succeeded',
      result: { copied: [], skipped: [{ fromId: id }] },
    });
  });

  it('of damaged data is not made', async () => {
    await lab.makeRepository(lab.path('kedua'));
    const id = await backedUp('satu');
    for (const pack of stored('data')) flip(pack);
    const to = { address: lab.path('kedua'), password: { secret: 'repository' } };
    const { record } = await lab.run({
      kind: 'copy',
      from: lab.place,
      to,
      snapshotIds: [id],
      limits: { freeBytesMin: 0 },
    });
    expect(record).toMatchObject({ outcome: 'failed', error: { kind: 'corruption' } });
    expect(await lab.snapshots(lab.path('kedua'))).toEqual([]);
  });

  it('of a snapshot that is not there names it', async () => {
    await lab.makeRepository(lab.path('kedua'));
    const to = { address: lab.path('kedua'), password: { secret: 'repository' } };
    const { record } = await lab.run({ kind: 'copy', from: lab.place, to, snapshotIds: ['0'.repeat(64)] });
    expect(record).toMatchObject({ outcome: 'failed', reason: 'SNAPSHOT_NOT_FOUND' });
  });
});

describe('statistics', () => {
  it('say how large a repository is, and how it grows', async () => {
    const now = Date.UTC(2031, 4, 20);
    const at = (nowMs: number) => ({ clock: { ...systemClock, nowMs: () => nowMs } });
    lab.write('situs/a.txt', 'a'.repeat(1000));
    await lab.run(lab.filesSpec([lab.path('situs')]), at(now - 30 * 3_600_000));
    lab.write('situs/b.txt', 'b'.repeat(1000));
    await lab.run(lab.filesSpec([lab.path('situs')]), at(now - 3_600_000));
    const { record } = await lab.run({ kind: 'statistics', repository: lab.place, growthUntil: now, growthDays: 3 });
    expect(record).toMatchObject({
      outcome: 'succeeded',
      result: {
        kind: 'statistics',
        snapshots: 2,
        oldestAt: now - 30 * 3_600_000,
        newestAt: now - 3_600_000,
        growth: [{ snapshots: 0, storedBytes: 0 }, { snapshots: 1 }, { snapshots: 1 }],
      },
    });
    const sizes = readdirSync(lab.address, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'config')
      .map((entry) => readFileSync(path.join(entry.parentPath, entry.name)).length);
    expect(record.result).toMatchObject({ totalBytes: sizes.reduce((sum, size) => sum + size, 0) });
  });

  it('of an empty repository are zeros', async () => {
    const { record } = await lab.run({ kind: 'statistics', repository: lab.place, growthUntil: 1e12, growthDays: 0 });
    expect(record).toMatchObject({ outcome: 'succeeded', result: { snapshots: 0, packs: 0, blobs: 0, growth: [] } });
    expect(record.result).not.toHaveProperty('oldestAt');
  });
});

describe('a catalogue', () => {
  function entries(events: readonly RunEvent[]) {
    return events.flatMap((event) => (event.kind === 'snapshots' ? event.entries : []));
  }

  it('tells what every snapshot is of, whoever made it', async () => {
    const id = await backedUp('satu');
    const file = lab.path('app.db');
    const database = new DatabaseSync(file);
    database.exec('create table surat (isi text)');
    database.close();
    await lab.run(lab.databasesSpec({ url: `sqlite:${file}`, name: 'situs utama' }));
    const { record, events } = await lab.run({ kind: 'catalogue', repository: lab.place, tags: [] });
    expect(record).toMatchObject({ outcome: 'succeeded', result: { snapshots: 2, unreadable: 0 } });
    expect(entries(events)).toMatchObject([
      { snapshotId: id, content: 'files', run: 'run-1', asset: 'asset-files', application: 'situs', files: 1 },
      { content: 'database', engine: 'sqlite', server: 'situs utama', database: file },
    ]);
    const ofRun = await lab.run({ kind: 'catalogue', repository: lab.place, tags: ['run=run-1'] });
    expect(entries(ofRun.events).map(({ snapshotId }) => snapshotId)).toEqual([id]);
  });

  it('names snapshots that cannot be read, and tells of the others', async () => {
    const [first, second] = [await backedUp('satu'), await backedUp('dua')];
    flip(path.join(lab.address, 'snapshots', first));
    const { record, events } = await lab.run(
      { kind: 'catalogue', repository: lab.place, tags: [] },
      { cacheFolder: undefined },
    );
    expect(record).toMatchObject({ outcome: 'warned', warnings: [{ code: 'SNAPSHOT_UNREADABLE', item: first }] });
    expect(entries(events).map(({ snapshotId }) => snapshotId)).toEqual([second]);
  });

  it('takes nothing for an id that is none', async () => {
    lab.write('situs/a', 'a');
    const { execFileSync } = await import('node:child_process');
    expect(typeof execFileSync).toBe('function');
    const repository = await lab.open();
    const { backup } = await import('@lumbung/engine');
    await backup(repository, {
      targets: [lab.path('situs')],
      workingDirectory: '/',
      tags: ['run=../../etc', 'app=a b', 'asset='],
    });
    const { events } = await lab.run({ kind: 'catalogue', repository: lab.place, tags: [] });
    const [entry] = entries(events);
    expect(entry).toMatchObject({ tags: ['run=../../etc', 'app=a b', 'asset='] });
    expect(Object.keys(entry ?? {})).not.toEqual(expect.arrayContaining(['run']));
    expect(entry).not.toHaveProperty('asset');
    expect(entry).not.toHaveProperty('application');
  });
});

describe('a destination', () => {
  function spec(address: string): LooseSpec {
    return { kind: 'testDestination', address, testBytes: 300_000, limits: { freeBytesMin: 0 } };
  }

  it('is tried out, and left as it was', async () => {
    const { record } = await lab.run(spec(lab.address));
    expect(record).toMatchObject({ outcome: 'succeeded', result: { state: 'repository', location: lab.address } });
    const { writeBytesPerSecond } = record.result as { writeBytesPerSecond: number };
    expect(writeBytesPerSecond).toBeGreaterThan(0);
    const none = lab.path('belum', 'ada');
    mkdirSync(lab.path('belum'));
    expect((await lab.run(spec(none))).record).toMatchObject({ outcome: 'succeeded', result: { state: 'empty' } });
    expect(existsSync(none)).toBe(false);
    expect(readdirSync(lab.address)).not.toContainEqual(expect.stringContaining('lumbung-test'));
  });

  it('that cannot be written to is refused', async () => {
    chmodSync(lab.address, 0o500);
    const { record } = await asNobody(lab.folder, () => lab.run(spec(lab.address)));
    expect(record).toMatchObject({ outcome: 'failed', reason: 'BACKEND_ACCESS_DENIED' });
  });

  it('that is no address is refused', async () => {
    expect((await lab.run(spec('entah:apa'))).record).toMatchObject({
      outcome: 'failed',
      reason: 'REPOSITORY_ADDRESS_INVALID',
    });
  });

  it('where a repository is does not get another one', async () => {
    const { record } = await lab.run({ kind: 'initRepository', repository: lab.place, limits: { freeBytesMin: 0 } });
    expect(record).toMatchObject({ outcome: 'failed', reason: 'REPOSITORY_EXISTS' });
  });
});
