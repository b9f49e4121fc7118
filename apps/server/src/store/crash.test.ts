import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Store } from './store.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lumbung-crash-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Commits until it is shot after `acks` acknowledgements. Returns the last number that it acknowledged. */
async function shootAfter(file: string, acks: number, first: number): Promise<number> {
  const child = spawn(
    process.execPath,
    [path.join(import.meta.dirname, '../testing/commit-loop-main.ts'), file, String(first)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = once(child, 'exit');
  let last = first - 1;
  let seen = 0;
  for await (const line of createInterface(child.stdout)) {
    last = Number(line);
    seen += 1;
    if (seen === acks) child.kill('SIGKILL');
  }
  await exited;
  expect(seen).toBeGreaterThanOrEqual(acks);
  return last;
}

describe('a process that is shot while it commits', () => {
  it('has lost no commit that it acknowledged, nor half of one', async () => {
    const file = path.join(folder, 'state.sqlite');
    let next = 0;
    for (const acks of [1, 7, 40, 150]) {
      const last = await shootAfter(file, acks, next);
      await using store = await Store.open({ kind: 'sqlite', file });
      const { rows: integrity } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(store.db);
      expect(integrity).toEqual([{ integrity_check: 'ok' }]);
      const codes = (await store.db.selectFrom('agency').select('code').execute()).map(({ code }) => Number(code));
      const lastStored = Math.max(...codes);
      expect(lastStored).toBeGreaterThanOrEqual(last);
      expect(codes.length).toBe(lastStored + 1);
      const { value } = await store.db.selectFrom('installation').select('value').executeTakeFirstOrThrow();
      expect(Number(value)).toBe(lastStored);
      next = lastStored + 1;
    }
  });

  it('writes each commit to the disk before it acknowledges it, since power fails too', async () => {
    await using store = await Store.open({ kind: 'sqlite', file: path.join(folder, 'power.sqlite') });
    const pragma = async (name: string) => (await sql.raw(`pragma ${name}`).execute(store.db)).rows[0];
    expect(await pragma('synchronous')).toEqual({ synchronous: 2 });
    expect(await pragma('journal_mode')).toEqual({ journal_mode: 'wal' });
    expect(await pragma('foreign_keys')).toEqual({ foreign_keys: 1 });
  });
});
