// What the usual pipe, `dump | restic backup --stdin`, stores and calls a success although it is not the database. Each is a
// control beside our own backup of the same, which has no snapshot, or holds what the pipe has lost.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { loadSnapshots } from '@lumbung/engine';
import { TEST_PASSWORD } from '@lumbung/engine/testing';
import { driverOf, findDump, type Target, withPassword } from '@lumbung/runner/databases';
import { haveServer, loadBigTable, startChaosProxy, startMariadb, startPostgres } from '@lumbung/sources/testing';
import { describe, expect, it } from 'vitest';
import { makeDiskRepository, openOnDisk } from '../lab/disk-repository.ts';
import { anyPeer, type Peer } from '../lab/peers.ts';
import { scratchFolder } from '../lab/scratch.ts';
import { backUpDatabases, restoreAside } from './database-acts.ts';

const peer: Peer = anyPeer ?? { name: 'debian', version: '0.0.0', program: 'false' };

/** As a shell runs it from a crontab. Not synchronously: the network between the two runs in this process. */
async function pipeInto(
  repository: string,
  dump: string,
): Promise<{ readonly exitCode: number; readonly stored: string }> {
  const restic = `'${peer.program}' --no-cache --quiet`;
  const pipe = await shell(`${dump} | ${restic} backup --stdin --stdin-filename dump.sql`, repository);
  const { stdout } = await shell(`${restic} dump latest dump.sql`, repository);
  return { exitCode: pipe.exitCode, stored: stdout };
}

function shell(script: string, repository: string): Promise<{ readonly exitCode: number; readonly stdout: string }> {
  const env = { ...process.env, RESTIC_PASSWORD: String(TEST_PASSWORD), RESTIC_REPOSITORY: repository };
  const options = { env, maxBuffer: 2 ** 28, encoding: 'latin1' } as const;
  return new Promise((resolve) => {
    const child = execFile('sh', ['-c', script], options, (_error, stdout) => {
      resolve({ exitCode: child.exitCode ?? -1, stdout });
    });
  });
}

async function newRepository() {
  const { folder } = await makeDiskRepository();
  return { folder, open: () => openOnDisk(folder) };
}

describe.skipIf(anyPeer === undefined || !haveServer('mariadb'))('a pipe from mariadb-dump', () => {
  it('stores half a table when the connection is cut, and calls it a success; we store nothing', async () => {
    await using server = await startMariadb({ tcp: true });
    await server.client('create database situs');
    await loadBigTable(server, 'situs', { name: 'surat', rows: 50_000, rowBytes: 200 });
    await server.client("create user cadangan@'%' identified by 'rahasia'; grant all on *.* to cadangan@'%'");
    await using proxy = await startChaosProxy({ host: '127.0.0.1', port: server.port }, { cutAfterBytes: 3_000_000 });
    const pipe = await newRepository();
    const login = `MYSQL_PWD=rahasia mariadb-dump --no-defaults -h127.0.0.1 -P${proxy.port} -ucadangan`;
    const { exitCode, stored } = await pipeInto(pipe.folder, `${login} --single-transaction situs`);
    expect(exitCode).toBe(0);
    expect(stored).toContain('CREATE TABLE `surat`');
    expect(stored).not.toContain('Dump completed');

    const ours = await newRepository();
    const target = { ...server.tcpTarget(), address: { kind: 'tcp', host: '127.0.0.1', port: proxy.port } } as const;
    const outcomes = await backUpDatabases(await ours.open(), driverOf('mariadb'), target, ['situs']);
    expect(outcomes).toMatchObject([{ kind: 'failed' }]);
    expect(await loadSnapshots(await ours.open())).toEqual([]);
  });

  it('leaves procedures out when the account may not see them; we say which right is missing', async () => {
    await using server = await startMariadb({ tcp: true });
    await server.client(
      'create database situs; create table situs.a (id int primary key); insert into situs.a values (1)',
    );
    await server.client('create procedure situs.hitung() select 1');
    await server.client(
      "create user terbatas@'%' identified by 'rahasia'; grant select, show view, trigger, event, lock tables on situs.* to terbatas@'%'",
    );
    const pipe = await newRepository();
    const login = `MYSQL_PWD=rahasia mariadb-dump --no-defaults -h127.0.0.1 -P${server.port} -uterbatas`;
    const { exitCode, stored } = await pipeInto(pipe.folder, `${login} --single-transaction --routines --events situs`);
    expect(exitCode).toBe(0);
    expect(stored).toContain('Dump completed');
    expect(stored).not.toContain('hitung');

    const ours = await newRepository();
    const target = await limited(server.tcpTarget(), 'terbatas', 'rahasia');
    const outcomes = await backUpDatabases(await ours.open(), driverOf('mariadb'), target, ['situs']);
    expect(outcomes).toMatchObject([{ kind: 'failed', error: { code: 'DB_PRIVILEGE_MISSING' } }]);
    expect(await loadSnapshots(await ours.open())).toEqual([]);
  });

  it('rounds FLOAT values to six digits; ours come back as they were', async () => {
    await using server = await startMariadb();
    await server.client('create database situs; create table situs.ukur (id int primary key, nilai float)');
    await server.client('insert into situs.ukur values (1, 16777217), (2, 123456.789)');
    const exact = 'select group_concat(cast(nilai as double) order by id) from ukur';
    const before = await server.client(exact, 'situs');
    const pipe = await newRepository();
    const socket = `mariadb-dump --no-defaults -uroot -S '${server.socketPath}'`;
    const { exitCode, stored } = await pipeInto(pipe.folder, `${socket} --single-transaction situs`);
    expect(exitCode).toBe(0);
    expect(stored).toContain('123457');

    const ours = await newRepository();
    const repository = await ours.open();
    const outcomes = await backUpDatabases(repository, driverOf('mariadb'), server.target, ['situs']);
    expect(outcomes).toMatchObject([{ kind: 'succeeded' }]);
    const dump = await findDump(repository, 'latest', { database: 'situs' });
    await restoreAside(repository, driverOf('mariadb'), dump, server.target, { database: 'pulih' });
    expect(await server.client(exact, 'pulih')).toBe(before);
  });
});

describe.skipIf(anyPeer === undefined || !haveServer('postgres'))('a pipe from pg_dump', () => {
  it('stores half a table when the server is shot, and calls it a success; we store nothing', async () => {
    await using server = await startPostgres({ tcp: true });
    await server.client('create database situs');
    await loadBigTable(server, 'situs', { name: 'surat', rows: 50_000, rowBytes: 200 });
    await server.client("create role cadangan login superuser password 'rahasia'");
    await using proxy = await startChaosProxy({ host: '127.0.0.1', port: server.port }, { cutAfterBytes: 3_000_000 });
    const pipe = await newRepository();
    const login = `PGPASSWORD=rahasia PGSSLMODE=disable pg_dump -h 127.0.0.1 -p ${proxy.port} -U cadangan`;
    const { exitCode, stored } = await pipeInto(pipe.folder, `${login} situs`);
    expect(exitCode).toBe(0);
    expect(stored).toContain('COPY public.surat');
    expect(stored).not.toContain('PostgreSQL database dump complete');

    const ours = await newRepository();
    const target = { ...server.tcpTarget(), address: { kind: 'tcp', host: '127.0.0.1', port: proxy.port } } as const;
    const outcomes = await backUpDatabases(await ours.open(), driverOf('postgresql'), target, ['situs']);
    expect(outcomes).toMatchObject([{ kind: 'failed' }]);
    expect(await loadSnapshots(await ours.open())).toEqual([]);
  });
});

/** The same server, as another account, whose password lies in a file as people are told to keep it. */
async function limited(target: Target, user: string, password: string): Promise<Target> {
  const { password: _superuser, ...rest } = target;
  return await withPassword(
    { ...rest, user },
    { file: path.join(scratchFolder(), 'password') },
    { readFile: async () => Buffer.from(password), variable: () => undefined },
  );
}
