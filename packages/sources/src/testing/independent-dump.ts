import { dumpMariadb } from './independent/dump-mariadb.ts';
import { dumpPostgres } from './independent/dump-postgres.ts';
import { dumpRedis } from './independent/dump-redis.ts';
import type { ServerPrograms } from './server-programs.ts';
import type { TestServer } from './test-server.ts';

/** What a database holds, found out without a line of the product: by the engine's own tools and the server's own SQL. Two
 *  are of equal databases when they are equal; where they are not, the difference can be read. */
export interface IndependentDump {
  /** As the engine's own tool writes it, without what differs from run to run. */
  readonly schema: string;
  /** Quoted name → number of rows, and a checksum whatever their order on disk. Redis: `database key` → type and value. */
  readonly tables: Readonly<Record<string, string>>;
  /** Where sequences stand, large objects. */
  readonly others: Readonly<Record<string, string>>;
  /** What belongs to the database itself and is made with it: settings, rights, comment. */
  readonly database: Readonly<Record<string, string>>;
}

/** @param database its name, in MariaDB without quotes and backslashes, at which the stock tool fails; in Redis all of the
 *  numbered ones are looked at
 *  @param tools whose client programs look: to compare servers of two versions take those of the newer one */
export async function independentDump(
  server: TestServer,
  database: string,
  tools: ServerPrograms = server.programs,
): Promise<IndependentDump> {
  switch (server.engine) {
    case 'postgresql':
      return dumpPostgres(server, database, tools);
    case 'mariadb':
    case 'mysql':
      return dumpMariadb(server, database, tools);
    case 'redis':
      return dumpRedis(server);
  }
}
