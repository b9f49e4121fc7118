import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { errnoOf } from '@lumbung/stdx';
import { findProgram } from './find-program.ts';
import { atExit, parentOf, processMark } from './lab-folder.ts';
import type { SystemUser } from './system-user.ts';

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly user: SystemUser | undefined;
  /** A line of the log after which it answers. */
  readonly readyLine: RegExp;
  /** Written as soon as the process exists, so that whoever sweeps up after us can end it. */
  readonly pidFile: string;
  /** Ends it at once, with its children, without a thought for its data. */
  readonly endSignal: 'SIGKILL' | 'SIGQUIT';
}

const LOG_LINES_KEPT = 60;
const START_TIMEOUT_MS = 60_000;

/** One server that runs in the foreground and dies with us. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #command: ServerCommand;
  readonly #log: string[] = [];
  readonly #exited: Promise<unknown>;
  readonly #ready: Promise<void>;
  readonly #endAtExit: Disposable;

  private constructor(command: ServerCommand) {
    this.#command = command;
    const [program = command.program, ...args] = commandLineOf(command);
    this.#child = spawn(program, args, {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      // Nothing of the developer's own settings: PGDATA, MYSQL_HOME, a locale.
      env: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    });
    // `close` comes after `exit`, with all of the log.
    this.#exited = new Promise((resolve) => this.#child.once('close', resolve).once('error', resolve));
    this.#ready = new Promise((resolve, reject) => {
      for (const stream of [this.#child.stdout, this.#child.stderr]) {
        onEachLine(stream, (line) => {
          this.#log.push(line);
          if (this.#log.length > LOG_LINES_KEPT) this.#log.shift();
          if (command.readyLine.test(line)) resolve();
        });
      }
      this.#child.once('error', reject);
      void this.#exited.then(() => reject(new Error(`${program} ended before it was ready:\n${this.logTail()}`)));
    });
    this.#endAtExit = atExit(() => this.kill(command.endSignal));
    if (this.#child.pid !== undefined) writeFileSync(command.pidFile, processMark(this.#child.pid));
  }

  /** @throws Error with the end of the log, when the server does not come up */
  static async start(command: ServerCommand): Promise<ServerProcess> {
    const server = new ServerProcess(command);
    const tooLate = setTimeout(() => server.kill('SIGKILL'), START_TIMEOUT_MS);
    try {
      await server.#ready;
    } catch (error) {
      await server.end();
      throw error;
    } finally {
      clearTimeout(tooLate);
    }
    return server;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined;
  }

  logTail(): string {
    return this.#log.join('\n');
  }

  kill(signal: NodeJS.Signals): void {
    if (this.isRunning) this.#child.kill(signal);
  }

  /** Every process of the server stands still, with its connections open, until `thaw`. */
  freeze(): void {
    this.#signalAll('SIGSTOP');
  }

  thaw(): void {
    this.#signalAll('SIGCONT');
  }

  /** PostgreSQL has a process for each connection. The parent first: it must not miss a child that stops. */
  #signalAll(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (!this.isRunning) return;
    this.#child.kill(signal);
    for (const pid of readdirSync('/proc').map(Number)) {
      if (parentOf(pid) === this.pid) sendSignal(pid, signal);
    }
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    this.kill(signal);
    // One that stands still hears nothing but SIGKILL.
    this.thaw();
    await this.#exited;
    this.#endAtExit[Symbol.dispose]();
  }

  /** As fast as can be: its data is thrown away. */
  async end(): Promise<void> {
    await this.stop(this.#command.endSignal);
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended meanwhile.
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}

/** `setpriv` changes the user, and has the kernel end the server when we die in whatever way. */
function commandLineOf({ program, args, user, endSignal }: ServerCommand): string[] {
  const setpriv = findProgram('setpriv');
  if (setpriv === undefined) {
    if (user !== undefined)
      throw new Error('no setpriv (package util-linux): root cannot start a server as another user');
    return [program, ...args];
  }
  const identity =
    user === undefined ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--inh-caps=-all'];
  return [setpriv, ...identity, `--pdeathsig=${endSignal.slice(3)}`, '--', program, ...args];
}

function onEachLine(stream: NodeJS.ReadableStream | null, act: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) act(line);
  });
}
