import type { TableName } from './database.ts';

export interface StateTable {
  readonly name: TableName;
  /** Its primary key: rows are read in this order. */
  readonly key: readonly string[];
}

/** What an export carries, a table after those it refers to. */
export const STATE_TABLES: readonly StateTable[] = [
  { name: 'account', key: ['id'] },
  { name: 'installation', key: ['key'] },
  { name: 'organisation', key: ['id'] },
  { name: 'agency', key: ['id'] },
  { name: 'person', key: ['id'] },
  { name: 'person_term', key: ['id'] },
  { name: 'holiday', key: ['id'] },
  { name: 'procedure_version', key: ['id'] },
  { name: 'credential', key: ['id'] },
  { name: 'session', key: ['id'] },
  { name: 'login_verification', key: ['id'] },
  { name: 'two_factor', key: ['id'] },
  { name: 'device_code', key: ['id'] },
  { name: 'login_guard', key: ['key'] },
  { name: 'spent_code', key: ['account_id', 'code_hash'] },
  { name: 'password_link', key: ['id'] },
  { name: 'account_role', key: ['id'] },
  { name: 'api_token', key: ['id'] },
  { name: 'idempotency', key: ['account_id', 'key'] },
  { name: 'secret', key: ['id'] },
  { name: 'destination', key: ['id'] },
  { name: 'server', key: ['id'] },
  { name: 'application', key: ['id'] },
  { name: 'asset', key: ['id'] },
  { name: 'activity', key: ['id'] },
  { name: 'activity_step', key: ['activity_id', 'step_id'] },
  { name: 'activity_remark', key: ['id'] },
  { name: 'run', key: ['id'] },
  { name: 'snapshot', key: ['snapshot_id', 'destination_id'] },
  { name: 'audit_event', key: ['seq'] },
  { name: 'report', key: ['id'] },
  { name: 'report_event', key: ['id'] },
  { name: 'restore_request', key: ['id'] },
  { name: 'approval', key: ['id'] },
  { name: 'approval_decision', key: ['approval_id', 'decided_by'] },
  { name: 'channel', key: ['id'] },
  { name: 'message', key: ['id'] },
];

/** The queue is not carried: PostgreSQL has another one (pg-boss), and what waits in it follows from the rest. Queued runs,
 *  waiting messages and due work are put into the queue of wherever the state is opened. */
export const TABLES_LEFT_BEHIND: readonly TableName[] = ['job'];
