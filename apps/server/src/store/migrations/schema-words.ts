// The words migrations are written in: kysely's schema builder, with what the two dialects call differently.
import {
  type ColumnDefinitionBuilder,
  type CreateTableBuilder,
  type Expression,
  type ForeignKeyConstraintBuilder,
  type Kysely,
  type RawBuilder,
  type SqlBool,
  sql,
} from 'kysely';
import type { Dialect } from '../dialect.ts';

type Column = (builder: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;
type ColumnType = 'integer' | 'text' | 'bigint' | Expression<unknown>;

export const required: Column = (column) => column.notNull();
export const primary: Column = (column) => column.primaryKey().notNull();
export const optional: Column = (column) => column;
export const unique: Column = (column) => column.notNull().unique();
export const withDefault =
  (value: number | string): Column =>
  (column) =>
    column.notNull().defaultTo(value);
/** A row of `table` that this one stands on: it cannot be deleted while this one is there. */
export const to =
  (table: string, nullability: 'required' | 'optional' = 'required'): Column =>
  (column) => {
    const reference = column.references(`${table}.id`);
    return nullability === 'required' ? reference.notNull() : reference;
  };
/** A row of `table` that takes this one with it. */
export const partOf =
  (table: string): Column =>
  (column) =>
    column.references(`${table}.id`).onDelete('cascade').notNull();

/** A row that refers to another of its own table may be written before that one, as an import does. */
export const atCommit = (constraint: ForeignKeyConstraintBuilder): ForeignKeyConstraintBuilder =>
  constraint.deferrable().initiallyDeferred();

export interface SchemaWords {
  readonly text: ColumnType;
  /** Up to 2^53: moments, bytes. */
  readonly big: ColumnType;
  readonly int: ColumnType;
  /** A table with a primary key `id`, unless `make` says otherwise. */
  table(name: string): CreateTableBuilder<string, never>;
  index(table: string, columns: readonly string[], options?: IndexOptions): Promise<void>;
}

export interface IndexOptions {
  readonly unique?: boolean;
  /** Only the rows that fit. */
  readonly where?: RawBuilder<unknown>;
}

export function schemaWords(db: Kysely<unknown>, dialect: Dialect): SchemaWords {
  return {
    // PostgreSQL would sort by the language of its database, and the two dialects must give pages in one order.
    text: dialect === 'sqlite' ? 'text' : sql`text collate "C"`,
    // A STRICT table of SQLite knows one word for whole numbers; they have 64 bits there.
    big: dialect === 'sqlite' ? 'integer' : 'bigint',
    int: 'integer',
    table: (name) => {
      const builder = db.schema.createTable(name);
      // SQLite would store text in a column of numbers otherwise.
      return dialect === 'sqlite' ? builder.modifyEnd(sql`strict`) : builder;
    },
    index: async (table, columns, { unique: isUnique = false, where } = {}) => {
      const names = columns.map((column) => column.replace(/ desc$/, '')).join('_');
      let builder = db.schema.createIndex(`${table}_${names}_${isUnique ? 'key' : 'idx'}`).on(table);
      for (const column of columns) {
        const [name = '', direction] = column.split(' ');
        builder = builder.column(direction === 'desc' ? `${name} desc` : name);
      }
      if (isUnique) builder = builder.unique();
      if (where !== undefined) await builder.where(asCondition(where)).execute();
      else await builder.execute();
    },
  };
}

/** What `where` of an index takes is a condition: kysely cannot see that raw SQL is one. */
function asCondition(raw: RawBuilder<unknown>): Expression<SqlBool> {
  return raw.$castTo();
}

/** `column` holds one of these. A later migration that adds one makes the table anew in SQLite, so that only small closed
 *  sets are written down here. */
export function oneOf(column: string, values: readonly string[]): RawBuilder<SqlBool> {
  return sql`${sql.ref(column)} in (${sql.join(values.map((value) => sql.lit(value)))})`;
}

export function yesOrNo(...columns: readonly string[]): RawBuilder<SqlBool> {
  return sql.join(
    columns.map((column) => sql`${sql.ref(column)} in (0, 1)`),
    sql` and `,
  );
}

/** `YYYY-MM-DD`, or null where the column may be. */
export function localDates(...columns: readonly string[]): RawBuilder<SqlBool> {
  return sql.join(
    columns.map((column) => sql`${sql.ref(column)} like ${sql.lit('____-__-__')}`),
    sql` and `,
  );
}
