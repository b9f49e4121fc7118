import { describe, expect, it } from 'vitest';
import { loadBigTable } from './big-table.ts';
import { haveServer } from './have-server.ts';
import { startMariadb } from './start-mariadb.ts';
import { startPostgres } from './start-postgres.ts';
import { startRedis } from './start-redis.ts';

const SQL = {
  count: 'SELECT count(*), count(DISTINCT id), count(DISTINCT note) FROM big_table',
  sample: 'SELECT * FROM big_table WHERE id = 700',
};

describe.each([
  { name: 'postgres', start: startPostgres, database: 'postgres', ...SQL, counts: '1500|1500|1500' },
  { name: 'mariadb', start: startMariadb, database: 'test', ...SQL, counts: '1500\t1500\t1500' },
  { name: 'redis', start: startRedis, database: '3', count: 'DBSIZE', sample: 'GET big_table:700', counts: '1500' },
] as const)('a big table in $name', ({ name, start, database, count, sample, counts }) => {
  it.skipIf(!haveServer(name))(
    'has the rows that were asked for, about as large, and others for another seed',
    async () => {
      const rows: string[] = [];
      for (const seed of [1, 2]) {
        await using server = await start();
        if (name === 'mariadb') await server.client(`CREATE DATABASE ${database}`);
        await loadBigTable(server, database, { rows: 1500, rowBytes: 400, seed });
        expect(await server.client(count, database)).toBe(counts);
        rows.push(await server.client(sample, database));
      }
      expect(rows[0]).not.toBe(rows[1]);
      expect(Math.abs((rows[0] ?? '').length - 400)).toBeLessThan(80);
    },
  );
});
