import i18next from 'i18next';
import type { Language } from '../world.ts';
import { en, type TextKey } from './en.ts';
import { errorsEn } from './errors.en.ts';
import { errorsId } from './errors.id.ts';
import { id } from './id.ts';

export type { TextKey } from './en.ts';

/** What an error says to people: what happened, and what to do. */
export interface ErrorText {
  readonly message: string;
  readonly hint?: string;
}

export type TextValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** All words people read, in one language. */
export interface Texts {
  readonly language: Language;
  t(key: TextKey, values?: TextValues): string;
  /** With the plural that fits: the catalogue has `key_one` and `key_other`. */
  error(code: string, values: TextValues): ErrorText | undefined;
}

const CATALOGUES = { en: { translation: en }, id: { translation: id } } as const;
const ERRORS: Readonly<Record<Language, Readonly<Record<string, ErrorText>>>> = { en: errorsEn, id: errorsId };

export function loadTexts(language: Language): Texts {
  const instance = i18next.createInstance();
  void instance.init({
    lng: language,
    fallbackLng: false,
    resources: CATALOGUES,
    initAsync: false,
    keySeparator: false,
    nsSeparator: false,
    showSupportNotice: false,
    interpolation: { escapeValue: false },
  });
  const fill = (text: string, values: TextValues): string => instance.services.interpolator.interpolate(text, values, language, {});
  return {
    language,
    // i18next derives keys and plurals by its own types; the type of `t` above is ours and is kept.
    t: (key, values) => String(Reflect.apply(instance.t, instance, [key, { ...values }])),
    error: (code, values) => {
      const found = ERRORS[language][code];
      if (found === undefined) return undefined;
      return { message: fill(found.message, values), ...(found.hint === undefined ? {} : { hint: fill(found.hint, values) }) };
    },
  };
}
