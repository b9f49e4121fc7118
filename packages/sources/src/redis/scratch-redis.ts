import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { describeError, isLumbungError, LumbungError } from '@lumbung/stdx';
import type { Target } from '../connection/target.ts';
import type { Control, ScratchInstance, Workspace } from '../driver.ts';
import { findTool } from '../process/find-tool.ts';
import type { Tool } from '../process/tool-call.ts';
import { ToolProcess } from '../process/tool-process.ts';
import { RedisConnection } from './wire/redis-connection.ts';

const START_TIMEOUT_MS = 30_000;
const POLL_MS = 50;
const SOCKET_PATH_BYTES_MAX = 107;
/** More than any dump has: each costs a few hundred bytes. */
const DATABASES = 1024;
const CONNECT_TIMEOUT_MS = 5000;

/**
 * A Redis of our own in the workspace: a private socket, no port, nothing kept. With `rdbFile` it loads that file first, as
 * an administrator would; it must lie in the workspace.
 *
 * @throws LumbungError DB_TOOL_MISSING, REDIS_SCRATCH_FAILED (operator)
 */
export async function startScratchRedis(
  workspace: Workspace,
  control: Control,
  { rdbFile }: { readonly rdbFile?: string } = {},
): Promise<ScratchInstance> {
  const tool = await findTool({ names: ['redis-server', 'valkey-server'], packageName: 'redis-server' });
  const folder = await mkdtemp(path.join(workspace.folder, 'redis-'));
  const socket = path.join(folder, 's');
  try {
    if (Buffer.byteLength(socket) > SOCKET_PATH_BYTES_MAX) throw failed('the path of the working folder is too long');
    const args = argumentsOf(folder, socket, rdbFile);
    const child = new ToolProcess(
      { ...(await dyingWithUs(tool, args)), homeFolder: folder },
      // It serves until it is told to end, and says nothing meanwhile.
      { ...control, stallMs: Number.POSITIVE_INFINITY, hardMs: Number.POSITIVE_INFINITY },
    );
    const said = collectEnd(child);
    const target: Target = {
      engine: 'redis',
      address: { kind: 'socket', path: socket },
      tls: { mode: 'off' },
      options: { connectTimeoutMs: CONNECT_TIMEOUT_MS },
    };
    const stop = stopping(child, folder);
    try {
      await untilReady(target, child, said, control);
    } catch (error) {
      await stop();
      throw error;
    }
    return { target, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** A server that is left behind would hold the data of the drill in memory for ever: the kernel ends it when we end, however
 *  that comes about. Where the program for it is missing (util-linux), a kill -9 of ours leaves the server. */
async function dyingWithUs(
  tool: Tool,
  args: readonly string[],
): Promise<{ readonly tool: Tool; readonly args: string[] }> {
  try {
    const guard = await findTool({ names: ['setpriv'], packageName: 'util-linux' });
    return { tool: { ...tool, path: guard.path }, args: ['--pdeathsig', 'KILL', '--', tool.path, ...args] };
  } catch (error) {
    if (isLumbungError(error, 'DB_TOOL_MISSING')) return { tool, args: [...args] };
    throw error;
  }
}

function argumentsOf(folder: string, socket: string, rdbFile: string | undefined): string[] {
  const settings: Record<string, string> = {
    port: '0',
    unixsocket: socket,
    unixsocketperm: '700',
    dir: rdbFile === undefined ? folder : path.dirname(rdbFile),
    dbfilename: rdbFile === undefined ? 'none.rdb' : path.basename(rdbFile),
    // With an append-only file the RDB file would be ignored.
    appendonly: 'no',
    save: '',
    daemonize: 'no',
    databases: String(DATABASES),
    // It is dumped again to compare: at once, and without a file of its own.
    'repl-diskless-sync': 'yes',
    'repl-diskless-sync-delay': '0',
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

/** The end of its log, which it writes to its standard output. */
function collectEnd(child: ToolProcess): () => string {
  let end = '';
  child.stdout.on('data', (chunk: Buffer) => {
    end = (end + chunk.toString('utf8')).slice(-1000);
  });
  return () => end.trim();
}

function stopping(child: ToolProcess, folder: string): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  return () => {
    stopped ??= (async () => {
      child.giveUp(failed('it was stopped'));
      await child.done.catch(() => undefined); // That it was ended is what was asked for.
      await rm(folder, { recursive: true, force: true });
    })();
    return stopped;
  };
}

async function untilReady(target: Target, child: ToolProcess, said: () => string, control: Control): Promise<void> {
  const startMs = control.clock.monotonicMs();
  let end: unknown;
  child.done.catch((error: unknown) => {
    end = error;
  });
  for (;;) {
    control.signal.throwIfAborted();
    try {
      await using connection = await RedisConnection.open(target, control);
      await connection.ask(['PING']);
      return;
    } catch (error) {
      control.signal.throwIfAborted();
      const isEarly = isLumbungError(error, 'DB_UNREACHABLE') || isLumbungError(error, 'REDIS_NOT_READY');
      if (!isEarly) throw error;
      if (end !== undefined) throw failed(said() || describeError(end));
      if (control.clock.monotonicMs() - startMs > START_TIMEOUT_MS && isLumbungError(error, 'DB_UNREACHABLE')) {
        throw failed('it did not answer in time');
      }
    }
    await control.clock.sleep(POLL_MS, control.signal);
  }
}

function failed(detail: string): LumbungError {
  return new LumbungError('REDIS_SCRATCH_FAILED', {
    kind: 'operator',
    message: `a Redis server for the drill could not be started: ${detail}`,
    context: { detail },
    hint: 'check that the package redis-server is installed, of the version that was dumped or newer',
  });
}
