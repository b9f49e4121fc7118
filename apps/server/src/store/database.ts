import type { Selectable } from 'kysely';
import type {
  AccountRoleRow,
  AccountRow,
  ApiTokenRow,
  ApprovalDecisionRow,
  ApprovalRow,
  CredentialRow,
  DeviceCodeRow,
  IdempotencyRow,
  LoginGuardRow,
  LoginVerificationRow,
  PasswordLinkRow,
  SessionRow,
  SpentCodeRow,
  TwoFactorRow,
} from './rows/access.ts';
import type {
  AgencyRow,
  HolidayRow,
  OrganisationRow,
  PersonRow,
  PersonTermRow,
  ProcedureVersionRow,
} from './rows/office.ts';
import type {
  ChannelRow,
  InstallationRow,
  MessageRow,
  ReportEventRow,
  ReportRow,
  RestoreRequestRow,
} from './rows/paper.ts';
import type { ApplicationRow, AssetRow, DestinationRow, SecretRow, ServerRow } from './rows/register.ts';
import type {
  ActivityRemarkRow,
  ActivityRow,
  ActivityStepRow,
  AuditEventRow,
  JobRow,
  RunRow,
  SnapshotRow,
} from './rows/work.ts';

/** Every table with its row, for kysely. The migrations make them. */
export interface Database {
  account: AccountRow;
  account_role: AccountRoleRow;
  activity: ActivityRow;
  activity_remark: ActivityRemarkRow;
  activity_step: ActivityStepRow;
  agency: AgencyRow;
  api_token: ApiTokenRow;
  application: ApplicationRow;
  approval: ApprovalRow;
  approval_decision: ApprovalDecisionRow;
  asset: AssetRow;
  audit_event: AuditEventRow;
  channel: ChannelRow;
  credential: CredentialRow;
  destination: DestinationRow;
  device_code: DeviceCodeRow;
  holiday: HolidayRow;
  idempotency: IdempotencyRow;
  installation: InstallationRow;
  job: JobRow;
  login_guard: LoginGuardRow;
  login_verification: LoginVerificationRow;
  message: MessageRow;
  organisation: OrganisationRow;
  password_link: PasswordLinkRow;
  person: PersonRow;
  person_term: PersonTermRow;
  procedure_version: ProcedureVersionRow;
  report: ReportRow;
  report_event: ReportEventRow;
  restore_request: RestoreRequestRow;
  run: RunRow;
  secret: SecretRow;
  server: ServerRow;
  session: SessionRow;
  snapshot: SnapshotRow;
  spent_code: SpentCodeRow;
  two_factor: TwoFactorRow;
}
export type TableName = keyof Database;

/** A row as it is read. */
export type RowOf<Table extends keyof Database> = Selectable<Database[Table]>;
