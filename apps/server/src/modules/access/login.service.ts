import type { AccountId } from '@lumbung/contracts';
import { type Clock, LumbungError } from '@lumbung/stdx';
import type { Store } from '../../store/store.ts';
import type { AccessAudit } from './access-audit.ts';
import { findAccount, findAccountByLogin, loginEmailOf, setLastLogin } from './accounts.store.ts';
import { ADDRESS_HEADER, type Auth, type SessionBegin } from './auth.ts';
import { accountOfLoginUnderWay, deleteSessions, spendCode } from './credentials.store.ts';
import type { LoginGuard } from './login-guard.ts';
import { hashSecret } from './token.rules.ts';

export interface LoginRequest {
  readonly headers: Headers;
  readonly clientAddress: string;
  readonly userAgent: string;
  readonly at: number;
}

export interface LoginEnd {
  readonly next: 'done' | 'second-factor';
  /** Values of Set-Cookie. */
  readonly cookies: readonly string[];
}

export interface LoginPorts {
  readonly store: Store;
  readonly auth: Auth;
  readonly audit: AccessAudit;
  readonly guard: LoginGuard;
  readonly clock: Clock;
}

/** A code of the second factor is good for a window of 30 s and its neighbours. */
const CODE_WINDOW_MS = 120_000;
/** Belongs to no account: the password of nobody is checked as slowly as that of somebody. */
const NOBODY = 'nobody@no-email.invalid';

export class LoginService {
  readonly #ports: LoginPorts;

  constructor(ports: LoginPorts) {
    this.#ports = ports;
  }

  /** One answer for a wrong password, an unknown name, an account that was disabled or invited.
   *  @throws LumbungError LOGIN_REFUSED (operator), LOGIN_BLOCKED (transient) */
  async withPassword(login: string, password: string, request: LoginRequest): Promise<LoginEnd> {
    const { store, auth, guard } = this.#ports;
    const attempt = { name: login, clientAddress: request.clientAddress };
    await guard.begin(attempt, request.at);
    const account = await findAccountByLogin(store.db, login);
    const email = account?.state === 'active' ? await loginEmailOf(store.db, account.id) : undefined;
    const response = await auth.api.signInEmail({
      body: { email: email ?? NOBODY, password },
      headers: headersFor(request, null),
      asResponse: true,
    });
    if (!response.ok || account === undefined) {
      await this.#failed('password', account?.id, request);
      throw loginRefused();
    }
    const body: unknown = await response.json();
    if (typeof body === 'object' && body !== null && 'twoFactorRedirect' in body) {
      return { next: 'second-factor', cookies: response.headers.getSetCookie() };
    }
    await this.#succeeded(account.id, { method: 'password', attempt, request, response });
    return { next: 'done', cookies: response.headers.getSetCookie() };
  }

  /** @throws LumbungError LOGIN_CODE_REFUSED, LOGIN_OVER (operator), LOGIN_BLOCKED (transient) */
  async withSecondFactor(
    code: { readonly code: string } | { readonly backupCode: string },
    request: LoginRequest,
  ): Promise<LoginEnd> {
    const { store, auth, guard } = this.#ports;
    const cookie = request.headers.get('cookie');
    const accountId = await accountOfLoginUnderWay(store.db, identifierOf(cookie), request.at);
    if (accountId === undefined) throw loginOver();
    const attempt = { name: `second factor of ${accountId}`, clientAddress: request.clientAddress };
    await guard.begin(attempt, request.at);
    const headers = headersFor(request, onlyCookie(cookie, SECOND_FACTOR_COOKIE));
    const response =
      'code' in code
        ? await auth.api.verifyTOTP({ body: { code: code.code }, headers, asResponse: true })
        : await auth.api.verifyBackupCode({ body: { code: code.backupCode }, headers, asResponse: true });
    if (!response.ok) {
      await this.#failed('code' in code ? 'totp' : 'backup-code', accountId, request);
      throw new LumbungError('LOGIN_CODE_REFUSED', {
        kind: 'operator',
        message: 'the code is not good',
        hint: 'wait for the next code, or begin again with the password',
      });
    }
    const method = 'code' in code ? 'password+totp' : 'password+backup-code';
    await this.#succeeded(accountId, { method, attempt, request, response });
    return { next: 'done', cookies: response.headers.getSetCookie() };
  }

  /** Asked by better-auth before any session begins. */
  async beforeSession({
    accountId,
    path,
    params,
    body,
  }: SessionBegin): Promise<{ readonly method: string } | undefined> {
    const { store, clock } = this.#ports;
    const id = accountId as AccountId; // better-auth read it from our table
    const account = await findAccount(store.db, id);
    if (account?.state !== 'active') return undefined;
    if (path === '/two-factor/verify-totp') {
      // The same six digits are good for a minute and a half: whoever saw them typed may not use them too.
      const at = clock.nowMs();
      const code = {
        accountId: id,
        hash: hashSecret(`totp ${id} ${String(body['code'])}`),
        at,
        until: at + CODE_WINDOW_MS,
      };
      if (!(await spendCode(store.db, code))) return undefined;
    }
    return { method: methodOf(path, params) };
  }

  /** The session of these cookies is over. */
  async logout(accountId: AccountId, sessionId: string | undefined, request: LoginRequest): Promise<readonly string[]> {
    const { store, auth, audit } = this.#ports;
    const response = await auth.api.signOut({
      headers: headersFor(request, request.headers.get('cookie')),
      asResponse: true,
    });
    await store.transaction(async (tx) => {
      // better-auth forgives itself a failure to delete it.
      if (sessionId !== undefined) await deleteSessions(tx, accountId, { only: sessionId });
      await audit.append(tx, { actor: accountId, action: 'logout', subject: accountId });
    });
    return response.headers.getSetCookie();
  }

  async #failed(step: string, accountId: AccountId | undefined, request: LoginRequest): Promise<void> {
    const { store, audit } = this.#ports;
    await store.transaction(async (tx) => {
      await audit.append(tx, {
        actor: 'nobody',
        action: 'login.failed',
        // What was typed may be a password: only an account that there is gets named.
        subject: accountId ?? 'login',
        detail: { step, clientAddress: request.clientAddress },
      });
    });
  }

  /** Nobody holds the new session's cookie before this is written down: a login without its audit event cannot be used. */
  async #succeeded(
    accountId: AccountId,
    login: {
      readonly method: string;
      readonly attempt: { readonly name: string; readonly clientAddress: string };
      readonly request: LoginRequest;
      readonly response: Response;
    },
  ): Promise<void> {
    const { store, audit, guard, auth } = this.#ports;
    const { request } = login;
    // The session that the browser came with ends here, whoever's it was.
    const before = await sessionOf(auth, request, request.headers.get('cookie'));
    await store.transaction(async (tx) => {
      if (before !== undefined) await deleteSessions(tx, before.accountId, { only: before.sessionId });
      await guard.succeeded(tx, login.attempt);
      await setLastLogin(tx, accountId, request.at);
      await audit.append(tx, {
        actor: accountId,
        action: 'login.succeeded',
        subject: accountId,
        detail: { method: login.method, clientAddress: request.clientAddress },
      });
    });
  }
}

const SECOND_FACTOR_COOKIE = 'two_factor';

/** What better-auth may see of a request: cookies we choose, where it came from, and with what. */
export function headersFor(
  { clientAddress, userAgent }: Pick<LoginRequest, 'clientAddress' | 'userAgent'>,
  cookie: string | null,
): Headers {
  const headers = new Headers({ [ADDRESS_HEADER]: clientAddress, 'user-agent': userAgent });
  if (cookie !== null && cookie !== '') headers.set('cookie', cookie);
  return headers;
}

/** The session that cookies name, without making it younger. */
export async function sessionOf(
  auth: Auth,
  request: Pick<LoginRequest, 'clientAddress' | 'userAgent'>,
  cookie: string | null,
): Promise<{ readonly sessionId: string; readonly accountId: AccountId } | undefined> {
  if (cookie === null) return undefined;
  const found = await auth.api.getSession({ headers: headersFor(request, cookie), query: { disableRefresh: true } });
  if (found === null) return undefined;
  return { sessionId: found.session.id, accountId: found.user.id as AccountId }; // our own table's id
}

/** Of the cookies, those of one name, with the prefix of browsers or without. */
function onlyCookie(cookies: string | null, name: string): string {
  return (cookies ?? '')
    .split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie.split('=')[0]?.endsWith(`lumbung.${name}`) === true)
    .join('; ');
}

/** The name of a login under way, of its cookie; its signature is checked by better-auth. */
function identifierOf(cookies: string | null): string {
  const value = onlyCookie(cookies, SECOND_FACTOR_COOKIE).split('=').slice(1).join('=');
  try {
    return decodeURIComponent(value).split('.')[0] ?? '';
  } catch {
    return '';
  }
}

/** How a session began: `password`, `password+totp`, `oidc:sso`, `device`. */
function methodOf(path: string, params: Readonly<Record<string, unknown>>): string {
  switch (path) {
    case '/sign-in/email':
      return 'password';
    case '/two-factor/verify-totp':
      return 'password+totp';
    case '/two-factor/verify-backup-code':
      return 'password+backup-code';
    case '/callback/:id':
      return `oidc:${String(params['id'])}`;
    case '/device/token':
      return 'device';
    default:
      return 'other';
  }
}

function loginRefused(): LumbungError {
  return new LumbungError('LOGIN_REFUSED', {
    kind: 'operator',
    message: 'name and password do not belong together',
    hint: 'check both; an administrator can send a link to choose a new password',
  });
}

function loginOver(): LumbungError {
  return new LumbungError('LOGIN_OVER', {
    kind: 'operator',
    message: 'this login is over',
    hint: 'begin again with the password',
  });
}
