import { z } from 'zod';
import { localDateField, localizedLineField, timeOfDayField } from '../fields/fields.ts';
import { HOLIDAY_KINDS, type HolidayCalendar } from './holiday.ts';

export const holidayCalendarSchema = z
  .array(
    z
      .strictObject({
        date: localDateField,
        name: localizedLineField,
        kind: z.enum(HOLIDAY_KINDS),
        silence: z.strictObject({ from: timeOfDayField, untilNextDay: timeOfDayField }).readonly().optional(),
      })
      .readonly(),
  )
  .max(5000)
  .readonly() satisfies z.ZodType<HolidayCalendar, unknown>;
