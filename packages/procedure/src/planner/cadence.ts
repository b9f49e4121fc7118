// On which dates an asset is backed up, and when on them.
import type { AssetId, LocalDate, Weekday } from '@lumbung/contracts';
import { addDays, datesOf, weekAround, weekdayOf } from '../calendar/date-arithmetic.ts';
import { instantAt, localDateOf, startOfDate } from '../calendar/zone.ts';
import { type Application, type Asset, isActiveOn, type Life, pauseOn } from '../records/asset.ts';
import { RunDays } from '../records/run-days.ts';
import type { OwnSchedule, PlannerInput } from './plan-input.ts';
import { leaveQuiet } from './quiet-windows.ts';

/** Why a date is one: planned, or because the week would fail without it. */
export type DateReason = 'scheduled' | 'week-would-fail';

export class Cadence {
  readonly #input: PlannerInput;
  readonly #days: RunDays;
  readonly #applications: ReadonlyMap<string, Application>;
  /** The file sets that are backed up on the same dates: those of one application. */
  readonly #groups: ReadonlyMap<string, readonly Asset[]>;

  constructor(input: PlannerInput) {
    this.#input = input;
    this.#days = new RunDays(input.runs, input.zone, input.nowMs);
    this.#applications = new Map(input.applications.map((application) => [application.id, application]));
    this.#groups = Map.groupBy(
      input.assets.filter(({ kind }) => kind === 'files'),
      groupKey,
    );
  }

  isDone(assetId: AssetId, date: LocalDate): boolean {
    return this.#days.isDone(assetId, date);
  }

  /** Alive, and not switched off: neither itself nor its application. */
  isWorkable(asset: Asset, date: LocalDate): boolean {
    const application = asset.applicationId === undefined ? undefined : this.#applications.get(asset.applicationId);
    const isOn = (life: Life): boolean => isActiveOn(life, date) && pauseOn(life, date) === undefined;
    return isOn(asset.life) && (application === undefined || isOn(application.life));
  }

  /** Is the asset backed up on this date, as far as is known now? */
  reasonFor(asset: Asset, date: LocalDate): DateReason | undefined {
    if (!this.isWorkable(asset, date)) return undefined;
    if (this.#isPlannedOn(asset, date)) return 'scheduled';
    return this.#isNeededOn(asset, date) ? 'week-would-fail' : undefined;
  }

  /** The last planned date before `date`, within a week, on which it could have run; undefined: there was none. */
  plannedBefore(asset: Asset, date: LocalDate): LocalDate | undefined {
    const before = [1, 2, 3, 4, 5, 6, 7].map((days) => addDays(date, -days));
    return before.find((each) => this.#isPlannedOn(asset, each) && this.#isPossible(asset, each));
  }

  /** When it begins on a date; undefined: quiet windows leave no moment of it. */
  startOn(asset: Asset, date: LocalDate): number | undefined {
    const { schedule, zone, jitter } = this.#input;
    const time = this.#own(asset).at ?? (asset.kind === 'database' ? schedule.databasesAt : schedule.applicationsAt);
    const planned = instantAt(date, time, zone);
    const late = planned + Math.floor(jitter(asset.id) * schedule.jitterMinutesMax * 60) * 1000;
    const isWithinDate = localDateOf(late, zone) === date;
    return (
      this.#loudOn(asset, date, isWithinDate ? late : planned) ?? this.#loudOn(asset, date, startOfDate(date, zone))
    );
  }

  #loudOn({ kind }: Asset, date: LocalDate, at: number): number | undefined {
    const { schedule, zone } = this.#input;
    const start = leaveQuiet(at, { kind, windows: schedule.quietWindows, zone });
    return start !== undefined && localDateOf(start, zone) === date ? start : undefined;
  }

  #own(asset: Asset): OwnSchedule {
    const { ownSchedules } = this.#input;
    const ofApplication = asset.applicationId === undefined ? undefined : ownSchedules?.get(asset.applicationId);
    const ofAsset = ownSchedules?.get(asset.id);
    // A database is not planned at the time of its application’s files.
    return { ...(asset.kind === 'files' ? ofApplication : {}), ...ofAsset };
  }

  #isPlannedOn(asset: Asset, date: LocalDate): boolean {
    if (asset.kind === 'database') return true;
    const plannedOn: readonly Weekday[] = this.#own(asset).plannedOn ?? this.#input.standards.applications.plannedOn;
    return plannedOn.includes(weekdayOf(date));
  }

  /** The planned dates after this one can no longer reach the week's number. Early rather than late: there must be a chance
   *  left if it fails. A week that is lost already gets its runs all the same. */
  #isNeededOn(asset: Asset, date: LocalDate): boolean {
    if (asset.kind === 'database') return false;
    const dates = datesOf(weekAround(date));
    const done = dates.filter((each) => this.#isGroupDone(asset, each));
    const left = dates.filter(
      (each) => each > date && !done.includes(each) && this.#isPlannedOn(asset, each) && this.#isPossible(asset, each),
    );
    return done.length + left.length < this.#input.standards.applications.atLeast;
  }

  #isPossible(asset: Asset, date: LocalDate): boolean {
    return this.isWorkable(asset, date) && this.startOn(asset, date) !== undefined;
  }

  #isGroupDone(asset: Asset, date: LocalDate): boolean {
    // One that is switched off keeps its application from a good week, but not the others from their rest.
    const working = (this.#groups.get(groupKey(asset)) ?? []).filter((each) => this.isWorkable(each, date));
    return working.length > 0 && working.every(({ id }) => this.isDone(id, date));
  }
}

/** A file set without an application stands for itself. */
export function groupKey({ id, applicationId }: Asset): string {
  return applicationId === undefined ? `asset ${id}` : `application ${applicationId}`;
}
