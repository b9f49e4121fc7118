import { createHash } from 'node:crypto';
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
/** Of the template as well: it is copied, and resizing it takes a quarter of a second. */
const LOG_FILE_SIZE = '32M';
/** Small, and without a thought for power failures. */
const FAST: Readonly<Record<string, string>> = {
  'innodb-flush-log-at-trx-commit': '0',
  'innodb-doublewrite': '0',
  'innodb-flush-method': 'nosync',
  'innodb-log-file-size': LOG_FILE_SIZE,
  'innodb-buffer-pool-size': '128M',
  'innodb-fast-shutdown': '2',
  'aria-pagecache-buffer-size': '8M',
  'key-buffer-size': '8M',
  'max-allowed-packet': '128M',
  'character-set-server': 'utf8mb4',
};

/** @throws Error when there is no MariaDB here (see haveServer), or it does not start: with the end of its log */
export async function startMariadb(options: TestServerOptions = {}): Promise<TestServer> {
  const programs = options.programs ?? usualPrograms('mariadb');
  if (programs === undefined) throw new Error('no MariaDB here');
  const mariadbd = programs.server;
  const mariadb = clientProgram(programs, 'mariadb');
  const user = serverUser(['mysql']);
  const version = /Ver (\d+\.\d+\.\d+)/.exec(await askProgram(mariadbd, ['--no-defaults', '--version']))?.[1] ?? '';
  return startServer(
    {
      engine: 'mariadb',
      version,
      programs,
      user,
      login: { socket: { user: SUPERUSER }, tcp: withPassword(SUPERUSER) },
      stopSignal: 'SIGTERM',
      portWithoutTcp: 0,
      socketName: () => SOCKET,
      prepare: (bench) => prepareDataFolder(programs, version, bench),
      command: (bench) => ({
        program: mariadbd,
        args: ['--no-defaults', ...placeOf(programs), ...settingsOf(bench)],
        readyLine: /ready for connections/,
        endSignal: 'SIGKILL',
      }),
      client: (bench, sql, database) =>
        askProgram(
          mariadb,
          [
            ...MARIADB_QUIET,
            `--socket=${path.join(bench.folder, SOCKET)}`,
            `--user=${SUPERUSER}`,
            database ?? '',
          ].filter(Boolean),
          { input: sql },
        ),
    },
    options,
  );
}

/** `--binary-mode` keeps carriage returns and zero bytes as they are, `--comments` what stands in the bodies of routines. */
const MARIADB_QUIET = [
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
  const args = [
    '--no-defaults',
    ...placeOf(programs),
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--innodb-flush-method=nosync',
    `--innodb-log-file-size=${LOG_FILE_SIZE}`,
  ];
  await copyTemplate(
    {
      name: 'mariadb',
      ingredients: [programs.server, version, ...args],
      user,
      make: async (target) => {
        // It changes the user by itself.
        const identity = user === undefined ? [] : [`--user=${user.name}`];
        await runProgram(clientProgram(programs, 'mariadb-install-db'), [...args, ...identity, `--datadir=${target}`]);
      },
    },
    dataFolder,
  );
  await mkdir(path.join(folder, 'tmp'), { mode: 0o700 });
  // One statement on each line. Through the socket root needs no password, over TCP it does.
  await writeFile(
    initFile(bench),
    [
      `CREATE OR REPLACE USER root@'127.0.0.1' IDENTIFIED BY PASSWORD '${nativePassword(TEST_PASSWORD)}';`,
      `GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;`,
      // Those of other addresses, one of which is the machine's name.
      `DELETE FROM mysql.global_priv WHERE User = 'root' AND Host NOT IN ('localhost', '127.0.0.1');`,
      'FLUSH PRIVILEGES;',
      '',
    ].join('\n'),
  );
  await chownTo(user, path.join(folder, 'tmp'), initFile(bench));
}

/** Hashed here, because the server reads the file in a character set of its own. */
function nativePassword(password: string): string {
  const sha1 = (bytes: string | Buffer): Buffer => createHash('sha1').update(bytes).digest();
  return `*${sha1(sha1(password)).toString('hex').toUpperCase()}`;
}

const initFile = ({ folder }: Bench): string => path.join(folder, 'init.sql');

function settingsOf(bench: Bench): string[] {
  const { folder, dataFolder, port, usesTcp, tls, settings } = bench;
  const all: Record<string, string> = {
    ...FAST,
    datadir: dataFolder,
    tmpdir: path.join(folder, 'tmp'),
    socket: path.join(folder, SOCKET),
    'pid-file': path.join(folder, 'mariadbd.pid'),
    'init-file': initFile(bench),
    // Names, so that 127.0.0.1 is not taken for localhost, whose root has no password.
    'skip-name-resolve': '1',
    ...(usesTcp ? { port: String(port), 'bind-address': '127.0.0.1' } : { 'skip-networking': '1' }),
    ...(tls === undefined ? {} : { 'ssl-ca': tls.caFile, 'ssl-cert': tls.certFile, 'ssl-key': tls.keyFile }),
    ...settings,
  };
  return Object.entries(all).map(([name, value]) => `--${name}=${value}`);
}
