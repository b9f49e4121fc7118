import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Store } from './store.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lumbung-cut-off-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const MAIN = path.resolve(import.meta.dirname, '../testing/open-store-main.ts');

function tablesOf(file: string): string[] {
  const database = new Sqlite(file);
  try {
    return database
      .prepare<[], { name: string }>("select name from sqlite_master where type = 'table'")
      .all()
      .map(({ name }) => name);
  } finally {
    database.close();
  }
}

/** Killed so long after it began. */
async function killWhileOpening(file: string, delayMs: number): Promise<void> {
  const child = spawn(process.execPath, [MAIN, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, delayMs))]);
  child.kill('SIGKILL');
  await exited;
}

it('a first start that is killed while it makes the schema is followed by one that works', async () => {
  const seen = new Set<number>();
  for (let round = 0; round < 12; round += 1) {
    const file = path.join(folder, `${round}.sqlite`);
    await killWhileOpening(file, round * 6);
    const tables = tablesOf(file).filter((name) => !/^(?:schema_migration|sqlite_)/.test(name));
    seen.add(tables.length);
    const store = await Store.open({ kind: 'sqlite', file });
    expect(await store.db.selectFrom('run').selectAll().execute()).toEqual([]);
    await store.close();
  }
  // Either nothing of the schema, or all of it.
  expect([...seen].filter((count) => count !== 0).length).toBeLessThanOrEqual(1);
});
