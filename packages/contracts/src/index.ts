// The words both sides speak, and their types. Loads no library, so that a browser may have it; schemas are at
// '@lumbung/contracts/schemas'.
export type { AccountView, ApprovalView, NewGrant } from './access/api.ts';
export {
  authorise,
  type Caller,
  type GivenConsent,
  type Grant,
  grantsInForce,
  isTokenScope,
  mayConsent,
  REFUSALS,
  type Reach,
  type Refusal,
  type Resource,
  reaches,
  reachOf,
  type TokenScope,
  type Verdict,
} from './access/authorise.ts';
export {
  ACCESS_MATRIX,
  ACTIONS,
  type Action,
  type ActionRule,
  type Consent,
  isAction,
  type Scope,
  type SecondPerson,
} from './access/matrix.ts';
export {
  ACCOUNT_STATES,
  type AccountState,
  APPROVAL_STATES,
  type ApprovalState,
  CONSENT_NAMES,
} from './access/words.ts';
export type {
  Activity,
  ActivityActor,
  ActivityCorrection,
  ActivityOfficer,
  ActivityPart,
  PartAttempt,
  ReportSubmission,
  StepClock,
} from './activity/activity-schema.ts';
export {
  ADMINISTRATIVE_STATES,
  type AdministrativeState,
  TECHNICAL_RESULTS,
  TECHNICAL_STATES,
  type TechnicalResult,
  type TechnicalState,
} from './activity/states.ts';
export {
  ACKNOWLEDGER_PARTS,
  ACTIVITY_FORMAT_VERSION,
  ACTIVITY_REFUSALS,
  type AcknowledgerPart,
  type ActivityRefusal,
  READINESS,
  type Readiness,
} from './activity/words.ts';
export { ASSET_KINDS, ASSET_STATES, type AssetKind, type AssetState } from './assets/asset.ts';
export {
  HOLIDAY_KINDS,
  type Holiday,
  type HolidayCalendar,
  type HolidayKind,
  type Silence,
} from './calendar/holiday.ts';
export { type IsoWeek, WEEKDAYS, type Weekday } from './calendar/iso-week.ts';
export { daysInMonth, isLeapYear, isLocalDate, type LocalDate, parseLocalDate } from './calendar/local-date.ts';
export { isMonth, type Month, parseMonth } from './calendar/month.ts';
export { isTimeOfDay, parseTimeOfDay, type TimeOfDay } from './calendar/time-of-day.ts';
export { isTimeZone, parseTimeZone, type TimeZone } from './calendar/time-zone.ts';
export {
  type AccountId,
  type ActivityId,
  type AgencyId,
  type ApplicationId,
  type AssetId,
  type DestinationId,
  type JobId,
  type PersonId,
  parseAccountId,
  parseActivityId,
  parseAgencyId,
  parseApplicationId,
  parseAssetId,
  parseDestinationId,
  parseJobId,
  parsePersonId,
  parseReportId,
  parseRunId,
  parseSecretId,
  parseServerId,
  parseSnapshotId,
  parseStepId,
  type ReportId,
  type RunId,
  type SecretId,
  type ServerId,
  type SnapshotId,
  type StepId,
} from './ids/ids.ts';
export { type IdKind, type IdOfKind, newId, newIdTimeMs } from './ids/new-id.ts';
export type { BrowseRequest } from './jobs/care-specs.ts';
export type { FilePath, SecretRef, SentenceValues } from './jobs/job-fields.ts';
export type { DatabaseServerPlace, JobLimits, RepositoryPlace } from './jobs/job-places.ts';
export type { JobResult, PruneFigures } from './jobs/job-results.ts';
export type { JobSpec, JobSpecOf } from './jobs/job-spec.ts';
export {
  APPLICATION_TAG_PREFIX,
  ASSET_TAG_PREFIX,
  BACKUP_JOB_KINDS,
  CATALOGUE_PAGE_MAX,
  CHECK_RESULTS,
  CHECK_SUBJECTS,
  type CheckResult,
  type CheckSubject,
  COPY_CONTENTS,
  type CopyContent,
  DATABASE_ENGINE_NAMES,
  type DatabaseEngineName,
  FINDINGS_KEPT_MAX,
  JOB_KINDS,
  type JobKind,
  LUMBUNG_TAG,
  OVERWRITE_WORDS,
  type OverwriteWord,
  READING_JOB_KINDS,
  RUN_END_CODES,
  RUN_RECORD_VERSION,
  RUN_STEPS,
  RUN_TAG_PREFIX,
  type RunEndCode,
  type RunStep,
  VERIFY_LEVELS,
  type VerifyLevel,
  WARNINGS_KEPT_MAX,
} from './jobs/job-words.ts';
export type {
  BrowsedNode,
  BrowsePage,
  CatalogueEntry,
  DiscoveredApplicationFacts,
  DiscoveredDatabaseFacts,
} from './jobs/look-results.ts';
export { holdsRetention } from './jobs/retention-hold.ts';
export type { RunEvent, RunProgress } from './jobs/run-event.ts';
export type { RunRecord } from './jobs/run-record.ts';
export type {
  CopyAnomaly,
  CopyVerification,
  FailedPart,
  RunCheck,
  RunFinding,
  RunRemark,
  RunWarning,
  StoredCopy,
} from './jobs/stored-copy.ts';
export { LANGUAGES, type Language, type LocalizedText } from './language/language.ts';
export { ROLES, type Role } from './people/role.ts';
export type {
  LegalBasis,
  Procedure,
  ProcedureIdentity,
  ProcedureLoop,
  ProcedureStep,
  ProcedureText,
  ReportingStandard,
  RetentionPolicy,
  RetentionStandard,
  RetryStandard,
  Standards,
} from './procedure/document.ts';
export type { QuietWindow, Schedule } from './procedure/schedule.ts';
export {
  DAY_COUNTS,
  type DayCount,
  EVIDENCE_KINDS,
  type EvidenceKind,
  LEGAL_STATUSES,
  type LegalStatus,
  LOOP_QUESTIONS,
  type LoopQuestion,
  PROCEDURE_FORMAT_VERSION,
  PROCEDURE_STATUSES,
  type ProcedureStatus,
  SELF_ACKNOWLEDGEMENTS,
  type SelfAcknowledgement,
  STEP_ACTS,
  type StepAct,
} from './procedure/words.ts';
export {
  RETENTION_ACTS,
  RETENTION_REASONS,
  RETENTION_STOPS,
  type RetentionAct,
  type RetentionReason,
  type RetentionStop,
} from './retention/words.ts';
export {
  DUE_REASONS,
  type DueReason,
  GOOD_OUTCOMES,
  type GoodOutcome,
  isGoodOutcome,
  OUTCOMES,
  type Outcome,
  RUN_ORIGINS,
  type RunOrigin,
  VERIFICATIONS,
  type Verification,
} from './runs/outcome.ts';
export { ACTIVITY_REFUSAL_TEXTS, RETENTION_ACT_TEXTS, RETENTION_REASON_TEXTS } from './texts/answer-texts.ts';
export {
  ADMINISTRATIVE_STATE_TEXTS,
  ASSET_STATE_TEXTS,
  DUE_REASON_TEXTS,
  OUTCOME_TEXTS,
  ROLE_TEXTS,
  TECHNICAL_STATE_TEXTS,
  VERIFICATION_TEXTS,
} from './texts/state-texts.ts';
