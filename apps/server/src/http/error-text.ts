import type { Language } from '@lumbung/contracts';
import { type ErrorText, enServerErrors, idServerErrors } from '@lumbung/contracts/texts';

const CATALOGUES: Readonly<Record<Language, Readonly<Record<string, ErrorText>>>> = {
  en: enServerErrors,
  id: idServerErrors,
};

/** What an error says in a language; undefined: there is no text for its code. */
export function errorText(
  code: string,
  values: Readonly<Record<string, unknown>>,
  language: Language,
): { readonly message: string; readonly hint: string | undefined } | undefined {
  const catalogue = CATALOGUES[language];
  const text = Object.hasOwn(catalogue, code) ? catalogue[code] : undefined;
  if (text === undefined) return undefined;
  return { message: fill(text.message, values), hint: text.hint === undefined ? undefined : fill(text.hint, values) };
}

function fill(text: string, values: Readonly<Record<string, unknown>>): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : whole;
  });
}
