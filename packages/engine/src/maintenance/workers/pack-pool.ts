import { Worker } from 'node:worker_threads';
import { assert, fromErrorRecord, LumbungError } from '@lumbung/stdx';
import type { BlobIndex } from '../../blob-index/blob-index.ts';
import type { Repository } from '../../repository/repository.ts';
import type {
  JobAnswer,
  KeyBytes,
  MoveTarget,
  PackMessage,
  WorkerReply,
  WorkerRequest,
  WorkerSetup,
} from './messages.ts';
import { type JobRequest, PackWorker } from './pack-worker.ts';

/** With two cores and reads on Node's own threads, a third thread only takes from the others. */
export const WORKERS_DEFAULT = 2;

/** A thread takes about 60 ms to start, in which the calling thread verifies this much. */
export const BYTES_WORTH_A_THREAD = 48 * 2 ** 20;

/** A job without the number that the pool gives it. */
type Job = JobRequest extends infer R ? (R extends { readonly jobId: number } ? Omit<R, 'jobId'> : never) : never;
type AnswerTo<K extends Job['kind']> = Extract<JobAnswer, { readonly kind: K }>;

interface Waiting {
  resolve(answer: JobAnswer): void;
  reject(error: unknown): void;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  /** Resolves when the thread is gone. */
  readonly ended: Promise<void>;
}

export interface PackPoolOptions {
  /** 0: everything happens on the calling thread. */
  readonly workerCount: number;
  /** Without it, `useIndex` comes before the first job: a pool may start while the index is loaded. */
  readonly index?: BlobIndex | undefined;
  readonly target?: MoveTarget | undefined;
  /** Full packs of moved blobs. */
  readonly onPack?: ((pack: PackMessage) => void) | undefined;
}

/**
 * Threads that work on packs. A job goes to the thread with the fewest under way; how many jobs wait is the caller's bound.
 *
 * Bytes given to a job are gone for the caller (transferred), unless they lie in shared memory. A thread that dies rejects its jobs and
 * all later ones.
 */
export class PackPool implements AsyncDisposable {
  readonly #threads: readonly Thread[];
  readonly #local: PackWorker | undefined;
  readonly #onPack: ((pack: PackMessage) => void) | undefined;
  #nextJobId = 0;
  #death: LumbungError | undefined;
  #isClosed = false;

  constructor(repository: Repository, options: PackPoolOptions) {
    const setup: WorkerSetup = { masterKey: keyBytesOf(repository), target: options.target };
    this.#onPack = options.onPack;
    const onPack = (pack: PackMessage): void => this.#receivePack(pack);
    if (options.workerCount === 0) {
      this.#threads = [];
      this.#local = new PackWorker(setup, { random: repository.ports.random, onPack });
    } else {
      this.#threads = Array.from({ length: options.workerCount }, () => this.#start(setup));
    }
    if (options.index !== undefined) this.useIndex(options.index);
  }

  /** How many threads work; 0: the calling one. */
  get workerCount(): number {
    return this.#threads.length;
  }

  /** Jobs worth having under way: one in work and one waiting for each thread. */
  get jobsInFlightMax(): number {
    return Math.max(1, this.#threads.length * 2);
  }

  /** Tells all threads to read numbers of entries and packs in `index`, as it is now. */
  useIndex(index: BlobIndex): void {
    this.#local?.useIndex(index);
    if (this.#threads.length === 0) return;
    const request: WorkerRequest = { kind: 'index', index: index.share() };
    for (const { worker } of this.#threads) worker.postMessage(request);
  }

  /** @throws what the job threw; PACK_WORKER_DIED (bug) */
  async run<J extends Job>(job: J): Promise<AnswerTo<J['kind']>> {
    const thread = this.#leastBusy();
    if (thread === undefined) {
      assert(this.#local !== undefined, 'a pool without threads works here');
      // A job is answered in its kind.
      return (await this.#local.do({ ...job, jobId: 0 })) as AnswerTo<J['kind']>;
    }
    return (await this.#post(thread, job)) as AnswerTo<J['kind']>; // a job is answered in its kind
  }

  /** Runs `job` once on every thread. */
  async runOnEach<J extends Job>(job: J): Promise<AnswerTo<J['kind']>[]> {
    if (this.#threads.length === 0) return [await this.run(job)];
    const answers = await Promise.all(this.#threads.map((thread) => this.#post(thread, job)));
    return answers as AnswerTo<J['kind']>[]; // a job is answered in its kind
  }

  #post(thread: Thread, job: Job): Promise<JobAnswer> {
    if (this.#death !== undefined) return Promise.reject(this.#death);
    const jobId = this.#nextJobId;
    this.#nextJobId += 1;
    return new Promise((resolve, reject) => {
      thread.waiting.set(jobId, { resolve, reject });
      thread.worker.postMessage({ ...job, jobId }, transferableOf(job));
    });
  }

  #leastBusy(): Thread | undefined {
    let least: Thread | undefined;
    for (const thread of this.#threads) {
      if (least === undefined || thread.waiting.size < least.waiting.size) least = thread;
    }
    return least;
  }

  #start(setup: WorkerSetup): Thread {
    const worker = new Worker(new URL('./pack.worker.ts', import.meta.url), { workerData: setup });
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const thread: Thread = { worker, waiting: new Map(), ended };
    worker.on('message', (reply: WorkerReply) => this.#receive(thread, reply));
    worker.on('error', (error) => this.#die(error));
    worker.on('exit', (code) => {
      if (!this.#isClosed) this.#die(new Error(`a worker thread ended with code ${code}`));
    });
    return thread;
  }

  #receive(thread: Thread, reply: WorkerReply): void {
    if (reply.kind === 'pack') {
      this.#receivePack(reply.pack);
      return;
    }
    const waiting = thread.waiting.get(reply.jobId);
    thread.waiting.delete(reply.jobId);
    if (reply.kind === 'answer') waiting?.resolve(reply.answer);
    else waiting?.reject(fromErrorRecord(reply.error));
  }

  #receivePack(pack: PackMessage): void {
    assert(this.#onPack !== undefined, 'only movers send packs');
    this.#onPack(pack);
  }

  #die(cause: unknown): void {
    this.#death ??= new LumbungError('PACK_WORKER_DIED', {
      kind: 'bug',
      message: 'a worker thread ended before its work was done',
      hint: 'if memory is short, run with fewer workers; otherwise report this',
      cause,
    });
    for (const { waiting } of this.#threads) {
      for (const { reject } of waiting.values()) reject(this.#death);
      waiting.clear();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#die(new Error('the pool was closed'));
    // They end by themselves: a thread that is stopped by force inside native code takes the whole process with it.
    const request: WorkerRequest = { kind: 'end' };
    for (const { worker } of this.#threads) worker.postMessage(request);
    await Promise.all(this.#threads.map(({ ended }) => ended));
  }
}

/** Index files of this size name packs that are worth threads: a blob takes some 80 bytes there. */
const INDEX_BYTES_WORTH_THREADS = { contents: 16 * 2 ** 10, trees: 2 ** 20 } as const;

/** How many threads to start before the index is known, when the caller leaves it to us.
 *  @param reads `trees`: only the folders; `contents`: all packs */
export async function workerCountByIndex(
  repository: Repository,
  askedCount: number | undefined,
  reads: 'trees' | 'contents',
): Promise<number> {
  if (askedCount !== undefined) return askedCount;
  let indexBytes = 0;
  for await (const { sizeBytes } of repository.listIds('index')) indexBytes += sizeBytes;
  return indexBytes < INDEX_BYTES_WORTH_THREADS[reads] ? 0 : WORKERS_DEFAULT;
}

/** How many threads for so much work, when the caller leaves it to us. */
export function workerCountFor(askedCount: number | undefined, workBytes: number): number {
  return askedCount ?? (workBytes < BYTES_WORTH_A_THREAD ? 0 : WORKERS_DEFAULT);
}

export function keyBytesOf(repository: Repository): KeyBytes {
  const { encrypt, macK, macR } = repository.masterKey;
  return { encrypt, macK, macR };
}

function transferableOf(job: Job): ArrayBuffer[] {
  const bytes = job.kind === 'verify' ? job.bytes : job.kind === 'move' ? job.stretch.bytes : undefined;
  if (bytes === undefined || !(bytes.buffer instanceof ArrayBuffer)) return [];
  // A view of a larger buffer (Node's pool for small ones) is copied: others have parts of it.
  return bytes.byteLength === bytes.buffer.byteLength ? [bytes.buffer] : [];
}
