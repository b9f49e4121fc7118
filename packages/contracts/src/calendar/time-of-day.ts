import { type Brand, LumbungError } from '@lumbung/stdx';

/** A time on a clock of 24 hours, to the minute: `08:30`. Sorts as text. */
export type TimeOfDay = Brand<string, 'TimeOfDay'>;

export const TIME_OF_DAY_PATTERN = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

export function isTimeOfDay(text: string): text is TimeOfDay {
  return TIME_OF_DAY_PATTERN.test(text);
}

/** @throws LumbungError TIME_OF_DAY_INVALID (operator) */
export function parseTimeOfDay(text: string): TimeOfDay {
  if (isTimeOfDay(text)) return text;
  throw new LumbungError('TIME_OF_DAY_INVALID', {
    kind: 'operator',
    message: `not a time of day: ${text.slice(0, 40)}`,
    context: { text: text.slice(0, 40) },
    hint: 'write hours and minutes of a 24-hour clock, for example 08:30',
  });
}
