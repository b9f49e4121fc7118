// The word of a second person, for one act on one thing. The act itself is done elsewhere: it asks here for the consents,
// lets the matrix judge them, and uses the approval up in the transaction of the act.
import {
  ACCESS_MATRIX,
  type AccountId,
  type Action,
  type AgencyId,
  type ApprovalView,
  type Caller,
  type GivenConsent,
  grantsInForce,
  newId,
  type Reach,
} from '@lumbung/contracts';
import { type Clock, LumbungError, type Random } from '@lumbung/stdx';
import type { Store, Transaction } from '../../store/store.ts';
import type { AccessAudit } from './access-audit.ts';
import { type Approval, consentOf, neededConsents, OPEN_MS, stateOf } from './approvals.rules.ts';
import { findApproval, insertApproval, insertDecision, listApprovals, markApproval } from './approvals.store.ts';

export interface ApprovalPorts {
  readonly store: Store;
  readonly audit: AccessAudit;
  readonly clock: Clock;
  readonly random: Random;
}

export interface WantedApproval {
  readonly action: Action;
  /** What it is about, as the act will name it: `snapshot 3f2a…`. */
  readonly subject: string;
  readonly agencyId: AgencyId | null;
  readonly reason: string;
  readonly ownerLetter: string | null;
}

/** An act that an approval is good for. */
export type ApprovedAct = Pick<WantedApproval, 'action' | 'subject' | 'agencyId'>;

export class ApprovalService {
  readonly #ports: ApprovalPorts;

  constructor(ports: ApprovalPorts) {
    this.#ports = ports;
  }

  async list(
    page: { readonly limit: number; readonly before: string | undefined; readonly reach: Reach },
    at: number,
  ): Promise<ApprovalView[]> {
    const { limit, before, reach } = page;
    if (reach.kind === 'nothing') return [];
    const agencies = reach.kind === 'all' ? undefined : reach.agencyIds;
    const found = await listApprovals(this.#ports.store.db, { limit, before, agencies });
    return found.map((approval) => viewOf(approval, at));
  }

  /** @throws LumbungError APPROVAL_UNKNOWN (operator) */
  async read(id: string, at: number): Promise<ApprovalView> {
    return viewOf(await this.#require(id), at);
  }

  /** @throws LumbungError APPROVAL_NOT_NEEDED (operator) */
  async request(wanted: WantedApproval, caller: Caller, at: number): Promise<ApprovalView> {
    const { store } = this.#ports;
    if (ACCESS_MATRIX[wanted.action].secondPerson === undefined) {
      throw new LumbungError('APPROVAL_NOT_NEEDED', {
        kind: 'operator',
        message: 'that act needs no second person',
        context: { action: wanted.action },
        hint: 'do it',
      });
    }
    return await store.transaction(async (tx) => {
      const approval: Approval = {
        ...wanted,
        id: newId('approval', this.#ports),
        requestedBy: caller.accountId,
        requestedAt: at,
        expiresAt: at + OPEN_MS,
        needed: neededConsents(wanted.action, { ...wanted, grants: caller.grants }, at),
        decisions: [],
        usedAt: null,
        withdrawnAt: null,
      };
      await insertApproval(tx, approval);
      await this.#record(tx, approval, 'approval.requested', caller.accountId);
      return viewOf(approval, at);
    });
  }

  /** Nobody decides about what they asked for, and nobody twice.
   *  @throws LumbungError APPROVAL_UNKNOWN, APPROVAL_OVER, APPROVAL_NOT_YOURS (operator) */
  async decide(
    id: string,
    { decision, note }: { readonly decision: 'approve' | 'refuse'; readonly note: string | null },
    person: Pick<Caller, 'accountId' | 'grants'>,
    at: number,
  ): Promise<ApprovalView> {
    const { store } = this.#ports;
    return await store.transaction(async (tx) => {
      const approval = await findApproval(tx, id);
      if (approval === undefined) throw approvalUnknown();
      if (stateOf(approval, at) !== 'open') throw approvalOver();
      const consent = consentOf(approval, { ...person, grants: grantsInForce(person.grants, at) }, at);
      if (consent === undefined) {
        throw new LumbungError('APPROVAL_NOT_YOURS', {
          kind: 'operator',
          message: 'this account may not decide about that: it asked for it, has decided, or has not the role',
          hint: 'have another person decide',
        });
      }
      const made = {
        consent,
        decision: decision === 'approve' ? 'approved' : 'refused',
        by: person.accountId,
        at,
        note,
      } as const;
      await insertDecision(tx, id, made);
      await this.#record(tx, approval, `approval.${made.decision}`, person.accountId);
      return viewOf({ ...approval, decisions: [...approval.decisions, made] }, at);
    });
  }

  /** @throws LumbungError APPROVAL_UNKNOWN, APPROVAL_OVER, APPROVAL_NOT_YOURS (operator) */
  async withdraw(id: string, accountId: AccountId, at: number): Promise<void> {
    const { store } = this.#ports;
    await store.transaction(async (tx) => {
      const approval = await findApproval(tx, id);
      if (approval === undefined) throw approvalUnknown();
      if (approval.requestedBy !== accountId) {
        throw new LumbungError('APPROVAL_NOT_YOURS', {
          kind: 'operator',
          message: 'only who asked may withdraw it',
          hint: 'refuse it instead, if that is your role',
        });
      }
      if (!['open', 'approved'].includes(stateOf(approval, at))) throw approvalOver();
      await markApproval(tx, id, 'withdrawn', at);
      await this.#record(tx, approval, 'approval.withdrawn', accountId);
    });
  }

  /** The consents for `context.authorise`; none when there is no such approval, or it is not good for this act.
   *  @param id header `Lumbung-Approval` */
  async consentsFor(id: string | undefined, act: ApprovedAct, at: number): Promise<GivenConsent[]> {
    const approval = id === undefined ? undefined : await findApproval(this.#ports.store.db, id);
    if (approval === undefined || !isFor(approval, act) || stateOf(approval, at) !== 'approved') return [];
    const given = approval.decisions.map(({ consent, by }): GivenConsent => ({ name: consent, by }));
    // The owner's word may be in the request: the owner asked, or wrote a letter that the one who decided has seen.
    const spoken = approval.ownerLetter === null ? approval.requestedBy : (given[0]?.by ?? approval.requestedBy);
    const implied = (ACCESS_MATRIX[act.action].secondPerson?.consents ?? [])
      .filter(({ name }) => !approval.needed.includes(name))
      .map(({ name }): GivenConsent => ({ name, by: spoken }));
    return [...given, ...implied];
  }

  /** Spends it: for one act, in the transaction of that act.
   *  @throws LumbungError APPROVAL_OVER (operator) */
  async use(
    tx: Transaction,
    id: string | undefined,
    act: ApprovedAct,
    doer: { readonly by: AccountId; readonly at: number },
  ): Promise<void> {
    const approval = id === undefined ? undefined : await findApproval(tx, id);
    if (id === undefined || approval === undefined || !isFor(approval, act)) throw approvalOver();
    if (stateOf(approval, doer.at) !== 'approved' || !(await markApproval(tx, id, 'used', doer.at)))
      throw approvalOver();
    await this.#record(tx, approval, 'approval.used', doer.by);
  }

  async #require(id: string): Promise<Approval> {
    const approval = await findApproval(this.#ports.store.db, id);
    if (approval === undefined) throw approvalUnknown();
    return approval;
  }

  async #record(tx: Transaction, approval: Approval, action: string, actor: AccountId): Promise<void> {
    const detail = { approval: approval.id, action: approval.action, subject: approval.subject };
    await this.#ports.audit.append(tx, { actor, action, subject: `approval:${approval.id}`, detail });
  }
}

function isFor(approval: Approval, act: ApprovedAct): boolean {
  return approval.action === act.action && approval.subject === act.subject && approval.agencyId === act.agencyId;
}

function viewOf(approval: Approval, at: number): ApprovalView {
  const { id, action, subject, agencyId, reason, requestedBy, requestedAt, expiresAt } = approval;
  return {
    id,
    action,
    subject,
    agencyId,
    reason,
    state: stateOf(approval, at),
    requestedBy,
    requestedAt,
    expiresAt,
    ownerLetter: approval.ownerLetter,
    needed: [...approval.needed],
    decisions: approval.decisions.map((decision) => ({ ...decision })),
  };
}

function approvalUnknown(): LumbungError {
  return new LumbungError('APPROVAL_UNKNOWN', {
    kind: 'operator',
    message: 'there is no such approval',
    hint: 'look at the list of approvals',
  });
}

function approvalOver(): LumbungError {
  return new LumbungError('APPROVAL_OVER', {
    kind: 'operator',
    message: 'the approval is not good for this: used, refused, withdrawn, expired, or about something else',
    hint: 'ask for a new one',
  });
}
