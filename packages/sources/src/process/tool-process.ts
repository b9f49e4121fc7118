import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { errnoOf, LumbungError } from '@lumbung/stdx';
import { openInheritedFile } from './inherited-file.ts';
import { MaskedTail } from './masked-tail.ts';
import type { RunControl, Tool, ToolCall } from './tool-call.ts';

/** Between asking a process to end and ending it, and again until it is given up as stuck in the kernel. */
const GRACE_MS = 10_000;
/** How long a server may take to say that it is busy. */
const ANSWER_MS = 30_000;
const STDERR_BYTES_MAX = 256 * 1024;
const QUOTED_LENGTH_MAX = 2000;
const OUTPUT_BUFFER_BYTES = 256 * 1024;

/** Nothing of whoever started us: no settings, no locale, no time zone, no password. */
const ENVIRONMENT = {
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
  PATH: '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin',
};

interface Failure {
  readonly error: unknown;
}

/**
 * A program that runs in a process group of its own, watched until it has ended and all its output was read.
 *
 * It has done what it was asked only when `done` resolves. Anything else (an exit code, a signal, input it did not read,
 * standing still for `stallMs`, running for `hardMs`, an abort) ends the group and rejects `done`; `stdout` is then
 * destroyed with the same error, so that the end of the output alone is never taken for success.
 */
export class ToolProcess {
  /** Ends when the program has ended well; destroying it ends the program. */
  readonly stdout: Readable;
  /**
   * @throws LumbungError DB_TOOL_MISSING, DB_TOOL_UNUSABLE, DB_TOOL_FAILED (operator); DB_TOOL_KILLED,
   *   DB_TOOL_INPUT_UNREAD, DB_TOOL_STALLED, DB_TOOL_TIMEOUT (transient); what `input` fails with; the signal's reason
   */
  readonly done: Promise<void>;
  readonly #tool: Tool;
  readonly #control: RunControl;
  readonly #child: ChildProcess;
  readonly #stderr: MaskedTail;
  readonly #ended = new AbortController();
  readonly #settled = Promise.withResolvers<void>();
  #failure: Failure | undefined;
  #isClosed = false;
  #isInputTaken: boolean;
  #lastActivityMs: number;

  /** @throws LumbungError DB_TOOL_UNUSABLE (operator): an argument no program can be given; the signal's reason */
  constructor(call: ToolCall, control: RunControl) {
    control.signal.throwIfAborted();
    this.#tool = call.tool;
    this.#control = control;
    this.#stderr = new MaskedTail(STDERR_BYTES_MAX, call.secrets ?? []);
    this.#lastActivityMs = control.clock.monotonicMs();
    this.#isInputTaken = call.input === undefined || call.inputNeeded === 'some';
    this.done = this.#settled.promise;
    // Whoever reads stdout alone hears of the failure there.
    this.done.catch(() => undefined);
    this.#child = spawnTool(call);
    this.stdout = this.#outputOf(this.#child);
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.touch();
      this.#stderr.push(chunk);
    });
    this.#child.on('error', (error) => {
      // Also comes for signals that could not be sent: those are not the end.
      if (this.#child.pid === undefined) this.#settle({ error: startErrorOf(call.tool, error) });
    });
    this.#child.on('close', (code, signal) => this.#settle(this.#verdict(code, signal)));
    if (call.input !== undefined && this.#child.stdin !== null) void this.#feed(call.input, this.#child.stdin);
    this.#watch();
  }

  /** Undefined: it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The end of what it said on its standard error so far, without secrets. */
  stderr(): string {
    return this.#stderr.text();
  }

  /** Says that it works though no byte passes: it writes files, or serves others. */
  touch(): void {
    this.#lastActivityMs = this.#control.clock.monotonicMs();
  }

  /** Sends a signal to the program, not to its group: what it means is between the two of them. */
  send(signal: NodeJS.Signals): void {
    if (!this.#isClosed) this.#child.kill(signal);
  }

  /** Ends the group; `done` rejects with `error`, or with an earlier one. */
  giveUp(error: unknown): void {
    if (this.#isClosed || this.#failure !== undefined) return;
    this.#failure = { error };
    void this.#end();
  }

  #outputOf(child: ChildProcess): Readable {
    const source = child.stdout;
    const output = new Readable({
      highWaterMark: OUTPUT_BUFFER_BYTES,
      read: () => {
        source?.resume();
      },
      destroy: (error, callback) => {
        // An iteration that is left early says so with an error of its own.
        this.giveUp(error === null || errnoOf(error) === 'ABORT_ERR' ? this.#abandoned() : error);
        callback(error);
      },
    });
    source?.on('data', (chunk: Buffer) => {
      // After a failure it is thrown away, so that the program can end.
      if (this.#failure !== undefined) return;
      this.touch();
      if (!output.push(chunk)) source.pause();
    });
    // The same error rejects `done`; without a listener it would end our own process.
    output.on('error', () => undefined);
    return output;
  }

  async #feed(input: AsyncIterable<Uint8Array>, stdin: Writable): Promise<void> {
    // It closed its end (EPIPE): why, its exit code says.
    stdin.on('error', () => undefined);
    try {
      for await (const chunk of input) {
        if (!stdin.writable) return;
        this.touch();
        if (!stdin.write(chunk)) await drained(stdin);
      }
    } catch (error) {
      if (!this.#ended.signal.aborted) this.giveUp(error);
      return;
    }
    stdin.end((error?: Error | null) => {
      if (error === undefined || error === null) this.#isInputTaken = true;
    });
  }

  #watch(): void {
    const { signal, hardMs } = this.#control;
    const onAbort = () => this.giveUp(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#ended.signal.addEventListener('abort', () => signal.removeEventListener('abort', onAbort), { once: true });
    void this.#watchStall();
    void this.#after(hardMs, () => {
      const message = `${this.#tool.name} was ended: it did not finish in time`;
      this.giveUp(
        new LumbungError('DB_TOOL_TIMEOUT', {
          kind: 'transient',
          message,
          context: { tool: this.#tool.name, limitSeconds: hardMs / 1000 },
        }),
      );
    });
  }

  async #watchStall(): Promise<void> {
    const { clock, stallMs } = this.#control;
    if (stallMs === Number.POSITIVE_INFINITY) return;
    while (!this.#isClosed && this.#failure === undefined) {
      const idleMs = clock.monotonicMs() - this.#lastActivityMs;
      if (idleMs < stallMs) await this.#after(stallMs - idleMs, () => undefined);
      else if (await this.#isServerBusy()) this.touch();
      else this.giveUp(this.#stalled());
    }
  }

  async #isServerBusy(): Promise<boolean> {
    if (this.#waitsForReader()) return false;
    try {
      return await Promise.race([
        this.#control.isServerBusy?.() ?? false,
        this.#after(ANSWER_MS, () => undefined).then(() => false),
      ]);
    } catch {
      // A server that cannot be asked is not seen to work.
      return false;
    }
  }

  #waitsForReader(): boolean {
    return this.stdout.readableLength >= OUTPUT_BUFFER_BYTES;
  }

  /** Sleeps; then acts, unless the program has ended meanwhile. */
  async #after(delayMs: number, act: () => void): Promise<void> {
    if (delayMs === Number.POSITIVE_INFINITY) return;
    try {
      await this.#control.clock.sleep(delayMs, this.#ended.signal);
    } catch {
      // It has ended: that is what the signal says.
      return;
    }
    act();
  }

  async #end(): Promise<void> {
    this.#child.stdout?.resume();
    this.#signalGroup('SIGTERM');
    await this.#after(GRACE_MS, () => this.#signalGroup('SIGKILL'));
    // What is left holds our pipes from outside the group, or is stuck in the kernel: neither may hold us.
    await this.#after(GRACE_MS, () => this.#settle(this.#failure));
  }

  #signalGroup(signal: NodeJS.Signals): void {
    const pid = this.#child.pid;
    if (pid === undefined || this.#isClosed) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // Nobody is left in it, or nobody whom we may end: whoever ends the wait for it sees to both.
    }
  }

  #verdict(code: number | null, signal: NodeJS.Signals | null): Failure | undefined {
    if (this.#failure !== undefined) return this.#failure;
    const error = signal === null ? this.#exitError(code) : this.#killed(signal);
    return error === undefined ? undefined : { error };
  }

  #killed(signal: NodeJS.Signals): LumbungError {
    const { name: tool } = this.#tool;
    return new LumbungError('DB_TOOL_KILLED', {
      kind: 'transient',
      message: `${tool} was ended from outside (${signal})`,
      context: { tool, signal },
      hint: 'look at the system log; a machine that runs out of memory ends programs',
    });
  }

  #exitError(code: number | null): LumbungError | undefined {
    if (code !== 0) return this.#failed(code);
    if (this.#isInputTaken) return undefined;
    const { name: tool } = this.#tool;
    return new LumbungError('DB_TOOL_INPUT_UNREAD', {
      kind: 'transient',
      message: `${tool} ended before it had read all it was given`,
      context: { tool },
    });
  }

  #failed(code: number | null): LumbungError {
    const { name: tool } = this.#tool;
    const said = this.stderr().trimEnd().slice(-QUOTED_LENGTH_MAX);
    return new LumbungError('DB_TOOL_FAILED', {
      kind: 'operator',
      message: `${tool} failed with exit code ${code}: ${said}`,
      context: { tool, exitCode: code ?? undefined, said },
    });
  }

  #settle(failure: Failure | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#ended.abort();
    if (failure === undefined) {
      this.stdout.push(null);
      this.#settled.resolve();
      return;
    }
    const { error } = failure;
    // One that is stuck in the kernel does not keep us running.
    this.#child.unref();
    for (const stream of this.#child.stdio) stream?.destroy();
    this.stdout.destroy(error instanceof Error ? error : new Error('given up', { cause: error }));
    this.#settled.reject(error);
  }

  #stalled(): LumbungError {
    const { name: tool } = this.#tool;
    return new LumbungError('DB_TOOL_STALLED', {
      kind: 'transient',
      message: this.#waitsForReader()
        ? `${tool} was ended: nobody took what it gave for too long`
        : `${tool} was ended: not a byte came for too long`,
      context: { tool, stallSeconds: this.#control.stallMs / 1000 },
    });
  }

  #abandoned(): LumbungError {
    const { name: tool } = this.#tool;
    return new LumbungError('DB_TOOL_ABANDONED', {
      kind: 'transient',
      message: `the output of ${tool} was not read to its end`,
      context: { tool },
    });
  }
}

/** Also resolves when it never will be: then it is not writable any more. */
async function drained(stream: Writable): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  stream.on('drain', resolve).on('close', resolve);
  try {
    await promise;
  } finally {
    stream.off('drain', resolve).off('close', resolve);
  }
}

function spawnTool({ tool, args, env, homeFolder, inheritedText, input, runAs }: ToolCall): ChildProcess {
  const inherited = inheritedText === undefined ? undefined : openInheritedFile(inheritedText.reveal(), homeFolder);
  const options: SpawnOptions = {
    shell: false,
    // A process group of its own, and no terminal to ask a password on.
    detached: true,
    // A folder that is always there: one that is not would look like a program that is not.
    cwd: '/',
    env: { ...ENVIRONMENT, HOME: homeFolder, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...(inherited === undefined ? [] : [inherited])],
    ...runAs,
  };
  try {
    return spawn(tool.path, args, options);
  } catch (error) {
    throw startErrorOf(tool, error);
  } finally {
    if (inherited !== undefined) closeSync(inherited);
  }
}

function startErrorOf(tool: Tool, error: unknown): LumbungError {
  const errno = errnoOf(error);
  if (errno === 'ENOENT') {
    return new LumbungError('DB_TOOL_MISSING', {
      kind: 'operator',
      message: `${tool.name} is not installed`,
      context: { tool: tool.name, package: tool.packageName },
      hint: `install the package ${tool.packageName}`,
    });
  }
  // Without the cause: Node quotes the arguments in it.
  return new LumbungError('DB_TOOL_UNUSABLE', {
    kind: 'operator',
    message: `${tool.path} cannot be started (${errno ?? 'unknown'})`,
    context: { path: tool.path, errno },
  });
}
