import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPostgresTool, findTool, listPostgresFolders } from './find-tool.ts';

const root = mkdtempSync('/tmp/lumbung-tools-');
afterAll(() => rmSync(root, { recursive: true, force: true }));

function program(file: string, mode = 0o755): void {
  const place = path.join(root, file);
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, '#!/bin/sh\n', { mode });
}

beforeAll(() => {
  for (const major of [9, 14, 16, 17]) program(`usr/lib/postgresql/${major}/bin/pg_dump`);
  program('usr/pgsql-15/bin/pg_dump');
  program('usr/lib/postgresql/18/bin/psql');
  program('usr/lib/postgresql/not-a-version/bin/pg_dump');
  program('mine/mysqldump');
  program('mine/plain', 0o644);
  mkdirSync(path.join(root, 'mine/folder'));
  symlinkSync('nowhere', path.join(root, 'mine/dangling'));
});

describe('a tool', () => {
  const mine = () => path.join(root, 'mine');

  it('is found under the first name that is there', async () => {
    const tool = await findTool({
      names: ['mariadb-dump', 'mysqldump'],
      packageName: 'mariadb-client',
      folder: mine(),
    });
    expect(tool).toEqual({ name: 'mysqldump', path: path.join(mine(), 'mysqldump'), packageName: 'mariadb-client' });
  });

  it('is found where Debian puts it', async () => {
    expect((await findTool({ names: ['env'], packageName: 'coreutils' })).path).toBe('/usr/bin/env');
  });

  it.each(['absent', 'plain', 'folder', 'dangling'])('is not what cannot be run: %s', async (name) => {
    await expect(findTool({ names: [name], packageName: 'toys', folder: mine() })).rejects.toMatchObject({
      code: 'DB_TOOL_MISSING',
      context: { tool: name, package: 'toys' },
    });
  });
});

describe('a tool of PostgreSQL', () => {
  it('is of the lowest version that is not below the server', async () => {
    const majors = await Promise.all(
      [9, 13, 14, 15, 16, 17].map((server) => findPostgresTool('pg_dump', server, { root })),
    );
    expect(majors.map((tool) => /(\d+)\/bin/.exec(tool.path)?.[1])).toEqual(['9', '14', '14', '15', '16', '17']);
    expect(majors[1]?.packageName).toBe('postgresql-client-14');
  });

  it('is too old for a server that is newer than all', async () => {
    // Version 18 has psql alone.
    await expect(findPostgresTool('pg_dump', 18, { root })).rejects.toMatchObject({
      code: 'DB_TOOL_TOO_OLD',
      context: { tool: 'pg_dump', toolVersion: 17, serverVersion: 18, package: 'postgresql-client-18' },
    });
  });

  it('is missing where no PostgreSQL has it', async () => {
    await expect(findPostgresTool('pg_nothing', 15, { root })).rejects.toMatchObject({
      code: 'DB_TOOL_MISSING',
      context: { tool: 'pg_nothing', package: 'postgresql-client-15' },
    });
  });

  it('is taken from the folder that is named, and from no other', async () => {
    const folder = path.join(root, 'usr/lib/postgresql/9/bin');
    expect((await findPostgresTool('pg_dump', 17, { folder })).path).toBe(path.join(folder, 'pg_dump'));
    await expect(findPostgresTool('psql', 17, { folder })).rejects.toMatchObject({ code: 'DB_TOOL_MISSING' });
  });

  it('lies in folders that are listed, the oldest first; elsewhere are none', async () => {
    expect((await listPostgresFolders(root)).map(({ major }) => major)).toEqual([9, 14, 15, 16, 17, 18]);
    expect(await listPostgresFolders(path.join(root, 'mine'))).toEqual([]);
  });
});
