import { LumbungError } from '@lumbung/stdx';

/** The dump tool wrote what no version we know writes. */
export function unreadableDump(message: string, context: Readonly<Record<string, string | number>> = {}): LumbungError {
  return new LumbungError('DB_DUMP_UNREADABLE', {
    kind: 'bug',
    message: `the output of the dump tool was not understood: ${message}`,
    context,
    hint: 'report the version of the dump tool; nothing was stored',
  });
}

/** A dump that ended before it was whole. */
export function incompleteDump(message: string, context: Readonly<Record<string, string | number>> = {}): LumbungError {
  return new LumbungError('DB_DUMP_INCOMPLETE', {
    kind: 'transient',
    message: `the dump is not whole: ${message}`,
    context,
    hint: 'run the backup again; nothing was stored',
  });
}

/** What a line of SQL leaves open: a quote character, or nothing. */
export type OpenQuote = 0 | 0x27 | 0x22 | 0x60;

const BACKSLASH = 0x5c;

/**
 * The quote that is open behind `line`, which began inside `open`. Backslashes escape in strings and not in
 * identifiers, as in the SQL mode that the tools set for what they write.
 */
export function quoteAfter(line: Buffer, open: OpenQuote): OpenQuote {
  let quote = open;
  for (let at = 0; at < line.length; at++) {
    const byte = line[at];
    if (quote !== 0) {
      if (byte === BACKSLASH && quote !== 0x60) at++;
      else if (byte === quote) quote = 0;
    } else if (byte === 0x27 || byte === 0x22 || byte === 0x60) quote = byte;
  }
  return quote;
}

/** A quoted identifier at `at` in `sql`, unquoted, and where it ends; undefined when there is none. */
export function quotedNameAt(sql: string, at: number): { readonly name: string; readonly end: number } | undefined {
  const quote = sql[at];
  if (quote !== '`' && quote !== '"') return undefined;
  let name = '';
  for (let from = at + 1; ; ) {
    const close = sql.indexOf(quote, from);
    if (close < 0) return undefined;
    name += sql.slice(from, close);
    if (sql[close + 1] !== quote) return { name, end: close + 1 };
    name += quote;
    from = close + 2;
  }
}

/** `name` as MySQL quotes it. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** Text whose characters are bytes (latin1, so that nothing is lost), as people wrote it. */
export function nameOfBytes(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
