// Applications on at least so many distinct dates of an ISO week. @see docs/design/procedure-rules.md#compliance
import type { ApplicationId, IsoWeek, LocalDate, Standards, TimeZone } from '@lumbung/contracts';
import { type DateSpan, datesOf, intersectSpans, isoWeekOf, weeksOf } from '../calendar/date-arithmetic.ts';
import { localDateOf } from '../calendar/zone.ts';
import type { Ratio } from '../forms/numbers.ts';
import { fileSetsByApplication, fileSpan, isGoodDate } from '../records/application-files.ts';
import { type Application, type Asset, type Pause, pauseOn } from '../records/asset.ts';
import type { RunDays } from '../records/run-days.ts';
import type { Figure } from './figure.ts';

export interface ApplicationWeeksInput {
  readonly standard: Standards['applications'];
  /** Usually a month: weeks whose Thursday lies in it. */
  readonly span: DateSpan;
  readonly applications: readonly Application[];
  readonly assets: readonly Asset[];
  readonly days: RunDays;
  readonly zone: TimeZone;
  readonly nowMs: number;
}

/** `unfinished`: today lies in it; `partial`: the application was registered or retired within it. Neither is judged. */
export const WEEK_STATES = ['met', 'missed', 'unfinished', 'partial'] as const;
export type WeekState = (typeof WEEK_STATES)[number];

export interface ApplicationWeek {
  readonly applicationId: ApplicationId;
  readonly week: IsoWeek;
  readonly span: DateSpan;
  readonly state: WeekState;
  /** Distinct dates on which each of its file sets has a good backup. */
  readonly dates: readonly LocalDate[];
  readonly needed: number;
  /** Dates for which only a person wrote down a backup: a figure apart. */
  readonly manualDates: readonly LocalDate[];
  /** Pauses within the week: they count all the same. */
  readonly pauses: readonly Pause[];
}

export interface ApplicationRow extends Ratio {
  readonly applicationId: ApplicationId;
  readonly weeks: readonly ApplicationWeek[];
}

export interface ApplicationWeeks extends Figure<ApplicationWeek> {
  readonly rows: readonly ApplicationRow[];
  /** Applications without a file set: there is nothing to count, and it should be seen. */
  readonly withoutFiles: readonly ApplicationId[];
}

export function applicationWeeks(input: ApplicationWeeksInput): ApplicationWeeks {
  const today = localDateOf(input.nowMs, input.zone);
  const weeks = weeksOf(input.span).filter(({ first }) => first <= today);
  const filesOf = fileSetsByApplication(input.assets);
  const rows: ApplicationRow[] = [];
  const withoutFiles: ApplicationId[] = [];
  for (const application of input.applications) {
    const files = filesOf.get(application.id) ?? [];
    const ofLife = weeks.flatMap((week) => judgeWeek({ application, files, week, today }, input) ?? []);
    if (files.length === 0) withoutFiles.push(application.id);
    else rows.push({ applicationId: application.id, weeks: ofLife, ...ratioOf(ofLife) });
  }
  const misses = rows.flatMap((row) => row.weeks.filter(({ state }) => state === 'missed'));
  const numerator = rows.reduce((sum, row) => sum + row.numerator, 0);
  return { numerator, denominator: numerator + misses.length, misses, rows, withoutFiles };
}

interface WeekOfApplication {
  readonly application: Application;
  readonly files: readonly Asset[];
  readonly week: DateSpan;
  readonly today: LocalDate;
}

function judgeWeek(
  { application, files, week, today }: WeekOfApplication,
  { days, standard }: ApplicationWeeksInput,
): ApplicationWeek | undefined {
  const life = fileSpan(application, files, today);
  const lived = life === undefined ? undefined : intersectSpans(life, week);
  if (lived === undefined) return undefined;
  const dates = datesOf(lived);
  const good = dates.filter((date) => isGoodDate(files, date, days));
  const state = (): WeekState => {
    if (today <= week.last) return 'unfinished';
    if (lived.first > week.first || lived.last < week.last) return 'partial';
    return good.length >= standard.atLeast ? 'met' : 'missed';
  };
  const pauses = dates.flatMap((date) =>
    [application, ...files].flatMap(({ life: each }) => pauseOn(each, date) ?? []),
  );
  return {
    applicationId: application.id,
    week: isoWeekOf(week.first),
    span: week,
    state: state(),
    dates: good,
    needed: standard.atLeast,
    manualDates: dates.filter(
      (date) => !good.includes(date) && files.some(({ id }) => days.day(id, date).manualEntries > 0),
    ),
    pauses: [...new Set(pauses)],
  };
}

function ratioOf(weeks: readonly ApplicationWeek[]): Ratio {
  const count = (state: WeekState): number => weeks.filter((week) => week.state === state).length;
  return { numerator: count('met'), denominator: count('met') + count('missed') };
}
