import type { ErrorText } from './texts.ts';

/** What errors say, by their code. */
export const errorsEn: Readonly<Record<string, ErrorText>> = {};
