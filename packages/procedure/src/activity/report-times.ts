import type { Activity, HolidayCalendar, LocalDate, ReportingStandard, TimeZone } from '@lumbung/contracts';
import { endOfNthWorkingDayAfter, nthWorkingDayAfter } from '../calendar/holidays.ts';
import { instantAt } from '../calendar/zone.ts';

/** When people are told about a report that is still open. Epoch milliseconds. */
export interface ReportTimes {
  readonly remindAt: number;
  /** The first moment after the limit. */
  readonly limitAt: number;
  readonly escalateAt: number;
}

export function reportTimes(
  date: LocalDate,
  options: { readonly standard: ReportingStandard; readonly calendar: HolidayCalendar; readonly zone: TimeZone },
): ReportTimes {
  const { standard, calendar, zone } = options;
  const end = (count: number): number => endOfNthWorkingDayAfter(date, { count, calendar, zone });
  return {
    remindAt: instantAt(nthWorkingDayAfter(date, standard.limitWorkingDays, calendar), standard.remindAt, zone),
    limitAt: end(standard.limitWorkingDays),
    escalateAt: end(standard.escalateAfterWorkingDays),
  };
}

/** Whom to tell now, if anybody: the operator while there is no report to acknowledge, the recipient of one, and when the time
 *  for that is over the overseer. */
export function whomToRemind(
  activity: Activity,
  times: ReportTimes,
  nowMs: number,
): 'nobody' | 'operator' | 'recipient' | 'overseer' {
  switch (activity.administrative) {
    case 'acknowledged':
    case 'closed':
      return 'nobody';
    case 'unreported':
    case 'returned':
    case 'reported':
      if (nowMs >= times.escalateAt) return 'overseer';
      if (nowMs < times.remindAt) return 'nobody';
      return activity.administrative === 'reported' ? 'recipient' : 'operator';
  }
}
