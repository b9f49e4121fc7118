import { assertNever } from '@lumbung/stdx';
import type { AccountId, AgencyId } from '../ids/ids.ts';
import type { Role } from '../people/role.ts';
import { ACCESS_MATRIX, type Action, type ActionRule, type Consent, isAction, type Scope } from './matrix.ts';

/** One role of an account. */
export interface Grant {
  readonly role: Role;
  /** Narrows the role to one agency; an `owner` has no other. */
  readonly agencyId: AgencyId | undefined;
  /** Milliseconds since 1970; the role ends at that moment. */
  readonly validUntilAt: number | undefined;
}

/** Who asks. */
export interface Caller {
  readonly accountId: AccountId;
  readonly grants: readonly Grant[];
  /** With a session, or with a token that may do no more than its scopes. */
  readonly via:
    | { readonly kind: 'session'; readonly sessionId: string; readonly method: string }
    | { readonly kind: 'token'; readonly tokenId: string; readonly scopes: readonly TokenScope[] };
  /** `missing`: a role asks for one, and the account has none. */
  readonly secondFactor: 'enough' | 'missing';
}

/** What a token may do: one action, all of one subject (`run.*`), or all of the account's (`*`). */
export type TokenScope = Action | `${string}.*` | '*';

export function isTokenScope(text: string): text is TokenScope {
  if (text === '*' || isAction(text)) return true;
  return text.endsWith('.*') && Object.keys(ACCESS_MATRIX).some((action) => action.startsWith(text.slice(0, -1)));
}

/** What it is about. */
export interface Resource {
  /** Left out or `null`: it belongs to no agency, and a role that is narrowed to one does not reach it. */
  readonly agencyId?: AgencyId | null;
  /** Who did the act that this caller may not follow: `notAfter` of the matrix. */
  readonly doneBefore?: readonly AccountId[];
  /** Consents given to exactly this act. */
  readonly consents?: readonly GivenConsent[];
}

export interface GivenConsent {
  readonly name: Consent['name'];
  readonly by: AccountId;
}

export const REFUSALS = [
  'not-signed-in',
  'role',
  'agency',
  'token-scope',
  'interactive-only',
  'second-factor',
  'same-person',
] as const;
export type Refusal = (typeof REFUSALS)[number];

export type Reach =
  | { readonly kind: 'all' }
  | { readonly kind: 'agencies'; readonly agencyIds: readonly AgencyId[] }
  | { readonly kind: 'nothing'; readonly because: Refusal };

export type Verdict =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'refused'; readonly because: Refusal }
  | { readonly kind: 'needs-second-person'; readonly missing: readonly Consent['name'][] };

/** How far `caller` reaches with `action`; for a list, the agencies it is narrowed to.
 *  @param atMs now, milliseconds since 1970: a role that ends at this moment has ended */
export function reachOf(caller: Caller | undefined, action: Action, atMs: number): Reach {
  const rule = ACCESS_MATRIX[action];
  if (rule.who === 'anyone') return { kind: 'all' };
  if (caller === undefined) return { kind: 'nothing', because: 'not-signed-in' };
  const stopped = stoppedBy(caller, rule);
  if (stopped !== undefined) return { kind: 'nothing', because: stopped };
  if (rule.who === 'signed-in') return { kind: 'all' };
  return reachOfGrants(caller.grants, rule.scopes, atMs);
}

/** May `caller` do `action` to `resource`, now? Pure: the same question has the same answer. */
export function authorise(caller: Caller | undefined, action: Action, resource: Resource, atMs: number): Verdict {
  const rule = ACCESS_MATRIX[action];
  const reach = reachOf(caller, action, atMs);
  if (reach.kind === 'nothing') return { kind: 'refused', because: reach.because };
  if (!reaches(reach, resource.agencyId ?? null)) return { kind: 'refused', because: 'agency' };
  if (caller === undefined) return { kind: 'allowed' };
  if (rule.notAfter !== undefined && resource.doneBefore?.includes(caller.accountId) === true) {
    return { kind: 'refused', because: 'same-person' };
  }
  if (rule.secondPerson === undefined || rule.secondPerson.when === 'afterwards') return { kind: 'allowed' };
  const missing = missingConsents(caller, rule.secondPerson.consents, resource, atMs);
  return missing.length === 0 ? { kind: 'allowed' } : { kind: 'needs-second-person', missing };
}

/** Is something of that agency within reach? `null`: it belongs to none. */
export function reaches(reach: Reach, agencyId: AgencyId | null): boolean {
  switch (reach.kind) {
    case 'all':
      return true;
    case 'agencies':
      return agencyId !== null && reach.agencyIds.includes(agencyId);
    case 'nothing':
      return false;
    default:
      return assertNever(reach);
  }
}

/** May `account` give that consent to something of that agency? Whether it asked for the act itself is another question. */
export function mayConsent(
  grants: readonly Grant[],
  consent: Consent,
  agencyId: AgencyId | null,
  atMs: number,
): boolean {
  return reaches(reachOfGrants(grants, consent.from, atMs), agencyId);
}

/** Consents that an act still lacks. The owner's is not asked for what belongs to no agency, nor from an owner who asks. */
export function missingConsents(
  caller: Pick<Caller, 'accountId' | 'grants'>,
  consents: readonly Consent[],
  resource: Resource,
  atMs: number,
): Consent['name'][] {
  const agencyId = resource.agencyId ?? null;
  return consents
    .filter((consent) => {
      if (consent.name === 'owner') {
        if (agencyId === null || mayConsent(caller.grants, consent, agencyId, atMs)) return false;
      }
      return !(resource.consents ?? []).some(({ name, by }) => name === consent.name && by !== caller.accountId);
    })
    .map(({ name }) => name);
}

/** Roles that still hold. */
export function grantsInForce(grants: readonly Grant[], atMs: number): Grant[] {
  return grants.filter(({ validUntilAt }) => validUntilAt === undefined || atMs < validUntilAt);
}

function stoppedBy(caller: Caller, rule: ActionRule): Refusal | undefined {
  if (caller.via.kind === 'token') {
    if (rule.interactiveOnly) return 'interactive-only';
    if (!caller.via.scopes.some((scope) => covers(scope, rule.action))) return 'token-scope';
  }
  if (caller.secondFactor === 'missing' && !rule.beforeSecondFactor) return 'second-factor';
  return undefined;
}

function covers(scope: TokenScope, action: Action): boolean {
  return scope === '*' || scope === action || (scope.endsWith('.*') && action.startsWith(scope.slice(0, -1)));
}

function reachOfGrants(grants: readonly Grant[], scopes: Readonly<Partial<Record<Role, Scope>>>, atMs: number): Reach {
  const agencyIds = new Set<AgencyId>();
  for (const { role, agencyId } of grantsInForce(grants, atMs)) {
    const scope = Object.hasOwn(scopes, role) ? scopes[role] : undefined;
    if (scope === undefined) continue;
    if (scope === 'all' && agencyId === undefined) return { kind: 'all' };
    if (agencyId !== undefined) agencyIds.add(agencyId);
  }
  if (agencyIds.size > 0) return { kind: 'agencies', agencyIds: [...agencyIds] };
  return { kind: 'nothing', because: 'role' };
}
