import { type Action, type AgencyId, CONSENT_NAMES, isAction } from '@lumbung/contracts';
import { assert } from '@lumbung/stdx';
import { z } from 'zod';
import type { RowOf } from '../../store/database.ts';
import type { Queries, Transaction } from '../../store/store.ts';
import type { Approval, Decision } from './approvals.rules.ts';

const neededSchema = z.array(z.enum(CONSENT_NAMES));

export async function insertApproval(tx: Transaction, approval: Approval): Promise<void> {
  await tx
    .insertInto('approval')
    .values({
      id: approval.id,
      action: approval.action,
      subject: approval.subject,
      agency_id: approval.agencyId,
      reason: approval.reason,
      owner_letter: approval.ownerLetter,
      needed: JSON.stringify(approval.needed),
      requested_by: approval.requestedBy,
      requested_at: approval.requestedAt,
      expires_at: approval.expiresAt,
      used_at: null,
      withdrawn_at: null,
    })
    .execute();
}

/** A second decision of one person, or about one consent, is refused by the table itself. */
export async function insertDecision(tx: Transaction, approvalId: string, decision: Decision): Promise<void> {
  await tx
    .insertInto('approval_decision')
    .values({
      approval_id: approvalId,
      consent: decision.consent,
      decision: decision.decision,
      decided_by: decision.by,
      decided_at: decision.at,
      note: decision.note,
    })
    .execute();
}

export async function findApproval(queries: Queries, id: string): Promise<Approval | undefined> {
  const row = await queries.selectFrom('approval').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : (await withDecisions(queries, [row]))[0];
}

/** The latest first. @param agencies those of the caller; undefined: all */
export async function listApprovals(
  queries: Queries,
  page: {
    readonly limit: number;
    readonly before: string | undefined;
    readonly agencies: readonly AgencyId[] | undefined;
  },
): Promise<Approval[]> {
  const { limit, before, agencies } = page;
  let query = queries.selectFrom('approval').selectAll().orderBy('id', 'desc').limit(limit);
  if (before !== undefined) query = query.where('id', '<', before);
  if (agencies !== undefined) query = query.where('agency_id', 'in', [...agencies]);
  return await withDecisions(queries, await query.execute());
}

/** @returns false: it was used or withdrawn before */
export async function markApproval(
  tx: Transaction,
  id: string,
  mark: 'used' | 'withdrawn',
  at: number,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('approval')
    .set(mark === 'used' ? { used_at: at } : { withdrawn_at: at })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

async function withDecisions(queries: Queries, rows: readonly RowOf<'approval'>[]): Promise<Approval[]> {
  if (rows.length === 0) return [];
  const decisions = await queries
    .selectFrom('approval_decision')
    .selectAll()
    .where(
      'approval_id',
      'in',
      rows.map(({ id }) => id),
    )
    .orderBy('decided_at')
    .execute();
  const byApproval = Map.groupBy(decisions, (row) => row.approval_id);
  return rows.map((row) => ({
    id: row.id,
    action: actionOf(row.action),
    subject: row.subject,
    agencyId: row.agency_id,
    reason: row.reason,
    ownerLetter: row.owner_letter,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at,
    expiresAt: row.expires_at,
    needed: neededSchema.parse(JSON.parse(row.needed)),
    decisions: (byApproval.get(row.id) ?? []).map((decision) => ({
      consent: decision.consent,
      decision: decision.decision,
      by: decision.decided_by,
      at: decision.decided_at,
      note: decision.note,
    })),
    usedAt: row.used_at,
    withdrawnAt: row.withdrawn_at,
  }));
}

function actionOf(text: string): Action {
  assert(isAction(text), `an approval names ${text}, which is no action`);
  return text;
}
