import { isLocalDate, type LocalDate } from '@lumbung/contracts';
import { assertNever } from '@lumbung/stdx';
import { dateOfDayNumber, dayNumberOf } from '../calendar/date-arithmetic.ts';

/** What kind of officer: it decides which number they have. `pns` a NIP, `pppk` a number of their own, `non-asn` none. */
export const OFFICER_KINDS = ['pns', 'pppk', 'non-asn'] as const;
export type OfficerKind = (typeof OFFICER_KINDS)[number];

/** What looks wrong: people are warned, never refused. */
export const OFFICIAL_NUMBER_WARNINGS = [
  'not-18-digits',
  'birth-date-implausible',
  'appointment-implausible',
  'appointment-before-coming-of-age',
  'sex-digit-unknown',
  'number-not-expected',
] as const;
export type OfficialNumberWarning = (typeof OFFICIAL_NUMBER_WARNINGS)[number];

/** Nobody older works for an office, and nobody younger is appointed. */
const AGE_YEARS_MAX = 80;
const APPOINTMENT_AGE_YEARS_MIN = 15;

/** A NIP is birth date (8), year and month of appointment (6), sex (1 or 2), sequence (3). Blanks between are fine.
 *  @param today for judging what is plausible */
export function checkOfficialNumber(
  text: string,
  options: { readonly kind: OfficerKind; readonly today: LocalDate },
): readonly OfficialNumberWarning[] {
  const digits = text.replaceAll(/\s/g, '');
  switch (options.kind) {
    case 'pns':
      return /^\d{18}$/.test(digits) ? nipWarnings(digits, options.today) : ['not-18-digits'];
    case 'pppk':
      return /^\d{18}$/.test(digits) ? [] : ['not-18-digits'];
    case 'non-asn':
      return digits === '' ? [] : ['number-not-expected'];
    default:
      return assertNever(options.kind);
  }
}

function nipWarnings(nip: string, today: LocalDate): readonly OfficialNumberWarning[] {
  const warnings: OfficialNumberWarning[] = [];
  const born = dateFrom(nip.slice(0, 8));
  const appointed = dateFrom(`${nip.slice(8, 14)}01`);
  const isBirthPlausible = born !== undefined && born <= today && born >= yearsBefore(today, AGE_YEARS_MAX);
  const isAppointmentPlausible = appointed !== undefined && appointed <= today;
  if (!isBirthPlausible) warnings.push('birth-date-implausible');
  if (!isAppointmentPlausible) warnings.push('appointment-implausible');
  if (isBirthPlausible && isAppointmentPlausible && born > yearsBefore(appointed, APPOINTMENT_AGE_YEARS_MIN)) {
    warnings.push('appointment-before-coming-of-age');
  }
  if (!/[12]/.test(nip.charAt(14))) warnings.push('sex-digit-unknown');
  return warnings;
}

function dateFrom(digits: string): LocalDate | undefined {
  const text = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`;
  return isLocalDate(text) ? text : undefined;
}

/** Roughly is enough: 365.25 days a year. */
function yearsBefore(date: LocalDate, years: number): LocalDate {
  return dateOfDayNumber(dayNumberOf(date) - Math.floor(years * 365.25));
}

/** `NIP. 198001012005011001`; `-` where there is none. */
export function formatOfficialNumber(text: string | undefined, kind: OfficerKind): string {
  const shown = text?.trim() ?? '';
  if (shown === '' || kind === 'non-asn') return '-';
  return `${kind === 'pns' ? 'NIP.' : 'NI PPPK.'} ${shown}`;
}
