import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../connection/target.ts';
import type { Control } from '../driver.ts';
import type { Check } from '../remarks/check.ts';
import {
  fakeTool,
  haveServer,
  loadMuseum,
  misbehave,
  pasteOf,
  startMariadb,
  storeEntries,
  type TestServer,
} from '../testing/index.ts';
import { dumpServer } from './dump/dump-server.ts';
import { listDatabases } from './list-databases.ts';
import { probeServer } from './probe.ts';
import { controlOf, DumpBench, filesOf } from './testing/dump-bench.ts';

describe.skipIf(!haveServer('mariadb'))('the preflight', () => {
  let server: TestServer;
  let bench: DumpBench;

  beforeAll(async () => {
    server = await startMariadb({ tls: 'localhost' });
    bench = await DumpBench.make();
    await loadMuseum(server, 'museum', { bigRows: 10 });
    await server.client(
      `CREATE DATABASE good; CREATE TABLE good.t (id INT PRIMARY KEY) ENGINE = InnoDB;
       CREATE USER usual@localhost; GRANT SELECT, LOCK TABLES, SHOW VIEW, EVENT, TRIGGER ON good.* TO usual@localhost;
       CREATE ROLE reader; GRANT SELECT ON mysql.proc TO reader; CREATE USER by_role@localhost;
       GRANT SELECT, SHOW VIEW, EVENT, TRIGGER ON good.* TO by_role@localhost; GRANT reader TO by_role@localhost;`,
    );
  });
  afterAll(async () => {
    await bench?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  async function checksOf(target: Target, changes: Partial<Control> = {}): Promise<Record<string, Check>> {
    const { checks } = await probeServer(target, controlOf(changes));
    return Object.fromEntries(
      checks.map((check) => [check.database === undefined ? check.id : `${check.id}:${check.database}`, check]),
    );
  }

  it('passes a good database for an account that may do all', async () => {
    const report = await probeServer({ ...server.target, database: 'good' }, controlOf());
    expect(report.checks.filter(({ result }) => result !== 'pass')).toEqual([]);
    expect(report).toMatchObject({
      engine: 'mariadb',
      product: 'MariaDB',
      serverVersion: server.version,
      databases: [{ name: 'good', tables: 1 }],
      role: 'standalone',
    });
    const again = await probeServer(server.target, controlOf());
    expect(again.serverIdentity).toBe(report.serverIdentity);
    expect(again.databases.map(({ name }) => name)).toEqual(['good', 'museum']);
  });

  it('fails the account that would lose routines, with the statement to paste, until it was pasted', async () => {
    const target = { ...server.target, user: 'usual', database: 'good' };
    const failed = (await checksOf(target))['grants:good'];
    expect(failed).toMatchObject({
      result: 'fail',
      remark: { code: 'grants-missing', params: { parts: expect.arrayContaining(['routines']) } },
    });
    await server.client(pasteOf(failed));
    expect((await checksOf(target))['grants:good']?.result).toBe('pass');
  });

  it('counts a role only when the account has it from the login on', async () => {
    const target = { ...server.target, user: 'by_role', database: 'good' };
    expect((await checksOf(target))['grants:good']?.result).toBe('fail');
    await server.client('SET DEFAULT ROLE reader FOR by_role@localhost');
    expect((await checksOf(target))['grants:good']?.result).toBe('pass');
  });

  it('names tables without transactions, broken views and values that suffer', async () => {
    const checks = await checksOf({ ...server.target, database: 'museum' });
    expect(checks['engines:museum']).toMatchObject({
      result: 'warn',
      remark: {
        code: 'tables-untransactional',
        params: { tables: { first: expect.arrayContaining(['in_myisam (MyISAM)']) } },
      },
    });
    expect(checks['views:museum']).toMatchObject({
      result: 'fail',
      remark: { code: 'views-broken', params: { views: { first: expect.arrayContaining(['broken_view']) } } },
    });
    expect(checks['values:museum']).toMatchObject({
      result: 'warn',
      remark: {
        code: 'history-and-rows-elsewhere',
        params: {
          versioned: { first: expect.arrayContaining(['versioned']) },
          elsewhere: { first: expect.arrayContaining(['merged']) },
        },
      },
    });
  });

  it('sees a clock that is off, a connection in clear, and tools of other versions', async () => {
    const { clock } = controlOf();
    const late = { ...clock, nowMs: () => clock.nowMs() - 3_600_000 };
    const off = (await checksOf(server.target, { clock: late }))['clock'];
    expect(off).toMatchObject({ result: 'warn', remark: { code: 'clock-differs' } });
    expect(off?.remark).toSatisfy(({ params }) => Math.abs(params.difference - 3_600_000) < 60_000);
    expect((await checksOf(server.tcpTarget({ mode: 'off' })))['encryption']?.result).toBe('warn');
    expect((await checksOf(server.tcpTarget({ mode: 'require' })))['encryption']?.result).toBe('pass');
    for (const [line, code] of [
      ['mysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)', 'tool-other-vendor'],
      ['mysqldump  Ver 10.16 Distrib 10.1.48-MariaDB, for debian-linux-gnu (x86_64)', 'tool-older'],
      ['mariadb-dump from 11.4.5-MariaDB, client 10.19 for debian-linux-gnu (x86_64)', 'tool-found'],
    ] as const) {
      const folder = await bench.emptyFolder(`tools-${code}`);
      await fakeTool(folder, 'mariadb-dump', misbehave.claimsVersion('/usr/bin/mariadb-dump', line));
      const target = { ...server.target, options: { ...server.target.options, toolsFolder: folder } };
      expect((await checksOf(target))['tool-version']?.remark.code).toBe(code);
    }
    const none = { ...server.target, options: { ...server.target.options, toolsFolder: '/nowhere' } };
    expect((await checksOf(none))['tool-version']).toMatchObject({
      result: 'fail',
      remark: { code: 'DB_TOOL_MISSING' },
    });
  });

  it('lists every database that is not the own of the server, new ones too', async () => {
    expect(await listDatabases(server.target, controlOf())).toEqual(['good', 'museum']);
    await server.client('CREATE DATABASE `new; one`');
    expect(await listDatabases(server.target, controlOf())).toEqual(['good', 'museum', 'new; one']);
    await server.client('DROP DATABASE `new; one`');
  });

  it('dumps accounts so that they can be made again, and settings, the same twice', async () => {
    const trees: Record<string, string>[] = [];
    for (const name of ['server-1', 'server-2']) {
      const folder = await bench.emptyFolder(name);
      const dump = dumpServer(server.target, controlOf());
      await storeEntries(dump.entries, folder);
      expect((await dump.manifest).warnings).toEqual([]);
      trees.push(await filesOf(folder));
    }
    expect(trees[1]).toEqual(trees[0]);
    const sql = trees[0]?.['server/users.sql'] ?? '';
    expect(sql).toContain("CREATE ROLE 'reader';");
    const settings: unknown = JSON.parse(trees[0]?.['server/settings.json'] ?? '');
    expect(settings).toMatchObject({ lower_case_table_names: '0' });
    await using other = await startMariadb();
    // The accounts that a new server has already are given again what they have.
    const mine = sql.split('\n').filter((line) => /usual|by_role|reader/.test(line));
    await other.client(['CREATE DATABASE good;', ...mine].join('\n'));
    expect(await other.client('SHOW GRANTS FOR usual@localhost')).toBe(
      await server.client('SHOW GRANTS FOR usual@localhost'),
    );
  });

  it('refuses to dump accounts that it may not read', async () => {
    const dump = dumpServer({ ...server.target, user: 'usual' }, controlOf());
    await expect(storeEntries(dump.entries, await bench.emptyFolder('server-3'))).rejects.toMatchObject({
      code: 'DB_PRIVILEGE_MISSING',
      hint: "GRANT SELECT ON `mysql`.* TO 'usual'@'localhost';",
    });
  });
});
