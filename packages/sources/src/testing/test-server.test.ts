import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { isProcessAlive } from '@lumbung/stdx/node';
import { describe, expect, it } from 'vitest';
import { haveServer } from './have-server.ts';
import { sweepStaleFolders } from './lab-folder.ts';
import { runProgram } from './run-program.ts';
import { clientProgram } from './server-programs.ts';
import { startMariadb } from './start-mariadb.ts';
import { startPostgres } from './start-postgres.ts';
import { startRedis } from './start-redis.ts';
import { TEST_PASSWORD, type TestServer } from './test-server.ts';

const KINDS = [
  {
    name: 'postgres',
    start: startPostgres,
    write: 'CREATE TABLE t(a int); INSERT INTO t VALUES (41)',
    read: 'SELECT a + 1 FROM t',
    database: 'postgres',
    wrong: 'SELECT * FROM nowhere',
  },
  {
    name: 'mariadb',
    start: startMariadb,
    write: 'CREATE DATABASE d; CREATE TABLE d.t(a int); INSERT INTO d.t VALUES (41)',
    read: 'SELECT a + 1 FROM t',
    database: 'd',
    wrong: 'SELECT * FROM nowhere',
  },
  { name: 'redis', start: startRedis, write: 'SET a 42', read: 'GET a', database: '0', wrong: 'LPUSH' },
] as const;

describe.each(KINDS)('a $name server of the lab', ({ name, start, write, read, database, wrong }) => {
  describe.skipIf(!haveServer(name))('when there is one', () => {
    it('answers, keeps its data over a restart and over its violent death, and leaves nothing behind', async () => {
      const server = await start();
      await server.client(write);
      expect(await server.client(read, database)).toBe('42');
      const first = server.pid;
      await server.restart();
      expect(await server.client(read, database)).toBe('42');
      server.kill('SIGKILL');
      await server.restart();
      expect(await server.client(read, database)).toBe('42');
      expect(server.pid).not.toBe(first);
      await server.stop();
      await server.stop();
      expect(isProcessAlive(server.pid)).toBe(false);
      expect(existsSync(path.dirname(server.socketFolder))).toBe(false);
    });

    it('lets nobody else in, and runs beside another', async () => {
      await using one = await start();
      await using other = await start({ tcp: true });
      await one.client(write);
      expect(await other.client(read, database).catch(() => 'nothing')).not.toBe('42');
      expect(statSync(one.socketFolder).mode & 0o077).toBe(0);
      expect(one.socketPath.length).toBeLessThan(100);
    });

    it('says what was wrong with a statement, and with a setting', async () => {
      await using server = await start();
      await expect(server.client(wrong)).rejects.toThrow(/nowhere|No database|wrong number/);
      await expect(start({ settings: { 'no-such-setting': 'x' } })).rejects.toThrow(/no.such.setting/);
    });

    it('can be made to stand still, and goes on', async () => {
      await using server = await start();
      await server.client(write);
      server.freeze();
      const answer = server.client(read, database);
      const silence = new Promise((resolve) => setTimeout(resolve, 100, 'silence'));
      expect(await Promise.race([answer, silence])).toBe('silence');
      server.thaw();
      expect(await answer).toBe('42');
      server.freeze();
      await server.stop();
    });

    it('is cleared away when the test forgets it', async () => {
      const { stdout, status } = spawnSync(
        process.execPath,
        ['--input-type=module', '-e', forgetfulProgram(name, 'process.exit()')],
        { encoding: 'utf8' },
      );
      const [pid, folder]: [number, string] = JSON.parse(stdout);
      expect(status).toBe(0);
      expect(existsSync(path.dirname(folder))).toBe(false);
      await expect.poll(() => runs(pid), { timeout: 30_000 }).toBe(false);
    });

    it('dies with the test process that forgot it, and is swept away with its folder', async () => {
      const program = forgetfulProgram(name, "process.kill(process.pid, 'SIGKILL')");
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
      const [pid, folder]: [number, string] = JSON.parse(stdout);
      expect(existsSync(folder)).toBe(true);
      await using living = await start();
      sweepStaleFolders();
      expect(existsSync(path.dirname(folder))).toBe(false);
      expect(existsSync(living.socketPath)).toBe(true);
      await expect.poll(() => runs(pid), { timeout: 30_000 }).toBe(false);
    });
  });
});

/** Starts a server, says which, and ends without a thought for it. */
const forgetfulProgram = (name: string, end: string): string => `
  import { start${name[0]?.toUpperCase()}${name.slice(1)} as start } from ${JSON.stringify(path.join(import.meta.dirname, 'index.ts'))};
  const server = await start();
  console.log(JSON.stringify([server.pid, server.socketFolder]));
  ${end};`;

/** A process that is dead but not yet buried has no program any more. */
const runs = (pid: number): boolean => existsSync(`/proc/${pid}/exe`);

/** The engine's own client over TLS, that verifies. @returns its words when it refuses */
async function connectVerifying(server: TestServer, caFile: string, host: string): Promise<string> {
  const port = String(server.port);
  const [program, args, env]: [string, string[], Record<string, string>] =
    server.engine === 'postgresql'
      ? [
          clientProgram(server.programs, 'psql'),
          [
            `host=${host} hostaddr=127.0.0.1 port=${port} user=postgres sslmode=verify-full sslrootcert=${caFile}`,
            '-c',
            'SELECT 1',
          ],
          { PGPASSWORD: TEST_PASSWORD },
        ]
      : server.engine === 'mariadb'
        ? [
            clientProgram(server.programs, 'mariadb'),
            [
              '--no-defaults',
              `--host=${host}`,
              '--protocol=tcp',
              `--port=${port}`,
              '--user=root',
              `--ssl-ca=${caFile}`,
              '--ssl-verify-server-cert',
              '-e',
              'SELECT 1',
            ],
            { MYSQL_PWD: TEST_PASSWORD },
          ]
        : [
            clientProgram(server.programs, 'redis-cli', 'valkey-cli'),
            ['-h', host, '-p', port, '--tls', '--cacert', caFile, 'PING'],
            {},
          ];
  return runProgram(program, args, { env }).then(
    () => 'connected',
    (error: unknown) => String(error),
  );
}

const SQL_KINDS = KINDS.filter(({ name }) => name !== 'redis');

describe.each(SQL_KINDS)('a $name server in the middle of a query', ({ name, start }) => {
  it.skipIf(!haveServer(name))('comes back when it was shot in the middle of a query', async () => {
    await using server = await start();
    const query = server.client(name === 'postgres' ? 'SELECT pg_sleep(60)' : 'DO SLEEP(60)').then(
      () => 'answered',
      () => 'broken off',
    );
    const asked =
      name === 'postgres'
        ? 'SELECT count(*) FROM pg_stat_activity WHERE query ~ $$^SELECT pg_sleep$$'
        : `SELECT count(*) FROM information_schema.processlist WHERE info LIKE 'DO SLEEP%'`;
    await expect.poll(() => server.client(asked), { timeout: 30_000 }).toBe('1');
    server.kill('SIGKILL');
    await server.restart();
    expect(await query).toBe('broken off');
    expect(await server.client('SELECT 42')).toBe('42');
  });
});

describe.each(KINDS)('TLS of a $name server of the lab', ({ name, start }) => {
  it.skipIf(!haveServer(name))('is trusted by whoever knows its authority, and by nobody else', async () => {
    await using server = await start({ tls: 'localhost' });
    const { caFile = '', strangeCaFile = '' } = server.tls ?? {};
    expect(await connectVerifying(server, caFile, 'localhost')).toBe('connected');
    expect(await connectVerifying(server, strangeCaFile, 'localhost')).toMatch(/certificate/i);
  });
});

// redis-cli does not look at the name.
describe.each(SQL_KINDS)('the certificate of a $name server of the lab', ({ name, start }) => {
  it.skipIf(!haveServer(name))('can bear another name, which a client must refuse', async () => {
    await using server = await start({ tls: 'other-host' });
    expect(await connectVerifying(server, server.tls?.caFile ?? '', 'localhost')).toMatch(/certificate|match/i);
  });
});
