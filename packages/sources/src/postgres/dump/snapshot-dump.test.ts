import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isLumbungError } from '@lumbung/stdx';
import { systemClock, systemRandom } from '@lumbung/stdx/node';
import { LeapingClock } from '@lumbung/stdx/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Target } from '../../connection/target.ts';
import type { Control } from '../../driver.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { readManifest } from '../../manifest/manifest-file.ts';
import { findPostgresTool } from '../../process/find-tool.ts';
import { Secret } from '../../process/secret.ts';
import {
  type ChaosFaults,
  fakeTool,
  folderTree,
  haveServer,
  loadManyTables,
  loadMuseum,
  type MuseumFacts,
  startChaosProxy,
  startPostgres,
  storeEntries,
  type TestServer,
} from '../../testing/index.ts';
import type { Finding } from '../../verify/finding.ts';
import { verifyTree } from '../../verify/verify-tree.ts';
import type { PostgresDumpOptions } from './dump-options.ts';
import { dumpBySnapshot } from './snapshot-dump.ts';

const MUSEUM = 'museum of "everything"';
const BIG_ROWS = 60_000;

function controlWith(more: Partial<Control> = {}): Control {
  return {
    signal: new AbortController().signal,
    clock: systemClock,
    random: systemRandom,
    progress: () => undefined,
    note: () => undefined,
    stallMs: 60_000,
    hardMs: 600_000,
    ...more,
  };
}

describe.skipIf(!haveServer('postgres'))('a dump by sessions that share one snapshot', () => {
  let server: TestServer;
  let museum: MuseumFacts;
  let folder: string;
  let runs = 0;

  beforeAll(async () => {
    server = await startPostgres({ tcp: true });
    museum = await loadMuseum(server, MUSEUM, { bigRows: BIG_ROWS });
  });
  afterAll(async () => {
    await server.stop();
  });
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lumbung-postgres-dump-'));
  });
  afterEach(async () => {
    // Whatever became of a dump: no session of it is left, and so no lock.
    const left = await server.client(`SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'lumbung-%'`);
    expect(left).toBe('0');
    await rm(folder, { recursive: true, force: true });
  });

  interface Wanted {
    readonly database?: string;
    readonly target?: Target;
    readonly options?: Partial<PostgresDumpOptions>;
    readonly control?: Partial<Control>;
    readonly parallel?: number;
  }

  /** Dumps into a new folder; returns it. */
  async function dump(wanted: Wanted = {}): Promise<string> {
    const { database = MUSEUM, target = server.target, parallel = 3 } = wanted;
    runs += 1;
    const workspace = path.join(folder, `workspace-${runs}`);
    const out = path.join(folder, `out-${runs}`);
    await mkdir(workspace, { mode: 0o700 });
    await mkdir(out);
    const options = { parallel, excludeData: [], untransactional: 'refuse', ...wanted.options } as const;
    const control = controlWith(wanted.control);
    const made = dumpBySnapshot(target, database, options, { folder: workspace, limitBytes: 1e9 }, control);
    await storeEntries(made.entries, out, { parallel });
    await made.manifest;
    return out;
  }

  async function findingsIn(out: string): Promise<Finding[]> {
    const findings: Finding[] = [];
    for await (const finding of verifyTree(folderTree(out), controlWith())) findings.push(finding);
    return findings;
  }

  async function manifestIn(out: string): Promise<Manifest> {
    return await readManifest(folderTree(out));
  }

  async function makeDatabase(name: string, sql: string): Promise<string> {
    await server.client(`CREATE DATABASE ${name} TEMPLATE template0`);
    await server.client(sql, name);
    return name;
  }

  async function failure(work: Promise<unknown>): Promise<string> {
    try {
      await work;
    } catch (error) {
      if (isLumbungError(error)) return error.code;
      throw error;
    }
    return 'none';
  }

  it('holds every table of the museum with all its rows, and is whole', async () => {
    const out = await dump();
    expect(await findingsIn(out)).toEqual([]);
    const manifest = await manifestIn(out);
    const key = ({ schema = '', name, rows }: { schema?: string; name: string; rows: number }) =>
      JSON.stringify([schema, name, rows]);
    expect(manifest.tables.map(key).sort()).toEqual(museum.tables.map(key).sort());
    expect(manifest.inventory).toMatchObject({ publication: 1, eventTrigger: 1, largeObject: 5 });
    expect(manifest.rolesReferenced).toContain('museum "clerk"');
    expect(await readFile(path.join(out, 'schema/schema.sql'), 'utf8')).not.toContain('restrict ');
  });

  it('differs in the manifest alone from a dump made before, read one by one', async () => {
    const [first, second] = [await dump({ parallel: 1 }), await dump({ parallel: 4 })];
    const [before, after] = [await manifestIn(first), await manifestIn(second)];
    expect(after.files).toEqual(before.files);
    expect(after.tables).toEqual(before.tables);
    expect(after.sequences).toEqual(before.sequences);
  });

  it('holds the same rows as psql reads them, in the order of the key', async () => {
    const out = await dump();
    const tables = (await manifestIn(out)).tables;
    const shuffled = tables.find(({ name }) => name === 'shuffled');
    expect(shuffled?.order).toEqual(['id']);
    const ours = await readFile(path.join(out, shuffled?.segments[0]?.path ?? ''), 'utf8');
    const theirs = await server.client(`COPY (SELECT * FROM museum.shuffled ORDER BY id) TO STDOUT`, MUSEUM);
    expect(ours.trimEnd()).toBe(theirs.trimEnd());
    const duplicates = tables.find(({ name }) => name === 'duplicates');
    expect(duplicates?.order).toBeNull();
  });

  it('holds the same when pg_dump copies the rows, but for their order', async () => {
    const sessions = await manifestIn(await dump());
    const out = await dump({ options: { rowsBy: 'tool' } });
    const tool = await manifestIn(out);
    expect(await findingsIn(out)).toEqual([]);
    expect(tool.files).toEqual(sessions.files);
    expect(tool.sequences).toEqual(sessions.sequences);
    const rowsOf = ({ tables }: Manifest) =>
      tables.map(({ schema, name, rows, rowsum }) => ({ schema, name, rows, rowsum }));
    expect(rowsOf(tool)).toEqual(rowsOf(sessions));
    const unordered = sessions.tables.filter(({ order }) => order === null);
    expect(unordered.length).toBeGreaterThan(10);
    expect(tool.tables).toEqual(expect.arrayContaining(unordered));
  });

  it('fails as loudly when pg_dump copies the rows', async () => {
    const options = { rowsBy: 'tool' } as const;
    expect(
      (await manifestIn(await dump({ options: { ...options, excludeData: ['museum.big'] } }))).excludedData,
    ).toEqual(['museum.big']);
    const tools = path.join(folder, 'tools-that-fail');
    const [dumpTool, restoreTool] = [await findPostgresTool('pg_dump', 15), await findPostgresTool('pg_restore', 15)];
    await fakeTool(tools, 'pg_restore', `exec ${restoreTool.path} "$@"`);
    const target = { ...server.target, options: { ...server.target.options, toolsFolder: tools } };
    for (const [end, code] of [
      ['exit 3', 'DB_TOOL_FAILED'],
      ['kill -KILL $$', 'DB_TOOL_KILLED'],
    ] as const) {
      const isData = `case " $* " in *" --section=data "*) ${end};; esac`;
      await fakeTool(tools, 'pg_dump', `${dumpTool.path} "$@" || exit $?\n${isData}`);
      expect(await failure(dump({ target, options }))).toBe(code);
    }
    const withoutBig = `case " $* " in *" --section=data "*) exec ${dumpTool.path} "$@" --exclude-table=museum.big;; esac`;
    await fakeTool(tools, 'pg_dump', `${withoutBig}\nexec ${dumpTool.path} "$@"`);
    expect(await failure(dump({ target, options }))).toBe('DB_INVENTORY_DIFFERS');
  });

  it('leaves out the rows that are excluded, and refuses a name that does not exist', async () => {
    const manifest = await manifestIn(await dump({ options: { excludeData: ['museum.big'] } }));
    expect(manifest.excludedData).toEqual(['museum.big']);
    expect(manifest.tables.some(({ name }) => name === 'big')).toBe(false);
    expect(await failure(dump({ options: { excludeData: ['museum.bigg'] } }))).toBe('DB_TABLE_UNKNOWN');
  });

  it('cuts a large table where its numbers say, so that old rows keep their files', async () => {
    const name = await makeDatabase(
      'segments',
      `CREATE TABLE t AS SELECT g::bigint AS id, repeat('x', 100) AS filler FROM generate_series(1, 20000) g;
       ALTER TABLE t ADD PRIMARY KEY (id); VACUUM ANALYZE t`,
    );
    const wanted = { database: name, options: { segmentBytes: 1024 * 1024 } };
    const before = (await manifestIn(await dump(wanted))).tables[0];
    expect(before?.segments.map(({ rows }) => rows)).toEqual([4095, 4096, 4096, 4096, 3617]);
    await server.client(`INSERT INTO t SELECT g, 'new' FROM generate_series(20001, 20100) g`, name);
    const out = await dump(wanted);
    const after = (await manifestIn(out)).tables[0];
    expect(after?.segments.slice(0, 4)).toEqual(before?.segments.slice(0, 4));
    expect(after?.rows).toBe(20_100);
    expect(await findingsIn(out)).toEqual([]);
  });

  it('copies in binary what may be too long for text', async () => {
    const name = await makeDatabase(
      'huge',
      `CREATE TABLE t (id int PRIMARY KEY, b bytea); ALTER TABLE t ALTER b SET STORAGE external;
       INSERT INTO t SELECT 1, decode(repeat('00', 10 * 1024 * 1024), 'hex'); INSERT INTO t VALUES (2, NULL)`,
    );
    const out = await dump({ database: name, options: { textRowBytesMax: 5 * 1024 * 1024 } });
    const [table] = (await manifestIn(out)).tables;
    expect([table?.rows, table?.rowsum, table?.segments[0]?.binary]).toEqual([2, undefined, true]);
    expect(await findingsIn(out)).toEqual([]);
    await server.client(`DROP DATABASE ${name}`);
  });

  it('dumps an empty database, and one in an encoding of its own byte for byte', async () => {
    const empty = await makeDatabase('empty_one', '');
    expect((await manifestIn(await dump({ database: empty }))).tables).toEqual([]);
    await server.client(`CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'`);
    await server.client(`CREATE TABLE t AS SELECT E'a\\xff\\xfe' AS c; CREATE TABLE "t\xe9" (i int)`, 'ascii');
    const out = await dump({ database: 'ascii' });
    const table = (await manifestIn(out)).tables.find(({ name }) => name === 't');
    expect(await readFile(path.join(out, table?.segments[0]?.path ?? ''))).toEqual(
      Buffer.from([0x61, 0xff, 0xfe, 0x0a]),
    );
  });

  it('takes a thousand tables, or says which setting is too low for them', async () => {
    await server.client('CREATE DATABASE many');
    await loadManyTables(server, 'many', 1000);
    const out = await dump({ database: 'many' });
    expect((await manifestIn(out)).tables.map(({ rows }) => rows)).toEqual(Array.from({ length: 1000 }, () => 1));
    await using small = await startPostgres({ settings: { max_locks_per_transaction: '10', max_connections: '10' } });
    await small.client('CREATE DATABASE many');
    await loadManyTables(small, 'many', 1500);
    expect(await failure(dump({ database: 'many', target: small.target, parallel: 1 }))).toBe('DB_LOCK_TABLE_FULL');
  });

  it('reads a replica, and says what that has no rows of', async () => {
    await using standby = await startPostgres({ standbyOf: server });
    const out = await dump({ target: standby.target });
    const manifest = await manifestIn(out);
    expect(await findingsIn(out)).toEqual([]);
    expect(manifest.servedBy).toBe('replica');
    expect(manifest.warnings.find(({ code }) => code === 'unlogged-tables')).toMatchObject({
      params: { names: { first: expect.arrayContaining(['museum.unlogged']) } },
    });
    const primary = await manifestIn(await dump());
    const logged = primary.tables.filter(({ name }) => name !== 'unlogged');
    expect(manifest.tables).toEqual(logged);
  });

  it('holds of the tables of extensions what they say is the user’s', async () => {
    const name = await makeDatabase(
      'configured',
      `CREATE EXTENSION citext;
       CREATE TABLE settings AS SELECT g AS id, g <= 3 AS built_in FROM generate_series(1, 5) g; CREATE TABLE fixed (i int);
       ALTER EXTENSION citext ADD TABLE settings; ALTER EXTENSION citext ADD TABLE fixed;
       UPDATE pg_extension SET extconfig = ARRAY['settings'::regclass::oid], extcondition = ARRAY['WHERE NOT built_in']
       WHERE extname = 'citext'`,
    );
    const tables = (await manifestIn(await dump({ database: name }))).tables;
    expect(tables.map(({ name: table, rows }) => [table, rows])).toEqual([['settings', 2]]);
  });

  it('is encrypted all the way, its own sessions and those of pg_dump', async () => {
    await using own = await startPostgres({ tls: 'localhost', hba: ['hostnossl all all all reject'] });
    await own.client('CREATE TABLE t AS SELECT 1 AS i');
    const tls = { mode: 'verify', caFile: own.tls?.caFile ?? '', serverName: 'localhost' } as const;
    const target = { ...own.tcpTarget(), tls };
    for (const rowsBy of ['sessions', 'tool'] as const) {
      const out = await dump({ database: 'postgres', target, options: { rowsBy } });
      expect((await manifestIn(out)).tables.map(({ rows }) => rows)).toEqual([1]);
    }
    const strange = { ...target, tls: { ...tls, caFile: own.tls?.strangeCaFile ?? '' } };
    expect(await failure(dump({ database: 'postgres', target: strange }))).toBe('DB_TLS_UNTRUSTED');
  });

  it('refuses a pooler between', async () => {
    const { address } = server.target;
    if (address.kind !== 'socket') throw new Error('a socket was expected');
    // A key of its own for every client is what makes a pooler.
    const pooler = net.createServer((client) => {
      const inner = net.connect(address.path);
      client.on('error', () => undefined).pipe(inner);
      inner
        .on('error', () => undefined)
        .on('data', (chunk: Buffer) => {
          const key = chunk.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
          if (key >= 0) chunk.writeInt32BE(42, key + 5);
          client.write(chunk);
        });
      inner.on('end', () => client.end());
    });
    const socket = path.join(folder, '.s.PGSQL.6432');
    pooler.listen(socket);
    try {
      const target = { ...server.target, address: { kind: 'socket', path: socket } } as const;
      expect(await failure(dump({ target }))).toBe('DB_BEHIND_POOLER');
    } finally {
      pooler.close();
    }
  });

  it('sees one moment: money that moves between tables is neither lost nor doubled', async () => {
    const name = await makeDatabase(
      'bank',
      `CREATE TABLE a AS SELECT g AS id, 100 AS money FROM generate_series(1, 100) g; CREATE TABLE b AS TABLE a;`,
    );
    let isOver = false;
    const moving = (async () => {
      while (!isOver) {
        await server.client(
          `DO $$ BEGIN FOR i IN 1..50 LOOP UPDATE a SET money = money - 1 WHERE id = 1 + i % 100;
             UPDATE b SET money = money + 1 WHERE id = 1 + (i * 7) % 100; COMMIT; END LOOP; END $$`,
          name,
        );
      }
    })();
    try {
      for (let round = 0; round < 5; round += 1) {
        const out = await dump({ database: name });
        let money = 0;
        for (const table of ['a', 'b']) {
          const text = await readFile(path.join(out, `data/public/${table}/0000.copy`), 'utf8');
          for (const line of text.trimEnd().split('\n')) money += Number(line.split('\t')[1]);
        }
        expect(money).toBe(20_000);
      }
    } finally {
      isOver = true;
      await moving;
    }
  });

  it('outlives every idle timeout that an administrator has set', async () => {
    const timeouts = ['idle_in_transaction_session_timeout', 'idle_session_timeout', 'statement_timeout'];
    for (const each of timeouts) await server.client(`ALTER DATABASE "museum of ""everything""" SET ${each} = '100ms'`);
    try {
      const { entries } = dumpBySnapshot(
        server.target,
        MUSEUM,
        { parallel: 2, excludeData: [], untransactional: 'refuse' },
        { folder, limitBytes: 1e9 },
        controlWith(),
      );
      let isFirst = true;
      const slow = async function* () {
        for await (const entry of entries) {
          // Longer than all of them, with the snapshot held and the workers waiting.
          if (isFirst || entry.path.endsWith('sequences.json')) await systemClock.sleep(300);
          isFirst = false;
          yield entry;
        }
      };
      expect((await storeEntries(slow(), path.join(folder, 'slow'), { parallel: 1 })).at(-1)).toBe('manifest.json');
    } finally {
      for (const each of timeouts) await server.client(`ALTER DATABASE "museum of ""everything""" RESET ${each}`);
    }
  });

  describe('with a user of few rights', () => {
    const login = (): Target => ({ ...server.target, user: 'reader' });
    beforeAll(async () => {
      await server.client(`CREATE ROLE reader LOGIN PASSWORD 'p'`);
    });

    it('fails by the name of the table that may not be read', async () => {
      const name = await makeDatabase(
        'private',
        `CREATE TABLE open (i int); GRANT SELECT ON open TO reader; CREATE TABLE closed (i int)`,
      );
      const error: unknown = await dump({ database: name, target: login() }).catch((reason: unknown) => reason);
      expect(isLumbungError(error, 'DB_PRIVILEGE_MISSING') && error.context['detail']).toContain('closed');
    });

    it('fails where a policy would hide rows, instead of leaving them out', async () => {
      const name = await makeDatabase(
        'policies',
        `CREATE TABLE t AS SELECT g AS i FROM generate_series(1, 100) g; ALTER TABLE t ENABLE ROW LEVEL SECURITY;
         CREATE POLICY few ON t USING (i <= 10); GRANT SELECT ON t TO reader`,
      );
      expect(await failure(dump({ database: name, target: login() }))).toBe('DB_PRIVILEGE_MISSING');
      expect((await manifestIn(await dump({ database: name }))).tables[0]?.rows).toBe(100);
    });

    it('needs no more than pg_read_all_data and BYPASSRLS', async () => {
      await server.client(`CREATE ROLE cadangan LOGIN NOSUPERUSER BYPASSRLS PASSWORD 'x'; GRANT pg_read_all_data TO cadangan;
        ALTER ROLE cadangan SET default_transaction_read_only = on; ALTER ROLE cadangan SET lo_compat_privileges = on`);
      const out = await dump({ target: { ...server.target, user: 'cadangan' } });
      expect(await findingsIn(out)).toEqual([]);
      expect((await manifestIn(out)).tables.length).toBe(museum.tables.length);
    });
  });

  describe('while somebody changes the database', () => {
    it('gives up in time behind a lock, and says whose it is', async () => {
      const name = await makeDatabase('locked', 'CREATE TABLE t (i int)');
      const blocking = server.client('BEGIN; LOCK TABLE t; SELECT pg_sleep(2); ROLLBACK', name);
      while (
        (await server.client(
          `SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation IS NOT NULL AND database = (SELECT oid FROM pg_database WHERE datname = 'locked')`,
        )) === '0'
      )
        await systemClock.sleep(5);
      const error: unknown = await dump({ database: name, options: { lockTimeoutMs: 50 } }).catch(
        (reason: unknown) => reason,
      );
      expect(isLumbungError(error, 'DB_LOCKED') && error.context['session']).toContain('psql');
      await blocking;
    });

    it('ends well although tables come and go, or fails aloud', async () => {
      const name = await makeDatabase('restless', 'CREATE TABLE steady AS SELECT 1 AS i');
      let isOver = false;
      const changing = (async () => {
        for (let round = 0; !isOver; round += 1) {
          await server.client(
            `CREATE TABLE t${round} (i int); ALTER TABLE t${round} ADD c text; DROP TABLE t${round}`,
            name,
          );
        }
      })();
      try {
        for (let round = 0; round < 3; round += 1) {
          const code = await failure(dump({ database: name, options: { lockTimeoutMs: 300 } }));
          expect(code).toMatch(/^(none|DB_OBJECT_CHANGED|DB_LOCKED)$/);
        }
      } finally {
        isOver = true;
        await changing;
      }
    });

    it('lets an ALTER TABLE pass that comes before pg_dump has its own locks, and begins again', async () => {
      const name = await makeDatabase('altered_early', 'CREATE TABLE t (i int)');
      let altering: Promise<string> | undefined;
      const code = await failure(
        dump({
          database: name,
          options: { lockTimeoutMs: 300 },
          control: {
            progress: ({ phase }) => {
              if (phase === 'schema') altering ??= server.client('ALTER TABLE t ADD c text', name);
            },
          },
        }),
      );
      expect(code).toBe('none');
      await altering;
    });

    it('is not stopped by an ALTER TABLE that waits for it', async () => {
      const name = await makeDatabase('waited_for', 'CREATE TABLE t AS SELECT g AS i FROM generate_series(1, 100) g');
      let altering: Promise<string> | undefined;
      const out = await dump({
        database: name,
        control: {
          progress: ({ phase }) => {
            if (phase === 'data') altering ??= server.client('ALTER TABLE t ADD c text', name);
          },
        },
      });
      expect((await manifestIn(out)).tables[0]).toMatchObject({ rows: 100, columns: ['i'] });
      await altering;
    });
  });

  describe('when something breaks', () => {
    async function proxied(faults: ChaosFaults, act: (target: Target) => Promise<void>): Promise<void> {
      await using proxy = await startChaosProxy({ host: '127.0.0.1', port: server.port }, faults);
      const target = server.tcpTarget();
      await act({ ...target, address: { kind: 'tcp', host: '127.0.0.1', port: proxy.port } });
    }

    it.each([10, 50, 99])('fails when the network is cut at %i percent of the largest table', async (percent) => {
      const big = (await manifestIn(await dump())).tables.find(({ name }) => name === 'big');
      const cutAfterBytes = Math.floor(((big?.bytes ?? 0) * percent) / 100);
      await proxied({ cutAfterBytes }, async (target) => {
        expect(await failure(dump({ target }))).toMatch(/^DB_(CONNECTION_LOST|TOOL_FAILED|UNREACHABLE)$/);
      });
    });

    it.each([
      ['garbage', 2_000, { garbageAfterBytes: 2_000 }],
      ['garbage late', 500_000, { garbageAfterBytes: 500_000 }],
      ['an end in good order', 500_000, { endAfterBytes: 500_000 }],
    ])('fails when the server sends %s after %i bytes', async (_, __, faults) => {
      await proxied(faults, async (target) => {
        expect(await failure(dump({ target }))).toMatch(
          /^DB_(PROTOCOL_ERROR|CONNECTION_LOST|TOOL_FAILED|UNREACHABLE)$/,
        );
      });
    });

    it('fails when the server is shot, and succeeds when it is back', async () => {
      await using own = await startPostgres();
      await own.client(`CREATE TABLE t AS SELECT g AS i, repeat('x', 500) AS x FROM generate_series(1, 200000) g`);
      const wanted = {
        database: 'postgres',
        target: own.target,
        control: {
          progress: ({ doneBytes }: { doneBytes: number }) => {
            if (doneBytes > 20_000_000) own.kill('SIGKILL');
          },
        },
      };
      expect(await failure(dump(wanted))).toBe('DB_CONNECTION_LOST');
      await own.restart();
      expect(await findingsIn(await dump({ database: 'postgres', target: own.target }))).toEqual([]);
    });

    it('fails when an administrator ends one of its sessions', async () => {
      let isShot = false;
      const code = await failure(
        dump({
          control: {
            progress: ({ phase }) => {
              if (phase !== 'data' || isShot) return;
              isShot = true;
              void server.client(
                `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'lumbung-%'`,
              );
            },
          },
        }),
      );
      expect(code).toBe('DB_CONNECTION_LOST');
    });

    it('gives up a server that stands still', async () => {
      await using own = await startPostgres();
      await own.client(`CREATE TABLE t AS SELECT g AS i, repeat('x', 500) AS x FROM generate_series(1, 100000) g`);
      const clock = new LeapingClock();
      let isFrozen = false;
      const code = await failure(
        dump({
          database: 'postgres',
          target: own.target,
          control: {
            progress: ({ doneBytes }) => {
              if (doneBytes > 1_000_000 && !isFrozen) {
                isFrozen = true;
                own.freeze();
              }
            },
            hardMs: Infinity,
            clock: { ...slowUntil(() => isFrozen, clock) },
          },
        }),
      );
      own.thaw();
      expect(code).toBe('DB_STALLED');
    });

    it('leaves nothing behind when it is cancelled', async () => {
      for (const phase of ['inventory', 'schema', 'data'] as const) {
        const abort = new AbortController();
        const control = {
          signal: abort.signal,
          progress: (event: { phase: string }) => {
            if (event.phase === phase) abort.abort(new Error('cancelled'));
          },
        };
        await expect(dump({ control })).rejects.toThrow('cancelled');
        expect(
          await server.client(
            `SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE a.application_name LIKE 'lumbung-%'`,
          ),
        ).toBe('0');
      }
    });

    it('gives up when it takes longer than it may', async () => {
      const clock = new LeapingClock();
      const blocking = server.client('BEGIN; LOCK TABLE museum.big; SELECT pg_sleep(1); ROLLBACK', MUSEUM);
      while (
        (await server.client(
          `SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND locktype = 'relation'`,
        )) === '0'
      )
        await systemClock.sleep(5);
      const control = { clock: { ...slowUntil(() => true, clock) }, hardMs: 1000, stallMs: Infinity };
      expect(await failure(dump({ control }))).toBe('DB_TIMEOUT');
      await blocking;
    });
  });

  describe('with a pg_dump that misbehaves', () => {
    async function toolsWith(script: (real: string) => string): Promise<Target> {
      const tools = path.join(folder, 'tools-that-fail');
      const [dumpTool, restoreTool] = [await findPostgresTool('pg_dump', 15), await findPostgresTool('pg_restore', 15)];
      await fakeTool(
        tools,
        'pg_dump',
        `case " $* " in *" --version "*) exec ${dumpTool.path} "$@";; esac\n${script(dumpTool.path)}`,
      );
      await fakeTool(tools, 'pg_restore', `exec ${restoreTool.path} "$@"`);
      return { ...server.target, options: { ...server.target.options, toolsFolder: tools } };
    }
    const fileArgument = `for a in "$@"; do case "$a" in --file=*) out="\${a#--file=}";; esac; done`;

    it.each([
      [
        'writes half and says that all is well',
        (real: string) =>
          `${fileArgument}\n${real} "$@"\nhead -c 20000 "$out/toc.dat" > "$out/t"; mv "$out/t" "$out/toc.dat"; exit 0`,
      ],
      ['writes all and says that it failed', (real: string) => `${real} "$@"\nexit 2`],
      ['is shot', (real: string) => `${real} "$@"\nkill -KILL $$`],
      ['writes nothing', () => 'exit 0'],
      ['leaves out a table', (real: string) => `${real} "$@" --exclude-table=museum.big`],
    ])('fails when it %s', async (_, script) => {
      const code = await failure(dump({ target: await toolsWith(script) })).catch((error: unknown) => String(error));
      expect(code).not.toBe('none');
      expect(code).toMatch(/^DB_/);
    });

    it('shows no password to anybody', async () => {
      const secret = `p"a'\\ $(id);é:`;
      await server.client(`CREATE ROLE hidden SUPERUSER LOGIN PASSWORD 'p"a''\\ $(id);é:'`);
      const log = path.join(folder, 'calls');
      const target = await toolsWith((real) => `{ printf '%s\\n' "$@"; env; } >> ${log}\nexec ${real} "$@"`);
      const tcp = server.tcpTarget();
      const notes: string[] = [];
      await dump({
        target: { ...tcp, options: target.options, user: 'hidden', password: new Secret(secret) },
        control: { note: (line) => notes.push(line) },
      });
      const calls = await readFile(log, 'utf8');
      expect(calls).toContain('PGPASSFILE=');
      expect(calls + notes.join('\n')).not.toContain('$(id)');
    });
  });
});

/** A clock that leaps as soon as `isFast` says so, and walks like the real one before. */
function slowUntil(isFast: () => boolean, fast: LeapingClock): Control['clock'] {
  return {
    nowMs: () => systemClock.nowMs(),
    monotonicMs: () => fast.monotonicMs(),
    sleep: async (delayMs, signal) => {
      while (!isFast()) await systemClock.sleep(2, signal);
      await systemClock.sleep(20, signal);
      await fast.sleep(delayMs, signal);
    },
  };
}
