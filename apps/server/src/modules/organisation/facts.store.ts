// Facts of this installation that have no table.
import { LumbungError } from '@lumbung/stdx';
import type { z } from 'zod';
import type { Queries, Transaction } from '../../store/store.ts';

/** @returns undefined: nobody has said it
 *  @throws LumbungError FACT_UNREADABLE (corruption) */
export async function readFact<Schema extends z.ZodType>(
  queries: Queries,
  key: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  const row = await queries.selectFrom('installation').selectAll().where('key', '=', key).executeTakeFirst();
  if (row === undefined) return undefined;
  const parsed = schema.safeParse(JSON.parse(row.value));
  if (parsed.success) return parsed.data;
  throw new LumbungError('FACT_UNREADABLE', {
    kind: 'corruption',
    message: `what is stored as ${key} cannot be understood: ${parsed.error.issues[0]?.path.join('.') ?? ''}`,
    context: { key },
    hint: 'a newer version may have written it; use that one',
  });
}

export async function writeFact(
  tx: Transaction,
  { key, value, at }: { readonly key: string; readonly value: unknown; readonly at: number },
): Promise<void> {
  const columns = { value: JSON.stringify(value), updated_at: at };
  await tx
    .insertInto('installation')
    .values({ key, ...columns })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(columns))
    .execute();
}
