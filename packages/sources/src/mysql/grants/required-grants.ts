import type { DumpPart } from '../../remarks/value-kinds.ts';
import { isAtLeast, type ServerVersion } from '../server-version.ts';
import { quoteName } from '../splitter/dump-text.ts';
import { type Grant, isGranted, patternOf, type Scope } from './parse-grants.ts';

/** Something a dump needs, and which privileges give it: any one of them. The first is the one to ask for. */
export interface Requirement {
  readonly id: DumpPart;
  readonly anyOf: ReadonlyArray<{ readonly privilege: string; readonly scope: Scope }>;
}

/** Without these a part of the database would be missing, in silence. */
export function requiredForDatabase(server: ServerVersion, database: string, withLock: boolean): Requirement[] {
  const on = (privilege: string) => ({ privilege, scope: { database } });
  return [
    { id: 'tables', anyOf: [on('SELECT')] },
    { id: 'views', anyOf: [on('SHOW VIEW')] },
    { id: 'triggers', anyOf: [on('TRIGGER')] },
    { id: 'events', anyOf: [on('EVENT')] },
    { id: 'routines', anyOf: routinePrivileges(server, database) },
    ...(withLock ? [{ id: 'lock', anyOf: [on('LOCK TABLES')] } as const] : []),
  ];
}

/** Without it the columns of a view that calls a function cannot be read, and the dump tool gives up. */
export function requiredForCallingViews(database: string): Requirement {
  return { id: 'functions-of-views', anyOf: [{ privilege: 'EXECUTE', scope: { database } }] };
}

/** Several sessions on one snapshot. */
export function requiredForSessions(server: ServerVersion): Requirement {
  const everywhere = (privilege: string) => ({ privilege, scope: {} });
  return {
    id: 'sessions',
    anyOf: [
      everywhere('RELOAD'),
      ...(server.vendor === 'mysql' && isAtLeast(server, 8, 0, 23) ? [everywhere('FLUSH_TABLES')] : []),
    ],
  };
}

/** Accounts and their grants. */
export const requiredForUsers: Requirement = {
  id: 'users',
  anyOf: [{ privilege: 'SELECT', scope: { database: 'mysql' } }],
};

/** A database that an account has no privilege for is not listed to it: without one of these, "all databases" would be those
 *  that somebody remembered to grant, and never the one that was made this morning. */
export const requiredToSeeAll: Requirement = {
  id: 'databases',
  anyOf: [
    { privilege: 'SHOW DATABASES', scope: {} },
    { privilege: 'SELECT', scope: {} },
  ],
};

/** Who may see the text of routines that others made: with none of these they are not even listed. */
function routinePrivileges({ vendor, ...version }: ServerVersion, database: string): Requirement['anyOf'] {
  const server = { vendor, ...version };
  const table = { privilege: 'SELECT', scope: { database: 'mysql', table: 'proc' } };
  if (vendor === 'mariadb') {
    const own = { privilege: 'SHOW CREATE ROUTINE', scope: { database } };
    return isAtLeast(server, 11, 3) ? [own, table] : [table];
  }
  if (!isAtLeast(server, 8, 0)) return [table];
  const everywhere = { privilege: 'SELECT', scope: {} };
  return isAtLeast(server, 8, 0, 20) ? [{ privilege: 'SHOW_ROUTINE', scope: {} }, everywhere] : [everywhere];
}

export function missingGrants(grants: readonly Grant[], required: readonly Requirement[]): Requirement[] {
  return required.filter(({ anyOf }) => !anyOf.some(({ privilege, scope }) => isGranted(grants, privilege, scope)));
}

export interface Grantee {
  /** As in a GRANT statement: `'user'@'host'`. */
  readonly account: string;
  /** `%` and `_` in the names of databases stand for themselves, and a backslash before them as well. */
  readonly areNamesLiteral: boolean;
}

/** The statements that give what is missing, to be pasted by whoever administers the server. */
export function grantStatements(missing: readonly Requirement[], { account, areNamesLiteral }: Grantee): string {
  const byScope = Map.groupBy(
    missing.flatMap(({ anyOf }) => anyOf.slice(0, 1)),
    ({ scope }) => scopeText(scope, areNamesLiteral),
  );
  return [...byScope]
    .map(([scope, needs]) => `GRANT ${needs.map(({ privilege }) => privilege).join(', ')} ON ${scope} TO ${account};`)
    .join('\n');
}

function scopeText({ database, table }: Scope, areNamesLiteral: boolean): string {
  if (database === undefined) return '*.*';
  if (table !== undefined) return `${quoteName(database)}.${quoteName(table)}`;
  // At this level they are patterns.
  return `${quoteName(areNamesLiteral ? database : patternOf(database))}.*`;
}
