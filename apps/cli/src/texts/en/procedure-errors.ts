import type { ErrorText } from '@lumbung/contracts/texts';

/** Of what is typed in a procedure, a register or a request: see errors.ts. */
export const enProcedureErrors = {
  ID_INVALID: { message: '{{text}} is not the id of a {{what}}', hint: 'Copy the id as it is shown, without blanks.' },
  LOCAL_DATE_INVALID: {
    message: '{{text}} is not a date',
    hint: 'Write a day that exists as year-month-day, for example 2026-03-05.',
  },
  MONTH_INVALID: { message: '{{text}} is not a month', hint: 'Write year-month, for example 2026-03.' },
  TIME_OF_DAY_INVALID: {
    message: '{{text}} is not a time of day',
    hint: 'Write hours and minutes of a 24-hour clock, for example 08:30.',
  },
  TIME_ZONE_UNKNOWN: {
    message: '{{text}} is not a known time zone',
    hint: 'Write a name of the IANA database, for example Asia/Makassar, Asia/Jakarta or Asia/Jayapura.',
  },
} as const satisfies Record<string, ErrorText>;
