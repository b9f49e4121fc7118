import type {
  AccountId,
  ActivityId,
  AdministrativeState,
  AssetId,
  DestinationId,
  JobId,
  LocalDate,
  Outcome,
  PersonId,
  RunId,
  RunOrigin,
  SnapshotId,
  StepAct,
  StepId,
  TechnicalState,
  Verification,
} from '@lumbung/contracts';
import type { Generated } from 'kysely';
import type { JsonText, Moment, Sha256 } from './column.ts';

export const RUN_STATES = ['queued', 'running', 'finished'] as const;
export type RunState = (typeof RUN_STATES)[number];

export interface RunRow {
  readonly id: RunId;
  readonly kind: string;
  readonly asset_id: AssetId | null;
  readonly destination_id: DestinationId | null;
  readonly activity_id: ActivityId | null;
  readonly step_id: StepId | null;
  readonly origin: RunOrigin;
  /** 1 for the first. */
  readonly attempt: Generated<number>;
  readonly retry_of: RunId | null;
  /** The date whose work it is. */
  readonly planned_on: LocalDate | null;
  /** The date on which it began to read: what it counts for. */
  counts_on: LocalDate | null;
  state: RunState;
  /** Set exactly when it is finished. */
  outcome: Outcome | null;
  /** Code of the error or of what ended it. */
  reason_code: string | null;
  readonly requested_by: AccountId | null;
  /** What a person said it is for. */
  readonly reason: string | null;
  readonly spec: JsonText;
  /** The run record, as the child gave it. */
  record: JsonText | null;
  worker: string | null;
  readonly queued_at: Moment;
  started_at: Moment | null;
  read_started_at: Moment | null;
  finished_at: Moment | null;
  bytes_read: number | null;
  bytes_stored: number | null;
}

export interface SnapshotRow {
  readonly snapshot_id: SnapshotId;
  readonly destination_id: DestinationId;
  asset_id: AssetId | null;
  run_id: RunId | null;
  /** Of a copy made by `copy`: where from. */
  original_id: SnapshotId | null;
  content: 'database' | 'server' | 'files';
  outcome: 'succeeded' | 'warned';
  /** What the snapshot says. */
  readonly claimed_at: Moment;
  /** When we learned of it. */
  readonly received_at: Moment;
  readonly counts_on: LocalDate;
  bytes: number | null;
  bytes_added: number | null;
  verification: Generated<Verification>;
  verified_at: Moment | null;
  verification_code: string | null;
  pinned_at: Moment | null;
  pinned_by: AccountId | null;
  pin_reason: string | null;
  trashed_at: Moment | null;
  trash_reason: string | null;
  removed_at: Moment | null;
  removal_reason: string | null;
  /** Size anomaly, contradicting times: what a person should look at. */
  flags: JsonText | null;
}

export interface ActivityRow {
  readonly id: ActivityId;
  readonly held_on: LocalDate;
  procedure_number: number;
  technical_state: TechnicalState;
  technical_final_at: Moment | null;
  administrative_state: AdministrativeState;
  /** Who answers for it. */
  person_id: PersonId | null;
  opened_at: Moment;
  closed_at: Moment | null;
  /** What the pure rules of the procedure need again: counts, postponements. */
  document: JsonText | null;
  revision: Generated<number>;
}

export interface ActivityStepRow {
  readonly activity_id: ActivityId;
  readonly step_id: StepId;
  readonly number: number;
  readonly act: StepAct;
  readonly standard_ms: number;
  begun_at: Moment | null;
  ended_at: Moment | null;
  /** Time during which somebody or something worked, without the pauses between attempts. */
  worked_ms: number | null;
  result: 'pass' | 'warn' | 'fail' | null;
  checks: JsonText | null;
  outputs: JsonText | null;
}

/** Never changed: a correction is a new row that names the one it corrects. */
export interface ActivityRemarkRow {
  readonly id: string;
  readonly activity_id: ActivityId;
  readonly step_id: StepId | null;
  readonly kind: 'remark' | 'correction' | 'manual-entry';
  readonly corrects_id: string | null;
  readonly text: string;
  readonly evidence: JsonText | null;
  readonly account_id: AccountId | null;
  readonly written_at: Moment;
}

export const JOB_STATES = ['waiting', 'running', 'done', 'cancelled', 'dead'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** The embedded queue. */
export interface JobRow {
  readonly id: JobId;
  readonly kind: string;
  readonly payload: JsonText;
  /** One job of a key is unfinished at a time. */
  readonly unique_key: string | null;
  readonly group_key: string | null;
  /** At most so many of the group run at once. */
  readonly group_max: number | null;
  /** Higher goes first. */
  readonly priority: number;
  state: JobState;
  due_at: Moment;
  attempt: Generated<number>;
  readonly attempts_max: number;
  worker: string | null;
  /** Changes at every claim: who holds an older one has lost the job. */
  lease_token: string | null;
  lease_until_at: Moment | null;
  cancel_asked_at: Moment | null;
  readonly queued_at: Moment;
  finished_at: Moment | null;
  last_error: JsonText | null;
}

export interface AuditEventRow {
  /** 1, 2, 3 … without a hole. */
  readonly seq: number;
  readonly at: Moment;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: JsonText;
  readonly previous_hash: Sha256;
  readonly hash: Sha256;
  /** Under a key that the database does not hold. */
  readonly mac: Sha256;
}
