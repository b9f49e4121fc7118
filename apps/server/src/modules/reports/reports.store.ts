import type { AccountId, ActivityId, Language, LocalDate, PersonId, ReportId } from '@lumbung/contracts';
import type { ReportEventRow, ReportRow } from '../../store/rows/paper.ts';
import type { Queries, Transaction } from '../../store/store.ts';
import type { Stored } from '../../store/stored.ts';

export interface NewReport {
  readonly id: ReportId;
  readonly kind: 'daily' | 'monthly';
  readonly from: LocalDate;
  readonly until: LocalDate;
  readonly activityId: ActivityId | null;
  readonly number: number;
  readonly language: Language;
  /** Canonical: the digest is of exactly this. */
  readonly data: string;
  readonly dataSha256: string;
  readonly auditHead: string;
  readonly at: number;
  readonly by: AccountId | null;
}

export async function insertReport(tx: Transaction, report: NewReport): Promise<void> {
  await tx
    .insertInto('report')
    .values({
      id: report.id,
      kind: report.kind,
      period_from_on: report.from,
      period_until_on: report.until,
      activity_id: report.activityId,
      number: report.number,
      letter_number: null,
      language: report.language,
      data: report.data,
      data_sha256: report.dataSha256,
      audit_head: report.auditHead,
      created_at: report.at,
      created_by: report.by,
    })
    .execute();
}

export interface NewReportEvent {
  readonly id: string;
  readonly reportId: ReportId;
  readonly kind: ReportEventRow['kind'];
  readonly accountId?: AccountId | undefined;
  readonly personId?: PersonId | undefined;
  readonly toPersonId?: PersonId | undefined;
  readonly isFlagged?: boolean | undefined;
  readonly note?: string | undefined;
  readonly at: number;
}

export async function insertReportEvent(tx: Transaction, event: NewReportEvent): Promise<void> {
  await tx
    .insertInto('report_event')
    .values({
      id: event.id,
      report_id: event.reportId,
      kind: event.kind,
      account_id: event.accountId ?? null,
      person_id: event.personId ?? null,
      to_person_id: event.toPersonId ?? null,
      is_flagged: event.isFlagged === true ? 1 : 0,
      note: event.note ?? null,
      happened_at: event.at,
    })
    .execute();
}

/** All reports of an activity, the latest last. */
export async function listReportsOfActivity(queries: Queries, activityId: ActivityId): Promise<Stored<ReportRow>[]> {
  return await queries
    .selectFrom('report')
    .selectAll()
    .where('activity_id', '=', activityId)
    .orderBy('number')
    .execute();
}
