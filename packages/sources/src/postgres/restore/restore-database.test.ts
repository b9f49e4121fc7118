import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { isLumbungError, type LumbungError } from '@lumbung/stdx';
import { systemClock, systemRandom } from '@lumbung/stdx/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Target } from '../../connection/target.ts';
import type { Control, RestoreOptions, RestorePlan, RestoreReport } from '../../driver.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { readManifest } from '../../manifest/manifest-file.ts';
import { findPostgresTool } from '../../process/find-tool.ts';
import { type Check, failedOf } from '../../remarks/check.ts';
import {
  failedCodes,
  fakeTool,
  folderTree,
  haveServer,
  type IndependentDump,
  independentDump,
  loadLatin1Database,
  loadMuseum,
  loadSqlAsciiDatabase,
  misbehave,
  pasteOf,
  startPostgres,
  storeEntries,
  type TestServer,
} from '../../testing/index.ts';
import { postgresDriver } from '../postgres-driver.ts';
import { parseServerVersion } from '../server-version.ts';
import { compareValues } from './compare-values.ts';
import { RestoreRun } from './restore-run.ts';
import { SessionPool } from './session-pool.ts';

const MUSEUM = 'museum of "everything"';
const BIG_ROWS = 3000;
const DUMP = { parallel: 3, excludeData: [], untransactional: 'refuse' } as const;
const KEEP: RestoreOptions = { database: 'aside', ownership: { kind: 'keep' }, verify: 'values', parallel: 3 };

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

describe.skipIf(!haveServer('postgres'))('a restore of PostgreSQL', () => {
  let server: TestServer;
  let root: string;
  let museum: string;
  let folder: string;
  let runs = 0;

  beforeAll(async () => {
    root = await mkdtemp('/dev/shm/lumbung-pg-restore-');
    server = await startPostgres();
    await loadMuseum(server, MUSEUM, { bigRows: BIG_ROWS });
    museum = path.join(root, 'museum');
    await dumpTo(museum, MUSEUM);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await rm(root, { recursive: true, force: true });
  });
  beforeEach(async () => {
    folder = await mkdtemp(path.join(root, 'test-'));
  });
  afterEach(async () => {
    const left = await server.client(`SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'lumbung-%'`);
    await server.client('DROP DATABASE IF EXISTS aside WITH (FORCE)');
    expect(left).toBe('0');
  });

  async function workspace() {
    runs += 1;
    const place = path.join(root, `work-${runs}`);
    await mkdir(place, { mode: 0o700 });
    return { folder: place, limitBytes: 1e12 };
  }

  async function dumpTo(out: string, database: string, from = server): Promise<void> {
    const { entries } = postgresDriver.dump(from.target, database, DUMP, await workspace(), controlWith());
    await storeEntries(entries, out);
  }

  interface Wanted {
    readonly tree?: string;
    readonly target?: Target;
    readonly options?: Partial<RestoreOptions>;
    readonly control?: Partial<Control>;
  }

  async function plan({ tree = museum, target = server.target, options, control }: Wanted = {}): Promise<RestorePlan> {
    return await postgresDriver.planRestore(target, folderTree(tree), { ...KEEP, ...options }, controlWith(control));
  }

  async function restore(wanted: Wanted = {}): Promise<RestoreReport> {
    const planned = await plan({ ...wanted, control: {} });
    const tree = folderTree(wanted.tree ?? museum);
    return await postgresDriver.restore(planned, tree, await workspace(), controlWith(wanted.control));
  }

  async function failure(act: Promise<unknown>): Promise<LumbungError> {
    const error: unknown = await act.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!isLumbungError(error)) throw error ?? new Error('it did not fail');
    return error;
  }

  const failed = ({ checks }: RestorePlan): Check[] => failedOf(checks);

  async function databases(on = server): Promise<string[]> {
    return (await on.client('SELECT datname FROM pg_database ORDER BY 1')).split('\n');
  }

  async function drop(...names: string[]): Promise<void> {
    for (const name of names) await server.client(`DROP DATABASE IF EXISTS "${name.replaceAll('"', '""')}"`);
  }

  /** A copy of a stored dump that may be damaged. */
  async function copyOf(tree: string): Promise<string> {
    const copy = path.join(folder, 'copy');
    for (const name of await readdir(tree, { recursive: true, withFileTypes: true })) {
      if (!name.isFile()) continue;
      const from = path.join(name.parentPath, name.name);
      const to = path.join(copy, path.relative(tree, from));
      await mkdir(path.dirname(to), { recursive: true });
      await writeFile(to, await readFile(from));
    }
    return copy;
  }

  async function manifestOf(tree: string): Promise<Manifest> {
    // Only to find a file of it.
    return JSON.parse(await readFile(path.join(tree, 'manifest.json'), 'utf8')) as Manifest;
  }

  /** Publications stay out of every restore: they would publish at once. */
  function withoutPublications({ schema, ...rest }: IndependentDump): IndependentDump {
    const kept = schema
      .split(/\n(?=--\n-- Name: )/)
      .filter((part) => !/^--\n-- Name: [^\n]*; Type: PUBLICATION/.test(part));
    return { ...rest, schema: kept.join('\n') };
  }

  it('brings back everything of a database of everything', async () => {
    const report = await restore();
    expect(report.findings).toEqual([]);
    expect(new Set(report.tables.map(({ compared }) => compared))).toEqual(new Set(['sha256']));
    const [restored, original] = [await independentDump(server, 'aside'), await independentDump(server, MUSEUM)];
    expect(withoutPublications(restored)).toEqual(withoutPublications(original));
    expect(restored.schema).not.toContain('museum_publication');
    expect(original.schema).toContain('museum_publication');
  });

  it.each([
    ['LATIN1', loadLatin1Database],
    ['SQL_ASCII', loadSqlAsciiDatabase],
  ])('brings back a database in %s, byte by byte', async (encoding, load) => {
    const [name, tree] = [`old_${encoding.toLowerCase()}`, path.join(folder, 'tree')];
    await load(server, name);
    await dumpTo(tree, name);
    expect((await restore({ tree })).findings).toEqual([]);
    expect(await independentDump(server, 'aside')).toEqual(await independentDump(server, name));
    await drop(name);
  });

  it('brings back what was cut into several files, and compares it row by row', async () => {
    await server.client('CREATE DATABASE cut');
    await server.client(
      'CREATE TABLE t (id int PRIMARY KEY, x text); INSERT INTO t SELECT n, n FROM generate_series(0, 20000) n; ANALYZE',
      'cut',
    );
    const tree = path.join(folder, 'tree');
    const options = { ...DUMP, segmentBytes: 64 * 1024 };
    await storeEntries(
      postgresDriver.dump(server.target, 'cut', options, await workspace(), controlWith()).entries,
      tree,
    );
    expect((await manifestOf(tree)).tables[0]?.segments.length).toBeGreaterThan(2);
    const report = await restore({ tree });
    expect(report).toMatchObject({ findings: [], tables: [{ rows: 20_001, compared: 'rowsum' }] });
    await drop('cut');
  });

  it('gives everything to one role, also what other roles were granted', async () => {
    await server.client('CREATE ROLE only_one SUPERUSER');
    const report = await restore({ options: { ownership: { kind: 'one', role: 'only_one' } } });
    expect(report.findings).toEqual([]);
    const owners = `SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid >= 16384 AND relkind <> 't' UNION
      SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'aside' UNION
      SELECT pg_get_userbyid(lomowner) FROM pg_largeobject_metadata`;
    expect(await server.client(owners, 'aside')).toBe('only_one');
    expect(await server.client(`SELECT count(*) FROM pg_class WHERE relacl::text LIKE '%museum%'`, 'aside')).toBe('0');
    const policies = `SELECT string_agg(polroles::regrole[]::text, ' ' ORDER BY polname) FROM pg_policy`;
    expect(await server.client(policies, 'aside')).toBe('{-} {only_one}');
  });

  it('renames roles wherever they stand', async () => {
    const renamed = 'new "owner"';
    await server.client(`CREATE ROLE "new ""owner"""`);
    const report = await restore({ options: { ownership: { kind: 'map', roles: { museum_owner: renamed } } } });
    expect(report.findings).toEqual([]);
    const [restored, original] = [await independentDump(server, 'aside'), await independentDump(server, MUSEUM)];
    expect(restored.schema).not.toContain('museum_owner');
    // Names alone differ, and with them the order of rights.
    const sorted = ({ schema }: IndependentDump) =>
      schema
        .replaceAll('"new ""owner"""', 'museum_owner')
        .replaceAll(renamed, 'museum_owner')
        .replaceAll('"museum ""clerk""", museum_owner', 'museum_owner, "museum ""clerk"""')
        .split('\n')
        .toSorted();
    const lines = (dump: IndependentDump) => sorted(withoutPublications(dump));
    expect(lines(restored)).toEqual(lines(original));
    expect(restored.tables).toEqual(original.tables);
  });

  it('restores single tables, with what they need and no more', async () => {
    const options = { tables: ['museum.watched', 'museum.identities'] };
    expect((await plan({ options })).tables.map(({ table }) => table)).toEqual(['museum.identities', 'museum.watched']);
    const report = await restore({ options });
    expect(report.findings).toEqual([]);
    const relations = `SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class
      WHERE oid >= 16384 AND relkind IN ('r', 'v', 'm') AND relnamespace::regnamespace::text NOT LIKE 'pg%'`;
    expect(await server.client(relations, 'aside')).toBe('identities watched');
    const triggers = `SELECT string_agg(tgname || tgenabled::text, ' ' ORDER BY tgname) FROM pg_trigger WHERE NOT tgisinternal`;
    expect(await server.client(triggers, 'aside')).toBe(
      await server.client(triggers.replace('WHERE', `WHERE tgrelid = 'museum.watched'::regclass AND`), MUSEUM),
    );
    for (const sql of [
      'SELECT * FROM museum.identities ORDER BY 1',
      'SELECT last_value FROM museum.identities_always_seq',
    ]) {
      expect(await server.client(sql, 'aside')).toBe(await server.client(sql, MUSEUM));
    }
  });

  it('finds names in the encoding of the database, and misses the public schema where it was dropped', async () => {
    await server.client(`CREATE DATABASE nord TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`);
    await server.client(
      `SET client_encoding = 'UTF8'; DROP SCHEMA public; CREATE SCHEMA "schöne"; CREATE ROLE jurgen; CREATE ROLE jorgen;
       CREATE TABLE "schöne"."täble" (id serial PRIMARY KEY, "ñ" text); INSERT INTO "schöne"."täble" ("ñ") VALUES ('ÿ'), ('é');
       ALTER TABLE "schöne"."täble" ADD CONSTRAINT "nicht geprüft" CHECK ("ñ" = 'é') NOT VALID;
       CREATE TABLE "schöne"."øther" AS SELECT 1 AS n; ALTER TABLE "schöne"."täble" OWNER TO jurgen;
       GRANT SELECT ON "schöne"."øther" TO jurgen;
       CREATE MATERIALIZED VIEW "schöne"."geseïhen" AS SELECT count(*) FROM "schöne"."täble"`,
      'nord',
    );
    const tree = path.join(folder, 'tree');
    await dumpTo(tree, 'nord');
    const verified: unknown[] = [];
    for await (const finding of postgresDriver.verify(folderTree(tree), controlWith())) verified.push(finding);
    expect(verified).toEqual([]);
    expect((await restore({ tree })).findings).toEqual([]);
    expect(await independentDump(server, 'aside')).toEqual(await independentDump(server, 'nord'));
    await drop('aside');
    const roles = { jurgen: 'jorgen' };
    const options = { tables: ['schöne.täble'], ownership: { kind: 'map', roles } } as const;
    expect((await restore({ tree, options })).findings).toEqual([]);
    const made = `SELECT relname, pg_get_userbyid(relowner) FROM pg_class WHERE oid > 16384 AND relkind IN ('r', 'S', 'm') ORDER BY 1`;
    expect(await server.client(`SET client_encoding = 'UTF8'; ${made}`, 'aside')).toBe(
      'täble|jorgen\ntäble_id_seq|jorgen',
    );
    const odd = { ...options, ownership: { kind: 'map', roles: { jurgen: '東' } } } as const;
    await drop('aside');
    await server.client('CREATE ROLE "東"');
    expect((await failure(restore({ tree, options: odd }))).code).toBe('DB_TEXT_INVALID');
    expect(await databases()).not.toContain('aside');
    await drop('nord');
  });

  it('is not lost by a view that cannot be computed any more, and says which', async () => {
    await server.client('CREATE DATABASE views');
    await server.client(
      `CREATE TABLE t AS SELECT 1 AS n; CREATE MATERIALIZED VIEW bad AS SELECT 1 / n AS x FROM t;
       CREATE MATERIALIZED VIEW good AS SELECT n FROM t; CREATE MATERIALIZED VIEW none AS SELECT n FROM t WITH NO DATA;
       UPDATE t SET n = 0; CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql
       AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$; CREATE EVENT TRIGGER refuse ON ddl_command_end EXECUTE FUNCTION refuse()`,
      'views',
    );
    const tree = path.join(folder, 'tree');
    await dumpTo(tree, 'views');
    const { findings } = await restore({ tree });
    expect(findings).toMatchObject([
      {
        severity: 'warning',
        table: 'public.bad',
        remark: { code: 'view-not-filled', params: { reason: expect.stringContaining('division by zero') } },
      },
      { severity: 'error', remark: { code: 'view-unfilled', params: { view: 'public.bad' } } },
    ]);
    expect(await server.client('SELECT n FROM good', 'aside')).toBe('0');
    await expect(server.client('CREATE TABLE x ()', 'aside')).rejects.toThrow('refused');
    await drop('views');
  });

  it('is not lost by a setting that the server does not take, and says which', async () => {
    await server.client('CREATE DATABASE strange');
    const tree = path.join(folder, 'tree');
    await dumpTo(tree, 'strange');
    const manifest = await manifestOf(tree);
    const settings = [
      { role: null, setting: 'not_known=1' },
      { role: null, setting: 'work_mem=3MB' },
    ];
    Object.assign(manifest.details['database'] ?? {}, { settings });
    await writeFile(path.join(tree, 'manifest.json'), JSON.stringify(manifest));
    const { findings } = await restore({ tree });
    expect(findings.map(({ remark }) => remark)).toEqual([
      { code: 'database-setting-refused', params: { setting: 'not_known', state: '42704' } },
    ]);
    expect(await server.client('SHOW work_mem', 'aside')).toBe('3MB');
    await drop('strange');
  });

  it('touches no database that somebody made under its name after the plan', async () => {
    const planned = await plan();
    await server.client('CREATE DATABASE aside');
    await server.client('CREATE TABLE precious ()', 'aside');
    const error = await failure(postgresDriver.restore(planned, folderTree(museum), await workspace(), controlWith()));
    expect(error.context).toMatchObject({ sqlState: '42P04' });
    expect(await server.client('SELECT count(*) FROM precious', 'aside')).toBe('0');
  });

  it('needs no superuser for what belongs to its own user', async () => {
    await server.client('CREATE ROLE clerk LOGIN CREATEDB; CREATE DATABASE own OWNER clerk');
    await server.client(
      `SET ROLE clerk; CREATE SCHEMA s; CREATE TABLE s.t (id serial PRIMARY KEY, x text UNIQUE);
       INSERT INTO s.t (x) SELECT n FROM generate_series(1, 100) n; CREATE VIEW v AS SELECT * FROM s.t;
       ALTER DATABASE own SET work_mem = '5MB'; GRANT CONNECT ON DATABASE own TO museum_reader;
       SELECT lo_from_bytea(77, 'abc'); COMMENT ON DATABASE own IS 'mine'`,
      'own',
    );
    const tree = path.join(folder, 'tree');
    await dumpTo(tree, 'own');
    const report = await restore({ tree, target: { ...server.target, user: 'clerk' } });
    expect(report.findings).toEqual([]);
    expect(await independentDump(server, 'aside')).toEqual(await independentDump(server, 'own'));
    await drop('own');
  });

  it('says what differs when the values are not those that were dumped', async () => {
    await restore();
    await server.client(
      `UPDATE museum.numbers SET big = 1 WHERE id = 3; DELETE FROM museum.one_row;
      DROP TABLE museum.documents`,
      'aside',
    );
    const run = new RestoreRun(server.target, controlWith(), new AbortController().signal);
    await using pool = new SessionPool(run.sessionOptions('aside'), 2);
    const version = parseServerVersion(server.version);
    const { tables } = await readManifest(folderTree(museum));
    const { findings } = await compareValues({ run, pool, version, encoding: 'UTF8', parallel: 2 }, tables);
    expect(findings.map(({ table, code }) => `${table} ${code}`).toSorted()).toEqual([
      'museum.documents inventory-differs',
      'museum.numbers rowsum-differs',
      'museum.one_row rows-differ',
    ]);
    await pool[Symbol.asyncDispose]();
  });

  describe('a plan', () => {
    async function withManifest(change: (manifest: Manifest) => void): Promise<string> {
      const copy = await copyOf(museum);
      const manifest = await manifestOf(copy);
      change(manifest);
      await writeFile(path.join(copy, 'manifest.json'), JSON.stringify(manifest));
      return copy;
    }

    afterEach(async () => {
      expect(await databases()).not.toContain('aside');
    });

    it('of what can be done has no check that failed, and creates nothing', async () => {
      const planned = await plan();
      expect(failed(planned)).toEqual([]);
      expect(planned.tables.find(({ table }) => table === 'museum.big')?.rows).toBe(BIG_ROWS);
      expect(planned.neededBytes).toBeGreaterThan(1_000_000);
      expect(planned.leftOut).toContainEqual({
        code: 'publications',
        params: { names: { first: ['museum_publication'], count: 1 } },
      });
    });

    it.each<[string, (manifest: Manifest) => unknown, string, object]>([
      [
        'an older server',
        (m) => Object.assign(m, { serverVersion: '99.1' }),
        'restore-server-older',
        { params: { dumpedVersion: '99.1' } },
      ],
      [
        'an older tool',
        (m) => Object.assign(m, { toolVersion: 'pg_dump 99.1' }),
        'DB_TOOL_TOO_OLD',
        { error: { hint: expect.stringContaining('-client-99') } },
      ],
      [
        'a missing extension',
        (m) => m.extensions.push({ name: 'postgis', version: '3' }),
        'extensions-missing',
        { params: { packages: { first: [expect.stringContaining('postgis-3')] } } },
      ],
      [
        'a missing role',
        (m) => setDatabaseFact(m, 'owner', 'no "body'),
        'roles-missing',
        { params: { roles: { first: ['no "body'], count: 1 }, paste: 'CREATE ROLE "no ""body" NOLOGIN;' } },
      ],
      [
        'a missing locale',
        (m) => setDatabaseFact(m, 'collate', 'xx_XX.UTF-8'),
        'locale-missing',
        { params: { locale: 'xx_XX.UTF-8' } },
      ],
      [
        'an unknown encoding',
        (m) => setDatabaseFact(m, 'encoding', 'KLINGON'),
        'encoding-unknown',
        { params: { encoding: 'KLINGON' } },
      ],
    ])('names %s before anything is made', async (_, change, code, said) => {
      const tree = await withManifest(change);
      const checks = failed(await plan({ tree }));
      expect(checks.map(({ remark }) => remark)).toMatchObject([{ code, ...said }]);
      expect((await failure(restore({ tree }))).code).toBe('DB_RESTORE_REFUSED');
    });

    it('takes no name of a database that exists, nor one that the server would cut', async () => {
      for (const database of [MUSEUM, 'postgres', 'x'.repeat(64), '']) {
        expect(failed(await plan({ options: { database } })).map(({ id }) => id)).toEqual(['name-free']);
      }
    });

    it('wants a user who may create databases, and a server that is no replica', async () => {
      await server.client('CREATE ROLE weak LOGIN');
      const weak = failed(await plan({ target: { ...server.target, user: 'weak' } }));
      expect(pasteOf(weak.find(({ id }) => id === 'privilege'))).toBe('ALTER ROLE "weak" CREATEDB;');
      expect(pasteOf(weak.find(({ id }) => id === 'owners')).split('\n')).toContain('GRANT "postgres" TO "weak";');
      await using standby = await startPostgres({ standbyOf: server });
      expect(failedCodes(await plan({ target: standby.target }))).toContain('target-is-replica');
    });

    it('knows the tables of the dump', async () => {
      const planned = await plan({ options: { tables: ['museum.big', 'museum.nothing'] } });
      expect(failedCodes(planned)).toEqual(['tables-unknown']);
    });

    it('is made of no other dump than that of a PostgreSQL database', async () => {
      const other = await withManifest((m) => Object.assign(m, { engine: 'mysql' }));
      expect((await failure(plan({ tree: other }))).code).toBe('DB_DUMP_WRONG_KIND');
      const broken = await withManifest((m) => Object.assign(m, { details: {} }));
      expect((await failure(plan({ tree: broken }))).code).toBe('SOURCE_MANIFEST_INVALID');
    });

    it('lets roles be made, without login, when that is asked for', async () => {
      await using empty = await startPostgres();
      const wanted = { target: empty.target, options: { createRoles: true } };
      expect(failed(await plan(wanted))).toEqual([]);
      expect((await plan(wanted)).checks.find(({ id }) => id === 'roles')?.result).toBe('warn');
      expect((await restore(wanted)).findings).toEqual([]);
      expect(await empty.client(`SELECT rolcanlogin FROM pg_roles WHERE rolname = 'museum_reader'`)).toBe('f');
    });
  });

  describe('that fails', () => {
    let before: readonly string[];

    beforeEach(async () => {
      before = await databases();
    });
    afterEach(async () => {
      expect(await databases()).toEqual(before);
    });

    it.each<[string, (bytes: Buffer) => Buffer]>([
      ['altered', (bytes) => Buffer.concat([Buffer.from('b'), bytes.subarray(1)])],
      ['cut after a row', (bytes) => bytes.subarray(0, bytes.lastIndexOf(0x0a, bytes.length - 2) + 1)],
      ['longer', (bytes) => Buffer.concat([bytes, Buffer.from('00000000-0000-0000-0000-000000000000\t1\n')])],
    ])('because a file of rows is %s leaves no database', async (_, damage) => {
      const copy = await copyOf(museum);
      const { tables } = await manifestOf(copy);
      const file = path.join(copy, tables.find(({ name }) => name === 'shuffled')?.segments[0]?.path ?? '');
      await writeFile(file, damage(await readFile(file)));
      expect((await failure(restore({ tree: copy }))).code).toBe('SOURCE_FILE_DAMAGED');
    });

    it('because the server took another number of rows leaves no database', async () => {
      const copy = await copyOf(museum);
      const manifest = await manifestOf(copy);
      const table = manifest.tables.find(({ name }) => name === 'shuffled');
      const [segment] = table?.segments ?? [];
      if (table === undefined || segment === undefined) throw new Error('no such table');
      table.rows += 1;
      segment.rows += 1;
      await writeFile(path.join(copy, 'manifest.json'), JSON.stringify(manifest));
      expect((await failure(restore({ tree: copy }))).code).toBe('DB_RESTORE_ROWS_DIFFER');
    });

    it('because its definitions are damaged makes none', async () => {
      const copy = await copyOf(museum);
      const file = path.join(copy, 'schema/toc.dat');
      const toc = await readFile(file);
      await writeFile(file, toc.fill(0, 2000, 2010));
      expect((await failure(restore({ tree: copy }))).code).toBe('SOURCE_FILE_DAMAGED');
    });

    it('because pg_restore dies, or says no, leaves no database', async () => {
      const { path: real } = await findPostgresTool('pg_restore', 10);
      for (const [script, code] of [
        [misbehave.dies(real, 10, 'KILL'), 'DB_TOOL_KILLED'],
        [misbehave.refuses('no', 1), 'DB_TOOL_FAILED'],
      ] as const) {
        await fakeTool(folder, 'pg_restore', script);
        const target = { ...server.target, options: { ...server.target.options, toolsFolder: folder } };
        expect((await failure(restore({ target }))).code).toBe(code);
      }
    });

    it('because it was cancelled leaves no database, at whatever moment', async () => {
      for (const subject of [undefined, 'museum.big', 'lo/900004.bin']) {
        const abort = new AbortController();
        const reason = new Error(`cancelled at ${subject}`);
        const progress: Control['progress'] = (event) => {
          if (event.phase !== 'verify' && event.subject === subject) abort.abort(reason);
        };
        await expect(restore({ control: { signal: abort.signal, progress } })).rejects.toBe(reason);
      }
    });

    it('because it took too long leaves no database', async () => {
      expect((await failure(restore({ control: { hardMs: 1 } }))).code).toBe('DB_TIMEOUT');
    });

    it('because the server stands still in the middle of a table is given up, and cleared away', async () => {
      await using frozen = await startPostgres();
      const target = { ...frozen.target, options: { ...frozen.target.options, connectTimeoutMs: 200 } };
      const progress: Control['progress'] = ({ subject }) => {
        if (subject === 'museum.large_values') frozen.freeze();
      };
      const options = { createRoles: true, parallel: 1 };
      const act = restore({ target, options, control: { progress, stallMs: 300 } });
      const thawed = new Promise((resolve) => setTimeout(resolve, 2500)).then(() => frozen.thaw());
      expect((await failure(act)).code).toBe('DB_STALLED');
      await thawed;
      expect(await databases(frozen)).not.toContain('aside');
    });

    it('because its own process was shot leaves what is known as not whole, and the others alone', async () => {
      const place = await workspace();
      const [module, testing] = ['../postgres-driver.ts', '../../testing/index.ts'].map((name) =>
        JSON.stringify(path.join(import.meta.dirname, name)),
      );
      const script = `
        const { postgresDriver } = await import(${module});
        const { folderTree } = await import(${testing});
        const { systemClock, systemRandom } = await import('@lumbung/stdx/node');
        const progress = ({ subject }) => {
          if (subject === 'museum.large_values') process.kill(process.pid, 'SIGKILL');
        };
        const control = { signal: new AbortController().signal, clock: systemClock, random: systemRandom,
          progress, note() {}, stallMs: 1e5, hardMs: 1e6 };
        const tree = folderTree(${JSON.stringify(museum)});
        const plan = await postgresDriver.planRestore(${JSON.stringify(server.target)}, tree, ${JSON.stringify(KEEP)}, control);
        await postgresDriver.restore(plan, tree, ${JSON.stringify(place)}, control);`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: import.meta.dirname });
      const signal = await new Promise((resolve) => child.once('close', (_, how) => resolve(how)));
      expect(signal).toBe('SIGKILL');
      const [check] = failed(await plan());
      expect(pasteOf(check)).toBe('DROP DATABASE "aside";');
      const sessions = `SELECT count(*) FROM pg_stat_activity WHERE datname = 'aside'`;
      while ((await server.client(sessions)) !== '0') await new Promise((resolve) => setTimeout(resolve, 20));
      await drop('aside');
      expect(failed(await plan())).toEqual([]);
    });

    it('because the server died says so; what is left over is known as not whole', async () => {
      await using mortal = await startPostgres();
      const notes: string[] = [];
      const progress: Control['progress'] = ({ subject }) => {
        if (subject === 'museum.big') mortal.kill('SIGKILL');
      };
      const wanted = { target: mortal.target, options: { createRoles: true } };
      const note = (line: string) => notes.push(line);
      const error = await failure(restore({ ...wanted, control: { progress, note } }));
      expect(error.code).toMatch(/^DB_(?:CONNECTION_LOST|UNREACHABLE)$/);
      expect(notes.join()).toContain('not whole');
      await mortal.restart();
      const [check] = failed(await plan(wanted));
      expect(check?.remark.code).toBe('name-unfinished');
      expect(pasteOf(check)).toBe('DROP DATABASE "aside";');
      await mortal.client('CREATE DATABASE live');
      const swap = { live: 'live', restored: 'aside', keepAs: 'old' };
      expect((await failure(postgresDriver.swap(mortal.target, swap, controlWith()))).message).toContain('not whole');
    });
  });
});

function setDatabaseFact(manifest: Manifest, name: string, value: string): void {
  Object.assign(manifest.details['database'] ?? {}, { [name]: value });
}
