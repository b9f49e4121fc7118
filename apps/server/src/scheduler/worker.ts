import { parseRunId, type RunEvent, type RunId, type RunRecord } from '@lumbung/contracts';
import { type Clock, LumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import { RUN_JOB, type RunService } from '../modules/runs/index.ts';
import type { JobQueue, LeasedJob } from '../queue/job-queue.ts';
import type { RunningRun, RunOptions, RunSupervisor } from '../run-process/run-supervisor.ts';

export interface WorkerPorts {
  readonly queue: JobQueue;
  readonly runs: RunService;
  readonly supervisor: RunSupervisor;
  readonly resolveSecret: RunOptions['resolveSecret'];
  readonly clock: Clock;
  /** Tells this worker from others, and from the one before a restart. */
  readonly workerId: string;
  /** Runs at the same time. */
  readonly slots: number;
  /** What runs tell while they work. It must not throw. */
  readonly onEvent: (runId: RunId, event: RunEvent) => void;
  /** A run has ended and is written down. It must not throw. */
  readonly onEnd: (record: RunRecord) => void;
  /** Something of the worker itself failed; it goes on. */
  readonly onFault: (error: unknown) => void;
}

const payloadSchema = z.strictObject({ runId: z.string().transform(parseRunId) });
const HEARTBEAT_MS = 10_000;
const PAUSE_AFTER_FAULT_MS = 5_000;

/**
 * Takes runs from the queue, as many at a time as it has slots, until the signal says that no more should begin.
 *
 * A job that comes a second time belongs to a worker that died: its run is lost, and is not done again under the same name.
 * What it stored is found in the repository, and what is due then is for the planner to say.
 */
export class Worker {
  readonly #ports: WorkerPorts;
  readonly #running = new Set<Promise<void>>();

  constructor(ports: WorkerPorts) {
    this.#ports = ports;
  }

  /** Resolves when the signal is aborted and nothing runs any more. What runs is not ended here: the supervisor is. */
  async work(signal: AbortSignal): Promise<void> {
    const { clock, onFault } = this.#ports;
    while (!signal.aborted) {
      try {
        await this.#takeOne(signal);
      } catch (error) {
        if (signal.aborted) break;
        onFault(error);
        await clock.sleep(PAUSE_AFTER_FAULT_MS, signal).catch(() => undefined);
      }
    }
    await Promise.all(this.#running);
  }

  async #takeOne(signal: AbortSignal): Promise<void> {
    const { queue, slots, workerId } = this.#ports;
    if (this.#running.size >= slots) {
      await Promise.race(this.#running);
      return;
    }
    const job = await queue.claim(workerId, { kinds: [RUN_JOB] });
    if (job === undefined) {
      await queue.waitForWork(signal);
      return;
    }
    const done = this.#do(job).catch(this.#ports.onFault);
    this.#running.add(done);
    void done.finally(() => this.#running.delete(done));
  }

  async #do(job: LeasedJob): Promise<void> {
    const { runs, queue, workerId } = this.#ports;
    const { runId } = payloadSchema.parse(job.payload);
    if (job.attempt > 1) {
      await runs.lose(runId);
      await queue.finish(job.lease);
      return;
    }
    const begun = await runs.begin(runId, workerId);
    if (begun !== undefined) await this.#run(job, begun);
    await queue.finish(job.lease);
  }

  async #run(job: LeasedJob, { spec, destinationId }: Begun): Promise<void> {
    const { runs, supervisor, resolveSecret, onEnd } = this.#ports;
    const following: Promise<unknown>[] = [];
    const running = supervisor.start(spec, {
      resolveSecret,
      onEvent: (event) => {
        this.#ports.onEvent(spec.runId, event);
        if (event.kind === 'reading') following.push(runs.reading(spec.runId, event.at));
        if (event.kind === 'snapshots' && destinationId !== undefined) {
          following.push(runs.found(destinationId, event.entries));
        }
      },
    });
    const over = new AbortController();
    const beating = this.#beat(job, running, over.signal);
    const record = await running.record;
    over.abort();
    await beating;
    await Promise.all(following);
    await runs.finish(record);
    onEnd(record);
  }

  /** Holds the lease while the run is under way, and ends the run when somebody wants that or has taken the job over. */
  async #beat(job: LeasedJob, running: RunningRun, over: AbortSignal): Promise<void> {
    const { queue, clock, onFault } = this.#ports;
    while (!over.aborted) {
      try {
        await clock.sleep(HEARTBEAT_MS, over);
        const state = await queue.heartbeat(job.lease);
        if (state === 'cancelled') running.cancel('RUN_CANCELLED');
        if (state === 'lost') running.cancel('RUN_LOST');
      } catch (error) {
        if (over.aborted) return;
        onFault(
          new LumbungError('WORKER_HEARTBEAT_FAILED', { kind: 'transient', message: 'no heartbeat', cause: error }),
        );
      }
    }
  }
}

type Begun = NonNullable<Awaited<ReturnType<RunService['begin']>>>;
