// A service of one process, without a process: real rules, sources that answer as a script says, and a clock that leaps to the
// next moment at which something happens. Faults it knows: runs that fail, copies without a verdict, and being down.
import {
  type Activity,
  type ApplicationId,
  type AssetId,
  type HolidayCalendar,
  type LocalDate,
  type Outcome,
  type Procedure,
  parseRunId,
  parseTimeOfDay,
  type Schedule,
  type TimeZone,
  type Verification,
} from '@lumbung/contracts';
import type { ActingPerson, ActivityEvent } from '../activity/activity-event.ts';
import { advance } from '../activity/advance.ts';
import { openActivity } from '../activity/open-activity.ts';
import { isTechnicalResult } from '../activity/technical-track.ts';
import { addDays } from '../calendar/date-arithmetic.ts';
import { type InstantSpan, instantAt, localDateOf, startOfDate } from '../calendar/zone.ts';
import type { DueItem } from '../planner/plan-input.ts';
import { plannedDate, planWork } from '../planner/plan-work.ts';
import type { Application, Asset } from '../records/asset.ts';
import type { BackupRun } from '../records/backup-run.ts';
import type { StoredCopy } from '../records/stored-copy.ts';
import { planRetention, type RetentionDecision } from '../retention/plan-retention.ts';
import { executeRetention } from './execute-retention.ts';
import { day, MINUTE_MS, snapshotId } from './records.ts';

export interface Script {
  readonly procedure: Procedure;
  readonly schedule: Schedule;
  readonly zone: TimeZone;
  readonly calendar: HolidayCalendar;
  readonly applications: readonly Application[];
  readonly assets: readonly Asset[];
  /** When an asset is entered into the register; from the beginning where it is not said. */
  readonly enteredAt?: ReadonlyMap<AssetId | ApplicationId, number>;
  readonly fromAt: number;
  readonly untilAt: number;
  /** The process does not exist. */
  readonly down?: InstantSpan;
  readonly outcomeOf?: (assetId: AssetId, date: LocalDate) => Outcome;
  readonly verificationOf?: (assetId: AssetId, date: LocalDate) => Verification;
  /** What people do at a moment. */
  readonly pinAt?: { readonly at: number; readonly assetId: AssetId; readonly date: LocalDate };
  /** When the recipient sees the report of a date. */
  readonly acknowledgedAt: (date: LocalDate) => number;
  readonly recipient: ActingPerson;
}

export interface Lived {
  readonly runs: readonly BackupRun[];
  readonly copies: readonly StoredCopy[];
  readonly activities: readonly Activity[];
  /** What retention decided, by date and asset. */
  readonly retention: ReadonlyMap<LocalDate, ReadonlyMap<AssetId, readonly RetentionDecision[]>>;
}

const FOUR = parseTimeOfDay('04:00');
const MINUTES = { database: 5, files: 20 } as const;

export function live(script: Script): Lived {
  const service = new SimulatedService(script);
  service.run();
  return service;
}

class SimulatedService implements Lived {
  readonly runs: BackupRun[] = [];
  copies: StoredCopy[] = [];
  readonly retention = new Map<LocalDate, Map<AssetId, readonly RetentionDecision[]>>();
  readonly #script: Script;
  readonly #activities = new Map<LocalDate, Activity>();
  readonly #underWay = new Map<AssetId, BackupRun>();
  #now: number;
  #date: LocalDate | undefined;

  constructor(script: Script) {
    this.#script = script;
    this.#now = script.fromAt;
  }

  get activities(): readonly Activity[] {
    return [...this.#activities.values()];
  }

  run(): void {
    const { untilAt, down } = this.#script;
    while (this.#now < untilAt) {
      if (down !== undefined && down.beginAt <= this.#now && this.#now < down.endAt) this.#now = down.endAt;
      this.#endRuns();
      this.#turnDates();
      this.#pin();
      const plan = planWork(this.#plannerInput());
      for (const item of plan.due) this.#begin(item);
      this.#report();
      this.#acknowledge();
      this.#retain();
      this.#now = this.#next(plan.upcoming[0]?.plannedAt);
    }
  }

  #today(): LocalDate {
    return localDateOf(this.#now, this.#script.zone);
  }

  #isEntered = (id: AssetId | ApplicationId): boolean => (this.#script.enteredAt?.get(id) ?? 0) <= this.#now;

  #plannerInput() {
    const { procedure, schedule, zone, applications, assets } = this.#script;
    const fortnight = this.#now - 16 * 24 * 60 * MINUTE_MS;
    return {
      standards: procedure.standards,
      schedule,
      zone,
      applications: applications.filter(({ id }) => this.#isEntered(id)),
      assets: assets.filter(({ id }) => this.#isEntered(id)),
      runs: this.runs.filter(({ startedAt }) => startedAt >= fortnight),
      underWay: new Set(this.#underWay.keys()),
      requests: [],
      jitter: () => 0,
      nowMs: this.#now,
    };
  }

  /** Ends the dates that are over, those of a downtime too, and opens today's. */
  #turnDates(): void {
    const today = this.#today();
    if (this.#date === today) return;
    for (let date = this.#date ?? today; date < today; date = addDays(date, 1)) {
      if (!this.#activities.has(date)) this.#open(date);
      this.#happen(date, { kind: 'date-ended', at: this.#now });
      if (this.#activities.get(date)?.administrative === 'unreported')
        this.#happen(date, { kind: 'reported', at: this.#now });
    }
    this.#date = today;
    this.#open(today);
  }

  #open(date: LocalDate): void {
    const { procedure, assets } = this.#script;
    const planned = plannedDate(this.#plannerInput(), date);
    const ids = new Set([...planned.databases, ...planned.applications.flatMap(({ assetIds }) => assetIds)]);
    const expected = assets.filter(({ id }) => ids.has(id)).map(partOf);
    this.#activities.set(date, openActivity({ date, procedure, expected }));
  }

  #begin({ assetId, kind, reason }: DueItem): void {
    const { outcomeOf, verificationOf, assets } = this.#script;
    const date = this.#today();
    const outcome = outcomeOf?.(assetId, date) ?? 'succeeded';
    const isGood = outcome === 'succeeded' || outcome === 'warned';
    const number = this.runs.length + this.#underWay.size + 1;
    const run: BackupRun = {
      runId: parseRunId(`run-${number}`),
      assetId,
      origin: reason,
      startedAt: this.#now,
      endedAt: this.#now + MINUTES[kind] * MINUTE_MS,
      outcome,
      verification: isGood ? (verificationOf?.(assetId, date) ?? 'verified') : 'pending',
      ...(isGood ? { snapshotId: snapshotId(number) } : {}),
    };
    this.#underWay.set(assetId, run);
    const asset = assets.find(({ id }) => id === assetId);
    if (asset !== undefined) this.#happen(date, { kind: 'expected', at: this.#now, parts: [partOf(asset)] });
    const activity = this.#activities.get(date);
    if (activity?.technical === 'scheduled') {
      this.#happen(date, { kind: 'preparation-began', at: this.#now });
      const ready = activity.parts.map((part) => part.assetId);
      this.#happen(date, { kind: 'preparation-ended', at: this.#now, ready, notReady: [] });
    }
    this.#happen(date, { kind: 'run-began', at: this.#now, runId: run.runId, assetId, origin: reason });
  }

  #endRuns(): void {
    const { zone } = this.#script;
    for (const [assetId, run] of this.#underWay) {
      if (run.endedAt > this.#now) continue;
      this.#underWay.delete(assetId);
      this.runs.push(run);
      if (run.snapshotId !== undefined && (run.outcome === 'succeeded' || run.outcome === 'warned')) {
        const { snapshotId: id, startedAt: readAt, outcome, verification } = run;
        this.copies.push({ id, assetId, readAt, outcome, verification, pin: 'none' });
      }
      const { runId, endedAt: at, outcome } = run;
      this.#happen(localDateOf(run.startedAt, zone), { kind: 'run-ended', at, runId, outcome });
    }
  }

  /** As soon as the work of the date is settled; the system does it by itself. */
  #report(): void {
    const today = this.#activities.get(this.#today());
    if (today?.administrative !== 'unreported' || !isTechnicalResult(today.technical)) return;
    this.#happen(today.date, { kind: 'reported', at: this.#now });
  }

  #acknowledge(): void {
    const { acknowledgedAt, recipient } = this.#script;
    for (const { date, administrative } of this.#activities.values()) {
      if (administrative !== 'reported' || acknowledgedAt(date) > this.#now) continue;
      this.#happen(date, { kind: 'acknowledged', at: this.#now, by: recipient });
      this.#happen(date, { kind: 'closed', at: this.#now });
    }
  }

  #pin(): void {
    const { pinAt, zone } = this.#script;
    if (pinAt === undefined || pinAt.at > this.#now) return;
    this.copies = this.copies.map((copy) =>
      copy.assetId === pinAt.assetId && localDateOf(copy.readAt, zone) === pinAt.date
        ? { ...copy, pin: 'pinned' }
        : copy,
    );
  }

  /** Once a day, at four. */
  #retain(): void {
    const { zone, assets, procedure } = this.#script;
    const today = this.#today();
    if (this.#now < instantAt(today, FOUR, zone) || this.retention.has(today)) return;
    const decided = new Map<AssetId, readonly RetentionDecision[]>();
    this.retention.set(today, decided);
    for (const asset of assets) {
      const mine = this.copies.filter(({ assetId }) => assetId === asset.id);
      const decisions = planRetention({
        asset,
        copies: mine,
        policy: asset.kind === 'database' ? procedure.retention.databases : procedure.retention.applications,
        trashDays: procedure.retention.trashDays,
        stops: [],
        zone,
        nowMs: this.#now,
      });
      decided.set(asset.id, decisions);
      const others = this.copies.filter(({ assetId }) => assetId !== asset.id);
      this.copies = [...others, ...executeRetention(mine, decisions, this.#now)];
    }
  }

  #happen(date: LocalDate, event: ActivityEvent): void {
    const activity =
      this.#activities.get(date) ?? openActivity({ date, procedure: this.#script.procedure, expected: [] });
    const { procedure, calendar, zone } = this.#script;
    const next = advance(activity, event, { procedure, calendar, zone });
    // The simulated service does nothing that cannot happen.
    if (next.status === 'refused') throw new Error(`${date} ${event.kind} was refused: ${next.code}`);
    this.#activities.set(date, next.activity);
  }

  #next(plannedAt: number | undefined): number {
    const { zone, untilAt, down, enteredAt, pinAt, acknowledgedAt } = this.#script;
    const [today, tomorrow] = [this.#today(), addDays(this.#today(), 1)];
    const open = [...this.#activities.values()].filter(({ administrative }) => administrative === 'reported');
    const moments = [
      untilAt,
      startOfDate(tomorrow, zone),
      instantAt(today, FOUR, zone),
      ...(plannedAt === undefined ? [] : [plannedAt]),
      ...[...this.#underWay.values()].map(({ endedAt }) => endedAt),
      ...(down === undefined ? [] : [down.beginAt]),
      ...(pinAt === undefined ? [] : [pinAt.at]),
      ...(enteredAt?.values() ?? []),
      ...open.map(({ date }) => acknowledgedAt(date)),
    ];
    return Math.min(...moments.filter((moment) => moment > this.#now));
  }
}

function partOf({ id, kind, applicationId }: Asset) {
  return { assetId: id, kind, applicationId };
}

/** The dates of good runs of an asset, in order. */
export function goodDates({ runs }: Lived, assetId: AssetId, zone: TimeZone): LocalDate[] {
  const dates = runs
    .filter((run) => run.assetId === assetId && (run.outcome === 'succeeded' || run.outcome === 'warned'))
    .map(({ startedAt }) => localDateOf(startedAt, zone));
  return dates.toSorted();
}

export const dates = (...texts: readonly string[]): LocalDate[] => texts.map(day);
