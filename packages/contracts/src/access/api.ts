// What the endpoints about accounts take and give.
import { z } from 'zod';
import { lineOf } from '../fields/fields.ts';
import { type AccountId, type AgencyId, ID_PATTERN } from '../ids/ids.ts';
import { LANGUAGES } from '../language/language.ts';
import { ROLES } from '../people/role.ts';
import { isTokenScope, type TokenScope } from './authorise.ts';
import { ACTIONS, type Action } from './matrix.ts';
import { ACCOUNT_STATES, APPROVAL_STATES, CONSENT_NAMES } from './words.ts';

// A schema checks what the parser of the brand checks, and gives the same text: the cast says so to the compiler.
export const accountIdField = z.string().regex(ID_PATTERN) as unknown as z.ZodType<AccountId, string>;
export const agencyIdField = z.string().regex(ID_PATTERN) as unknown as z.ZodType<AgencyId, string>;
export const accountStateField = z.enum(ACCOUNT_STATES);
export const actionField = z.enum(ACTIONS as [Action, ...Action[]]); // there is at least one
export const anyIdField = z.string().regex(ID_PATTERN);
/** Milliseconds since 1970. */
export const momentField = z.int().min(0);

/** What is typed to log in besides an e-mail address: lower case, so that no two differ in case alone. */
export const userNameField = z
  .string()
  .min(3)
  .max(40)
  .regex(/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])$/);
export const emailField = z.email().max(254).toLowerCase();
/** Bounded: a hash is made of all of it. What else it must be is said by the rules of passwords. */
const passwordField = z.string().min(1).max(200);
const totpCodeField = z.string().regex(/^\d{6}$/);
const backupCodeField = z.string().trim().min(8).max(24);
export const tokenScopeField = z
  .string()
  .max(60)
  .refine(isTokenScope, { error: 'no such action' }) as unknown as z.ZodType<TokenScope, string>;

export const grantSchema = z.strictObject({
  id: anyIdField,
  role: z.enum(ROLES),
  agencyId: agencyIdField.nullable(),
  validUntilAt: momentField.nullable(),
  grantedBy: accountIdField.nullable(),
  grantedAt: momentField,
});

export const accountSchema = z.strictObject({
  id: accountIdField,
  name: z.string(),
  email: z.string().nullable(),
  userName: z.string().nullable(),
  /** `invited`: it has no password yet. */
  state: z.enum(ACCOUNT_STATES),
  language: z.enum(LANGUAGES).nullable(),
  secondFactor: z.enum(['none', 'totp']),
  roles: z.array(grantSchema),
  lastLoginAt: momentField.nullable(),
  createdAt: momentField,
  revision: z.int(),
});
export type AccountView = z.output<typeof accountSchema>;

export const newGrantSchema = z
  .strictObject({
    role: z.enum(ROLES),
    agencyId: agencyIdField.nullable().default(null),
    validUntilAt: momentField.nullable().default(null),
  })
  .refine(({ role, agencyId }) => role !== 'owner' || agencyId !== null, {
    path: ['agencyId'],
    error: 'an owner answers for one agency',
  })
  .refine(({ role, validUntilAt }) => role !== 'auditor' || validUntilAt !== null, {
    path: ['validUntilAt'],
    error: 'an auditor comes for a time',
  });
export type NewGrant = z.output<typeof newGrantSchema>;

const needsName = { path: ['userName'], error: 'an e-mail address or a user name is needed' };
const hasName = ({ email, userName }: { readonly email?: string | null; readonly userName?: string | null }): boolean =>
  (email ?? userName ?? null) !== null;

export const newAccountSchema = z
  .strictObject({
    name: lineOf(100),
    email: emailField.nullable().default(null),
    userName: userNameField.nullable().default(null),
    language: z.enum(LANGUAGES).nullable().default(null),
    roles: z.array(newGrantSchema).max(20).default([]),
  })
  .refine(hasName, needsName);

export const accountChangeSchema = z.strictObject({
  name: lineOf(100).optional(),
  email: emailField.nullable().optional(),
  userName: userNameField.nullable().optional(),
  language: z.enum(LANGUAGES).nullable().optional(),
});

/** Shown once: whoever has it chooses the password of that account. */
export const passwordLinkSchema = z.strictObject({
  /** For the people who open it; null when nobody said where people reach Lumbung. */
  url: z.string().nullable(),
  token: z.string(),
  expiresAt: momentField,
});

export const createdAccountSchema = z.strictObject({ account: accountSchema, passwordLink: passwordLinkSchema });

export const sessionSchema = z.strictObject({
  id: anyIdField,
  clientAddress: z.string().nullable(),
  userAgent: z.string().nullable(),
  method: z.string(),
  createdAt: momentField,
  lastUsedAt: momentField,
  expiresAt: momentField,
  isThisOne: z.boolean(),
});

export const tokenSchema = z.strictObject({
  id: anyIdField,
  name: z.string(),
  shownPrefix: z.string(),
  scopes: z.array(z.string()),
  createdAt: momentField,
  expiresAt: momentField,
  lastUsedAt: momentField.nullable(),
  revokedAt: momentField.nullable(),
});

export const TOKEN_DAYS_MAX = 400;
export const newTokenSchema = z.strictObject({
  name: lineOf(80),
  scopes: z.array(tokenScopeField).min(1).max(100),
  daysValid: z.int().min(1).max(TOKEN_DAYS_MAX).default(90),
});

/** The token itself is shown once. */
export const createdTokenSchema = z.strictObject({ token: z.string(), details: tokenSchema });

export const setupStateSchema = z.strictObject({ state: z.enum(['open', 'done']) });
export const setupSchema = z
  .strictObject({
    /** The server printed it when it started. */
    code: z.string().trim().min(8).max(40),
    name: lineOf(100),
    email: emailField.nullable().default(null),
    userName: userNameField.nullable().default(null),
    password: passwordField,
    language: z.enum(LANGUAGES).nullable().default(null),
  })
  .refine(hasName, needsName);

export const loginMethodsSchema = z.strictObject({
  password: z.boolean(),
  providers: z.array(z.strictObject({ id: z.string(), name: z.string() })),
});
export const loginSchema = z.strictObject({
  /** E-mail address or user name. */
  login: z.string().trim().min(1).max(254),
  password: passwordField,
});
export const loginAnswerSchema = z.strictObject({
  /** `second-factor`: the password was right; now the code. */
  next: z.enum(['done', 'second-factor']),
});
export const secondFactorSchema = z.union([
  z.strictObject({ code: totpCodeField }),
  z.strictObject({ backupCode: backupCodeField }),
]);
export const providerLoginSchema = z.strictObject({ provider: z.string().max(60) });
export const locationSchema = z.strictObject({ location: z.string() });

export const newPasswordSchema = z.strictObject({ token: z.string().max(100), password: passwordField });
export const passwordChangeSchema = z.strictObject({ currentPassword: passwordField, newPassword: passwordField });
export const confirmedSchema = z.strictObject({ password: passwordField });

export const secondFactorBegunSchema = z.strictObject({
  /** For a QR code, `otpauth://totp/…`. */
  uri: z.string(),
  backupCodes: z.array(z.string()),
});
export const backupCodesSchema = z.strictObject({ backupCodes: z.array(z.string()) });
export const totpSchema = z.strictObject({ code: totpCodeField });

export const meSchema = z.strictObject({
  account: accountSchema,
  via: z.enum(['session', 'token']),
  /** `missing`: set one up first; nothing else is open until then. */
  secondFactor: z.enum(['enough', 'missing']),
  /** What the roles allow now: `all`, or the agencies it is narrowed to. */
  actions: z.record(z.string(), z.union([z.literal('all'), z.array(agencyIdField)])),
});
export const myChangeSchema = z.strictObject({
  name: lineOf(100).optional(),
  language: z.enum(LANGUAGES).nullable().optional(),
});

export const deviceStartSchema = z.strictObject({ clientName: lineOf(60) });
export const deviceStartedSchema = z.strictObject({
  deviceCode: z.string(),
  userCode: z.string(),
  verificationUrl: z.string().nullable(),
  expiresInSeconds: z.int(),
  pollSeconds: z.int(),
});
export const devicePollSchema = z.strictObject({ deviceCode: z.string().max(200) });
export const deviceAnswerSchema = z.union([
  z.strictObject({ state: z.enum(['waiting', 'slow-down']) }),
  z.strictObject({ state: z.literal('approved'), token: z.string(), details: tokenSchema }),
]);
export const userCodeField = z
  .string()
  .trim()
  .max(20)
  .transform((text) => text.replaceAll(/[^a-zA-Z0-9]/g, '').toUpperCase());
export const deviceSeenSchema = z.strictObject({
  clientName: z.string(),
  state: z.enum(['pending', 'approved', 'denied']),
});
export const deviceDecisionSchema = z.strictObject({ userCode: userCodeField, decision: z.enum(['approve', 'deny']) });

export const approvalSchema = z.strictObject({
  id: anyIdField,
  action: actionField,
  /** What it is about: `snapshot 3f2a…`. */
  subject: z.string(),
  agencyId: agencyIdField.nullable(),
  reason: z.string(),
  state: z.enum(APPROVAL_STATES),
  requestedBy: accountIdField,
  requestedAt: momentField,
  expiresAt: momentField,
  ownerLetter: z.string().nullable(),
  needed: z.array(z.enum(CONSENT_NAMES)),
  decisions: z.array(
    z.strictObject({
      consent: z.enum(CONSENT_NAMES),
      decision: z.enum(['approved', 'refused']),
      by: accountIdField,
      at: momentField,
      note: z.string().nullable(),
    }),
  ),
});
export type ApprovalView = z.output<typeof approvalSchema>;
export const newApprovalSchema = z.strictObject({
  action: actionField,
  subject: lineOf(200),
  agencyId: agencyIdField.nullable().default(null),
  reason: lineOf(500),
  /** Number and date of the letter in which the owner consents, when the owner has no account. */
  ownerLetter: lineOf(200).nullable().default(null),
});
export const approvalDecisionSchema = z.strictObject({
  decision: z.enum(['approve', 'refuse']),
  note: lineOf(500).nullable().default(null),
});

export const auditEventSchema = z.strictObject({
  seq: z.int(),
  at: momentField,
  actor: z.string(),
  action: z.string(),
  subject: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
  hash: z.string(),
});
