// The figures of a month, all computed from records: recomputed at will until the report is signed.
import type {
  Activity,
  ApplicationId,
  AssetId,
  HolidayCalendar,
  LocalDate,
  Month,
  Procedure,
  RetentionPolicy,
  TimeZone,
} from '@lumbung/contracts';
import { stepTimes } from '../activity/step-clock.ts';
import { type DateSpan, isWithin, monthSpan, weeksOf } from '../calendar/date-arithmetic.ts';
import { endOfNthWorkingDayAfter } from '../calendar/holidays.ts';
import { localDateOf } from '../calendar/zone.ts';
import { type ApplicationWeeks, applicationWeeks } from '../compliance/application-weeks.ts';
import { type Coverage, coverage } from '../compliance/coverage.ts';
import { type DatabaseDays, databaseDays } from '../compliance/database-days.ts';
import {
  type DrillRecord,
  type DrillsOfSpan,
  drillsPassed,
  drillsWithin,
  type MissingDrill,
} from '../compliance/drills-passed.ts';
import type { Figure } from '../compliance/figure.ts';
import { type MonthWithoutKeeper, monthsWithKeeper } from '../compliance/months-with-keeper.ts';
import { type ReportsInTime, reportsInTime } from '../compliance/reports-in-time.ts';
import type { Ratio } from '../forms/numbers.ts';
import type { Application, Asset } from '../records/asset.ts';
import type { BackupRun } from '../records/backup-run.ts';
import { RunDays } from '../records/run-days.ts';
import type { StoredCopy } from '../records/stored-copy.ts';

export interface MonthlyFiguresInput {
  readonly month: Month;
  readonly procedure: Pick<Procedure, 'standards' | 'retention'>;
  /** Where an application has a policy, or an asset a limit in hours, of its own. */
  readonly policies?: ReadonlyMap<ApplicationId, RetentionPolicy>;
  readonly limits?: ReadonlyMap<AssetId, number>;
  readonly applications: readonly Application[];
  readonly assets: readonly Asset[];
  /** Those of the month, and of the weeks that reach into it. */
  readonly runs: readonly BackupRun[];
  readonly copies: readonly StoredCopy[];
  readonly activities: readonly Activity[];
  readonly drills: readonly DrillRecord[];
  /** The first date of the service. */
  readonly since: LocalDate;
  readonly calendar: HolidayCalendar;
  readonly zone: TimeZone;
  readonly nowMs: number;
}

export interface MonthlyFigures {
  readonly month: Month;
  readonly span: DateSpan;
  readonly computedAt: number;
  /** Of now, not of the month. */
  readonly coverage: Coverage;
  readonly databaseDays: DatabaseDays;
  readonly applicationWeeks: ApplicationWeeks;
  readonly monthsWithKeeper: Figure<MonthWithoutKeeper>;
  readonly reportsInTime: ReportsInTime;
  readonly drillsPassed: Figure<MissingDrill>;
  readonly drills: DrillsOfSpan;
  /** Dates that kept to the standard time, of those on which something ran: for information. */
  readonly withinStandardTime: Ratio;
  /** `open`: a date, a week or a limit of the month is still to come, so that figures may change without a correction. */
  readonly completeness: 'open' | 'complete';
}

export function monthlyFigures(input: MonthlyFiguresInput): MonthlyFigures {
  const { procedure, zone, nowMs, calendar, month, applications, assets, copies, drills } = input;
  const { standards, retention } = procedure;
  const span = monthSpan(month);
  const days = new RunDays(input.runs, zone, nowMs);
  const register = { applications, assets, zone, nowMs };
  const weeks = applicationWeeks({ ...register, standard: standards.applications, span, days });
  const reports = input.activities.map((activity) => ({
    date: activity.date,
    reportedAt: activity.submissions[0]?.at,
    acknowledgedAt: activity.acknowledgement?.at,
  }));
  return {
    month,
    span,
    computedAt: nowMs,
    coverage: coverage({
      ...register,
      standards,
      copies,
      ...(input.limits === undefined ? {} : { limits: input.limits }),
    }),
    databaseDays: databaseDays({ ...register, standard: standards.databases, span, days, calendar }),
    applicationWeeks: weeks,
    monthsWithKeeper: monthsWithKeeper({
      ...register,
      policy: retention.applications,
      copies,
      ...(input.policies === undefined ? {} : { policies: input.policies }),
    }),
    reportsInTime: reportsInTime({
      standard: standards.reporting,
      span,
      since: input.since,
      reports,
      calendar,
      zone,
      nowMs,
    }),
    drillsPassed: drillsPassed({ ...register, standard: standards.drills, drills }),
    drills: drillsWithin(drills, span, zone),
    withinStandardTime: withinStandardTime(input.activities, span, nowMs),
    completeness: isComplete(input, span) ? 'complete' : 'open',
  };
}

/** Every date, every week and every limit of the month is over. */
function isComplete({ procedure, calendar, zone, nowMs }: MonthlyFiguresInput, span: DateSpan): boolean {
  const count = procedure.standards.reporting.limitWorkingDays;
  const lastWeek = weeksOf(span).at(-1);
  const isWeekOver = lastWeek === undefined || lastWeek.last < localDateOf(nowMs, zone);
  return isWeekOver && nowMs >= endOfNthWorkingDayAfter(span.last, { count, calendar, zone });
}

function withinStandardTime(activities: readonly Activity[], span: DateSpan, nowMs: number): Ratio {
  const worked = activities
    .filter(({ date, parts }) => isWithin(date, span) && parts.some(({ attempts }) => attempts.length > 0))
    .map((activity) => stepTimes(activity, nowMs));
  return { numerator: worked.filter(({ judgement }) => judgement === 'within').length, denominator: worked.length };
}
