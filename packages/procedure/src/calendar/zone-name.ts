import type { TimeZone } from '@lumbung/contracts';

const INDONESIAN: Readonly<Record<string, string>> = {
  'Asia/Jakarta': 'WIB',
  'Asia/Pontianak': 'WIB',
  'Asia/Makassar': 'WITA',
  'Asia/Ujung_Pandang': 'WITA',
  'Asia/Jayapura': 'WIT',
};

/** Each knows the abbreviations of its own part of the world: en-GB says CEST, en-US EDT, en-AU AEST. */
const LOCALES = ['en-GB', 'en-US', 'en-AU', 'en-IN', 'en-ZA'] as const;

const formats = new Map<TimeZone, readonly Intl.DateTimeFormat[]>();
const ZONES_MAX = 64;

/** `WITA`, `CEST`, and `UTC+9` where there is no abbreviation in use. A zone with summer time has two names. */
export function zoneNameAt(instantMs: number, zone: TimeZone): string {
  const fixed = INDONESIAN[zone];
  if (fixed !== undefined) return fixed;
  const names = formatsOf(zone).map((format) => nameIn(format, instantMs));
  return names.find((name) => !/^(?:GMT|UTC)[+-]/.test(name)) ?? names[0]?.replace('GMT', 'UTC') ?? zone;
}

function nameIn(format: Intl.DateTimeFormat, instantMs: number): string {
  return format.formatToParts(instantMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

function formatsOf(zone: TimeZone): readonly Intl.DateTimeFormat[] {
  const before = formats.get(zone);
  if (before !== undefined) return before;
  if (formats.size >= ZONES_MAX) formats.clear();
  const made = LOCALES.map((locale) => new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'short' }));
  formats.set(zone, made);
  return made;
}
