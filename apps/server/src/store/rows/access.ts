import type { AccountId, AgencyId, Role } from '@lumbung/contracts';
import type { Generated } from 'kysely';
import type { Flag, IsoMoment, JsonText, Moment, Sha256 } from './column.ts';

// The first six are better-auth's `user`, `account`, `session`, `verification`, `twoFactor` and `deviceCode`, with our
// names. It writes moments as text and yes or no as 0 and 1 when it is told that the database is SQLite, and all of that
// is the same in PostgreSQL.

export interface AccountRow {
  readonly id: AccountId;
  name: string;
  email: string;
  email_verified: Generated<Flag>;
  image: string | null;
  two_factor_enabled: Generated<Flag>;
  is_banned: Generated<Flag>;
  ban_reason: string | null;
  ban_expires_at: IsoMoment | null;
  readonly created_at: IsoMoment;
  updated_at: IsoMoment;
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
  access_token_expires_at: IsoMoment | null;
  refresh_token_expires_at: IsoMoment | null;
  scope: string | null;
  readonly created_at: IsoMoment;
  updated_at: IsoMoment;
}

export interface SessionRow {
  readonly id: string;
  readonly account_id: AccountId;
  token: string;
  expires_at: IsoMoment;
  ip_address: string | null;
  user_agent: string | null;
  readonly created_at: IsoMoment;
  updated_at: IsoMoment;
}

export interface LoginVerificationRow {
  readonly id: string;
  identifier: string;
  value: string;
  expires_at: IsoMoment;
  readonly created_at: IsoMoment;
  updated_at: IsoMoment;
}

export interface TwoFactorRow {
  readonly id: string;
  readonly account_id: AccountId;
  secret: string;
  backup_codes: string;
}

export interface DeviceCodeRow {
  readonly id: string;
  device_code: string;
  user_code: string;
  account_id: AccountId | null;
  status: string;
  expires_at: IsoMoment;
  last_polled_at: IsoMoment | null;
  polling_interval_ms: number | null;
  client_id: string | null;
  scope: string | null;
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
