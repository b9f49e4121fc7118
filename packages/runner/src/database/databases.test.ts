import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MemBackend } from '@lumbung/backend/mem';
import { initRepository, loadSnapshots, REPOSITORY_LAYOUT, type Repository } from '@lumbung/engine';
import { isProcessAlive, systemClock, systemRandom } from '@lumbung/stdx/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  BEFORE_SWAP_TAG,
  backupDatabases,
  type DatabaseBackupEvent,
  type DatabaseBackupOptions,
  type DatabaseControl,
  type DumpOutcome,
  drillDatabase,
  driverOf,
  type Finding,
  findDump,
  parseAssertion,
  parseDatabaseUrl,
  planDatabaseRestore,
  renderDump,
  type StoredDump,
  swapDatabase,
  verifyDump,
} from '../databases.ts';

// SQLite is the engine that every machine has: what is tested here is the joint, the same for all of them.

let folder: string;
let backend: MemBackend;
let repository: Repository;
let live: string;
const sqlite = driverOf('sqlite');

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'lumbung-runner-db-'));
  backend = new MemBackend({ layout: REPOSITORY_LAYOUT });
  repository = await initRepository(backend, {
    password: Buffer.from('x'),
    kdf: { n: 1024, r: 8, p: 1, salt: Buffer.alloc(64, 7) },
    ports: {
      clock: systemClock,
      random: systemRandom,
      identity: { hostname: 'lab', username: 'tester', uid: 1, gid: 1, pid: 1 },
      isProcessAlive,
    },
  });
  live = path.join(folder, 'situs.db');
  fill(live, 500);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function fill(file: string, rows: number): void {
  const database = new DatabaseSync(file);
  database.exec('create table if not exists surat (id integer primary key, perihal text)');
  const insert = database.prepare('insert into surat (perihal) values (?)');
  database.exec('begin');
  for (let row = 0; row < rows; row += 1) insert.run(`perihal ${row} ${'x'.repeat(80)}`);
  database.exec('commit');
  database.close();
}

function control<Event>(
  onEvent: (event: Event) => void = () => undefined,
  signal?: AbortSignal,
): DatabaseControl<Event> {
  return {
    signal: signal ?? new AbortController().signal,
    clock: systemClock,
    random: systemRandom,
    progress: () => undefined,
    note: () => undefined,
    stallMs: 60_000,
    hardMs: 600_000,
    onEvent,
  };
}

function targetOf(file: string) {
  return parseDatabaseUrl(`sqlite:${file}`, { workingFolder: folder });
}

function optionsOf(file: string, more: Partial<DatabaseBackupOptions> = {}): DatabaseBackupOptions {
  return {
    target: targetOf(file),
    server: 'situs',
    databases: 'all',
    dump: { parallel: 1, excludeData: [], untransactional: 'refuse' },
    snapshot: { hostname: 'lab' },
    workFolder: folder,
    retryAfterMs: 0,
    ...more,
  };
}

async function backUp(file = live, more: Partial<DatabaseBackupOptions> = {}): Promise<DumpOutcome> {
  const [outcome, ...others] = await backupDatabases(repository, sqlite, optionsOf(file, more), control());
  expect(others).toEqual([]);
  if (outcome === undefined) throw new Error('nothing was backed up');
  return outcome;
}

async function latest(): Promise<StoredDump> {
  return await findDump(repository, 'latest', {});
}

async function findings(dump: StoredDump): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const finding of verifyDump(repository, sqlite, dump, control())) found.push(finding);
  return found;
}

describe('a database backup', () => {
  it('is a snapshot with its manifest, under engine, server and database, tagged as a dump', async () => {
    const outcome = await backUp();
    expect(outcome).toMatchObject({ kind: 'succeeded', manifest: { tables: [{ name: 'surat', rows: 500 }] } });
    const [snapshot] = await loadSnapshots(repository);
    expect(snapshot?.tags).toEqual(['db']);
    expect(snapshot?.paths[0]).toMatch(/^\/sqlite\/situs\/.*situs%2Edb$/);
    expect(await findings(await latest())).toEqual([]);
  });

  it('leaves nothing in the work folder, whether it succeeds or fails', async () => {
    await backUp();
    await backUp(path.join(folder, 'missing.db'));
    expect(readdirSync(folder)).toEqual(['situs.db']);
  });

  it('has no snapshot when the database is not there, and makes none', async () => {
    const missing = path.join(folder, 'missing.db');
    expect(await backUp(missing)).toMatchObject({ kind: 'failed', attempts: 1 });
    expect(await loadSnapshots(repository)).toEqual([]);
    expect(existsSync(missing)).toBe(false);
  });

  it('has no snapshot when the database is damaged', async () => {
    const bytes = readFileSync(live);
    bytes.fill(0xff, 4096, 12_288);
    writeFileSync(live, bytes);
    expect(await backUp()).toMatchObject({ kind: 'failed' });
    expect(await loadSnapshots(repository)).toEqual([]);
  });

  it('of several goes on where one fails, and says of each what became of it', async () => {
    const events: string[] = [];
    const outcomes = await backupDatabases(
      repository,
      sqlite,
      optionsOf(live, { databases: [path.join(folder, 'missing.db'), live] }),
      control<DatabaseBackupEvent>((event) => {
        if (event.kind !== 'stored') events.push(event.kind);
      }),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(['failed', 'succeeded']);
    expect(events).toEqual(['begin', 'end', 'begin', 'end']);
    expect(await loadSnapshots(repository)).toHaveLength(1);
  });

  it('warns when a table that had rows is empty, and the snapshot is there all the same', async () => {
    await backUp();
    const database = new DatabaseSync(live);
    database.exec('delete from surat');
    database.close();
    expect(await backUp()).toMatchObject({
      kind: 'warned',
      anomalies: [{ kind: 'table-emptied', table: 'surat', usualRows: 500 }],
    });
    expect(await loadSnapshots(repository)).toHaveLength(2);
  });

  it('of an unchanged database stores next to nothing', async () => {
    await backUp();
    const again = await backUp();
    expect(again.kind === 'failed' ? -1 : again.summary.dataAdded).toBeLessThan(10_000);
  });

  it('in a dry run proves the dump and writes nothing', async () => {
    expect(await backUp(live, { snapshot: { dryRun: true } })).toMatchObject({
      kind: 'succeeded',
      snapshotId: undefined,
    });
    expect(await loadSnapshots(repository)).toEqual([]);
  });

  it('ends with the reason when it is cancelled, without a snapshot', async () => {
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    const backup = backupDatabases(repository, sqlite, optionsOf(live), control(undefined, stop.signal));
    await expect(backup).rejects.toThrow('enough');
    expect(await loadSnapshots(repository)).toEqual([]);
  });
});

describe('a stored dump', () => {
  it('is found by its snapshot, or as the newest of its database', async () => {
    const other = path.join(folder, 'lain.db');
    fill(other, 3);
    await backUp();
    await backUp(other);
    await expect(latest()).rejects.toMatchObject({ code: 'DB_DUMP_AMBIGUOUS' });
    const dump = await findDump(repository, 'latest', { database: other });
    expect(dump.folder).toContain('lain');
    expect(await findDump(repository, dump.snapshot.id.slice(0, 12), {})).toEqual(dump);
    await expect(findDump(repository, 'latest', { database: 'nobody' })).rejects.toMatchObject({
      code: 'DB_DUMP_MISSING',
    });
  });

  it('restores aside, under a name that is not taken, and is compared value by value', async () => {
    await backUp();
    const restored = path.join(folder, 'pulih.db');
    const { plan, execute } = await planRestore(restored);
    expect(plan.checks.filter(({ result }) => result === 'fail')).toEqual([]);
    expect(existsSync(restored)).toBe(false);
    expect(await execute()).toMatchObject({ findings: [], tables: [{ table: 'surat', rows: 500 }] });
    expect(countIn(restored)).toBe(500);
  });

  it('never overwrites: a name that is taken is refused before anything is done', async () => {
    await backUp();
    const before = readFileSync(live);
    const { execute } = await planRestore(live);
    await expect(execute()).rejects.toMatchObject({ code: 'DB_RESTORE_REFUSED' });
    expect(readFileSync(live).equals(before)).toBe(true);
  });

  it('is rendered as one ordinary file', async () => {
    await backUp();
    const file = await renderDump(repository, sqlite, await latest(), control());
    const chunks: Buffer[] = [];
    for await (const chunk of await file.open()) chunks.push(Buffer.from(chunk));
    const place = path.join(folder, file.name);
    writeFileSync(place, Buffer.concat(chunks));
    expect(countIn(place)).toBe(500);
  });

  it('steps into the place of the live one, which is backed up before and kept', async () => {
    await backUp();
    const restored = path.join(folder, 'pulih.db');
    await (await planRestore(restored)).execute();
    fill(live, 7);
    const keepAs = path.join(folder, 'lama.db');
    const plan = { live, restored, keepAs };
    const { safety, report } = await swapDatabase(
      repository,
      sqlite,
      { ...optionsOf(live), plan, safety: 'backup' },
      control(),
    );
    expect([countIn(live), countIn(keepAs)]).toEqual([500, 507]);
    expect(report).toMatchObject({ live, keptAs: keepAs });
    expect(safety?.manifest.tables).toMatchObject([{ rows: 507 }]);
    const { snapshot } = await findDump(repository, safety?.snapshotId ?? '', {});
    expect(snapshot.tags).toEqual(['db', BEFORE_SWAP_TAG]);
  });

  it('does not take the place of a live one that cannot be backed up, unless that is said', async () => {
    await backUp();
    const restored = path.join(folder, 'pulih.db');
    await (await planRestore(restored)).execute();
    const damaged = readFileSync(live).fill(0xff, 4096, 12_288);
    writeFileSync(live, damaged);
    const options = { ...optionsOf(live), plan: { live, restored, keepAs: path.join(folder, 'lama.db') } };
    await expect(swapDatabase(repository, sqlite, { ...options, safety: 'backup' }, control())).rejects.toMatchObject({
      code: 'DB_SWAP_WITHOUT_BACKUP',
    });
    expect(readFileSync(live).equals(damaged)).toBe(true);
    const { safety } = await swapDatabase(repository, sqlite, { ...options, safety: 'none' }, control());
    expect([safety, countIn(live)]).toEqual([undefined, 500]);
  });

  it('passes a drill, which leaves nothing behind', async () => {
    await backUp();
    const result = await drillDatabase(repository, sqlite, await latest(), drillOptions(), control());
    expect(result).toMatchObject({ kind: 'passed', report: { findings: [] } });
    expect(result.phases.map(({ phase }) => phase)).toEqual(['open', 'scratch', 'plan', 'restore', 'verify', 'clean']);
    expect(readdirSync(folder)).toEqual(['situs.db']);
  });

  it('passes a drill only when what a person asserts holds too', async () => {
    await backUp();
    const drill = async (...texts: string[]) =>
      await drillDatabase(
        repository,
        sqlite,
        await latest(),
        { ...drillOptions(), assertions: texts.map(parseAssertion) },
        control(),
      );
    const question = 'select count(*) from surat';
    expect(await drill(`${question} => 500`, `select max(id) = 500 from surat`)).toMatchObject({
      kind: 'passed',
      assertions: [
        { holds: true, answer: '500' },
        { holds: true, answer: '1' },
      ],
    });
    expect(await drill(`${question} => 501`, `${question} => 500`)).toMatchObject({
      kind: 'failed',
      findings: [],
      assertions: [
        { holds: false, answer: '500' },
        { holds: true, answer: '500' },
      ],
    });
    for (const wrong of [
      'select 0',
      'select null',
      'select 1, 1',
      'select 1 from surat',
      'nonsense',
      'delete from surat',
    ]) {
      expect(await drill(wrong), wrong).toMatchObject({ kind: 'failed', assertions: [{ holds: false }] });
    }
    expect(await drill('select 1, 1')).toMatchObject({
      assertions: [{ problem: { code: 'answer-of-many', params: { rows: 1, columns: 2 } } }],
    });
    expect(await drill('nonsense')).toMatchObject({
      assertions: [{ problem: { code: 'question-refused' } }],
    });
    expect(() => parseAssertion(' => 5')).toThrow(expect.objectContaining({ code: 'DB_ASSERTION_INVALID' }));
  });

  it('that is damaged fails verification and the drill, as a result and not as an accident', async () => {
    await backUp();
    const dump = await latest();
    // Every data pack: whatever is read of the content comes from one of them.
    for (const [name, bytes] of backend.files()) {
      if (name.startsWith('data/')) bytes.fill(0, 100, 200);
    }
    expect((await findings(dump).catch((error: unknown) => [error])).length).toBeGreaterThan(0);
    const result = await drillDatabase(repository, sqlite, dump, drillOptions(), control()).catch(
      (error: unknown) => error,
    );
    // The manifest itself may lie in the damaged pack: then there is nothing that could be drilled.
    expect(result).toMatchObject(result instanceof Error ? { kind: 'corruption' } : { kind: 'failed' });
  });
});

function drillOptions() {
  return { workFolder: folder, parallel: 1 };
}

async function planRestore(database: string) {
  return await planDatabaseRestore(
    repository,
    sqlite,
    await latest(),
    {
      target: targetOf(database),
      restore: { database, ownership: { kind: 'keep' }, verify: 'values', parallel: 1 },
      workFolder: folder,
    },
    control(),
  );
}

function countIn(file: string): unknown {
  chmodSync(file, 0o600);
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare('select count(*) as n from surat').get()?.['n'];
  } finally {
    database.close();
  }
}
