// better-auth as this house uses it: passwords, sessions, the second factor, login by another house, devices. Only its core,
// without its HTTP doors (one callback excepted): our endpoints call it, so that each has an action, a limit and an audit
// event, and no door opens that nobody decided on.

import { newId } from '@lumbung/contracts';
import type { Clock, Random } from '@lumbung/stdx';
import { betterAuth } from 'better-auth/minimal';
import { deviceAuthorization } from 'better-auth/plugins/device-authorization';
import { genericOAuth } from 'better-auth/plugins/generic-oauth';
import { twoFactor } from 'better-auth/plugins/two-factor';
import type { PasswordHasher } from '../../crypto/password-hash.ts';
import type { AuthAdapter } from './auth-adapter.ts';
import { PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN } from './password.rules.ts';

/** A house that vouches for people: OpenID Connect. */
export interface OidcProvider {
  /** In addresses: `sso`. */
  readonly id: string;
  readonly name: string;
  /** `https://…/.well-known/openid-configuration`. */
  readonly discoveryUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** It asks for a second factor itself: ours is not asked for after it. */
  readonly secondFactor: 'theirs' | 'none';
}

export interface AuthPorts {
  readonly adapter: AuthAdapter;
  readonly hasher: PasswordHasher;
  readonly clock: Clock;
  readonly random: Random;
  /** Signs cookies, seals seeds: of the master key, for this purpose alone. */
  readonly secret: string;
  readonly baseUrl: URL | undefined;
  readonly providers: readonly OidcProvider[];
  /** Asked before a session begins, whatever leads to it. `undefined`: it does not begin. @param path of better-auth */
  readonly beforeSession: (begin: SessionBegin) => Promise<{ readonly method: string } | undefined>;
  readonly verificationUrl: string;
}

export interface SessionBegin {
  readonly accountId: string;
  /** Which door of better-auth: `/sign-in/email`. */
  readonly path: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A session ends when it was not used for this long. */
export const SESSION_IDLE_MS = 72 * 3_600_000;
/** And in any case after this. */
export const SESSION_MS_MAX = 14 * 24 * 3_600_000;
/** Its use is written down no more often. */
const SESSION_TOUCH_MS = 5 * 60_000;
const SECOND_FACTOR_MS = 5 * 60_000;

/** Where better-auth believes to live: only the callback of OIDC is really there. */
export const AUTH_BASE_PATH = '/api/v1/login/oidc';
/** How the address of the client reaches better-auth: set by us, never by a client. */
export const ADDRESS_HEADER = 'x-lumbung-client';

const columns = {
  user: {
    emailVerified: 'email_verified',
    createdAt: 'created_at',
    updatedAt: 'updated_at',
  },
  session: {
    expiresAt: 'expires_at',
    createdAt: 'created_at',
    updatedAt: 'updated_at',
    ipAddress: 'ip_address',
    userAgent: 'user_agent',
    userId: 'account_id',
  },
  account: {
    accountId: 'provider_account',
    providerId: 'provider',
    userId: 'account_id',
    accessToken: 'access_token',
    refreshToken: 'refresh_token',
    idToken: 'id_token',
    accessTokenExpiresAt: 'access_token_expires_at',
    refreshTokenExpiresAt: 'refresh_token_expires_at',
    password: 'password_hash',
    createdAt: 'created_at',
    updatedAt: 'updated_at',
  },
  verification: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
} as const;

export function createAuth(ports: AuthPorts) {
  const { clock, random } = ports;
  const isHttps = ports.baseUrl?.protocol === 'https:';
  return betterAuth({
    appName: 'Lumbung',
    baseURL: ports.baseUrl?.origin ?? 'http://localhost',
    basePath: AUTH_BASE_PATH,
    trustedOrigins: ports.baseUrl === undefined ? [] : [ports.baseUrl.origin],
    // Given as a list too: otherwise it would look for one in the environment.
    secret: ports.secret,
    secrets: [{ version: 1, value: ports.secret }],
    database: ports.adapter.adapter,
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    // What it would say goes nowhere: our own log and audit trail say it, without what was typed.
    logger: { disabled: true },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_CHARS_MIN,
      maxPasswordLength: PASSWORD_CHARS_MAX,
      password: { hash: ports.hasher.hash, verify: ports.hasher.verify },
    },
    user: { modelName: 'account', fields: columns.user },
    session: {
      modelName: 'session',
      fields: columns.session,
      additionalFields: { method: { type: 'string', required: true, input: false, defaultValue: 'unknown' } },
      expiresIn: SESSION_IDLE_MS / 1000,
      updateAge: SESSION_TOUCH_MS / 1000,
      cookieCache: { enabled: false },
    },
    account: {
      modelName: 'credential',
      fields: columns.account,
      encryptOAuthTokens: true,
      // An account is joined to the one of another house by an address that both have verified.
      accountLinking: { enabled: true, trustedProviders: [], allowDifferentEmails: false },
    },
    verification: { modelName: 'login_verification', fields: columns.verification },
    plugins: [
      twoFactor({
        issuer: 'Lumbung',
        twoFactorTable: 'two_factor',
        twoFactorCookieMaxAge: SECOND_FACTOR_MS / 1000,
        schema: {
          user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
          twoFactor: {
            fields: {
              backupCodes: 'backup_codes',
              userId: 'account_id',
              failedVerificationCount: 'failed_count',
              lockedUntil: 'locked_until_at',
            },
          },
        },
      }),
      deviceAuthorization({
        expiresIn: '10m',
        interval: '5s',
        userCodeLength: 8,
        verificationUri: ports.verificationUrl,
        schema: {
          deviceCode: {
            modelName: 'device_code',
            fields: {
              deviceCode: 'device_code',
              userCode: 'user_code',
              userId: 'account_id',
              expiresAt: 'expires_at',
              lastPolledAt: 'last_polled_at',
              pollingInterval: 'polling_interval_ms',
              clientId: 'client_id',
            },
          },
        },
      }),
      genericOAuth({
        config: ports.providers.map(({ id, name, discoveryUrl, clientId, clientSecret }) => ({
          providerId: id,
          name,
          discoveryUrl,
          clientId,
          clientSecret,
          scopes: ['openid', 'email', 'profile'],
          pkce: true,
          requireIdTokenVerification: true,
          disableSignUp: true,
          disableImplicitSignUp: true,
        })),
      }),
    ],
    databaseHooks: {
      session: {
        create: {
          before: async (session, context) => {
            const begun = await ports.beforeSession({
              accountId: session.userId,
              path: context?.path ?? '',
              params: record(context?.params),
              body: record(context?.body),
            });
            return begun === undefined ? false : { data: { ...session, method: begun.method } };
          },
        },
      },
    },
    advanced: {
      cookiePrefix: 'lumbung',
      useSecureCookies: isHttps,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', secure: isHttps, path: '/' },
      disableOriginCheck: false,
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      database: { generateId: ({ model }) => newId(idKind(model), { clock, random }) },
    },
  });
}

export type Auth = ReturnType<typeof createAuth>;

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function idKind(model: string): 'account' | 'session' | 'credential' {
  return model === 'account' || model === 'user' ? 'account' : model === 'session' ? 'session' : 'credential';
}
