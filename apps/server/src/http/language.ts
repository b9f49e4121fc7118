import { LANGUAGES, type Language } from '@lumbung/contracts';
import { z } from 'zod';

const ACCEPT_LANGUAGE_CHARS_MAX = 500;

/** The language that a client prefers of ours; undefined when it names none of them. */
export function parseAcceptLanguage(header: string | null): Language | undefined {
  const wishes = (header ?? '')
    .slice(0, ACCEPT_LANGUAGE_CHARS_MAX)
    .split(',')
    .map((part) => {
      const [tag = '', quality] = part.trim().toLowerCase().split(';q=');
      return { language: tag.split('-')[0] ?? '', weight: quality === undefined ? 1 : Number(quality) };
    })
    // A sort keeps the order of what weighs the same.
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  for (const { language } of wishes) {
    // `in` is what Java and old browsers still call Indonesian.
    const known = LANGUAGES.find((ours) => ours === (language === 'in' ? 'id' : language));
    if (known !== undefined) return known;
  }
  return undefined;
}

const ISSUE_TEXTS: Readonly<Record<Language, z.core.$ZodErrorMap>> = {
  en: z.locales.en().localeError,
  id: z.locales.id().localeError,
};

/** What zod says of an issue, in a language. */
export function issueTexts(language: Language): z.core.$ZodErrorMap {
  return ISSUE_TEXTS[language];
}
