import type { ErrorText } from './texts.ts';

/** What errors say, by their code. */
export const errorsId: Readonly<Record<string, ErrorText>> = {};
