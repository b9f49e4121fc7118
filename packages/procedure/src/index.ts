// The office's procedure as pure functions: whoever calls them hands in the records, the zone and the moment.
export {
  type ActingPerson,
  type ActivityEvent,
  type ActivityRules,
  type Advance,
  type ExpectedPart,
} from './activity/activity-event.ts';
export { type MayAcknowledge, mayAcknowledge } from './activity/administrative-track.ts';
export { advance } from './activity/advance.ts';
export { openActivity } from './activity/open-activity.ts';
export { type PartResult, resultOfPart } from './activity/parts.ts';
export { type ReportTimes, reportTimes, whomToRemind } from './activity/report-times.ts';
export { type StepTime, type StepTimes, stepTimes } from './activity/step-clock.ts';
export { isTechnicalResult } from './activity/technical-track.ts';
export {
  addDays,
  addMonths,
  type DateSpan,
  datesOf,
  daysBetween,
  intersectSpans,
  isoWeekOf,
  isWithin,
  monthOf,
  monthOfWeek,
  monthSpan,
  monthsBetween,
  monthsFromTo,
  monthsSpan,
  weekAround,
  weekdayOf,
  weeksOf,
} from './calendar/date-arithmetic.ts';
export {
  endOfNthWorkingDayAfter,
  fixedNationalHolidays,
  isWorkingDay,
  messageLeavesAt,
  nthWorkingDayAfter,
} from './calendar/holidays.ts';
export {
  type InstantSpan,
  instantAt,
  instantOf,
  type LocalTime,
  localDateOf,
  localTimeOf,
  offsetMsAt,
  spanOfDate,
  startOfDate,
} from './calendar/zone.ts';
export { zoneNameAt } from './calendar/zone-name.ts';
export {
  type ApplicationRow,
  type ApplicationWeek,
  type ApplicationWeeks,
  type ApplicationWeeksInput,
  applicationWeeks,
  WEEK_STATES,
  type WeekState,
} from './compliance/application-weeks.ts';
export {
  type AssetCoverage,
  type Coverage,
  type CoverageInput,
  coverage,
  type UncoveredApplication,
  type UncoveredAsset,
} from './compliance/coverage.ts';
export {
  type DatabaseDays,
  type DatabaseDaysInput,
  type DatabaseRow,
  databaseDays,
  type MissedDatabaseDay,
} from './compliance/database-days.ts';
export {
  type DrillRecord,
  type DrillsInput,
  type DrillsOfSpan,
  drillsPassed,
  drillsWithin,
  type MissingDrill,
} from './compliance/drills-passed.ts';
export type { Figure } from './compliance/figure.ts';
export {
  type MonthsWithKeeperInput,
  type MonthWithoutKeeper,
  monthsWithKeeper,
} from './compliance/months-with-keeper.ts';
export {
  type LateReport,
  type ReportRecord,
  type ReportsInTime,
  type ReportsInTimeInput,
  reportsInTime,
} from './compliance/reports-in-time.ts';
export { defaultProcedure } from './default/default-procedure.ts';
export { defaultSchedule } from './default/default-schedule.ts';
export {
  formatDate,
  formatDateInWords,
  formatDateWithDay,
  formatMoment,
  formatMonth,
  formatTime,
  formatTimeWithZone,
  monthName,
  romanMonth,
  weekdayName,
} from './forms/dates.ts';
export { type DocumentNumberValues, documentNumberFrom, showDocumentNumber } from './forms/document-number.ts';
export { numberInWords, WORDS_END } from './forms/number-words.ts';
export {
  formatInteger,
  formatPercentage,
  formatRatio,
  formatSize,
  formatTenths,
  minutesOf,
  type Ratio,
} from './forms/numbers.ts';
export {
  checkOfficialNumber,
  formatOfficialNumber,
  OFFICER_KINDS,
  OFFICIAL_NUMBER_WARNINGS,
  type OfficerKind,
  type OfficialNumberWarning,
} from './forms/official-number.ts';
export { type Jitter, seededJitter } from './planner/jitter.ts';
export type {
  DueItem,
  ManualRequest,
  OwnSchedule,
  PlannedApplication,
  PlannedDate,
  PlannerInput,
  UpcomingItem,
  WorkPlan,
} from './planner/plan-input.ts';
export { plannedDate, planWork } from './planner/plan-work.ts';
export {
  type Application,
  type Asset,
  activeSpan,
  isActiveOn,
  type Life,
  type Pause,
  pauseOn,
} from './records/asset.ts';
export { type BackupRun, isGoodRun } from './records/backup-run.ts';
export { type Dating, judgeDating } from './records/dating.ts';
export { DAY_RESULTS, type DayResult, type RunDay, RunDays } from './records/run-days.ts';
export { compareCopies, isReliable, keeperOf, type StoredCopy, type Trashed } from './records/stored-copy.ts';
export {
  type DailyFacts,
  type DailyFactsInput,
  type DailyFailure,
  type DailyRow,
  dailyFacts,
  type RunOutput,
  type Tally,
  type WeekTally,
} from './report/daily-facts.ts';
export {
  MESSAGE_CHARS_MAX,
  MESSAGE_KINDS,
  type MessageInput,
  type MessageKind,
  messageText,
} from './report/message.ts';
export { type MonthlyFigures, type MonthlyFiguresInput, monthlyFigures } from './report/monthly-figures.ts';
export { planRetention, type RetentionDecision, type RetentionInput } from './retention/plan-retention.ts';
