import net from 'node:net';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { RunEndCode } from '@lumbung/contracts';
import { type JobPorts, runEndError, runJob, Secret } from '@lumbung/runner/jobs';
import { assertNever, type Clock, LumbungError } from '@lumbung/stdx';
import { isProcessAlive, systemClock, systemRandom } from '@lumbung/stdx/node';
import { type FromChild, type StartMessage, toChildSchema } from './messages.ts';
import { ProgressPace } from './progress-pace.ts';

const STDOUT = 1;

/** The parts of `process` that a child needs. */
export interface ChildProcessPort {
  readonly pid: number;
  readonly connected: boolean;
  send?(message: unknown, callback: (error: Error | null) => void): boolean;
  disconnect?(): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect' | 'SIGTERM' | 'SIGINT' | 'SIGHUP', listener: () => void): unknown;
  cpuUsage(): { readonly user: number; readonly system: number };
  getuid?(): number;
  getgid?(): number;
  exit(code: number): never;
}

/**
 * The process that does runs.
 *
 * States: waiting → (start) → running → (record sent) → waiting again if it is kept, else ended. From running, `end` or a
 * signal of the system aborts the run, which still ends with its record. When the supervisor is gone there is nobody to tell:
 * the run is ended cleanly, so that no lock stays behind, and after the grace the process ends in any case.
 */
export class RunChild {
  readonly #process: ChildProcessPort;
  readonly #clock: Clock = systemClock;
  #running: AbortController | undefined;
  #isLeaving = false;
  /** Given up when an orphaned run has ended: it must not keep the process alive. */
  readonly #deadline = new AbortController();
  #graceMs = 0;

  constructor(process: ChildProcessPort) {
    this.#process = process;
  }

  listen(): void {
    const own = this.#process;
    own.on('message', (message) => {
      this.#hear(message);
    });
    own.on('disconnect', () => {
      this.#orphaned();
    });
    own.on('SIGTERM', () => {
      this.#end('RUN_SHUTDOWN');
    });
    own.on('SIGINT', () => {
      this.#end('RUN_SHUTDOWN');
    });
    // Other clients look whether the holder of a lock lives by sending this.
    own.on('SIGHUP', () => undefined);
  }

  #hear(raw: unknown): void {
    const message = toChildSchema.parse(raw);
    switch (message.kind) {
      case 'start':
        void this.#run(message);
        break;
      case 'end':
        this.#end(message.code);
        break;
      case 'leave':
        this.#isLeaving = true;
        if (this.#running === undefined) this.#leave();
        break;
      default:
        assertNever(message);
    }
  }

  async #run(message: StartMessage): Promise<void> {
    if (this.#running !== undefined) throw new Error('a child does one run at a time');
    const running = new AbortController();
    this.#running = running;
    this.#graceMs = message.graceMs;
    const over = new AbortController();
    const beating = this.#beat(message.beatMs, over.signal);
    const pace = new ProgressPace(this.#clock, (event) => this.#tell({ kind: 'event', event }));
    const output =
      message.output === 'stdout' ? new net.Socket({ fd: STDOUT, readable: false, writable: true }) : undefined;
    // A reader that went away ends the run by the write that fails.
    output?.on('error', () => undefined);
    const record = await runJob(message.spec, this.#portsOf(message, pace, output), { signal: running.signal });
    if (output !== undefined) await drained(output);
    pace.flush();
    over.abort();
    await beating;
    this.#running = undefined;
    await this.#say({ kind: 'record', record });
    if (!this.#process.connected) this.#deadline.abort();
    if (message.afterwards === 'end' || this.#isLeaving) this.#leave();
  }

  #portsOf({ secrets, world }: StartMessage, pace: ProgressPace, output: Writable | undefined): JobPorts {
    const values = new Map(secrets.map(({ name, value }) => [name, new Secret(value)]));
    const { hostname, username, workFolder, cacheFolder, programVersion } = world;
    const { pid } = this.#process;
    return {
      clock: this.#clock,
      random: systemRandom,
      identity: {
        hostname,
        username,
        pid,
        uid: this.#process.getuid?.() ?? 0,
        gid: this.#process.getgid?.() ?? 0,
      },
      isProcessAlive,
      secrets: {
        resolve: (name) => {
          const secret = values.get(name);
          return secret === undefined ? Promise.reject(secretMissing(name)) : Promise.resolve(secret);
        },
      },
      workFolder,
      cacheFolder,
      programVersion,
      onEvent: (event) => pace.take(event),
      onFoundSecret: (name, value) => this.#tell({ kind: 'found', name, value: value.reveal() }),
      ...(output === undefined ? {} : { output }),
    };
  }

  async #beat(everyMs: number, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const { user, system } = this.#process.cpuUsage();
      this.#tell({ kind: 'beat', cpuMs: (user + system) / 1000 });
      await this.#clock.sleep(everyMs, over).catch(() => undefined);
    }
  }

  #end(code: RunEndCode): void {
    this.#running?.abort(runEndError(code));
    if (this.#running === undefined) this.#leave();
  }

  /** The supervisor died, or gave us up. */
  #orphaned(): void {
    if (this.#running === undefined) return;
    this.#running.abort(runEndError('RUN_SHUTDOWN'));
    this.#clock.sleep(this.#graceMs, this.#deadline.signal).then(
      () => this.#process.exit(1),
      () => undefined, // it ended in time
    );
  }

  #tell(message: FromChild): void {
    void this.#say(message);
  }

  /** Resolves when it is said, or cannot be: then `disconnect` tells the rest. */
  async #say(message: FromChild): Promise<void> {
    if (!this.#process.connected) return;
    await new Promise<void>((resolve) => this.#process.send?.(message, () => resolve()));
  }

  #leave(): void {
    if (this.#process.connected) this.#process.disconnect?.();
  }
}

/** All that was written has left the process, or never will. */
async function drained(output: Writable): Promise<void> {
  output.end();
  await finished(output).catch(() => undefined);
}

function secretMissing(name: string): LumbungError {
  return new LumbungError('SECRET_MISSING', {
    kind: 'operator',
    message: `there is no secret ${name}`,
    context: { name },
    hint: 'store it again',
  });
}
