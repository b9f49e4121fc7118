import {
  type AccountId,
  type AccountState,
  type AgencyId,
  type Grant,
  type Language,
  ROLES,
  type Role,
} from '@lumbung/contracts';
import { revisionConflict } from '../../http/revision.ts';
import type { RowOf } from '../../store/database.ts';
import type { Queries, Transaction } from '../../store/store.ts';
import type { AccountRoles } from './roles.rules.ts';

export interface StoredGrant extends Grant {
  readonly id: string;
  readonly grantedBy: AccountId | null;
  readonly grantedAt: number;
}

export interface Account {
  readonly id: AccountId;
  readonly name: string;
  /** Undefined: it has none. */
  readonly email: string | undefined;
  readonly userName: string | undefined;
  readonly state: AccountState;
  readonly language: Language | undefined;
  readonly hasSecondFactor: boolean;
  readonly lastLoginAt: number | undefined;
  readonly createdAt: number;
  readonly revision: number;
}

/** better-auth knows accounts by an e-mail address: one without has this, which cannot be anybody's (RFC 2606). */
const NO_EMAIL_DOMAIN = '@no-email.invalid';

export async function insertAccount(tx: Transaction, account: NewAccountRow): Promise<void> {
  const { id, at } = account;
  await tx
    .insertInto('account')
    .values({
      id,
      name: account.name,
      email: account.email ?? `${id}${NO_EMAIL_DOMAIN}`,
      // Whoever made the account vouches for its address: only a verified one is joined to a login elsewhere.
      email_verified: account.email === null ? 0 : 1,
      image: null,
      user_name: account.userName,
      state: account.state,
      language: account.language,
      last_login_at: null,
      created_at: at,
      updated_at: at,
    })
    .execute();
}

export interface NewAccountRow {
  readonly id: AccountId;
  readonly name: string;
  readonly email: string | null;
  readonly userName: string | null;
  readonly state: AccountState;
  readonly language: Language | null;
  readonly at: number;
}

export async function findAccount(queries: Queries, id: AccountId): Promise<Account | undefined> {
  const row = await queries.selectFrom('account').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : accountOf(row);
}

/** By what somebody typed to log in: an e-mail address or a user name. */
export async function findAccountByLogin(queries: Queries, login: string): Promise<Account | undefined> {
  const typed = login.toLowerCase();
  if (typed.endsWith(NO_EMAIL_DOMAIN)) return undefined;
  const row = await queries
    .selectFrom('account')
    .selectAll()
    .where((eb) => eb.or([eb('email', '=', typed), eb('user_name', '=', typed)]))
    .executeTakeFirst();
  return row === undefined ? undefined : accountOf(row);
}

/** What better-auth calls the account. */
export async function loginEmailOf(queries: Queries, id: AccountId): Promise<string | undefined> {
  const row = await queries.selectFrom('account').select('email').where('id', '=', id).executeTakeFirst();
  return row?.email;
}

/** An e-mail address or user name that another account has; undefined: both are free. */
export async function takenLogin(
  queries: Queries,
  wanted: { readonly email: string | null; readonly userName: string | null },
  except?: AccountId,
): Promise<string | undefined> {
  const names = [wanted.email, wanted.userName].filter((name) => name !== null);
  if (names.length === 0) return undefined;
  const row = await queries
    .selectFrom('account')
    .select(['id', 'email', 'user_name'])
    .where((eb) => eb.or([eb('email', 'in', names), eb('user_name', 'in', names)]))
    .where('id', '<>', except ?? ('' as AccountId)) // no account has that id
    .executeTakeFirst();
  return row === undefined ? undefined : names.find((name) => name === row.email || name === row.user_name);
}

/** @param after the last row of the page before: accounts in the order they were made */
export async function listAccounts(
  queries: Queries,
  {
    limit,
    after,
    state,
  }: { readonly limit: number; readonly after: AccountId | undefined; readonly state?: AccountState | undefined },
): Promise<Account[]> {
  let query = queries.selectFrom('account').selectAll().orderBy('id').limit(limit);
  if (after !== undefined) query = query.where('id', '>', after);
  if (state !== undefined) query = query.where('state', '=', state);
  return (await query.execute()).map(accountOf);
}

export async function countAccounts(queries: Queries): Promise<number> {
  const { count } = await queries
    .selectFrom('account')
    .select((eb) => eb.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

export interface AccountChange {
  readonly name?: string | undefined;
  readonly email?: string | null | undefined;
  readonly userName?: string | null | undefined;
  readonly language?: Language | null | undefined;
  readonly state?: AccountState | undefined;
}

/** @param expected the revision that was seen; undefined: whatever it is
 *  @throws LumbungError REVISION_CONFLICT (operator) */
export async function updateAccount(
  tx: Transaction,
  id: AccountId,
  {
    change,
    expected,
    at,
  }: { readonly change: AccountChange; readonly expected?: number | undefined; readonly at: number },
): Promise<void> {
  const { name, email, userName, language, state } = change;
  let query = tx
    .updateTable('account')
    .set((eb) => ({
      ...(name === undefined ? {} : { name }),
      ...(email === undefined
        ? {}
        : { email: email ?? `${id}${NO_EMAIL_DOMAIN}`, email_verified: email === null ? (0 as const) : (1 as const) }),
      ...(userName === undefined ? {} : { user_name: userName }),
      ...(language === undefined ? {} : { language }),
      ...(state === undefined ? {} : { state }),
      updated_at: at,
      revision: eb('revision', '+', 1),
    }))
    .where('id', '=', id);
  if (expected !== undefined) query = query.where('revision', '=', expected);
  const { numUpdatedRows } = await query.executeTakeFirst();
  if (numUpdatedRows !== 1n) throw revisionConflict('account');
}

export async function setLastLogin(tx: Transaction, id: AccountId, at: number): Promise<void> {
  await tx.updateTable('account').set({ last_login_at: at }).where('id', '=', id).execute();
}

export async function grantsOf(queries: Queries, ids: readonly AccountId[]): Promise<Map<AccountId, StoredGrant[]>> {
  if (ids.length === 0) return new Map();
  const rows = await queries
    .selectFrom('account_role')
    .selectAll()
    .where('account_id', 'in', [...ids])
    .orderBy('id')
    .execute();
  return Map.groupBy(
    rows.map((row) => ({
      id: row.id,
      accountId: row.account_id,
      role: row.role,
      agencyId: row.agency_id ?? undefined,
      validUntilAt: row.expires_at ?? undefined,
      grantedBy: row.granted_by,
      grantedAt: row.granted_at,
    })),
    ({ accountId }) => accountId,
  );
}

/** Of every account that has a role. */
export async function everyAccountsRoles(queries: Queries): Promise<AccountRoles[]> {
  const rows = await queries
    .selectFrom('account_role')
    .innerJoin('account', 'account.id', 'account_role.account_id')
    .select([
      'account_role.account_id',
      'account_role.role',
      'account_role.agency_id',
      'account_role.expires_at',
      'account.state',
    ])
    .execute();
  return [...Map.groupBy(rows, (row) => row.account_id)].map(([accountId, own]) => ({
    accountId,
    isActive: own[0]?.state !== 'disabled',
    grants: own.map((row) => ({
      role: row.role,
      agencyId: row.agency_id ?? undefined,
      validUntilAt: row.expires_at ?? undefined,
    })),
  }));
}

export async function insertGrant(
  tx: Transaction,
  grant: {
    readonly id: string;
    readonly accountId: AccountId;
    readonly role: Role;
    readonly agencyId: AgencyId | null;
    readonly validUntilAt: number | null;
    readonly grantedBy: AccountId | null;
    readonly at: number;
  },
): Promise<void> {
  await tx
    .insertInto('account_role')
    .values({
      id: grant.id,
      account_id: grant.accountId,
      role: grant.role,
      agency_id: grant.agencyId,
      granted_by: grant.grantedBy,
      granted_at: grant.at,
      expires_at: grant.validUntilAt,
    })
    .execute();
}

export async function deleteGrant(tx: Transaction, accountId: AccountId, grantId: string): Promise<Grant | undefined> {
  const row = await tx
    .deleteFrom('account_role')
    .where('id', '=', grantId)
    .where('account_id', '=', accountId)
    .returning(['role', 'agency_id', 'expires_at'])
    .executeTakeFirst();
  return row === undefined
    ? undefined
    : { role: row.role, agencyId: row.agency_id ?? undefined, validUntilAt: row.expires_at ?? undefined };
}

/** In the order of the matrix, so that two people see the same list. */
export function inOrder(grants: readonly StoredGrant[]): StoredGrant[] {
  return grants.toSorted((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || (a.id < b.id ? -1 : 1));
}

function accountOf(row: RowOf<'account'>): Account {
  return {
    id: row.id,
    name: row.name,
    email: row.email.endsWith(NO_EMAIL_DOMAIN) ? undefined : row.email,
    userName: row.user_name ?? undefined,
    state: row.state,
    language: row.language ?? undefined,
    hasSecondFactor: Number(row.two_factor_enabled) === 1,
    lastLoginAt: row.last_login_at ?? undefined,
    createdAt: row.created_at,
    revision: Number(row.revision),
  };
}
