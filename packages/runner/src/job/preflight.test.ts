import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lockRepository } from '@lumbung/engine';
import { systemClock } from '@lumbung/stdx/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asNobody } from './testing/as-nobody.ts';
import { JobLab, type LooseSpec } from './testing/job-lab.ts';

let lab: JobLab;

beforeEach(async () => {
  lab = new JobLab();
  await lab.makeRepository();
  lab.write('situs/index.php', '<?php');
});

afterEach(() => {
  lab[Symbol.dispose]();
});

function spec(more: Readonly<Record<string, unknown>> = {}): LooseSpec {
  return {
    kind: 'preflight',
    sources: [files('situs', [lab.path('situs')])],
    destinations: [{ subject: 'utama', repository: lab.place }],
    limits: { freeBytesMin: 0 },
    ...more,
  };
}

function files(subject: string, paths: readonly string[]) {
  return { kind: 'files', subject, paths, excludes: [], templateExcludes: [], required: [] };
}

describe('a preflight', () => {
  it('asks every source and every destination, and leaves nothing behind', async () => {
    const { record } = await lab.run(spec());
    expect(record).toMatchObject({
      outcome: 'succeeded',
      result: {
        kind: 'preflight',
        sources: [{ kind: 'files', subject: 'situs', paths: 1 }],
        destinations: [{ repositoryId: expect.stringMatching(/^[0-9a-f]{64}$/) as string, snapshots: 0 }],
      },
    });
    expect(record.checks.map(({ about, id }) => `${about} ${id}`)).toEqual([
      'machine clock',
      `source path ${lab.path('situs')}`,
      'destination free-space',
      'destination snapshots',
      'destination snapshot-times',
      'destination lock',
      'destination writes',
      'destination opens',
    ]);
    expect(readdirSync(lab.address).sort()).toEqual(['config', 'data', 'index', 'keys', 'locks', 'snapshots']);
    expect(readdirSync(path.join(lab.address, 'locks'))).toEqual([]);
  });

  it('goes on after a no: all that is wrong is known at once', async () => {
    mkdirSync(lab.path('kosong'));
    const { record } = await lab.run(
      spec({
        sources: [
          files('a', [lab.path('tidak-ada')]),
          files('b', [lab.path('kosong')]),
          files('c', [lab.path('situs')]),
        ],
        destinations: [
          { subject: 'lain', repository: { ...lab.place, address: lab.path('lain') } },
          { subject: 'utama', repository: lab.place },
        ],
      }),
    );
    expect(record).toMatchObject({ outcome: 'failed', reason: 'SOURCE_MISSING' });
    const failed = record.checks.filter(({ result }) => result === 'fail');
    expect(failed.map(({ subject, code }) => `${subject} ${code}`)).toEqual([
      'a SOURCE_MISSING',
      'b SOURCE_EMPTY',
      'lain REPOSITORY_MISSING',
    ]);
    expect(record.result).toMatchObject({ destinations: [{ snapshots: 0 }] });
  });

  it('says what the day is expected to need, and refuses where it is not free', async () => {
    const destination = { subject: 'utama', repository: lab.place, expectedBytes: 2 ** 52 };
    expect((await lab.run(spec({ destinations: [destination] }))).record).toMatchObject({
      outcome: 'failed',
      reason: 'DESTINATION_SPACE_SHORT',
    });
  });

  it('warns while somebody holds the repository', async () => {
    await using _lock = await lockRepository(await lab.open(), { kind: 'exclusive' });
    const { record } = await lab.run(spec());
    expect(record).toMatchObject({ outcome: 'warned', warnings: [{ code: 'LOCK_CONFLICT' }] });
  });

  it('does not mind the lock of a process that is gone', async () => {
    const gone = { hostname: 'lab', username: 'x', uid: 1, gid: 1, pid: 2 ** 30 };
    await lockRepository(await lab.open({ identity: gone }), { kind: 'exclusive' });
    expect((await lab.run(spec())).record).toMatchObject({ outcome: 'succeeded' });
  });

  it('fails where copies cannot be written', async () => {
    chmodSync(lab.address, 0o500);
    const { record } = await asNobody(lab.folder, () => lab.run(spec()));
    expect(record).toMatchObject({ outcome: 'failed', reason: 'BACKEND_ACCESS_DENIED' });
    expect(record.checks).toContainEqual(expect.objectContaining({ id: 'writes', result: 'fail' }));
  });

  it('counts snapshots that cannot be read', async () => {
    await lab.run(lab.filesSpec([lab.path('situs')]));
    const [name = ''] = readdirSync(path.join(lab.address, 'snapshots'));
    chmodSync(path.join(lab.address, 'snapshots', name), 0o600);
    writeFileSync(path.join(lab.address, 'snapshots', name), 'x');
    expect((await lab.run(spec(), { cacheFolder: undefined })).record).toMatchObject({
      outcome: 'warned',
      warnings: [{ code: 'SNAPSHOT_UNREADABLE' }],
    });
  });
});

describe('the clock of the machine', () => {
  const at = (nowMs: number) => ({ clock: { ...systemClock, nowMs: () => nowMs } });
  const JULY = Date.UTC(2031, 6, 1);

  it('that lost its battery is a no', async () => {
    const { record } = await lab.run(spec({ destinations: [] }), at(1000));
    expect(record).toMatchObject({ outcome: 'failed', reason: 'CLOCK_WRONG' });
  });

  it('that was set back behind what is recorded is a no', async () => {
    const { record } = await lab.run(spec({ destinations: [], lastKnownAt: JULY }), at(JULY - 3_600_000));
    expect(record).toMatchObject({ outcome: 'failed', reason: 'CLOCK_WRONG' });
    expect((await lab.run(spec({ destinations: [], lastKnownAt: JULY }), at(JULY - 1000))).record.outcome).toBe(
      'succeeded',
    );
  });

  it('that is behind the newest snapshots is a warning', async () => {
    await lab.run(lab.filesSpec([lab.path('situs')]), at(JULY));
    const { record } = await lab.run(spec(), at(JULY - 86_400_000));
    expect(record).toMatchObject({ outcome: 'warned', warnings: [{ code: 'SNAPSHOT_FROM_FUTURE' }] });
  });
});
