import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { askProgram, runProgram } from './run-program.ts';
import { clientProgram, type ServerPrograms, usualPrograms } from './server-programs.ts';
import { serverUser } from './system-user.ts';
import { chownTo, copyTemplate } from './template-folder.ts';
import {
  type Bench,
  startServer,
  TEST_PASSWORD,
  type TestServer,
  type TestServerOptions,
  withPassword,
} from './test-server.ts';

const SOCKET = 's.sock';
const SUPERUSER = 'root';
/** Small, and without a thought for power failures. */
const FAST: Readonly<Record<string, string>> = {
  'innodb-flush-log-at-trx-commit': '0',
  'innodb-doublewrite': '0',
  'innodb-flush-method': 'nosync',
  'innodb-redo-log-capacity': '64M',
  'innodb-buffer-pool-size': '128M',
  'innodb-fast-shutdown': '1',
  'sync-binlog': '0',
  'key-buffer-size': '8M',
  'max-allowed-packet': '128M',
  'performance-schema': 'OFF',
  mysqlx: 'OFF',
  'secure-file-priv': 'NULL',
};

/** @throws Error when there is no MySQL here (see haveServer), or it does not start: with the end of its log */
export async function startMysql(options: TestServerOptions = {}): Promise<TestServer> {
  const programs = options.programs ?? usualPrograms('mysql');
  if (programs === undefined) throw new Error('no MySQL here');
  const user = serverUser(['mysql']);
  const version = /Ver (\d+\.\d+\.\d+)/.exec(await askProgram(programs.server, ['--no-defaults', '--version']))?.[1];
  return startServer(
    {
      engine: 'mysql',
      version: version ?? '',
      programs,
      user,
      login: { socket: { user: SUPERUSER }, tcp: withPassword(SUPERUSER) },
      stopSignal: 'SIGTERM',
      portWithoutTcp: 0,
      socketName: () => SOCKET,
      prepare: (bench) => prepareDataFolder(programs, version ?? '', bench),
      command: (bench) => ({
        program: programs.server,
        args: ['--no-defaults', ...placeOf(programs), ...settingsOf(bench)],
        readyLine: /ready for connections.*(?:port|socket)/i,
        endSignal: 'SIGKILL',
      }),
      client: (bench, sql, database) =>
        askProgram(
          clientProgram(programs, 'mysql'),
          [...QUIET, `--socket=${path.join(bench.folder, SOCKET)}`, `--user=${SUPERUSER}`, database ?? ''].filter(
            Boolean,
          ),
          { input: sql },
        ),
    },
    options,
  );
}

/** As the client of MariaDB is asked: see startMariadb. */
const QUIET = [
  '--no-defaults',
  '--batch',
  '--raw',
  '--skip-column-names',
  '--binary-mode',
  '--comments',
  '--default-character-set=utf8mb4',
  '--max-allowed-packet=1G',
];

/** Where its messages, character sets and plugins lie, when that is not where the distribution has them. */
function placeOf({ tools }: ServerPrograms): string[] {
  return tools === undefined ? [] : [`--basedir=${path.dirname(tools)}`];
}

async function prepareDataFolder(programs: ServerPrograms, version: string, bench: Bench): Promise<void> {
  const { user, folder, dataFolder } = bench;
  const args = ['--no-defaults', ...placeOf(programs), '--initialize-insecure', '--innodb-redo-log-capacity=64M'];
  await copyTemplate(
    {
      name: 'mysql',
      ingredients: [programs.server, version, ...args],
      user,
      make: async (target) => {
        await runProgram(programs.server, [...args, `--datadir=${target}`], { user });
      },
    },
    dataFolder,
  );
  await mkdir(path.join(folder, 'tmp'), { mode: 0o700 });
  // One statement on each line. Through the socket root needs no password, over TCP it does.
  const password = `'${TEST_PASSWORD.replaceAll(/['\\]/g, '\\$&')}'`;
  await writeFile(
    initFile(bench),
    [
      `CREATE USER IF NOT EXISTS root@'127.0.0.1' IDENTIFIED BY ${password};`,
      `GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;`,
      '',
    ].join('\n'),
  );
  await chownTo(user, path.join(folder, 'tmp'), initFile(bench));
}

const initFile = ({ folder }: Bench): string => path.join(folder, 'init.sql');

function settingsOf(bench: Bench): string[] {
  const { folder, dataFolder, port, usesTcp, tls, settings } = bench;
  const all: Record<string, string> = {
    ...FAST,
    datadir: dataFolder,
    tmpdir: path.join(folder, 'tmp'),
    socket: path.join(folder, SOCKET),
    'pid-file': path.join(folder, 'mysqld.pid'),
    'init-file': initFile(bench),
    // Names, so that 127.0.0.1 is not taken for localhost, whose root has no password.
    'skip-name-resolve': '1',
    ...(usesTcp ? { port: String(port), 'bind-address': '127.0.0.1' } : { 'skip-networking': '1' }),
    ...(tls === undefined ? {} : { 'ssl-ca': tls.caFile, 'ssl-cert': tls.certFile, 'ssl-key': tls.keyFile }),
    ...settings,
  };
  return Object.entries(all).map(([name, value]) => `--${name}=${value}`);
}
