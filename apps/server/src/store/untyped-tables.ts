import type { ExpressionBuilder, Kysely } from 'kysely';
import type { Queries } from './store.ts';

type UntypedDatabase = Record<string, Record<string, unknown>>;
/** The same tables, for a library that names them itself. */
export type UntypedQueries = Kysely<UntypedDatabase>;
/** Conditions on the rows of any table. */
export type UntypedConditions = (
  eb: ExpressionBuilder<UntypedDatabase, string>,
) => ReturnType<ExpressionBuilder<UntypedDatabase, string>['and']>;

export function untypedTables(queries: Queries): UntypedQueries {
  // Only the compiler's knowledge of rows is dropped.
  return queries as unknown as UntypedQueries;
}
