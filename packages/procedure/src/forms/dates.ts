// Dates and times as people write them. The names are ours and not Intl's: a signed report must not change with a version of
// the runtime.
import { type Language, type LocalDate, type Month, type TimeZone, WEEKDAYS, type Weekday } from '@lumbung/contracts';
import { assertNever } from '@lumbung/stdx';
import { weekdayOf, yearOf } from '../calendar/date-arithmetic.ts';
import { localTimeOf } from '../calendar/zone.ts';
import { zoneNameAt } from '../calendar/zone-name.ts';
import { numberInWords } from './number-words.ts';

const MONTHS = {
  id: [
    'Januari',
    'Februari',
    'Maret',
    'April',
    'Mei',
    'Juni',
    'Juli',
    'Agustus',
    'September',
    'Oktober',
    'November',
    'Desember',
  ],
  en: [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ],
} as const satisfies Record<Language, readonly string[]>;

const DAYS = {
  id: ['Senin', 'Selasa', 'Rabu', 'Kamis', 'Jumat', 'Sabtu', 'Minggu'],
  en: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
} as const satisfies Record<Language, readonly string[]>;

const ROMAN_MONTHS = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X', 'XI', 'XII'] as const;

const monthIdx = (text: LocalDate | Month): number => Number(text.slice(5, 7)) - 1;
const dayOf = (date: LocalDate): number => Number(date.slice(8, 10));

/** `Maret`, `March`. */
export function monthName(month: LocalDate | Month, language: Language): string {
  return MONTHS[language][monthIdx(month)] ?? '';
}

/** `Jumat`, `Friday`. */
export function weekdayName(weekday: Weekday, language: Language): string {
  return DAYS[language][WEEKDAYS.indexOf(weekday)] ?? '';
}

/** `III`: months in document numbers. */
export function romanMonth(month: LocalDate | Month): string {
  return ROMAN_MONTHS[monthIdx(month)] ?? '';
}

/** `5 Maret 2026`. */
export function formatDate(date: LocalDate, language: Language): string {
  return `${dayOf(date)} ${monthName(date, language)} ${yearOf(date)}`;
}

/** `Kamis, 5 Maret 2026`. */
export function formatDateWithDay(date: LocalDate, language: Language): string {
  return `${weekdayName(weekdayOf(date), language)}, ${formatDate(date, language)}`;
}

/** `Maret 2026`. */
export function formatMonth(month: Month, language: Language): string {
  return `${monthName(month, language)} ${yearOf(month)}`;
}

/** For minutes (berita acara): `Kamis tanggal lima bulan Maret tahun dua ribu dua puluh enam`. */
export function formatDateInWords(date: LocalDate, language: Language): string {
  const [weekday, month] = [weekdayName(weekdayOf(date), language), monthName(date, language)];
  const [day, year] = [numberInWords(dayOf(date), language), numberInWords(yearOf(date), language)];
  switch (language) {
    case 'id':
      return `${weekday} tanggal ${day} bulan ${month} tahun ${year}`;
    case 'en':
      return `${weekday}, day ${day} of ${month} in the year ${year}`;
    default:
      return assertNever(language);
  }
}

/** `08.30` in Indonesian, `08:30` in English: what a clock on the wall shows, to the minute. */
export function formatTime(instantMs: number, zone: TimeZone, language: Language): string {
  const minutes = Math.floor(localTimeOf(instantMs, zone).msOfDay / 60_000);
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((value) => String(value).padStart(2, '0'));
  return `${hour}${language === 'id' ? '.' : ':'}${minute}`;
}

/** `08.30 WITA`. */
export function formatTimeWithZone(instantMs: number, zone: TimeZone, language: Language): string {
  return `${formatTime(instantMs, zone, language)} ${zoneNameAt(instantMs, zone)}`;
}

/** `Kamis, 5 Maret 2026 pukul 08.30 WITA`, `Thursday, 5 March 2026 at 08:30 WITA`. */
export function formatMoment(instantMs: number, zone: TimeZone, language: Language): string {
  const date = formatDateWithDay(localTimeOf(instantMs, zone).date, language);
  return `${date} ${language === 'id' ? 'pukul' : 'at'} ${formatTimeWithZone(instantMs, zone, language)}`;
}
