import { systemClock, systemRandom } from '@lumbung/stdx/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Control } from '../driver.ts';
import { haveServer, startPostgres, type TestServer } from '../testing/index.ts';
import { askDatabase } from './ask-database.ts';

describe.skipIf(!haveServer('postgres'))('a question to a PostgreSQL database', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startPostgres();
    await server.client(`CREATE TABLE t AS SELECT 1 AS n, NULL::text AS x, '\\xff00'::bytea AS b`);
    await server.client(
      'CREATE FUNCTION grow() RETURNS int LANGUAGE sql AS $$ INSERT INTO t VALUES (2) RETURNING n $$',
    );
  });
  afterAll(async () => {
    expect(await server.client('SELECT count(*) FROM t')).toBe('1');
    await server.stop();
  });

  async function ask(question: string, more: Partial<Control> = {}): Promise<Answer> {
    const control: Control = {
      signal: new AbortController().signal,
      clock: systemClock,
      random: systemRandom,
      progress: () => undefined,
      note: () => undefined,
      stallMs: 60_000,
      hardMs: 60_000,
      ...more,
    };
    return await askDatabase(server.target, 'postgres', question, control);
  }

  it('is answered in texts and nulls', async () => {
    expect(await ask('SELECT n, x, b FROM t;')).toEqual([['1', null, '\\xff00']]);
    expect(await ask('SELECT 1 WHERE false')).toEqual([]);
  });

  it.each([
    ['changes rows', 'INSERT INTO t VALUES (3) RETURNING n'],
    ['calls what changes rows', 'SELECT grow()'],
    ['brings a second statement', 'SELECT 1; DELETE FROM t'],
    ['ends the transaction first', 'COMMIT'],
    ['is none', ''],
  ])('is refused when it %s', async (_, question) => {
    await expect(ask(question)).rejects.toMatchObject({ code: expect.stringMatching(/^DB_/) });
  });

  it('has a thousand rows for an answer, and no more', async () => {
    expect((await ask('SELECT generate_series(1, 1000)')).length).toBe(1000);
    await expect(ask('SELECT generate_series(1, 1001)')).rejects.toMatchObject({ code: 'DB_ANSWER_TOO_LARGE' });
  });

  it('is given up after its time', async () => {
    await expect(ask('SELECT pg_sleep(3600)', { hardMs: 50 })).rejects.toMatchObject({ code: 'DB_CANCELLED' });
  });
});
