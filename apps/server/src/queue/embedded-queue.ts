import { type JobId, newId } from '@lumbung/contracts';
import type { Clock, Random } from '@lumbung/stdx';
import type { JobRow } from '../store/rows/work.ts';
import type { Store, Transaction } from '../store/store.ts';
import type { Stored } from '../store/stored.ts';
import type { CancelResult, JobQueue, Lease, LeasedJob, LeaseState, NewJob } from './job-queue.ts';

export interface EmbeddedQueuePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** How long a lease holds without a heartbeat. */
  readonly leaseMs?: number;
}

const LEASE_MS = 60_000;
/** However quiet it is, somebody looks this often: a job becomes due, a lease runs out. */
const LOOK_EVERY_MS = 1_000;
const TOKEN_BYTES = 16;

/**
 * The queue of an installation that is one process: a table of the store.
 *
 * waiting → (claimed) running → done; back to waiting by `retry` or when the lease runs out, and from there dead when it was
 * handed out often enough; cancelled from waiting at once, from running by whoever has it. Transactions of the store are
 * serial, so that no two claims see the same job.
 */
export class EmbeddedQueue implements JobQueue {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #leaseMs: number;
  #wake = Promise.withResolvers<void>();

  constructor({ store, clock, random, leaseMs = LEASE_MS }: EmbeddedQueuePorts) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
    this.#leaseMs = leaseMs;
  }

  async enqueue(jobs: readonly NewJob[], tx?: Transaction): Promise<void> {
    if (tx === undefined) {
      await this.#store.transaction(async (own) => await this.enqueue(jobs, own));
      return;
    }
    for (const job of jobs) await this.#insert(tx, job);
    this.#store.afterCommit(() => this.#wake.resolve());
  }

  async #insert(tx: Transaction, job: NewJob): Promise<void> {
    if (job.uniqueKey !== undefined && (await this.#isUnfinished(tx, job.uniqueKey))) return;
    const now = this.#clock.nowMs();
    await tx
      .insertInto('job')
      .values({
        id: newId('job', { clock: this.#clock, random: this.#random }),
        kind: job.kind,
        payload: JSON.stringify(job.payload),
        unique_key: job.uniqueKey ?? null,
        group_key: job.groupKey ?? null,
        group_max: job.groupMax ?? null,
        priority: job.priority ?? 0,
        state: 'waiting',
        due_at: job.dueAt ?? now,
        attempts_max: job.attemptsMax ?? 1,
        worker: null,
        lease_token: null,
        lease_until_at: null,
        cancel_asked_at: null,
        queued_at: now,
        finished_at: null,
        last_error: null,
      })
      .execute();
  }

  async #isUnfinished(tx: Transaction, uniqueKey: string): Promise<boolean> {
    const found = await tx
      .selectFrom('job')
      .select('id')
      .where('unique_key', '=', uniqueKey)
      .where('state', 'in', ['waiting', 'running'])
      .executeTakeFirst();
    return found !== undefined;
  }

  async claim(worker: string, { kinds }: { readonly kinds: readonly string[] }): Promise<LeasedJob | undefined> {
    return await this.#store.transaction(async (tx) => {
      const now = this.#clock.nowMs();
      await this.#takeBack(tx, now);
      const row = await this.#next(tx, kinds, now);
      if (row === undefined) return undefined;
      const token = this.#random.bytes(TOKEN_BYTES).toString('hex');
      const attempt = row.attempt + 1;
      await tx
        .updateTable('job')
        .set({ state: 'running', worker, attempt, lease_token: token, lease_until_at: now + this.#leaseMs })
        .where('id', '=', row.id)
        .execute();
      const payload: unknown = JSON.parse(row.payload);
      return { lease: { jobId: row.id, token }, kind: row.kind, payload, attempt };
    });
  }

  /** Jobs whose holders have not been heard of. */
  async #takeBack(tx: Transaction, now: number): Promise<void> {
    const rows = await tx
      .selectFrom('job')
      .selectAll()
      .where('state', '=', 'running')
      .where('lease_until_at', '<', now)
      .execute();
    for (const row of rows) await this.#giveBack(tx, row, now);
  }

  async #giveBack(tx: Transaction, row: Stored<JobRow>, dueAt: number): Promise<void> {
    const isDead = row.attempt >= row.attempts_max;
    const state = row.cancel_asked_at !== null ? 'cancelled' : isDead ? 'dead' : 'waiting';
    await tx
      .updateTable('job')
      .set({
        state,
        due_at: dueAt,
        worker: null,
        lease_token: null,
        lease_until_at: null,
        finished_at: state === 'waiting' ? null : this.#clock.nowMs(),
      })
      .where('id', '=', row.id)
      .execute();
  }

  async #next(tx: Transaction, kinds: readonly string[], now: number): Promise<Stored<JobRow> | undefined> {
    const busy = await tx
      .selectFrom('job')
      .select(({ fn }) => ['group_key', fn.countAll<number>().as('count')])
      .where('state', '=', 'running')
      .where('group_key', 'is not', null)
      .groupBy('group_key')
      .execute();
    const underWay = new Map(busy.map(({ group_key, count }) => [group_key, Number(count)]));
    const skipped: string[] = [];
    // A group that is full is passed over as a whole, so that its thousand jobs are not read one by one.
    for (;;) {
      let query = tx
        .selectFrom('job')
        .selectAll()
        .where('state', '=', 'waiting')
        .where('due_at', '<=', now)
        .where('kind', 'in', kinds)
        .orderBy('priority', 'desc')
        .orderBy('due_at')
        .orderBy('id')
        .limit(1);
      if (skipped.length > 0) {
        query = query.where(({ eb, or }) => or([eb('group_key', 'is', null), eb('group_key', 'not in', skipped)]));
      }
      const row = await query.executeTakeFirst();
      if (typeof row?.group_key !== 'string' || row.group_max === null) return row;
      if ((underWay.get(row.group_key) ?? 0) < row.group_max) return row;
      skipped.push(row.group_key);
    }
  }

  async heartbeat({ jobId, token }: Lease): Promise<LeaseState> {
    return await this.#store.transaction(async (tx) => {
      const row = await held(tx, { jobId, token });
      if (row === undefined) return 'lost';
      await tx
        .updateTable('job')
        .set({ lease_until_at: this.#clock.nowMs() + this.#leaseMs })
        .where('id', '=', jobId)
        .execute();
      return row.cancel_asked_at === null ? 'held' : 'cancelled';
    });
  }

  async finish(lease: Lease, tx?: Transaction): Promise<boolean> {
    if (tx === undefined) return await this.#store.transaction(async (own) => await this.finish(lease, own));
    const row = await held(tx, lease);
    if (row === undefined) return false;
    await tx
      .updateTable('job')
      .set({
        state: row.cancel_asked_at === null ? 'done' : 'cancelled',
        lease_token: null,
        lease_until_at: null,
        finished_at: this.#clock.nowMs(),
      })
      .where('id', '=', row.id)
      .execute();
    // Its group has room again.
    this.#store.afterCommit(() => this.#wake.resolve());
    return true;
  }

  async retry(lease: Lease, afterMs: number): Promise<boolean> {
    return await this.#store.transaction(async (tx) => {
      const row = await held(tx, lease);
      if (row === undefined) return false;
      await this.#giveBack(tx, row, this.#clock.nowMs() + afterMs);
      this.#store.afterCommit(() => this.#wake.resolve());
      return true;
    });
  }

  async cancel(jobId: JobId): Promise<CancelResult> {
    return await this.#store.transaction(async (tx) => {
      const row = await tx.selectFrom('job').selectAll().where('id', '=', jobId).executeTakeFirst();
      const now = this.#clock.nowMs();
      switch (row?.state) {
        case 'waiting':
          await tx.updateTable('job').set({ state: 'cancelled', finished_at: now }).where('id', '=', jobId).execute();
          return 'cancelled';
        case 'running':
          await tx
            .updateTable('job')
            .set({ cancel_asked_at: row.cancel_asked_at ?? now })
            .where('id', '=', jobId)
            .execute();
          return 'asked';
        case undefined:
        case 'done':
        case 'cancelled':
        case 'dead':
          return 'gone';
      }
    });
  }

  async waitForWork(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const over = new AbortController();
    const pause = this.#clock.sleep(LOOK_EVERY_MS, AbortSignal.any([signal, over.signal]));
    try {
      await Promise.race([this.#wake.promise, pause]);
    } finally {
      over.abort();
      this.#wake = Promise.withResolvers();
      await pause.catch(() => undefined);
    }
  }
}

async function held(tx: Transaction, { jobId, token }: Lease): Promise<Stored<JobRow> | undefined> {
  return await tx
    .selectFrom('job')
    .selectAll()
    .where('id', '=', jobId)
    .where('lease_token', '=', token)
    .executeTakeFirst();
}
