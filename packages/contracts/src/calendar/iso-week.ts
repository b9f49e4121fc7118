import type { Brand } from '@lumbung/stdx';

/** A week from Monday to Sunday as ISO 8601 numbers it: `2026-W53`. Sorts as text. Made from a date by the procedure's
 *  calendar, read nowhere. */
export type IsoWeek = Brand<string, 'IsoWeek'>;

/** In the order of ISO 8601: Monday is 1. */
export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof WEEKDAYS)[number];
