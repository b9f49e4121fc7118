import { type Brand, LumbungError } from '@lumbung/stdx';

/** A moment as the repository holds it: RFC 3339 with up to nine digits of a second, in the zone it was written in. The
 *  text is kept, so that what is read is written again byte for byte. */
export type Timestamp = Brand<string, 'Timestamp'>;

/** A moment: seconds since 1970 (may be negative) and 0 to 999,999,999 nanoseconds after them. */
export interface Instant {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Where the clock on the wall stands. */
export interface Zone {
  /** Seconds to add to UTC at this moment; not always whole minutes (before 1972). */
  offsetSeconds(epochSeconds: number): number;
}

export const UTC_ZONE: Zone = { offsetSeconds: () => 0 };

const HOUR_S = 3600;
const DAY_S = 86_400;

/** The zone this process runs in. Offsets are looked up once an hour of the past: no zone changes more often. */
export function localZone(): Zone {
  return LOCAL_ZONE;
}

/** About a century of hours that differ; then the memory is started anew, so that odd times cannot fill it. */
const OFFSETS_KEPT_MAX = 1_000_000;

class LocalZone implements Zone {
  readonly #offsets = new Map<number, number>();
  #lastHour = Number.NaN;
  #lastOffset = 0;

  offsetSeconds(epochSeconds: number): number {
    const hour = Math.floor(epochSeconds / HOUR_S);
    if (hour === this.#lastHour) return this.#lastOffset;
    let offset = this.#offsets.get(hour);
    if (offset === undefined) {
      // A change of offset may lie inside the hour; zones change on the half hour at the earliest, and the two looks
      // tell. Then the hour is not kept.
      offset = wallOffset(hour * HOUR_S);
      if (offset !== wallOffset((hour + 1) * HOUR_S - 1)) return wallOffset(epochSeconds);
      if (this.#offsets.size >= OFFSETS_KEPT_MAX) this.#offsets.clear();
      this.#offsets.set(hour, offset);
    }
    this.#lastHour = hour;
    this.#lastOffset = offset;
    return offset;
  }
}

const LOCAL_ZONE: Zone = new LocalZone();

/** Beyond it no zone is known: 275,000 years from now and before. */
const DATE_SECONDS_MAX = 8_640_000_000_000 - 2 * DAY_S;

function wallOffset(epochSeconds: number): number {
  const known = Math.min(DATE_SECONDS_MAX, Math.max(-DATE_SECONDS_MAX, epochSeconds));
  const date = new Date(known * 1000);
  const wall = new Date(0);
  wall.setUTCFullYear(date.getFullYear(), date.getMonth(), date.getDate());
  wall.setUTCHours(date.getHours(), date.getMinutes(), date.getSeconds());
  return Math.round(wall.getTime() / 1000) - known;
}

/** A date of the proleptic Gregorian calendar. */
export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/** @param days since 1970-01-01 @see Howard Hinnant, chrono-Compatible Low-Level Date Algorithms */
export function civilOfDays(days: number): CivilDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthIdx = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthIdx < 10 ? monthIdx + 3 : monthIdx - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthIdx + 2) / 5) + 1,
  };
}

/** Days since 1970-01-01; months and days beyond their range run over into the next. */
export function daysOfCivil({ year, month, day }: CivilDate): number {
  const monthIdx = month - 1;
  const wholeYear = year + Math.floor(monthIdx / 12);
  const monthInYear = ((monthIdx % 12) + 12) % 12;
  const shiftedYear = monthInYear < 2 ? wholeYear - 1 : wholeYear;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * ((monthInYear + 10) % 12) + 2) / 5);
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468 + (day - 1);
}

const TWO_DIGITS: readonly string[] = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));

function two(value: number): string {
  return TWO_DIGITS[value] ?? String(value);
}

const YEAR_MAX = 9999;

let lastDay = Number.NaN;
let lastDayText = '';

/** A year that four digits cannot hold becomes the nearest that they can, as restic stores it. The 29th of February that
 *  9999 has not becomes the 1st of March. */
function inFourDigits(date: CivilDate): CivilDate {
  if (date.year >= 0 && date.year <= YEAR_MAX) return date;
  return civilOfDays(daysOfCivil({ ...date, year: date.year < 0 ? 0 : YEAR_MAX }));
}

function dayText(days: number): string {
  if (days !== lastDay) {
    const { year, month, day } = inFourDigits(civilOfDays(days));
    lastDayText = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T`;
    lastDay = days;
  }
  return lastDayText;
}

function fractionText(nanoseconds: number): string {
  if (nanoseconds === 0) return '';
  const digits = String(nanoseconds).padStart(9, '0');
  let end = 9;
  while (digits.charCodeAt(end - 1) === 0x30) end -= 1;
  return `.${digits.slice(0, end)}`;
}

function zoneText(offsetSeconds: number): string {
  // Truncated toward zero, not rounded: a zone of -00:44:30 is written -00:44.
  if (offsetSeconds === 0) return 'Z';
  const minutes = Math.floor(Math.abs(offsetSeconds) / 60);
  const sign = offsetSeconds < 0 ? '-' : '+';
  return `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Seconds that arithmetic with doubles still counts one by one, and files do not have. */
const SECONDS_MAX = 2 ** 50;

/** The text of a moment in a zone. @param nanoseconds 0 to 999,999,999 */
export function formatTimestamp(seconds: number, nanoseconds: number, zone: Zone): Timestamp {
  const countable = Math.min(SECONDS_MAX, Math.max(-SECONDS_MAX, seconds));
  const offset = zone.offsetSeconds(countable);
  const wall = countable + offset;
  const days = Math.floor(wall / DAY_S);
  const inDay = wall - days * DAY_S;
  const hours = Math.floor(inDay / HOUR_S);
  const minutes = Math.floor(inDay / 60) % 60;
  // Made here in the form the parser accepts.
  return `${dayText(days)}${two(hours)}:${two(minutes)}:${two(inDay % 60)}${fractionText(nanoseconds)}${zoneText(offset)}` as Timestamp;
}

/** The text of a moment given in milliseconds since 1970, which may have a fraction. */
export function timestampOfMilliseconds(timeMs: number, zone: Zone): Timestamp {
  const seconds = Math.floor(timeMs / 1000);
  const nanoseconds = Math.min(999_999_999, Math.round((timeMs - seconds * 1000) * 1_000_000));
  return formatTimestamp(seconds, nanoseconds, zone);
}

const TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** A stamp taken apart, in its own zone. */
export interface LocalTime {
  readonly date: CivilDate;
  readonly secondsInDay: number;
  readonly nanoseconds: number;
  readonly offsetSeconds: number;
}

/** @param month 1 to 12 */
function daysInMonth(year: number, month: number): number {
  return daysOfCivil({ year, month: month + 1, day: 1 }) - daysOfCivil({ year, month, day: 1 });
}

const NO_DIGIT = -1;

/** The digit at `at`, or NO_DIGIT. */
function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 0x30;
  return digit >= 0 && digit <= 9 ? digit : NO_DIGIT;
}

/** The two-digit number at `at`; negative when it is none. */
function twoAt(text: string, at: number): number {
  const tens = digitAt(text, at);
  const units = digitAt(text, at + 1);
  return tens < 0 || units < 0 ? NO_DIGIT : tens * 10 + units;
}

const FRACTION_AT = 19;

/** Reads what `formatTimestamp` writes, in half the time of the expression above: trees hold three times a node. Other
 *  forms of RFC 3339 are left to the expression. */
function plainPartsOf(text: string): LocalTime | undefined {
  const { length } = text;
  const century = twoAt(text, 0);
  const yearInCentury = twoAt(text, 2);
  const month = twoAt(text, 5);
  const day = twoAt(text, 8);
  const hours = twoAt(text, 11);
  const minutes = twoAt(text, 14);
  const seconds = twoAt(text, 17);
  const isPlain =
    text.charCodeAt(4) === 0x2d && // -
    text.charCodeAt(7) === 0x2d &&
    text.charCodeAt(10) === 0x54 && // T
    text.charCodeAt(13) === 0x3a && // :
    text.charCodeAt(16) === 0x3a &&
    century >= 0 &&
    yearInCentury >= 0 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 31 &&
    hours >= 0 &&
    hours <= 23 &&
    minutes >= 0 &&
    minutes <= 59 &&
    seconds >= 0 &&
    seconds <= 59;
  if (!isPlain || (day > 28 && day > daysInMonth(century * 100 + yearInCentury, month))) return undefined;
  let at = FRACTION_AT;
  let nanoseconds = 0;
  // .
  if (text.charCodeAt(at) === 0x2e) {
    let unit = 100_000_000;
    at += 1;
    for (let digit = digitAt(text, at); digit >= 0 && unit >= 1; digit = digitAt(text, at)) {
      nanoseconds += digit * unit;
      unit /= 10;
      at += 1;
    }
    if (at === FRACTION_AT + 1) return undefined;
  }
  let offsetSeconds = 0;
  const zone = text.charCodeAt(at);
  if (zone === 0x5a) {
    at += 1; // Z
  } else {
    const zoneHours = twoAt(text, at + 1);
    const zoneMinutes = twoAt(text, at + 4);
    const isZone = (zone === 0x2b || zone === 0x2d) && text.charCodeAt(at + 3) === 0x3a && zoneHours >= 0;
    if (!isZone || zoneMinutes < 0 || zoneMinutes > 59) return undefined;
    const magnitude = (zoneHours * 60 + zoneMinutes) * 60;
    offsetSeconds = zone === 0x2d ? -magnitude : magnitude;
    at += 6;
  }
  if (at !== length) return undefined;
  return {
    date: { year: century * 100 + yearInCentury, month, day },
    secondsInDay: hours * HOUR_S + minutes * 60 + seconds,
    nanoseconds,
    offsetSeconds,
  };
}

function partsOf(text: string): LocalTime | undefined {
  return plainPartsOf(text) ?? otherPartsOf(text);
}

function otherPartsOf(text: string): LocalTime | undefined {
  const match = TIMESTAMP.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, zoneHour = '0', zoneMinute = '0'] = match;
  const date = { year: Number(year), month: Number(month), day: Number(day) };
  const [hours, minutes, seconds] = [Number(hour), Number(minute), Number(second)];
  const isInRange =
    date.month >= 1 &&
    date.month <= 12 &&
    date.day >= 1 &&
    date.day <= daysInMonth(date.year, date.month) &&
    hours <= 23 &&
    minutes <= 59 &&
    seconds <= 59;
  if (!isInRange || Number(zoneMinute) > 59) return undefined;
  const offset = (Number(zoneHour) * 60 + Number(zoneMinute)) * 60;
  return {
    date,
    secondsInDay: hours * HOUR_S + minutes * 60 + seconds,
    nanoseconds: Number(fraction.padEnd(9, '0')),
    offsetSeconds: sign === '-' ? -offset : offset,
  };
}

/** Whether `text` is a time as the repository holds it. */
export function isTimestampText(text: string): text is Timestamp {
  return partsOf(text) !== undefined;
}

/** @throws LumbungError TIMESTAMP_INVALID (corruption) */
export function parseTimestamp(text: string): Timestamp {
  if (!isTimestampText(text)) {
    throw new LumbungError('TIMESTAMP_INVALID', {
      kind: 'corruption',
      message: `not a time: ${JSON.stringify(text.slice(0, 64))}`,
      context: { text: text.slice(0, 64) },
    });
  }
  return text;
}

/** The time that stands for none. */
export const ZERO_TIMESTAMP = parseTimestamp('0001-01-01T00:00:00Z');

/** What calendar and clock showed where the stamp was written. */
export function localTimeOf(timestamp: Timestamp): LocalTime {
  const parts = partsOf(timestamp);
  if (parts === undefined)
    throw new LumbungError('BUG_TIMESTAMP', { kind: 'bug', message: 'a timestamp was not parsed' });
  return parts;
}

export function instantOf(timestamp: Timestamp): Instant {
  const { date, secondsInDay, nanoseconds, offsetSeconds } = localTimeOf(timestamp);
  return { seconds: daysOfCivil(date) * DAY_S + secondsInDay - offsetSeconds, nanoseconds };
}

/** Negative when `a` is earlier. */
export function compareInstants(a: Instant, b: Instant): number {
  return a.seconds - b.seconds || a.nanoseconds - b.nanoseconds;
}

/** Milliseconds since 1970; what is finer is cut off. */
export function millisecondsOf({ seconds, nanoseconds }: Instant): number {
  return seconds * 1000 + Math.floor(nanoseconds / 1_000_000);
}

/** What calendar and clock showed where the stamp was written. */
export interface CivilTime extends CivilDate {
  readonly hour: number;
  /** Year and number of the ISO 8601 week; the year differs from the calendar's around New Year. */
  readonly isoYear: number;
  readonly isoWeek: number;
}

/** The date and hour of a stamp in its own zone. */
export function civilOf(timestamp: Timestamp): CivilTime {
  const { date, secondsInDay } = localTimeOf(timestamp);
  const days = daysOfCivil(date);
  // 1970-01-01 was a Thursday; a week belongs to the year of its Thursday.
  const weekday = (((days + 3) % 7) + 7) % 7;
  const thursday = days - weekday + 3;
  const isoYear = civilOfDays(thursday).year;
  const firstOfYear = daysOfCivil({ year: isoYear, month: 1, day: 1 });
  return {
    ...civilOfDays(days),
    hour: Math.floor(secondsInDay / HOUR_S),
    isoYear,
    isoWeek: Math.floor((thursday - firstOfYear) / 7) + 1,
  };
}
