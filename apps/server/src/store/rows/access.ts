import type { AccountId, AccountState, AgencyId, Language, Role } from '@lumbung/contracts';
import type { Generated } from 'kysely';
import type { Flag, JsonText, Moment, Sha256 } from './column.ts';

// The first six are better-auth's `user`, `account`, `session`, `verification`, `twoFactor` and `deviceCode`, with our names
// and our columns: modules/access/auth-adapter.ts translates. A test compares them with what it wants.

export interface AccountRow {
  readonly id: AccountId;
  name: string;
  /** Lower case. An account without one has an address that nobody can have: see accounts.store.ts. */
  email: string;
  email_verified: Generated<Flag>;
  image: string | null;
  two_factor_enabled: Generated<Flag>;
  /** Lower case: typed to log in, as the address. */
  user_name: string | null;
  state: AccountState;
  language: Language | null;
  last_login_at: Moment | null;
  readonly created_at: Moment;
  updated_at: Moment;
  revision: Generated<number>;
}

export interface CredentialRow {
  readonly id: string;
  readonly account_id: AccountId;
  provider: string;
  /** Who the account is to that provider. */
  provider_account: string;
  password_hash: string | null;
  access_token: string | null;
  refresh_token: string | null;
  id_token: string | null;
  access_token_expires_at: Moment | null;
  refresh_token_expires_at: Moment | null;
  scope: string | null;
  readonly created_at: Moment;
  updated_at: Moment;
}

export interface SessionRow {
  readonly id: string;
  readonly account_id: AccountId;
  /** Half of what the cookie holds: the other half is a signature. */
  token: string;
  /** How it began: `password+totp`. */
  method: string;
  expires_at: Moment;
  ip_address: string | null;
  user_agent: string | null;
  readonly created_at: Moment;
  updated_at: Moment;
}

export interface LoginVerificationRow {
  readonly id: string;
  identifier: string;
  value: string;
  expires_at: Moment;
  readonly created_at: Moment;
  updated_at: Moment;
}

export interface TwoFactorRow {
  readonly id: string;
  readonly account_id: AccountId;
  /** Sealed by better-auth, with a secret of the master key. */
  secret: string;
  backup_codes: string;
  verified: Generated<Flag>;
  failed_count: Generated<number>;
  locked_until_at: Moment | null;
}

export interface DeviceCodeRow {
  readonly id: string;
  device_code: string;
  user_code: string;
  account_id: AccountId | null;
  status: string;
  expires_at: Moment;
  last_polled_at: Moment | null;
  polling_interval_ms: number | null;
  client_id: string | null;
  scope: string | null;
}

/** Failed logins by a name or an address: a digest, since a name may be a password in the wrong field. */
export interface LoginGuardRow {
  readonly key: Sha256;
  failures: number;
  last_at: Moment;
}

/** A code of a second factor that opened a session. */
export interface SpentCodeRow {
  readonly account_id: AccountId;
  readonly code_hash: Sha256;
  readonly expires_at: Moment;
}

/** Whoever has its token chooses the password of the account. */
export interface PasswordLinkRow {
  readonly id: string;
  readonly account_id: AccountId;
  readonly token_hash: Sha256;
  readonly created_by: AccountId;
  readonly created_at: Moment;
  readonly expires_at: Moment;
}

/** A second person's word on what somebody wants to do. Its state is computed: see approvals.rules.ts. */
export interface ApprovalRow {
  readonly id: string;
  readonly action: string;
  readonly subject: string;
  readonly agency_id: AgencyId | null;
  readonly reason: string;
  /** Number and date of the letter in which an owner without an account consents. */
  readonly owner_letter: string | null;
  /** Names of the consents it needs. */
  readonly needed: JsonText;
  readonly requested_by: AccountId;
  readonly requested_at: Moment;
  readonly expires_at: Moment;
  /** An approval is good for one act. */
  used_at: Moment | null;
  withdrawn_at: Moment | null;
}

export interface ApprovalDecisionRow {
  readonly approval_id: string;
  readonly consent: 'overseer' | 'owner';
  readonly decision: 'approved' | 'refused';
  readonly decided_by: AccountId;
  readonly decided_at: Moment;
  readonly note: string | null;
}

export interface AccountRoleRow {
  readonly id: string;
  readonly account_id: AccountId;
  readonly role: Role;
  /** Only for the applications of this agency; null: for all. */
  readonly agency_id: AgencyId | null;
  readonly granted_by: AccountId | null;
  readonly granted_at: Moment;
  expires_at: Moment | null;
}

export interface ApiTokenRow {
  readonly id: string;
  readonly account_id: AccountId;
  name: string;
  readonly token_hash: Sha256;
  /** Its first characters, so that people can tell theirs apart. */
  readonly shown_prefix: string;
  readonly scopes: JsonText;
  readonly created_at: Moment;
  readonly expires_at: Moment;
  last_used_at: Moment | null;
  revoked_at: Moment | null;
}

export interface IdempotencyRow {
  readonly key: string;
  readonly account_id: AccountId;
  readonly request_sha256: Sha256;
  /** Null while the request is under way. */
  status: number | null;
  answer: string | null;
  readonly created_at: Moment;
  readonly expires_at: Moment;
}
