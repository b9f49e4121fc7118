import { systemClock, systemRandom } from '@lumbung/stdx/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../../connection/target.ts';
import type { Control, ProbeReport } from '../../driver.ts';
import { Secret } from '../../process/secret.ts';
import type { Check, CheckId } from '../../remarks/check.ts';
import { haveServer, pasteOf, startPostgres, type TestServer } from '../../testing/index.ts';
import { listDatabases } from '../databases.ts';
import { openSession } from '../session.ts';
import { checkStorage } from './database-checks.ts';
import { probeServer } from './probe.ts';

const control: Control = {
  signal: new AbortController().signal,
  clock: systemClock,
  random: systemRandom,
  progress: () => undefined,
  note: () => undefined,
  stallMs: 60_000,
  hardMs: 600_000,
};

function checkOf({ checks }: ProbeReport, id: CheckId, database?: string): Check | undefined {
  return checks.find((check) => check.id === id && check.database === database);
}

describe.skipIf(!haveServer('postgres'))('a preflight of a server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres({ tls: 'localhost' });
    await server.client(`CREATE DATABASE site; CREATE DATABASE "of ""others"""; CREATE ROLE reader LOGIN PASSWORD 'p'`);
    await server.client(
      `CREATE SCHEMA "my schema"; CREATE TABLE "my schema".t (i serial); CREATE TABLE hidden (i int);
       ALTER TABLE hidden ENABLE ROW LEVEL SECURITY; GRANT SELECT ON hidden TO reader; SELECT lo_from_bytea(0, 'x')`,
      'site',
    );
  });
  afterAll(async () => {
    await server.stop();
  });
  const asReader = (): Target => ({ ...server.target, user: 'reader' });

  it('has nothing to say against a superuser on the socket', async () => {
    const report = await probeServer(server.target, control);
    expect(report.checks.filter(({ result }) => result !== 'pass')).toEqual([]);
    expect(report).toMatchObject({ serverVersion: server.version, role: 'primary', product: 'PostgreSQL' });
    expect(report.toolVersion).toContain('pg_dump');
    expect(report.serverIdentity).toMatch(/^\d{10,}$/);
    expect(report.databases.map(({ name, tables }) => [name, tables])).toEqual([
      ['of "others"', 0],
      ['site', 2],
    ]);
  });

  it('names what a user may not read, and the statement that helps', async () => {
    const report = await probeServer(asReader(), control);
    expect(checkOf(report, 'reading', 'site')).toMatchObject({
      result: 'fail',
      remark: {
        code: 'tables-unreadable',
        params: { role: 'reader', tables: { first: ['my schema.t', 'my schema.t_i_seq'], count: 2 } },
      },
    });
    expect(checkOf(report, 'row-security', 'site')).toMatchObject({ result: 'fail', remark: { code: 'rows-hidden' } });
    expect(checkOf(report, 'large-objects', 'site')).toMatchObject({ result: 'fail' });
    expect(checkOf(report, 'globals')).toMatchObject({ result: 'warn', remark: { code: 'role-passwords-hidden' } });
    // They are meant to be pasted.
    const failed = report.checks.filter(({ result }) => result === 'fail');
    for (const check of failed) await server.client(pasteOf(check), 'site');
    const after = await probeServer(asReader(), control);
    expect(after.checks.filter(({ result }) => result === 'fail')).toEqual([]);
    expect(checkOf(after, 'reading', 'site')).toMatchObject({ result: 'pass' });
  });

  it('says which large tables are stored again after every change', async () => {
    await server.client('CREATE DATABASE heaps');
    await server.client(
      `CREATE TABLE heap AS SELECT g AS i, repeat('x', 100) AS x FROM generate_series(1, 20000) g;
       CREATE TABLE kept AS TABLE heap; ALTER TABLE kept ADD PRIMARY KEY (i);
       CREATE TABLE shuffled AS TABLE heap ORDER BY md5(i::text); ALTER TABLE shuffled ADD PRIMARY KEY (i); ANALYZE`,
      'heaps',
    );
    const options = { target: server.target, control, signal: control.signal, applicationName: 'lumbung-test' };
    const session = await openSession({ ...options, database: 'heaps' });
    const verdict = await checkStorage(session, control.signal, 1024 * 1024);
    expect(verdict).toMatchObject({
      result: 'warn',
      remark: {
        code: 'order-lost',
        params: {
          count: 2,
          size: expect.any(Number),
          tables: { first: expect.arrayContaining(['public.heap', 'public.shuffled']) },
        },
      },
    });
    expect(await checkStorage(session, control.signal)).toMatchObject({ result: 'pass' });
    await session.connection.close();
    await server.client('DROP DATABASE heaps');
  });

  it('warns of a connection that anybody could read, or answer', async () => {
    const tcp = server.tcpTarget();
    const plain = await probeServer({ ...tcp, tls: { mode: 'off' } }, control);
    expect(checkOf(plain, 'encryption')).toMatchObject({ result: 'warn', remark: { code: 'not-encrypted' } });
    const blind = await probeServer({ ...tcp, tls: { mode: 'require' } }, control);
    expect(checkOf(blind, 'encryption')).toMatchObject({ result: 'warn', remark: { code: 'not-verified' } });
  });

  it('says which package holds the tools that are missing', async () => {
    const target = { ...server.target, options: { ...server.target.options, toolsFolder: '/nonexistent' } };
    expect(checkOf(await probeServer(target, control), 'tool-version')).toMatchObject({
      result: 'fail',
      remark: { code: 'DB_TOOL_MISSING', error: { hint: expect.stringContaining('postgresql-client-15') } },
    });
  });

  it('warns of a clock that goes wrong', async () => {
    const clock = { ...systemClock, nowMs: () => systemClock.nowMs() - 3_600_000 };
    const off = checkOf(await probeServer(server.target, { ...control, clock }), 'clock');
    expect(off).toMatchObject({ result: 'warn', remark: { code: 'clock-differs' } });
    expect(off?.remark).toSatisfy(({ params }) => Math.abs(params.difference - 3_600_000) < 60_000);
  });

  it('fails aloud when nobody can log in', async () => {
    const target = { ...server.tcpTarget(), password: new Secret('wrong') };
    await expect(probeServer(target, control)).rejects.toMatchObject({ code: 'DB_LOGIN_REFUSED' });
  });

  it('says that a replica which stands still is no source', async () => {
    await using standby = await startPostgres({ standbyOf: server });
    const fresh = await probeServer(standby.target, control);
    expect(fresh.role).toBe('replica');
    expect(checkOf(fresh, 'replica')?.result).not.toBe('fail');
  });
});

describe.skipIf(!haveServer('postgres'))('the databases of a server', () => {
  it('are all that somebody keeps something in, also those of yesterday', async () => {
    await using server = await startPostgres();
    expect(await listDatabases(server.target, control)).toEqual([]);
    await server.client(`CREATE DATABASE "b ""x"""; CREATE DATABASE shut; ALTER DATABASE shut ALLOW_CONNECTIONS false;
      CREATE DATABASE mould IS_TEMPLATE true`);
    expect(await listDatabases(server.target, control)).toEqual(['b "x"']);
    await server.client('CREATE TABLE kept_here (i int)', 'postgres');
    await server.client('CREATE EXTENSION pg_trgm', 'template1');
    expect(await listDatabases(server.target, control)).toEqual(['b "x"', 'postgres', 'template1']);
  });
});
