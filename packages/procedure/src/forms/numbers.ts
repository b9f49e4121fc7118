// Numbers as people read them: `1.234.567,8` in Indonesian, `1,234,567.8` in English. Rounding is half up, on whole numbers,
// so that no binary fraction decides a printed digit.
import type { Language } from '@lumbung/contracts';
import { assert } from '@lumbung/stdx';

const SEPARATORS = {
  id: { group: '.', decimal: ',' },
  en: { group: ',', decimal: '.' },
} as const satisfies Record<Language, { group: string; decimal: string }>;

/** A whole number with its groups. */
export function formatInteger(value: number, language: Language): string {
  assert(Number.isSafeInteger(value), 'a whole number');
  const digits = String(Math.abs(value)).replace(/\B(?=(?:\d{3})+$)/g, SEPARATORS[language].group);
  return value < 0 ? `-${digits}` : digits;
}

/** Tenths with one decimal: 968 → `96,8`. */
export function formatTenths(tenths: number, language: Language): string {
  const whole = formatInteger(Math.floor(Math.abs(tenths) / 10), language);
  return `${tenths < 0 ? '-' : ''}${whole}${SEPARATORS[language].decimal}${Math.abs(tenths) % 10}`;
}

/** Half up; exact up to 2^53 whatever the factor. */
function tenthsOf(numerator: number, denominator: number, factor: number): number {
  const [n, d] = [BigInt(numerator) * BigInt(factor) * 10n, BigInt(denominator)];
  return Number((n * 2n + d) / (d * 2n));
}

/** How many of how many. */
export interface Ratio {
  readonly numerator: number;
  readonly denominator: number;
}

/** `96,8%`; `-` of nothing. Never `100,0%` while something is missing, never `0,0%` while something is there. */
export function formatPercentage({ numerator, denominator }: Ratio, language: Language): string {
  if (denominator === 0) return '-';
  const rounded = tenthsOf(numerator, denominator, 100);
  const isAll = numerator >= denominator;
  const tenths = isAll ? rounded : Math.min(rounded, 999);
  return `${formatTenths(numerator > 0 ? Math.max(tenths, 1) : tenths, language)}%`;
}

/** `96,8% (30/31)`; `- (0/0)`. */
export function formatRatio(ratio: Ratio, language: Language): string {
  const [n, d] = [formatInteger(ratio.numerator, language), formatInteger(ratio.denominator, language)];
  return `${formatPercentage(ratio, language)} (${n}/${d})`;
}

const SIZE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;

/** `12,5 GB`: units of 1,000, one decimal, the next unit as soon as 1.000,0 would be printed; `0 B`, `999 B`. */
export function formatSize(bytes: number, language: Language): string {
  assert(Number.isSafeInteger(bytes) && bytes >= 0, 'a size in whole bytes');
  if (bytes < 1000) return `${bytes} B`;
  let unitIdx = 1;
  while (unitIdx < SIZE_UNITS.length - 1 && tenthsOf(bytes, 1000 ** unitIdx, 1) >= 10_000) unitIdx += 1;
  return `${formatTenths(tenthsOf(bytes, 1000 ** unitIdx, 1), language)} ${SIZE_UNITS[unitIdx]}`;
}

/** Whole minutes, half up. */
export function minutesOf(durationMs: number): number {
  return Math.floor((durationMs + 30_000) / 60_000);
}
