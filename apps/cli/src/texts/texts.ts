import type { ErrorText } from '@lumbung/contracts/texts';
import i18next from 'i18next';

import type { Language } from '../language.ts';
import type { en } from './en/index.ts';
import type { Translation } from './translation.ts';

export type { ErrorText };

type CatalogueKey = keyof typeof en;

/** A key that may be asked for; of texts with a plural, what stands before `_one` and `_other`. */
export type TextKey =
  | Exclude<CatalogueKey, `${string}_one` | `${string}_other`>
  | (CatalogueKey extends infer Key ? (Key extends `${infer Base}_other` ? Base : never) : never);

export type Catalogue = Translation<typeof en>;

/** By the error's code. */
export type ErrorCatalogue = Readonly<Record<string, ErrorText>>;

/** What the engine says in English as the reason of an error, by its English: in the words of a language. `{{name}}` stands for
 *  any text. */
export type PhraseCatalogue = Readonly<Record<string, string>>;

export type TextValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** All words people read, in one language. */
export interface Texts {
  readonly language: Language;
  /** A text with its values; `count` chooses the plural. */
  t(key: TextKey, values?: TextValues): string;
  /** The word in the brackets of `--target <folder>`; unknown ones stay as they are. */
  value(word: string): string;
  /** What an error says; undefined: there is no text for its code. */
  error(code: string, values: TextValues): ErrorText | undefined;
  /** A reason that the engine gives in English, in this language; what is not known stays as it is. */
  phrase(english: string): string;
  /** `24 November 2026 at 14:05 GMT+8`, in the zone of this machine or in `timeZone`. @param atMs since 1970 */
  moment(atMs: number, timeZone?: string): string;
  /** `1.96 KiB`: three digits that count. */
  bytes(bytes: number): string;
  /** `48,578`. */
  count(count: number): string;
  /** `2.24`. */
  decimal(value: number, digits: number): string;
  /** `180 MiB/s`. */
  rate(bytes: number, durationMs: number): string;
  /** `0:07`, `12:34`, `1:02:03`. */
  clock(durationMs: number): string;
  /** `0.7 s`, `12:34 min`, `1:02:03 h`. */
  duration(durationMs: number): string;
}

/** Only the language that is spoken is loaded. */
async function catalogueOf(
  language: Language,
): Promise<{ readonly texts: Catalogue; readonly errors: ErrorCatalogue; readonly phrases: PhraseCatalogue }> {
  if (language === 'id') {
    const [{ id }, { idErrors }, { idPhrases }] = await Promise.all([
      import('./id/index.ts'),
      import('./id/errors.ts'),
      import('./id/phrases.ts'),
    ]);
    return { texts: id, errors: idErrors, phrases: idPhrases };
  }
  const [{ en }, { enErrors }, { enPhrases }] = await Promise.all([
    import('./en/index.ts'),
    import('./en/errors.ts'),
    import('./en/phrases.ts'),
  ]);
  return { texts: en, errors: enErrors, phrases: enPhrases };
}

export async function loadTexts(language: Language): Promise<Texts> {
  const { texts, errors, phrases } = await catalogueOf(language);
  const instance = i18next.createInstance();
  await instance.init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: texts } },
    initAsync: false,
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false, skipOnVariables: true },
  });
  const fill = (text: string, values: TextValues): string =>
    instance.services.interpolator.interpolate(text, values, language, { skipOnVariables: true });
  const words: Readonly<Record<string, string>> = texts;
  return {
    language,
    t: (key, values = {}) => instance.t(key, values),
    value: (word) => words[`value.${word}`] ?? word,
    error: (code, values) => {
      const found = Object.hasOwn(errors, code) ? errors[code] : undefined;
      if (found === undefined) return undefined;
      const fitting = (texts: ErrorText['messageWith']): string | undefined =>
        Object.entries(texts ?? {}).find(([name]) => values[name] !== undefined)?.[1];
      const message = fitting(found.messageWith) ?? found.message;
      const hint = fitting(found.hintWith) ?? found.hint;
      return { message: fill(message, values), ...(hint === undefined ? {} : { hint: fill(hint, values) }) };
    },
    phrase: (english) => translatePhrase(english, phrases),
    moment: (atMs, timeZone) => momentIn(language, atMs, timeZone),
    ...numbersIn(language),
  };
}

const PLACEHOLDER = /\{\{(\w+)\}\}/;

/** @param phrases by their English; one with `{{name}}` fits any text there, and says it at the same name */
export function translatePhrase(english: string, phrases: PhraseCatalogue): string {
  if (Object.hasOwn(phrases, english)) return phrases[english] ?? english;
  for (const [pattern, translated] of Object.entries(phrases)) {
    const [head = '', name, tail = ''] = pattern.split(PLACEHOLDER);
    if (name === undefined || english.length < head.length + tail.length) continue;
    if (!english.startsWith(head) || !english.endsWith(tail)) continue;
    return translated.replace(`{{${name}}}`, () => english.slice(head.length, english.length - tail.length));
  }
  return english;
}

/** The language's own way to write a moment, with its name of the zone: Indonesia has three. */
function momentIn(language: Language, atMs: number, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat(language === 'id' ? 'id-ID' : 'en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(atMs);
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Numbers as the language writes them. Written by hand: loading the tables of Intl takes longer than `snapshots` does. */
export function numbersIn(
  language: Language,
): Pick<Texts, 'bytes' | 'count' | 'decimal' | 'rate' | 'clock' | 'duration'> {
  const [point, comma] = language === 'id' ? [',', '.'] : ['.', ','];
  const fixed = (value: number, digits: number): string => value.toFixed(digits).replace('.', point);
  const bytes = (count: number): string => {
    let value = count;
    let unitIdx = 0;
    while (value >= 1024 && unitIdx < BYTE_UNITS.length - 1) {
      value /= 1024;
      unitIdx += 1;
    }
    const digits = unitIdx === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return `${fixed(value, digits)} ${BYTE_UNITS[unitIdx]}`;
  };
  const clock = (durationMs: number): string => {
    const seconds = Math.max(0, Math.floor(durationMs / SECOND_MS));
    const two = (value: number): string => String(value).padStart(2, '0');
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
    return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
  };
  return {
    bytes,
    decimal: fixed,
    count: (count) => String(count).replace(/\B(?=(?:\d{3})+$)/g, comma),
    rate: (count, durationMs) => `${bytes(Math.round((count * SECOND_MS) / Math.max(1, durationMs)))}/s`,
    clock,
    duration: (durationMs) => {
      if (durationMs < MINUTE_MS) return `${fixed(durationMs / SECOND_MS, durationMs < 10 * SECOND_MS ? 1 : 0)} s`;
      return `${clock(durationMs)} ${durationMs < HOUR_MS ? 'min' : 'h'}`;
    },
  };
}
