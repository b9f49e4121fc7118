// What is protected, as the register knows it.
import type { ApplicationId, AssetId, AssetKind, LocalDate } from '@lumbung/contracts';
import type { DateSpan } from '../calendar/date-arithmetic.ts';

/** A span in which backups were switched off by a person, both ends included. It counts all the same; the reason stands
 *  beside what is missing. */
export interface Pause {
  readonly from: LocalDate;
  /** Absent: until further notice. */
  readonly until?: LocalDate | undefined;
  readonly reason: string;
}

/** Begins with the registration; the retirement date is the last active one. */
export type Life = {
  readonly registeredOn: LocalDate;
  readonly pauses: readonly Pause[];
} & (
  | { readonly state: 'trial' | 'active' }
  | {
      readonly state: 'retired';
      readonly retiredOn: LocalDate;
    }
);

/** One database or one file set. */
export interface Asset {
  readonly id: AssetId;
  readonly kind: AssetKind;
  /** Absent: it belongs to none. */
  readonly applicationId?: ApplicationId | undefined;
  readonly life: Life;
}

export interface Application {
  readonly id: ApplicationId;
  readonly life: Life;
}

/** The dates of a life, up to `today` while it goes on; undefined: it has not begun. */
export function activeSpan(life: Life, today: LocalDate): DateSpan | undefined {
  const last = life.state === 'retired' && life.retiredOn < today ? life.retiredOn : today;
  return life.registeredOn <= last ? { first: life.registeredOn, last } : undefined;
}

/** Registered, and not retired before the date. Paused time is active time. */
export function isActiveOn(life: Life, date: LocalDate): boolean {
  return life.registeredOn <= date && (life.state !== 'retired' || date <= life.retiredOn);
}

/** The pause that covers the date, if one does. */
export function pauseOn(life: Life, date: LocalDate): Pause | undefined {
  return life.pauses.find(({ from, until }) => from <= date && (until === undefined || date <= until));
}
