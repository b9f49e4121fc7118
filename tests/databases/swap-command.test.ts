// What an office does after a mistake, through the command line as it is typed: back up, restore aside, look, exchange; and the
// other way round when the exchange was the mistake.
import { loadSnapshots } from '@lumbung/engine';
import { BEFORE_SWAP_TAG } from '@lumbung/runner/databases';
import { haveServer, startMariadb, startPostgres, startRedis, type TestServer } from '@lumbung/sources/testing';
import { describe, expect, it } from 'vitest';
import { type CommandOutcome, runCommandLine } from '../lab/command-line.ts';
import { makeDiskRepository, openOnDisk } from '../lab/disk-repository.ts';

const ROWS = 'SELECT count(*) FROM surat';

interface Case {
  readonly engine: 'postgresql' | 'mariadb';
  readonly binary: 'postgres' | 'mariadb';
  readonly start: () => Promise<TestServer>;
  /** An address of the server, or of a database there. */
  readonly url: (server: TestServer, database?: string) => string;
  readonly fill: readonly string[];
}

const CASES: readonly Case[] = [
  {
    engine: 'postgresql',
    binary: 'postgres',
    start: startPostgres,
    url: (server, database = '') =>
      `postgresql://postgres@/${database}?host=${server.socketFolder}&port=${server.port}`,
    fill: [
      'CREATE TABLE surat (id serial PRIMARY KEY, perihal text)',
      `INSERT INTO surat (perihal) SELECT 'perihal ' || g FROM generate_series(1, 500) g`,
      'CREATE VIEW masuk AS SELECT id FROM surat',
    ],
  },
  {
    engine: 'mariadb',
    binary: 'mariadb',
    start: startMariadb,
    url: (server, database = '') => `mariadb://root@/${database}?socket=${server.socketPath}`,
    fill: [
      'CREATE TABLE surat (id int AUTO_INCREMENT PRIMARY KEY, perihal text)',
      `INSERT INTO surat (perihal) SELECT CONCAT('perihal ', seq) FROM seq_1_to_500`,
      'CREATE VIEW masuk AS SELECT id FROM surat',
    ],
  },
];

async function newRepository() {
  const { folder } = await makeDiskRepository();
  const run = async (...args: readonly string[]) => await runCommandLine(folder, args);
  return { folder, run, snapshots: async () => await loadSnapshots(await openOnDisk(folder)) };
}

function succeeded({ exitCode, stdout, stderr }: CommandOutcome): string {
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return stdout;
}

for (const { engine, binary, start, url, fill } of CASES) {
  describe.skipIf(!haveServer(binary))(`an exchange of databases of ${engine}`, () => {
    it('puts the restored one in the place of the live one, which is backed up before and stays', async () => {
      await using server = await start();
      const { run, snapshots } = await newRepository();
      await server.client('CREATE DATABASE situs');
      for (const sql of fill) await server.client(sql, 'situs');
      succeeded(await run('db', 'backup', url(server, 'situs'), '--server', 'lab'));
      // The mistake, and work that somebody did after it.
      await server.client('DELETE FROM surat WHERE id > 100', 'situs');
      await server.client(`INSERT INTO surat (id, perihal) VALUES (1000, 'baru')`, 'situs');
      const restore = ['latest', '--database', 'situs', '--server', 'lab', '--as', 'situs_pulih'];
      expect(succeeded(await run('db', 'restore', url(server), ...restore))).toContain(
        'Every value is what was backed up.',
      );
      expect([await server.client(ROWS, 'situs'), await server.client(ROWS, 'situs_pulih')]).toEqual(['101', '500']);

      const swap = ['db', 'swap', url(server, 'situs'), 'situs_pulih', '--server', 'lab', '--keep-as', 'situs_lama'];
      const said = succeeded(await run(...swap));
      expect(said).toMatch(/^The live database was backed up: snapshot [0-9a-f]{8}\.$/m);
      expect(said).toMatch(/^situs is the restored database now; .* The one before is called situs_lama\.$/m);
      expect(await server.client(ROWS, 'situs')).toBe('500');
      expect(await server.client('SELECT count(*) FROM masuk', 'situs')).toBe('500');
      expect(
        await server.client(
          `SELECT count(*) FROM ${engine === 'mariadb' ? 'information_schema.SCHEMATA WHERE SCHEMA_NAME' : 'pg_database WHERE datname'} = 'situs_pulih'`,
        ),
      ).toBe('0');

      // What is said to be pasted is pasted.
      const statement = /^ {2}(ALTER DATABASE .*;)$/m.exec(said)?.[1];
      if (engine === 'postgresql') expect(statement).toBe('ALTER DATABASE "situs_lama" WITH ALLOW_CONNECTIONS true;');
      if (statement !== undefined) await server.client(statement);
      expect(await server.client(ROWS, 'situs_lama')).toBe('101');

      // The snapshot that was made before holds what was live: also the work after the mistake.
      const safety = (await snapshots()).filter(({ tags }) => tags.includes(BEFORE_SWAP_TAG));
      expect(safety).toHaveLength(1);
      succeeded(await run('db', 'restore', url(server), safety[0]?.id ?? '', '--as', 'sebelum'));
      expect(await server.client(`${ROWS} WHERE id = 1000`, 'sebelum')).toBe('1');
      expect(await server.client(ROWS, 'sebelum')).toBe('101');
    });

    it('changes nothing when the live one cannot be backed up, or a name is wrong', async () => {
      await using server = await start();
      const { folder, run, snapshots } = await newRepository();
      for (const database of ['situs', 'situs_pulih', 'lain']) await server.client(`CREATE DATABASE ${database}`);
      for (const sql of fill) await server.client(sql, 'situs');
      await server.client('CREATE TABLE surat (id int)', 'situs_pulih');
      const swap = ['db', 'swap', url(server, 'situs'), 'situs_pulih', '--keep-as'];
      const taken = await run(...swap, 'lain');
      expect(taken).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('the database lain exists') });
      const inIndonesian = await runCommandLine(folder, [...swap, 'lain'], { LUMBUNG_LANG: 'id' });
      expect(inIndonesian.stderr).toContain('basis data lain sudah ada');
      const absent = await run('db', 'swap', url(server, 'situs'), 'tidak_ada', '--keep-as', 'lama');
      expect(absent.exitCode).toBe(1);
      const broken = await run(...swap, 'lama', '--exclude-data', 'tidak.ada');
      expect(broken).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('could not be backed up') });
      expect(broken.stderr).toContain('tidak.ada');
      // A slip in a name is told before hours of a backup.
      expect(await snapshots()).toEqual([]);
      expect(await server.client(ROWS, 'situs')).toBe('500');
      expect(await server.client(ROWS, 'situs_pulih')).toBe('0');
    });
  });
}

describe.skipIf(!haveServer('redis'))('an exchange of numbered databases of Redis', () => {
  it('is made after a backup of the whole server, and can be made back', async () => {
    await using server = await startRedis();
    const { run, snapshots } = await newRepository();
    const url = (number = '') => `redis:///${number}?socket=${server.socketPath}`;
    await server.client('SET surat lama\nSET nomor 7\n');
    succeeded(await run('db', 'backup', url(), '--server', 'lab'));
    await server.client('SET surat baru\nDEL nomor\n');
    succeeded(await run('db', 'restore', url(), 'latest', '--database', 'instance', '--server', 'lab', '--as', '1'));
    const said = succeeded(await run('db', 'swap', url('0'), '1', '--server', 'lab'));
    expect(said).toMatch(/snapshot [0-9a-f]{8}/);
    expect(said).toContain('SELECT 1\n  FLUSHDB');
    expect((await server.client('GET surat\nGET nomor\n')).split('\n')).toEqual(['lama', '7']);
    expect((await snapshots()).filter(({ tags }) => tags.includes(BEFORE_SWAP_TAG))).toHaveLength(1);
    succeeded(await run('db', 'swap', url('0'), '1', '--server', 'lab'));
    expect(await server.client('GET surat\n')).toBe('baru');
  });
});
