/** Privileges at one level, as a server prints them for an account. */
export interface Grant {
  /** `SELECT`, `SHOW VIEW`, `SHOW_ROUTINE` …, in upper case; `ALL PRIVILEGES` for all of the level. */
  readonly privileges: ReadonlySet<string>;
  /** A pattern: `%` and `_` stand for others, unless behind a backslash. Undefined: everywhere (`*.*`). */
  readonly database?: string;
  /** Undefined: the whole level. */
  readonly table?: string;
  /** Taken away from what a higher level gives (MySQL's partial revokes). */
  readonly isRevoked: boolean;
}

const QUOTED = String.raw`(?:\`(?:[^\`]|\`\`)*\`|'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*")`;
const NAME = String.raw`(?:${QUOTED}|[^\s.\`'"]+)`;
const ON = new RegExp(String.raw`^(GRANT|REVOKE) (.+?) ON (?:TABLE )?(\*|${NAME})\.(\*|${NAME}) (?:TO|FROM) `, 's');

/**
 * The lines of SHOW GRANTS that give privileges on tables and databases. Lines about roles, proxies and single routines
 * say nothing about them and are left out.
 *
 * @param areNamesLiteral `%` and `_` in the names of databases stand for themselves: MySQL with `partial_revokes`
 */
export function parseGrants(lines: readonly string[], areNamesLiteral = false): Grant[] {
  const grants: Grant[] = [];
  for (const line of lines) {
    const match = ON.exec(line);
    if (match === null) continue;
    const [, verb, list = '', database = '*', table = '*'] = match;
    // Columns are a part of a table: never enough for a dump, so a privilege with a list of them is none.
    const privileges = splitList(list).filter((privilege) => !privilege.includes('('));
    if (privileges.length === 0) continue;
    grants.push({
      privileges: new Set(privileges.map((privilege) => privilege.toUpperCase())),
      ...(database === '*' ? {} : { database: areNamesLiteral ? patternOf(unquoted(database)) : unquoted(database) }),
      ...(table === '*' ? {} : { table: unquoted(table) }),
      isRevoked: verb === 'REVOKE',
    });
  }
  return grants;
}

/** That matches the name alone. */
export function patternOf(database: string): string {
  return database.replace(/[_%\\]/g, '\\$&');
}

function splitList(list: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let item = '';
  for (const char of list) {
    if (char === '(') depth++;
    if (char === ')') depth--;
    if (char === ',' && depth === 0) {
      items.push(item.trim());
      item = '';
    } else item += char;
  }
  return [...items, item.trim()];
}

function unquoted(name: string): string {
  const quote = name[0] ?? '';
  if (quote !== '`' && quote !== "'" && quote !== '"') return name;
  return name.slice(1, -1).replaceAll(quote + quote, quote);
}

export interface Scope {
  readonly database?: string;
  readonly table?: string;
}

/** True when the account has `privilege` on all of `scope`. */
export function isGranted(grants: readonly Grant[], privilege: string, scope: Scope): boolean {
  const gives = (grant: Grant) => grant.privileges.has(privilege) || grant.privileges.has('ALL PRIVILEGES');
  const covers = (grant: Grant) =>
    (grant.database === undefined || (scope.database !== undefined && matches(grant.database, scope.database))) &&
    (grant.table === undefined || grant.table === scope.table);
  // What is taken away from a database is taken from whoever has it everywhere, not from whoever has it there.
  const isTaken = (grant: Grant) =>
    grant.database === undefined &&
    grants.some(
      (each) =>
        each.isRevoked &&
        gives(each) &&
        each.database !== undefined &&
        scope.database !== undefined &&
        matches(each.database, scope.database),
    );
  return grants.some((grant) => !grant.isRevoked && gives(grant) && covers(grant) && !isTaken(grant));
}

function matches(pattern: string, database: string): boolean {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? '';
    const next = pattern[at + 1];
    if (char === '\\' && (next === '_' || next === '%' || next === '\\')) {
      source += escaped(next);
      at++;
    } else if (char === '%') source += '.*';
    else if (char === '_') source += '.';
    else source += escaped(char);
  }
  return new RegExp(`^${source}$`, 's').test(database);
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
