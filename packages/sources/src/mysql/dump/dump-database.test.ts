import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../../connection/target.ts';
import { Secret } from '../../process/secret.ts';
import {
  fakeTool,
  haveServer,
  loadMuseum,
  type MuseumFacts,
  misbehave,
  startChaosProxy,
  startMariadb,
  TEST_PASSWORD,
  type TestServer,
} from '../../testing/index.ts';
import { openSession } from '../session.ts';
import { controlOf, DumpBench, filesOf, otherConnections } from '../testing/dump-bench.ts';
import { guardLongQueries } from './snapshot-sessions.ts';

const TOOL = '/usr/bin/mariadb-dump';

describe.skipIf(!haveServer('mariadb'))('dumpDatabase', () => {
  let server: TestServer;
  let bench: DumpBench;
  let facts: MuseumFacts;
  let target: Target;

  beforeAll(async () => {
    server = await startMariadb({ tcp: true, settings: { log_bin_trust_function_creators: '1' } });
    bench = await DumpBench.make();
    target = server.target;
    facts = await loadMuseum(server, 'museum');
    await server.client(
      `CREATE DATABASE plain; USE plain;
       CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(50), body TEXT) ENGINE = InnoDB;
       INSERT INTO t (name, body) SELECT CONCAT('name ', seq), REPEAT('it''s \\\\ ', 20) FROM seq_1_to_20000;
       CREATE TABLE u (a INT) ENGINE = InnoDB; INSERT INTO u VALUES (2), (1), (3);
       CREATE VIEW v AS SELECT id FROM t;
       CREATE PROCEDURE p() SELECT 1;
       CREATE DATABASE nothing;`,
    );
  });

  afterAll(async () => {
    await bench?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  it('dumps the museum: every table with its rows, every object by its name', async () => {
    const { manifest, folder } = await bench.dump(target, 'museum', {
      untransactional: 'accept',
      skipViews: ['broken_view'],
    });
    expect(Object.fromEntries(manifest.tables.map(({ name, rows }) => [name, rows]))).toEqual(
      Object.fromEntries(facts.tables.map(({ name, rows }) => [name, rows])),
    );
    expect(manifest.inventory).toMatchObject({
      sequence: 3,
      procedure: 2,
      function: 3,
      package: 1,
      trigger: 4,
      event: 2,
    });
    expect(manifest.warnings.map(({ code }) => code)).toContain('view-skipped');
    expect(manifest.warnings.map(({ code }) => code)).toContain('table-untransactional');
    const places = manifest.details['objects'] as Array<{
      kind: string;
      name: string;
      file: string;
      offset: number;
      bytes: number;
    }>;
    for (const { file, offset, bytes, kind } of places) {
      const sql = (await readFile(path.join(folder, file))).subarray(offset, offset + bytes).toString('utf8');
      if (kind === 'table') expect(sql).toMatch(/CREATE TABLE `/);
      if (kind === 'trigger') expect(sql).toMatch(/\/\*!\d+ trigger/i);
    }
  });

  it('gives the same files twice', async () => {
    const options = { untransactional: 'accept', skipViews: ['broken_view'] } as const;
    const [once, again] = [await bench.dump(target, 'museum', options), await bench.dump(target, 'museum', options)];
    expect(await filesOf(again.folder)).toEqual(await filesOf(once.folder));
  });

  it('gives the same rows through sessions as through the tool, and FLOAT values exactly even without RELOAD', async () => {
    await loadMuseum(server, 'ordered', { bigRows: 3000 });
    await server.client(
      `DROP TABLE merged, merged_a, merged_b; DROP VIEW broken_view;
       ALTER TABLE in_myisam ENGINE = InnoDB; ALTER TABLE in_memory ENGINE = InnoDB; ALTER TABLE in_csv ENGINE = InnoDB;
       ALTER TABLE in_aria ENGINE = InnoDB TRANSACTIONAL = DEFAULT;
       CREATE USER tool_only@localhost;
       GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON ordered.* TO tool_only@localhost;
       GRANT SELECT ON mysql.proc TO tool_only@localhost;`,
      'ordered',
    );
    const account = { ...target, user: 'tool_only' };
    const notes: string[] = [];
    const bySession = await bench.dump(account, 'ordered', { parallel: 3 }, { note: (line) => notes.push(line) });
    const bySessions = await bench.dump(target, 'ordered', { parallel: 3 });
    expect([bySession.manifest.method, bySessions.manifest.method]).toEqual(['sessions', 'sessions']);
    expect(notes.join()).toMatch(/RELOAD/);
    const sessions = await filesOf(bySessions.folder);
    expect(await filesOf(bySession.folder)).toEqual(sessions);
    expect(sessions['data/numbers/0000.tuples']).toContain(',123456.7890625,');

    await server.client('ALTER TABLE numbers DROP COLUMN single', 'ordered');
    const byTool = await bench.dump(account, 'ordered', { parallel: 1 });
    const again = await bench.dump(target, 'ordered', { parallel: 3 });
    expect([byTool.manifest.method, again.manifest.method]).toEqual(['tool', 'sessions']);
    expect(await filesOf(again.folder)).toEqual(await filesOf(byTool.folder));
    // Whoever says who is to read is heeded, whatever the number of sessions.
    const asked = [
      await bench.dump(target, 'ordered', { parallel: 3, rowsBy: 'tool' }),
      await bench.dump(account, 'ordered', { parallel: 1, rowsBy: 'sessions' }),
    ];
    expect(asked.map(({ manifest }) => manifest.method)).toEqual(['tool', 'sessions']);
    expect(await otherConnections(server)).toBe('');
  });

  it('keeps the digits of FLOAT beside tables that no snapshot covers, or refuses; it never rounds', async () => {
    await server.client(
      `CREATE DATABASE gaps; CREATE TABLE gaps.measured (id INT PRIMARY KEY, value FLOAT) ENGINE = MyISAM;
       INSERT INTO gaps.measured VALUES (1, 16777217), (2, 123456.789)`,
    );
    const accepted = await bench.dump(target, 'gaps', { untransactional: 'accept' });
    expect((await filesOf(accepted.folder))['data/measured/0000.tuples']).toContain('(2,123456.7890625)');
    await expect(bench.dump(target, 'gaps', { untransactional: 'lock' })).rejects.toMatchObject({
      code: 'DB_FLOAT_ROUNDED',
      kind: 'operator',
    });
  });

  it('dumps an empty database', async () => {
    for (const parallel of [1, 2]) {
      const { manifest, folder } = await bench.dump(target, 'nothing', { parallel });
      expect(manifest.tables).toEqual([]);
      expect(Object.keys(await filesOf(folder))).toEqual(['schema/00-database.json']);
    }
  });

  it('dumps many tables', async () => {
    await server.client('CREATE DATABASE many');
    const tables = Array.from({ length: 1500 }, (_, tableIdx) => `CREATE TABLE t${tableIdx} (a INT);`);
    await server.client(tables.join('\n'), 'many');
    for (const parallel of [1, 3]) {
      const { manifest } = await bench.dump(target, 'many', { parallel });
      expect(manifest.tables).toHaveLength(1500);
    }
  });

  it('leaves out the rows of a table and keeps its definition', async () => {
    for (const parallel of [1, 2]) {
      const { manifest, folder } = await bench.dump(target, 'plain', { excludeData: ['t'], parallel });
      expect(manifest.tables.map(({ name }) => name)).toEqual(['u']);
      expect(manifest.excludedData).toEqual(['t']);
      expect((await filesOf(folder))['schema/20-tables.sql']).toMatch(/CREATE TABLE `t`[^]*CREATE TABLE `u`/);
    }
    await expect(bench.dump(target, 'plain', { excludeData: ['gone'] })).rejects.toMatchObject({
      code: 'DB_OBJECT_MISSING',
    });
  });

  it('does not choose how tables without transactions are read', async () => {
    await expect(bench.dump(target, 'museum', { skipViews: ['broken_view'] })).rejects.toMatchObject({
      code: 'DB_TABLES_UNTRANSACTIONAL',
      context: { tables: expect.stringContaining('in_myisam (MyISAM)') },
    });
    await server.client(
      'CREATE DATABASE locked; USE locked; CREATE TABLE m (a INT) ENGINE = MyISAM; INSERT INTO m VALUES (1)',
    );
    const { manifest } = await bench.dump(target, 'locked', { untransactional: 'lock' });
    expect(manifest.method).toBe('tool-locked');
  });

  it('fails on a broken view that nobody named', async () => {
    await expect(bench.dump(target, 'museum', { untransactional: 'accept' })).rejects.toMatchObject({
      code: 'DB_TOOL_FAILED',
      context: { said: expect.stringContaining('broken_view') },
    });
  });

  it('prints events itself when the tool would loop over their text for ever', async () => {
    await server.client(
      `CREATE DATABASE events; USE events; CREATE TABLE t (a INT);
       DELIMITER $$
       CREATE EVENT odd ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01 00:00:00' DISABLE DO BEGIN SELECT ';;;'; SELECT 2; END$$
       CREATE EVENT even ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01 00:00:00' DISABLE DO SELECT 1$$`,
    );
    const { folder, manifest } = await bench.dump(target, 'events');
    expect(manifest.inventory).toMatchObject({ event: 2 });
    const sql = (await filesOf(folder))['schema/70-events.sql'] ?? '';
    await server.client(`DROP EVENT odd; DROP EVENT even;\n${sql}`, 'events');
    expect(await server.client("SELECT COUNT(*) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'events'")).toMatch(
      /^2/,
    );
    const again = await bench.dump(target, 'events');
    expect((await filesOf(again.folder))['schema/70-events.sql']).toBe(sql);
  });

  describe('refuses', () => {
    it('an account that would not see routines', async () => {
      await server.client(
        'CREATE USER blind@localhost; GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES ON plain.* TO blind@localhost',
      );
      await expect(bench.dump({ ...target, user: 'blind' }, 'plain')).rejects.toMatchObject({
        code: 'DB_PRIVILEGE_MISSING',
        hint: "GRANT SELECT ON `mysql`.`proc` TO 'blind'@'localhost';",
      });
      await server.client('GRANT SELECT ON mysql.proc TO blind@localhost');
      const { manifest } = await bench.dump({ ...target, user: 'blind' }, 'plain');
      expect(manifest.inventory).toMatchObject({ procedure: 1 });
    });

    it('a database that is not there', async () => {
      await expect(bench.dump(target, 'gone')).rejects.toMatchObject({ code: 'DB_DATABASE_MISSING' });
    });

    it.each([
      ['half of it, then exit code 2', misbehave.truncates(TOOL, 200_000, 2), 'DB_TOOL_FAILED'],
      ['half of it, then exit code 0', misbehave.truncates(TOOL, 200_000, 0), 'DB_DUMP_INCOMPLETE'],
      ['all but the end marker', misbehave.truncates(TOOL, 3_400_000, 0), 'DB_DUMP_INCOMPLETE'],
      ['half of it, then death', misbehave.dies(TOOL, 200_000, 'KILL'), 'DB_TOOL_KILLED'],
      ['all of it, then exit code 3', misbehave.exitsAfterAll(TOOL, 3), 'DB_TOOL_FAILED'],
      [
        'an end marker behind an error',
        `case " $* " in *" --version "*) exec ${TOOL} "$@";; esac\n${TOOL} "$@" | head -c 200000\nprintf '\\n-- Dump completed\\n'\nexit 0`,
        'DB_DUMP_(UNREADABLE|INCOMPLETE)',
      ],
      [
        'a dump without routines',
        `case " $* " in *" --version "*) exec ${TOOL} "$@";; esac\nexec ${TOOL} "$@" --skip-routines 3<&3`,
        'DB_TOOL_FAILED|DB_DUMP_INCOMPLETE',
      ],
    ])('a tool that writes %s', async (what, script, code) => {
      const folder = await bench.emptyFolder(`tools-${what.replace(/\W/g, '-')}`);
      await fakeTool(folder, 'mariadb-dump', script);
      const fooled = { ...target, options: { ...target.options, toolsFolder: folder } };
      await expect(bench.dump(fooled, 'plain')).rejects.toMatchObject({ code: expect.stringMatching(`^(${code})$`) });
      expect(await otherConnections(server)).toBe('');
    });
  });

  describe('publishes nothing when', () => {
    it.each([0.1, 0.5, 0.99])('the network is cut after %f of the dump', async (part) => {
      for (const parallel of [1, 2]) {
        await using proxy = await startChaosProxy({ host: '127.0.0.1', port: server.port });
        const through: Target = {
          ...server.tcpTarget(),
          address: { kind: 'tcp', host: '127.0.0.1', port: proxy.port },
        };
        await bench.dump(through, 'plain', { parallel });
        const wholeBytes = proxy.passedBytes;
        // Counted for each connection: that of the rows is nearly all of it.
        proxy.setFaults({ cutAfterBytes: Math.floor(wholeBytes * part * 0.95) });
        const failed = bench.dump(through, 'plain', { parallel }, { clock: impatientClock() });
        await expect(failed).rejects.toMatchObject({
          code: expect.stringMatching(/^(DB_CONNECTION_LOST|DB_TOOL_FAILED|DB_UNREACHABLE)$/),
        });
      }
    });

    it('the server dies meanwhile', async () => {
      await using other = await startMariadb();
      await other.client(
        `CREATE DATABASE d; USE d; CREATE TABLE t (id INT PRIMARY KEY, a TEXT); INSERT INTO t SELECT seq, REPEAT('x', 500) FROM seq_1_to_30000;`,
      );
      for (const parallel of [1, 2]) {
        let isShot = false;
        const dump = bench.dump(
          other.target,
          'd',
          { parallel },
          {
            clock: impatientClock(),
            progress: ({ phase }) => {
              if (phase !== 'data' || isShot) return;
              isShot = true;
              other.kill('SIGKILL');
            },
          },
        );
        await expect(dump).rejects.toMatchObject({ code: expect.stringMatching(/^DB_/) });
        expect(isShot).toBe(true);
        await other.restart();
      }
      await expect(bench.dump(other.target, 'd')).resolves.toBeDefined();
    });

    it('the schema changes meanwhile', async () => {
      for (const parallel of [1, 2]) {
        let isChanged: Promise<unknown> | undefined;
        const dump = bench.dump(
          target,
          'plain',
          { parallel },
          {
            progress: ({ phase }) => {
              if (phase === 'data') isChanged ??= server.client(`CREATE TABLE new_${parallel} (a INT)`, 'plain');
            },
          },
        );
        await Promise.allSettled([dump]);
        await isChanged;
        await expect(dump).rejects.toMatchObject({
          code: expect.stringMatching(/^DB_(OBJECT_CHANGED|DUMP_INCOMPLETE)$/),
        });
        await server.client(`DROP TABLE new_${parallel}`, 'plain');
      }
    });

    it('it is cancelled, and leaves no connection behind', async () => {
      for (const parallel of [1, 2]) {
        const given = new AbortController();
        const dump = bench.dump(
          target,
          'plain',
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

  it('is not ended by a server that ends whoever is idle', async () => {
    await using strict = await startMariadb({
      settings: {
        wait_timeout: '1',
        idle_transaction_timeout: '1',
        idle_readonly_transaction_timeout: '1',
        net_write_timeout: '1',
        max_statement_time: '2',
      },
    });
    await strict.client(
      `CREATE DATABASE d; USE d; CREATE TABLE s (a INT); INSERT INTO s VALUES (1);
       CREATE TABLE t (id INT PRIMARY KEY, a TEXT); INSERT INTO t SELECT seq, REPEAT('x', 500) FROM seq_1_to_20000;`,
    );
    for (const parallel of [1, 2]) {
      // As slow as a repository that is busy: longer than every limit of the server.
      const { manifest } = await bench.dump(strict.target, 'd', { parallel }, {}, 30);
      expect(manifest.tables.map(({ rows }) => rows)).toEqual([1, 20_000]);
    }
  });

  it('is given up when the server stands still, and not while it is at work', async () => {
    await using other = await startMariadb();
    await other.client(
      `CREATE DATABASE d; USE d; CREATE TABLE t (id INT PRIMARY KEY, a TEXT); INSERT INTO t SELECT seq, REPEAT('x', 500) FROM seq_1_to_30000;`,
    );
    const impatient = { ...other.target, options: { ...other.target.options, connectTimeoutMs: 500 } };
    for (const parallel of [1, 2]) {
      let isFrozen = false;
      const dump = bench.dump(
        impatient,
        'd',
        { parallel },
        {
          stallMs: 500,
          progress: ({ phase }) => {
            if (phase !== 'data' || isFrozen) return;
            isFrozen = true;
            other.freeze();
          },
        },
      );
      await expect(dump).rejects.toMatchObject({ code: expect.stringMatching(/^DB_(TOOL_)?STALLED$/) });
      expect(isFrozen).toBe(true);
      other.thaw();
    }
    await using session = await openSession(other.target, controlOf({ stallMs: 300 }));
    expect(await session.texts('SELECT BENCHMARK(1500000, MD5(1))')).toEqual([['0']]);
  });

  it('is given up when it takes too long', async () => {
    for (const parallel of [1, 2]) {
      const late = bench.dump(target, 'plain', { parallel }, { hardMs: 300 }, 200);
      await expect(late).rejects.toMatchObject({ code: expect.stringMatching(/^DB_(DUMP|TOOL|ACT)?_?TIMEOUT$/) });
      await expect.poll(async () => await otherConnections(server)).toBe('');
    }
  });

  it('gives up rather than lock behind a long query', async () => {
    const long = server.client('SELECT SLEEP(100) FROM t LIMIT 1', 'plain').catch(() => undefined);
    try {
      await expect.poll(async () => await otherConnections(server)).toContain('SLEEP');
      await using session = await openSession(target, controlOf());
      const refused = async () =>
        await guardLongQueries(session, 1).then(
          () => undefined,
          (error: unknown) => error,
        );
      await expect.poll(refused, { timeout: 10_000 }).toMatchObject({ code: 'DB_LOCKED' });
      await guardLongQueries(session, 60);
    } finally {
      await server.client(
        "SELECT CONCAT('KILL ', ID) INTO @k FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT SLEEP%'; EXECUTE IMMEDIATE @k",
      );
      await long;
    }
  });

  it('shows the password to nobody', async () => {
    const logFile = path.join(bench.folder, 'call.log');
    const folder = await bench.emptyFolder('tools-recording');
    await fakeTool(folder, 'mariadb-dump', misbehave.recordsCall(TOOL, logFile));
    const password = new Secret(TEST_PASSWORD);
    const target = { ...server.tcpTarget(), password, options: { ...server.target.options, toolsFolder: folder } };
    const { manifest } = await bench.dump(target, 'plain');
    expect(await readFile(logFile, 'utf8')).toContain('--single-transaction');
    expect(await readFile(logFile, 'utf8')).not.toContain(TEST_PASSWORD.slice(0, 6));
    expect(JSON.stringify(manifest)).not.toContain(TEST_PASSWORD.slice(0, 6));
  });

  it('sees one moment, whoever writes meanwhile', async () => {
    await server.client(
      `CREATE DATABASE money; USE money; CREATE TABLE a (id INT PRIMARY KEY, n INT); CREATE TABLE b (id INT PRIMARY KEY, n INT);
       INSERT INTO a SELECT seq, 100 FROM seq_1_to_2000; INSERT INTO b SELECT seq, 100 FROM seq_1_to_2000;`,
    );
    let isOver = false;
    const writer = (async () => {
      while (!isOver) {
        await server.client(
          'START TRANSACTION; UPDATE a SET n = n - 1 WHERE id = 1; UPDATE b SET n = n + 1 WHERE id = 2000; COMMIT;'.repeat(
            20,
          ),
          'money',
        );
      }
    })();
    try {
      for (const parallel of [1, 2, 2, 2]) {
        await delay(50);
        const { folder } = await bench.dump(target, 'money', { parallel });
        const rows = Object.entries(await filesOf(folder)).filter(([file]) => file.startsWith('data/'));
        const sums = rows.map(([, text]) =>
          text.split('\n').reduce((sum, row) => sum + Number(/,(-?\d+)\)/.exec(row)?.[1] ?? 0), 0),
        );
        expect((sums[0] ?? 0) + (sums[1] ?? 0)).toBe(400_000);
        // Somebody wrote.
        expect(sums[0]).not.toBe(200_000);
      }
    } finally {
      isOver = true;
      await writer;
    }
  });
});

/** Does not wait between tries. */
function impatientClock() {
  const { clock } = controlOf();
  return {
    ...clock,
    sleep: async (delayMs: number, signal?: AbortSignal) => {
      await clock.sleep([5000, 20_000, 60_000].includes(delayMs) ? 1 : delayMs, signal);
    },
  };
}
