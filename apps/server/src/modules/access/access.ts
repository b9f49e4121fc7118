// The subject "access" put together: services on one set of ports, and the routes that offer them.
import type { Role } from '@lumbung/contracts';
import type { Clock, Random } from '@lumbung/stdx';
import type { AuditTrail } from '../../audit/audit-trail.ts';
import { type PasswordCost, passwordHasher } from '../../crypto/password-hash.ts';
import type { Authenticator } from '../../http/authenticator.ts';
import type { Route } from '../../http/route.ts';
import type { SecretVault } from '../../secrets/secret-vault.ts';
import type { Store } from '../../store/store.ts';
import { accessAudit } from './access-audit.ts';
import { accountRoutes } from './accounts.routes.ts';
import { AccountService } from './accounts.service.ts';
import { approvalRoutes } from './approvals.routes.ts';
import { ApprovalService } from './approvals.service.ts';
import { createAuth, type OidcProvider } from './auth.ts';
import { authAdapter } from './auth-adapter.ts';
import { AccountAuthenticator } from './authenticator.ts';
import { deleteExpired } from './credentials.store.ts';
import { DeviceService } from './devices.service.ts';
import { loginRoutes } from './login.routes.ts';
import { LoginService } from './login.service.ts';
import { LoginGuard } from './login-guard.ts';
import { myRoutes } from './me.routes.ts';
import { OidcService } from './oidc.service.ts';
import { PasswordService } from './passwords.service.ts';
import { SecondFactorService } from './second-factor.service.ts';
import { SessionService } from './sessions.service.ts';
import { SetupService } from './setup.service.ts';
import { TokenService } from './tokens.service.ts';

export interface AccessPorts {
  readonly store: Store;
  readonly audit: Pick<AuditTrail, 'append'>;
  readonly vault: Pick<SecretVault, 'openNamed' | 'add'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly baseUrl: URL | undefined;
  /** Roles whose accounts need a second factor. */
  readonly secondFactorFor: readonly Role[];
  readonly providers: readonly OidcProvider[];
  /** Only tests make it cheaper. */
  readonly passwordCost?: PasswordCost;
}

export interface Access {
  readonly authenticator: Authenticator;
  /** The code to print, while there is no account. */
  readonly setup: Pick<SetupService, 'begin' | 'state'>;
  /** For acts of other modules that need a second person. */
  readonly approvals: Pick<ApprovalService, 'consentsFor' | 'use' | 'request'>;
  readonly routes: readonly Route[];
  /** Takes away what is over: sessions, links, codes. For maintenance, once an hour or so. */
  deleteExpired(): Promise<void>;
}

const KEY_SECRET = 'lumbung.login-key';
const KEY_BYTES = 32;

/** @throws LumbungError of the vault, when its key does not open */
export async function createAccess(ports: AccessPorts): Promise<Access> {
  const { store, clock, random, baseUrl, providers } = ports;
  const secret = await loginKey(ports);
  const hasher = passwordHasher(random, ports.passwordCost);
  const guard = new LoginGuard(store, secret);
  const deviceUrl = baseUrl === undefined ? null : new URL('device', `${baseUrl.href.replace(/\/$/, '')}/`).href;
  const auth = createAuth({
    adapter: authAdapter(store),
    hasher,
    clock,
    random,
    secret,
    baseUrl,
    providers,
    verificationUrl: deviceUrl ?? '/device',
    beforeSession: async (begin) => await login.beforeSession(begin),
  });
  const shared = { ...ports, audit: accessAudit(ports.audit), auth, hasher, guard };
  const login = new LoginService(shared);
  const passwords = new PasswordService(shared);
  const accounts = new AccountService(shared);
  const sessions = new SessionService(shared);
  const tokens = new TokenService(shared);
  const devices = new DeviceService(shared);
  const approvals = new ApprovalService(shared);
  const setup = new SetupService(shared);
  const secondFactor = new SecondFactorService({ ...shared, passwords });
  const oidc = new OidcService(shared);
  return {
    authenticator: new AccountAuthenticator(shared),
    setup,
    approvals,
    routes: [
      ...loginRoutes({ setup, login, passwords, oidc, devices, deviceUrl }),
      ...myRoutes({ accounts, passwords, secondFactor, sessions, tokens, devices, login }),
      ...accountRoutes({ accounts, sessions, tokens }),
      ...approvalRoutes(approvals),
    ],
    deleteExpired: async () => {
      await store.transaction(async (tx) => {
        await deleteExpired(tx, clock.nowMs());
      });
    },
  };
}

/** Signs cookies and seals seeds of second factors. It is kept sealed like other secrets: another master key ends no session
 *  and no second factor. */
async function loginKey({ store, vault, random }: AccessPorts): Promise<string> {
  return await store.transaction(async (tx) => {
    const known = await vault.openNamed(KEY_SECRET, tx);
    if (known !== undefined) return known.reveal();
    const fresh = random.bytes(KEY_BYTES).toString('base64url');
    await vault.add(KEY_SECRET, fresh, tx);
    return fresh;
  });
}
