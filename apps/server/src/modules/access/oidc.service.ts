// Login by another house (OpenID Connect). Only accounts that an administrator made come in: the house says who somebody is,
// not what they may do.
import type { AccountId } from '@lumbung/contracts';
import { LumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import type { Store } from '../../store/store.ts';
import type { AccessAudit } from './access-audit.ts';
import { setLastLogin } from './accounts.store.ts';
import { AUTH_BASE_PATH, type Auth, type OidcProvider } from './auth.ts';
import { deleteSessions } from './credentials.store.ts';
import { headersFor, type LoginRequest, sessionOf } from './login.service.ts';

export interface OidcPorts {
  readonly store: Store;
  readonly auth: Auth;
  readonly audit: AccessAudit;
  readonly baseUrl: URL | undefined;
  readonly providers: readonly OidcProvider[];
}

/** Pages of the web application. */
const AFTER = '/';
const FAILED = '/login';

export class OidcService {
  readonly #ports: OidcPorts;

  constructor(ports: OidcPorts) {
    this.#ports = ports;
  }

  get providers(): readonly Pick<OidcProvider, 'id' | 'name'>[] {
    return this.#ports.baseUrl === undefined ? [] : this.#ports.providers.map(({ id, name }) => ({ id, name }));
  }

  /** Where the browser goes to say who it is.
   *  @throws LumbungError LOGIN_PROVIDER_UNKNOWN (operator), LOGIN_PROVIDER_SILENT (transient) */
  async begin(
    provider: string,
    request: LoginRequest,
  ): Promise<{ readonly location: string; readonly cookies: readonly string[] }> {
    if (!this.providers.some(({ id }) => id === provider)) {
      throw new LumbungError('LOGIN_PROVIDER_UNKNOWN', {
        kind: 'operator',
        message: 'there is no such way to log in',
        hint: 'choose one of those on the login page',
      });
    }
    const response = await this.#ports.auth.api.signInSocial({
      body: { provider, callbackURL: AFTER, errorCallbackURL: FAILED, disableRedirect: true },
      headers: headersFor(request, null),
      asResponse: true,
    });
    if (!response.ok) {
      throw new LumbungError('LOGIN_PROVIDER_SILENT', {
        kind: 'transient',
        message: 'the other house does not answer as it should',
        context: { provider },
        hint: 'try again later, or log in with a password',
      });
    }
    const { url } = z.looseObject({ url: z.url() }).parse(await response.json());
    return { location: url, cookies: response.headers.getSetCookie() };
  }

  /** The browser comes back from there. Always an address to go on to: what went wrong stands in it as a code. */
  async end(
    provider: string,
    search: string,
    request: LoginRequest,
  ): Promise<{ readonly location: string; readonly cookies: readonly string[] }> {
    const { auth, store, audit, baseUrl } = this.#ports;
    if (baseUrl === undefined) return { location: FAILED, cookies: [] };
    const url = new URL(`${AUTH_BASE_PATH}/callback/${encodeURIComponent(provider)}${search}`, baseUrl.origin);
    const cookie = request.headers.get('cookie');
    const response = await auth.handler(new Request(url, { headers: headersFor(request, cookie) }));
    const cookies = response.headers.getSetCookie();
    const begun = await this.#begunSession(cookies, request);
    if (begun === undefined) {
      await store.transaction(async (tx) => {
        await audit.append(tx, {
          actor: 'nobody',
          action: 'login.failed',
          subject: 'login',
          detail: { step: 'oidc', clientAddress: request.clientAddress },
        });
      });
      return { location: `${FAILED}?error=LOGIN_PROVIDER_REFUSED`, cookies: [] };
    }
    const before = await sessionOf(auth, request, cookie);
    await store.transaction(async (tx) => {
      if (before !== undefined && before.sessionId !== begun.sessionId) {
        await deleteSessions(tx, before.accountId, { only: before.sessionId });
      }
      await setLastLogin(tx, begun.accountId, request.at);
      await audit.append(tx, {
        actor: begun.accountId,
        action: 'login.succeeded',
        subject: begun.accountId,
        detail: { method: `oidc:${provider}`, clientAddress: request.clientAddress },
      });
    });
    return { location: AFTER, cookies };
  }

  /** The session that the answer's cookies would begin. */
  async #begunSession(
    cookies: readonly string[],
    request: LoginRequest,
  ): Promise<{ readonly sessionId: string; readonly accountId: AccountId } | undefined> {
    const given = cookies
      .map((cookie) => cookie.split(';')[0] ?? '')
      .filter((cookie) => /lumbung\.session_token=./.test(cookie));
    return given.length === 0 ? undefined : await sessionOf(this.#ports.auth, request, given.join('; '));
  }
}
