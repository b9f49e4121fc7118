import type { Readable } from 'node:stream';
import type { JobSpec, RunEndCode, RunEvent, RunId, RunRecord } from '@lumbung/contracts';
import { secretsOf } from '@lumbung/contracts/schemas';
import { endedBy, failedBy, runEndError, type Secret } from '@lumbung/runner/jobs';
import type { StartMessage } from './messages.ts';
import { RunLedger } from './run-ledger.ts';
import { RunOutput } from './run-output.ts';
import { RunProcess } from './run-process.ts';
import { PROCESS_LIMITS, type ProcessLimits, type SupervisorWorld } from './supervisor-world.ts';

export interface RunOptions {
  /** The value of a secret that the job names. What it fails with, the run fails with. */
  readonly resolveSecret: (name: string) => Promise<Secret>;
  /** What the run tells, progress at most four times a second. It must not throw. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Passwords that a search found. */
  readonly onFoundSecret?: (name: string, value: Secret) => void;
  readonly limits?: Partial<ProcessLimits>;
}

/** A run under way. */
export interface RunningRun {
  readonly runId: RunId;
  /** Resolves when the process is gone, whatever became of it. Never rejects. */
  readonly record: Promise<RunRecord>;
  /** What a download gives. It must be read; when it is destroyed before its end, the run is cancelled. */
  readonly output: Readable | undefined;
  /** Ends it: cleanly, or by force after the grace. A run that is over is not changed. */
  cancel(code?: RunEndCode): void;
}

/** Starts runs, each in a process of its own, and knows which are under way. */
export class RunSupervisor {
  readonly #world: SupervisorWorld;
  readonly #running = new Set<RunningRun>();
  #isStopping = false;

  constructor(world: SupervisorWorld) {
    this.#world = world;
  }

  get running(): readonly RunningRun[] {
    return [...this.#running];
  }

  start(spec: JobSpec, options: RunOptions): RunningRun {
    const run = this.#begin(spec, { ...PROCESS_LIMITS, ...options.limits }, options);
    this.#running.add(run);
    void run.record.then(() => this.#running.delete(run));
    if (this.#isStopping) run.cancel('RUN_SHUTDOWN');
    return run;
  }

  /** Ends all runs, and those that are started from now on. Resolves when no process is left. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const { running } = this;
    for (const run of running) run.cancel('RUN_SHUTDOWN');
    await Promise.all(running.map(({ record }) => record));
  }

  #begin(spec: JobSpec, limits: ProcessLimits, options: RunOptions): RunningRun {
    const ledger = new RunLedger(spec, this.#world.clock);
    const output = spec.kind === 'download' ? 'stdout' : 'none';
    const { hostname, programVersion } = this.#world;
    let runProcess: RunProcess | undefined;
    let endCode: RunEndCode | undefined;
    const perform = async (): Promise<RunRecord> => {
      let secrets: StartMessage['secrets'];
      try {
        secrets = await revealed(spec, options);
      } catch (error) {
        return ledger.record(failedBy(error), { hostname, programVersion });
      }
      if (endCode !== undefined) return ledger.record(endedBy(runEndError(endCode)), { hostname, programVersion });
      runProcess = new RunProcess(this.#world, limits, output);
      const framed = stream;
      if (framed !== undefined) runProcess.output?.pipe(framed);
      return await runProcess.do({
        start: startMessage(this.#world, { spec, secrets, limits, output, afterwards: 'end' }),
        limits,
        onEvent: options.onEvent ?? (() => undefined),
        onFoundSecret: options.onFoundSecret ?? (() => undefined),
      });
    };
    const performed = Promise.withResolvers<RunRecord>();
    const stream = output === 'stdout' ? new RunOutput(performed.promise) : undefined;
    performed.resolve(perform());
    const run: RunningRun = {
      runId: spec.runId,
      record: performed.promise,
      output: stream,
      cancel: (code = 'RUN_CANCELLED') => {
        endCode ??= code;
        runProcess?.end(code);
      },
    };
    if (stream !== undefined) {
      // Who does not want the rest does not want the run.
      stream.once('close', () => run.cancel());
      // Whoever reads it is told; a download that nobody reads any more must not end the service.
      stream.on('error', () => undefined);
      void performed.promise.then(() => {
        // Where there was no process, nothing ends the stream.
        if (runProcess?.output === undefined) stream.end();
      });
    }
    return run;
  }
}

/** Asked for when the run begins, and not before: who may know them may change until then. */
async function revealed(spec: JobSpec, { resolveSecret }: RunOptions): Promise<StartMessage['secrets']> {
  const secrets: StartMessage['secrets'] = [];
  for (const name of secretsOf(spec)) secrets.push({ name, value: (await resolveSecret(name)).reveal() });
  return secrets;
}

export function startMessage(
  { hostname, username, workFolder, cacheFolder, programVersion }: SupervisorWorld,
  parts: {
    readonly spec: JobSpec;
    readonly secrets: StartMessage['secrets'];
    readonly limits: ProcessLimits;
    readonly output: StartMessage['output'];
    readonly afterwards: StartMessage['afterwards'];
  },
): StartMessage {
  const { spec, secrets, limits, output, afterwards } = parts;
  return {
    kind: 'start',
    spec,
    secrets,
    world: {
      hostname,
      username,
      workFolder,
      ...(cacheFolder === undefined ? {} : { cacheFolder }),
      programVersion,
    },
    beatMs: limits.beatMs,
    graceMs: limits.graceMs,
    output,
    afterwards,
  };
}
