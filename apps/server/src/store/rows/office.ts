import type {
  AccountId,
  AgencyId,
  HolidayKind,
  Language,
  LocalDate,
  PersonId,
  ProcedureStatus,
  Role,
  TimeZone,
} from '@lumbung/contracts';
import type { Generated } from 'kysely';
import type { Flag, JsonText, Moment } from './column.ts';

export interface OrganisationRow {
  /** There is one row. */
  readonly id: 'organisation';
  name: string;
  zone: TimeZone;
  language: Language;
  /** Letterhead, address, numbering of letters. */
  profile: JsonText;
  revision: Generated<number>;
  updated_at: Moment;
}

export interface AgencyRow {
  readonly id: AgencyId;
  code: string;
  name: string;
  is_active: Generated<Flag>;
  revision: Generated<number>;
  readonly created_at: Moment;
  updated_at: Moment;
}

export interface PersonRow {
  readonly id: PersonId;
  name: string;
  /** Whose rules `official_number` follows. */
  employment: 'pns' | 'pppk' | 'other';
  official_number: string | null;
  /** Pangkat and golongan, as printed. */
  rank: string | null;
  account_id: AccountId | null;
  contact: JsonText;
  revision: Generated<number>;
  readonly created_at: Moment;
  updated_at: Moment;
}

/** What a person is, from a date on: a person has many in a life, and a report prints that of its day. */
export interface PersonTermRow {
  readonly id: string;
  person_id: PersonId;
  function: Role;
  /** The title, as printed. */
  position: string;
  /** Definitive, acting (Plt.), or standing in for a day (Plh.). */
  capacity: 'definitive' | 'plt' | 'plh';
  agency_id: AgencyId | null;
  valid_from_on: LocalDate;
  /** The last day, included. */
  valid_until_on: LocalDate | null;
  revision: Generated<number>;
  readonly created_at: Moment;
  updated_at: Moment;
}

export interface HolidayRow {
  readonly id: string;
  held_on: LocalDate;
  /** In both languages. */
  name: JsonText;
  kind: HolidayKind;
  /** The decree it comes from. */
  source: string | null;
  /** When messages wait; null: they do not. */
  silence: JsonText | null;
  revision: Generated<number>;
  updated_at: Moment;
}

export interface ProcedureVersionRow {
  readonly id: string;
  readonly number: number;
  status: ProcedureStatus;
  /** The form of `document`, as PROCEDURE_FORMAT_VERSION says. */
  format_version: number;
  document: JsonText;
  note: string | null;
  readonly created_at: Moment;
  readonly created_by: AccountId | null;
  in_force_at: Moment | null;
  in_force_by: AccountId | null;
  withdrawn_at: Moment | null;
  revision: Generated<number>;
}
