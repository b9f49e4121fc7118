import {
  ACCESS_MATRIX,
  type AccountId,
  type Action,
  type AgencyId,
  type ApprovalState,
  type Consent,
  type Grant,
  mayConsent,
} from '@lumbung/contracts';

/** Nobody decides about what lies around for longer. */
export const OPEN_MS = 7 * 24 * 3_600_000;
/** A right that was given is used at once, or asked for again (the SOP: eight hours). */
export const GIVEN_MS = 8 * 3_600_000;

export interface Decision {
  readonly consent: Consent['name'];
  readonly decision: 'approved' | 'refused';
  readonly by: AccountId;
  readonly at: number;
  readonly note: string | null;
}

export interface Approval {
  readonly id: string;
  readonly action: Action;
  readonly subject: string;
  readonly agencyId: AgencyId | null;
  readonly reason: string;
  readonly ownerLetter: string | null;
  readonly requestedBy: AccountId;
  readonly requestedAt: number;
  readonly expiresAt: number;
  readonly needed: readonly Consent['name'][];
  readonly decisions: readonly Decision[];
  readonly usedAt: number | null;
  readonly withdrawnAt: number | null;
}

/** Where it stands: never stored, always computed.
 *  `open → approved → used`, `open → refused | withdrawn | expired`, `approved → expired`. */
export function stateOf(approval: Approval, at: number): ApprovalState {
  if (approval.usedAt !== null) return 'used';
  if (approval.withdrawnAt !== null) return 'withdrawn';
  if (approval.decisions.some(({ decision }) => decision === 'refused')) return 'refused';
  if (missing(approval).length > 0) return at < approval.expiresAt ? 'open' : 'expired';
  const lastAt = Math.max(approval.requestedAt, ...approval.decisions.map((decision) => decision.at));
  return at < lastAt + GIVEN_MS ? 'approved' : 'expired';
}

/** Consents that nobody gave yet. */
export function missing({ needed, decisions }: Pick<Approval, 'needed' | 'decisions'>): Consent['name'][] {
  return needed.filter(
    (name) => !decisions.some(({ consent, decision }) => consent === name && decision === 'approved'),
  );
}

/** Consents that an act needs, when this account asks. An owner who asks has consented; an owner without an account has by
 *  letter. */
export function neededConsents(
  action: Action,
  asker: { readonly grants: readonly Grant[]; readonly agencyId: AgencyId | null; readonly ownerLetter: string | null },
  at: number,
): Consent['name'][] {
  return (ACCESS_MATRIX[action].secondPerson?.consents ?? [])
    .filter(({ name }) => name !== 'owner' || (asker.agencyId !== null && asker.ownerLetter === null))
    .filter((consent) => consent.name !== 'owner' || !mayConsent(asker.grants, consent, asker.agencyId, at))
    .map(({ name }) => name);
}

/** The consent that this account may give now: one that is missing, by a person who did neither ask nor decide before. */
export function consentOf(
  approval: Approval,
  person: { readonly accountId: AccountId; readonly grants: readonly Grant[] },
  at: number,
): Consent['name'] | undefined {
  if (approval.requestedBy === person.accountId) return undefined;
  if (approval.decisions.some(({ by }) => by === person.accountId)) return undefined;
  const open = missing(approval);
  return ACCESS_MATRIX[approval.action].secondPerson?.consents.find(
    (consent) => open.includes(consent.name) && mayConsent(person.grants, consent, approval.agencyId, at),
  )?.name;
}
