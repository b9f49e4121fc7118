import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import type { Readable } from 'node:stream';
import type { RunEndCode, RunEvent, RunRecord } from '@lumbung/contracts';
import { endedBy, failedBy, MaskedTail, runEndError, Secret } from '@lumbung/runner/jobs';
import { errnoOf, LumbungError } from '@lumbung/stdx';
import { type FromChild, fromChildSchema, type StartMessage, type ToChild } from './messages.ts';
import { descendantsOf, killMembers, type Member, residentBytesOf } from './process-family.ts';
import { RunLedger } from './run-ledger.ts';
import { RunWatch } from './run-watch.ts';
import { startChild } from './start-child.ts';
import type { ProcessLimits, SupervisorWorld } from './supervisor-world.ts';

const STDERR_BYTES_MAX = 16 * 1024;
/** What of it goes into a record. */
const STDERR_CHARS_SHOWN = 2000;
/** How often memory, times and relatives are looked at. */
const WATCH_EVERY_MS = 1_000;
/** A process that said its last word has nothing left to do. */
const LEAVE_MS = 10_000;
/** One that is killed is gone at once, unless it hangs in the kernel: then nobody can end it. */
const KILL_MS = 10_000;
/** Output that is still in the pipe when its writer is gone. */
const CLOSE_MS = 2_000;
const HEAP_FULL = /JavaScript heap out of memory|Allocation failed/;

/** One run, as its process is told of it and tells of it. */
export interface RunCall {
  readonly start: StartMessage;
  readonly limits: ProcessLimits;
  readonly onEvent: (event: RunEvent) => void;
  readonly onFoundSecret: (name: string, value: Secret) => void;
}

interface Current {
  readonly call: RunCall;
  readonly ledger: RunLedger;
  readonly watch: RunWatch;
  readonly tail: MaskedTail;
  readonly settled: PromiseWithResolvers<RunRecord>;
  readonly over: AbortController;
  endCode: RunEndCode | undefined;
  record: RunRecord | undefined;
}

/**
 * A child process and the runs that it does, one after the other.
 *
 * Of a run: begun → (told to end →) record received, or process gone without one. A process that was told to end has its grace,
 * then it is killed, and whatever it has started with it; the run has a record in every case, made here of what was known
 * when its own never came. One that does not even die of that, since it hangs in the kernel, is given up.
 */
export class RunProcess {
  readonly #world: SupervisorWorld;
  readonly #child: ChildProcess;
  readonly #gone = Promise.withResolvers<{ readonly code: number | null; readonly signal: string | null }>();
  #isGone = false;
  #startError: unknown;
  #current: Current | undefined;
  #family: readonly Member[] = [];

  constructor(world: SupervisorWorld, limits: ProcessLimits, output: 'none' | 'stdout') {
    this.#world = world;
    this.#child = startChild({
      execPath: world.execPath,
      environment: world.environment,
      heapBytesMax: limits.heapBytesMax,
      output,
      priority: world.priority,
      compileCacheFolder: world.cacheFolder,
      entry: world.entry,
    });
    this.#child.on('message', (message) => {
      this.#hear(message);
    });
    this.#child.on('error', (error) => {
      this.#startError ??= error;
      // Without a process there is no exit.
      if (this.#child.pid === undefined) this.#leave({ code: null, signal: null });
    });
    this.#child.on('exit', (code, signal) => {
      void this.#exited({ code, signal });
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#current?.tail.push(chunk));
    this.#child.stderr?.on('error', () => undefined);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  get output(): Readable | undefined {
    return this.#child.stdout ?? undefined;
  }

  /** Does one run. Never rejects. */
  async do(call: RunCall): Promise<RunRecord> {
    const { clock } = this.#world;
    const secrets = call.start.secrets.map(({ value }) => new Secret(value));
    const current: Current = {
      call,
      ledger: new RunLedger(call.start.spec, clock),
      watch: new RunWatch(call.limits, clock.monotonicMs()),
      tail: new MaskedTail(STDERR_BYTES_MAX, secrets),
      settled: Promise.withResolvers(),
      over: new AbortController(),
      endCode: undefined,
      record: undefined,
    };
    this.#current = current;
    if (this.#isGone) this.#settle({ code: null, signal: null });
    else this.#say(call.start);
    void this.#watch(current);
    const record = await current.settled.promise;
    current.over.abort();
    if (this.#current === current) this.#current = undefined;
    if (call.start.afterwards === 'end') await this.#waitForLeave();
    return record;
  }

  /** Ends the run that is under way, cleanly if it can. The first reason counts. */
  end(code: RunEndCode): void {
    const current = this.#current;
    if (current === undefined || current.endCode !== undefined || current.record !== undefined) return;
    current.endCode = code;
    this.#say({ kind: 'end', code });
    void this.#killLater(current);
  }

  /** Lets a process go that was kept. */
  async leave(): Promise<void> {
    this.#say({ kind: 'leave' });
    await this.#waitForLeave();
  }

  #say(message: ToChild): void {
    if (!this.#child.connected) return;
    // A child that is just going says so by its exit.
    this.#child.send(message, () => undefined);
  }

  #hear(raw: unknown): void {
    const current = this.#current;
    if (current === undefined) return;
    let message: FromChild;
    try {
      message = fromChildSchema.parse(raw);
    } catch (cause) {
      this.#startError ??= cause;
      this.end('RUN_LOST');
      return;
    }
    switch (message.kind) {
      case 'beat':
        current.watch.beat(message.cpuMs, this.#world.clock.monotonicMs());
        break;
      case 'event':
        current.ledger.note(message.event);
        current.watch.hear(message.event, this.#world.clock.monotonicMs());
        current.call.onEvent(message.event);
        break;
      case 'found':
        current.call.onFoundSecret(message.name, new Secret(message.value));
        break;
      case 'record':
        current.record = message.record;
        current.settled.resolve(message.record);
        break;
    }
  }

  async #watch(current: Current): Promise<void> {
    const { clock } = this.#world;
    const { pid } = this.#child;
    const over = current.over.signal;
    while (!over.aborted && pid !== undefined) {
      await clock.sleep(WATCH_EVERY_MS, over).catch(() => undefined);
      if (over.aborted) return;
      this.#family = await descendantsOf(pid);
      const code = current.watch.judge(clock.monotonicMs(), await residentBytesOf(pid));
      if (code !== undefined) this.end(code);
    }
  }

  async #killLater(current: Current): Promise<void> {
    const { clock } = this.#world;
    const over = current.over.signal;
    await clock.sleep(current.call.limits.graceMs, over).catch(() => undefined);
    if (over.aborted) return;
    await this.#kill();
    await clock.sleep(KILL_MS, over).catch(() => undefined);
    // It hangs in the kernel. Its run is over for everybody else.
    if (!over.aborted) this.#settle({ code: null, signal: 'unkillable' });
  }

  async #kill(): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined || this.#isGone) return;
    const family = await descendantsOf(pid);
    this.#family = family.length > 0 ? family : this.#family;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      if (errnoOf(error) !== 'ESRCH') throw error;
    }
  }

  async #waitForLeave(): Promise<void> {
    const { clock } = this.#world;
    const over = new AbortController();
    const late = clock.sleep(LEAVE_MS, over.signal).then(
      () => this.#kill(),
      () => undefined, // it left
    );
    const gaveUp = clock.sleep(LEAVE_MS + KILL_MS, over.signal).catch(() => undefined);
    await Promise.race([this.#gone.promise, gaveUp]);
    over.abort();
    await late;
  }

  async #exited(how: { readonly code: number | null; readonly signal: string | null }): Promise<void> {
    // What it has started would go on, with locks in databases and nobody to read what it says.
    await killMembers(this.#family);
    const { clock } = this.#world;
    const over = new AbortController();
    // The exit may be known before its last words are.
    const lastWords = Promise.all([
      once(this.#child, 'close', { signal: over.signal }),
      ...(this.#child.connected ? [once(this.#child, 'disconnect', { signal: over.signal })] : []),
    ]).catch(() => undefined);
    await Promise.race([lastWords, clock.sleep(CLOSE_MS, over.signal).catch(() => undefined)]);
    over.abort();
    this.#leave(how);
  }

  #leave(how: { readonly code: number | null; readonly signal: string | null }): void {
    this.#isGone = true;
    this.#gone.resolve(how);
    this.#settle(how);
  }

  /** The run under way has no record of its own any more. */
  #settle({ code, signal }: { readonly code: number | null; readonly signal: string | null }): void {
    const current = this.#current;
    if (current === undefined || current.record !== undefined) return;
    const { hostname, programVersion } = this.#world;
    const stderr = current.tail.text();
    const context = {
      ...(code === null ? {} : { exitCode: code }),
      ...(signal === null ? {} : { signal }),
      ...(stderr === '' ? {} : { stderr: stderr.slice(-STDERR_CHARS_SHOWN) }),
    };
    const end =
      this.#child.pid === undefined
        ? failedBy(startFailed(this.#startError))
        : endedBy(runEndError(current.endCode ?? (HEAP_FULL.test(stderr) ? 'RUN_MEMORY_LIMIT' : 'RUN_LOST'), context));
    current.settled.resolve(current.ledger.record(end, { hostname, programVersion }));
  }
}

function startFailed(cause: unknown): LumbungError {
  return new LumbungError('RUN_NOT_STARTED', {
    kind: 'transient',
    message: 'no process could be started for the run',
    context: { errno: errnoOf(cause) ?? '' },
    hint: 'look whether the machine has memory and processes left',
    cause,
  });
}
