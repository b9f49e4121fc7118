import type { Selectable } from 'kysely';

/** A row as it comes out of the database: what it makes by itself is there. */
export type Stored<Row> = Selectable<Row>;
