import { chmod, chown, mkdir, mkdtemp, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeError, LumbungError } from '@lumbung/stdx';
import type { Target } from '../../connection/target.ts';
import type { Control, ScratchInstance, Workspace } from '../../driver.ts';
import { runTool } from '../../process/run-tool.ts';
import type { ToolCall } from '../../process/tool-call.ts';
import { ToolProcess } from '../../process/tool-process.ts';
import type { ServerVersion } from '../server-version.ts';
import { connectionOptions } from '../session.ts';
import { MysqlConnection } from '../wire/connection.ts';
import { findServer, type ServerPrograms } from './find-server.ts';
import { type ServerUser, serverUser } from './server-user.ts';
import {
  DATA_FOLDER,
  ownState,
  PID_FILE,
  removeScratch,
  SCRATCH_PREFIX,
  STATE_FILE,
  sweepScratch,
} from './sweep-scratch.ts';

const SUPERUSER = 'root';
const SOCKET_PATH_BYTES_MAX = 107;
const CONNECT_TIMEOUT_MS = 5000;
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
const LOG_CHARS_KEPT = 2000;

/** Throws away what a crash would need: what is in it exists elsewhere. Nothing acts by itself, and nobody hears of it. */
const SETTINGS: readonly string[] = [
  '--skip-networking',
  '--event-scheduler=OFF',
  '--skip-log-bin',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=0',
  '--max-allowed-packet=1G',
  '--character-set-server=utf8mb4',
  '--lower-case-table-names=0',
  '--local-infile=0',
];
/** A second protocol would listen; and a folder that belongs to the packaged server cannot be entered by another user. */
const MYSQL_SETTINGS: readonly string[] = ['--loose-mysqlx=OFF', '--secure-file-priv=NULL'];

/**
 * A MariaDB or MySQL of our own in the workspace, whose version can load what `serverVersion` dumped: a private socket, no
 * port. As root it runs as another user, who must be able to pass through the folders above the workspace. The kernel ends
 * it when we die; its files are swept away by the next one in the same workspace.
 *
 * @param programsFolder searched alone for the server when given
 * @throws LumbungError DB_SERVER_MISSING, DB_SCRATCH_FAILED (operator)
 */
export async function startScratch(
  vendor: ServerVersion['vendor'],
  serverVersion: string,
  workspace: Workspace,
  control: Control,
  programsFolder?: string,
): Promise<ScratchInstance> {
  const programs = await findServer(vendor, serverVersion, workspace.folder, control, programsFolder);
  await sweepScratch(workspace.folder);
  const user = await serverUser();
  if (user !== undefined) await letThrough(workspace.folder);
  const folder = await mkdtemp(path.join(workspace.folder, SCRATCH_PREFIX));
  try {
    await writeFile(path.join(folder, STATE_FILE), await ownState());
    await mkdir(path.join(folder, 'tmp'), { mode: 0o700 });
    if (user !== undefined) {
      for (const each of [folder, path.join(folder, 'tmp')]) await chown(each, user.uid, user.gid);
    }
    const socket = path.join(folder, 's');
    if (Buffer.byteLength(socket) > SOCKET_PATH_BYTES_MAX) throw failed('the path of the working folder is too long');
    await initialise(programs, folder, user, control);
    const server = run(programs, folder, user, control);
    const target: Target = {
      engine: vendor,
      address: { kind: 'socket', path: socket },
      user: SUPERUSER,
      tls: { mode: 'off' },
      options: { connectTimeoutMs: CONNECT_TIMEOUT_MS },
    };
    const stop = once(async () => {
      server.child.send('SIGKILL');
      await server.child.done.catch(() => undefined); // That it ended is what was asked for.
      await removeScratch(folder);
    });
    try {
      await untilReady(target, server, control);
    } catch (error) {
      await stop();
      throw error;
    }
    return { target, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await removeScratch(folder);
    throw error;
  }
}

function asUser(call: ToolCall, user: ServerUser | undefined): ToolCall {
  return user === undefined ? call : { ...call, runAs: user };
}

async function initialise(
  { vendor, server, install }: ServerPrograms,
  folder: string,
  user: ServerUser | undefined,
  control: Control,
): Promise<void> {
  const place = [`--datadir=${path.join(folder, DATA_FOLDER)}`, `--tmpdir=${path.join(folder, 'tmp')}`];
  const call: ToolCall =
    vendor === 'mariadb' && install !== undefined
      ? {
          tool: install,
          args: ['--no-defaults', '--auth-root-authentication-method=normal', '--skip-test-db', ...place],
          homeFolder: folder,
        }
      : { tool: server, args: ['--no-defaults', '--initialize-insecure', ...place], homeFolder: folder };
  await runTool(asUser(call, user), control);
}

interface RunningServer {
  readonly child: ToolProcess;
  /** The end of its log. */
  said(): string;
}

function run(
  { vendor, server, setpriv }: ServerPrograms,
  folder: string,
  user: ServerUser | undefined,
  control: Control,
): RunningServer {
  const own = [
    '--no-defaults',
    `--datadir=${path.join(folder, DATA_FOLDER)}`,
    `--tmpdir=${path.join(folder, 'tmp')}`,
    `--socket=${path.join(folder, 's')}`,
    `--pid-file=${path.join(folder, PID_FILE)}`,
    ...SETTINGS,
    ...(vendor === 'mysql' ? MYSQL_SETTINGS : []),
  ];
  // The kernel then ends the server when this process dies in whatever way.
  const identity =
    user === undefined ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--inh-caps=-all'];
  const call: ToolCall =
    setpriv === undefined
      ? asUser({ tool: server, args: own, homeFolder: folder }, user)
      : { tool: setpriv, args: [...identity, '--pdeathsig=KILL', '--', server.path, ...own], homeFolder: folder };
  const child = new ToolProcess(call, {
    ...control,
    // It serves until it is told to end, and says nothing meanwhile.
    stallMs: Number.POSITIVE_INFINITY,
    hardMs: Number.POSITIVE_INFINITY,
  });
  child.stdout.resume();
  return { child, said: () => child.stderr().slice(-LOG_CHARS_KEPT) };
}

async function untilReady(target: Target, server: RunningServer, control: Control): Promise<void> {
  const beganMs = control.clock.monotonicMs();
  let end: unknown;
  server.child.done.then(
    () => {
      end = failed('it ended');
    },
    (error: unknown) => {
      end = error;
    },
  );
  for (;;) {
    control.signal.throwIfAborted();
    try {
      await using _connection = await MysqlConnection.connect(connectionOptions(target, control));
      return;
    } catch (error) {
      control.signal.throwIfAborted();
      if (end !== undefined) throw failed(server.said() || describeError(end));
      if (control.clock.monotonicMs() - beganMs > START_TIMEOUT_MS) throw failed(describeError(error));
    }
    await control.clock.sleep(POLL_MS, control.signal);
  }
}

/** The workspace stays closed to listing; above it nothing is changed. */
async function letThrough(workspaceFolder: string): Promise<void> {
  await chmod(workspaceFolder, 0o711);
  for (let folder = path.dirname(workspaceFolder); ; folder = path.dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & 0o001) === 0) {
      throw failed(`the server does not run as root, and no other user may pass through ${folder}`);
    }
    if (folder === path.dirname(folder)) return;
  }
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= act();
    return done;
  };
}

function failed(detail: string): LumbungError {
  return new LumbungError('DB_SCRATCH_FAILED', {
    kind: 'operator',
    message: `a server for the drill could not be started: ${detail}`,
    context: { detail },
    hint: 'choose another working folder, or look at the log of the drill',
  });
}
