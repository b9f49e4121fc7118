import type { AccountId, TokenScope } from '@lumbung/contracts';
import type { RowOf } from '../../store/database.ts';
import type { Queries, Transaction } from '../../store/store.ts';

export interface StoredToken {
  readonly id: string;
  readonly accountId: AccountId;
  readonly name: string;
  readonly shownPrefix: string;
  /** JSON of an array of scopes. */
  readonly scopes: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt: number | undefined;
  readonly revokedAt: number | undefined;
}

/** The use of a token is written down no more often. */
const TOUCH_MS = 60_000;

export async function insertToken(
  tx: Transaction,
  token: {
    readonly id: string;
    readonly accountId: AccountId;
    readonly name: string;
    readonly hash: string;
    readonly shownPrefix: string;
    readonly scopes: readonly TokenScope[];
    readonly at: number;
    readonly expiresAt: number;
  },
): Promise<void> {
  await tx
    .insertInto('api_token')
    .values({
      id: token.id,
      account_id: token.accountId,
      name: token.name,
      token_hash: token.hash,
      shown_prefix: token.shownPrefix,
      scopes: JSON.stringify(token.scopes),
      created_at: token.at,
      expires_at: token.expiresAt,
      last_used_at: null,
      revoked_at: null,
    })
    .execute();
}

/** A token that is good now. */
export async function findToken(queries: Queries, hash: string, at: number): Promise<StoredToken | undefined> {
  const row = await queries
    .selectFrom('api_token')
    .selectAll()
    .where('token_hash', '=', hash)
    .where('expires_at', '>', at)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? undefined : tokenOf(row);
}

export async function touchToken(queries: Queries, token: StoredToken, at: number): Promise<void> {
  if (token.lastUsedAt !== undefined && at - token.lastUsedAt < TOUCH_MS) return;
  await queries.updateTable('api_token').set({ last_used_at: at }).where('id', '=', token.id).execute();
}

export async function listTokens(queries: Queries, accountId: AccountId): Promise<StoredToken[]> {
  const rows = await queries
    .selectFrom('api_token')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('id', 'desc')
    .execute();
  return rows.map(tokenOf);
}

/** @returns undefined: there is no such token, or it was revoked before */
export async function revokeToken(
  tx: Transaction,
  accountId: AccountId,
  id: string,
  at: number,
): Promise<{ readonly name: string } | undefined> {
  return await tx
    .updateTable('api_token')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('revoked_at', 'is', null)
    .returning('name')
    .executeTakeFirst();
}

/** @returns how many were good until now */
export async function revokeAllTokens(tx: Transaction, accountId: AccountId, at: number): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('api_token')
    .set({ revoked_at: at })
    .where('account_id', '=', accountId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

function tokenOf(row: RowOf<'api_token'>): StoredToken {
  return {
    id: row.id,
    accountId: row.account_id,
    name: row.name,
    shownPrefix: row.shown_prefix,
    scopes: row.scopes,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  };
}
