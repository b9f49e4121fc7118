import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Dialect } from '../dialect.ts';
import { createAccessTables, createAccountTable } from './0001/access.ts';
import { createOfficeTables } from './0001/office.ts';
import { createPaperTables } from './0001/paper.ts';
import { createRegisterTables } from './0001/register.ts';
import { createWorkTables } from './0001/work.ts';
import { schemaWords } from './schema-words.ts';

/** Every table of the first release. Its values are written down, not imported: what a released migration does never
 *  changes. A table comes after those it refers to. */
export function firstSchema(dialect: Dialect): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      const words = schemaWords(db, dialect);
      await createAccountTable(words);
      await createOfficeTables(words);
      await createAccessTables(words);
      await createRegisterTables(words);
      await createWorkTables(words);
      await createPaperTables(words);
    },
  };
}
