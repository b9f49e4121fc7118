import { type Brand, LumbungError } from '@lumbung/stdx';

/** A month of the calendar: `2026-03`. Sorts as text. */
export type Month = Brand<string, 'Month'>;

export const MONTH_PATTERN = /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])$/;

export function isMonth(text: string): text is Month {
  return MONTH_PATTERN.test(text);
}

/** @throws LumbungError MONTH_INVALID (operator) */
export function parseMonth(text: string): Month {
  if (isMonth(text)) return text;
  throw new LumbungError('MONTH_INVALID', {
    kind: 'operator',
    message: `not a month: ${text.slice(0, 40)}`,
    context: { text: text.slice(0, 40) },
    hint: 'write year-month, for example 2026-03',
  });
}
