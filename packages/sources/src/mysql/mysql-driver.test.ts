import { chmod, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../connection/target.ts';
import type { Control, RestoreOptions, RestorePlan } from '../driver.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { Secret } from '../process/secret.ts';
import {
  folderTree,
  haveServer,
  independentDump,
  loadMuseum,
  pasteOf,
  startChaosProxy,
  startMariadb,
  TEST_PASSWORD,
  type TestServer,
} from '../testing/index.ts';
import type { Finding } from '../verify/finding.ts';
import { mariadbDriver, mysqlDriver } from './mysql-driver.ts';
import { alteredTree } from './testing/altered-tree.ts';
import { controlOf, DumpBench, otherConnections } from './testing/dump-bench.ts';

const ASIDE: RestoreOptions = {
  database: 'aside',
  ownership: { kind: 'keep' },
  verify: 'values',
  parallel: 2,
};

const PLAIN_SQL = `CREATE DATABASE plain CHARACTER SET utf8mb4 COLLATE utf8mb4_bin; USE plain;
  CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(50), body TEXT) ENGINE = InnoDB;
  INSERT INTO t (name, body) SELECT CONCAT('name ', seq), REPEAT('it''s \\\\ ', 20) FROM seq_1_to_20000;
  CREATE TABLE u (a INT) ENGINE = InnoDB; INSERT INTO u VALUES (2), (1), (3);
  CREATE SEQUENCE s; CREATE TABLE n (id INT PRIMARY KEY DEFAULT NEXTVAL(s)) ENGINE = InnoDB; INSERT INTO n VALUES (), ();
  CREATE TABLE floats (id INT PRIMARY KEY, f FLOAT) ENGINE = InnoDB;
  INSERT INTO floats VALUES (1, 16777215), (2, 123456.789), (3, 1e-40), (4, -3.4028e38), (5, 0.1);
  CREATE TABLE log (what TEXT) ENGINE = InnoDB;
  CREATE USER IF NOT EXISTS owner@localhost;
  CREATE DEFINER = owner@localhost VIEW v AS SELECT id FROM t;
  CREATE DEFINER = owner@localhost PROCEDURE p() SELECT 'owner@localhost';
  CREATE DEFINER = owner@localhost EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01 00:00:00' DO SELECT 1;
  CREATE DEFINER = owner@localhost TRIGGER plain.counts BEFORE INSERT ON plain.u FOR EACH ROW INSERT INTO log VALUES ('u');`;

describe.skipIf(!haveServer('mariadb'))('the driver of MariaDB', () => {
  let server: TestServer;
  let bench: DumpBench;
  let museum: string;
  let plain: string;
  let manifest: Manifest;

  beforeAll(async () => {
    server = await startMariadb({
      tcp: true,
      settings: { log_bin_trust_function_creators: '1', event_scheduler: 'ON' },
    });
    bench = await DumpBench.make();
    // The server of a drill runs as another user when we are root.
    await chmod(bench.folder, 0o711);
    await loadMuseum(server, 'museum', { bigRows: 2000 });
    await server.client('DROP VIEW broken_view', 'museum');
    // The dump tool has six digits of them, and no session of ours can read the tables beside it in one moment.
    await server
      .client('UPDATE numbers SET f = ROUND(f) WHERE ABS(f) > 1e4 AND ABS(f) < 1e6; ', 'museum')
      .catch(() => '');
    // Whoever `owner` is may read nothing: the server then prints the view with the name of the database in it.
    await server.client(PLAIN_SQL);
    // Written by a client of long ago, and of another character set.
    await server.client(
      Buffer.from(
        "SET NAMES latin1; CREATE PROCEDURE cafe() SELECT 'd\xe9j\xe0 vu'; CREATE VIEW the AS SELECT '\xe9' AS e",
        'latin1',
      ),
      'museum',
    );
    museum = (await bench.dump(server.target, 'museum', { untransactional: 'accept' })).folder;
    ({ folder: plain, manifest } = await bench.dump(server.target, 'plain'));
  }, 60_000);

  afterAll(async () => {
    await bench?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  const databases = async () => (await server.client('SHOW DATABASES')).trim().split('\n');
  const plan = async (folder: string, options: Partial<RestoreOptions> = {}, target: Target = server.target) =>
    await mariadbDriver.planRestore(target, folderTree(folder), { ...ASIDE, ...options }, controlOf());
  const workspace = async () => ({ folder: await mkdtemp(path.join(bench.folder, 'w-')), limitBytes: 1e9 });

  async function restore(
    folder: string,
    options: Partial<RestoreOptions> = {},
    { control = controlOf(), target = server.target }: { control?: Control; target?: Target } = {},
  ) {
    const planned = await plan(folder, options, target);
    return await mariadbDriver.restore(planned, folderTree(folder), await workspace(), control);
  }

  async function answerOf(planned: RestorePlan, id: string) {
    return planned.checks.find((check) => check.id === id);
  }

  async function dropped(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } finally {
      await server.client('DROP DATABASE IF EXISTS aside');
    }
  }

  it('restores the museum: the stock client finds the same', async () => {
    await dropped(async () => {
      const report = await restore(museum);
      expect(report.findings).toEqual([]);
      expect(new Set(report.tables.map(({ compared }) => compared))).toEqual(new Set(['sha256']));
      await server.client('ALTER EVENT `nightly; clean` ENABLE', 'aside');
      const [was, is] = [await independentDump(server, 'museum'), await independentDump(server, 'aside')];
      expect(is).toEqual(was);
    });
  }, 60_000);

  it('renders the museum as one file that the stock client loads', async () => {
    await dropped(async () => {
      const rendered = await mariadbDriver.render(folderTree(museum), controlOf());
      expect(rendered.name).toBe('museum.sql');
      await server.client(
        `CREATE DATABASE aside CHARACTER SET utf8mb4 COLLATE utf8mb4_bin COMMENT 'it''s a "museum" \\\\ \`here\`'`,
      );
      await server.client(await buffer(await rendered.open()), 'aside');
      const [was, is] = [await independentDump(server, 'museum'), await independentDump(server, 'aside')];
      expect(is).toEqual(was);
    });
  }, 60_000);

  it('finds a stored dump whole, and an altered object of it not', async () => {
    const findings = async (folder: string) => await collect(mariadbDriver.verify(folderTree(folder), controlOf()));
    expect(await findings(museum)).toEqual([]);
    const other = await alteredTree(plain, 'schema/20-tables.sql', (sql) =>
      sql.replace('CREATE TABLE `u`', 'SELECT  1E4, `u`'),
    );
    expect(await findings(other)).toMatchObject([{ code: 'content-invalid' }]);
    const cut = await alteredTree(
      plain,
      tuplesOf('u'),
      (rows) => rows.replace('(1)\n(3)', '(1)x(3)'),
      () => {},
    );
    expect((await findings(cut)).map(({ code }) => code)).toEqual(expect.arrayContaining(['rows-differ']));
    const odd = await alteredTree(plain, tuplesOf('u'), (rows) => rows.replace('(1)', '[1)'));
    expect(await findings(odd)).toMatchObject([{ code: 'rowsum-differs' }, { code: 'content-invalid' }]);
  });

  it('restores every digit, and whatever else the stock client can see', async () => {
    expect(manifest.details['exactFloats']).toBe(true);
    await dropped(async () => {
      expect((await restore(plain)).findings).toEqual([]);
      await server.client('ALTER DEFINER = owner@localhost EVENT e ENABLE', 'aside');
      const was = await independentDump(server, 'plain');
      // The trigger, which was written with the name of its database, does without.
      const schema = was.schema.replace(
        'TRIGGER plain.counts BEFORE INSERT ON plain.u',
        'TRIGGER counts BEFORE INSERT ON u',
      );
      expect(await independentDump(server, 'aside')).toEqual({ ...was, schema });
    });
  });

  it('restores under a name of any characters, and only there', async () => {
    const name = 'a`b\'c"d\\e é;';
    try {
      const before = await independentDump(server, 'plain');
      const report = await restore(plain, { database: name });
      expect(report.findings).toEqual([]);
      expect(await server.client(`SELECT COUNT(*) FROM \`${name.replaceAll('`', '``')}\`.t`)).toBe('20000');
      expect(await independentDump(server, 'plain')).toEqual(before);
    } finally {
      await server.client(`DROP DATABASE IF EXISTS \`${name.replaceAll('`', '``')}\``);
    }
  });

  it('restores single tables, with the sequence that one takes from', async () => {
    await dropped(async () => {
      const planned = await plan(plain, { tables: ['n', 'u'] });
      const others = planned.leftOut.find(({ code }) => code === 'objects-not-chosen');
      expect(others?.params).toMatchObject({
        objects: {
          first: expect.arrayContaining([
            { kind: 'table', name: 't' },
            { kind: 'trigger', name: 'counts' },
            { kind: 'view', name: 'v' },
            { kind: 'procedure', name: 'p' },
          ]),
        },
      });
      const report = await restore(plain, { tables: ['n', 'u'] });
      expect(report.findings).toEqual([]);
      expect(report.tables.map(({ table, rows }) => [table, rows])).toEqual([
        ['n', 2],
        ['u', 3],
      ]);
      expect(await server.client('SHOW TABLES', 'aside')).toBe('n\ns\nu');
      // From its own sequence, not from that of the database it came from.
      expect(await server.client('SHOW CREATE TABLE n', 'aside')).toContain('nextval(`aside`.`s`)');
      expect(await answerOf(await plan(plain, { database: 'x', tables: ['gone'] }), 'tables')).toMatchObject({
        result: 'fail',
        remark: { code: 'tables-unknown', params: { tables: { first: ['gone'], count: 1 } } },
      });
    });
  });

  it('makes events asleep, and the trigger that named its database in the new one', async () => {
    await dropped(async () => {
      await restore(plain, { ownership: { kind: 'one', role: 'root@localhost' } });
      expect(await server.client("SELECT STATUS FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'aside'")).toBe(
        'DISABLED',
      );
      await server.client('INSERT INTO u VALUES (9)', 'aside');
      expect(await server.client('SELECT COUNT(*) FROM aside.log; SELECT COUNT(*) FROM plain.log')).toBe('1\n0');
    });
  });

  describe('who owns what', () => {
    const definers = `SELECT DEFINER FROM information_schema.VIEWS WHERE TABLE_SCHEMA = 'aside'
      UNION SELECT DEFINER FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = 'aside'
      UNION SELECT DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = 'aside'
      UNION SELECT DEFINER FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'aside'`;

    it.each([
      [{ kind: 'keep' } as const, 'owner@localhost'],
      [{ kind: 'one', role: 'root@localhost' } as const, 'root@localhost'],
      [{ kind: 'map', roles: { 'owner@localhost': 'root@localhost' } } as const, 'root@localhost'],
    ])('by %j', async (ownership, expected) => {
      await dropped(async () => {
        await restore(plain, { ownership });
        expect(await server.client(definers)).toBe(expected);
        // What it says is no account of ours.
        expect(await server.client('SHOW CREATE PROCEDURE p', 'aside')).toContain("SELECT 'owner@localhost'");
      });
    });

    it('names who is not there, and refuses to give it to them', async () => {
      expect(await answerOf(await plan(museum), 'definers')).toMatchObject({
        result: 'warn',
        remark: {
          code: 'definers-missing',
          params: { accounts: { first: expect.arrayContaining(['no such user@nowhere.invalid']) } },
        },
      });
      const planned = await plan(plain, { ownership: { kind: 'one', role: 'nobody@here' } });
      expect(await answerOf(planned, 'definers')).toMatchObject({
        result: 'fail',
        remark: {
          code: 'definers-chosen-missing',
          params: { accounts: { first: ['nobody@here'] }, paste: "CREATE USER 'nobody'@'here' ACCOUNT LOCK;" },
        },
      });
      await expect(
        mariadbDriver.restore(planned, folderTree(plain), await workspace(), controlOf()),
      ).rejects.toMatchObject({ code: 'DB_RESTORE_REFUSED' });
      expect(await databases()).not.toContain('aside');
    });
  });

  describe('refuses before anything is created', () => {
    it('a database that is there: twice', async () => {
      const planned = await plan(plain, { database: 'plain' });
      expect(await answerOf(planned, 'name-free')).toMatchObject({ result: 'fail' });
      const before = await independentDump(server, 'plain');
      // Somebody made it after the plan was.
      await expect(
        mariadbDriver.restore({ ...planned, checks: [] }, folderTree(plain), await workspace(), controlOf()),
      ).rejects.toMatchObject({ code: 'DB_RESTORE_REFUSED' });
      expect(await independentDump(server, 'plain')).toEqual(before);
    });

    it.each(['', 'mysql', 'x'.repeat(65), 'space ', 'a\0b'])('the name %j', async (database) => {
      expect(await answerOf(await plan(plain, { database }), 'name-free')).toMatchObject({ result: 'fail' });
    });

    it('a row that is longer than the server takes', async () => {
      const [limit] = (await server.client('SELECT @@GLOBAL.max_allowed_packet')).split('\n');
      await server.client('SET GLOBAL max_allowed_packet = 16777216');
      try {
        expect(await answerOf(await plan(museum), 'packet')).toMatchObject({
          result: 'fail',
          remark: {
            code: 'packet-too-small',
            params: { table: 'large_values', paste: 'SET GLOBAL max_allowed_packet = 22020096;' },
          },
        });
      } finally {
        await server.client(`SET GLOBAL max_allowed_packet = ${limit ?? ''}`);
      }
    });

    it('no collation that is only called otherwise by now', async () => {
      const old = await alteredTree(plain, 'schema/20-tables.sql', (sql) =>
        sql.replace('CHARSET=utf8mb4 COLLATE=utf8mb4_bin', 'CHARSET=utf8 COLLATE=utf8_danish_ci'),
      );
      expect(await answerOf(await plan(old), 'collations')).toMatchObject({ result: 'pass' });
      await dropped(async () => {
        expect((await restore(old)).findings).toEqual([]);
      });
    });

    it('a collation and a storage engine that the server does not know', async () => {
      const strange = await alteredTree(plain, 'schema/20-tables.sql', (sql) =>
        sql.replace('COLLATE=utf8mb4_bin', 'COLLATE=utf8mb4_xyz').replace('ENGINE=InnoDB', 'ENGINE=RocksX'),
      );
      const planned = await plan(strange);
      expect(await answerOf(planned, 'collations')).toMatchObject({
        result: 'fail',
        remark: { code: 'collations-unknown', params: { collations: { first: ['utf8mb4_xyz'] } } },
      });
      expect(await answerOf(planned, 'engines')).toMatchObject({
        result: 'fail',
        remark: {
          code: 'storage-engines-unknown',
          params: { engines: { first: ['RocksX'] }, paste: "INSTALL SONAME 'ha_rocksx';" },
        },
      });
    });

    it('an account that may not, and names what it lacks', async () => {
      await server.client(
        'CREATE USER loader@localhost; GRANT SELECT, INSERT, CREATE ON `aside`.* TO loader@localhost; GRANT SELECT ON mysql.* TO loader@localhost',
      );
      const target = { ...server.target, user: 'loader' };
      const poor = await plan(plain, {}, target);
      const grants = await answerOf(poor, 'grants');
      expect(grants).toMatchObject({
        result: 'fail',
        remark: { code: 'privileges-missing', params: { paste: expect.stringContaining('TRIGGER') } },
      });
      const definers = await answerOf(poor, 'definers');
      expect(definers).toMatchObject({ result: 'fail', remark: { code: 'definers-refused' } });
      // What it asks for is enough.
      await server.client(`${pasteOf(grants)} ${pasteOf(definers)}`);
      await dropped(async () => {
        expect((await restore(plain, {}, { target })).findings).toEqual([]);
      });
    });

    it('a server that takes no writes, and one that nobody answers at', async () => {
      await server.client('SET GLOBAL read_only = 1');
      try {
        expect(await answerOf(await plan(plain), 'writable')).toMatchObject({ result: 'fail' });
      } finally {
        await server.client('SET GLOBAL read_only = 0');
      }
      const target: Target = { ...server.tcpTarget(), password: new Secret(`${TEST_PASSWORD}x`) };
      expect(await answerOf(await plan(plain, {}, target), 'login')).toMatchObject({
        result: 'fail',
        remark: { code: 'DB_LOGIN_REFUSED' },
      });
    });

    it('what only MariaDB has, for MySQL', async () => {
      const mysql = await plan(plain);
      expect(await answerOf(mysql, 'server-version')).toMatchObject({ result: 'pass' });
      const folder = await alteredTree(
        plain,
        'schema/20-tables.sql',
        (sql) => sql,
        (changed) => {
          changed.engine = 'mysql';
          changed.product = 'MySQL';
          changed.serverVersion = '8.0.36';
        },
      );
      expect(await answerOf(await plan(folder), 'server-version')).toMatchObject({
        result: 'warn',
        remark: { code: 'restore-other-vendor', params: { dumpedProduct: 'MySQL' } },
      });
    });
  });

  describe('leaves nothing behind', () => {
    async function expectNothing(act: () => Promise<unknown>, error: Record<string, unknown>): Promise<void> {
      const before = await independentDump(server, 'plain');
      await expect(act()).rejects.toMatchObject(error);
      expect(await databases()).not.toContain('aside');
      expect(await independentDump(server, 'plain')).toEqual(before);
      await expect.poll(async () => await otherConnections(server).then(withoutDaemons)).toBe('');
    }

    it('of rows that are not what was dumped', async () => {
      const copy = await alteredTree(plain, tuplesOf('t'), (rows) => rows.replace('name 19999', 'name 19998'));
      // Its manifest is that of before.
      await writeFile(path.join(copy, 'manifest.json'), await readFile(path.join(plain, 'manifest.json')));
      await expectNothing(() => restore(copy), { code: 'SOURCE_FILE_DAMAGED', kind: 'corruption' });
    });

    it('of values that the server would cut', async () => {
      const copy = await alteredTree(plain, 'schema/20-tables.sql', (sql) => sql.replace('varchar(50)', 'varchar(05)'));
      await expectNothing(() => restore(copy), { code: 'DB_RESTORE_VALUES_ALTERED', context: { table: 't' } });
    });

    it('of an object that the server refuses', async () => {
      const copy = await alteredTree(plain, 'schema/50-views.sql', (sql) => sql.replace('from `t`', 'from `y`'));
      await expectNothing(() => restore(copy), {
        code: 'DB_RESTORE_OBJECT_REFUSED',
        context: { object: 'view v', errno: 1146 },
      });
    });

    it.each([
      ['CREATE TABLE `u`', 'DROP   TABLE `u`'],
      ['CREATE TABLE `u`', 'INSERT INTO  `u`'],
      ['CREATE TABLE `u`', 'CREATE USER  `u`'],
      ['CREATE TABLE `u`', 'CREATE TABLE`t`.'],
      ['CREATE TABLE `u`', 'CREATE TABLE `x`'],
      ['SET character_set_client = utf8mb4', 'SET @a = 1, GLOBAL general_log=  1'],
    ])('of a schema with a statement that makes nothing: %s', async (was, is) => {
      const copy = await alteredTree(plain, 'schema/20-tables.sql', (sql) => sql.replace(was, is));
      await expectNothing(() => restore(copy), { code: 'DB_DUMP_DAMAGED' });
    });

    it('when it is cancelled', async () => {
      const abort = new AbortController();
      const control = controlOf({
        signal: abort.signal,
        progress: ({ phase, doneRows }) => {
          if (phase === 'restore' && doneRows > 0) abort.abort(new Error('cancelled'));
        },
      });
      await expectNothing(() => restore(plain, {}, { control }), { message: 'cancelled' });
    });

    it('when it is cancelled while it compares', async () => {
      const abort = new AbortController();
      const control = controlOf({
        signal: abort.signal,
        progress: ({ phase }) => {
          if (phase === 'verify') abort.abort(new Error('cancelled'));
        },
      });
      await expectNothing(() => restore(plain, {}, { control }), { message: 'cancelled' });
    });

    it.each([500_000, 3_000_000])('when the line breaks after %i bytes', async (cutAfterBytes) => {
      const planned = await plan(plain, {}, server.target);
      const listenAt = path.join(bench.folder, `p${cutAfterBytes}`);
      await using _proxy = await startChaosProxy(
        { path: server.socketPath },
        { fromClient: { cutAfterBytes } },
        { listenAt },
      );
      const target: Target = { ...server.target, address: { kind: 'socket', path: listenAt } };
      const all = async () =>
        await mariadbDriver.restore({ ...planned, target }, folderTree(plain), await workspace(), controlOf());
      await expectNothing(all, { kind: 'transient' });
    });
  });

  it('says when the server died and kept what was begun', async () => {
    await using dying = await startMariadb();
    await dying.client('CREATE DATABASE other');
    const notes: string[] = [];
    const control = controlOf({
      note: (line) => notes.push(line),
      progress: ({ phase, doneRows }) => {
        if (phase === 'restore' && doneRows > 0) dying.kill('SIGKILL');
      },
    });
    const planned = await plan(plain, { ownership: { kind: 'one', role: 'root@localhost' } }, dying.target);
    await expect(mariadbDriver.restore(planned, folderTree(plain), await workspace(), control)).rejects.toMatchObject({
      kind: 'transient',
    });
    expect(notes.join()).toMatch(/the database aside, .*, could not be removed/);
    // Nobody takes what is left for a restored database.
    await dying.restart();
    expect(await answerOf(await plan(plain, {}, dying.target), 'name-free')).toMatchObject({
      result: 'fail',
      remark: { code: 'name-unfinished', params: { paste: 'DROP DATABASE `aside`;' } },
    });
    await expect(
      mariadbDriver.swap(dying.target, { live: 'other', restored: 'aside', keepAs: 'kept' }, controlOf()),
    ).rejects.toMatchObject({ code: 'DB_SWAP_REFUSED', message: expect.stringContaining('not whole') });
  });

  it('tells a value that is not what was dumped', async () => {
    await dropped(async () => {
      const planned = await plan(plain);
      const other = structuredClone(manifest);
      const table = other.tables.find(({ name }) => name === 't');
      if (table === undefined) throw new Error('no table t');
      table.sha256 = '0'.repeat(64);
      // By the digest alone it is not judged: another order of the same rows is no other table.
      const sameRows = await mariadbDriver.restore(
        { ...planned, manifest: structuredClone(other) },
        folderTree(plain),
        await workspace(),
        controlOf(),
      );
      expect(sameRows.findings).toEqual([]);
      expect(sameRows.tables.find((each) => each.table === 't')).toMatchObject({ compared: 'rowsum' });
      await server.client('DROP DATABASE aside');
      table.rowsum = '1-1';
      const report = await mariadbDriver.restore(
        { ...planned, manifest: other },
        folderTree(plain),
        await workspace(),
        controlOf(),
      );
      expect(report.findings).toMatchObject([{ code: 'rowsum-differs', table: 't' }]);
      expect(await databases()).toContain('aside');
    });
  });

  describe('asked a question', () => {
    it('answers as text, and changes nothing', async () => {
      const ask = async (sql: string) => await mariadbDriver.ask?.(server.target, 'plain', sql, controlOf());
      expect(await ask("SELECT a, NULL, x'00ff', 'é' FROM u WHERE a = 1")).toEqual([['1', null, '00ff', 'é']]);
      await expect(ask('SELECT * FROM t')).rejects.toMatchObject({ code: 'DB_ANSWER_TOO_LARGE' });
      for (const sql of ['DELETE FROM u', 'DROP TABLE u', 'INSERT INTO u VALUES (1)', 'SELECT NEXTVAL(s)']) {
        await expect(ask(sql)).rejects.toMatchObject({ context: { errno: expect.any(Number) } });
      }
      expect(await ask('SELECT COUNT(*) FROM u')).toEqual([['3']]);
    });
  });

  describe('exchanges databases', () => {
    const swapPlan = { live: 'live', restored: 'aside', keepAs: 'kept' };

    async function prepared(act: () => Promise<void>): Promise<void> {
      try {
        await restore(museum, { verify: 'rows' });
        await loadMuseum(server, 'live', { bigRows: 10 });
        await server.client(
          Buffer.from("SET NAMES latin1; CREATE FUNCTION cafe() RETURNS TEXT RETURN 'd\xe9j\xe0 vu'", 'latin1'),
          'live',
        );
        await server.client(
          `DROP VIEW broken_view; DROP TABLE one_row; CREATE TABLE only_live (a INT);
           CREATE USER IF NOT EXISTS other@localhost;
           ALTER DEFINER = other@localhost EVENT live.\`nightly; clean\` COMMENT 'of another';
           ALTER DEFINER = other@localhost EVENT aside.\`nightly; clean\` COMMENT 'of another as well'`,
          'live',
        );
        await act();
      } finally {
        await server.client(
          'DROP DATABASE IF EXISTS live; DROP DATABASE IF EXISTS aside; DROP DATABASE IF EXISTS kept',
        );
      }
    }

    it('with everything that is in them, events awake where they were', async () => {
      await prepared(async () => {
        const [live, restored] = [await independentDump(server, 'live'), await independentDump(server, 'aside')];
        const report = await mariadbDriver.swap(server.target, swapPlan, controlOf());
        expect(report).toMatchObject({ live: 'live', keptAs: 'kept' });
        expect(await databases()).not.toContain('aside');
        const awake =
          "SELECT EVENT_SCHEMA FROM information_schema.EVENTS WHERE STATUS = 'ENABLED' AND EVENT_SCHEMA IN ('live', 'kept')";
        expect(await server.client(awake)).toBe('live');
        const owners =
          "SELECT DISTINCT DEFINER FROM information_schema.EVENTS WHERE EVENT_NAME = 'nightly; clean' AND EVENT_SCHEMA IN ('live', 'kept')";
        expect(await server.client(owners)).toBe('other@localhost');
        await server.client(
          `ALTER DEFINER = other@localhost EVENT live.\`nightly; clean\` DISABLE;
           ALTER DEFINER = other@localhost EVENT kept.\`nightly; clean\` ENABLE`,
        );
        expect(await independentDump(server, 'live')).toEqual(restored);
        expect(await independentDump(server, 'kept')).toEqual(live);
        const texts =
          "SELECT GROUP_CONCAT(HEX(CONVERT(ROUTINE_DEFINITION USING utf8mb4))) FROM information_schema.ROUTINES WHERE ROUTINE_NAME = 'cafe' AND ROUTINE_SCHEMA";
        const word = Buffer.from("'déjà vu'").toString('hex').toUpperCase();
        expect(await server.client(`${texts} = 'live'; ${texts} = 'kept'; SELECT * FROM live.the`)).toMatch(
          new RegExp(`^\\w*${word}\n\\w*${word}\né$`),
        );
        // Each takes from its own sequence.
        expect(
          await server.client('SHOW CREATE TABLE live.from_sequence; SHOW CREATE TABLE kept.from_sequence'),
        ).toMatch(/nextval\(`live`[^]*nextval\(`kept`/);
      });
    }, 60_000);

    it('or not at all: what was begun is undone', async () => {
      await prepared(async () => {
        await server.client(
          `CREATE USER IF NOT EXISTS swapper@localhost; GRANT ALL ON live.* TO swapper@localhost; GRANT ALL ON aside.* TO swapper@localhost;
           GRANT CREATE, DROP, ALTER ON kept.* TO swapper@localhost; GRANT SET USER ON *.* TO swapper@localhost; GRANT SELECT ON mysql.* TO swapper@localhost`,
        );
        const before = [await independentDump(server, 'live'), await independentDump(server, 'aside')];
        await expect(
          mariadbDriver.swap({ ...server.target, user: 'swapper' }, swapPlan, controlOf()),
        ).rejects.toMatchObject({ code: 'DB_SWAP_FAILED' });
        expect([await independentDump(server, 'live'), await independentDump(server, 'aside')]).toEqual(before);
        expect(await databases()).not.toContain('kept');
      });
    }, 60_000);

    it('refuses names that are taken, equal or missing, and keys from elsewhere', async () => {
      const swap = async (changes: Partial<typeof swapPlan>) =>
        await mariadbDriver.swap(
          server.target,
          { ...swapPlan, live: 'plain', restored: 'museum', ...changes },
          controlOf(),
        );
      await expect(swap({ keepAs: 'mysql' })).rejects.toMatchObject({ code: 'DB_SWAP_REFUSED' });
      await expect(swap({ keepAs: 'Plain' })).rejects.toMatchObject({ code: 'DB_SWAP_REFUSED' });
      await expect(swap({ live: 'gone' })).rejects.toMatchObject({ code: 'DB_DATABASE_MISSING' });
      await server.client(
        'CREATE DATABASE outside; CREATE TABLE outside.c (t INT, FOREIGN KEY (t) REFERENCES plain.t (id))',
      );
      try {
        await expect(swap({})).rejects.toMatchObject({
          code: 'DB_SWAP_REFUSED',
          message: expect.stringContaining('outside.c'),
        });
      } finally {
        await server.client('DROP DATABASE outside');
      }
      expect(await databases()).not.toContain('kept');
    });
  });

  describe('a server for a drill', () => {
    it('takes the dump through no port, and is gone afterwards', async () => {
      const place = await workspace();
      const scratch = await mariadbDriver.startScratch(server.version, place, controlOf());
      expect(scratch.target).toMatchObject({ engine: 'mariadb', address: { kind: 'socket' } });
      const planned = await mariadbDriver.planRestore(scratch.target, folderTree(museum), ASIDE, controlOf());
      expect(planned.checks.filter(({ result }) => result === 'fail')).toEqual([]);
      expect((await mariadbDriver.restore(planned, folderTree(museum), place, controlOf())).findings).toEqual([]);
      const [settings] =
        (await mariadbDriver.ask?.(
          scratch.target,
          'mysql',
          'SELECT @@skip_networking, @@event_scheduler',
          controlOf(),
        )) ?? [];
      expect(settings).toEqual(['1', 'OFF']);
      await scratch.stop();
      await scratch.stop();
      expect(await readdir(place.folder)).toEqual([]);
    }, 120_000);

    it('names the package of what is not installed', async () => {
      const start = async (driver: typeof mariadbDriver, version: string) =>
        await driver.startScratch(version, await workspace(), controlOf());
      await expect(start(mariadbDriver, '99.1.0')).rejects.toMatchObject({
        code: 'DB_SERVER_MISSING',
        context: { package: 'mariadb-server' },
      });
      // MariaDB's program has that name too.
      await expect(start(mysqlDriver, '8.0.36')).rejects.toMatchObject({
        code: 'DB_SERVER_MISSING',
        context: { package: 'mysql-server' },
      });
    });

    it('sweeps what a dead owner left behind, and nothing else', async () => {
      const place = await workspace();
      for (const [name, state] of [
        ['my-dead', '{"owner":999999999,"startedTicks":"1"}'],
        ['my-strange', 'not ours'],
      ] as const) {
        await mkdir(path.join(place.folder, name, 'data'), { recursive: true });
        await writeFile(path.join(place.folder, name, 'scratch.json'), state);
      }
      await using _scratch = await mariadbDriver.startScratch(server.version, place, controlOf());
      const left = await readdir(place.folder);
      expect(left).toContain('my-strange');
      expect(left).not.toContain('my-dead');
    }, 60_000);

    it('is not left half started', async () => {
      const place = await workspace();
      const abort = new AbortController();
      const starting = mariadbDriver.startScratch(server.version, place, controlOf({ signal: abort.signal }));
      await expect.poll(async () => (await readdir(place.folder)).length).toBe(1);
      abort.abort(new Error('cancelled'));
      await expect(starting).rejects.toThrow();
      expect(await readdir(place.folder)).toEqual([]);
    }, 60_000);
  });
});

function tuplesOf(table: string): string {
  return `data/${table}/0000.tuples`;
}

function withoutDaemons(connections: string): string {
  return connections
    .split('\n')
    .filter((line) => !line.includes('Daemon'))
    .join('');
}

async function collect(findings: AsyncIterable<Finding>): Promise<Finding[]> {
  const all: Finding[] = [];
  for await (const finding of findings) all.push(finding);
  return all;
}
