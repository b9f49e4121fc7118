import { Worker } from 'node:worker_threads';
import { assertNever, fromErrorRecord, LumbungError } from '@lumbung/stdx';
import type { SharedBlobSet } from '../../blob-index/shared-blob-set.ts';
import { parsePackId } from '../../format/ids.ts';
import type { PackedBlob } from '../../format/pack-header.ts';
import type { FinishedPack } from '../../pack/pack-builder.ts';
import {
  type ArchiveReply,
  type ArchiveRequest,
  type ArchiveWorkerData,
  CONTROL_CANCELLED,
  CONTROL_FIRST_WORKER,
} from './messages.ts';

/** Requests under way in one worker: one it works on and one behind it, so that it never waits for the main thread. */
const REQUESTS_PER_WORKER = 2;

/** Weight of requests that may wait before the walk stops to make more. Weight is bytes to read, roughly. */
const QUEUED_WEIGHT_MAX = 64 * 2 ** 20;

type JobRequest = Extract<ArchiveRequest, { jobId: number }>;
type WithoutJobId<R> = R extends unknown ? Omit<R, 'jobId'> : never;
export type ArchiveJob = WithoutJobId<JobRequest>;
export type JobReply = Extract<ArchiveReply, { jobId: number }>;

interface QueuedJob {
  readonly request: JobRequest;
  readonly weight: number;
  readonly transfer: readonly ArrayBuffer[];
  readonly onReply: (reply: JobReply) => void;
}

interface PoolWorker {
  readonly thread: Worker;
  readonly nr: number;
  underWay: number;
  isFinished: boolean;
  /** Resolves when the thread is gone. */
  readonly ended: Promise<void>;
}

export interface ArchivePoolOptions {
  readonly workerCount: number;
  readonly workerData: Omit<ArchiveWorkerData, 'workerNr' | 'control' | 'knownBlobs'>;
  readonly knownBlobs: SharedBlobSet;
  /** Stores a pack; resolves when it is durable. */
  readonly savePack: (pack: FinishedPack) => Promise<void>;
}

/** What a worker had left when the work ended. */
export interface UnfinishedPack {
  readonly bytes: Buffer;
  readonly blobs: readonly PackedBlob[];
}

/**
 * The worker threads of one backup. Jobs wait in one queue and go to whichever worker has room. The first failure of
 * a worker or of a save rejects `failed`, and with it everything that waits.
 *
 * States: open (jobs are accepted) → finishing (`finish` was called: the queue is empty) → closed.
 */
export class ArchivePool implements AsyncDisposable {
  readonly #options: ArchivePoolOptions;
  readonly #controlMemory: SharedArrayBuffer;
  readonly #control: Int32Array;
  readonly #workers: PoolWorker[] = [];
  readonly #queue: QueuedJob[] = [];
  readonly #underWay = new Map<number, QueuedJob>();
  readonly #saves = new Set<Promise<void>>();
  readonly #unfinished: UnfinishedPack[] = [];
  #queuedWeight = 0;
  #nextJobId = 1;
  readonly #stop = new AbortController();
  /** Of requests that are waited for. */
  readonly #rejections = new Set<(error: unknown) => void>();
  #failure: { readonly error: unknown } | undefined;
  /** Those who wait for any change: room, an empty queue, a finished worker. */
  #watchers: Array<() => void> = [];

  constructor(options: ArchivePoolOptions) {
    this.#options = options;
    this.#controlMemory = new SharedArrayBuffer(4 * (CONTROL_FIRST_WORKER + options.workerCount));
    this.#control = new Int32Array(this.#controlMemory);
  }

  /** Begins one more worker. A backup that finds nothing changed needs none, and a thread costs a tenth of a second. */
  #startWorker(): PoolWorker {
    const nr = this.#workers.length;
    const workerData: ArchiveWorkerData = {
      ...this.#options.workerData,
      workerNr: nr,
      control: this.#controlMemory,
      knownBlobs: this.#options.knownBlobs.share(),
    };
    const thread = new Worker(new URL('./archive.worker.ts', import.meta.url), {
      workerData,
      // A worker makes short-lived strings only; a small young generation keeps them out of memory for long.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
    const worker: PoolWorker = { thread, nr, underWay: 0, isFinished: false, ended };
    thread.on('message', (reply: ArchiveReply) => {
      try {
        this.#receive(worker, reply);
      } catch (error) {
        this.#fail(error);
      }
    });
    thread.on('error', (error) => {
      this.#fail(new LumbungError('BUG_WORKER_FAILED', { kind: 'bug', message: 'a worker failed', cause: error }));
    });
    thread.on('exit', (code) => {
      if (!worker.isFinished) {
        this.#fail(new LumbungError('BUG_WORKER_FAILED', { kind: 'bug', message: `a worker ended with code ${code}` }));
      }
    });
    this.#workers.push(worker);
    return worker;
  }

  /** Hands a job in; `onReply` runs on the main thread with its answer. Does not wait: see `waitForRoom`. */
  enqueue(
    job: ArchiveJob,
    weight: number,
    onReply: (reply: JobReply) => void,
    transfer: readonly ArrayBuffer[] = [],
  ): void {
    const jobId = this.#nextJobId;
    this.#nextJobId += 1;
    const queued: QueuedJob = { request: { ...job, jobId }, weight, transfer, onReply };
    this.#queue.push(queued);
    this.#queuedWeight += weight;
    this.#dispatch();
  }

  /** `enqueue` for one who waits: rejects when the run fails, also when the worker that had the job is gone. */
  request(job: ArchiveJob, weight: number, transfer: readonly ArrayBuffer[] = []): Promise<JobReply> {
    const reply = new Promise<JobReply>((resolve, reject) => {
      this.#throwFailure();
      this.#rejections.add(reject);
      this.enqueue(
        job,
        weight,
        (answer) => {
          this.#rejections.delete(reject);
          resolve(answer);
        },
        transfer,
      );
    });
    // Replies are gathered and looked at later: until then nobody listens, and a rejection would end the process.
    reply.catch(() => {});
    return reply;
  }

  /** Aborted with the first failure. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Whether more jobs should be made now. */
  get hasRoom(): boolean {
    return this.#queuedWeight < QUEUED_WEIGHT_MAX;
  }

  /** A worker stands idle or will soon: what waits to be batched should go now. */
  get isHungry(): boolean {
    return (
      this.#queue.length === 0 &&
      (this.#workers.length < this.#options.workerCount ||
        this.#workers.some(({ underWay }) => underWay < REQUESTS_PER_WORKER))
    );
  }

  async waitForRoom(): Promise<void> {
    await this.#until(() => this.hasRoom);
  }

  /** Resolves when every job has been answered. */
  async drain(): Promise<void> {
    await this.#until(() => this.#queue.length === 0 && this.#underWay.size === 0);
  }

  /** Ends the workers and waits for their packs. Returns the packs they had begun. */
  async finish(): Promise<readonly UnfinishedPack[]> {
    await this.drain();
    for (const worker of this.#workers) this.#send(worker, { kind: 'finish' }, []);
    await this.#until(() => this.#workers.every(({ isFinished }) => isFinished));
    while (this.#saves.size > 0) await Promise.all(this.#saves);
    this.#throwFailure();
    return this.#unfinished;
  }

  /** Makes every waiting and coming call throw `error`; workers stop at the next chunk. */
  abort(error: unknown): void {
    this.#fail(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#fail(new LumbungError('CANCELLED', { kind: 'operator', message: 'cancelled' }));
    // They end by themselves: a thread that is stopped by force inside native code takes the whole process with it.
    await Promise.all(
      this.#workers.map(async (worker) => {
        if (!worker.isFinished) this.#send(worker, { kind: 'finish' }, []);
        worker.isFinished = true;
        await worker.ended;
      }),
    );
    await Promise.allSettled(this.#saves);
  }

  #dispatch(): void {
    for (let worker = this.#idlest(); worker !== undefined && this.#queue.length > 0; worker = this.#idlest()) {
      const job = this.#queue.shift();
      if (job === undefined) return;
      worker.underWay += 1;
      this.#underWay.set(job.request.jobId, job);
      this.#send(worker, job.request, job.transfer);
    }
  }

  #idlest(): PoolWorker | undefined {
    let idlest: PoolWorker | undefined;
    for (const worker of this.#workers) {
      if (worker.underWay < REQUESTS_PER_WORKER && (idlest === undefined || worker.underWay < idlest.underWay)) {
        idlest = worker;
      }
    }
    const isBusy = idlest === undefined || idlest.underWay > 0;
    if (isBusy && this.#workers.length < this.#options.workerCount && this.#queue.length > 0)
      return this.#startWorker();
    return idlest;
  }

  #send(worker: PoolWorker, request: ArchiveRequest, transfer: readonly ArrayBuffer[]): void {
    worker.thread.postMessage(request, transfer);
  }

  #receive(worker: PoolWorker, reply: ArchiveReply): void {
    switch (reply.kind) {
      case 'files':
      case 'cut':
      case 'chunks':
      case 'bytes':
      case 'jobFailed': {
        worker.underWay -= 1;
        const job = this.#underWay.get(reply.jobId);
        this.#underWay.delete(reply.jobId);
        if (job !== undefined) {
          this.#queuedWeight -= job.weight;
          job.onReply(reply);
        }
        this.#shareSegment();
        this.#dispatch();
        break;
      }
      case 'pack':
        this.#save(worker, reply);
        break;
      case 'finished':
        worker.isFinished = true;
        this.#unfinished.push({
          bytes: Buffer.from(reply.bytes.buffer, reply.bytes.byteOffset, reply.bytes.length),
          blobs: reply.blobs,
        });
        break;
      case 'broken':
        throw fromErrorRecord(reply.error);
      default:
        assertNever(reply);
    }
    this.#wake();
  }

  #save(worker: PoolWorker, { id, bytes, blobs }: Extract<ArchiveReply, { kind: 'pack' }>): void {
    const pack: FinishedPack = {
      id: parsePackId(id),
      bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
      blobs,
    };
    const inFlightIdx = CONTROL_FIRST_WORKER + worker.nr;
    const save = this.#options
      .savePack(pack)
      .catch((error: unknown) => {
        this.#fail(error);
      })
      .finally(() => {
        this.#saves.delete(save);
        // From here on the worker may fill this memory again.
        Atomics.sub(this.#control, inFlightIdx, 1);
        Atomics.notify(this.#control, inFlightIdx);
      });
    this.#saves.add(save);
  }

  #shareSegment(): void {
    const { knownBlobs } = this.#options;
    if (!knownBlobs.needsSegment()) return;
    const segment = knownBlobs.createSegment();
    for (const worker of this.#workers) this.#send(worker, { kind: 'segment', segment }, []);
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#stop.abort(this.#failure.error);
    for (const reject of this.#rejections) reject(this.#failure.error);
    this.#rejections.clear();
    Atomics.store(this.#control, CONTROL_CANCELLED, 1);
    for (const { nr } of this.#workers) Atomics.notify(this.#control, CONTROL_FIRST_WORKER + nr);
    this.#wake();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #wake(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const wake of watchers) wake();
  }

  async #until(isReached: () => boolean): Promise<void> {
    for (;;) {
      this.#throwFailure();
      if (isReached()) return;
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }
}
