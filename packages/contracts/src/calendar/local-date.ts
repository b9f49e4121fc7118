import { type Brand, LumbungError } from '@lumbung/stdx';

/** A day of the calendar without a zone: `2026-03-05`. Texts in this form sort as the days do. */
export type LocalDate = Brand<string, 'LocalDate'>;

/** A year of the calendar has this form, so that texts sort: 0001 to 9999. */
export const LOCAL_DATE_PATTERN = /^(\d{4})-(\d{2})-(\d{2})$/;

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** @param month 1 to 12 */
export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
}

/** True of `2024-02-29`, not of `2023-02-29`: the day must exist. */
export function isLocalDate(text: string): text is LocalDate {
  const match = LOCAL_DATE_PATTERN.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return year >= 1 && day >= 1 && day <= daysInMonth(year, month);
}

/** @throws LumbungError LOCAL_DATE_INVALID (operator) */
export function parseLocalDate(text: string): LocalDate {
  if (isLocalDate(text)) return text;
  throw new LumbungError('LOCAL_DATE_INVALID', {
    kind: 'operator',
    message: `not a date: ${text.slice(0, 40)}`,
    context: { text: text.slice(0, 40) },
    hint: 'write a day that exists as year-month-day, for example 2026-03-05',
  });
}
