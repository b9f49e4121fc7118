import type { Target } from '../connection/target.ts';
import type { Control, DatabaseSummary } from '../driver.ts';
import { readGrants, requireGrants } from './grants/require-grants.ts';
import { requiredToSeeAll } from './grants/required-grants.ts';
import { openSession, serverVersionOf } from './session.ts';
import type { MysqlConnection } from './wire/connection.ts';

/** What the server makes for itself; users and settings are dumped by themselves. */
const OWN: ReadonlySet<string> = new Set(['information_schema', 'performance_schema', 'mysql', 'sys', 'ndbinfo']);

/** See `DatabaseDriver.databases`. @throws LumbungError DB_PRIVILEGE_MISSING (operator): the account may not see them all */
export async function listDatabases(target: Target, control: Control): Promise<readonly string[]> {
  await using session = await openSession(target, control);
  requireGrants(await readGrants(session, await serverVersionOf(session)), [requiredToSeeAll]);
  return (await summarizeDatabases(session)).map(({ name }) => name);
}

export async function summarizeDatabases(session: MysqlConnection): Promise<DatabaseSummary[]> {
  const rows = await session.texts(
    `SELECT s.SCHEMA_NAME, COALESCE(SUM(t.DATA_LENGTH + t.INDEX_LENGTH), 0), COALESCE(SUM(t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')), 0)
     FROM information_schema.SCHEMATA s LEFT JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = s.SCHEMA_NAME GROUP BY s.SCHEMA_NAME`,
  );
  return rows
    .map(([name, sizeBytes, tables]) => ({ name: name ?? '', sizeBytes: Number(sizeBytes), tables: Number(tables) }))
    .filter(({ name }) => !OWN.has(name.toLowerCase()))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
