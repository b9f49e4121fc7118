import { z } from 'zod';
import type { Target } from '../connection/target.ts';
import type { Control } from '../driver.ts';
import { USER_SCHEMA } from './catalogue/relations.ts';
import { integer, text } from './columns.ts';
import { maintenanceDatabaseOf, openSession, select, selectOne } from './session.ts';
import type { PostgresConnection } from './wire/connection.ts';

const APPLICATION_NAME = 'lumbung-list';
/** Made with the server; nobody's, as long as nobody put anything into them. */
const BORN_WITH_SERVER = new Set(['postgres', 'template1']);

/**
 * Everything that must be backed up on a server today: each database that can be connected to and is no template. Asked
 * every time, so that one that was created yesterday is not forgotten. `postgres` and `template1` count when somebody
 * keeps something in them.
 */
export async function listDatabases(target: Target, control: Control): Promise<readonly string[]> {
  const { signal } = control;
  const options = { target, control, signal, applicationName: APPLICATION_NAME };
  const { connection } = await openSession({ ...options, database: maintenanceDatabaseOf(target) });
  try {
    const rows = await select(
      connection,
      z.object({ name: text }),
      `SELECT datname AS name FROM pg_catalog.pg_database
       WHERE datallowconn AND (NOT datistemplate OR datname = 'template1') AND datconnlimit <> -2 ORDER BY datname`,
      signal,
    );
    const names: string[] = [];
    for (const { name } of rows) {
      if (!BORN_WITH_SERVER.has(name)) names.push(name);
      else {
        const { connection: inside } = await openSession({ ...options, database: name });
        try {
          if (await hasUserObjects(inside, signal)) names.push(name);
        } finally {
          await inside.close();
        }
      }
    }
    return names;
  } finally {
    await connection.close();
  }
}

/** Objects beyond those that a new server has: no extension's, but the extension counts itself. */
async function hasUserObjects(connection: PostgresConnection, signal: AbortSignal): Promise<boolean> {
  const { count } = await selectOne(
    connection,
    z.object({ count: integer }),
    `SELECT (SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE ${USER_SCHEMA})
       + (SELECT count(*) FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
         WHERE ${USER_SCHEMA})
       + (SELECT count(*) FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
         WHERE ${USER_SCHEMA})
       + (SELECT count(*) FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql')
       + (SELECT count(*) FROM pg_catalog.pg_largeobject_metadata)
       + (SELECT count(*) FROM pg_catalog.pg_namespace n WHERE ${USER_SCHEMA} AND n.nspname <> 'public') AS count`,
    signal,
  );
  return count > 0;
}
