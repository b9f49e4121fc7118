import { chmod, chown, mkdtemp, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeError, LumbungError } from '@lumbung/stdx';
import type { Target } from '../../connection/target.ts';
import type { Control, ScratchInstance, Workspace } from '../../driver.ts';
import { findTool, listPostgresFolders } from '../../process/find-tool.ts';
import { runTool } from '../../process/run-tool.ts';
import type { Tool } from '../../process/tool-call.ts';
import { ToolProcess } from '../../process/tool-process.ts';
import { majorOf } from '../restore/dump-details.ts';
import { openSession } from '../session.ts';
import { type ServerUser, serverUser } from './server-user.ts';
import { ownState, removeScratch, SCRATCH_PREFIX, STATE_FILE, sweepScratch } from './sweep-scratch.ts';

const SUPERUSER = 'postgres';
const DATABASE = 'postgres';
const PORT = 5432;
const SOCKET_PATH_BYTES_MAX = 107;
const CONNECT_TIMEOUT_MS = 5000;
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
const LOG_CHARS_KEPT = 2000;
const MAJOR_MIN = 10;

/** Throws away what a crash would need: what is in it exists elsewhere. Nothing acts by itself. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  port: String(PORT),
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  autovacuum: 'off',
  archive_mode: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  max_wal_size: '4GB',
  maintenance_work_mem: '128MB',
  // A restore in one transaction per table locks few, but definitions lock all of them.
  max_locks_per_transaction: '1024',
  // In the data folder, which goes: what lies elsewhere outlives a server that was shot.
  dynamic_shared_memory_type: 'mmap',
  timezone: 'UTC',
};

/**
 * A PostgreSQL of our own in the workspace, of the lowest version on this machine that can load what `serverVersion`
 * dumped: a private socket, no port. As root it runs as another user, who must be able to pass through the folders above
 * the workspace. The kernel ends it when we die; its files are swept away by the next one in the same workspace.
 *
 * @throws LumbungError DB_SERVER_MISSING, DB_SCRATCH_FAILED (operator)
 */
export async function startScratchServer(
  serverVersion: string,
  workspace: Workspace,
  control: Control,
): Promise<ScratchInstance> {
  const programs = await findServer(serverVersion);
  await sweepScratch(workspace.folder);
  const user = await serverUser();
  if (user !== undefined) await letThrough(workspace.folder);
  const folder = await mkdtemp(path.join(workspace.folder, SCRATCH_PREFIX));
  try {
    await writeFile(path.join(folder, STATE_FILE), await ownState());
    if (user !== undefined) await chown(folder, user.uid, user.gid);
    const socket = path.join(folder, `.s.PGSQL.${PORT}`);
    if (Buffer.byteLength(socket) > SOCKET_PATH_BYTES_MAX) throw failed('the path of the working folder is too long');
    await initialise(programs, folder, user, control);
    const server = await run(programs, folder, user, control);
    const target: Target = {
      engine: 'postgresql',
      address: { kind: 'socket', path: socket },
      user: SUPERUSER,
      tls: { mode: 'off' },
      options: { connectTimeoutMs: CONNECT_TIMEOUT_MS },
    };
    const stop = once(async () => {
      // At once, and without writing anything more.
      server.child.send('SIGQUIT');
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
    // Whatever broke first because of it.
    control.signal.throwIfAborted();
    throw error;
  }
}

interface Programs {
  readonly initdb: Tool;
  readonly postgres: Tool;
  readonly setpriv: Tool | undefined;
}

async function findServer(serverVersion: string): Promise<Programs> {
  const wanted = Math.max(Math.trunc(majorOf(serverVersion)), MAJOR_MIN);
  const packageName = `postgresql-${wanted}`;
  for (const { major, folder } of await listPostgresFolders()) {
    if (major < wanted) continue;
    const find = async (name: string) => await findTool({ names: [name], packageName, folder }).catch(() => undefined); // Only its client is installed.
    const [initdb, postgres] = [await find('initdb'), await find('postgres')];
    if (initdb === undefined || postgres === undefined) continue;
    const setpriv = await findTool({ names: ['setpriv'], packageName: 'util-linux' }).catch(() => undefined);
    return { initdb, postgres, setpriv };
  }
  throw new LumbungError('DB_SERVER_MISSING', {
    kind: 'operator',
    message: `no PostgreSQL server of version ${wanted} or newer is installed on this machine`,
    context: { package: packageName },
    hint: `install the package ${packageName}`,
  });
}

async function initialise(
  { initdb }: Programs,
  folder: string,
  user: ServerUser | undefined,
  control: Control,
): Promise<void> {
  const args = ['-D', path.join(folder, 'data'), '-U', SUPERUSER, '--auth=trust', '--no-sync', '--no-instructions'];
  const more = ['--encoding=UTF8', '--locale=C.UTF-8'];
  const call = { tool: initdb, args: [...args, ...more], homeFolder: folder };
  await runTool(user === undefined ? call : { ...call, runAs: user }, control);
}

interface RunningServer {
  readonly child: ToolProcess;
  /** The end of its log. */
  said(): string;
}

async function run(
  { postgres, setpriv }: Programs,
  folder: string,
  user: ServerUser | undefined,
  control: Control,
): Promise<RunningServer> {
  const settings = { ...SETTINGS, unix_socket_directories: folder, unix_socket_permissions: '0700' };
  const own = ['-D', path.join(folder, 'data'), ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`])];
  // The kernel then ends the server when this process dies in whatever way.
  const identity =
    user === undefined ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--inh-caps=-all'];
  const call =
    setpriv === undefined
      ? { tool: postgres, args: own, homeFolder: folder, ...(user === undefined ? {} : { runAs: user }) }
      : { tool: setpriv, args: [...identity, '--pdeathsig=QUIT', '--', postgres.path, ...own], homeFolder: folder };
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
      const options = { target, database: DATABASE, control, signal: control.signal, applicationName: 'lumbung-wait' };
      const { connection } = await openSession(options);
      await connection.close();
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
