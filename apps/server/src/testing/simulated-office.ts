// An office whose days pass in a moment: the real store, queue, planner, rules and reports, with a clock that leaps and a
// worker that answers at once. What its sources do is for the test to say; nothing is backed up.
import {
  type ApplicationId,
  type AssetId,
  type JobResult,
  type JobSpec,
  parseApplicationId,
  parseAssetId,
  parseDestinationId,
  parseLocalDate,
  parseRunId,
  parseSnapshotId,
  RUN_RECORD_VERSION,
  type RunCheck,
  type RunRecord,
  type StoredCopy,
} from '@lumbung/contracts';
import { assert } from '@lumbung/stdx';
import { z } from 'zod';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { sha256 } from '../crypto/digest.ts';
import { activityFollower } from '../modules/activities/index.ts';
import { insertApplication, insertAsset } from '../modules/applications/index.ts';
import { insertDestination } from '../modules/destinations/index.ts';
import { repositoryFollower } from '../modules/maintenance/index.ts';
import { provideOrganisation } from '../modules/organisation/index.ts';
import { provideDefaultProcedure } from '../modules/procedures/index.ts';
import { RUN_JOB, RunService } from '../modules/runs/index.ts';
import { catalogueFollower } from '../modules/snapshots/index.ts';
import { EmbeddedQueue } from '../queue/embedded-queue.ts';
import type { LeasedJob } from '../queue/job-queue.ts';
import { type Tick, tick } from '../scheduler/scheduler.ts';
import type { Store } from '../store/store.ts';
import { HandClock } from './hand-clock.ts';
import { openAudit } from './open-audit.ts';
import { countedRandom } from './tickers.ts';

/** What becomes of a run: `good`, a failure with a code, or nothing at all, as of a process that died. */
export type Fate = 'good' | 'damaged' | 'dies' | { readonly fails: string };
export type FateOf = (spec: JobSpec, at: number) => Fate;

const HOUR_MS = 3_600_000;
const RUN_MS = 60_000;
const payloadSchema = z.strictObject({ runId: z.string().transform(parseRunId) });

export class SimulatedOffice {
  readonly store: Store;
  readonly clock: HandClock;
  readonly runs: RunService;
  readonly queue: EmbeddedQueue;
  readonly audit: AuditTrail;
  readonly #random = countedRandom(7);
  #snapshots = 0;
  /** Is the machine on? While it is off nothing happens but time. */
  isOn = true;
  fateOf: FateOf = () => 'good';

  private constructor(store: Store, clock: HandClock, audit: AuditTrail) {
    const ports = { store, clock, random: this.#random };
    this.store = store;
    this.clock = clock;
    this.audit = audit;
    this.queue = new EmbeddedQueue(ports);
    this.runs = new RunService({
      ...ports,
      queue: this.queue,
      followers: [repositoryFollower, catalogueFollower({ clock }), activityFollower({ clock, random: this.#random })],
      hostname: 'office',
      programVersion: 'lumbung test',
    });
  }

  /** A new installation at a moment, with a destination and nothing to protect. */
  static async open(store: Store, startAt: number): Promise<SimulatedOffice> {
    const clock = new HandClock(startAt);
    const { trail, vault } = await openAudit(store);
    const office = new SimulatedOffice(store, clock, trail);
    await store.transaction(async (tx) => {
      await provideOrganisation(tx, 'id', startAt);
      await provideDefaultProcedure(tx, parseLocalDate(new Date(startAt).toISOString().slice(0, 10)), startAt);
      await insertDestination(tx, {
        id: parseDestinationId('destination:test'),
        name: 'Komputer cadangan',
        address: '/srv/cadangan',
        repositoryId: null,
        secretId: await vault.add('destination.password', 'rahasia', tx),
        isOffsite: false,
        isImmutable: false,
        region: null,
        at: startAt,
      });
    });
    return office;
  }

  /** An application with a database and a file set. */
  async addApplication(
    code: string,
    registeredOn: string,
  ): Promise<{ db: AssetId; files: AssetId; id: ApplicationId }> {
    const [id, db, files] = [parseApplicationId(code), parseAssetId(`${code}:db`), parseAssetId(`${code}:files`)];
    const on = parseLocalDate(registeredOn);
    const at = this.clock.nowMs();
    await this.store.transaction(async (tx) => {
      await insertApplication(tx, { id, code, name: code, registeredOn: on, at });
      const common = { applicationId: id, secretId: null, registeredOn: on, at };
      await insertAsset(tx, {
        ...common,
        id: db,
        kind: 'database',
        name: code,
        definition: {
          kind: 'database',
          server: { url: `sqlite:/srv/${code}.db`, name: code },
          content: { kind: 'database', database: `/srv/${code}.db` },
          excludeData: [],
          skipViews: [],
          untransactional: 'refuse',
        },
      });
      await insertAsset(tx, {
        ...common,
        id: files,
        kind: 'files',
        name: code,
        definition: {
          kind: 'files',
          paths: [`/srv/${code}`],
          excludes: [],
          templateExcludes: [],
          required: [],
          otherFileSystems: 'stay',
          taggedCaches: 'leave-out',
        },
      });
    });
    return { id, db, files };
  }

  /** Lets time pass until a moment, as a service would: it looks at the plan each hour and after every run. */
  async liveUntil(endAt: number): Promise<void> {
    while (this.clock.nowMs() < endAt) {
      if (this.isOn) await this.workOff();
      this.clock.advance(Math.min(HOUR_MS, endAt - this.clock.nowMs()));
    }
    if (this.isOn) await this.workOff();
  }

  /** Looks at the plan and does what is asked for, until nothing is. @returns every look */
  async workOff(): Promise<readonly Tick[]> {
    const looks: Tick[] = [];
    for (;;) {
      const { store, runs, clock, audit } = this;
      looks.push(await tick({ store, runs, clock, audit, random: this.#random, jitterSeed: 'office' }));
      const job = await this.queue.claim('worker', { kinds: [RUN_JOB] });
      if (job === undefined) return looks;
      await this.#do(job);
      assert(looks.length < 10_000, 'the work of a moment comes to an end');
    }
  }

  async #do(job: LeasedJob): Promise<void> {
    const { runId } = payloadSchema.parse(job.payload);
    if (job.attempt > 1) {
      await this.runs.lose(runId);
      await this.queue.finish(job.lease);
      return;
    }
    const begun = await this.runs.begin(runId, 'worker');
    if (begun !== undefined) {
      const at = this.clock.nowMs();
      const fate = this.fateOf(begun.spec, at);
      const isBackup = begun.spec.kind === 'backupDatabases' || begun.spec.kind === 'backupFiles';
      if (isBackup && typeof fate === 'string') await this.runs.reading(runId, at);
      // The lease runs out, and whoever claims the job next finds the run lost.
      if (fate === 'dies') return;
      this.clock.advance(RUN_MS);
      await this.runs.finish(this.#recordOf(begun.spec, fate, at));
    }
    await this.queue.finish(job.lease);
  }

  #recordOf(spec: JobSpec, fate: Exclude<Fate, 'dies'>, startedAt: number): RunRecord {
    const isBackup = spec.kind === 'backupDatabases' || spec.kind === 'backupFiles';
    const endedAt = this.clock.nowMs();
    const common = {
      v: RUN_RECORD_VERSION,
      runId: spec.runId,
      kind: spec.kind,
      startedAt,
      endedAt,
      durationMs: endedAt - startedAt,
      ...(isBackup ? { readStartedAt: startedAt } : {}),
      checks: [] as RunCheck[],
      warnings: [],
      warningCount: 0,
      steps: [],
      copies: [] as StoredCopy[],
      totals: { bytesRead: 1000, bytesStored: 100, files: 1, rows: 1 },
      hostname: 'office',
      programVersion: 'lumbung test',
    } as const;
    if (typeof fate === 'object') {
      const error = { code: fate.fails, kind: 'operator', message: 'as the test says', context: {} } as const;
      return { ...common, outcome: 'failed', reason: fate.fails, error };
    }
    const result = this.#resultOf(spec, fate, endedAt);
    return {
      ...common,
      copies: isBackup ? [this.#copyOf(spec, { takenAt: startedAt, endedAt, fate })] : [],
      outcome: 'succeeded',
      ...(result === undefined ? {} : { result }),
    };
  }

  #copyOf(
    spec: JobSpec,
    {
      takenAt,
      endedAt,
      fate,
    }: { readonly takenAt: number; readonly endedAt: number; readonly fate: 'good' | 'damaged' },
  ): StoredCopy {
    this.#snapshots += 1;
    const asset =
      spec.kind === 'backupDatabases' ? spec.items[0]?.asset : spec.kind === 'backupFiles' ? spec.asset : undefined;
    assert(asset !== undefined, 'a backup is of an asset');
    return {
      snapshotId: parseSnapshotId(sha256(`snapshot ${this.#snapshots}`)),
      content: spec.kind === 'backupFiles' ? 'files' : 'database',
      asset,
      origin: 'run',
      takenAt,
      bytes: 1000,
      files: 1,
      addedBytes: 100,
      storedBytes: 50,
      treeId: sha256(asset),
      unreadCount: 0,
      anomalies: [],
      verification: verificationOf(fate, endedAt),
      durationMs: RUN_MS,
      attempts: 1,
    };
  }

  #resultOf(spec: JobSpec, fate: 'good' | 'damaged', at: number): JobResult | undefined {
    switch (spec.kind) {
      case 'initRepository':
        return { kind: 'initRepository', repositoryId: sha256('repository'), location: '/srv/cadangan' };
      case 'preflight':
        return { kind: 'preflight', sources: [], destinations: [] };
      case 'verify':
        return {
          kind: 'verify',
          snapshotId: spec.snapshotId,
          verification: verificationOf(fate, at),
        };
      case 'retention':
        return { kind: 'retention', mode: 'execute', removedIds: spec.remove, goneIds: [] };
      default:
        return undefined;
    }
  }
}

function verificationOf(fate: 'good' | 'damaged', verifiedAt: number): NonNullable<StoredCopy['verification']> {
  return {
    verdict: fate === 'good' ? 'verified' : 'damaged',
    level: 'complete',
    verifiedAt,
    durationMs: 1,
    filesSeen: 1,
    bytesRead: 1000,
    bytesToRead: 1000,
    findings: fate === 'good' ? [] : [{ code: 'hash-differs', severity: 'error', message: 'as the test says' }],
    findingCount: fate === 'good' ? 0 : 1,
  };
}
