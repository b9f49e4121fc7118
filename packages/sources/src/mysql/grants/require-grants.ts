import { isLumbungError, LumbungError } from '@lumbung/stdx';
import type { ServerVersion } from '../server-version.ts';
import { quoteText } from '../session.ts';
import type { MysqlConnection } from '../wire/connection.ts';
import { type Grant, parseGrants } from './parse-grants.ts';
import { type Grantee, grantStatements, missingGrants, type Requirement } from './required-grants.ts';

export interface AccountGrants extends Grantee {
  readonly grants: readonly Grant[];
}

/** What the account of this session may do, by itself and by the roles that it has from the login on. */
export async function readGrants(session: MysqlConnection, server: ServerVersion): Promise<AccountGrants> {
  const [who] = await session.texts('SELECT CURRENT_USER()');
  const current = who?.[0] ?? '';
  const at = current.lastIndexOf('@');
  const account = `${quoteText(current.slice(0, at))}@${quoteText(current.slice(at + 1))}`;
  const lines = await grantLines(session, server);
  const areNamesLiteral = await hasLiteralNames(session, server);
  return { account, areNamesLiteral, grants: parseGrants(lines, areNamesLiteral) };
}

/** A server that can take a right on one database away again knows no patterns in their names. */
async function hasLiteralNames(session: MysqlConnection, server: ServerVersion): Promise<boolean> {
  if (server.vendor === 'mariadb') return false;
  const [row] = await session.texts("SHOW GLOBAL VARIABLES LIKE 'partial_revokes'");
  return row?.[1] === 'ON';
}

async function grantLines(session: MysqlConnection, server: ServerVersion): Promise<string[]> {
  const own = await session.texts('SHOW GRANTS');
  const ofRole = await roleGrants(session, server);
  return [...own, ...ofRole].map(([line]) => line ?? '');
}

async function roleGrants(session: MysqlConnection, server: ServerVersion) {
  if (server.vendor === 'mysql' && server.major < 8) return [];
  try {
    const [row] = await session.texts('SELECT CURRENT_ROLE()');
    const role = row?.[0];
    if (role === null || role === undefined || role === 'NONE') return [];
    // MySQL prints it as a list that is quoted already, MariaDB as a bare name.
    const sql =
      server.vendor === 'mysql' ? `SHOW GRANTS FOR CURRENT_USER() USING ${role}` : 'SHOW GRANTS FOR CURRENT_ROLE';
    return await session.texts(sql);
  } catch (error) {
    // Servers that are older than roles.
    if (isLumbungError(error, 'DB_QUERY_FAILED')) return [];
    throw error;
  }
}

/** @throws LumbungError DB_PRIVILEGE_MISSING (operator), with the statements that grant what is missing */
export function requireGrants(account: AccountGrants, required: readonly Requirement[]): void {
  const missing = missingGrants(account.grants, required);
  if (missing.length === 0) return;
  const parts = missing.map(({ id }) => id).join(', ');
  throw new LumbungError('DB_PRIVILEGE_MISSING', {
    kind: 'operator',
    message: `the backup user may not read these parts, which would be missing: ${parts}`,
    context: { parts },
    hint: grantStatements(missing, account),
  });
}
