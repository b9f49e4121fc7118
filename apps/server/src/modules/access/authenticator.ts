import { type AccountId, type Caller, isTokenScope, type Role } from '@lumbung/contracts';

import { assertNever, LumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import type { Authentication, AuthenticationRequest, Authenticator } from '../../http/authenticator.ts';
import type { Store } from '../../store/store.ts';
import { type Account, findAccount, grantsOf } from './accounts.store.ts';
import { type Auth, type OidcProvider, SESSION_MS_MAX } from './auth.ts';
import { headersFor } from './login.service.ts';
import { asksForSecondFactor } from './roles.rules.ts';
import { bearerToken, hashSecret } from './token.rules.ts';
import { findToken, touchToken } from './tokens.store.ts';

export interface AuthenticatorPorts {
  readonly store: Store;
  readonly auth: Auth;
  /** Roles whose accounts need a second factor. */
  readonly secondFactorFor: readonly Role[];
  readonly providers: readonly OidcProvider[];
}

/** Cookies of a session, or a token. Account, roles and expiry are read anew for every request: what an administrator
 *  takes away is gone with the next one. */
export class AccountAuthenticator implements Authenticator {
  readonly #ports: AuthenticatorPorts;

  constructor(ports: AuthenticatorPorts) {
    this.#ports = ports;
  }

  async authenticate(request: AuthenticationRequest): Promise<Authentication> {
    const bearer = bearerToken(request.headers.get('authorization'));
    switch (bearer.kind) {
      case 'token':
        return await this.#byToken(bearer.token, request.at);
      case 'malformed':
        throw tokenRefused();
      case 'none':
        return await this.#bySession(request);
      default:
        return assertNever(bearer);
    }
  }

  async #byToken(token: string, at: number): Promise<Authentication> {
    const { store } = this.#ports;
    const found = await findToken(store.db, hashSecret(token), at);
    const account = found === undefined ? undefined : await findAccount(store.db, found.accountId);
    if (found === undefined || account?.state !== 'active') throw tokenRefused();
    await touchToken(store.db, found, at);
    const scopes = z.array(z.string()).parse(JSON.parse(found.scopes)).filter(isTokenScope);
    return {
      caller: await this.#callerOf(account, { via: { kind: 'token', tokenId: found.id, scopes }, at }),
      language: account.language,
      cookies: [],
    };
  }

  async #bySession({ headers, clientAddress, at }: AuthenticationRequest): Promise<Authentication> {
    const { store, auth } = this.#ports;
    const cookie = headers.get('cookie');
    if (cookie?.includes('lumbung.') !== true) return NOBODY;
    const userAgent = headers.get('user-agent') ?? '';
    const { response, headers: answered } = await auth.api.getSession({
      headers: headersFor({ clientAddress, userAgent }, cookie),
      returnHeaders: true,
    });
    const cookies = answered.getSetCookie();
    if (response === null || at - response.session.createdAt.getTime() > SESSION_MS_MAX) return { ...NOBODY, cookies };
    const account = await findAccount(store.db, response.user.id as AccountId); // our own table's id
    if (account?.state !== 'active') return NOBODY;
    const { id, method } = response.session;
    return {
      caller: await this.#callerOf(account, { via: { kind: 'session', sessionId: id, method }, at }),
      language: account.language,
      cookies,
    };
  }

  async #callerOf(
    account: Account,
    { via, at }: { readonly via: Caller['via']; readonly at: number },
  ): Promise<Caller> {
    const grants = (await grantsOf(this.#ports.store.db, [account.id])).get(account.id) ?? [];
    const isAsked = asksForSecondFactor(grants, this.#ports.secondFactorFor, at);
    return {
      accountId: account.id,
      grants,
      via,
      secondFactor: isAsked && !this.#isStrong(via) ? 'missing' : 'enough',
    };
  }

  /** A token was made in a session that was strong enough for it. */
  #isStrong(via: Caller['via']): boolean {
    if (via.kind === 'token') return true;
    const { method } = via;
    if (method === 'password+totp' || method === 'password+backup-code') return true;
    return this.#ports.providers.some(({ id, secondFactor }) => secondFactor === 'theirs' && method === `oidc:${id}`);
  }
}

const NOBODY: Authentication = { caller: undefined, language: undefined, cookies: [] };

function tokenRefused(): LumbungError {
  return new LumbungError('TOKEN_REFUSED', {
    kind: 'operator',
    message: 'the token is not good: unknown, expired or revoked',
    hint: 'make a new one in the settings of the account, or run lumbung login',
  });
}
