import type { Migration } from 'kysely/migration';
import type { Dialect } from '../dialect.ts';
import { firstSchema } from './0001-first-schema.ts';

/** All migrations in their order. The names are stored; what was released is neither renamed nor changed. */
export function migrationsOf(dialect: Dialect): Readonly<Record<string, Migration>> {
  return { '0001-first-schema': firstSchema(dialect) };
}

/** The schema that this program works with. */
export const SCHEMA_NAME = '0001-first-schema';
