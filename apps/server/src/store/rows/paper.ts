import type {
  AccountId,
  ActivityId,
  AssetId,
  DestinationId,
  Language,
  LocalDate,
  PersonId,
  ReportId,
  RunId,
  SecretId,
  SnapshotId,
} from '@lumbung/contracts';
import type { Generated } from 'kysely';
import type { Flag, JsonText, Moment, Sha256 } from './column.ts';

export interface ReportRow {
  readonly id: ReportId;
  readonly kind: string;
  readonly period_from_on: LocalDate;
  /** The last day, included. */
  readonly period_until_on: LocalDate;
  readonly activity_id: ActivityId | null;
  /** 1, then one more for each correction after it was signed. */
  readonly number: number;
  letter_number: string | null;
  language: Language;
  /** Everything that is printed, as it was. */
  readonly data: JsonText;
  readonly data_sha256: Sha256;
  /** `seq` and `hash` of the audit trail when it was made. */
  readonly audit_head: JsonText;
  readonly created_at: Moment;
  readonly created_by: AccountId | null;
  revision: Generated<number>;
}

export interface ReportEventRow {
  readonly id: string;
  readonly report_id: ReportId;
  readonly kind: 'sent' | 'acknowledged' | 'returned' | 'delegated' | 'signed';
  readonly account_id: AccountId | null;
  readonly person_id: PersonId | null;
  /** Whom it was delegated to. */
  readonly to_person_id: PersonId | null;
  /** The same person reported: allowed by the procedure, and shown. */
  readonly is_flagged: Generated<Flag>;
  readonly note: string | null;
  readonly happened_at: Moment;
}

export const RESTORE_STATES = [
  'requested',
  'approved',
  'refused',
  'queued',
  'running',
  'finished',
  'withdrawn',
  'expired',
] as const;
export type RestoreState = (typeof RESTORE_STATES)[number];

export interface RestoreRequestRow {
  readonly id: string;
  /** Kind of the job that will do it. */
  readonly kind: string;
  readonly asset_id: AssetId | null;
  readonly snapshot_id: SnapshotId;
  readonly destination_id: DestinationId;
  readonly selection: JsonText;
  readonly target: JsonText;
  readonly reason: string;
  state: RestoreState;
  readonly requested_by: AccountId | null;
  readonly requested_at: Moment;
  run_id: RunId | null;
  expires_at: Moment | null;
  revision: Generated<number>;
}

export interface ChannelRow {
  readonly id: string;
  name: string;
  kind: string;
  settings: JsonText;
  secret_id: SecretId | null;
  language: Language;
  state: 'active' | 'paused';
  revision: Generated<number>;
  readonly created_at: Moment;
  updated_at: Moment;
}

export const MESSAGE_STATES = ['waiting', 'sent', 'failed', 'dropped'] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

export interface MessageRow {
  readonly id: string;
  readonly channel_id: string;
  readonly kind: string;
  /** The same fact is told once. */
  readonly unique_key: string;
  readonly payload: JsonText;
  state: MessageState;
  attempts: Generated<number>;
  due_at: Moment;
  readonly created_at: Moment;
  sent_at: Moment | null;
  last_error: JsonText | null;
}

/** Facts of this installation that have no table: its id, what set-up has done, when the planner last looked. */
export interface InstallationRow {
  readonly key: string;
  value: JsonText;
  updated_at: Moment;
}
