import {
  type AccountId,
  type ActivityId,
  type AssetId,
  BACKUP_JOB_KINDS,
  type CatalogueEntry,
  type DestinationId,
  type JobKind,
  type JobSpec,
  type LocalDate,
  newId,
  READING_JOB_KINDS,
  RUN_RECORD_VERSION,
  RUN_TAG_PREFIX,
  type RunEndCode,
  type RunId,
  type RunOrigin,
  type RunRecord,
  type StepId,
} from '@lumbung/contracts';
import { parseJobSpec } from '@lumbung/contracts/schemas';
import { localDateOf } from '@lumbung/procedure';
import type { Clock, Random } from '@lumbung/stdx';
import type { JobQueue } from '../../queue/job-queue.ts';
import type { RunRow } from '../../store/rows/work.ts';
import type { Store, Transaction } from '../../store/store.ts';
import type { Stored } from '../../store/stored.ts';
import { findDestination } from '../destinations/index.ts';
import { readOrganisation } from '../organisation/index.ts';
import { type RunOrder, repositoryPlaceOf } from './backup-specs.ts';
import { findRun, insertRun, markFinished, markReading, markRunning } from './runs.store.ts';

export type StoredRun = Stored<RunRow>;

export interface RunRequest {
  readonly order: RunOrder;
  readonly origin: RunOrigin;
  readonly assetId?: AssetId | undefined;
  readonly destinationId?: DestinationId | undefined;
  readonly activityId?: ActivityId | undefined;
  readonly stepId?: StepId | undefined;
  readonly attempt?: number | undefined;
  readonly plannedOn?: LocalDate | undefined;
  readonly requestedBy?: AccountId | undefined;
  readonly reason?: string | undefined;
  /** Higher goes first; default 0. */
  readonly priority?: number | undefined;
}

export interface RunEnd {
  readonly record: RunRecord;
  /** The local date for which it counts. */
  readonly countsOn: LocalDate;
}

/** Whoever has to know what becomes of runs. Called within the transaction that writes it down: what it throws undoes it. */
export interface RunFollower {
  /** It began to read a source: from now on it counts for a date. */
  reading?(tx: Transaction, run: StoredRun, at: number): Promise<void>;
  ended?(tx: Transaction, run: StoredRun, end: RunEnd): Promise<void>;
  /** Snapshots that a look into a destination found, a page at a time. */
  found?(tx: Transaction, destinationId: DestinationId, entries: readonly CatalogueEntry[]): Promise<void>;
}

export interface RunServicePorts {
  readonly store: Store;
  readonly queue: JobQueue;
  readonly clock: Clock;
  readonly random: Random;
  /** In the order in which they are told. */
  readonly followers: readonly RunFollower[];
  /** Recorded where a run cannot say it itself. */
  readonly hostname: string;
  readonly programVersion: string;
}

/** The kind of the queue's jobs that are runs; their payload names the run. */
export const RUN_JOB = 'run';
/** A worker that dies with its run is no reason to try for ever: what is due is planned anew. */
const CLAIMS_MAX = 2;
/** Backups of one repository at the same time: more only fight for two cores and one disk. */
const WRITERS_OF_REPOSITORY_MAX = 2;
const READING_KINDS: ReadonlySet<JobKind> = new Set(READING_JOB_KINDS);
const BACKUP_KINDS: ReadonlySet<string> = new Set(BACKUP_JOB_KINDS);

/** Runs from the wish to the record. A run is written down before it is queued and is finished exactly once, in one
 *  transaction with everything that follows from it. */
export class RunService {
  readonly #ports: RunServicePorts;

  constructor(ports: RunServicePorts) {
    this.#ports = ports;
  }

  /** Writes a run down and queues it, as part of `tx`. */
  async request(tx: Transaction, request: RunRequest): Promise<RunId> {
    const { clock, random, queue } = this.#ports;
    const id = newId('run', { clock, random });
    const spec = parseJobSpec({ ...request.order, runId: id });
    await insertRun(tx, { ...request, id, spec, queuedAt: clock.nowMs() });
    const isReading = READING_KINDS.has(spec.kind);
    await queue.enqueue(
      [
        {
          kind: RUN_JOB,
          payload: { runId: id },
          uniqueKey: id,
          priority: request.priority ?? 0,
          attemptsMax: CLAIMS_MAX,
          ...(request.destinationId === undefined || isReading
            ? {}
            : { groupKey: `repository ${request.destinationId}`, groupMax: WRITERS_OF_REPOSITORY_MAX }),
        },
      ],
      tx,
    );
    return id;
  }

  /** A worker takes it on.
   *  @returns undefined: it has ended before, or was never written down */
  async begin(
    id: RunId,
    worker: string,
  ): Promise<{ readonly spec: JobSpec; readonly destinationId: DestinationId | undefined } | undefined> {
    const { store, clock } = this.#ports;
    return await store.transaction(async (tx) => {
      const run = await findRun(tx, id);
      if (run === undefined || !(await markRunning(tx, { id, worker, at: clock.nowMs() }))) return undefined;
      return { spec: parseJobSpec(JSON.parse(run.spec)), destinationId: run.destination_id ?? undefined };
    });
  }

  /** The first byte of a source was asked for. */
  async reading(id: RunId, at: number): Promise<void> {
    await this.#ports.store.transaction(async (tx) => {
      const run = await findRun(tx, id);
      if (run?.state !== 'running' || run.read_started_at !== null) return;
      const { zone } = await readOrganisation(tx);
      await markReading(tx, { id, at, countsOn: localDateOf(at, zone) });
      for (const follower of this.#ports.followers) await follower.reading?.(tx, run, at);
    });
  }

  /** A page of what is in a destination. */
  async found(destinationId: DestinationId, entries: readonly CatalogueEntry[]): Promise<void> {
    await this.#ports.store.transaction(async (tx) => {
      for (const follower of this.#ports.followers) await follower.found?.(tx, destinationId, entries);
    });
  }

  /** Everything that follows from a record, once: a second telling changes nothing.
   *  @returns false: it had ended before */
  async finish(record: RunRecord): Promise<boolean> {
    return await this.#ports.store.transaction(async (tx) => await this.#finish(tx, record));
  }

  /** A run whose process is gone without a word. What it may have stored is looked for in the repository. */
  async lose(id: RunId): Promise<boolean> {
    const wasOpen = await this.end(id, 'RUN_LOST', 'the process that did this run is gone');
    if (!wasOpen) return false;
    await this.#ports.store.transaction(async (tx) => {
      const run = await findRun(tx, id);
      if (typeof run?.destination_id !== 'string' || !BACKUP_KINDS.has(run.kind)) return;
      const destination = await findDestination(tx, run.destination_id);
      if (typeof destination?.repository_id !== 'string') return;
      await this.request(tx, {
        order: { kind: 'catalogue', repository: repositoryPlaceOf(destination), tags: [`${RUN_TAG_PREFIX}${id}`] },
        origin: 'retry',
        destinationId: destination.id,
      });
    });
    return true;
  }

  /** Ends one that nobody works on: it was cancelled while it waited, or its process is gone. */
  async end(id: RunId, code: RunEndCode, message: string): Promise<boolean> {
    const { store, clock, hostname, programVersion } = this.#ports;
    return await store.transaction(async (tx) => {
      const run = await findRun(tx, id);
      if (run === undefined || run.state === 'finished') return false;
      const at = clock.nowMs();
      const startedAt = Math.min(run.started_at ?? run.queued_at, at);
      return await this.#finish(tx, {
        v: RUN_RECORD_VERSION,
        runId: id,
        kind: parseJobSpec(JSON.parse(run.spec)).kind,
        startedAt,
        endedAt: at,
        durationMs: at - startedAt,
        ...(run.read_started_at === null ? {} : { readStartedAt: run.read_started_at }),
        checks: [],
        warnings: [],
        warningCount: 0,
        steps: [],
        copies: [],
        totals: { bytesRead: 0, bytesStored: 0, files: 0, rows: 0 },
        hostname,
        programVersion,
        outcome: code === 'RUN_LOST' ? 'lost' : 'cancelled',
        reason: code,
        error: { code, kind: 'transient', message, context: {} },
      });
    });
  }

  async #finish(tx: Transaction, record: RunRecord): Promise<boolean> {
    const run = await findRun(tx, record.runId);
    if (run === undefined || run.state === 'finished') return false;
    const { zone } = await readOrganisation(tx);
    const readStartedAt = record.readStartedAt ?? run.read_started_at;
    const countsOn = localDateOf(readStartedAt ?? record.startedAt, zone);
    if (readStartedAt !== null && run.read_started_at === null && run.state === 'running') {
      // The event that said so got lost with its process.
      for (const follower of this.#ports.followers) await follower.reading?.(tx, run, readStartedAt);
    }
    await markFinished(tx, {
      id: record.runId,
      outcome: record.outcome,
      reasonCode: 'reason' in record ? record.reason : null,
      record,
      finishedAt: record.endedAt,
      readStartedAt,
      countsOn,
    });
    for (const follower of this.#ports.followers) await follower.ended?.(tx, run, { record, countsOn });
    return true;
  }
}
