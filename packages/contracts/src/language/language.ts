/** The languages people read, the first one first: Indonesian (formal), English. */
export const LANGUAGES = ['id', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** One thing said in every language. */
export type LocalizedText = Readonly<Record<Language, string>>;
