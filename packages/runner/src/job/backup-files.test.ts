import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { RunEvent } from '@lumbung/contracts';
import { lockRepository } from '@lumbung/engine';
import { LumbungError } from '@lumbung/stdx';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asNobody } from './testing/as-nobody.ts';
import { JobLab, LAB_IDENTITY, LAB_PASSWORD } from './testing/job-lab.ts';

let lab: JobLab;
let source: string;

beforeEach(async () => {
  lab = new JobLab();
  await lab.makeRepository();
  source = lab.path('situs');
  for (let nr = 0; nr < 30; nr += 1) lab.write(`situs/unggahan/${nr}.txt`, `berkas ${nr} ${'isi '.repeat(50)}`);
  lab.write('situs/.env', 'APP_KEY=base64');
});

afterEach(() => {
  lab[Symbol.dispose]();
});

function kinds(events: readonly RunEvent[]): string[] {
  return [...new Set(events.map(({ kind }) => kind))];
}

/** The largest pack: the one with the contents of files. */
function largestPack(): string {
  const data = path.join(lab.address, 'data');
  const packs = readdirSync(data, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(data, name))
    .filter((file) => /[0-9a-f]{64}$/.test(file));
  return packs.sort((a, b) => readFileSync(b).length - readFileSync(a).length)[0] ?? '';
}

describe('a backup of files', () => {
  it('is a verified copy with its tags, sizes, times and steps', async () => {
    const before = Date.now();
    const { record, events } = await lab.run(lab.filesSpec([source]));
    expect(record).toMatchObject({
      outcome: 'succeeded',
      kind: 'backupFiles',
      warningCount: 0,
      hostname: 'lab',
      copies: [
        {
          content: 'files',
          origin: 'run',
          asset: 'asset-files',
          application: 'situs',
          files: 31,
          paths: [source],
          anomalies: [],
          unreadCount: 0,
          verification: { verdict: 'verified', level: 'complete', findingCount: 0 },
        },
      ],
      result: { kind: 'backupFiles', filesNew: 31, filesChanged: 0 },
    });
    expect(record.readStartedAt).toBeGreaterThanOrEqual(before);
    expect(record.copies[0]?.takenAt).toBeGreaterThanOrEqual(before);
    expect(record.copies[0]?.verification?.bytesRead).toBeGreaterThan(0);
    expect(record.steps.map(({ step }) => step)).toEqual(['preflight', 'open', 'lock', 'store', 'verify']);
    expect(record.checks.every(({ result }) => result === 'pass')).toBe(true);
    expect(kinds(events)).toEqual(expect.arrayContaining(['step', 'check', 'reading', 'stored']));

    const [snapshot] = await lab.snapshots();
    expect(snapshot?.tags).toEqual(['lumbung', `run=${record.runId}`, 'asset=asset-files', 'app=situs']);
    expect(snapshot?.id).toBe(record.copies[0]?.snapshotId);
  });

  it('leaves no lock and no work behind', async () => {
    await lab.run(lab.filesSpec([source]));
    expect(readdirSync(path.join(lab.address, 'locks'))).toEqual([]);
    expect(readdirSync(lab.workFolder)).toEqual([]);
  });

  it('leaves out what excludes name, and says so in the snapshot', async () => {
    const { record } = await lab.run(
      lab.filesSpec([source], {
        excludes: ['*.txt'],
        templateExcludes: [{ pattern: `${source}/cache`, reason: 'cache' }],
      }),
    );
    expect(record.copies[0]?.files).toBe(1);
    expect((await lab.snapshots())[0]?.excludes).toEqual(['*.txt', `${source}/cache`]);
  });

  it('takes paths that are no text', async () => {
    const odd = Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0xff, 0xfe, 0x0a, 0x2c])]);
    mkdirSync(odd);
    writeFileSync(Buffer.concat([odd, Buffer.from('/isi')]), 'isi');
    const paths = [{ bytes: odd.toString('base64') }];
    const { record } = await lab.run({ ...lab.filesSpec([]), paths });
    expect(record).toMatchObject({ outcome: 'succeeded', copies: [{ files: 1, paths }] });
  });

  it('of a run that was told twice is made once', async () => {
    const spec = { ...lab.filesSpec([source]), runId: 'run-twice' };
    const first = await lab.run(spec);
    const second = await lab.run(spec);
    expect(second.record).toMatchObject({
      outcome: 'warned',
      copies: [
        { origin: 'adopted', snapshotId: first.record.copies[0]?.snapshotId, verification: { verdict: 'verified' } },
      ],
      warnings: [{ code: 'COPY_ADOPTED' }],
    });
    expect(await lab.snapshots()).toHaveLength(1);
    expect((await lab.run(lab.filesSpec([source]))).record.copies[0]?.origin).toBe('run');
    expect(await lab.snapshots()).toHaveLength(2);
  });
});

describe('a source that is none', () => {
  const cases: readonly (readonly [string, string, () => string])[] = [
    ['is missing', 'SOURCE_MISSING', () => lab.path('tidak-ada')],
    [
      'is an empty folder, as of a disk that is not mounted',
      'SOURCE_EMPTY',
      () => (mkdirSync(lab.path('kosong')), lab.path('kosong')),
    ],
    ['is an empty file', 'SOURCE_EMPTY', () => lab.write('kosong.txt', '')],
    ['is a link', 'SOURCE_IS_LINK', () => (symlinkSync(source, lab.path('tautan')), lab.path('tautan'))],
    ['is below a file', 'SOURCE_MISSING', () => path.join(source, '.env', 'x')],
    ['is a pipe', 'SOURCE_NO_FILES', () => (execFileSync('mkfifo', [lab.path('pipa')]), lab.path('pipa'))],
  ];
  it.each(cases)('%s', async (_name, code, make) => {
    const bad = make();
    const { record } = await lab.run(lab.filesSpec([source, bad]));
    expect(record).toMatchObject({ outcome: 'failed', reason: code, copies: [] });
    expect(record.checks).toContainEqual(expect.objectContaining({ id: `path ${bad}`, result: 'fail', code }));
    expect(record.checks).toContainEqual(expect.objectContaining({ id: `path ${source}`, result: 'pass' }));
    expect(record.readStartedAt).toBeUndefined();
    expect(await lab.snapshots()).toEqual([]);
  });

  it('has only what excludes leave out: there is no snapshot of nothing', async () => {
    const { record } = await lab.run(lab.filesSpec([source], { excludes: ['*.txt', '.env'] }));
    expect(record).toMatchObject({ outcome: 'failed', reason: 'SOURCE_EMPTY', copies: [] });
    expect(await lab.snapshots()).toEqual([]);
  });

  it('lacks what its template requires', async () => {
    const { record } = await lab.run(lab.filesSpec([source], { required: [path.join(source, 'composer.lock')] }));
    expect(record).toMatchObject({ outcome: 'failed', reason: 'SOURCE_MISSING' });
    expect(await lab.snapshots()).toEqual([]);
  });

  it('has a relative path', async () => {
    expect((await lab.run(lab.filesSpec(['situs']))).record).toMatchObject({
      outcome: 'failed',
      reason: 'FILE_PATH_RELATIVE',
    });
  });
});

describe('what cannot be read', () => {
  it('makes the run warned, with its name', async () => {
    chmodSync(path.join(source, '.env'), 0);
    const { record } = await asNobody(lab.folder, () => lab.run(lab.filesSpec([source])));
    expect(record).toMatchObject({
      outcome: 'warned',
      warnings: [{ code: 'ITEM_UNREAD', item: path.join(source, '.env') }],
      copies: [{ unreadCount: 1, files: 30 }],
    });
  });

  it('and is required, leaves no copy', async () => {
    chmodSync(path.join(source, '.env'), 0);
    const spec = lab.filesSpec([source], { required: [path.join(source, '.env')] });
    const { record } = await asNobody(lab.folder, () => lab.run(spec));
    expect(record).toMatchObject({ outcome: 'failed', reason: 'SOURCE_REQUIRED_UNREAD', copies: [] });
    expect(await lab.snapshots()).toEqual([]);
  });

  it('and is a whole path, leaves no copy', async () => {
    chmodSync(path.join(source, 'unggahan'), 0);
    const { record } = await asNobody(lab.folder, () =>
      lab.run(lab.filesSpec([source, path.join(source, 'unggahan')])),
    );
    expect(record).toMatchObject({ outcome: 'failed', reason: 'SOURCE_UNREADABLE', copies: [] });
  });

  it('by the disk itself is no copy either', async () => {
    // Linux gives nobody the first page of its memory.
    const { record } = await lab.run(lab.filesSpec([source, '/proc/self/mem']));
    expect(record).toMatchObject({ outcome: 'failed', copies: [] });
  });
});

describe('a size that is not what it used to be', () => {
  it('warns and holds retention', async () => {
    await lab.run(lab.filesSpec([source]));
    rmSync(path.join(source, 'unggahan'), { recursive: true });
    const { record } = await lab.run(lab.filesSpec([source]));
    expect(record).toMatchObject({
      outcome: 'warned',
      warnings: [{ code: 'SIZE_FEWER_FILES' }],
      copies: [{ anomalies: [{ kind: 'fewer-files', files: 1, usualFiles: 31 }] }],
    });
  });

  it('control: the same size does not', async () => {
    await lab.run(lab.filesSpec([source]));
    expect((await lab.run(lab.filesSpec([source]))).record).toMatchObject({
      outcome: 'succeeded',
      copies: [{ anomalies: [] }],
    });
  });

  it('is judged by copies of the same asset alone', async () => {
    await lab.run(lab.filesSpec([source]));
    rmSync(path.join(source, 'unggahan'), { recursive: true });
    const other = await lab.run({ ...lab.filesSpec([source]), asset: 'asset-other' });
    expect(other.record).toMatchObject({ outcome: 'succeeded' });
  });
});

describe('a copy that is damaged', () => {
  it('right after it was made makes the run fail, and is named', async () => {
    const { record } = await lab.run(lab.filesSpec([source]), {
      onEvent: (event) => {
        // Between storing and looking: a disk that writes something else.
        if (event.kind === 'step' && event.step === 'verify') truncateSync(largestPack(), 10);
      },
    });
    expect(record).toMatchObject({
      outcome: 'failed',
      reason: 'COPY_DAMAGED',
      copies: [{ verification: { verdict: 'damaged' } }],
      result: { kind: 'backupFiles' },
    });
  });

  it('in bytes that nobody but a reader sees', async () => {
    const { record } = await lab.run(lab.filesSpec([source]), {
      onEvent: (event) => {
        if (event.kind !== 'step' || event.step !== 'verify') return;
        const pack = largestPack();
        const bytes = readFileSync(pack);
        bytes[100] = (bytes[100] ?? 0) ^ 1;
        chmodSync(pack, 0o600);
        writeFileSync(pack, bytes);
      },
    });
    expect(record).toMatchObject({ outcome: 'failed', reason: 'COPY_DAMAGED' });
  });

  it('is not looked at where a later job does that', async () => {
    const { record } = await lab.run(lab.filesSpec([source], { verify: 'later' }));
    expect(record).toMatchObject({ outcome: 'succeeded' });
    expect(record.copies[0]).not.toHaveProperty('verification');
  });
});

describe('a repository', () => {
  it('that is not the one that was registered is refused', async () => {
    const place = { ...lab.place, repositoryId: '0'.repeat(64) };
    const { record } = await lab.run({ ...lab.filesSpec([source]), repository: place });
    expect(record).toMatchObject({ outcome: 'failed', reason: 'REPOSITORY_UNEXPECTED' });
    expect(await lab.snapshots()).toEqual([]);
  });

  it('that is not there is not made', async () => {
    const address = lab.path('lain');
    const { record } = await lab.run({ ...lab.filesSpec([source]), repository: { ...lab.place, address } });
    expect(record).toMatchObject({ outcome: 'failed', reason: 'REPOSITORY_MISSING' });
    expect(existsSync(address)).toBe(false);
  });

  it('with another password fails, and nothing of the password is told', async () => {
    lab.secrets.set('repository', 'salah-sekali-9981');
    const { record, events } = await lab.run(lab.filesSpec([source]));
    expect(record).toMatchObject({ outcome: 'failed', reason: 'PASSWORD_WRONG' });
    expect(JSON.stringify([record, events])).not.toContain('salah-sekali-9981');
  });

  it('whose password nobody knows fails', async () => {
    lab.secrets.clear();
    expect((await lab.run(lab.filesSpec([source]))).record).toMatchObject({
      outcome: 'failed',
      reason: 'SECRET_MISSING',
    });
  });

  it('that somebody else holds is waited for', async () => {
    const repository = await lab.open();
    const lock = await lockRepository(repository, { kind: 'exclusive' });
    const { record, events } = await lab.run(lab.filesSpec([source]), {
      onEvent: (event) => {
        if (event.kind === 'waiting') void lock.release();
      },
    });
    expect(record).toMatchObject({ outcome: 'succeeded' });
    expect(events).toContainEqual(expect.objectContaining({ kind: 'waiting', reason: 'repository-locked' }));
  });

  it('that somebody holds all the time fails for a passing reason', async () => {
    await using _lock = await lockRepository(await lab.open(), { kind: 'exclusive' });
    const { record } = await lab.run(lab.filesSpec([source], { limits: { freeBytesMin: 0, lockWaitMs: 0 } }));
    expect(record).toMatchObject({ outcome: 'failed', reason: 'REPOSITORY_BUSY', error: { kind: 'transient' } });
  });

  it('that a dead process held is freed', async () => {
    await lockRepository(await lab.open({ identity: { ...LAB_IDENTITY, pid: 2 ** 30 } }), { kind: 'exclusive' });
    expect(readdirSync(path.join(lab.address, 'locks'))).toHaveLength(1);
    const { record } = await lab.run(lab.filesSpec([source], { limits: { freeBytesMin: 0, lockWaitMs: 0 } }));
    expect(record).toMatchObject({ outcome: 'succeeded' });
    expect(readdirSync(path.join(lab.address, 'locks'))).toEqual([]);
  });

  it('with too little space is not filled', async () => {
    const { record } = await lab.run(lab.filesSpec([source], { limits: { freeBytesMin: Number.MAX_SAFE_INTEGER } }));
    expect(record).toMatchObject({ outcome: 'failed', reason: 'DESTINATION_SPACE_SHORT' });
    expect(await lab.snapshots()).toEqual([]);
  });
});

describe('a run that is told to end', () => {
  it('is cancelled, leaves no snapshot and no lock', async () => {
    const stop = new AbortController();
    const { record } = await lab.run(
      lab.filesSpec([source]),
      {
        onEvent: (event) => {
          if (event.kind === 'reading') stop.abort();
        },
      },
      stop.signal,
    );
    expect(record).toMatchObject({ outcome: 'cancelled', reason: 'RUN_CANCELLED', copies: [] });
    expect(readdirSync(path.join(lab.address, 'locks'))).toEqual([]);
    expect(await lab.snapshots()).toEqual([]);
  });

  it('says why, in the words of whoever ended it', async () => {
    const reasons = [
      ['RUN_STALLED', 'stalled'],
      ['RUN_TIME_LIMIT', 'failed'],
      ['RUN_SHUTDOWN', 'cancelled'],
    ] as const;
    for (const [code, outcome] of reasons) {
      const signal = AbortSignal.abort(new LumbungError(code, { kind: 'transient' }));
      expect((await lab.run(lab.filesSpec([source]), {}, signal)).record).toMatchObject({ outcome, reason: code });
    }
  });

  it('keeps the copy that was stored before', async () => {
    const stop = new AbortController();
    const { record } = await lab.run(
      lab.filesSpec([source]),
      {
        onEvent: (event) => {
          if (event.kind === 'stored') stop.abort();
        },
      },
      stop.signal,
    );
    expect(record).toMatchObject({ outcome: 'cancelled', copies: [{ content: 'files' }] });
    expect(await lab.snapshots()).toHaveLength(1);
  });
});

it('a password that is also the name of a path stays in the name, and in no sentence', async () => {
  const named = lab.path(LAB_PASSWORD);
  const missing = await lab.run(lab.filesSpec([named]));
  expect(missing.record).toMatchObject({ outcome: 'failed', reason: 'SOURCE_MISSING' });
  lab.write(`${LAB_PASSWORD}/a.txt`, 'a');
  const { record } = await lab.run(lab.filesSpec([named]));
  expect(record.copies[0]?.paths).toEqual([named]);
  expect(record.checks.map(({ message }) => message).join()).not.toContain('never');
});
