import type { ServerEngine } from '../server-programs.ts';
import { mariadbFacts } from './mariadb-facts.ts';
import { mysqlFacts } from './mysql-facts.ts';
import { postgresFacts } from './postgres-facts.ts';
import { redisFacts } from './redis-museum.ts';

export interface MuseumTable {
  /** PostgreSQL: the schema. MariaDB: nothing. Redis: nothing, and `name` is the number of the database. */
  readonly schema?: string;
  readonly name: string;
  readonly rows: number;
}

/** What a museum holds, written down by hand, so that no query of ours is needed to know it. */
export interface MuseumFacts {
  /** Every table that has rows of its own; partitioned parents and merged tables have none. Redis: keys of a database. */
  readonly tables: readonly MuseumTable[];
  /** How many there are of other kinds, by a name that speaks for itself. */
  readonly counts: Readonly<Record<string, number>>;
}

export const MUSEUM_BIG_ROWS = 2000;

/** @param major of the server: a newer PostgreSQL holds more */
export function museumFacts(engine: ServerEngine, bigRows = MUSEUM_BIG_ROWS, major = 0): MuseumFacts {
  switch (engine) {
    case 'postgresql':
      return postgresFacts(bigRows, major);
    case 'mariadb':
      return mariadbFacts(bigRows);
    case 'mysql':
      return mysqlFacts(bigRows);
    case 'redis':
      return redisFacts(bigRows);
  }
}
