import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { askProgram } from './run-program.ts';
import { clientProgram, usualPrograms } from './server-programs.ts';
import { serverUser } from './system-user.ts';
import { chownTo } from './template-folder.ts';
import { type Bench, startServer, type TestServer, type TestServerOptions } from './test-server.ts';

const SOCKET = 's.sock';

/** Redis, or Valkey where that is what is here. It asks for no password unless `settings` say so (`requirepass`).
 *  @throws Error when there is none (see haveServer), or it does not start: with the end of its log */
export async function startRedis(options: TestServerOptions = {}): Promise<TestServer> {
  const programs = options.programs ?? usualPrograms('redis');
  if (programs === undefined) throw new Error('no Redis here');
  const { server } = programs;
  const cli = clientProgram(programs, 'redis-cli', 'valkey-cli');
  const version = /v=(\d+\.\d+\.\d+)/.exec(await askProgram(server, ['--version']))?.[1] ?? '';
  const user = serverUser(['redis', 'valkey']);
  return startServer(
    {
      engine: 'redis',
      version,
      programs,
      user,
      login: { socket: {}, tcp: {} },
      stopSignal: 'SIGTERM',
      portWithoutTcp: 0,
      socketName: () => SOCKET,
      prepare: async ({ dataFolder }) => {
        await mkdir(dataFolder, { mode: 0o700 });
        await chownTo(user, dataFolder);
      },
      command: (bench) => ({
        program: server,
        args: settingsOf(bench).flat(),
        readyLine: /ready to accept connections/i,
        endSignal: 'SIGKILL',
      }),
      client: (bench, commands, database = '0') => askRedis(cli, bench, commands, database),
    },
    options,
  );
}

const ERROR_REPLY =
  /^(?:ERR|BUSYGROUP|BUSYKEY|EXECABORT|LOADING|MISCONF|NOAUTH|NOPERM|NOSCRIPT|OOM|READONLY|WRONGPASS|WRONGTYPE) .*/m;

/** redis-cli ends well whatever the server answered to what it was piped. */
async function askRedis(cli: string, bench: Bench, commands: string | Uint8Array, database: string): Promise<string> {
  const password = bench.settings['requirepass'];
  const output = await askProgram(cli, ['-s', path.join(bench.folder, SOCKET), '-n', database], {
    input: commands,
    env: password === undefined ? {} : { REDISCLI_AUTH: password },
  });
  const complaint = ERROR_REPLY.exec(output)?.[0];
  if (complaint !== undefined) throw new Error(`redis-cli: ${complaint}`);
  return output;
}

function settingsOf({ folder, dataFolder, port, usesTcp, tls, settings }: Bench): string[][] {
  const all: Record<string, string> = {
    dir: dataFolder,
    unixsocket: path.join(folder, SOCKET),
    unixsocketperm: '700',
    port: usesTcp && tls === undefined ? String(port) : '0',
    bind: '127.0.0.1',
    'enable-debug-command': 'local',
    ...(tls === undefined
      ? {}
      : {
          'tls-port': String(port),
          'tls-cert-file': tls.certFile,
          'tls-key-file': tls.keyFile,
          'tls-ca-cert-file': tls.caFile,
          'tls-auth-clients': 'no',
        }),
    // Written when it is stopped in order, so that a restart finds its data.
    save: '3600 1',
    ...settings,
  };
  return Object.entries(all).map(([name, value]) => [`--${name}`, value]);
}
