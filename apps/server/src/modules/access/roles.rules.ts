import type { AccountId, Grant, Role } from '@lumbung/contracts';
import { LumbungError } from '@lumbung/stdx';

export interface AccountRoles {
  readonly accountId: AccountId;
  readonly isActive: boolean;
  readonly grants: readonly Grant[];
}

/** An installation without an administrator could never get one again.
 *  @param after all accounts as they would be
 *  @throws LumbungError ADMIN_LAST (operator) */
export function requireAnAdmin(after: readonly AccountRoles[], at: number): void {
  const isLasting = ({ role, agencyId, validUntilAt }: Grant): boolean =>
    role === 'admin' && agencyId === undefined && (validUntilAt === undefined || validUntilAt > at);
  if (after.some(({ isActive, grants }) => isActive && grants.some(isLasting))) return;
  throw new LumbungError('ADMIN_LAST', {
    kind: 'operator',
    message: 'this is the last account that may administer',
    hint: 'give the role to another account first',
  });
}

/** Does one of the roles in force ask for a second factor? */
export function asksForSecondFactor(grants: readonly Grant[], roles: readonly Role[], at: number): boolean {
  return grants.some(
    ({ role, validUntilAt }) => roles.includes(role) && (validUntilAt === undefined || at < validUntilAt),
  );
}
