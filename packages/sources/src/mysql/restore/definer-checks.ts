import { isLumbungError } from '@lumbung/stdx';
import type { Ownership } from '../../driver.ts';
import { fail, pass, type Verdict, warn } from '../../remarks/check.ts';
import { listed } from '../../remarks/value-kinds.ts';
import { isGranted } from '../grants/parse-grants.ts';
import { readGrants } from '../grants/require-grants.ts';
import { isAtLeast, type ServerVersion } from '../server-version.ts';
import type { MysqlConnection } from '../wire/connection.ts';
import { accountText, definerOf, mappedDefiner, mappedTo } from './definer.ts';
import type { RestoreFacts } from './restore-checks.ts';
import { splitStatements } from './sql-text.ts';
import type { StoredObject } from './stored-schema.ts';

/** A name that the dump does not have is a slip of whoever typed it. */
export function mapVerdict(roles: Readonly<Record<string, string>>, objects: readonly StoredObject[]): Verdict {
  const known = definersOf(objects);
  const unknown = Object.keys(roles).filter((role) => !known.some((definer) => isNamed(definer, role)));
  if (unknown.length > 0) return fail('mapped-roles-unknown', { unknown: listed(unknown), roles: listed(known) });
  return pass('roles-mapped', { roles: listed(Object.entries(roles).map(([was, is]) => `${was} → ${is}`)) });
}

/** Whether what runs as somebody can be made, and that somebody is there. */
export async function definersVerdict({ session, server, options, objects }: RestoreFacts): Promise<Verdict> {
  const dumped = definersOf(objects);
  const wanted = [...new Set(dumped.map((definer) => mappedDefiner(definer, options.ownership)))].toSorted();
  if (wanted.length === 0) return pass('no-definers');
  const [who] = await session.texts('SELECT CURRENT_USER()');
  const { account, grants } = await readGrants(session, server);
  const mayBeOthers = ['SUPER', 'SET USER', 'SET_USER_ID', 'SET_ANY_DEFINER'].some((privilege) =>
    isGranted(grants, privilege, {}),
  );
  const strange = wanted.filter((definer) => definer !== who?.[0]);
  if (!mayBeOthers && strange.length > 0) {
    const paste = `GRANT ${rightToBeOthers(server)} ON *.* TO ${account};`;
    return fail('definers-refused', { account, accounts: listed(strange), paste });
  }
  const known = await knownAccounts(session);
  if (known === undefined) return warn('definers-unasked', { accounts: listed(wanted) });
  const missing = wanted.filter((definer) => !known.has(definer));
  if (missing.length === 0) return pass('definers-known', { accounts: listed(wanted) });
  const paste = missing.map((definer) => `CREATE USER ${accountText(definer)} ACCOUNT LOCK;`).join('\n');
  const values = { accounts: listed(missing), paste };
  // Only who was chosen for this restore has to be there: what ran as nobody before does so afterwards.
  const chosen = chosenBy(dumped, options.ownership);
  return missing.some((definer) => chosen.has(definer))
    ? fail('definers-chosen-missing', values)
    : warn('definers-missing', values);
}

function rightToBeOthers(server: ServerVersion): string {
  if (server.vendor === 'mariadb') return isAtLeast(server, 10, 5) ? 'SET USER' : 'SUPER';
  return isAtLeast(server, 8, 2) ? 'SET_ANY_DEFINER' : isAtLeast(server, 8, 0) ? 'SET_USER_ID' : 'SUPER';
}

function chosenBy(dumped: readonly string[], ownership: Ownership): ReadonlySet<string> {
  switch (ownership.kind) {
    case 'keep':
      return new Set();
    case 'one':
    case 'restorer':
      return new Set(dumped.map((definer) => mappedDefiner(definer, ownership)));
    case 'map':
      return new Set(
        dumped
          .filter((definer) => mappedTo(definer, ownership.roles) !== undefined)
          .map((definer) => mappedDefiner(definer, ownership)),
      );
  }
}

function isNamed(definer: string, role: string): boolean {
  return mappedTo(definer, { [role]: definer }) !== undefined;
}

/** Accounts that views, routines, triggers and events run as. */
function definersOf(objects: readonly StoredObject[]): string[] {
  const definers = new Set<string>();
  for (const { kind, sql } of objects) {
    if (kind === 'table' || kind === 'sequence' || kind === 'view-placeholder') continue;
    for (const statement of splitStatements(sql)) {
      const definer = definerOf(statement);
      if (definer !== undefined) definers.add(definer);
    }
  }
  return [...definers].toSorted();
}

/** `user@host` of accounts, the bare names of roles; undefined when the list may not be read. */
async function knownAccounts(session: MysqlConnection): Promise<Set<string> | undefined> {
  try {
    const rows = await session.texts("SELECT IF(Host = '', User, CONCAT(User, '@', Host)) FROM mysql.user");
    return new Set(rows.map(([account]) => account ?? ''));
  } catch (error) {
    if (isLumbungError(error, 'DB_PRIVILEGE_MISSING')) return undefined;
    throw error;
  }
}
