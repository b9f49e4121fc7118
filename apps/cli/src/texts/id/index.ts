import { idDatabases } from './databases.ts';
import { idHelp } from './help.ts';
import { idResults } from './results.ts';

/** Semua teks baris perintah selain teks galat, dalam bahasa Indonesia. */
export const id = { ...idHelp, ...idResults, ...idDatabases } as const;
