import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Target, TlsOptions } from '../connection/target.ts';
import { Secret } from '../process/secret.ts';
import { findFreePort } from './free-port.ts';
import { makeLabFolder, PID_FILE, removeLabFolder } from './lab-folder.ts';
import { type ServerCommand, ServerProcess } from './server-process.ts';
import type { ServerEngine, ServerPrograms } from './server-programs.ts';
import type { SystemUser } from './system-user.ts';
import { chownTo } from './template-folder.ts';
import { type CertificateName, makeTlsFiles, type TlsFiles } from './tls-files.ts';

/** The superuser's, over TCP; through the unix socket it needs none. Every character somebody once forgot to quote. */
export const TEST_PASSWORD = `p"a'\\ $(id);é:@/%20#?&`;

export interface TestServerOptions {
  /** The server's own settings, by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Listens on a loopback port as well. */
  readonly tcp?: boolean;
  /** Speaks TLS on that port. */
  readonly tls?: CertificateName;
  /** Of another version than the usual one. */
  readonly programs?: ServerPrograms;
}

/** A real server of its own, on a private data directory and a unix socket; it dies with the test process. */
export interface TestServer extends AsyncDisposable {
  readonly engine: ServerEngine;
  /** `15.18`, `10.11.19`, `7.0.15`. */
  readonly version: string;
  readonly programs: ServerPrograms;
  /** The superuser through the unix socket, without a password; the address is the socket's file. */
  readonly target: Target;
  /** The superuser at 127.0.0.1 with TEST_PASSWORD. Only of a server started with `tcp` or `tls`. */
  tcpTarget(tls?: TlsOptions): Target;
  readonly socketFolder: string;
  readonly socketPath: string;
  /** The loopback port; without one 0, PostgreSQL's 5432, which only names the socket. */
  readonly port: number;
  readonly tls: TlsFiles | undefined;
  readonly dataFolder: string;
  readonly pid: number;
  /** Asks through the engine's own client (psql, mariadb, redis-cli) as superuser, without headings, columns parted by
   *  `|`, tab or line. @throws Error with the client's words, at the first statement that fails */
  client(sql: string | Uint8Array, database?: string): Promise<string>;
  /** Stopped in order, or started again when it is not running; the same socket, port and data. */
  restart(): Promise<void>;
  /** A signal for the main process. */
  kill(signal: NodeJS.Signals): void;
  /** Stops every process of the server where it stands, connections open and silent, until `thaw`, `restart` or `stop`. */
  freeze(): void;
  thaw(): void;
  /** Ends it at once and removes its data. A second call does nothing. */
  stop(): Promise<void>;
  logTail(): string;
}

type Login = Pick<Target, 'user' | 'password'>;

/** What a recipe finds prepared. */
export interface Bench {
  /** Private, belongs to `user`. */
  readonly folder: string;
  readonly dataFolder: string;
  readonly user: SystemUser | undefined;
  readonly tls: TlsFiles | undefined;
  readonly port: number;
  readonly usesTcp: boolean;
  readonly settings: Readonly<Record<string, string>>;
}

export interface ServerRecipe {
  readonly engine: TestServer['engine'];
  readonly version: string;
  readonly programs: ServerPrograms;
  readonly user: SystemUser | undefined;
  /** Redis has no users unless it is told of some. */
  readonly login: { readonly socket: Login; readonly tcp: Login };
  readonly stopSignal: NodeJS.Signals;
  /** The number in the socket's name, where it has one. */
  readonly portWithoutTcp: number;
  socketName(port: number): string;
  prepare(bench: Bench): Promise<void>;
  command(bench: Bench): Pick<ServerCommand, 'program' | 'args' | 'readyLine' | 'endSignal'>;
  client(bench: Bench, sql: string | Uint8Array, database: string | undefined): Promise<string>;
}

export const withPassword = (user: string): Login => ({ user, password: new Secret(TEST_PASSWORD) });

const CONNECT_TIMEOUT_MS = 10_000;
const PORT_ATTEMPTS = 5;
const PORT_TAKEN = /address already in use/i;

export async function startServer(recipe: ServerRecipe, options: TestServerOptions): Promise<TestServer> {
  const lab = await makeLabFolder();
  try {
    const folder = path.join(lab, 's');
    await mkdir(folder, { mode: 0o700 });
    const tls = options.tls === undefined ? undefined : await makeTlsFiles(folder, options.tls, recipe.user);
    await chownTo(recipe.user, folder);
    const usesTcp = options.tcp === true || tls !== undefined;
    for (let attempt = 1; ; attempt += 1) {
      const port = usesTcp ? await findFreePort() : recipe.portWithoutTcp;
      const dataFolder = path.join(folder, 'data');
      const bench = { folder, dataFolder, user: recipe.user, tls, port, usesTcp, settings: options.settings ?? {} };
      if (attempt === 1) await recipe.prepare(bench);
      try {
        return await RunningServer.start(recipe, bench, lab);
      } catch (error) {
        const isPortTaken = usesTcp && error instanceof Error && PORT_TAKEN.test(error.message);
        if (!isPortTaken || attempt === PORT_ATTEMPTS) throw error;
      }
    }
  } catch (error) {
    await removeLabFolder(lab);
    throw error;
  }
}

class RunningServer implements TestServer {
  readonly #recipe: ServerRecipe;
  readonly #bench: Bench;
  readonly #lab: string;
  #process: ServerProcess;

  private constructor(recipe: ServerRecipe, bench: Bench, lab: string, process: ServerProcess) {
    this.#recipe = recipe;
    this.#bench = bench;
    this.#lab = lab;
    this.#process = process;
  }

  static async start(recipe: ServerRecipe, bench: Bench, lab: string): Promise<RunningServer> {
    return new RunningServer(recipe, bench, lab, await startProcess(recipe, bench));
  }

  get engine(): TestServer['engine'] {
    return this.#recipe.engine;
  }

  get version(): string {
    return this.#recipe.version;
  }

  get programs(): ServerPrograms {
    return this.#recipe.programs;
  }

  get #options(): Target['options'] {
    const { name, engine, tools } = this.programs;
    // Those of the distribution are found by whoever looks for them.
    const isFound = name === engine || tools === undefined;
    return { connectTimeoutMs: CONNECT_TIMEOUT_MS, ...(isFound ? {} : { toolsFolder: tools }) };
  }

  get target(): Target {
    return {
      engine: this.engine,
      address: { kind: 'socket', path: this.socketPath },
      ...this.#recipe.login.socket,
      tls: { mode: 'off' },
      options: this.#options,
    };
  }

  tcpTarget(tls: TlsOptions = { mode: 'off' }): Target {
    if (!this.#bench.usesTcp) throw new Error('the server was started without tcp or tls');
    return {
      engine: this.engine,
      address: { kind: 'tcp', host: '127.0.0.1', port: this.port },
      ...this.#recipe.login.tcp,
      tls,
      options: this.#options,
    };
  }

  get socketFolder(): string {
    return this.#bench.folder;
  }

  get socketPath(): string {
    return path.join(this.#bench.folder, this.#recipe.socketName(this.port));
  }

  get port(): number {
    return this.#bench.port;
  }

  get tls(): TlsFiles | undefined {
    return this.#bench.tls;
  }

  get dataFolder(): string {
    return this.#bench.dataFolder;
  }

  get pid(): number {
    return this.#process.pid;
  }

  async client(sql: string | Uint8Array, database?: string): Promise<string> {
    return this.#recipe.client(this.#bench, sql, database);
  }

  async restart(): Promise<void> {
    await this.#process.stop(this.#recipe.stopSignal);
    this.#process = await startProcess(this.#recipe, this.#bench);
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  freeze(): void {
    this.#process.freeze();
  }

  thaw(): void {
    this.#process.thaw();
  }

  async stop(): Promise<void> {
    await this.#process.end();
    await removeLabFolder(this.#lab);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  logTail(): string {
    return this.#process.logTail();
  }
}

/** What the children of a server that was shot hold until they notice. */
const STILL_HELD = /pre-existing shared memory|lock file "[^"]+" already exists|Could not get an exclusive lock/i;
const HELD_ATTEMPTS = 50;

async function startProcess(recipe: ServerRecipe, bench: Bench): Promise<ServerProcess> {
  const command = { ...recipe.command(bench), user: recipe.user, pidFile: path.join(bench.folder, PID_FILE) };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ServerProcess.start(command);
    } catch (error) {
      const isHeld = error instanceof Error && STILL_HELD.test(error.message);
      if (!isHeld || attempt === HELD_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
