import { enDatabases } from './databases.ts';
import { enHelp } from './help.ts';
import { enResults } from './results.ts';

/** Every text of the command line but those of errors, in English. Keys say where a text is used. */
export const en = { ...enHelp, ...enResults, ...enDatabases } as const;
