// SQL as the dump tools and servers write it. Characters are bytes (latin1), so that nothing of it is lost.
import { quotedNameAt } from '../splitter/dump-text.ts';

const OPENERS = /['"`]/g;

/** Where the string or name that opens at `at` ends: behind its closing quote, or at the end of the text. */
function quoteEnd(sql: string, at: number): number {
  const quote = sql[at];
  for (let end = at + 1; end < sql.length; end++) {
    const char = sql[end];
    if (char === '\\' && quote !== '`') end++;
    // A doubled quote closes and opens again, which comes to the same.
    else if (char === quote) return end + 1;
  }
  return sql.length;
}

/** The same text, as long as before, with spaces for everything between quotes: what is found in it is no part of a name. */
export function maskQuoted(sql: string): string {
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    OPENERS.lastIndex = from;
    const open = OPENERS.exec(sql);
    if (open === null) return parts.join('') + sql.slice(from);
    const end = quoteEnd(sql, open.index);
    parts.push(sql.slice(from, open.index), ' '.repeat(end - open.index));
    from = end;
  }
}

interface QuotedName {
  readonly name: string;
  readonly at: number;
  readonly end: number;
}

/** The names between backticks, in order, with where they begin and end. */
export function* quotedNames(sql: string): Generator<QuotedName, undefined> {
  let from = 0;
  for (;;) {
    OPENERS.lastIndex = from;
    const open = OPENERS.exec(sql);
    if (open === null) return undefined;
    const named = open[0] === '`' ? quotedNameAt(sql, open.index) : undefined;
    if (named !== undefined) yield { name: named.name, at: open.index, end: named.end };
    from = named?.end ?? quoteEnd(sql, open.index);
  }
}

/**
 * The same text without `database` before the names in it, so that it means the database in use. Servers write it before
 * sequences in defaults; in views before functions, and before all columns of one whose account is not there or may not read
 * its tables (which the dump tools leave as it is). What has but two parts in a view may be a column of a table of that name.
 */
export function withoutOwnName(sql: string, database: string, where: 'everywhere' | 'view'): string {
  const parts: string[] = [];
  let from = 0;
  for (const { name, at, end } of quotedNames(sql)) {
    if (name !== database || sql[end] !== '.') continue;
    const next = quotedNameAt(sql, end + 1);
    if (next === undefined) continue;
    const isCall = sql[next.end] === '(';
    const isColumn = sql[next.end] === '.' && sql[next.end + 1] === '`';
    if (where === 'view' && !isCall && !isColumn) continue;
    parts.push(sql.slice(from, at));
    from = end + 1;
  }
  return parts.join('') + sql.slice(from);
}

/** Lines around the statement of a block that stand for themselves. */
const ALONE = /^(?:\/\*!\d+ SET .*\*\/|SET .*|ALTER DATABASE .*)$/;

/** A script of one object, which knows `DELIMITER` as the client does, as the statements that a server takes. */
export function splitStatements(script: string): string[] {
  const statements: string[] = [];
  let lines: string[] = [];
  let delimiter: string | undefined;
  let open = '';
  for (const line of script.split('\n')) {
    if (delimiter !== undefined) {
      if (line === 'DELIMITER ;' && (lines.at(-1) ?? '').endsWith(delimiter)) {
        statements.push(...blockStatements(lines, delimiter));
        lines = [];
        delimiter = undefined;
      } else lines.push(line);
      continue;
    }
    if (lines.length === 0 && line.startsWith('DELIMITER ')) {
      const next = line.slice('DELIMITER '.length);
      if (next !== ';') delimiter = next;
      continue;
    }
    if (lines.length === 0 && line.trim() === '') continue;
    lines.push(line);
    open = openQuote(line, open);
    if (open !== '' || !line.trimEnd().endsWith(';')) continue;
    statements.push(lines.join('\n').trimEnd().slice(0, -1).trimEnd());
    lines = [];
  }
  if (lines.length > 0) statements.push(lines.join('\n').trim());
  return statements.filter((statement) => statement !== '');
}

/** One statement, before and behind it those that set the session up and back. */
function blockStatements(lines: readonly string[], delimiter: string): string[] {
  const ended = (line: string) => line.slice(0, -delimiter.length).trim();
  const isAlone = (line: string | undefined) =>
    line !== undefined && line.endsWith(delimiter) && ALONE.test(ended(line));
  let first = 0;
  let last = lines.length;
  while (first < last && isAlone(lines[first])) first++;
  while (last > first && isAlone(lines[last - 1])) last--;
  const middle = lines.slice(first, last).join('\n');
  return [...lines.slice(0, first).map(ended), ended(middle), ...lines.slice(last).map(ended)];
}

function openQuote(line: string, before: string): string {
  let quote = before;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? '';
    if (quote === '') {
      if (char === "'" || char === '"' || char === '`') quote = char;
    } else if (char === '\\' && quote !== '`') at++;
    else if (char === quote) quote = '';
  }
  return quote;
}

/**
 * The same CREATE TRIGGER without `database` before its own name and that of its table: a server prints a trigger as it was
 * written, and one that names its database would be made in the old one. What it does is not touched.
 */
export function withoutOwnNameInHead(sql: string, database: string): string {
  const body = /\bFOR\s+EACH\s+ROW\b/i.exec(maskQuoted(sql));
  const trigger = /\bTRIGGER\b/i.exec(maskQuoted(sql));
  if (body === null || trigger === null || body.index < trigger.index) return sql;
  const head = withoutOwnName(sql.slice(trigger.index, body.index), database, 'everywhere');
  const bare = new RegExp(`(?<=\\s)${escapedPattern(database)}\\s*\\.\\s*(?=[\\w\`"])`, 'g');
  const masked = maskQuoted(head);
  let unnamed = '';
  let from = 0;
  for (const { index, 0: found } of masked.matchAll(bare)) {
    unnamed += head.slice(from, index);
    from = index + found.length;
  }
  return sql.slice(0, trigger.index) + unnamed + head.slice(from) + sql.slice(body.index);
}

/** As a pattern that matches just this. */
export function escapedPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
