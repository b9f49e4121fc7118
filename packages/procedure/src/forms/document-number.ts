import type { LocalDate } from '@lumbung/contracts';
import { yearOf } from '../calendar/date-arithmetic.ts';
import { romanMonth } from './dates.ts';

/** Filled by hand when the number is given by an agenda book. */
const BLANK = '……';

export interface DocumentNumberValues {
  readonly classificationCode?: string;
  /** Unknown until the agenda gives it: prints as a blank. */
  readonly runningNumber?: number;
  readonly unitCode?: string;
  readonly date: LocalDate;
}

/** A number by its template: `{kode_klasifikasi}/{no_urut:4}/{kode_unit}/{bulan_romawi}/{tahun}`, with `:4` for four digits.
 *  What is unknown prints as a blank to fill by hand; a token that is none stays as it was typed. */
export function documentNumberFrom(template: string, values: DocumentNumberValues): string {
  const filled = template.replaceAll(/\{(\w+)(?::(\d{1,2}))?\}/g, (token, name: string, width?: string) => {
    switch (name) {
      case 'kode_klasifikasi':
        return values.classificationCode ?? BLANK;
      case 'no_urut':
        return values.runningNumber === undefined
          ? BLANK
          : String(values.runningNumber).padStart(Number(width ?? 1), '0');
      case 'kode_unit':
        return values.unitCode ?? BLANK;
      case 'bulan':
        return values.date.slice(5, 7);
      case 'bulan_romawi':
        return romanMonth(values.date);
      case 'tahun':
        return String(yearOf(values.date));
      default:
        return token;
    }
  });
  return showDocumentNumber(filled);
}

/** As typed, only the outer blanks gone: `800/0015-12 /Unit/2020` keeps its own. */
export function showDocumentNumber(typed: string): string {
  return typed.trim();
}
