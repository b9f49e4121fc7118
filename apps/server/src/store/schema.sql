CREATE TABLE "account" (
  "id" text not null primary key,
  "name" text not null,
  "email" text not null unique,
  "email_verified" integer default 0 not null,
  "image" text,
  "two_factor_enabled" integer default 0 not null,
  "user_name" text unique,
  "state" text not null,
  "language" text,
  "last_login_at" integer,
  "created_at" integer not null,
  "updated_at" integer not null,
  "revision" integer default 1 not null,
  constraint "account_flags" check ("email_verified" in (0, 1) and "two_factor_enabled" in (0, 1)),
  constraint "account_state" check ("state" in ('invited', 'active', 'disabled'))
) strict;

CREATE TABLE "account_role" (
  "id" text not null primary key,
  "account_id" text not null references "account" ("id") on delete cascade,
  "role" text not null,
  "agency_id" text references "agency" ("id"),
  "granted_by" text references "account" ("id"),
  "granted_at" integer not null,
  "expires_at" integer,
  constraint "account_role_role" check ("role" in ('admin', 'operator', 'recipient', 'overseer', 'leader', 'auditor', 'owner'))
) strict;

CREATE INDEX "account_role_account_id_idx" on "account_role" ("account_id");

CREATE TABLE "activity" (
  "id" text not null primary key,
  "held_on" text not null unique,
  "procedure_number" integer not null references "procedure_version" ("number"),
  "technical_state" text not null,
  "technical_final_at" integer,
  "administrative_state" text not null,
  "person_id" text references "person" ("id"),
  "opened_at" integer not null,
  "closed_at" integer,
  "document" text,
  "revision" integer default 1 not null,
  constraint "activity_dates" check ("held_on" like '____-__-__'),
  constraint "activity_technical" check ("technical_state" in ('scheduled', 'preparing', 'postponed', 'running', 'succeeded', 'partly', 'failed', 'missed')),
  constraint "activity_administrative" check ("administrative_state" in ('unreported', 'reported', 'acknowledged', 'returned', 'closed'))
) strict;

CREATE TABLE "activity_remark" (
  "id" text not null primary key,
  "activity_id" text not null references "activity" ("id"),
  "step_id" text,
  "kind" text not null,
  "corrects_id" text,
  "text" text not null,
  "evidence" text,
  "account_id" text references "account" ("id"),
  "written_at" integer not null,
  constraint "activity_remark_corrects_fkey" foreign key ("corrects_id") references "activity_remark" ("id") deferrable initially deferred,
  constraint "activity_remark_kind" check ("kind" in ('remark', 'correction', 'manual-entry')),
  constraint "activity_remark_corrects" check ((kind = 'correction') = (corrects_id is not null))
) strict;

CREATE INDEX "activity_remark_activity_id_idx" on "activity_remark" ("activity_id");

CREATE TABLE "activity_step" (
  "activity_id" text not null references "activity" ("id"),
  "step_id" text not null,
  "number" integer not null,
  "act" text not null,
  "standard_ms" integer not null,
  "begun_at" integer,
  "ended_at" integer,
  "worked_ms" integer,
  "result" text,
  "checks" text,
  "outputs" text,
  constraint "activity_step_pkey" primary key ("activity_id", "step_id"),
  constraint "activity_step_number" unique ("activity_id", "number"),
  constraint "activity_step_act" check ("act" in ('preflight', 'databases', 'applications', 'report', 'close')),
  constraint "activity_step_result" check ("result" in ('pass', 'warn', 'fail'))
) strict;

CREATE TABLE "agency" (
  "id" text not null primary key,
  "code" text not null unique,
  "name" text not null,
  "is_active" integer default 1 not null,
  "revision" integer default 1 not null,
  "created_at" integer not null,
  "updated_at" integer not null,
  constraint "agency_flags" check ("is_active" in (0, 1))
) strict;

CREATE TABLE "api_token" (
  "id" text not null primary key,
  "account_id" text not null references "account" ("id") on delete cascade,
  "name" text not null,
  "token_hash" text not null unique,
  "shown_prefix" text not null,
  "scopes" text not null,
  "created_at" integer not null,
  "expires_at" integer not null,
  "last_used_at" integer,
  "revoked_at" integer
) strict;

CREATE INDEX "api_token_account_id_idx" on "api_token" ("account_id");

CREATE TABLE "application" (
  "id" text not null primary key,
  "code" text not null unique,
  "name" text not null,
  "agency_id" text references "agency" ("id"),
  "server_id" text references "server" ("id"),
  "person_id" text references "person" ("id"),
  "state" text not null,
  "registered_on" text not null,
  "retired_on" text,
  "url" text,
  "details" text not null,
  "revision" integer default 1 not null,
  "created_at" integer not null,
  "updated_at" integer not null,
  constraint "application_state" check ("state" in ('trial', 'active', 'retired')),
  constraint "application_dates" check ("registered_on" like '____-__-__' and "retired_on" like '____-__-__'),
  constraint "application_retired" check ((state = 'retired') = (retired_on is not null))
) strict;

CREATE INDEX "application_agency_id_idx" on "application" ("agency_id");

CREATE INDEX "application_server_id_idx" on "application" ("server_id");

CREATE TABLE "approval" (
  "id" text not null primary key,
  "action" text not null,
  "subject" text not null,
  "agency_id" text references "agency" ("id"),
  "reason" text not null,
  "owner_letter" text,
  "needed" text not null,
  "requested_by" text not null references "account" ("id"),
  "requested_at" integer not null,
  "expires_at" integer not null,
  "used_at" integer,
  "withdrawn_at" integer
) strict;

CREATE INDEX "approval_agency_id_id_idx" on "approval" ("agency_id", "id");

CREATE TABLE "approval_decision" (
  "approval_id" text not null references "approval" ("id") on delete cascade,
  "consent" text not null,
  "decision" text not null,
  "decided_by" text not null references "account" ("id"),
  "decided_at" integer not null,
  "note" text,
  constraint "approval_decision_pkey" primary key ("approval_id", "decided_by"),
  constraint "approval_decision_consent" check ("consent" in ('overseer', 'owner')),
  constraint "approval_decision_decision" check ("decision" in ('approved', 'refused'))
) strict;

CREATE UNIQUE INDEX "approval_decision_approval_id_consent_key" on "approval_decision" ("approval_id", "consent");

CREATE TABLE "asset" (
  "id" text not null primary key,
  "kind" text not null,
  "name" text not null,
  "application_id" text references "application" ("id"),
  "server_id" text references "server" ("id"),
  "secret_id" text references "secret" ("id"),
  "definition" text not null,
  "state" text not null,
  "registered_on" text not null,
  "retired_on" text,
  "paused_at" integer,
  "pause_reason" text,
  "revision" integer default 1 not null,
  "created_at" integer not null,
  "updated_at" integer not null,
  constraint "asset_kind" check ("kind" in ('database', 'files')),
  constraint "asset_state" check ("state" in ('trial', 'active', 'retired')),
  constraint "asset_dates" check ("registered_on" like '____-__-__' and "retired_on" like '____-__-__'),
  constraint "asset_retired" check ((state = 'retired') = (retired_on is not null)),
  constraint "asset_paused" check ((paused_at is null) = (pause_reason is null)),
  constraint "asset_files_of_application" check (kind = 'database' or application_id is not null)
) strict;

CREATE INDEX "asset_application_id_idx" on "asset" ("application_id");

CREATE INDEX "asset_server_id_idx" on "asset" ("server_id");

CREATE TABLE "audit_event" (
  "seq" integer not null primary key,
  "at" integer not null,
  "actor" text not null,
  "action" text not null,
  "subject" text not null,
  "detail" text not null,
  "previous_hash" text not null unique,
  "hash" text not null unique,
  "mac" text not null,
  constraint "audit_event_seq" check (seq >= 1)
) strict;

CREATE INDEX "audit_event_actor_seq_idx" on "audit_event" ("actor", "seq");

CREATE INDEX "audit_event_at_idx" on "audit_event" ("at");

CREATE INDEX "audit_event_subject_seq_idx" on "audit_event" ("subject", "seq");

CREATE TABLE "channel" (
  "id" text not null primary key,
  "name" text not null unique,
  "kind" text not null,
  "settings" text not null,
  "secret_id" text references "secret" ("id"),
  "language" text not null,
  "state" text not null,
  "revision" integer default 1 not null,
  "created_at" integer not null,
  "updated_at" integer not null,
  constraint "channel_state" check ("state" in ('active', 'paused'))
) strict;

CREATE TABLE "credential" (
  "id" text not null primary key,
  "account_id" text not null references "account" ("id") on delete cascade,
  "provider" text not null,
  "provider_account" text not null,
  "password_hash" text,
  "access_token" text,
  "refresh_token" text,
  "id_token" text,
  "access_token_expires_at" integer,
  "refresh_token_expires_at" integer,
  "scope" text,
  "created_at" integer not null,
  "updated_at" integer not null
) strict;

CREATE INDEX "credential_account_id_idx" on "credential" ("account_id");

CREATE UNIQUE INDEX "credential_provider_provider_account_key" on "credential" ("provider", "provider_account");

CREATE TABLE "destination" (
  "id" text not null primary key,
  "name" text not null unique,
  "address" text not null,
  "repository_id" text,
  "secret_id" text references "secret" ("id"),
  "options" text not null,
  "is_offsite" integer default 0 not null,
  "is_immutable" integer default 0 not null,
  "region" text,
  "position" integer not null,
  "state" text not null,
  "revision" integer default 1 not null,
  "created_at" integer not null,
  "updated_at" integer not null,
  constraint "destination_flags" check ("is_offsite" in (0, 1) and "is_immutable" in (0, 1)),
  constraint "destination_state" check ("state" in ('active', 'paused', 'retired')),
  constraint "destination_repository" check (length(repository_id) = 64)
) strict;

CREATE TABLE "device_code" (
  "id" text not null primary key,
  "device_code" text not null unique,
  "user_code" text not null unique,
  "account_id" text references "account" ("id") on delete cascade,
  "status" text not null,
  "expires_at" integer not null,
  "last_polled_at" integer,
  "polling_interval_ms" integer,
  "client_id" text,
  "scope" text
) strict;

CREATE TABLE "holiday" (
  "id" text not null primary key,
  "held_on" text not null,
  "name" text not null,
  "kind" text not null,
  "source" text,
  "silence" text,
  "revision" integer default 1 not null,
  "updated_at" integer not null,
  constraint "holiday_dates" check ("held_on" like '____-__-__')
) strict;

CREATE UNIQUE INDEX "holiday_held_on_kind_name_key" on "holiday" ("held_on", "kind", "name");

CREATE TABLE "idempotency" (
  "key" text not null,
  "account_id" text not null references "account" ("id") on delete cascade,
  "request_sha256" text not null,
  "status" integer,
  "answer" text,
  "created_at" integer not null,
  "expires_at" integer not null,
  constraint "idempotency_pkey" primary key ("account_id", "key")
) strict;

CREATE INDEX "idempotency_expires_at_idx" on "idempotency" ("expires_at");

CREATE TABLE "installation" (
  "key" text not null primary key,
  "value" text not null,
  "updated_at" integer not null
) strict;

CREATE TABLE "job" (
  "id" text not null primary key,
  "kind" text not null,
  "payload" text not null,
  "unique_key" text,
  "group_key" text,
  "group_max" integer,
  "priority" integer not null,
  "state" text not null,
  "due_at" integer not null,
  "attempt" integer default 0 not null,
  "attempts_max" integer not null,
  "worker" text,
  "lease_token" text,
  "lease_until_at" integer,
  "cancel_asked_at" integer,
  "queued_at" integer not null,
  "finished_at" integer,
  "last_error" text,
  constraint "job_state" check ("state" in ('waiting', 'running', 'done', 'cancelled', 'dead')),
  constraint "job_lease" check ((state = 'running') = (lease_token is not null)),
  constraint "job_group" check ((group_key is null) = (group_max is null))
) strict;

CREATE INDEX "job_finished_at_idx" on "job" ("finished_at") where finished_at is not null;

CREATE INDEX "job_group_key_idx" on "job" ("group_key") where state = 'running';

CREATE INDEX "job_lease_until_at_idx" on "job" ("lease_until_at") where state = 'running';

CREATE INDEX "job_priority_due_at_id_idx" on "job" ("priority" desc, "due_at", "id") where state = 'waiting';

CREATE UNIQUE INDEX "job_unique_key_key" on "job" ("unique_key") where state in ('waiting', 'running');

CREATE TABLE "login_guard" (
  "key" text not null primary key,
  "failures" integer not null,
  "last_at" integer not null
) strict;

CREATE INDEX "login_guard_last_at_idx" on "login_guard" ("last_at");

CREATE TABLE "login_verification" (
  "id" text not null primary key,
  "identifier" text not null,
  "value" text not null,
  "expires_at" integer not null,
  "created_at" integer not null,
  "updated_at" integer not null
) strict;

CREATE INDEX "login_verification_identifier_idx" on "login_verification" ("identifier");

CREATE TABLE "message" (
  "id" text not null primary key,
  "channel_id" text not null references "channel" ("id"),
  "kind" text not null,
  "unique_key" text not null,
  "payload" text not null,
  "state" text not null,
  "attempts" integer default 0 not null,
  "due_at" integer not null,
  "created_at" integer not null,
  "sent_at" integer,
  "last_error" text,
  constraint "message_once" unique ("channel_id", "unique_key"),
  constraint "message_state" check ("state" in ('waiting', 'sent', 'failed', 'dropped'))
) strict;

CREATE INDEX "message_due_at_idx" on "message" ("due_at") where state = 'waiting';

CREATE TABLE "organisation" (
  "id" text not null primary key,
  "name" text not null,
  "zone" text not null,
  "language" text not null,
  "profile" text not null,
  "revision" integer default 1 not null,
  "updated_at" integer not null,
  constraint "organisation_is_one" check ("id" in ('organisation'))
) strict;

CREATE TABLE "password_link" (
  "id" text not null primary key,
  "account_id" text not null references "account" ("id") on delete cascade,
  "token_hash" text not null unique,
  "created_by" text not null references "account" ("id"),
  "created_at" integer not null,
  "expires_at" integer not null
) strict;

CREATE INDEX "password_link_account_id_idx" on "password_link" ("account_id");

CREATE TABLE "person" (
  "id" text not null primary key,
  "name" text not null,
  "employment" text not null,
  "official_number" text,
  "rank" text,
  "account_id" text references "account" ("id"),
  "contact" text not null,
  "revision" integer default 1 not null,
  "created_at" integer not null,
  "updated_at" integer not null,
  constraint "person_employment" check ("employment" in ('pns', 'pppk', 'other'))
) strict;

CREATE INDEX "person_account_id_idx" on "person" ("account_id");

CREATE TABLE "person_term" (
  "id" text not null primary key,
  "person_id" text not null references "person" ("id"),
  "function" text not null,
  "position" text not null,
  "capacity" text not null,
  "agency_id" text references "agency" ("id"),
  "valid_from_on" text not null,
  "valid_until_on" text,
  "revision" integer default 1 not null,
  "created_at" integer not null,
  "updated_at" integer not null,
  constraint "person_term_function" check ("function" in ('admin', 'operator', 'recipient', 'overseer', 'leader', 'auditor', 'owner')),
  constraint "person_term_capacity" check ("capacity" in ('definitive', 'plt', 'plh')),
  constraint "person_term_dates" check ("valid_from_on" like '____-__-__' and "valid_until_on" like '____-__-__'),
  constraint "person_term_order" check (valid_until_on >= valid_from_on)
) strict;

CREATE INDEX "person_term_function_valid_from_on_idx" on "person_term" ("function", "valid_from_on");

CREATE INDEX "person_term_person_id_idx" on "person_term" ("person_id");

CREATE TABLE "procedure_version" (
  "id" text not null primary key,
  "number" integer not null unique,
  "status" text not null,
  "format_version" integer not null,
  "document" text not null,
  "note" text,
  "created_at" integer not null,
  "created_by" text references "account" ("id"),
  "in_force_at" integer,
  "in_force_by" text references "account" ("id"),
  "withdrawn_at" integer,
  "revision" integer default 1 not null,
  constraint "procedure_version_status" check ("status" in ('draft', 'in-force', 'withdrawn'))
) strict;

CREATE UNIQUE INDEX "procedure_version_status_key" on "procedure_version" ("status") where "status" in ('in-force');

CREATE TABLE "report" (
  "id" text not null primary key,
  "kind" text not null,
  "period_from_on" text not null,
  "period_until_on" text not null,
  "activity_id" text references "activity" ("id"),
  "number" integer not null,
  "letter_number" text,
  "language" text not null,
  "data" text not null,
  "data_sha256" text not null,
  "audit_head" text not null,
  "created_at" integer not null,
  "created_by" text references "account" ("id"),
  "revision" integer default 1 not null,
  constraint "report_of_period" unique ("kind", "period_from_on", "period_until_on", "number"),
  constraint "report_dates" check ("period_from_on" like '____-__-__' and "period_until_on" like '____-__-__'),
  constraint "report_order" check (period_until_on >= period_from_on)
) strict;

CREATE INDEX "report_activity_id_idx" on "report" ("activity_id");

CREATE TABLE "report_event" (
  "id" text not null primary key,
  "report_id" text not null references "report" ("id"),
  "kind" text not null,
  "account_id" text references "account" ("id"),
  "person_id" text references "person" ("id"),
  "to_person_id" text references "person" ("id"),
  "is_flagged" integer default 0 not null,
  "note" text,
  "happened_at" integer not null,
  constraint "report_event_kind" check ("kind" in ('sent', 'acknowledged', 'returned', 'delegated', 'signed')),
  constraint "report_event_flags" check ("is_flagged" in (0, 1))
) strict;

CREATE INDEX "report_event_report_id_happened_at_idx" on "report_event" ("report_id", "happened_at");

CREATE TABLE "restore_request" (
  "id" text not null primary key,
  "kind" text not null,
  "asset_id" text references "asset" ("id"),
  "snapshot_id" text not null,
  "destination_id" text not null references "destination" ("id"),
  "selection" text not null,
  "target" text not null,
  "reason" text not null,
  "state" text not null,
  "requested_by" text references "account" ("id"),
  "requested_at" integer not null,
  "run_id" text references "run" ("id"),
  "expires_at" integer,
  "revision" integer default 1 not null,
  constraint "restore_request_state" check ("state" in ('requested', 'approved', 'refused', 'queued', 'running', 'finished', 'withdrawn', 'expired'))
) strict;

CREATE INDEX "restore_request_asset_id_idx" on "restore_request" ("asset_id");

CREATE INDEX "restore_request_requested_at_idx" on "restore_request" ("requested_at" desc);

CREATE INDEX "restore_request_run_id_idx" on "restore_request" ("run_id");

CREATE TABLE "run" (
  "id" text not null primary key,
  "kind" text not null,
  "asset_id" text references "asset" ("id"),
  "destination_id" text references "destination" ("id"),
  "activity_id" text references "activity" ("id"),
  "step_id" text,
  "origin" text not null,
  "attempt" integer default 1 not null,
  "retry_of" text,
  "planned_on" text,
  "counts_on" text,
  "state" text not null,
  "outcome" text,
  "reason_code" text,
  "requested_by" text references "account" ("id"),
  "reason" text,
  "spec" text not null,
  "record" text,
  "worker" text,
  "queued_at" integer not null,
  "started_at" integer,
  "read_started_at" integer,
  "finished_at" integer,
  "bytes_read" integer,
  "bytes_stored" integer,
  constraint "run_retry_of_fkey" foreign key ("retry_of") references "run" ("id") deferrable initially deferred,
  constraint "run_state" check ("state" in ('queued', 'running', 'finished')),
  constraint "run_outcome" check ("outcome" in ('succeeded', 'warned', 'failed', 'cancelled', 'stalled', 'lost', 'missed')),
  constraint "run_finished" check ((state = 'finished') = (outcome is not null)),
  constraint "run_finished_at" check ((state = 'finished') = (finished_at is not null)),
  constraint "run_dates" check ("planned_on" like '____-__-__' and "counts_on" like '____-__-__')
) strict;

CREATE INDEX "run_activity_id_idx" on "run" ("activity_id");

CREATE INDEX "run_asset_id_queued_at_idx" on "run" ("asset_id", "queued_at" desc);

CREATE INDEX "run_counts_on_kind_idx" on "run" ("counts_on", "kind");

CREATE INDEX "run_queued_at_idx" on "run" ("queued_at" desc);

CREATE INDEX "run_state_idx" on "run" ("state") where state <> 'finished';

CREATE TABLE "secret" (
  "id" text not null primary key,
  "name" text not null unique,
  "sealed" text not null,
  "key_id" text not null,
  "created_at" integer not null,
  "rotated_at" integer not null,
  "revision" integer default 1 not null
) strict;

CREATE TABLE "server" (
  "id" text not null primary key,
  "name" text not null unique,
  "kind" text not null,
  "connection" text not null,
  "secret_id" text references "secret" ("id"),
  "state" text not null,
  "note" text,
  "revision" integer default 1 not null,
  "created_at" integer not null,
  "updated_at" integer not null,
  constraint "server_kind" check ("kind" in ('local', 'remote')),
  constraint "server_state" check ("state" in ('active', 'paused', 'retired'))
) strict;

CREATE TABLE "session" (
  "id" text not null primary key,
  "account_id" text not null references "account" ("id") on delete cascade,
  "token" text not null unique,
  "method" text not null,
  "expires_at" integer not null,
  "ip_address" text,
  "user_agent" text,
  "created_at" integer not null,
  "updated_at" integer not null
) strict;

CREATE INDEX "session_account_id_idx" on "session" ("account_id");

CREATE TABLE "snapshot" (
  "snapshot_id" text not null,
  "destination_id" text not null references "destination" ("id"),
  "asset_id" text references "asset" ("id"),
  "run_id" text references "run" ("id"),
  "original_id" text,
  "content" text not null,
  "outcome" text not null,
  "claimed_at" integer not null,
  "received_at" integer not null,
  "counts_on" text not null,
  "bytes" integer,
  "bytes_added" integer,
  "verification" text default 'pending' not null,
  "verified_at" integer,
  "verification_code" text,
  "pinned_at" integer,
  "pinned_by" text references "account" ("id"),
  "pin_reason" text,
  "trashed_at" integer,
  "trash_reason" text,
  "removed_at" integer,
  "removal_reason" text,
  "flags" text,
  constraint "snapshot_pkey" primary key ("snapshot_id", "destination_id"),
  constraint "snapshot_id_form" check (length(snapshot_id) = 64 and length(original_id) = 64),
  constraint "snapshot_content" check ("content" in ('database', 'server', 'files')),
  constraint "snapshot_outcome" check ("outcome" in ('succeeded', 'warned')),
  constraint "snapshot_verification" check ("verification" in ('pending', 'verified', 'revoked')),
  constraint "snapshot_dates" check ("counts_on" like '____-__-__'),
  constraint "snapshot_pin" check ((pinned_at is null) = (pin_reason is null)),
  constraint "snapshot_trash" check ((trashed_at is null) = (trash_reason is null)),
  constraint "snapshot_removal" check ((removed_at is null) = (removal_reason is null))
) strict;

CREATE INDEX "snapshot_asset_id_claimed_at_idx" on "snapshot" ("asset_id", "claimed_at" desc);

CREATE INDEX "snapshot_counts_on_idx" on "snapshot" ("counts_on");

CREATE INDEX "snapshot_destination_id_claimed_at_idx" on "snapshot" ("destination_id", "claimed_at" desc);

CREATE INDEX "snapshot_run_id_idx" on "snapshot" ("run_id");

CREATE INDEX "snapshot_trashed_at_idx" on "snapshot" ("trashed_at") where trashed_at is not null and removed_at is null;

CREATE INDEX "snapshot_verification_idx" on "snapshot" ("verification") where verification <> 'verified' and removed_at is null;

CREATE TABLE "spent_code" (
  "account_id" text not null references "account" ("id") on delete cascade,
  "code_hash" text not null,
  "expires_at" integer not null,
  constraint "spent_code_pkey" primary key ("account_id", "code_hash")
) strict;

CREATE INDEX "spent_code_expires_at_idx" on "spent_code" ("expires_at");

CREATE TABLE "two_factor" (
  "id" text not null primary key,
  "account_id" text not null references "account" ("id") on delete cascade,
  "secret" text not null,
  "backup_codes" text not null,
  "verified" integer default 1 not null,
  "failed_count" integer default 0 not null,
  "locked_until_at" integer,
  constraint "two_factor_verified" check ("verified" in (0, 1))
) strict;

CREATE INDEX "two_factor_account_id_idx" on "two_factor" ("account_id");
