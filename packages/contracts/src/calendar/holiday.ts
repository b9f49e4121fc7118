import type { LocalizedText } from '../language/language.ts';
import type { LocalDate } from './local-date.ts';
import type { TimeOfDay } from './time-of-day.ts';

/** Who ordered a day off: the state, the decree on joint leave, the region (Galungan, Nyepi), the office itself. */
export const HOLIDAY_KINDS = ['national', 'joint-leave', 'regional', 'office'] as const;
export type HolidayKind = (typeof HOLIDAY_KINDS)[number];

/** When messages wait, on a day such as Nyepi: from this time of the day until that time of the next one. */
export interface Silence {
  readonly from: TimeOfDay;
  readonly untilNextDay: TimeOfDay;
}

export interface Holiday {
  readonly date: LocalDate;
  readonly name: LocalizedText;
  readonly kind: HolidayKind;
  /** Messages wait, backups do not. Absent: messages go out as always. */
  readonly silence?: Silence | undefined;
}

/** The office's holidays: data that people edit each year. */
export type HolidayCalendar = readonly Holiday[];
