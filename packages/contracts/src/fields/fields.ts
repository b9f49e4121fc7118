// The smallest parts of schemas: what has a brand, bounded text, text in every language.
import { z } from 'zod';
import { isLocalDate, LOCAL_DATE_PATTERN, type LocalDate } from '../calendar/local-date.ts';
import { isTimeOfDay, TIME_OF_DAY_PATTERN, type TimeOfDay } from '../calendar/time-of-day.ts';
import { isTimeZone, type TimeZone } from '../calendar/time-zone.ts';
import { ID_PATTERN, type StepId } from '../ids/ids.ts';
import { LANGUAGES } from '../language/language.ts';

/** One line for people: bounded, without control characters, not only blanks. Outer blanks stay as they were typed. */
export function lineOf(charsMax: number) {
  return (
    z
      .string()
      .max(charsMax)
      // Category Cc and what breaks a line or turns its direction: such a text could forge another line of a report.
      .regex(/^[^\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u)
      .regex(/\S/)
  );
}

/** A paragraph: as a line, with line breaks. */
export function paragraphOf(charsMax: number) {
  return z
    .string()
    .max(charsMax)
    .regex(/^(?:[^\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]|\n)*$/u)
    .regex(/\S/);
}

// A schema checks what the parser of the brand checks, and gives the same text: the cast says so to the compiler.
export const localDateField = z
  .string()
  .regex(LOCAL_DATE_PATTERN)
  .refine(isLocalDate, { error: 'no such day' }) as unknown as z.ZodType<LocalDate, string>;

export const timeOfDayField = z.string().regex(TIME_OF_DAY_PATTERN).refine(isTimeOfDay) as unknown as z.ZodType<
  TimeOfDay,
  string
>;

export const timeZoneField = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: 'unknown time zone' }) as unknown as z.ZodType<TimeZone, string>;

/** An id of one kind; which kind is the caller's word, since all have the same form. */
export function idField<Id extends string>(): z.ZodType<Id, string> {
  return z.string().regex(ID_PATTERN) as unknown as z.ZodType<Id, string>;
}

export const stepIdField = idField<StepId>();

/** A text of the procedure in every language; `verbatim` is the wording of the signed document, kept for quoting it. */
export const procedureTextField = z
  .strictObject({
    ...(Object.fromEntries(LANGUAGES.map((language) => [language, paragraphOf(2000)])) as Record<
      // fromEntries forgets the keys.
      (typeof LANGUAGES)[number],
      ReturnType<typeof paragraphOf>
    >),
    verbatim: paragraphOf(2000).optional(),
  })
  .readonly();

/** A name in every language. */
export const localizedLineField = z
  .strictObject(
    Object.fromEntries(LANGUAGES.map((language) => [language, lineOf(200)])) as Record<
      // fromEntries forgets the keys.
      (typeof LANGUAGES)[number],
      ReturnType<typeof lineOf>
    >,
  )
  .readonly();
