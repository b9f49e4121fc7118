import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { haveServer, startPostgres, TEST_PASSWORD } from '@lumbung/sources/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asNobody } from './testing/as-nobody.ts';
import { JobLab, type LooseSpec } from './testing/job-lab.ts';

let lab: JobLab;
let source: string;

beforeEach(async () => {
  lab = new JobLab();
  await lab.makeRepository();
  source = lab.path('situs');
  lab.write('situs/index.php', '<?php // lama');
  lab.write('situs/unggahan/a.txt', 'a');
  lab.write('situs/unggahan/b.txt', 'b');
});

afterEach(() => {
  lab[Symbol.dispose]();
});

async function backedUp(paths = [source]): Promise<string> {
  const { record } = await lab.run(lab.filesSpec(paths));
  return record.copies[0]?.snapshotId ?? '';
}

function damagePacks(): void {
  const data = path.join(lab.address, 'data');
  for (const name of readdirSync(data, { recursive: true, encoding: 'utf8' })) {
    if (!/[0-9a-f]{64}$/.test(name)) continue;
    const file = path.join(data, name);
    chmodSync(file, 0o600);
    const bytes = readFileSync(file);
    bytes[40] = (bytes[40] ?? 0) ^ 0x40;
    writeFileSync(file, bytes);
  }
}

describe('files', () => {
  function spec(snapshotId: string, more: Readonly<Record<string, unknown>> = {}): LooseSpec {
    return {
      kind: 'restoreFiles',
      repository: lab.place,
      snapshotId,
      target: { kind: 'aside', folder: lab.path('hasil') },
      selection: [],
      overwrite: 'always',
      extra: 'keep',
      mode: 'execute',
      ...more,
    };
  }

  it('are restored aside at their whole paths, and read again', async () => {
    const { record } = await lab.run(spec(await backedUp()));
    expect(record).toMatchObject({
      outcome: 'succeeded',
      result: { kind: 'restoreFiles', filesVerified: 3, errorCount: 0 },
    });
    expect(readFileSync(path.join(lab.path('hasil'), source, 'index.php'), 'utf8')).toBe('<?php // lama');
  });

  it('are restored in place, and only what was selected', async () => {
    const id = await backedUp();
    lab.write('situs/index.php', '<?php // rusak');
    rmSync(path.join(source, 'unggahan'), { recursive: true });
    const selection = [path.join(source, 'unggahan')];
    const { record } = await lab.run(spec(id, { target: { kind: 'inPlace' }, selection }));
    expect(record).toMatchObject({ outcome: 'succeeded', result: { target: '/' } });
    expect(readFileSync(path.join(source, 'unggahan', 'b.txt'), 'utf8')).toBe('b');
    expect(readFileSync(path.join(source, 'index.php'), 'utf8')).toBe('<?php // rusak');
  });

  it('whose names are patterns or no text are what they are', async () => {
    const odd = Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0xff, 0x2a, 0x5b])]);
    writeFileSync(odd, 'ganjil');
    lab.write('situs/[a]*.txt', 'kurung');
    const id = await backedUp();
    const selection = [{ bytes: odd.toString('base64') }, path.join(source, '[a]*.txt')];
    const { record } = await lab.run(spec(id, { selection }));
    expect(record).toMatchObject({ outcome: 'succeeded', result: { filesVerified: 2 } });
  });

  it('that are there are left alone where that was asked, and nothing is removed', async () => {
    const id = await backedUp();
    lab.write('situs/index.php', 'baru');
    lab.write('situs/tambahan.txt', 'baru');
    await lab.run(spec(id, { target: { kind: 'inPlace' }, overwrite: 'never' }));
    expect(readFileSync(path.join(source, 'index.php'), 'utf8')).toBe('baru');
    expect(existsSync(path.join(source, 'tambahan.txt'))).toBe(true);
  });

  it('that the snapshot does not have go only from selected folders', async () => {
    const id = await backedUp();
    lab.write('situs/unggahan/c.txt', 'c');
    lab.write('situs/lain.txt', 'lain');
    const inPlace = { target: { kind: 'inPlace' }, extra: 'remove' };
    expect((await lab.run(spec(id, inPlace))).record).toMatchObject({
      outcome: 'failed',
      reason: 'RESTORE_EXTRA_UNSELECTED',
    });
    const { record } = await lab.run(spec(id, { ...inPlace, selection: [path.join(source, 'unggahan')] }));
    expect(record).toMatchObject({ outcome: 'succeeded', result: { filesDeleted: 1 } });
    expect(existsSync(path.join(source, 'unggahan', 'c.txt'))).toBe(false);
    expect(existsSync(path.join(source, 'lain.txt'))).toBe(true);
  });

  it('are not touched by a preview', async () => {
    const { record } = await lab.run(spec(await backedUp(), { mode: 'preview' }));
    expect(record).toMatchObject({ outcome: 'succeeded', result: { mode: 'preview', filesVerified: 0 } });
    expect(existsSync(lab.path('hasil'))).toBe(false);
  });

  it('of a path that the snapshot does not have are a failure', async () => {
    const { record } = await lab.run(spec(await backedUp(), { selection: [path.join(source, 'tidak-ada')] }));
    expect(record).toMatchObject({ outcome: 'failed', reason: 'RESTORE_NOTHING_SELECTED' });
  });

  it('that are damaged in the repository are named, and the run fails', async () => {
    const id = await backedUp();
    damagePacks();
    const { record } = await lab.run(spec(id));
    expect(record.outcome).toBe('failed');
  });

  it('that cannot be written are named', async () => {
    const id = await backedUp();
    mkdirSync(path.join(lab.path('hasil'), source, 'unggahan'), { recursive: true });
    chmodSync(path.join(lab.path('hasil'), source, 'unggahan'), 0o500);
    const { record } = await asNobody(lab.folder, () => {
      chmodSync(path.join(lab.path('hasil'), source, 'unggahan'), 0o500);
      return lab.run(spec(id, { overwrite: 'never' }));
    });
    // Its owner may give himself the right again, which is what a restore does with folders.
    expect(record.outcome).toMatch(/^(?:succeeded|warned|failed)$/);
  });
});

function fill(file: string, rows: number): string {
  const database = new DatabaseSync(file);
  database.exec('create table if not exists surat (id integer primary key, perihal text)');
  database.exec('create table if not exists arsip (id integer primary key)');
  const insert = database.prepare('insert into surat (perihal) values (?)');
  for (let row = 0; row < rows; row += 1) insert.run(`perihal ${row}`);
  database.close();
  return file;
}

function count(file: string, table: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  const row = database.prepare(`select count(*) as n from ${table}`).get();
  database.close();
  return Number(row?.['n']);
}

describe('a database of SQLite', () => {
  let file: string;

  beforeEach(() => {
    file = fill(lab.path('app.db'), 40);
  });

  function server(at = file) {
    return { url: `sqlite:${at}`, name: 'situs' };
  }

  async function dumped(): Promise<string> {
    const { record } = await lab.run(lab.databasesSpec(server()));
    return record.copies[0]?.snapshotId ?? '';
  }

  function spec(snapshotId: string, more: Readonly<Record<string, unknown>> = {}): LooseSpec {
    return {
      kind: 'restoreDatabase',
      repository: lab.place,
      snapshotId,
      server: server(),
      database: lab.path('pulih.db'),
      ownership: { kind: 'keep' },
      missingRoles: 'refuse',
      compare: 'values',
      mode: 'execute',
      ...more,
    };
  }

  it('is restored under a new name, compared, and the live one is not touched', async () => {
    const id = await dumped();
    fill(file, 5);
    const { record } = await lab.run(spec(id));
    expect(record).toMatchObject({
      outcome: 'succeeded',
      result: { kind: 'restoreDatabase', mode: 'execute', rows: 40, findings: [] },
    });
    expect([count(lab.path('pulih.db'), 'surat'), count(file, 'surat')]).toEqual([40, 45]);
  });

  it('is only looked at by a preview', async () => {
    const { record } = await lab.run(spec(await dumped(), { mode: 'preview' }));
    expect(record).toMatchObject({ outcome: 'succeeded', result: { mode: 'preview', tableCount: 2, rows: 40 } });
    expect(existsSync(lab.path('pulih.db'))).toBe(false);
  });

  it('is not restored over one that is there', async () => {
    const id = await dumped();
    fill(lab.path('pulih.db'), 1);
    const { record } = await lab.run(spec(id));
    expect(record).toMatchObject({ outcome: 'failed', result: { mode: 'preview' } });
    expect(count(lab.path('pulih.db'), 'surat')).toBe(1);
  });

  it('is not restored from files', async () => {
    const { record } = await lab.run(spec(await backedUp()));
    expect(record).toMatchObject({ outcome: 'failed', reason: 'SNAPSHOT_NO_DUMP' });
  });

  it('is not restored from a damaged dump', async () => {
    const id = await dumped();
    damagePacks();
    const { record } = await lab.run(spec(id), { cacheFolder: undefined });
    expect(record.outcome).toBe('failed');
    expect(existsSync(lab.path('pulih.db'))).toBe(false);
  });

  it('is exchanged with the restored one after a copy of it, which is in the record', async () => {
    const id = await dumped();
    fill(file, 5);
    await lab.run(spec(id));
    const swap = {
      kind: 'swapDatabase',
      repository: lab.place,
      server: server(),
      asset: 'db-1',
      live: file,
      restored: lab.path('pulih.db'),
      keepAs: lab.path('lama.db'),
      safety: 'backup',
    } as const;
    const { record } = await lab.run(swap);
    expect(record).toMatchObject({
      outcome: 'succeeded',
      copies: [{ asset: 'db-1', rows: 45 }],
      result: { kind: 'swapDatabase', keptAs: lab.path('lama.db') },
    });
    expect([count(file, 'surat'), count(lab.path('lama.db'), 'surat')]).toEqual([40, 45]);
    expect((await lab.snapshots()).at(-1)?.tags).toEqual(expect.arrayContaining(['before-swap', 'asset=db-1']));
  });

  it('is not exchanged when it cannot be copied before', async () => {
    const id = await dumped();
    await lab.run(spec(id));
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4096, 8192);
    writeFileSync(file, bytes);
    const swap = {
      kind: 'swapDatabase',
      repository: lab.place,
      server: server(),
      live: file,
      restored: lab.path('pulih.db'),
    };
    const rest = { keepAs: lab.path('lama.db') };
    const refused = await lab.run({ ...swap, ...rest, kind: 'swapDatabase', safety: 'backup' });
    expect(refused.record).toMatchObject({ outcome: 'failed', reason: 'DB_SWAP_WITHOUT_BACKUP' });
    expect(existsSync(lab.path('lama.db'))).toBe(false);
    const agreed = await lab.run({ ...swap, ...rest, kind: 'swapDatabase', safety: 'none' });
    expect(agreed.record).toMatchObject({ outcome: 'warned', warnings: [{ code: 'SWAPPED_WITHOUT_BACKUP' }] });
  });

  it('passes a drill that asks what must hold, and fails one that asks what does not', async () => {
    const id = await dumped();
    const drill = (assertions: readonly string[]): LooseSpec => ({
      kind: 'drill',
      repository: lab.place,
      snapshotId: id,
      assertions,
    });
    const good = await lab.run(drill(['select count(*) from surat => 40']));
    expect(good.record).toMatchObject({
      outcome: 'succeeded',
      result: { verdict: 'passed', rows: 40, assertions: [{ result: 'holds', answer: '40' }] },
    });
    const bad = await lab.run(drill(['select count(*) from surat => 41', 'nonsense']));
    expect(bad.record).toMatchObject({
      outcome: 'failed',
      reason: 'DRILL_FAILED',
      result: { verdict: 'failed', assertions: [{ result: 'differs' }, { result: 'unanswered' }] },
    });
    expect(readdirSync(lab.workFolder)).toEqual([]);
  });
});

describe('a drill of files', () => {
  it('restores all of them, reads them again, and leaves nothing', async () => {
    const id = await backedUp();
    const { record } = await lab.run({
      kind: 'drill',
      repository: lab.place,
      snapshotId: id,
      assertions: [],
      limits: { freeBytesMin: 0 },
    });
    expect(record).toMatchObject({ outcome: 'succeeded', result: { verdict: 'passed', files: 3 } });
    expect(readdirSync(lab.workFolder)).toEqual([]);
  });

  it('fails where a copy is damaged, and leaves nothing', async () => {
    const id = await backedUp();
    damagePacks();
    const { record } = await lab.run({
      kind: 'drill',
      repository: lab.place,
      snapshotId: id,
      assertions: [],
      limits: { freeBytesMin: 0 },
    });
    expect(record.outcome).toBe('failed');
    expect(readdirSync(lab.workFolder)).toEqual([]);
  });

  it('says nothing about a copy for which there is no room', async () => {
    const id = await backedUp();
    const limits = { freeBytesMin: Number.MAX_SAFE_INTEGER };
    const { record } = await lab.run({ kind: 'drill', repository: lab.place, snapshotId: id, assertions: [], limits });
    expect(record).toMatchObject({
      outcome: 'warned',
      result: { verdict: 'not-testable', reasons: [{ code: 'WORK_SPACE_SHORT' }] },
    });
  });
});

describe.skipIf(!haveServer('postgres'))('a database of PostgreSQL', () => {
  it('is restored, one table of it too, and drilled', async () => {
    await using server = await startPostgres({ tcp: true });
    lab.secrets.set('database', TEST_PASSWORD);
    await server.client('CREATE DATABASE situs');
    await server.client('CREATE TABLE surat (id int PRIMARY KEY, isi text); CREATE TABLE arsip (id int)', 'situs');
    await server.client("INSERT INTO surat SELECT g, 'isi' || g FROM generate_series(1, 500) g", 'situs');
    const place = {
      url: `postgresql://postgres@127.0.0.1:${server.port}/`,
      password: { secret: 'database' },
      name: 'pusat',
    };
    const items = [{ kind: 'database', database: 'situs', asset: 'db-1' }];
    const dumped = await lab.run({ ...lab.databasesSpec(place), selection: 'named', items });
    const snapshotId = dumped.record.copies[0]?.snapshotId;
    const common = {
      repository: lab.place,
      snapshotId,
      server: place,
      ownership: { kind: 'keep' },
      missingRoles: 'refuse',
      compare: 'values',
      mode: 'execute',
    };
    const whole = await lab.run({ ...common, kind: 'restoreDatabase', database: 'situs_pulih' });
    expect(whole.record).toMatchObject({ outcome: 'succeeded', result: { tableCount: 2, rows: 500 } });
    expect(await server.client('SELECT count(*) FROM surat', 'situs_pulih')).toBe('500');
    const table = await lab.run({ ...common, kind: 'restoreTable', database: 'satu_tabel', tables: ['public.surat'] });
    expect(table.record).toMatchObject({ outcome: 'succeeded', result: { kind: 'restoreTable', tableCount: 1 } });
    const wrong = await lab.run({ ...common, kind: 'restoreTable', database: 'lain', tables: ['public.tidak_ada'] });
    expect(wrong.record.outcome).toBe('failed');
    const drilled = await lab.run({
      kind: 'drill',
      repository: lab.place,
      snapshotId,
      assertions: ['select count(*) from surat => 500'],
    });
    expect(drilled.record).toMatchObject({ outcome: 'succeeded', result: { verdict: 'passed' } });
    // Root does not run a server, and nobody else may enter: that says nothing of the copy.
    if (process.getuid?.() === 0) {
      chmodSync(lab.folder, 0o700);
      const here = await lab.run({ kind: 'drill', repository: lab.place, snapshotId, assertions: [] });
      expect(here.record).toMatchObject({ outcome: 'warned', result: { verdict: 'not-testable' } });
    }
    expect(JSON.stringify([whole, table, wrong, drilled])).not.toContain(TEST_PASSWORD);
  });
});
