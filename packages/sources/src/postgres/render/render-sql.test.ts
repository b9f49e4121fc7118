import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { systemClock, systemRandom } from '@lumbung/stdx/node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Control, RenderedFile } from '../../driver.ts';
import { readManifest } from '../../manifest/manifest-file.ts';
import {
  folderTree,
  haveServer,
  type IndependentDump,
  independentDump,
  loadLatin1Database,
  loadMuseum,
  loadSqlAsciiDatabase,
  startPostgres,
  storeEntries,
  type TestServer,
} from '../../testing/index.ts';
import { dumpBySnapshot } from '../dump/snapshot-dump.ts';
import { renderSql } from './render-sql.ts';

const control: Control = {
  signal: new AbortController().signal,
  clock: systemClock,
  random: systemRandom,
  progress: () => undefined,
  note: () => undefined,
  stallMs: 60_000,
  hardMs: 600_000,
};

describe.skipIf(!haveServer('postgres'))('a dump of PostgreSQL as one file of SQL', () => {
  let server: TestServer;
  let root: string;
  let folder: string;

  beforeAll(async () => {
    server = await startPostgres();
    root = await mkdtemp('/dev/shm/lumbung-render-');
  });
  afterAll(async () => {
    await server.stop();
    await rm(root, { recursive: true, force: true });
  });
  beforeEach(async () => {
    folder = await mkdtemp(path.join(root, 'test-'));
  });

  async function dump(database: string): Promise<string> {
    const workspace = { folder: path.join(folder, 'work'), limitBytes: 1e12 };
    await mkdir(workspace.folder);
    const options = { parallel: 2, excludeData: [], untransactional: 'refuse' } as const;
    const tree = path.join(folder, 'tree');
    await storeEntries(dumpBySnapshot(server.target, database, options, workspace, control).entries, tree);
    return tree;
  }

  async function render(tree: string): Promise<{ readonly file: RenderedFile; readonly sql: Buffer }> {
    const file = await renderSql(folderTree(tree), control);
    const chunks: Buffer[] = [];
    for await (const chunk of await file.open()) chunks.push(chunk);
    return { file, sql: Buffer.concat(chunks) };
  }

  /** By psql, which stops at the first error. */
  async function load(sql: Buffer, database: string, options = ''): Promise<void> {
    await server.client(`CREATE DATABASE ${database} TEMPLATE template0 ${options}`);
    const file = path.join(folder, 'all.sql');
    await writeFile(file, sql, { mode: 0o644 });
    await server.client(`\\i ${file}`, database);
  }

  function withoutPublications({ schema, ...rest }: IndependentDump) {
    const parts = schema.split(/\n(?=--\n-- Name: )/);
    const kept = parts.filter((part) => !/^--\n-- Name: [^\n]*; Type: PUBLICATION/.test(part));
    return { schema: kept.join('\n'), tables: rest.tables, others: rest.others };
  }

  it('is loaded by psql alone, and is then everything of a database of everything', async () => {
    await loadMuseum(server, 'museum', { bigRows: 3000 });
    const { file, sql } = await render(await dump('museum'));
    expect(file.name).toBe('museum.sql');
    expect(sql.includes('\\restrict')).toBe(false);
    await load(sql, 'loaded');
    const [loaded, original] = [await independentDump(server, 'loaded'), await independentDump(server, 'museum')];
    expect(withoutPublications(loaded)).toEqual(withoutPublications(original));
  });

  it.each([
    ['LATIN1', loadLatin1Database],
    ['SQL_ASCII', loadSqlAsciiDatabase],
  ])('keeps every byte of a database in %s', async (encoding, fill) => {
    const name = encoding.toLowerCase();
    await fill(server, name);
    const { sql } = await render(await dump(name));
    await load(sql, `loaded_${name}`, `ENCODING '${encoding}' LOCALE 'C'`);
    const [loaded, original] = [await independentDump(server, `loaded_${name}`), await independentDump(server, name)];
    expect(withoutPublications(loaded)).toEqual(withoutPublications(original));
  });

  it('fails, and does not end, when a file of the dump is not what was dumped', async () => {
    await server.client('CREATE DATABASE small');
    await server.client('CREATE TABLE t AS SELECT generate_series(1, 9) AS n', 'small');
    const tree = await dump('small');
    const whole = await render(tree);
    expect(whole.sql.toString()).toContain('COPY "public"."t" ("n") FROM STDIN;\n1\n2\n');
    const file = path.join(tree, 'data/public/t/0000.copy');
    await writeFile(file, (await readFile(file, 'utf8')).replace('5', '6'));
    await expect(render(tree)).rejects.toMatchObject({ code: 'SOURCE_FILE_DAMAGED' });
    await rm(file);
    await expect(render(tree)).rejects.toMatchObject({ code: 'SOURCE_FILE_MISSING' });
  });

  it('is refused where a row is too long for text', async () => {
    await server.client('CREATE DATABASE wide');
    await server.client('CREATE TABLE t AS SELECT 1 AS n', 'wide');
    const tree = await dump('wide');
    const file = path.join(tree, 'manifest.json');
    const manifest = await readManifest(folderTree(tree));
    for (const segment of manifest.tables[0]?.segments ?? []) Object.assign(segment, { binary: true });
    await writeFile(file, JSON.stringify(manifest));
    await expect(renderSql(folderTree(tree), control)).rejects.toMatchObject({
      code: 'DB_RENDER_BINARY',
      context: { table: 'public.t' },
    });
  });
});
