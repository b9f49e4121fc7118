import type {
  AgencyId,
  ApplicationId,
  AssetId,
  AssetKind,
  AssetState,
  DestinationId,
  LocalDate,
  PersonId,
  SecretId,
  ServerId,
} from '@lumbung/contracts';
import type { Generated } from 'kysely';
import type { Flag, JsonText, Moment } from './column.ts';

export interface SecretRow {
  readonly id: SecretId;
  name: string;
  /** What `secrets/` sealed, in base64: the store cannot open it. */
  sealed: string;
  /** Which master key opens it. */
  key_id: string;
  readonly created_at: Moment;
  rotated_at: Moment;
  revision: Generated<number>;
}

export interface DestinationRow {
  readonly id: DestinationId;
  name: string;
  address: string;
  /** The id in the repository's own configuration; null until it was opened once. */
  repository_id: string | null;
  /** The repository's password. */
  secret_id: SecretId | null;
  /** Credentials of the storage, limits, connections. */
  options: JsonText;
  /** Elsewhere than the sources, so that one fire does not take both. */
  is_offsite: Generated<Flag>;
  /** What is there cannot be deleted before its time. */
  is_immutable: Generated<Flag>;
  region: string | null;
  /** The first one is where dumps go; the rest are filled by copying. */
  position: number;
  state: 'active' | 'paused' | 'retired';
  revision: Generated<number>;
  readonly created_at: Moment;
  updated_at: Moment;
}

export interface ServerRow {
  readonly id: ServerId;
  name: string;
  /** `local`: the machine Lumbung runs on. */
  kind: 'local' | 'remote';
  connection: JsonText;
  secret_id: SecretId | null;
  state: 'active' | 'paused' | 'retired';
  note: string | null;
  revision: Generated<number>;
  readonly created_at: Moment;
  updated_at: Moment;
}

export interface ApplicationRow {
  readonly id: ApplicationId;
  /** What it is called in tags, tables and paths: no comma, no blank. */
  code: string;
  name: string;
  agency_id: AgencyId | null;
  server_id: ServerId | null;
  person_id: PersonId | null;
  state: AssetState;
  registered_on: LocalDate;
  /** Its last active day. */
  retired_on: LocalDate | null;
  url: string | null;
  /** The rest of the office's list: vendor, framework, classification, personal data, agreement, RPO, RTO, policy. */
  details: JsonText;
  revision: Generated<number>;
  readonly created_at: Moment;
  updated_at: Moment;
}

/** What one run backs up. */
export interface AssetRow {
  readonly id: AssetId;
  kind: AssetKind;
  name: string;
  /** Null for a database that belongs to no application. */
  application_id: ApplicationId | null;
  server_id: ServerId | null;
  secret_id: SecretId | null;
  /** Engine and name of the database, or folders and patterns. */
  definition: JsonText;
  state: AssetState;
  registered_on: LocalDate;
  retired_on: LocalDate | null;
  /** While set, it is not backed up; the reason is shown beside what is missing. */
  paused_at: Moment | null;
  pause_reason: string | null;
  revision: Generated<number>;
  readonly created_at: Moment;
  updated_at: Moment;
}
