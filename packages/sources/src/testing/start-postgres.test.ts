import { expect, it } from 'vitest';
import { haveServer } from './have-server.ts';
import { startPostgres } from './start-postgres.ts';

it.skipIf(!haveServer('postgres'))(
  'a standby follows its primary, writes nothing, and stays behind when it is told to',
  async () => {
    await using primary = await startPostgres();
    await primary.client('CREATE TABLE t (a integer); INSERT INTO t VALUES (1)');
    await using standby = await startPostgres({ standbyOf: primary, tcp: true });
    expect(await standby.client('SELECT pg_is_in_recovery(), (SELECT sum(a) FROM t)')).toBe('t|1');
    await primary.client('INSERT INTO t VALUES (2)');
    await expect.poll(() => standby.client('SELECT sum(a) FROM t'), { timeout: 30_000 }).toBe('3');
    await expect(standby.client('INSERT INTO t VALUES (3)')).rejects.toThrow('read-only');
    await standby.client('SELECT pg_wal_replay_pause()');
    await primary.client('INSERT INTO t VALUES (3)');
    expect(await standby.client('SELECT sum(a) FROM t')).toBe('3');
    await standby.client('SELECT pg_wal_replay_resume()');
    await expect.poll(() => standby.client('SELECT sum(a) FROM t'), { timeout: 30_000 }).toBe('6');
  },
);

it.skipIf(!haveServer('postgres'))('lines of pg_hba.conf may come before ours', async () => {
  await using server = await startPostgres({ hba: ['local all locked reject'] });
  await server.client('CREATE ROLE locked LOGIN');
  await expect(server.client('\\c - locked')).rejects.toThrow('pg_hba.conf rejects');
});
