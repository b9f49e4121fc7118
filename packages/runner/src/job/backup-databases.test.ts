import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { DatabaseServerPlace } from '@lumbung/contracts';
import {
  haveServer,
  startChaosProxy,
  startMariadb,
  startPostgres,
  TEST_PASSWORD,
  type TestServer,
} from '@lumbung/sources/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JobLab } from './testing/job-lab.ts';

let lab: JobLab;

beforeEach(async () => {
  lab = new JobLab();
  await lab.makeRepository();
  lab.secrets.set('database', TEST_PASSWORD);
});

afterEach(() => {
  lab[Symbol.dispose]();
});

function sqlite(file: string): DatabaseServerPlace {
  return { url: `sqlite:${file}`, name: 'situs' };
}

function fill(file: string, rows: number): string {
  const database = new DatabaseSync(file);
  database.exec('create table if not exists surat (id integer primary key, perihal text)');
  database.exec('delete from surat');
  const insert = database.prepare('insert into surat (perihal) values (?)');
  database.exec('begin');
  for (let row = 0; row < rows; row += 1) insert.run(`perihal ${row}`);
  database.exec('commit');
  database.close();
  return file;
}

describe('a database of SQLite', () => {
  it('is a verified copy with rows, digest of its manifest and its tags', async () => {
    const file = fill(lab.path('app.db'), 300);
    const { record, events } = await lab.run(
      lab.databasesSpec(sqlite(file), {
        selection: 'named',
        items: [{ kind: 'database', database: file, asset: 'db-1' as never }],
      }),
    );
    expect(record).toMatchObject({
      outcome: 'succeeded',
      copies: [
        {
          content: 'database',
          engine: 'sqlite',
          server: 'situs',
          asset: 'db-1',
          tables: 1,
          rows: 300,
          manifestSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
          verification: { verdict: 'verified', level: 'complete', findingCount: 0 },
        },
      ],
      totals: { rows: 300 },
      result: { kind: 'backupDatabases', failedParts: [] },
    });
    expect(record.steps.map(({ step }) => step)).toEqual(['open', 'lock', 'preflight', 'dump', 'verify']);
    expect((await lab.snapshots())[0]?.tags).toEqual([
      'db',
      'lumbung',
      `run=${record.runId}`,
      'asset=db-1',
      'app=situs',
    ]);
    expect(events.filter(({ kind }) => kind === 'stored')).toHaveLength(2);
    expect(readdirSync(lab.workFolder)).toEqual([]);
  });

  it('that is missing has no copy, and the other one of the run has', async () => {
    const file = fill(lab.path('app.db'), 3);
    const missing = lab.path('hilang.db');
    const { record } = await lab.run(
      lab.databasesSpec(sqlite(file), {
        selection: 'named',
        items: [
          { kind: 'database', database: missing, asset: 'db-gone' as never },
          { kind: 'database', database: file, asset: 'db-1' as never },
        ],
      }),
    );
    expect(record).toMatchObject({
      outcome: 'failed',
      copies: [{ asset: 'db-1', rows: 3, verification: { verdict: 'verified' } }],
      result: { failedParts: [{ content: 'database', database: missing, asset: 'db-gone', attempts: 1 }] },
    });
    expect(record.outcome === 'failed' && record.reason).toBe(
      record.result?.kind === 'backupDatabases' && record.result.failedParts[0]?.error.code,
    );
  });

  it('that is damaged has none', async () => {
    const file = fill(lab.path('app.db'), 3000);
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4096, 12_288);
    writeFileSync(file, bytes);
    const { record } = await lab.run(lab.databasesSpec(sqlite(file)));
    expect(record).toMatchObject({ outcome: 'failed', copies: [], error: { kind: expect.any(String) as string } });
    expect(await lab.snapshots()).toEqual([]);
  });

  it('whose rows are gone is stored, and holds retention', async () => {
    const file = fill(lab.path('app.db'), 500);
    await lab.run(lab.databasesSpec(sqlite(file)));
    fill(file, 0);
    const { record } = await lab.run(lab.databasesSpec(sqlite(file)));
    expect(record).toMatchObject({
      outcome: 'warned',
      warnings: [{ code: 'SIZE_TABLE_EMPTIED', item: 'surat' }],
      copies: [{ anomalies: [{ kind: 'table-emptied', rows: 0, usualRows: 500 }] }],
    });
  });

  it('of a run that was told twice is made once', async () => {
    const file = fill(lab.path('app.db'), 30);
    const spec = { ...lab.databasesSpec(sqlite(file)), runId: 'run-twice' };
    const first = await lab.run(spec);
    const second = await lab.run(spec);
    expect(second.record).toMatchObject({
      outcome: 'succeeded',
      copies: [{ origin: 'adopted', snapshotId: first.record.copies[0]?.snapshotId, rows: 30 }],
    });
    expect(second.record.readStartedAt).toBe(second.record.copies[0]?.takenAt);
    expect(await lab.snapshots()).toHaveLength(1);
  });

  it('that was damaged on its way to the disk fails the run', async () => {
    const file = fill(lab.path('app.db'), 3000);
    const { record } = await lab.run(lab.databasesSpec(sqlite(file)), {
      onEvent: (event) => {
        if (event.kind !== 'step' || event.step !== 'verify') return;
        const data = path.join(lab.address, 'data');
        for (const name of readdirSync(data, { recursive: true, encoding: 'utf8' })) {
          if (/[0-9a-f]{64}$/.test(name)) truncateSync(path.join(data, name), 20);
        }
      },
    });
    expect(record).toMatchObject({
      outcome: 'failed',
      reason: 'COPY_DAMAGED',
      copies: [{ verification: { verdict: 'damaged' } }],
    });
  });

  it('with a password in its address is refused, and the address is not shown', async () => {
    const server = { url: 'postgresql://cadangan:rahasia-77@localhost/app', name: 'pusat' };
    const { record } = await lab.run(lab.databasesSpec(server));
    expect(record).toMatchObject({ outcome: 'failed', reason: 'JOB_URL_WITH_PASSWORD' });
    expect(JSON.stringify(record)).not.toContain('rahasia-77');
  });
});

const ENGINES = [
  { engine: 'postgresql', program: 'postgres', start: startPostgres },
  { engine: 'mariadb', program: 'mariadb', start: startMariadb },
] as const;

describe.each(ENGINES.filter(({ program }) => haveServer(program)))('$engine', ({ engine, start }) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await start({ tcp: true });
    await server.client('CREATE DATABASE museum');
    const rows =
      engine === 'mariadb'
        ? 'SELECT seq, REPEAT(seq, 20) FROM seq_1_to_3000'
        : 'SELECT g, repeat(g::text, 20) FROM generate_series(1, 3000) g';
    await server.client(`CREATE TABLE surat (id int PRIMARY KEY, isi text); INSERT INTO surat ${rows};`, 'museum');
    await server.client('CREATE DATABASE "kecil; drop"'.replaceAll('"', engine === 'mariadb' ? '`' : '"'));
  });

  afterAll(async () => {
    await server.stop();
  });

  function place(port = server.port): DatabaseServerPlace {
    const user = engine === 'mariadb' ? 'root' : 'postgres';
    return { url: `${engine}://${user}@127.0.0.1:${port}/`, password: { secret: 'database' }, name: 'pusat' };
  }

  it('is backed up whole, with what belongs to the server, and each copy is verified', async () => {
    const { record, events } = await lab.run(
      lab.databasesSpec(place(), { items: [{ kind: 'database', database: 'museum', asset: 'db-museum' as never }] }),
    );
    expect({ outcome: record.outcome, failed: record.result }).toMatchObject({
      outcome: expect.stringMatching(/^(?:succeeded|warned)$/) as string,
      failed: { failedParts: [] },
    });
    expect(record.copies.map(({ content, database }) => database ?? content)).toEqual(
      expect.arrayContaining(['server', 'museum', 'kecil; drop']),
    );
    expect(record.copies.every(({ verification }) => verification?.verdict === 'verified')).toBe(true);
    expect(record.copies.find(({ database }) => database === 'museum')?.asset).toBe('db-museum');
    // A database that nobody registered is stored all the same.
    expect(record.copies.find(({ database }) => database === 'kecil; drop')).not.toHaveProperty('asset');
    expect(JSON.stringify([record, events])).not.toContain(TEST_PASSWORD);
    expect(readdirSync(lab.workFolder)).toEqual([]);
  });

  it('has the copies of the others where one does not exist', async () => {
    const items = ['museum', 'tidak ada'].map((database) => ({ kind: 'database', database }));
    const { record } = await lab.run({ ...lab.databasesSpec(place()), selection: 'named', items });
    expect(record).toMatchObject({
      outcome: 'failed',
      copies: [{ database: 'museum' }],
      result: { failedParts: [{ database: 'tidak ada' }] },
    });
  });

  it('has no copy when the line is cut in the middle, twice', async () => {
    await using proxy = await startChaosProxy({ host: '127.0.0.1', port: server.port }, { cutAfterBytes: 20_000 });
    const items = [{ kind: 'database', database: 'museum' }];
    const { record, events } = await lab.run({ ...lab.databasesSpec(place(proxy.port)), selection: 'named', items });
    expect(record).toMatchObject({ outcome: 'failed', copies: [] });
    expect(events.filter(({ kind }) => kind === 'waiting').length).toBeLessThanOrEqual(1);
    expect(await lab.snapshots()).toEqual([]);
    expect(readdirSync(lab.workFolder)).toEqual([]);
  });

  it('is given up when it hangs for ever', async () => {
    await using proxy = await startChaosProxy({ host: '127.0.0.1', port: server.port }, { stallAfterBytes: 20_000 });
    const items = [{ kind: 'database', database: 'museum' }];
    const limits = { freeBytesMin: 0, retryAfterMs: 0, hardMs: 2_000 };
    const { record } = await lab.run({ ...lab.databasesSpec(place(proxy.port)), selection: 'named', items, limits });
    expect(record).toMatchObject({ outcome: 'failed', error: { kind: 'transient' }, copies: [] });
  });

  it('ends at once when the run is cancelled while it hangs', async () => {
    await using proxy = await startChaosProxy({ host: '127.0.0.1', port: server.port }, { stallAfterBytes: 20_000 });
    const items = [{ kind: 'database', database: 'museum' }];
    const stop = new AbortController();
    const running = lab.run(
      { ...lab.databasesSpec(place(proxy.port)), selection: 'named', items },
      { onEvent: (event) => event.kind === 'reading' && setTimeout(() => stop.abort(), 300) },
      stop.signal,
    );
    expect((await running).record).toMatchObject({ outcome: 'cancelled', copies: [] });
    expect(readdirSync(lab.workFolder)).toEqual([]);
    expect(readdirSync(path.join(lab.address, 'locks'))).toEqual([]);
  });

  it('with a wrong password says so, without the password', async () => {
    lab.secrets.set('database', 'bukan-kata-sandinya');
    const { record } = await lab.run(lab.databasesSpec(place()));
    expect(record).toMatchObject({ outcome: 'failed', copies: [] });
    expect(JSON.stringify(record)).not.toContain('bukan-kata-sandinya');
  });

  it('answers a preflight with its version, its databases and what is missing', async () => {
    const source = { kind: 'databases', subject: 'pusat', server: place(), databases: ['museum', 'tidak ada'] };
    const { record } = await lab.run({ kind: 'preflight', sources: [source], destinations: [] });
    expect(record).toMatchObject({
      outcome: 'failed',
      reason: 'DB_DATABASE_MISSING',
      result: { sources: [{ kind: 'databases', engine, databases: [{ name: 'museum' }] }] },
    });
    expect(record.checks).toContainEqual(expect.objectContaining({ id: 'server', result: 'pass', subject: 'pusat' }));
    const fine = await lab.run({
      kind: 'preflight',
      sources: [{ ...source, databases: ['museum'] }],
      destinations: [],
    });
    expect(fine.record.outcome).toMatch(/^(?:succeeded|warned)$/);
  });
});
