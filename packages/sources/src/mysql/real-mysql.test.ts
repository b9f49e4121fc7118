// The driver against a real MySQL, where one was fetched: what differs from MariaDB, and whatever else a recorded answer
// cannot show.
import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target, TlsOptions } from '../connection/target.ts';
import type { RestoreOptions } from '../driver.ts';
import { Secret } from '../process/secret.ts';
import {
  clientProgram,
  folderTree,
  haveServer,
  independentDump,
  independentUsers,
  loadMuseum,
  museumFacts,
  pasteOf,
  startMysql,
  storeEntries,
  TEST_PASSWORD,
  type TestServer,
} from '../testing/index.ts';
import { mysqlDriver } from './mysql-driver.ts';
import { startScratch } from './scratch/start-scratch.ts';
import { connectionOptions } from './session.ts';
import { controlOf, DumpBench, filesOf, otherConnections } from './testing/dump-bench.ts';
import { MysqlConnection } from './wire/connection.ts';

const ASIDE: RestoreOptions = { database: 'aside', ownership: { kind: 'keep' }, verify: 'values', parallel: 2 };
const PASSWORD_SQL = `'${TEST_PASSWORD.replaceAll(/['\\]/g, '\\$&')}'`;

describe.skipIf(!haveServer('mysql'))('the driver of MySQL, with a real server', () => {
  let server: TestServer;
  let bench: DumpBench;
  let museum: string;

  beforeAll(async () => {
    server = await startMysql({
      tls: 'localhost',
      settings: {
        'gtid-mode': 'ON',
        'enforce-gtid-consistency': 'ON',
        'event-scheduler': 'ON',
        'partial-revokes': 'ON',
      },
    });
    bench = await DumpBench.make();
    await chmod(bench.folder, 0o711);
    await loadMuseum(server, 'museum', { bigRows: 1000 });
    await server.client('DROP VIEW broken_view', 'museum');
    museum = (await bench.dump(server.target, 'museum', { untransactional: 'accept' })).folder;
  }, 120_000);
  afterAll(async () => {
    await bench?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  const workspace = async () => ({ folder: await mkdtemp(path.join(bench.folder, 'w-')), limitBytes: 1e9 });
  const plan = async (folder: string, target: Target, options: Partial<RestoreOptions> = {}) =>
    await mysqlDriver.planRestore(target, folderTree(folder), { ...ASIDE, ...options }, controlOf());
  const restore = async (folder: string, target: Target, options: Partial<RestoreOptions> = {}) =>
    await mysqlDriver.restore(await plan(folder, target, options), folderTree(folder), await workspace(), controlOf());
  async function dropped(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } finally {
      for (const name of ['aside', 'kept']) await server.client(`DROP DATABASE IF EXISTS ${name}`);
    }
  }

  describe('logs in by caching_sha2_password', () => {
    const asked = async (tls: TlsOptions, password = TEST_PASSWORD) => {
      const target = { ...server.tcpTarget(tls), user: 'walker', password: new Secret(password) };
      await using connection = await MysqlConnection.connect(connectionOptions(target, controlOf()));
      return [connection.isEncrypted, await connection.texts('SELECT CURRENT_USER()')];
    };
    const verified = (): TlsOptions => ({ mode: 'verify', caFile: server.tls?.caFile ?? '', serverName: 'localhost' });

    it('with its key in clear, then from its memory; and under TLS as well', async () => {
      for (const mode of [{ mode: 'off' } as const, verified()]) {
        await server.client(
          `DROP USER IF EXISTS walker@'127.0.0.1'; CREATE USER walker@'127.0.0.1' IDENTIFIED WITH caching_sha2_password BY ${PASSWORD_SQL}`,
        );
        for (const memory of ['unknown', 'known', 'forgotten']) {
          if (memory === 'forgotten') await server.client('FLUSH PRIVILEGES');
          expect(await asked(mode), memory).toEqual([mode.mode !== 'off', [['walker@127.0.0.1']]]);
        }
      }
    });

    it('and hears no where the password is wrong, known or not', async () => {
      const refused = { code: 'DB_LOGIN_REFUSED', context: { errno: 1045 } };
      for (const mode of [{ mode: 'off' } as const, verified()]) {
        await expect(asked(mode, 'wrong')).rejects.toMatchObject(refused);
        await expect(asked(mode, '')).rejects.toMatchObject(refused);
      }
    });

    it('as an account without a password', async () => {
      await server.client("CREATE USER nobody@'127.0.0.1' IDENTIFIED WITH caching_sha2_password BY ''");
      const target: Target = { ...server.target, address: server.tcpTarget().address, user: 'nobody' };
      await using connection = await MysqlConnection.connect(connectionOptions(target, controlOf()));
      expect(await connection.texts('SELECT 1')).toEqual([['1']]);
    });

    it('the dump tool too, over TCP in clear and under TLS', async () => {
      await server.client('CREATE DATABASE small; CREATE TABLE small.t (a INT); INSERT INTO small.t VALUES (1)');
      for (const mode of [{ mode: 'off' } as const, verified()]) {
        await server.client('FLUSH PRIVILEGES');
        const { manifest } = await bench.dump(server.tcpTarget(mode), 'small');
        expect(manifest.tables).toMatchObject([{ name: 't', rows: 1 }]);
      }
    });
  });

  it('dumps the museum, and finds its own dump whole', async () => {
    const { folder, manifest } = await bench.dump(server.target, 'museum', {
      parallel: 2,
      untransactional: 'accept',
    });
    expect(Object.fromEntries(manifest.tables.map(({ name, rows }) => [name, rows]))).toEqual(
      Object.fromEntries(museumFacts('mysql', 1000).tables.map(({ name, rows }) => [name, rows])),
    );
    expect(manifest).toMatchObject({ engine: 'mysql', product: 'MySQL', serverVersion: server.version });
    expect(manifest.inventory).toMatchObject({ procedure: 2, function: 2, trigger: 4, event: 2, view: 6 });
    const findings = [];
    for await (const finding of mysqlDriver.verify(folderTree(folder), controlOf())) findings.push(finding);
    expect(findings).toEqual([]);
  }, 60_000);

  it('gives the same rows through sessions as through the tool', async () => {
    await loadMuseum(server, 'ordered', { bigRows: 500 });
    await server.client(
      `DROP TABLE merged, merged_a, merged_b, only_generated, embeddings; DROP VIEW broken_view;
       ALTER TABLE in_myisam ENGINE = InnoDB; ALTER TABLE in_memory ENGINE = InnoDB; ALTER TABLE in_csv ENGINE = InnoDB;
       ALTER TABLE numbers DROP COLUMN single;`,
      'ordered',
    );
    const byTool = await bench.dump(server.target, 'ordered', { parallel: 1 });
    const bySessions = await bench.dump(server.target, 'ordered', { parallel: 3 });
    expect([byTool.manifest.method, bySessions.manifest.method]).toEqual(['tool', 'sessions']);
    expect(bySessions.manifest.position).toMatchObject({
      binlog: { file: expect.stringMatching(/^binlog\.\d+$/), position: expect.any(Number) },
      gtid: expect.stringMatching(/^[0-9a-f-]{36}:\d+/),
    });
    expect(await filesOf(bySessions.folder)).toEqual(await filesOf(byTool.folder));
    expect(await otherConnections(server)).toBe('');
  }, 60_000);

  it('asks for no privilege too few, and for none too many', async () => {
    await server.client(
      `CREATE DATABASE \`d_r\`; CREATE TABLE \`d_r\`.t (id INT PRIMARY KEY); INSERT INTO \`d_r\`.t VALUES (1);
       CREATE FUNCTION \`d_r\`.f() RETURNS INT DETERMINISTIC RETURN 1; CREATE VIEW \`d_r\`.v AS SELECT \`d_r\`.f() AS a;
       CREATE EVENT \`d_r\`.e ON SCHEDULE EVERY 1 DAY DO SELECT 1; CREATE USER least@localhost`,
    );
    const target = { ...server.target, user: 'least', database: 'd_r' };
    const checks = async () => (await mysqlDriver.probe(target, controlOf())).checks;
    // Each round grants what the one before has missed.
    const asked: string[] = [];
    for (let round = 0; round < 6; round += 1) {
      const grants = (await checks())
        .filter(({ result }) => result !== 'pass')
        .map(pasteOf)
        .filter((statements) => statements !== '');
      if (grants.length === 0) break;
      asked.push(...grants);
      for (const statements of grants) await server.client(statements);
    }
    expect((await checks()).filter(({ result }) => result !== 'pass')).toEqual([]);
    expect(
      [
        ...new Set(
          asked
            .join('\n')
            .replaceAll('GRANT ', '')
            .match(/[A-Z_]+(?: [A-Z]+)*(?=,| ON )/g),
        ),
      ].toSorted(),
    ).toEqual(['EVENT', 'EXECUTE', 'RELOAD', 'SELECT', 'SHOW VIEW', 'SHOW_ROUTINE', 'TRIGGER']);
    for (const parallel of [1, 2]) {
      const least = await bench.dump(target, 'd_r', { parallel });
      const root = await bench.dump(server.target, 'd_r', { parallel });
      expect(await filesOf(least.folder)).toEqual(await filesOf(root.folder));
    }
    // A privilege everywhere from which one database was taken away.
    await server.client(
      'CREATE USER partly@localhost; GRANT ALL ON *.* TO partly@localhost; REVOKE SELECT ON `d_r`.* FROM partly@localhost',
    );
    await expect(bench.dump({ ...server.target, user: 'partly' }, 'd_r')).rejects.toMatchObject({
      code: 'DB_PRIVILEGE_MISSING',
      message: expect.stringContaining('tables'),
    });
  }, 60_000);

  it('restores the museum: the stock client finds the same', async () => {
    await dropped(async () => {
      const report = await restore(museum, server.target);
      expect(report.findings).toEqual([]);
      expect(new Set(report.tables.map(({ compared }) => compared))).toEqual(new Set(['sha256']));
      await server.client('ALTER EVENT `nightly; clean` ENABLE', 'aside');
      const [was, is] = [await independentDump(server, 'museum'), await independentDump(server, 'aside')];
      expect(comparable(is)).toEqual(comparable(was));
    });
  }, 60_000);

  it('says that a document came back with another number, which no dump of MySQL can keep', async () => {
    await server.client(
      `CREATE DATABASE documents; CREATE TABLE documents.d (id INT PRIMARY KEY, j JSON);
       INSERT INTO documents.d VALUES (1, JSON_OBJECT('price', 1.10))`,
    );
    const { folder } = await bench.dump(server.target, 'documents');
    await dropped(async () => {
      const { findings } = await restore(folder, server.target);
      expect(findings).toMatchObject([{ code: 'rowsum-differs', severity: 'error', table: 'd' }]);
      expect(
        await server.client(
          'SELECT JSON_TYPE(j->"$.price") FROM documents.d UNION ALL SELECT JSON_TYPE(j->"$.price") FROM aside.d',
        ),
      ).toBe('DECIMAL\nDOUBLE');
    });
  });

  it('exchanges it with the one in use', async () => {
    await dropped(async () => {
      await restore(museum, server.target, { verify: 'rows' });
      await loadMuseum(server, 'live', { bigRows: 10 });
      await server.client('DROP VIEW broken_view', 'live');
      const [live, restored] = [await independentDump(server, 'live'), await independentDump(server, 'aside')];
      await mysqlDriver.swap(server.target, { live: 'live', restored: 'aside', keepAs: 'kept' }, controlOf());
      await server.client('ALTER EVENT `nightly; clean` DISABLE', 'live');
      await server.client('ALTER EVENT `nightly; clean` ENABLE', 'kept');
      expect(comparable(await independentDump(server, 'live'))).toEqual(comparable(restored));
      expect(comparable(await independentDump(server, 'kept'))).toEqual(comparable(live));
      await server.client('DROP DATABASE live');
    });
  }, 60_000);

  it('renders it as one file that the stock client loads', async () => {
    await dropped(async () => {
      const rendered = await mysqlDriver.render(folderTree(museum), controlOf());
      await server.client('CREATE DATABASE aside CHARACTER SET utf8mb4 COLLATE utf8mb4_bin');
      await server.client(await buffer(await rendered.open()), 'aside');
      const [was, is] = [await independentDump(server, 'museum'), await independentDump(server, 'aside')];
      expect(comparable(is)).toEqual(comparable(was));
    });
  }, 60_000);

  it('stores its users so that another server has the same, with passwords, roles and what was revoked', async () => {
    const settings = { 'partial-revokes': 'ON' };
    await using source = await startMysql({ settings });
    await loadMuseum(source, 'museum', { bigRows: 10 });
    await source.client('GRANT DELETE ON *.* TO museum_role; REVOKE DELETE ON museum.* FROM museum_role');
    const { entries, manifest } = mysqlDriver.dumpServer(
      source.target,
      { parallel: 1, excludeData: [], untransactional: 'refuse' },
      await workspace(),
      controlOf(),
    );
    const folder = await mkdtemp(path.join(bench.folder, 'users-'));
    await storeEntries(entries, folder);
    expect((await manifest).warnings).toEqual([]);
    const sql = await readFile(path.join(folder, 'server/users.sql'), 'utf8');
    await using other = await startMysql({ settings });
    // Rights on single tables need them.
    await loadMuseum(other, 'museum', { bigRows: 10 });
    await other.client("DROP USER 'museum_user'@'%', 'it''s \"odd\"'@'10.%', museum_role");
    const ofOthers = (lines: readonly string[]) => lines.filter((line) => !/"root"|'root'/.test(line));
    await other.client(
      sql
        .split('\n')
        .filter((line) => !/^CREATE USER [`']root[`']/.test(line))
        .join('\n'),
    );
    expect(ofOthers(await independentUsers(other))).toEqual(ofOthers(await independentUsers(source)));
    expect(ofOthers(await independentUsers(source)).join('\n')).toContain('museum_role');
  }, 120_000);

  it('drills in a server of its own', async () => {
    // As if it were installed: the packages of a peer lie elsewhere, and look for their messages beside them.
    const programs = await mkdtemp(path.join(bench.folder, 'bin-'));
    await chmod(programs, 0o755);
    const basedir = path.dirname(path.dirname(clientProgram(server.programs, 'mysql')));
    const script = `#!/bin/sh\nexec '${server.programs.server}' "$@" --basedir='${basedir}'\n`;
    await writeFile(path.join(programs, 'mysqld'), script, { mode: 0o755 });
    await using scratch = await startScratch('mysql', server.version, await workspace(), controlOf(), programs);
    const toolsFolder = server.programs.tools ?? '';
    const target = { ...scratch.target, options: { ...scratch.target.options, toolsFolder } };
    const report = await restore(museum, target, { ownership: { kind: 'one', role: 'root@localhost' } });
    expect(report.findings).toEqual([]);
    expect(await mysqlDriver.ask?.(target, 'aside', 'SELECT COUNT(*) FROM big', controlOf())).toEqual([['1000']]);
  }, 120_000);

  it('is cancelled, and leaves no connection behind', async () => {
    for (const parallel of [1, 2]) {
      const given = new AbortController();
      const dump = bench.dump(
        server.target,
        'ordered',
        { parallel },
        {
          signal: given.signal,
          progress: ({ phase }) => {
            if (phase === 'data') given.abort(new Error('enough'));
          },
        },
      );
      await expect(dump).rejects.toThrow('enough');
      await expect.poll(async () => await otherConnections(server)).toBe('');
    }
  });
});

/** MySQL names the character set of a column when it was named once, and every dump names it with the collation. */
function comparable<Dump extends { readonly schema: string }>(dump: Dump): Dump {
  return { ...dump, schema: dump.schema.replace(/ CHARACTER SET (\w+) COLLATE (?=\1_)/g, ' COLLATE ') };
}
