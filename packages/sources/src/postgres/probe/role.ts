import { z } from 'zod';
import { flag, integer, text } from '../columns.ts';
import { selectOne } from '../session.ts';
import type { PostgresConnection } from '../wire/connection.ts';

const roleRow = z.object({
  name: text,
  superuser: flag,
  bypassrls: flag,
  connectionlimit: integer,
  readsalldata: flag,
  readspasswords: flag,
});

/** Who we are on the server, and what that allows everywhere. */
export interface Role {
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly bypassesRowSecurity: boolean;
  /** -1: any number. */
  readonly connectionLimit: number;
  /** Since PostgreSQL 14 one grant for every table, also of the future. */
  readonly readsAllData: boolean;
  readonly readsPasswords: boolean;
}

export async function readRole(
  connection: PostgresConnection,
  version: { readonly major: number },
  signal: AbortSignal,
): Promise<Role> {
  const row = await selectOne(
    connection,
    roleRow,
    `SELECT r.rolname AS name, r.rolsuper AS superuser, r.rolsuper OR r.rolbypassrls AS bypassrls,
       r.rolconnlimit AS connectionlimit,
       ${version.major >= 14 ? `pg_catalog.pg_has_role(r.oid, 'pg_read_all_data', 'USAGE')` : 'r.rolsuper'} AS readsalldata,
       pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS readspasswords
     FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`,
    signal,
  );
  return {
    name: row.name,
    isSuperuser: row.superuser,
    bypassesRowSecurity: row.bypassrls,
    connectionLimit: row.connectionlimit,
    readsAllData: row.readsalldata,
    readsPasswords: row.readspasswords,
  };
}
