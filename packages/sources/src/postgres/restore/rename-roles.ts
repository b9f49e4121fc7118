const TOKEN = /"(?:[^"]|"")*"|'(?:[^']|'')*'|[A-Za-z_\u0080-\u00ff][\w$\u0080-\u00ff]*|\s+|[\s\S]/g;
/** What a name of a role comes after, in the statements that pg_dump writes about rights, policies and user mappings. */
const BEFORE_ROLE = new Set(['TO', 'FROM', 'ROLE', 'AUTHORIZATION']);
const NO_ROLE = new Set(['PUBLIC', 'CURRENT_USER', 'SESSION_USER', 'CURRENT_ROLE', 'DEFAULT', 'public']);

/**
 * A statement of pg_dump with other names of roles: `GRANT … TO a`, `REVOKE … FROM a`, `FOR ROLE a`,
 * `CREATE POLICY … TO a, b`, `CREATE USER MAPPING FOR a`. Of a list each role is named once. Texts and what stands in
 * parentheses are left alone: there it may be anything.
 */
export function renameRoles(sql: string, rename: (role: string) => string): string {
  const out: string[] = [];
  const tokens = sql.match(TOKEN) ?? [];
  let depth = 0;
  let isRoleNext = false;
  let named = new Set<string>();
  let previousWord = '';
  for (const token of tokens) {
    if (/^\s+$/.test(token)) {
      out.push(token);
      continue;
    }
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    const isName = token.startsWith('"') || /^[A-Za-z_\u0080-\u00ff]/.test(token);
    if (depth === 0 && isRoleNext && isName) {
      const role = NO_ROLE.has(token) ? token : quoted(rename(unquoted(token)));
      if (named.has(role)) dropListItem(out);
      else out.push(role);
      named.add(role);
      isRoleNext = false;
      previousWord = 'a role';
      continue;
    }
    if (depth === 0 && token === ',' && previousWord === 'a role') isRoleNext = true;
    else {
      const isMapping = token === 'FOR' && previousWord === 'MAPPING';
      isRoleNext = depth === 0 && (BEFORE_ROLE.has(token) || isMapping);
      if (isRoleNext) named = new Set();
      previousWord = token;
    }
    out.push(token);
  }
  return out.join('');
}

/** The comma before a role that was named already. */
function dropListItem(out: string[]): void {
  while (out.length > 0 && out.at(-1) !== ',') out.pop();
  out.pop();
}

function unquoted(token: string): string {
  return token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token;
}

function quoted(role: string): string {
  return `"${role.replaceAll('"', '""')}"`;
}
