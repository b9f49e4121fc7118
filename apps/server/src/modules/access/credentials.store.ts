// Passwords, links to choose one, sessions, second factors: what better-auth reads too.
import type { AccountId } from '@lumbung/contracts';
import type { Queries, Transaction } from '../../store/store.ts';

const PASSWORD_PROVIDER = 'credential';

export async function passwordHashOf(queries: Queries, accountId: AccountId): Promise<string | undefined> {
  const row = await queries
    .selectFrom('credential')
    .select('password_hash')
    .where('account_id', '=', accountId)
    .where('provider', '=', PASSWORD_PROVIDER)
    .executeTakeFirst();
  return row?.password_hash ?? undefined;
}

export async function setPasswordHash(
  tx: Transaction,
  password: { readonly id: string; readonly accountId: AccountId; readonly hash: string; readonly at: number },
): Promise<void> {
  await tx
    .insertInto('credential')
    .values({
      id: password.id,
      account_id: password.accountId,
      provider: PASSWORD_PROVIDER,
      provider_account: password.accountId,
      password_hash: password.hash,
      access_token: null,
      refresh_token: null,
      id_token: null,
      access_token_expires_at: null,
      refresh_token_expires_at: null,
      scope: null,
      created_at: password.at,
      updated_at: password.at,
    })
    .onConflict((conflict) =>
      conflict.columns(['provider', 'provider_account']).doUpdateSet({
        password_hash: password.hash,
        updated_at: password.at,
      }),
    )
    .execute();
}

export interface PasswordLink {
  readonly accountId: AccountId;
}

export async function insertPasswordLink(
  tx: Transaction,
  link: {
    readonly id: string;
    readonly accountId: AccountId;
    readonly tokenHash: string;
    readonly createdBy: AccountId;
    readonly at: number;
    readonly expiresAt: number;
  },
): Promise<void> {
  // One link at a time: a new one ends those that were sent before.
  await tx.deleteFrom('password_link').where('account_id', '=', link.accountId).execute();
  await tx
    .insertInto('password_link')
    .values({
      id: link.id,
      account_id: link.accountId,
      token_hash: link.tokenHash,
      created_by: link.createdBy,
      created_at: link.at,
      expires_at: link.expiresAt,
    })
    .execute();
}

export async function findPasswordLink(
  queries: Queries,
  tokenHash: string,
  at: number,
): Promise<PasswordLink | undefined> {
  const row = await queries
    .selectFrom('password_link')
    .select('account_id')
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', at)
    .executeTakeFirst();
  return row === undefined ? undefined : { accountId: row.account_id };
}

/** Takes the link: of two that use it at once one gets it. */
export async function spendPasswordLink(
  tx: Transaction,
  tokenHash: string,
  at: number,
): Promise<PasswordLink | undefined> {
  const row = await tx
    .deleteFrom('password_link')
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', at)
    .returning('account_id')
    .executeTakeFirst();
  return row === undefined ? undefined : { accountId: row.account_id };
}

export interface StoredSession {
  readonly id: string;
  readonly accountId: AccountId;
  readonly clientAddress: string | undefined;
  readonly userAgent: string | undefined;
  readonly method: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
}

export async function listSessions(queries: Queries, accountId: AccountId, at: number): Promise<StoredSession[]> {
  const rows = await queries
    .selectFrom('session')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('expires_at', '>', at)
    .orderBy('created_at', 'desc')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    accountId: row.account_id,
    clientAddress: row.ip_address ?? undefined,
    userAgent: row.user_agent ?? undefined,
    method: row.method,
    createdAt: row.created_at,
    lastUsedAt: row.updated_at,
    expiresAt: row.expires_at,
  }));
}

/** @returns how many there were */
export async function deleteSessions(
  tx: Transaction,
  accountId: AccountId,
  which: { readonly only: string } | { readonly except: string | undefined },
): Promise<number> {
  let query = tx.deleteFrom('session').where('account_id', '=', accountId);
  if ('only' in which) query = query.where('id', '=', which.only);
  else if (which.except !== undefined) query = query.where('id', '<>', which.except);
  const { numDeletedRows } = await query.executeTakeFirst();
  return Number(numDeletedRows);
}

export async function deleteSecondFactor(tx: Transaction, accountId: AccountId, at: number): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom('two_factor').where('account_id', '=', accountId).executeTakeFirst();
  await tx
    .updateTable('account')
    .set((eb) => ({ two_factor_enabled: 0 as const, updated_at: at, revision: eb('revision', '+', 1) }))
    .where('id', '=', accountId)
    .execute();
  return numDeletedRows > 0n;
}

/** Takes a code of the second factor for this time window: the same one opens no second door.
 *  @returns false: it was taken before */
export async function spendCode(
  queries: Queries,
  code: { readonly accountId: AccountId; readonly hash: string; readonly at: number; readonly until: number },
): Promise<boolean> {
  await queries.deleteFrom('spent_code').where('expires_at', '<', code.at).execute();
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('spent_code')
    .values({ account_id: code.accountId, code_hash: code.hash, expires_at: code.until })
    .onConflict((conflict) => conflict.columns(['account_id', 'code_hash']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/** Whose second factor is asked for by the login under way with this name. */
export async function accountOfLoginUnderWay(
  queries: Queries,
  identifier: string,
  at: number,
): Promise<AccountId | undefined> {
  const row = await queries
    .selectFrom('login_verification')
    .innerJoin('account', 'account.id', 'login_verification.value')
    .select('account.id')
    .where('login_verification.identifier', '=', identifier)
    .where('login_verification.expires_at', '>', at)
    .executeTakeFirst();
  return row?.id;
}

/** What is over and only takes room. */
export async function deleteExpired(tx: Transaction, at: number): Promise<void> {
  await tx.deleteFrom('session').where('expires_at', '<', at).execute();
  await tx.deleteFrom('login_verification').where('expires_at', '<', at).execute();
  await tx.deleteFrom('device_code').where('expires_at', '<', at).execute();
  await tx.deleteFrom('password_link').where('expires_at', '<', at).execute();
  await tx.deleteFrom('spent_code').where('expires_at', '<', at).execute();
  await tx.deleteFrom('idempotency').where('expires_at', '<', at).execute();
}
