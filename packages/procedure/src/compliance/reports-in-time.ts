// Reported and acknowledged within the limit. @see docs/design/procedure-rules.md#compliance
import type { HolidayCalendar, LocalDate, ReportingStandard, TimeZone } from '@lumbung/contracts';
import { type DateSpan, datesOf } from '../calendar/date-arithmetic.ts';
import { endOfNthWorkingDayAfter } from '../calendar/holidays.ts';
import { localDateOf } from '../calendar/zone.ts';
import type { Figure } from './figure.ts';

/** What became of the report of a date. Epoch milliseconds. */
export interface ReportRecord {
  readonly date: LocalDate;
  /** When it was first sent: a resubmission does not start the limit again. */
  readonly reportedAt?: number | undefined;
  readonly acknowledgedAt?: number | undefined;
}

export interface ReportsInTimeInput {
  readonly standard: ReportingStandard;
  readonly span: DateSpan;
  /** The first date of the service: each date from then on has an activity to report. */
  readonly since: LocalDate;
  readonly reports: readonly ReportRecord[];
  readonly calendar: HolidayCalendar;
  readonly zone: TimeZone;
  readonly nowMs: number;
}

export interface LateReport {
  readonly date: LocalDate;
  readonly why: 'not-reported' | 'reported-late' | 'not-acknowledged' | 'acknowledged-late';
  /** The first moment after the limit. */
  readonly limitAt: number;
}

export interface ReportsInTime extends Figure<LateReport> {
  /** Reported at all, whenever, of the same days. */
  readonly reported: number;
  /** From the report to its acknowledgement, on average over what was acknowledged; absent where nothing was. */
  readonly meanAcknowledgementMs?: number | undefined;
}

export function reportsInTime(input: ReportsInTimeInput): ReportsInTime {
  const { span, since, zone, nowMs, standard, calendar } = input;
  const reportOf = new Map(input.reports.map((report) => [report.date, report]));
  const first = span.first > since ? span.first : since;
  const today = localDateOf(nowMs, zone);
  const last = span.last < today ? span.last : today;
  const judged = datesOf({ first, last }).flatMap((date) => {
    const limitAt = endOfNthWorkingDayAfter(date, { count: standard.limitWorkingDays, calendar, zone });
    // Until the limit has passed a day is neither good nor bad.
    if (nowMs < limitAt) return [];
    const report = reportOf.get(date) ?? { date };
    return [{ report, limitAt, why: fault(report, limitAt, nowMs) }];
  });
  const misses = judged.flatMap(({ report, limitAt, why }) =>
    why === undefined ? [] : [{ date: report.date, why, limitAt }],
  );
  const delays = judged.flatMap(({ report: { reportedAt, acknowledgedAt } }) =>
    reportedAt === undefined || acknowledgedAt === undefined ? [] : [acknowledgedAt - reportedAt],
  );
  return {
    numerator: judged.length - misses.length,
    denominator: judged.length,
    misses,
    reported: judged.filter(({ report: { reportedAt } }) => reportedAt !== undefined && reportedAt <= nowMs).length,
    ...(delays.length === 0
      ? {}
      : { meanAcknowledgementMs: delays.reduce((sum, delay) => sum + delay, 0) / delays.length }),
  };
}

function fault(
  { reportedAt, acknowledgedAt }: ReportRecord,
  limitAt: number,
  nowMs: number,
): LateReport['why'] | undefined {
  if (reportedAt === undefined || reportedAt > nowMs) return 'not-reported';
  if (reportedAt >= limitAt) return 'reported-late';
  if (acknowledgedAt === undefined || acknowledgedAt > nowMs) return 'not-acknowledged';
  return acknowledgedAt >= limitAt ? 'acknowledged-late' : undefined;
}
