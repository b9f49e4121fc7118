/** The same texts in another language. Indonesian nouns have no plural: it has no `_one`. */
export type Translation<Source> = Readonly<Record<Exclude<keyof Source, `${string}_one`>, string>>;
