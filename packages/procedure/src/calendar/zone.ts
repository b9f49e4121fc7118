// Instants and local dates. Node and browsers know the zones (Intl, full ICU); asking them costs microseconds an instant,
// so the offset of each day is remembered.
import type { LocalDate, TimeOfDay, TimeZone } from '@lumbung/contracts';
import { addDays, dateOfDayNumber, dayNumberOf } from './date-arithmetic.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What a clock on the wall shows. */
export interface LocalTime {
  readonly date: LocalDate;
  /** Milliseconds since the clock showed midnight: 0 to 86,399,999. */
  readonly msOfDay: number;
}

/** A half-open span of time: `beginAt` belongs to it, `endAt` does not. Epoch milliseconds. */
export interface InstantSpan {
  readonly beginAt: number;
  readonly endAt: number;
}

interface ZoneOffsets {
  readonly format: Intl.DateTimeFormat;
  /** By day of UTC: the offset all day long, or undefined when it changes on that day. */
  readonly ofDay: Map<number, number | undefined>;
}

const zones = new Map<TimeZone, ZoneOffsets>();
/** Ten years of a zone. */
const DAYS_MAX = 3660;
const ZONES_MAX = 64;

/** How far the clocks of the zone are ahead of UTC, in milliseconds. */
export function offsetMsAt(instantMs: number, zone: TimeZone): number {
  const offsets = offsetsOf(zone);
  const day = Math.floor(instantMs / DAY_MS);
  if (!offsets.ofDay.has(day)) {
    if (offsets.ofDay.size >= DAYS_MAX) offsets.ofDay.clear();
    // No zone changes twice within one day of UTC: equal at both ends is equal all day.
    const [begin, end] = [askOffset(offsets.format, day * DAY_MS), askOffset(offsets.format, (day + 1) * DAY_MS - 1)];
    offsets.ofDay.set(day, begin === end ? begin : undefined);
  }
  return offsets.ofDay.get(day) ?? askOffset(offsets.format, instantMs);
}

function offsetsOf(zone: TimeZone): ZoneOffsets {
  const before = zones.get(zone);
  if (before !== undefined) return before;
  if (zones.size >= ZONES_MAX) zones.clear();
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const offsets = { format, ofDay: new Map<number, number | undefined>() };
  zones.set(zone, offsets);
  return offsets;
}

function askOffset(format: Intl.DateTimeFormat, instantMs: number): number {
  const wholeSeconds = Math.floor(instantMs / SECOND_MS) * SECOND_MS;
  const fields: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of format.formatToParts(wholeSeconds)) fields[type] = Number(value);
  const { year = 0, month = 1, day = 0, hour = 0, minute = 0, second = 0 } = fields;
  return Date.UTC(year, month - 1, day, hour, minute, second) - wholeSeconds;
}

export function localTimeOf(instantMs: number, zone: TimeZone): LocalTime {
  const localMs = instantMs + offsetMsAt(instantMs, zone);
  const dayNumber = Math.floor(localMs / DAY_MS);
  return { date: dateOfDayNumber(dayNumber), msOfDay: localMs - dayNumber * DAY_MS };
}

export function localDateOf(instantMs: number, zone: TimeZone): LocalDate {
  return localTimeOf(instantMs, zone).date;
}

/** The moment when clocks of the zone show this. A time that they show twice (they go back) means the first one; a time
 *  that they skip (they go forward) means as much later as they skip: 02.30 of a night without it is 03.30. */
export function instantOf({ date, msOfDay }: LocalTime, zone: TimeZone): number {
  const localMs = dayNumberOf(date) * DAY_MS + msOfDay;
  // Offsets are within a day of UTC, so that a change near this local time lies between these two.
  const [before, after] = [offsetMsAt(localMs - DAY_MS, zone), offsetMsAt(localMs + DAY_MS, zone)];
  const candidates = [localMs - before, localMs - after].filter(
    (instantMs) => instantMs + offsetMsAt(instantMs, zone) === localMs,
  );
  return candidates.length === 0 ? localMs - before : Math.min(...candidates);
}

export function msOfTimeOfDay(time: TimeOfDay): number {
  return (Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))) * MINUTE_MS;
}

/** As `instantOf`, of a date and a time of the day. */
export function instantAt(date: LocalDate, time: TimeOfDay, zone: TimeZone): number {
  return instantOf({ date, msOfDay: msOfTimeOfDay(time) }, zone);
}

/** The first moment of a local date: midnight, or the end of the gap that swallows it. In every zone since 1970 such a gap
 *  begins at midnight itself, so that what `instantOf` gives is its end. */
export function startOfDate(date: LocalDate, zone: TimeZone): number {
  return instantOf({ date, msOfDay: 0 }, zone);
}

/** From the first moment of a local date to the first of the next: 23, 24 or 25 hours. */
export function spanOfDate(date: LocalDate, zone: TimeZone): InstantSpan {
  return { beginAt: startOfDate(date, zone), endAt: startOfDate(addDays(date, 1), zone) };
}
