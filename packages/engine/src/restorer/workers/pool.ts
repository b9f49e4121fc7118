import { Worker } from 'node:worker_threads';
import { assert, fromErrorRecord, LumbungError } from '@lumbung/stdx';
import {
  type CheckOutcome,
  type CheckTask,
  CONTROL_CANCELLED,
  type RestoreJobRequest,
  type RestoreReply,
  type RestoreRequest,
  type RestoreWorkerData,
} from './messages.ts';

/** Requests under way in one worker: one it works on and one behind it, so that it never waits for the main thread. */
const REQUESTS_PER_WORKER = 2;

type WithoutJobId<R> = R extends unknown ? Omit<R, 'jobId'> : never;
type RestoreJob = WithoutJobId<RestoreJobRequest>;
type JobReply = Exclude<RestoreReply, { kind: 'jobFailed' }>;
export type BlobsReply = Extract<RestoreReply, { kind: 'blobs' }>;

interface QueuedJob {
  readonly request: RestoreJobRequest;
  readonly transfer: readonly ArrayBuffer[];
  readonly resolve: (reply: JobReply) => void;
  readonly reject: (error: unknown) => void;
}

interface PoolWorker {
  readonly thread: Worker;
  underWay: number;
  /** Resolves when the thread is gone. */
  readonly ended: Promise<void>;
}

export interface RestorePoolOptions {
  readonly workerCount: number;
  readonly workerData: Omit<RestoreWorkerData, 'control'>;
}

/**
 * The worker threads of one restore, started with the first job. Jobs wait in one queue and go to whichever worker has
 * room. A worker that ends by itself fails every job, those to come too.
 */
export class RestorePool implements AsyncDisposable {
  readonly #options: RestorePoolOptions;
  readonly #control = new Int32Array(new SharedArrayBuffer(4));
  #workers: PoolWorker[] = [];
  readonly #queue: QueuedJob[] = [];
  readonly #underWay = new Map<number, QueuedJob>();
  #nextJobId = 1;
  #failure: { readonly error: unknown } | undefined;
  #isClosing = false;

  constructor(options: RestorePoolOptions) {
    this.#options = options;
  }

  /** A worker stands idle or will soon. */
  get isHungry(): boolean {
    return this.#queue.length === 0 && this.#underWay.size < this.#options.workerCount * REQUESTS_PER_WORKER;
  }

  /** Writes blobs to files. @throws LumbungError BUG_WORKER_FAILED (bug), or what the worker's job threw */
  async write(
    job: Extract<RestoreJob, { kind: 'blobs' | 'empty' }>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<BlobsReply> {
    const reply = await this.#run(job, transfer);
    assert(reply.kind === 'blobs', 'a worker answered another question');
    return reply;
  }

  /** Compares files with what they should hold; the answers come in the order of the tasks. */
  async check(tasks: readonly CheckTask[]): Promise<readonly CheckOutcome[]> {
    const reply = await this.#run({ kind: 'check', tasks }, []);
    assert(reply.kind === 'check' && reply.outcomes.length === tasks.length, 'a worker answered another question');
    return reply.outcomes;
  }

  get workerCount(): number {
    return this.#options.workerCount;
  }

  #run(job: RestoreJob, transfer: readonly ArrayBuffer[]): Promise<JobReply> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    this.start();
    const jobId = this.#nextJobId;
    this.#nextJobId += 1;
    return new Promise((resolve, reject) => {
      this.#queue.push({ request: { ...job, jobId }, transfer, resolve, reject });
      this.#dispatch();
    });
  }

  /** Workers stop at the next blob or file; jobs under way are still answered. */
  cancel(): void {
    Atomics.store(this.#control, CONTROL_CANCELLED, 1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    this.cancel();
    // They end by themselves: a thread that is stopped by force inside native code takes the whole process with it.
    const request: RestoreRequest = { kind: 'end' };
    for (const { thread } of this.#workers) thread.postMessage(request);
    await Promise.all(this.#workers.map(({ ended }) => ended));
  }

  /** Starts the threads, if they are not yet: they take a tenth of a second to be ready. */
  start(): void {
    if (this.#workers.length > 0) return;
    const workerData: RestoreWorkerData = {
      ...this.#options.workerData,
      control: this.#control.buffer, // it was made from one
    };
    this.#workers = Array.from({ length: this.#options.workerCount }, () => {
      const thread = new Worker(new URL('./restore.worker.ts', import.meta.url), {
        workerData,
        // What a worker makes lives for one blob; a small young generation keeps it out of memory for long.
        resourceLimits: { maxYoungGenerationSizeMb: 8 },
      });
      const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
      const worker: PoolWorker = { thread, underWay: 0, ended };
      thread.on('message', (reply: RestoreReply) => this.#receive(worker, reply));
      thread.on('error', (cause) => this.#fail('a worker failed', cause));
      thread.on('exit', (code) => {
        if (!this.#isClosing) this.#fail(`a worker ended with code ${code}`, undefined);
      });
      return worker;
    });
  }

  #dispatch(): void {
    for (let worker = this.#idlest(); worker !== undefined; worker = this.#idlest()) {
      const job = this.#queue.shift();
      if (job === undefined) return;
      worker.underWay += 1;
      this.#underWay.set(job.request.jobId, job);
      worker.thread.postMessage(job.request, job.transfer);
    }
  }

  #idlest(): PoolWorker | undefined {
    let idlest: PoolWorker | undefined;
    for (const worker of this.#workers) {
      if (worker.underWay < REQUESTS_PER_WORKER && (idlest === undefined || worker.underWay < idlest.underWay))
        idlest = worker;
    }
    return idlest;
  }

  #receive(worker: PoolWorker, reply: RestoreReply): void {
    worker.underWay -= 1;
    const job = this.#underWay.get(reply.jobId);
    this.#underWay.delete(reply.jobId);
    this.#dispatch();
    if (job === undefined) return;
    if (reply.kind === 'jobFailed') job.reject(fromErrorRecord(reply.error));
    else job.resolve(reply);
  }

  #fail(message: string, cause: unknown): void {
    this.#failure ??= { error: new LumbungError('BUG_WORKER_FAILED', { kind: 'bug', message, cause }) };
    for (const job of [...this.#underWay.values(), ...this.#queue]) job.reject(this.#failure.error);
    this.#underWay.clear();
    this.#queue.length = 0;
  }
}
