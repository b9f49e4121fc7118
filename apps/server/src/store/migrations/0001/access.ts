import {
  oneOf,
  optional,
  partOf,
  primary,
  required,
  type SchemaWords,
  to,
  unique,
  withDefault,
  yesOrNo,
} from '../schema-words.ts';

/** Who may log in, by what, and what they may do. Stands on `agency`. */
export async function createAccountTable({ text, big, int, table }: SchemaWords): Promise<void> {
  await table('account')
    .addColumn('id', text, primary)
    .addColumn('name', text, required)
    .addColumn('email', text, unique)
    .addColumn('email_verified', int, withDefault(0))
    .addColumn('image', text, optional)
    .addColumn('two_factor_enabled', int, withDefault(0))
    .addColumn('user_name', text, (column) => column.unique())
    .addColumn('state', text, required)
    .addColumn('language', text, optional)
    .addColumn('last_login_at', big, optional)
    .addColumn('created_at', big, required)
    .addColumn('updated_at', big, required)
    .addColumn('revision', int, withDefault(1))
    .addCheckConstraint('account_flags', yesOrNo('email_verified', 'two_factor_enabled'))
    .addCheckConstraint('account_state', oneOf('state', ['invited', 'active', 'disabled']))
    .execute();
}

export async function createAccessTables({ text, big, int, table, index }: SchemaWords): Promise<void> {
  await table('credential')
    .addColumn('id', text, primary)
    .addColumn('account_id', text, partOf('account'))
    .addColumn('provider', text, required)
    .addColumn('provider_account', text, required)
    .addColumn('password_hash', text, optional)
    .addColumn('access_token', text, optional)
    .addColumn('refresh_token', text, optional)
    .addColumn('id_token', text, optional)
    .addColumn('access_token_expires_at', big, optional)
    .addColumn('refresh_token_expires_at', big, optional)
    .addColumn('scope', text, optional)
    .addColumn('created_at', big, required)
    .addColumn('updated_at', big, required)
    .execute();
  await index('credential', ['account_id']);
  await index('credential', ['provider', 'provider_account'], { unique: true });

  await table('session')
    .addColumn('id', text, primary)
    .addColumn('account_id', text, partOf('account'))
    .addColumn('token', text, unique)
    .addColumn('method', text, required)
    .addColumn('expires_at', big, required)
    .addColumn('ip_address', text, optional)
    .addColumn('user_agent', text, optional)
    .addColumn('created_at', big, required)
    .addColumn('updated_at', big, required)
    .execute();
  await index('session', ['account_id']);

  await table('login_verification')
    .addColumn('id', text, primary)
    .addColumn('identifier', text, required)
    .addColumn('value', text, required)
    .addColumn('expires_at', big, required)
    .addColumn('created_at', big, required)
    .addColumn('updated_at', big, required)
    .execute();
  await index('login_verification', ['identifier']);

  await table('two_factor')
    .addColumn('id', text, primary)
    .addColumn('account_id', text, partOf('account'))
    .addColumn('secret', text, required)
    .addColumn('backup_codes', text, required)
    .addColumn('verified', int, withDefault(1))
    .addColumn('failed_count', int, withDefault(0))
    .addColumn('locked_until_at', big, optional)
    .addCheckConstraint('two_factor_verified', yesOrNo('verified'))
    .execute();
  await index('two_factor', ['account_id']);

  await table('device_code')
    .addColumn('id', text, primary)
    .addColumn('device_code', text, unique)
    .addColumn('user_code', text, unique)
    .addColumn('account_id', text, (column) => column.references('account.id').onDelete('cascade'))
    .addColumn('status', text, required)
    .addColumn('expires_at', big, required)
    .addColumn('last_polled_at', big, optional)
    .addColumn('polling_interval_ms', int, optional)
    .addColumn('client_id', text, optional)
    .addColumn('scope', text, optional)
    .execute();

  await table('account_role')
    .addColumn('id', text, primary)
    .addColumn('account_id', text, partOf('account'))
    .addColumn('role', text, required)
    .addColumn('agency_id', text, to('agency', 'optional'))
    .addColumn('granted_by', text, to('account', 'optional'))
    .addColumn('granted_at', big, required)
    .addColumn('expires_at', big, optional)
    .addCheckConstraint(
      'account_role_role',
      oneOf('role', ['admin', 'operator', 'recipient', 'overseer', 'leader', 'auditor', 'owner']),
    )
    .execute();
  await index('account_role', ['account_id']);

  await table('api_token')
    .addColumn('id', text, primary)
    .addColumn('account_id', text, partOf('account'))
    .addColumn('name', text, required)
    .addColumn('token_hash', text, unique)
    .addColumn('shown_prefix', text, required)
    .addColumn('scopes', text, required)
    .addColumn('created_at', big, required)
    .addColumn('expires_at', big, required)
    .addColumn('last_used_at', big, optional)
    .addColumn('revoked_at', big, optional)
    .execute();
  await index('api_token', ['account_id']);

  await table('login_guard')
    .addColumn('key', text, primary)
    .addColumn('failures', int, required)
    .addColumn('last_at', big, required)
    .execute();
  await index('login_guard', ['last_at']);

  await table('spent_code')
    .addColumn('account_id', text, partOf('account'))
    .addColumn('code_hash', text, required)
    .addColumn('expires_at', big, required)
    .addPrimaryKeyConstraint('spent_code_pkey', ['account_id', 'code_hash'])
    .execute();
  await index('spent_code', ['expires_at']);

  await table('password_link')
    .addColumn('id', text, primary)
    .addColumn('account_id', text, partOf('account'))
    .addColumn('token_hash', text, unique)
    .addColumn('created_by', text, to('account'))
    .addColumn('created_at', big, required)
    .addColumn('expires_at', big, required)
    .execute();
  await index('password_link', ['account_id']);

  await table('approval')
    .addColumn('id', text, primary)
    .addColumn('action', text, required)
    .addColumn('subject', text, required)
    .addColumn('agency_id', text, to('agency', 'optional'))
    .addColumn('reason', text, required)
    .addColumn('owner_letter', text, optional)
    .addColumn('needed', text, required)
    .addColumn('requested_by', text, to('account'))
    .addColumn('requested_at', big, required)
    .addColumn('expires_at', big, required)
    .addColumn('used_at', big, optional)
    .addColumn('withdrawn_at', big, optional)
    .execute();
  await index('approval', ['agency_id', 'id']);

  await table('approval_decision')
    .addColumn('approval_id', text, partOf('approval'))
    .addColumn('consent', text, required)
    .addColumn('decision', text, required)
    .addColumn('decided_by', text, to('account'))
    .addColumn('decided_at', big, required)
    .addColumn('note', text, optional)
    .addPrimaryKeyConstraint('approval_decision_pkey', ['approval_id', 'decided_by'])
    .addCheckConstraint('approval_decision_consent', oneOf('consent', ['overseer', 'owner']))
    .addCheckConstraint('approval_decision_decision', oneOf('decision', ['approved', 'refused']))
    .execute();
  await index('approval_decision', ['approval_id', 'consent'], { unique: true });

  await table('idempotency')
    .addColumn('key', text, required)
    .addColumn('account_id', text, partOf('account'))
    .addColumn('request_sha256', text, required)
    .addColumn('status', int, optional)
    .addColumn('answer', text, optional)
    .addColumn('created_at', big, required)
    .addColumn('expires_at', big, required)
    .addPrimaryKeyConstraint('idempotency_pkey', ['account_id', 'key'])
    .execute();
  await index('idempotency', ['expires_at']);
}
