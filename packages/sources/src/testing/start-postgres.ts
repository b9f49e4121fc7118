import { rm, writeFile } from 'node:fs/promises';
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

export interface PostgresOptions extends TestServerOptions {
  /** Lines of pg_hba.conf that come before ours: all through the socket are trusted, those over TCP need a password. */
  readonly hba?: readonly string[];
  /** Follows another server, read-only. `SELECT pg_wal_replay_pause()` makes it stay behind. */
  readonly standbyOf?: TestServer;
}

const SUPERUSER = 'postgres';
/** Throws away what a crash would need, and keeps small what every start would write. */
const FAST: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  autovacuum: 'off',
  shared_buffers: '32MB',
  max_wal_size: '1GB',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** @throws Error when there is no PostgreSQL here (see haveServer), or it does not start: with the end of its log */
export async function startPostgres(options: PostgresOptions = {}): Promise<TestServer> {
  const programs = options.programs ?? usualPrograms('postgresql');
  if (programs === undefined) throw new Error('no PostgreSQL server here');
  const user = serverUser(['postgres']);
  const version = /(\d+\.\d+)/.exec(await askProgram(programs.server, ['--version']))?.[1] ?? '';
  const psql = clientProgram(programs, 'psql');
  return startServer(
    {
      engine: 'postgresql',
      version,
      programs,
      user,
      login: { socket: { user: SUPERUSER }, tcp: withPassword(SUPERUSER) },
      stopSignal: 'SIGINT',
      portWithoutTcp: 5432,
      socketName: (port) => `.s.PGSQL.${port}`,
      prepare: async (bench) => {
        if (options.standbyOf === undefined) await prepareDataFolder(programs, version, bench);
        else await copyPrimary(programs, options.standbyOf, bench);
        await writeHba(bench, options.hba ?? []);
      },
      command: (bench) => ({
        program: programs.server,
        args: ['-D', bench.dataFolder, ...settingsOf(bench)],
        readyLine: /database system is ready to accept/,
        endSignal: 'SIGQUIT',
      }),
      client: (bench, sql, database = 'postgres') =>
        askProgram(
          psql,
          [...PSQL_QUIET, '-h', bench.folder, '-p', String(bench.port), '-U', SUPERUSER, '-d', database],
          {
            input: sql,
          },
        ),
    },
    options,
  );
}

const PSQL_QUIET = ['-X', '-q', '-A', '-t', '-w', '-v', 'ON_ERROR_STOP=1'];

async function prepareDataFolder(
  programs: ServerPrograms,
  version: string,
  { user, dataFolder }: Bench,
): Promise<void> {
  const args = ['--no-sync', '--encoding=UTF8', '--locale=C.UTF-8', '-U', SUPERUSER, '--auth-local=trust'];
  await copyTemplate(
    {
      name: 'postgres',
      ingredients: [programs.server, version, ...args, TEST_PASSWORD],
      user,
      make: async (folder, scratch) => {
        const passwordFile = path.join(scratch, 'password');
        await writeFile(passwordFile, `${TEST_PASSWORD}\n`);
        await chownTo(user, passwordFile);
        const login = ['--auth-host=scram-sha-256', `--pwfile=${passwordFile}`];
        await runProgram(path.join(path.dirname(programs.server), 'initdb'), [...args, ...login, '-D', folder], {
          user,
        });
        await rm(passwordFile);
      },
    },
    dataFolder,
  );
}

async function copyPrimary(programs: ServerPrograms, primary: TestServer, { user, dataFolder }: Bench): Promise<void> {
  const login = ['-h', primary.socketFolder, '-p', String(primary.port), '-U', SUPERUSER, '--no-password'];
  const args = ['--write-recovery-conf', '--wal-method=stream', '--checkpoint=fast', '--no-sync', '-D', dataFolder];
  await runProgram(clientProgram(programs, 'pg_basebackup'), [...login, ...args], { user });
}

async function writeHba({ dataFolder, user }: Bench, first: readonly string[]): Promise<void> {
  const ours = ['local all all trust', 'local replication all trust', 'host all all 127.0.0.1/32 scram-sha-256'];
  const file = path.join(dataFolder, 'pg_hba.conf');
  await writeFile(file, `${[...first, ...ours].join('\n')}\n`);
  await chownTo(user, file);
}

function settingsOf({ folder, port, usesTcp, tls, settings }: Bench): string[] {
  const all: Record<string, string> = {
    ...FAST,
    unix_socket_directories: folder,
    port: String(port),
    listen_addresses: usesTcp ? '127.0.0.1' : '',
    ...(tls === undefined
      ? {}
      : { ssl: 'on', ssl_cert_file: tls.certFile, ssl_key_file: tls.keyFile, ssl_ca_file: tls.caFile }),
    ...settings,
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
