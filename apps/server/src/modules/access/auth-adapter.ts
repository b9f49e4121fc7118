// better-auth on our tables: its moments are milliseconds, its yes and no are 1 and 0, as everywhere in the state. What runs
// inside `within` becomes part of that transaction; the rest is single statements.
import { AsyncLocalStorage } from 'node:async_hooks';
import { assert, assertNever } from '@lumbung/stdx';
import { type CleanedWhere, createAdapterFactory } from 'better-auth/adapters';
import type { Store, Transaction } from '../../store/store.ts';
import { type UntypedConditions, type UntypedQueries, untypedTables } from '../../store/untyped-tables.ts';

export interface AuthAdapter {
  readonly adapter: ReturnType<typeof createAdapterFactory>;
  /** What better-auth does in `act` is part of `tx`. */
  within<T>(tx: Transaction, act: () => Promise<T>): Promise<T>;
}

type Row = Record<string, unknown>;

export function authAdapter(store: Store): AuthAdapter {
  const current = new AsyncLocalStorage<Transaction>();
  const tables = (): UntypedQueries => untypedTables(current.getStore() ?? store.db);
  // Whether a statement that changes one row changed it is known by its answer: both dialects return rows.
  const oneOf = (model: string, where: readonly CleanedWhere[]) =>
    tables().selectFrom(model).select('id').where(conditions(where)).limit(1);

  const adapter = createAdapterFactory({
    config: {
      adapterId: 'lumbung',
      adapterName: 'Lumbung',
      supportsJSON: false,
      supportsDates: true,
      supportsBooleans: true,
      supportsNumericIds: false,
      transaction: false,
      customTransformInput: ({ data }: { readonly data: unknown }): unknown =>
        data instanceof Date ? data.getTime() : typeof data === 'boolean' ? Number(data) : data,
      customTransformOutput: (column): unknown => {
        const { fieldAttributes } = column;
        const data: unknown = column.data;
        if (data === null || data === undefined) return data;
        if (fieldAttributes.type === 'date') return new Date(Number(data));
        return fieldAttributes.type === 'boolean' ? Number(data) === 1 : data;
      },
    },
    // It asks for rows of the type its caller expects: what the columns hold was checked when the schema was compared.
    adapter: () => ({
      create: async <T extends Row>({ model, data }: { model: string; data: T }) =>
        (await tables().insertInto(model).values(data).returningAll().executeTakeFirstOrThrow()) as T,
      findOne: async <T>({ model, where }: { model: string; where: CleanedWhere[] }) =>
        ((await tables().selectFrom(model).selectAll().where(conditions(where)).limit(1).executeTakeFirst()) ??
          null) as T | null,
      findMany: async <T>(options: {
        model: string;
        where?: CleanedWhere[] | undefined;
        limit: number;
        sortBy?: { field: string; direction: 'asc' | 'desc' } | undefined;
        offset?: number | undefined;
      }) => {
        const { model, where = [], limit, sortBy, offset = 0 } = options;
        let query = tables().selectFrom(model).selectAll().where(conditions(where)).limit(limit).offset(offset);
        if (sortBy !== undefined) query = query.orderBy(sortBy.field, sortBy.direction);
        return (await query.execute()) as T[];
      },
      update: async <T>({ model, where, update }: { model: string; where: CleanedWhere[]; update: T }) =>
        ((await tables()
          .updateTable(model)
          .set(update as Row)
          .where('id', 'in', oneOf(model, where))
          .returningAll()
          .executeTakeFirst()) ?? null) as T | null,
      updateMany: async ({ model, where, update }) => {
        const { numUpdatedRows } = await tables()
          .updateTable(model)
          .set(update)
          .where(conditions(where))
          .executeTakeFirst();
        return Number(numUpdatedRows);
      },
      delete: async ({ model, where }) => {
        await tables().deleteFrom(model).where('id', 'in', oneOf(model, where)).execute();
      },
      deleteMany: async ({ model, where }) => {
        const { numDeletedRows } = await tables().deleteFrom(model).where(conditions(where)).executeTakeFirst();
        return Number(numDeletedRows);
      },
      consumeOne: async <T>({ model, where }: { model: string; where: CleanedWhere[] }) =>
        ((await tables()
          .deleteFrom(model)
          .where('id', 'in', oneOf(model, where))
          .where(conditions(where))
          .returningAll()
          .executeTakeFirst()) ?? null) as T | null,
      incrementOne: async <T>(options: {
        model: string;
        where: CleanedWhere[];
        increment: Record<string, number>;
        set?: Row | undefined;
      }) => {
        const { model, where, increment, set = {} } = options;
        const row = await tables()
          .updateTable(model)
          .set((eb) => ({
            ...set,
            ...Object.fromEntries(
              Object.entries(increment).map(([column, by]) => [column, eb(eb.fn.coalesce(column, eb.lit(0)), '+', by)]),
            ),
          }))
          .where('id', 'in', oneOf(model, where))
          .where(conditions(where))
          .returningAll()
          .executeTakeFirst();
        return (row ?? null) as T | null;
      },
      count: async ({ model, where = [] }) => {
        const row = await tables()
          .selectFrom(model)
          .select((eb) => eb.fn.countAll().as('count'))
          .where(conditions(where))
          .executeTakeFirstOrThrow();
        return Number(row['count']);
      },
    }),
  });
  return { adapter, within: async (tx, act) => await current.run(tx, act) };
}

/** Conditions joined as better-auth means them: all of the ands, and any of the ors. */
function conditions(where: readonly CleanedWhere[]): UntypedConditions {
  return (eb) => {
    const one = ({ field, operator, value, mode }: CleanedWhere) => {
      // It stores nothing of ours in mixed case that it would look for otherwise.
      assert(mode !== 'insensitive', `better-auth asks for ${field} without regard to case`);
      switch (operator) {
        case undefined:
        case 'eq':
          return value === null ? eb(field, 'is', null) : eb(field, '=', value);
        case 'ne':
          return value === null ? eb(field, 'is not', null) : eb(field, '<>', value);
        case 'gt':
          return eb(field, '>', value);
        case 'gte':
          return eb(field, '>=', value);
        case 'lt':
          return eb(field, '<', value);
        case 'lte':
          return eb(field, '<=', value);
        case 'in':
          return eb(field, 'in', value);
        case 'not_in':
          return eb(field, 'not in', value);
        case 'contains':
          return eb(field, 'like', `%${String(value)}%`);
        case 'starts_with':
          return eb(field, 'like', `${String(value)}%`);
        case 'ends_with':
          return eb(field, 'like', `%${String(value)}`);
        default:
          return assertNever(operator);
      }
    };
    const all = where.filter(({ connector }) => connector === 'AND').map(one);
    const any = where.filter(({ connector }) => connector === 'OR').map(one);
    return eb.and([...all, ...(any.length === 0 ? [] : [eb.or(any)])]);
  };
}
