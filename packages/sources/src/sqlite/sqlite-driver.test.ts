import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isLumbungError } from '@lumbung/stdx';
import { systemClock, systemRandom } from '@lumbung/stdx/node';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Target } from '../connection/target.ts';
import type { Control, RestoreOptions, RestoreReport, Workspace } from '../driver.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { folderTree, storeEntries } from '../testing/index.ts';
import type { Finding } from '../verify/finding.ts';
import { copyDatabase } from './agent/copy-database.ts';
import { inspectDatabase } from './agent/inspect-database.ts';
import { errorOfSqlite } from './agent/sqlite-error.ts';
import { sqliteDriver } from './sqlite-driver.ts';
import { makeSqliteMuseum } from './testing/sqlite-museum.ts';

const OPTIONS = { parallel: 1, excludeData: [], untransactional: 'refuse' } as const;
const WRITER = fileURLToPath(new URL('./testing/writer.ts', import.meta.url));
const isRoot = process.getuid?.() === 0;

let folder: string;
let file: string;
let stop: AbortController;
let control: Control;
const opened: DatabaseSync[] = [];
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lumbung-sqlite-'));
  await mkdir(path.join(folder, 'app'));
  file = path.join(folder, 'app', 'app data.db');
  stop = new AbortController();
  control = {
    signal: stop.signal,
    clock: systemClock,
    random: systemRandom,
    progress: () => undefined,
    note: () => undefined,
    stallMs: 30_000,
    hardMs: 60_000,
  };
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const database of opened.splice(0)) database.close();
  await rm(folder, { recursive: true, force: true });
});

function kept(database: DatabaseSync): DatabaseSync {
  opened.push(database);
  return database;
}

function targetOf(place = file): Target {
  return {
    engine: 'sqlite',
    address: { kind: 'file', path: place },
    tls: { mode: 'off' },
    options: { connectTimeoutMs: 1000 },
  };
}

async function newWorkspace(limitBytes = 2 ** 30): Promise<Workspace> {
  return { folder: await mkdtemp(path.join(folder, 'w')), limitBytes };
}

async function dumpTo(
  name: string,
  place = file,
  workspace?: Workspace,
): Promise<{ root: string; manifest: Manifest }> {
  const root = path.join(folder, name);
  await mkdir(root);
  const dump = sqliteDriver.dump(targetOf(place), place, OPTIONS, workspace ?? (await newWorkspace()), control);
  await storeEntries(dump.entries, root);
  return { root, manifest: await dump.manifest };
}

async function failureOf(place = file): Promise<unknown> {
  const root = path.join(folder, 'failed');
  const error: unknown = await dumpTo('failed', place).catch((reason: unknown) => reason);
  await expect(readFile(path.join(root, 'manifest.json')), 'nothing is published').rejects.toBeDefined();
  return error;
}

async function findingsOf(root: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of sqliteDriver.verify(folderTree(root), control)) findings.push(finding);
  return findings;
}

async function restoreAs(
  database: string,
  root: string,
  options: Partial<RestoreOptions> = {},
): Promise<RestoreReport> {
  const tree = folderTree(root);
  const asked: RestoreOptions = { database, ownership: { kind: 'keep' }, verify: 'values', parallel: 1, ...options };
  const plan = await sqliteDriver.planRestore(targetOf(), tree, asked, control);
  return await sqliteDriver.restore(plan, tree, await newWorkspace(), control);
}

/** What the command line of SQLite makes of a file: not our code. */
async function textOf(place: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sqlite3', ['-readonly', place, '.dump'], { maxBuffer: 2 ** 28 });
  return stdout;
}

/** Adds a row as an application that then dies: it lies in the -wal file, and nobody has the database open. */
async function addLateAndDie(place: string): Promise<void> {
  const script = `const d = new (require('node:sqlite').DatabaseSync)(${JSON.stringify(place)});
    d.exec("PRAGMA wal_autocheckpoint = 0; INSERT INTO person (name) VALUES ('late')"); process.kill(process.pid, 'SIGKILL')`;
  await once(spawn(process.execPath, ['--no-warnings', '-e', script]), 'exit');
  expect((await stat(`${place}-wal`)).size).toBeGreaterThan(0);
}

async function startWriter(place: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--no-warnings', WRITER, place], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  if (child.stdout !== null) await once(child.stdout, 'data');
  return child;
}

describe('a SQLite database', () => {
  it('is dumped with what is in it, and read back the same by SQLite itself', async () => {
    makeSqliteMuseum(file).close();
    const { root, manifest } = await dumpTo('a');
    const rows = Object.fromEntries(manifest.tables.map(({ name, rows: count }) => [name, count]));
    expect(rows).toMatchObject({
      empty: 0,
      person: 3,
      pay: 3,
      word: 3,
      mixed: 14,
      large: 20_000,
      computed: 2,
      sqlite_sequence: 1,
    });
    expect(manifest).toMatchObject({ engine: 'sqlite', database: file, warnings: [] });
    expect(manifest.details['sqlite']).toMatchObject({
      pageSizeBytes: 4096,
      encoding: 'UTF-8',
      userVersion: 42,
      applicationId: 252006673,
      journalMode: 'rollback',
      autoVacuum: 'none',
      integrity: 'full',
      virtualTables: [
        { name: 'box', module: 'rtree' },
        { name: 'search', module: 'fts5' },
      ],
    });
    expect(manifest.tables.find(({ name }) => name === 'computed')).toMatchObject({
      columns: ['a'],
      generated: ['twice', 'thrice'],
    });
    expect(await findingsOf(root)).toEqual([]);
    expect(await textOf(path.join(root, 'data/database.sqlite'))).toBe(await textOf(file));
  });

  it('gives the same bytes twice, and a digest of one table changes with one value of it', async () => {
    const database = kept(makeSqliteMuseum(file));
    const first = await dumpTo('a');
    const second = await dumpTo('b');
    expect(second.manifest.files).toEqual(first.manifest.files);
    expect(second.manifest.tables).toEqual(first.manifest.tables);
    database.exec("UPDATE mixed SET v = 0.0 WHERE typeof(v) = 'integer' AND v = 0");
    const third = await dumpTo('c');
    const changed = third.manifest.tables.filter(({ sha256 }, idx) => sha256 !== first.manifest.tables[idx]?.sha256);
    expect(changed.map(({ name }) => name)).toEqual(['mixed']);
  });

  it('has the same digests with other indexes', async () => {
    const database = kept(makeSqliteMuseum(file));
    const first = await dumpTo('a');
    database.exec(
      'CREATE INDEX of_n ON word (n); CREATE INDEX of_v ON mixed (v); CREATE INDEX of_filler ON large (filler)',
    );
    const digests = ({ manifest }: { readonly manifest: Manifest }) =>
      manifest.tables.filter(({ name }) => !name.startsWith('sqlite_')).map(({ sha256 }) => sha256);
    expect(digests(await dumpTo('b'))).toEqual(digests(first));
  });

  it('is dumped with what still lies in its -wal file', async () => {
    const database = kept(makeSqliteMuseum(file, { journal: 'wal' }));
    database.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint = 0');
    database.exec("INSERT INTO person (name) VALUES ('late')");
    const { root, manifest } = await dumpTo('a');
    expect(manifest.tables.find(({ name }) => name === 'person')?.rows).toBe(4);
    expect(manifest.details['sqlite']).toMatchObject({ journalMode: 'wal' });
    expect(await textOf(path.join(root, 'data/database.sqlite'))).toContain('late');
    // The control: the file alone, as a copy would have it, lacks the row.
    const alone = path.join(folder, 'alone.db');
    await copyFile(file, alone);
    expect(inspectDatabase({ path: alone }, () => undefined).tables.find(({ name }) => name === 'person')?.rows).toBe(
      3,
    );
  });

  it('whose application died is dumped with what it had committed', async () => {
    makeSqliteMuseum(file, { journal: 'wal' }).close();
    await addLateAndDie(file);
    const { root } = await dumpTo('a');
    expect(await textOf(path.join(root, 'data/database.sqlite'))).toContain('late');
  });

  it.skipIf(!isRoot)('that belongs to another user keeps that user able to write', async () => {
    makeSqliteMuseum(file, { journal: 'wal' }).close();
    await chmod(file, 0o640);
    await chown(file, 1234, 4321);
    await dumpTo('a');
    for (const name of await readdir(path.dirname(file))) {
      const { uid, gid, mode } = await stat(path.join(path.dirname(file), name));
      expect([name, uid, gid, mode & 0o777]).toEqual([name, 1234, 4321, 0o640]);
    }
  });

  it.each(['wal', 'delete'] as const)('is of one moment while an application writes (%s)', async (journal) => {
    const database = new DatabaseSync(file);
    database.exec(`PRAGMA journal_mode = ${journal}; CREATE TABLE account (id INTEGER PRIMARY KEY, amount INT);
      CREATE TABLE moved (text TEXT); CREATE TABLE ballast (b);
      WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000) INSERT INTO account SELECT n, 100 FROM c;
      WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 12) INSERT INTO ballast SELECT randomblob(1000000) FROM c`);
    database.close();
    const writer = await startWriter(file);
    let copySteps = 0;
    control = { ...control, progress: ({ phase }) => (copySteps += phase === 'data' ? 1 : 0) };
    const moved: number[] = [];
    for (const name of ['a', 'b']) {
      const { root, manifest } = await dumpTo(name);
      const stored = path.join(root, 'data/database.sqlite');
      const question = 'SELECT sum(amount) FROM account';
      expect(await sqliteDriver.ask(targetOf(), stored, question, control)).toEqual([['100000']]);
      moved.push(manifest.tables.find((table) => table.name === 'moved')?.rows ?? 0);
    }
    expect(writer.exitCode).toBeNull();
    expect(copySteps).toBeGreaterThan(3);
    // The control: it did write meanwhile.
    expect(moved[1]).toBeGreaterThan(moved[0] ?? 0);
  });

  it('is followed through a symbolic link, with the -wal file beside what it points to', async () => {
    const database = kept(makeSqliteMuseum(file, { journal: 'wal' }));
    database.exec("INSERT INTO person (name) VALUES ('late')");
    const linked = path.join(folder, 'linked.db');
    await symlink(file, linked);
    const { manifest } = await dumpTo('a', linked);
    expect(manifest).toMatchObject({ database: linked, server: file });
    expect(manifest.tables.find(({ name }) => name === 'person')?.rows).toBe(4);
  });

  it('of another encoding, page size and vacuum mode is what it is', async () => {
    const database = new DatabaseSync(file);
    database.exec(
      "PRAGMA encoding = 'UTF-16be'; PRAGMA page_size = 65536; PRAGMA auto_vacuum = 2; CREATE TABLE t (a); INSERT INTO t VALUES ('ü'), (x'00'), (3)",
    );
    database.close();
    const { root, manifest } = await dumpTo('a');
    expect(manifest.details['sqlite']).toMatchObject({
      encoding: 'UTF-16be',
      pageSizeBytes: 65536,
      autoVacuum: 'incremental',
    });
    expect((await restoreAs('b.db', root)).findings).toEqual([]);
  });

  it('with functions and collations of its application is stored, and said to be less checked', async () => {
    const database = new DatabaseSync(file, { defensive: false });
    database.function('secret', { deterministic: true }, (value) => value);
    database.exec(
      "CREATE TABLE t (a, b AS (secret(a))); CREATE INDEX i ON t (b); INSERT INTO t (a) VALUES (1), (2); CREATE TABLE w (k TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO w VALUES ('a')",
    );
    database.exec(
      "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE w (k TEXT COLLATE icu PRIMARY KEY) WITHOUT ROWID' WHERE name = 'w'; INSERT INTO sqlite_schema VALUES ('table', 'far', 'far', 0, 'CREATE VIRTUAL TABLE far USING absent (x)')",
    );
    database.close();
    const { root, manifest } = await dumpTo('a');
    // Nobody but the application can read `w` in the order of its key.
    expect(manifest.tables.map(({ name, rows }) => [name, rows])).toEqual([['t', 2]]);
    expect(manifest.warnings.map(({ code }) => code)).toEqual(['check-limited', 'tables-unread', 'virtual-tables']);
    expect((await restoreAs('b.db', root)).findings).toEqual([]);
  });

  it('with rows that point to nothing is dumped, with a warning', async () => {
    const database = makeSqliteMuseum(file);
    database.exec('INSERT INTO pay (person, rupiah) VALUES (99, 1)');
    database.close();
    expect((await dumpTo('a')).manifest.warnings).toMatchObject([
      { code: 'foreign-keys-broken', params: { tables: { first: ['pay'] } } },
    ]);
  });

  it('wider than a statement may be is read in several passes', async () => {
    const database = new DatabaseSync(file);
    const columns = Array.from({ length: 1990 }, (_, idx) => `c${idx}`);
    database.exec(`CREATE TABLE wide (${columns.join(', ')}); INSERT INTO wide (c0, c1989) VALUES (1, 2)`);
    database.close();
    const first = await dumpTo('a');
    expect(first.manifest.tables[0]).toMatchObject({ rows: 1 });
    const again = kept(new DatabaseSync(file));
    again.exec('UPDATE wide SET c1989 = 3');
    expect((await dumpTo('b')).manifest.tables[0]?.sha256).not.toBe(first.manifest.tables[0]?.sha256);
  });
});

describe('what is no database to be dumped', () => {
  it('a path where nothing is: an error, and nothing is there afterwards', async () => {
    expect(await failureOf()).toMatchObject({ code: 'SQLITE_MISSING' });
    expect(await readdir(path.dirname(file))).toEqual([]);
  });

  it.each([
    ['an empty file', Buffer.alloc(0), 'SQLITE_EMPTY'],
    ['a text', Buffer.from('dear diary '.repeat(1000)), 'SQLITE_NOT_A_DATABASE'],
    ['an encrypted one', Buffer.alloc(8192, 0xa7), 'SQLITE_NOT_A_DATABASE'],
    [
      'a beginning and then rubbish',
      Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(8000, 7)]),
      'SQLITE_NOT_A_DATABASE',
    ],
    ['fifty bytes', Buffer.from('SQLite format 3\0'.padEnd(50)), 'SQLITE_NOT_A_DATABASE'],
  ])('%s', async (_name, content, code) => {
    await writeFile(file, content);
    expect(await failureOf()).toMatchObject({ code });
    expect(await readFile(file)).toEqual(content);
  });

  it('a folder, and a name that is not absolute', async () => {
    expect(await failureOf(path.dirname(file))).toMatchObject({ kind: 'operator' });
    for (const name of [':memory:', 'file:x?mode=rwc', 'app.db']) {
      const listed = sqliteDriver.databases(targetOf(name), control);
      await expect(listed).rejects.toMatchObject({ code: 'DB_ADDRESS_INVALID' });
    }
  });

  it('a file cut off, by a page or in the middle of one', async () => {
    makeSqliteMuseum(file).close();
    const { size } = await stat(file);
    await truncate(file, size - 4096);
    expect(await failureOf()).toMatchObject({ code: 'SQLITE_DAMAGED' });
    await rm(path.join(folder, 'failed'), { recursive: true });
    await truncate(file, 5000);
    expect(await failureOf()).toMatchObject({ kind: 'corruption' });
  });

  it('a file with a damaged page', async () => {
    makeSqliteMuseum(file).close();
    const bytes = await readFile(file);
    bytes.fill(0x55, 40 * 4096, 41 * 4096);
    await writeFile(file, bytes);
    expect(await failureOf()).toMatchObject({ code: 'SQLITE_DAMAGED' });
  });

  it('fuzz: a file with bytes of chance in it ends in an answer, or an error of ours', async () => {
    const small = new DatabaseSync(file);
    small.exec(
      'CREATE TABLE t (a TEXT, b INT, c AS (b + 1)); CREATE INDEX i ON t (a); CREATE TABLE w (k PRIMARY KEY, v) WITHOUT ROWID; CREATE VIEW v AS SELECT * FROM t',
    );
    small.exec(
      "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 300) INSERT INTO t SELECT 'text ' || n, n FROM c; INSERT INTO w SELECT b, a FROM t; CREATE VIRTUAL TABLE f USING fts5 (x); INSERT INTO f SELECT a FROM t",
    );
    small.close();
    const whole = await readFile(file);
    const damage = fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 8,
    });
    const property = fc.asyncProperty(damage, async (changes) => {
      const bytes = Buffer.from(whole);
      for (const [at, byte] of changes) bytes[at] = byte;
      await writeFile(file, bytes);
      try {
        inspectDatabase({ path: file }, () => undefined);
      } catch (error) {
        if (!isLumbungError(errorOfSqlite(error, file))) throw error;
      }
    });
    await fc.assert(property, { numRuns: fuzzRuns(60) });
  });

  it('one whose application died in the middle of a change', async () => {
    const database = kept(makeSqliteMuseum(file));
    database.exec("PRAGMA cache_size = 5; BEGIN; UPDATE large SET filler = 'changed ' || filler");
    const left = path.join(folder, 'left.db');
    await copyFile(file, left);
    await copyFile(`${file}-journal`, `${left}-journal`);
    const before = await readFile(left);
    expect(await failureOf(left)).toMatchObject({ code: 'SQLITE_HOT_JOURNAL' });
    expect(await readFile(left)).toEqual(before);
  });

  it('one that another program has locked, after the time to wait', async () => {
    const database = kept(makeSqliteMuseum(file));
    database.exec('BEGIN EXCLUSIVE');
    const request = { path: file, to: path.join(folder, 'copy'), limitBytes: 2 ** 30, lockWaitMs: 50 };
    const error: unknown = await copyDatabase(request, () => undefined).catch((reason: unknown) =>
      errorOfSqlite(reason, file),
    );
    expect(error).toMatchObject({ code: 'SQLITE_LOCKED', kind: 'transient' });
    // The control: afterwards it can be copied.
    database.exec('COMMIT');
    expect(await copyDatabase(request, () => undefined)).toMatchObject({ pages: expect.any(Number) });
  });

  it.skipIf(!isRoot)('one in WAL mode whose files beside it we could only make as a stranger', async () => {
    makeSqliteMuseum(file, { journal: 'wal' }).close();
    await chmod(folder, 0o777);
    await chmod(path.dirname(file), 0o777);
    await chmod(file, 0o644);
    process.seteuid?.(65534);
    try {
      const request = { path: file, to: path.join(folder, 'copy'), limitBytes: 2 ** 30, lockWaitMs: 50 };
      await expect(copyDatabase(request, () => undefined)).rejects.toMatchObject({
        code: 'SQLITE_SIDECARS_UNAVAILABLE',
      });
      expect(await readdir(path.dirname(file))).toEqual(['app data.db']);
    } finally {
      process.seteuid?.(0);
    }
  });
});

describe('in bad luck', () => {
  it('a workspace that is too small is an error before anything is copied', async () => {
    makeSqliteMuseum(file).close();
    const workspace = await newWorkspace(100_000);
    await expect(dumpTo('a', file, workspace)).rejects.toMatchObject({ code: 'DB_WORKSPACE_FULL' });
    expect(await readdir(workspace.folder)).toEqual([]);
  });

  it.each(['data', 'check'] as const)(
    'told to stop (%s), it stops, and the application has its locks back',
    async (phase) => {
      const database = kept(makeSqliteMuseum(file));
      database.exec(
        'WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 60) INSERT INTO blobs SELECT randomblob(1000000) FROM c',
      );
      database.exec(
        'WITH RECURSIVE c (n) AS (SELECT 20001 UNION ALL SELECT n + 1 FROM c WHERE n < 150000) INSERT INTO large SELECT n, n FROM c',
      );
      control = {
        ...control,
        progress: (event) => {
          if (event.phase === phase) stop.abort(new Error('enough'));
        },
      };
      await expect(dumpTo('a')).rejects.toThrow('enough');
      database.exec('BEGIN EXCLUSIVE; COMMIT');
    },
  );

  it('every count of progress only grows', async () => {
    kept(makeSqliteMuseum(file)).exec(
      'INSERT INTO blobs SELECT randomblob(20000000); INSERT INTO large SELECT n + 20000, n FROM large; INSERT INTO large SELECT n + 40000, n FROM large',
    );
    const seen: (readonly [number, number])[] = [];
    control = { ...control, progress: ({ doneBytes, doneRows }) => seen.push([doneBytes, doneRows]) };
    await dumpTo('a');
    for (const idx of [0, 1] as const) {
      const counts = seen.map((each) => each[idx]);
      expect(counts).toEqual(counts.toSorted((a, b) => a - b));
      expect(counts.at(-1)).toBeGreaterThan(0);
    }
  });

  it('a copy that changes behind our back is not stored', async () => {
    makeSqliteMuseum(file).close();
    const workspace = await newWorkspace();
    const dump = sqliteDriver.dump(targetOf(), file, OPTIONS, workspace, control);
    const pulled = (async () => {
      for await (const entry of dump.entries) {
        await truncate(path.join(workspace.folder, 'database.sqlite'), 4096);
        await buffer(await entry.open());
      }
    })();
    await expect(pulled).rejects.toMatchObject({ code: 'DB_WORKSPACE_CHANGED' });
    await expect(dump.manifest).rejects.toBeDefined();
  });

  it('there is no server to dump', async () => {
    const dump = sqliteDriver.dumpServer(targetOf(), OPTIONS, await newWorkspace(), control);
    await expect(storeEntries(dump.entries, folder)).rejects.toMatchObject({ code: 'DB_SERVER_ABSENT' });
  });

  it('a stored file that is damaged or shortened is named by verification', async () => {
    makeSqliteMuseum(file).close();
    const { root } = await dumpTo('a');
    const stored = path.join(root, 'data/database.sqlite');
    const bytes = await readFile(stored);
    bytes[5000] = (bytes[5000] ?? 0) ^ 1;
    await writeFile(stored, bytes);
    expect(await findingsOf(root)).toMatchObject([{ code: 'file-digest-differs', path: 'data/database.sqlite' }]);
    await truncate(stored, 8192);
    expect(await findingsOf(root)).toMatchObject([{ code: 'file-size-differs' }]);
    await rm(stored);
    expect(await findingsOf(root)).toMatchObject([{ code: 'file-missing' }]);
  });
});

describe('a restore', () => {
  beforeEach(() => {
    makeSqliteMuseum(file, { journal: 'wal' }).close();
  });

  it('lands beside the live one, with its values, owner and permissions, and leaves no other file', async () => {
    await chmod(file, 0o640);
    if (isRoot) await chown(file, 1234, 4321);
    const { root, manifest } = await dumpTo('a');
    await rm(`${file}-wal`, { force: true });
    await rm(`${file}-shm`, { force: true });
    const report = await restoreAs('app data.db.restored', root);
    expect(report).toMatchObject({ findings: [], database: `${file}.restored` });
    expect(report.tables.map(({ table, rows, compared }) => [table, rows, compared])).toEqual(
      manifest.tables.map(({ name, rows }) => [name, rows, 'sha256']),
    );
    const { mode, uid, gid } = await stat(`${file}.restored`);
    expect(mode & 0o777).toBe(0o640);
    if (isRoot) expect([uid, gid]).toEqual([1234, 4321]);
    expect(await readdir(path.dirname(file))).toEqual(['app data.db', 'app data.db.restored']);
    expect(await textOf(`${file}.restored`)).toBe(await textOf(file));
  });

  it('is refused where something is, or where the journal of something is', async () => {
    const { root } = await dumpTo('a');
    await writeFile(path.join(folder, 'taken.db'), 'mine');
    await writeFile(path.join(folder, 'free.db-wal'), 'of another');
    for (const name of ['taken.db', 'free.db']) {
      await expect(restoreAs(path.join(folder, name), root)).rejects.toMatchObject({ code: 'DB_RESTORE_REFUSED' });
    }
    expect(await readFile(path.join(folder, 'taken.db'), 'utf8')).toBe('mine');
    await expect(restoreAs('../escape.db', root)).rejects.toMatchObject({ code: 'DB_ADDRESS_INVALID' });
    await expect(restoreAs(path.join(folder, 'no/such/folder.db'), root)).rejects.toMatchObject({
      code: 'DB_RESTORE_REFUSED',
    });
  });

  it('of a damaged dump leaves nothing', async () => {
    const { root } = await dumpTo('a');
    const stored = path.join(root, 'data/database.sqlite');
    const bytes = await readFile(stored);
    bytes[bytes.length - 10] = (bytes[bytes.length - 10] ?? 0) ^ 1;
    await writeFile(stored, bytes);
    await expect(restoreAs('b.db', root)).rejects.toMatchObject({ code: 'SOURCE_FILE_DAMAGED' });
    expect(await readdir(path.dirname(file))).not.toContain('b.db');
  });

  it('told to stop leaves nothing', async () => {
    const { root } = await dumpTo('a');
    control = {
      ...control,
      progress: ({ phase }) => {
        if (phase === 'restore') stop.abort(new Error('enough'));
      },
    };
    await expect(restoreAs('b.db', root)).rejects.toThrow('enough');
    expect(await readdir(path.dirname(file))).not.toContain('b.db');
  });

  it('finds values that are not those of the manifest', async () => {
    const { root } = await dumpTo('a');
    const text = await readFile(path.join(root, 'manifest.json'), 'utf8');
    const manifest = JSON.parse(text) as { tables: { name: string; rows: number; sha256: string }[] };
    for (const table of manifest.tables) {
      if (table.name === 'pay') table.rows += 1;
      if (table.name === 'word') table.sha256 = '0'.repeat(64);
    }
    await writeFile(path.join(root, 'manifest.json'), JSON.stringify(manifest));
    const report = await restoreAs('b.db', root);
    expect(report.findings.map(({ code, table }) => [code, table])).toEqual([
      ['rows-differ', 'pay'],
      ['rowsum-differs', 'word'],
    ]);
  });

  it('for a drill goes to a folder that is gone afterwards, and answers questions there', async () => {
    const { root } = await dumpTo('a');
    const scratch = await sqliteDriver.startScratch('3.0', await newWorkspace(), control);
    const tree = folderTree(root);
    const options: RestoreOptions = {
      database: 'scratch.sqlite',
      ownership: { kind: 'keep' },
      verify: 'values',
      parallel: 1,
    };
    const plan = await sqliteDriver.planRestore(scratch.target, tree, options, control);
    const report = await sqliteDriver.restore(plan, tree, await newWorkspace(), control);
    expect(report.findings).toEqual([]);
    const ask = async (sql: string) => await sqliteDriver.ask(scratch.target, report.database, sql, control);
    expect(await ask('SELECT count(*), max(rupiah) FROM pay')).toEqual([['3', '9223372036854775807']]);
    await expect(ask('DELETE FROM pay')).rejects.toMatchObject({ kind: 'operator' });
    await expect(ask('SELECT n FROM large')).rejects.toMatchObject({ code: 'SQLITE_QUESTION_TOO_WIDE' });
    await expect(ask('SELEC 1')).rejects.toMatchObject({ code: 'SQLITE_FAILED' });
    await scratch.stop();
    await expect(stat(report.database)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('by hand needs nothing of ours', async () => {
    const { root } = await dumpTo('a');
    const rendered = await sqliteDriver.render(folderTree(root), control);
    expect(rendered.name).toBe('app_data.sqlite');
    const place = path.join(folder, rendered.name);
    await writeFile(place, await buffer(await rendered.open()));
    expect(await textOf(place)).toBe(await textOf(file));
  });

  it('of single tables goes into a database that has others, in one piece', async () => {
    const { root } = await dumpTo('a');
    const other = path.join(folder, 'other.db');
    const database = kept(new DatabaseSync(other));
    database.exec('CREATE TABLE mine (a); INSERT INTO mine VALUES (1); CREATE TABLE log (what TEXT)');
    const report = await restoreAs(other, root, { tables: ['person', 'computed', 'word'] });
    expect(report.findings).toEqual([]);
    expect(report.tables.map(({ table, rows }) => [table, rows])).toEqual([
      ['computed', 2],
      ['person', 3],
      ['word', 3],
    ]);
    expect(database.prepare('SELECT a, twice, thrice FROM computed').all()).toMatchObject([
      { a: 1, twice: 2 },
      { thrice: 6 },
    ]);
    expect(database.prepare('SELECT count(*) AS n FROM log').get()).toMatchObject({ n: 0 });
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all()).toHaveLength(1);
    // All or nothing, and what is there stays.
    await expect(restoreAs(other, root, { tables: ['pay', 'mine'] })).rejects.toMatchObject({
      code: 'DB_RESTORE_REFUSED',
    });
    await expect(restoreAs(other, root, { tables: ['pay', 'log'] })).rejects.toMatchObject({
      code: 'SQLITE_TABLE_EXISTS',
    });
    expect(database.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'pay'").get()).toMatchObject({
      n: 0,
    });
  });

  it('of a single table can make a new database', async () => {
    const { root } = await dumpTo('a');
    const report = await restoreAs('only.db', root, { tables: ['mixed'] });
    expect(report.findings).toEqual([]);
    const only = kept(new DatabaseSync(path.join(path.dirname(file), 'only.db')));
    expect(only.prepare('SELECT count(*) AS n FROM mixed').get()).toMatchObject({ n: 14 });
  });

  it('of a table with a forged definition runs nothing that is hidden behind it', async () => {
    const forged = path.join(folder, 'forged.db');
    const database = new DatabaseSync(forged, { defensive: false });
    database.exec(
      "CREATE TABLE bait (a); INSERT INTO bait VALUES (1); PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE bait (a); DROP TABLE person'",
    );
    database.close();
    const { root } = await dumpTo('f', forged);
    const tree = folderTree(root);
    const options: RestoreOptions = {
      database: file,
      tables: ['bait'],
      ownership: { kind: 'keep' },
      verify: 'rows',
      parallel: 1,
    };
    const plan = await sqliteDriver.planRestore(targetOf(), tree, options, control);
    await sqliteDriver.restore(plan, tree, await newWorkspace(), control);
    const live = kept(new DatabaseSync(file));
    expect(live.prepare('SELECT count(*) AS n FROM person').get()).toMatchObject({ n: 3 });
    expect(live.prepare('SELECT count(*) AS n FROM bait').get()).toMatchObject({ n: 1 });
  });
});

describe('an exchange', () => {
  const swap = { live: 'app data.db', restored: 'restored.db', keepAs: 'old.db' };

  /** A live database with a row that is only in its -wal file, and one to put in its place. */
  async function prepare(): Promise<void> {
    makeSqliteMuseum(file, { journal: 'wal' }).close();
    const { root } = await dumpTo('a');
    await restoreAs('restored.db', root);
    await addLateAndDie(file);
  }

  it('puts the restored one in place, and keeps the old one whole', async () => {
    await prepare();
    await chmod(file, 0o604);
    if (isRoot) await chown(file, 1234, 4321);
    const report = await sqliteDriver.swap(targetOf(), swap, control);
    expect(report).toMatchObject({ live: file, keptAs: path.join(path.dirname(file), 'old.db'), remarks: [] });
    expect(await readdir(path.dirname(file))).toEqual(['app data.db', 'old.db']);
    expect(await textOf(report.keptAs)).toContain('late');
    expect(await textOf(file)).not.toContain('late');
    const { mode, uid } = await stat(file);
    expect(mode & 0o777).toBe(0o604);
    if (isRoot) expect(uid).toBe(1234);
  });

  it('is refused while somebody has the live one open, and changes nothing', async () => {
    await prepare();
    const writer = await (async () => {
      const child = spawn(process.execPath, [
        '--no-warnings',
        '-e',
        `const d = new (require('node:sqlite').DatabaseSync)(${JSON.stringify(file)}); d.prepare('SELECT 1 FROM person').get(); console.log('open'); setInterval(() => d, 1000)`,
      ]);
      children.push(child);
      await once(child.stdout, 'data');
      return child;
    })();
    await expect(sqliteDriver.swap(targetOf(), swap, control)).rejects.toMatchObject({ code: 'SQLITE_IN_USE' });
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    expect(await textOf(file)).toContain('late');
    expect(await readdir(path.dirname(file))).toContain('restored.db');
    expect(await readdir(path.dirname(file))).not.toContain('old.db');
  });

  it('is refused when the new name is taken, or nothing was restored', async () => {
    await prepare();
    await writeFile(path.join(path.dirname(file), 'old.db-wal'), 'x');
    await expect(sqliteDriver.swap(targetOf(), swap, control)).rejects.toMatchObject({ code: 'SQLITE_TARGET_EXISTS' });
    const absent = { ...swap, restored: 'absent.db', keepAs: 'older.db' };
    await expect(sqliteDriver.swap(targetOf(), absent, control)).rejects.toMatchObject({ code: 'SQLITE_MISSING' });
  });

  it('of a live one that is damaged moves it away with its journals', async () => {
    await prepare();
    const wal = await readFile(`${file}-wal`);
    await writeFile(file, 'broken');
    const report = await sqliteDriver.swap(targetOf(), swap, control);
    expect(report.remarks).toEqual([{ code: 'journals-moved', params: {} }]);
    expect(await readFile(report.keptAs, 'utf8')).toBe('broken');
    expect(await readFile(`${report.keptAs}-wal`)).toEqual(wal);
    expect(await textOf(file)).toContain('Siti');
  });

  it('where the live one is gone puts the restored one there', async () => {
    await prepare();
    for (const end of ['', '-wal', '-shm']) await rm(`${file}${end}`, { force: true });
    expect(await sqliteDriver.swap(targetOf(), swap, control)).toMatchObject({ keptAs: '' });
    expect(await textOf(file)).toContain('Siti');
  });
});

describe('a probe', () => {
  it('says what it found', async () => {
    const database = kept(makeSqliteMuseum(file, { journal: 'wal' }));
    database.exec("INSERT INTO person (name) VALUES ('late')");
    const report = await sqliteDriver.probe(targetOf(), control);
    expect(report).toMatchObject({ engine: 'sqlite', role: 'standalone', serverIdentity: file });
    expect(report.checks.map(({ id, result }) => [id, result])).toEqual([
      ['open', 'pass'],
      ['journal', 'pass'],
      ['folder', 'pass'],
    ]);
    expect(report.databases).toMatchObject([{ name: file }]);
  });

  it('says what is wrong, and creates nothing', async () => {
    const report = await sqliteDriver.probe(targetOf(), control);
    expect(report.checks).toMatchObject([{ id: 'open', result: 'fail', remark: { code: 'SQLITE_MISSING' } }]);
    expect(await readdir(path.dirname(file))).toEqual([]);
  });
});
