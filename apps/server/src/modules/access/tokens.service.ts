import { type AccountId, newId, type TokenScope } from '@lumbung/contracts';
import { type Clock, LumbungError, type Random } from '@lumbung/stdx';
import { z } from 'zod';
import type { Store, Transaction } from '../../store/store.ts';
import type { AccessAudit } from './access-audit.ts';
import type { Act } from './accounts.service.ts';
import { makeToken } from './token.rules.ts';
import { insertToken, listTokens, revokeToken, type StoredToken } from './tokens.store.ts';

export interface TokenPorts {
  readonly store: Store;
  readonly audit: AccessAudit;
  readonly clock: Clock;
  readonly random: Random;
}

export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly shownPrefix: string;
  readonly scopes: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
}

export interface CreatedToken {
  /** Shown once. */
  readonly token: string;
  readonly details: TokenView;
}

const DAY_MS = 24 * 3_600_000;

export class TokenService {
  readonly #ports: TokenPorts;

  constructor(ports: TokenPorts) {
    this.#ports = ports;
  }

  async list(accountId: AccountId): Promise<TokenView[]> {
    return (await listTokens(this.#ports.store.db, accountId)).map(viewOf);
  }

  /** A token may do no more than its account, and no more than its scopes. */
  async create(
    accountId: AccountId,
    wanted: { readonly name: string; readonly scopes: readonly TokenScope[]; readonly daysValid: number },
    at: number,
  ): Promise<CreatedToken> {
    return await this.#ports.store.transaction(async (tx) => await createToken(tx, accountId, wanted, at, this.#ports));
  }

  /** @throws LumbungError TOKEN_UNKNOWN (operator) */
  async revoke(accountId: AccountId, id: string, act: Act): Promise<void> {
    const { store, audit } = this.#ports;
    await store.transaction(async (tx) => {
      const revoked = await revokeToken(tx, accountId, id, act.at);
      if (revoked === undefined) {
        throw new LumbungError('TOKEN_UNKNOWN', {
          kind: 'operator',
          message: 'there is no such token, or it was revoked before',
          hint: 'look at the list of tokens',
        });
      }
      await audit.append(tx, {
        actor: act.by,
        action: 'token.revoked',
        subject: accountId,
        detail: { token: id, name: revoked.name },
      });
    });
  }
}

export async function createToken(
  tx: Transaction,
  accountId: AccountId,
  wanted: { readonly name: string; readonly scopes: readonly TokenScope[]; readonly daysValid: number },
  at: number,
  ports: Pick<TokenPorts, 'audit' | 'clock' | 'random'>,
): Promise<CreatedToken> {
  const { token, hash, shownPrefix } = makeToken(ports.random);
  const id = newId('token', ports);
  const { name, scopes, daysValid } = wanted;
  const expiresAt = at + daysValid * DAY_MS;
  await insertToken(tx, { id, accountId, name, hash, shownPrefix, scopes, at, expiresAt });
  await ports.audit.append(tx, {
    actor: accountId,
    action: 'token.created',
    subject: accountId,
    detail: { token: id, name, scopes: scopes.join(' '), expiresAt },
  });
  const details = { id, name, shownPrefix, scopes, createdAt: at, expiresAt, lastUsedAt: null, revokedAt: null };
  return { token, details };
}

function viewOf(token: StoredToken): TokenView {
  return {
    id: token.id,
    name: token.name,
    shownPrefix: token.shownPrefix,
    scopes: z.array(z.string()).parse(JSON.parse(token.scopes)),
    createdAt: token.createdAt,
    expiresAt: token.expiresAt,
    lastUsedAt: token.lastUsedAt ?? null,
    revokedAt: token.revokedAt ?? null,
  };
}
