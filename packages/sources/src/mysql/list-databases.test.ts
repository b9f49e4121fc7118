import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveServer, startMariadb, type TestServer } from '../testing/index.ts';
import { listDatabases } from './list-databases.ts';
import { probeServer } from './probe.ts';
import { controlOf } from './testing/dump-bench.ts';

describe.skipIf(!haveServer('mariadb'))('all databases', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startMariadb();
    await server.client(
      `CREATE DATABASE satu; CREATE DATABASE dua;
       CREATE USER some@localhost; GRANT SELECT ON satu.* TO some@localhost;
       CREATE USER every@localhost; GRANT SHOW DATABASES ON *.* TO every@localhost;
       CREATE USER reader@localhost; GRANT SELECT ON *.* TO reader@localhost;`,
    );
  });
  afterAll(async () => {
    await server.stop();
  });

  it.each(['every', 'reader', 'root'])('are listed to %s, also those that are made later', async (user) => {
    const target = { ...server.target, user };
    expect(await listDatabases(target, controlOf())).toEqual(expect.arrayContaining(['dua', 'satu']));
    await server.client(`CREATE DATABASE later_${user}`);
    expect(await listDatabases(target, controlOf())).toContain(`later_${user}`);
  });

  it('are refused, not shortened, to an account that sees some of them', async () => {
    const target = { ...server.target, user: 'some' };
    await expect(listDatabases(target, controlOf())).rejects.toMatchObject({
      code: 'DB_PRIVILEGE_MISSING',
      hint: "GRANT SHOW DATABASES ON *.* TO 'some'@'localhost';",
    });
    const { checks } = await probeServer(target, controlOf());
    expect(checks.find(({ id }) => id === 'grants-databases')).toMatchObject({ result: 'fail' });
    const one = await probeServer({ ...target, database: 'satu' }, controlOf());
    expect(one.checks.some(({ id }) => id === 'grants-databases')).toBe(false);
  });
});
