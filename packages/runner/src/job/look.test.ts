import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PassThrough, Writable } from 'node:stream';
import type { BrowsePage, BrowseRequest } from '@lumbung/contracts';
import type { Secret } from '@lumbung/sources';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobLab, type LabRun } from './testing/job-lab.ts';

let lab: JobLab;
let source: string;

beforeEach(async () => {
  lab = new JobLab();
  await lab.makeRepository();
  source = lab.path('situs');
  for (let nr = 0; nr < 25; nr += 1) lab.write(`situs/unggahan/${String(nr).padStart(2, '0')}.txt`, `isi ${nr}`);
  lab.write('situs/index.php', '<?php');
  symlinkSync('index.php', path.join(source, 'tautan'));
});

afterEach(() => {
  lab[Symbol.dispose]();
});

async function backedUp(): Promise<string> {
  const { record } = await lab.run(lab.filesSpec([source]));
  return record.copies[0]?.snapshotId ?? '';
}

async function browse<Kind extends BrowsePage['kind']>(
  request: object,
): Promise<Extract<BrowsePage, { readonly kind: Kind }>> {
  const { record } = await lab.run({ kind: 'browse', repository: lab.place, request });
  if (record.result?.kind !== 'browse') throw new Error(JSON.stringify(record));
  return record.result.page as Extract<BrowsePage, { readonly kind: Kind }>;
}

async function refused(request: BrowseRequest | object): Promise<string | undefined> {
  const { record } = await lab.run({ kind: 'browse', repository: lab.place, request });
  return record.outcome === 'failed' ? record.reason : undefined;
}

describe('browsing', () => {
  it('lists a folder page by page, each item once', async () => {
    const snapshotId = await backedUp();
    const folder = path.join(source, 'unggahan');
    const names: string[] = [];
    let after: unknown;
    for (let pages = 1; ; pages += 1) {
      const page = await browse<'list'>({
        kind: 'list',
        snapshotId,
        folder,
        limit: 10,
        ...(after === undefined ? {} : { after }),
      });
      expect(page.total).toBe(25);
      names.push(...page.nodes.map(({ name }) => name));
      after = page.nodes.at(-1)?.path;
      if (page.rest === 'end') {
        expect(pages).toBe(3);
        break;
      }
    }
    expect(names).toEqual(Array.from({ length: 25 }, (_, nr) => `${String(nr).padStart(2, '0')}.txt`));
  });

  it('shows what an item is', async () => {
    const page = await browse<'list'>({ kind: 'list', snapshotId: await backedUp(), folder: source, limit: 100 });
    expect(page.nodes).toMatchObject([
      { name: 'index.php', type: 'file', bytes: 5, path: path.join(source, 'index.php') },
      { name: 'tautan', type: 'symlink', linkTarget: 'index.php' },
      { name: 'unggahan', type: 'dir' },
    ]);
  });

  it('hands back names that are no text so that they can be asked for', async () => {
    const odd = Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0xc3, 0x28])]);
    mkdirSync(odd);
    writeFileSync(Buffer.concat([odd, Buffer.from('/isi.txt')]), 'isi');
    const snapshotId = await backedUp();
    const page = await browse<'list'>({ kind: 'list', snapshotId, folder: source, limit: 100 });
    const folder = page.nodes.find(({ type, name }) => type === 'dir' && name !== 'unggahan')?.path;
    expect(folder).toEqual({ bytes: odd.toString('base64') });
    const inner = await browse<'list'>({ kind: 'list', snapshotId, folder, limit: 100 });
    expect(inner.nodes).toMatchObject([{ name: 'isi.txt' }]);
  });

  it('does not leave the snapshot', async () => {
    const snapshotId = await backedUp();
    const page = await browse<'list'>({ kind: 'list', snapshotId, folder: '/../../..', limit: 100 });
    expect(page.nodes.map(({ name }) => name)).toEqual([lab.folder.split('/')[1]]);
    expect(await refused({ kind: 'list', snapshotId, folder: '/tidak/ada', limit: 1 })).toBe('TREE_PATH_MISSING');
    expect(await refused({ kind: 'list', snapshotId, folder: path.join(source, 'index.php'), limit: 1 })).toBe(
      'TREE_PATH_NOT_FOLDER',
    );
    expect(await refused({ kind: 'list', snapshotId: '0'.repeat(64), folder: '/', limit: 1 })).toBe(
      'SNAPSHOT_NOT_FOUND',
    );
  });

  it('finds by pattern, page by page, newest snapshot first', async () => {
    const first = await backedUp();
    lab.write('situs/baru.txt', 'baru');
    const second = await backedUp();
    const request = { kind: 'find', snapshotIds: [first, second], pattern: '*.TXT', letters: 'any-case', limit: 20 };
    const one = await browse<'find'>({ ...request, skip: 0 });
    const two = await browse<'find'>({ ...request, skip: 20 });
    const three = await browse<'find'>({ ...request, skip: 40 });
    const all = [...one.nodes, ...two.nodes, ...three.nodes];
    expect([one.rest, two.rest, three.rest]).toEqual(['more', 'more', 'end']);
    expect(all).toHaveLength(51);
    expect(new Set(all.slice(0, 26).map(({ snapshotId }) => snapshotId))).toEqual(new Set([second]));
  });

  it('says what changed between two', async () => {
    const fromId = await backedUp();
    lab.write('situs/baru.txt', 'baru');
    lab.write('situs/index.php', '<?php // lain');
    rmSync(path.join(source, 'unggahan', '00.txt'));
    const toId = await backedUp();
    const page = await browse<'diff'>({ kind: 'diff', fromId, toId, skip: 0, limit: 100 });
    expect(page.changes).toEqual([
      { path: path.join(source, 'baru.txt'), change: 'added' },
      { path: path.join(source, 'index.php'), change: 'content' },
      { path: path.join(source, 'unggahan', '00.txt'), change: 'removed' },
    ]);
    expect(page.rest).toBe('end');
  });

  it('of dumps shows tables and rows, and what changed in them', async () => {
    const file = lab.path('app.db');
    const change = (sql: string): void => {
      const database = new DatabaseSync(file);
      database.exec(sql);
      database.close();
    };
    const dump = async (): Promise<string> => {
      const { record } = await lab.run(lab.databasesSpec({ url: `sqlite:${file}`, name: 'situs' }));
      return record.copies[0]?.snapshotId ?? '';
    };
    change(
      'create table a (x); create table b (x); create table c (x); insert into a values (1); insert into b values (1)',
    );
    const fromId = await dump();
    change('insert into a values (2); drop table b; create table d (x)');
    const toId = await dump();
    const tables = await browse<'tables'>({ kind: 'tables', snapshotId: toId, skip: 0, limit: 2 });
    expect(tables).toMatchObject({
      engine: 'sqlite',
      total: 3,
      rest: 'more',
      tables: [{ table: 'a', rows: 2 }, { table: 'c' }],
    });
    const diff = await browse<'table-diff'>({ kind: 'diff', fromId, toId, skip: 0, limit: 100 });
    expect(diff.tables).toEqual([
      { table: 'a', change: 'content', rowsBefore: 1, rowsAfter: 2 },
      { table: 'b', change: 'removed', rowsBefore: 1 },
      { table: 'c', change: 'same', rowsBefore: 0, rowsAfter: 0 },
      { table: 'd', change: 'added', rowsAfter: 0 },
    ]);
    expect(await refused({ kind: 'tables', snapshotId: await backedUp(), skip: 0, limit: 1 })).toBe('SNAPSHOT_NO_DUMP');
  });
});

describe('a download', () => {
  async function download(what: object, snapshotId: string): Promise<LabRun & { readonly bytes: Buffer }> {
    const output = new PassThrough();
    const chunks: Buffer[] = [];
    output.on('data', (chunk: Buffer) => chunks.push(chunk));
    const run = await lab.run({ kind: 'download', repository: lab.place, snapshotId, what }, { output });
    return { ...run, bytes: Buffer.concat(chunks) };
  }

  function sha256(bytes: Buffer): string {
    return createHash('sha256').update(bytes).digest('hex');
  }

  it('of a file is its bytes, with their digest', async () => {
    const { record, bytes } = await download({ kind: 'file', path: path.join(source, 'index.php') }, await backedUp());
    expect(bytes.toString()).toBe('<?php');
    expect(record).toMatchObject({
      outcome: 'succeeded',
      result: { name: 'index.php', bytes: 5, sha256: sha256(bytes), files: 1, leftOut: 0 },
    });
  });

  it('of a folder is an archive that other programs open', async () => {
    const snapshotId = await backedUp();
    for (const format of ['tar', 'zip'] as const) {
      const { record, bytes } = await download({ kind: 'folder', path: source, format }, snapshotId);
      expect(record).toMatchObject({
        outcome: 'succeeded',
        result: { name: `situs.${format}`, sha256: sha256(bytes) },
      });
      if (format === 'tar') {
        const names = execFileSync('tar', ['-tf', '-'], { input: bytes, encoding: 'utf8' });
        expect(names).toContain('unggahan/24.txt');
      } else {
        expect(bytes.subarray(0, 2).toString()).toBe('PK');
      }
    }
  });

  it('of a database is one file that its own engine opens', async () => {
    const file = lab.path('app.db');
    const database = new DatabaseSync(file);
    database.exec("create table surat (isi text); insert into surat values ('satu'), ('dua')");
    database.close();
    const { record: dumped } = await lab.run(lab.databasesSpec({ url: `sqlite:${file}`, name: 'situs' }));
    const { record, bytes } = await download({ kind: 'database' }, dumped.copies[0]?.snapshotId ?? '');
    expect(record).toMatchObject({ outcome: 'succeeded', result: { bytes: bytes.length, sha256: sha256(bytes) } });
    writeFileSync(lab.path('unduh.db'), bytes);
    const copy = new DatabaseSync(lab.path('unduh.db'), { readOnly: true });
    expect(copy.prepare('select count(*) as n from surat').get()).toEqual({ n: 2 });
    copy.close();
  });

  it('of damaged data fails, whatever was written before', async () => {
    lab.write('situs/besar.bin', Buffer.alloc(100_000, 7));
    const snapshotId = await backedUp();
    execFileSync(
      'sh',
      [
        '-c',
        `for f in $(find ${lab.address}/data -type f); do chmod u+w $f; printf X | dd of=$f bs=1 seek=60 conv=notrunc; done`,
      ],
      { stdio: 'ignore' },
    );
    const { record } = await download({ kind: 'folder', path: source, format: 'tar' }, snapshotId);
    expect(record.outcome).toBe('failed');
    expect(record).not.toHaveProperty('result');
  });

  it('whose reader goes away fails', async () => {
    const snapshotId = await backedUp();
    const output = new Writable({ write: (_chunk, _encoding, callback) => callback(new Error('gone')) });
    output.on('error', () => undefined);
    const what = { kind: 'folder', path: source, format: 'tar' };
    const { record } = await lab.run({ kind: 'download', repository: lab.place, snapshotId, what }, { output });
    expect(record.outcome).toBe('failed');
  });

  it('of what is not there says so', async () => {
    const snapshotId = await backedUp();
    const missing = await download({ kind: 'file', path: '/tidak/ada' }, snapshotId);
    expect(missing.record).toMatchObject({ outcome: 'failed', reason: 'TREE_PATH_MISSING' });
    const database = await download({ kind: 'database' }, snapshotId);
    expect(database.record).toMatchObject({ outcome: 'failed', reason: 'SNAPSHOT_NO_DUMP' });
    const { record } = await lab.run({
      kind: 'download',
      repository: lab.place,
      snapshotId,
      what: { kind: 'database' },
    });
    expect(record).toMatchObject({ outcome: 'failed', reason: 'OUTPUT_MISSING' });
  });
});

describe('discovery', () => {
  it('tells applications and databases; a password goes its own way', async () => {
    lab.write('www/toko/artisan', '#!/usr/bin/env php');
    lab.write('www/toko/composer.json', '{"require":{"laravel/framework":"^11"}}');
    lab.write(
      'www/toko/.env',
      'APP_NAME=Toko\nDB_CONNECTION=mysql\nDB_HOST=10.0.0.5\nDB_DATABASE=toko\nDB_USERNAME=toko\nDB_PASSWORD=sandi-toko-881\n',
    );
    const found: (readonly [string, Secret])[] = [];
    const spec = { kind: 'discover', paths: [lab.path('www')], skip: [] } as const;
    const { record, events } = await lab.run(spec, { onFoundSecret: (name, value) => found.push([name, value]) });
    expect(record).toMatchObject({
      outcome: 'succeeded',
      result: {
        kind: 'discover',
        extent: 'whole',
        applications: [
          {
            kind: 'laravel',
            root: lab.path('www/toko'),
            databases: [{ engine: 'mysql', database: 'toko', user: 'toko', password: { secret: 'found-1' } }],
          },
        ],
      },
    });
    expect(found.map(([name, value]) => [name, value.reveal()])).toEqual([['found-1', 'sandi-toko-881']]);
    expect(JSON.stringify([record, events])).not.toContain('sandi-toko-881');
    const without = await lab.run(spec);
    expect(JSON.stringify(without)).not.toContain('found-1');
  });

  it('of a folder that is not there is a finding', async () => {
    const { record } = await lab.run({ kind: 'discover', paths: [lab.path('tidak-ada')], skip: [] });
    expect(record).toMatchObject({ outcome: 'succeeded', result: { findings: [{ code: 'ROOT_MISSING' }] } });
  });
});

it('a job that is no job is refused, and says where', async () => {
  await expect(lab.run({ kind: 'browse', request: { kind: 'list' } })).rejects.toMatchObject({
    code: 'JOB_SPEC_INVALID',
    context: { place: 'repository' },
  });
});
