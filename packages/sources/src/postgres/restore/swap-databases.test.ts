import { isLumbungError, type LumbungError } from '@lumbung/stdx';
import { systemClock, systemRandom } from '@lumbung/stdx/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Control, SwapReport } from '../../driver.ts';
import { haveServer, independentDump, startPostgres, type TestServer } from '../../testing/index.ts';
import { swapDatabases } from './swap-databases.ts';

const SWAP = { live: "live's", restored: 'res"tored', keepAs: 'kept' };

const control: Control = {
  signal: new AbortController().signal,
  clock: systemClock,
  random: systemRandom,
  progress: () => undefined,
  note: () => undefined,
  stallMs: 60_000,
  hardMs: 600_000,
};

describe.skipIf(!haveServer('postgres'))('a swap of PostgreSQL databases', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startPostgres({ settings: { max_prepared_transactions: '5' } });
    await server.client('CREATE ROLE reader; CREATE DATABASE other');
  });
  afterAll(async () => {
    await server.stop();
  });
  beforeEach(async () => {
    await server.client(`CREATE DATABASE "live's"`);
    await server.client('CREATE DATABASE "res""tored"');
    await server.client('CREATE TABLE which AS SELECT 1 AS n', SWAP.live);
    await server.client('CREATE TABLE which AS SELECT 2 AS n', SWAP.restored);
    await server.client(`ALTER DATABASE "live's" SET search_path = '$user', "a, ""b""", public;
      ALTER DATABASE "live's" SET statement_timeout = '7s'; ALTER DATABASE "res""tored" SET work_mem = '1MB';
      REVOKE CONNECT ON DATABASE "live's" FROM PUBLIC; GRANT CONNECT ON DATABASE "live's" TO reader WITH GRANT OPTION;
      ALTER ROLE reader IN DATABASE "live's" SET work_mem = '2MB'; ALTER DATABASE "live's" OWNER TO reader;
      ALTER DATABASE "live's" CONNECTION LIMIT 42; COMMENT ON DATABASE "live's" IS 'it is live'`);
  });
  afterEach(async () => {
    await server.client('DROP DATABASE IF EXISTS "kept" WITH (FORCE)');
    await server.client(`DROP DATABASE IF EXISTS "live's" WITH (FORCE)`);
    await server.client('DROP DATABASE IF EXISTS "res""tored" WITH (FORCE)');
  });

  async function swap(more: Partial<typeof SWAP> = {}, target = server.target): Promise<SwapReport> {
    return await swapDatabases(target, { ...SWAP, ...more }, control);
  }

  async function failure(act: Promise<unknown>): Promise<LumbungError> {
    const error: unknown = await act.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!isLumbungError(error)) throw error ?? new Error('it did not fail');
    return error;
  }

  const which = (database: string) => server.client('SELECT n FROM public.which', database);
  const databases = async () => (await server.client('SELECT datname FROM pg_database')).split('\n');

  it('exchanges the names, carries rights and settings over, and closes what was live', async () => {
    const was = (await independentDump(server, SWAP.live)).database;
    const ended = expect(server.client('SELECT pg_sleep(60)', SWAP.live)).rejects.toThrow();
    const report = await swap();
    await ended;
    expect(report).toMatchObject({ live: SWAP.live, keptAs: 'kept' });
    expect(report.downtimeMs).toBeGreaterThanOrEqual(0);
    expect(await which(SWAP.live)).toBe('2');
    expect((await independentDump(server, SWAP.live)).database).toEqual(was);
    await expect(which('kept')).rejects.toThrow('not currently accepting connections');
    expect(await databases()).not.toContain(SWAP.restored);
    await server.client('ALTER DATABASE kept WITH ALLOW_CONNECTIONS true');
    expect(await which('kept')).toBe('1');
  });

  it.each<[string, Partial<typeof SWAP>]>([
    ['the name for the old one is taken', { keepAs: 'other' }],
    ['the name for the old one would be cut', { keepAs: 'x'.repeat(64) }],
    ['there is no live one', { live: 'nothing' }],
    ['there is no restored one', { restored: 'nothing' }],
    ['two of the names are one', { keepAs: SWAP.restored }],
  ])('is refused when %s', async (_, more) => {
    expect((await failure(swap(more))).code).toBe('DB_SWAP_REFUSED');
    expect([await which(SWAP.live), await which(SWAP.restored)]).toEqual(['1', '2']);
  });

  it('is refused from within one of the two', async () => {
    const error = await failure(swap({}, { ...server.target, database: SWAP.live }));
    expect(error.code).toBe('DB_SWAP_REFUSED');
  });

  it('that fails at the second name leaves both as they were', async () => {
    await server.client(`BEGIN; CREATE TABLE held (); PREPARE TRANSACTION 'held'`, SWAP.restored);
    try {
      expect((await failure(swap())).context).toMatchObject({ sqlState: '55006' });
      expect([await which(SWAP.live), await which(SWAP.restored)]).toEqual(['1', '2']);
      expect(await databases()).not.toContain('kept');
    } finally {
      await server.client(`ROLLBACK PREPARED 'held'`, SWAP.restored);
    }
  });
});
