import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveServer, startMariadb, type TestServer } from '../testing/index.ts';
import { probeServer } from './probe.ts';
import { controlOf, DumpBench } from './testing/dump-bench.ts';

describe.skipIf(!haveServer('mariadb'))('a replica', () => {
  let primary: TestServer;
  let replica: TestServer;
  let bench: DumpBench;

  beforeAll(async () => {
    bench = await DumpBench.make();
    primary = await startMariadb({ tcp: true, settings: { log_bin: 'log', server_id: '1' } });
    replica = await startMariadb({ settings: { server_id: '2' } });
    await primary.client(
      "CREATE USER follower@'127.0.0.1' IDENTIFIED BY 'x'; GRANT REPLICATION SLAVE ON *.* TO follower@'127.0.0.1'",
    );
    const [log, at] = (await primary.client('SHOW MASTER STATUS')).trim().split(/\s+/);
    await replica.client(
      `CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = ${primary.port}, MASTER_USER = 'follower', MASTER_PASSWORD = 'x', MASTER_LOG_FILE = '${log}', MASTER_LOG_POS = ${at}; START SLAVE`,
    );
    await primary.client(
      'CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY) ENGINE = InnoDB; INSERT INTO d.t VALUES (1), (2)',
    );
  });
  afterAll(async () => {
    await bench?.[Symbol.asyncDispose]();
    await replica?.stop();
    await primary?.stop();
  });

  it('is dumped with its lag, and the position of a primary is recorded', async () => {
    await expect.poll(async () => await replica.client('SELECT COUNT(*) FROM d.t').catch(() => '')).toMatch(/^2/);
    const { manifest } = await bench.dump(replica.target, 'd');
    expect(manifest).toMatchObject({ servedBy: 'replica', lagSeconds: 0 });
    const ofPrimary = (await bench.dump(primary.target, 'd', { parallel: 2 })).manifest;
    expect(ofPrimary).toMatchObject({
      servedBy: 'primary',
      position: {
        binlog: { file: 'log.000001', position: expect.any(Number) },
        gtid: expect.stringMatching(/^0-1-\d+$/),
      },
    });
    expect((await probeServer(replica.target, controlOf())).role).toBe('replica');
  });

  it.each(['SQL_THREAD', 'IO_THREAD'])(
    'whose %s was stopped is refused: it would give a perfect dump of long ago',
    async (thread) => {
      await replica.client(`STOP SLAVE ${thread}`);
      await expect(bench.dump(replica.target, 'd')).rejects.toMatchObject({ code: 'DB_REPLICA_STOPPED' });
      const { checks } = await probeServer(replica.target, controlOf());
      expect(checks.find(({ id }) => id === 'replica')).toMatchObject({
        result: 'fail',
        remark: { code: 'DB_REPLICA_STOPPED' },
      });
      await replica.client(`START SLAVE ${thread}`);
      await expect
        .poll(
          async () =>
            await bench.dump(replica.target, 'd').then(
              ({ manifest }) => manifest.servedBy,
              () => '',
            ),
        )
        .toBe('replica');
    },
  );
});
