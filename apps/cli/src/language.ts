export const LANGUAGES = ['en', 'id'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language of everything people read: what was asked for, then what the environment prefers, then English. The first
 *  preference that is set decides, also for a language that is not spoken here. */
export function pickLanguage(asked: string | undefined, variable: (name: string) => string | undefined): Language {
  const preference = [asked, ...['LUMBUNG_LANG', 'LC_ALL', 'LC_MESSAGES', 'LANG'].map(variable)].find(
    (each) => each !== undefined && each !== '',
  );
  const code = preference?.split(/[_.@-]/, 1)[0]?.toLowerCase();
  return LANGUAGES.find((language) => language === code) ?? 'en';
}
