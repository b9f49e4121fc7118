import type { ByteString } from '@lumbung/stdx';

/** What the loaders of frameworks do differently. */
export interface EnvDialect {
  /** Which of two lines with the same name counts. */
  readonly duplicates: 'first' | 'last';
  /** Where a comment begins in a value without quotes. */
  readonly hash: 'after-space' | 'anywhere';
}

export interface EnvEntry {
  readonly value: ByteString;
  /** Of the name, from 1. */
  readonly line: number;
}

export interface EnvFile {
  readonly entries: ReadonlyMap<string, EnvEntry>;
  /** Names that stand there more than once with differing values. */
  readonly duplicates: readonly string[];
  /** Lines that are no assignment. */
  readonly malformedLines: readonly number[];
}

/** phpdotenv, Docker Compose, python-dotenv. */
export const LAST_WINS: EnvDialect = { duplicates: 'last', hash: 'after-space' };
/** CodeIgniter 4 and django-environ do not replace what is set. */
export const FIRST_WINS: EnvDialect = { duplicates: 'first', hash: 'after-space' };
/** The `dotenv` of Node takes a `#` for a comment wherever it stands. */
export const NODE_DOTENV: EnvDialect = { duplicates: 'last', hash: 'anywhere' };

const ASSIGNMENT = /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.\\-]*)[ \t]*=[ \t]*/y;
const ENTRIES_MAX = 10_000;
const EXPANDED_BYTES_MAX = 64 * 1024;

/** Puts values for `${NAME}` and the like; undefined: the text cannot be expanded and stays. */
export type Expand = (text: string, lookup: (name: string) => string | undefined) => string | undefined;

/** `${NAME}` of a line above, or empty: what dotenv libraries agree on. A `$` alone is a `$`. */
const expandBraces: Expand = (text, lookup) =>
  text.replace(/\$\{([A-Za-z_][A-Za-z0-9_.]*)\}/g, (_, name: string) => lookup(name) ?? '');

/**
 * Reads a `.env` file: `KEY=VALUE`, an optional `export`, single quotes literal, double quotes with `\n \r \t \" \\ \$`
 * and `${NAME}`, quoted values over several lines, comments, CRLF, a byte order mark. Never throws.
 */
export function parseEnvFile(text: ByteString, dialect: EnvDialect, expand: Expand = expandBraces): EnvFile {
  const reader = new EnvReader(text, dialect, expand);
  return reader.read();
}

class EnvReader {
  readonly #text: string;
  readonly #dialect: EnvDialect;
  readonly #expand: Expand;
  readonly #entries = new Map<string, EnvEntry>();
  readonly #duplicates = new Set<string>();
  readonly #malformedLines: number[] = [];
  #at: number;
  #line = 1;

  constructor(text: ByteString, dialect: EnvDialect, expand: Expand) {
    this.#text = text;
    this.#dialect = dialect;
    this.#expand = expand;
    this.#at = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
  }

  read(): EnvFile {
    while (this.#at < this.#text.length && this.#entries.size < ENTRIES_MAX) this.#readLine();
    return { entries: this.#entries, duplicates: [...this.#duplicates], malformedLines: this.#malformedLines };
  }

  #readLine(): void {
    const line = this.#line;
    ASSIGNMENT.lastIndex = this.#at;
    const match = ASSIGNMENT.exec(this.#text);
    if (match === null) {
      const rest = this.#takeLine().trim();
      if (rest !== '' && !rest.startsWith('#')) this.#malformedLines.push(line);
      return;
    }
    this.#at += match[0].length;
    const value = this.#value();
    if (value === undefined) this.#malformedLines.push(line);
    else this.#set(match[1] ?? '', value, line);
  }

  #set(name: string, value: string, line: number): void {
    const before = this.#entries.get(name);
    if (before !== undefined && before.value !== value) this.#duplicates.add(name);
    if (before !== undefined && this.#dialect.duplicates === 'first') return;
    this.#entries.set(name, { value: value as ByteString, line }); // a part of a byte string
  }

  /** To the end of the line, which is taken too. */
  #takeLine(): string {
    const found = this.#text.indexOf('\n', this.#at);
    const end = found < 0 ? this.#text.length : found;
    const line = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    this.#line += 1;
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }

  /** Undefined: a quote is never closed; the line is left out. */
  #value(): string | undefined {
    const quote = this.#text.charAt(this.#at);
    if (quote === '"' || quote === "'" || (quote === '`' && this.#dialect.hash === 'anywhere'))
      return this.#quoted(quote);
    const line = this.#takeLine();
    const comment = this.#dialect.hash === 'anywhere' ? line.indexOf('#') : commentAfterSpace(line);
    return this.#expanded((comment < 0 ? line : line.slice(0, comment)).trim());
  }

  #quoted(quote: string): string | undefined {
    const begin = this.#at + 1;
    const end = this.#closingQuote(quote, begin);
    if (end === undefined) {
      this.#takeLine();
      return undefined;
    }
    const body = this.#text.slice(begin, end);
    for (const char of body) if (char === '\n') this.#line += 1;
    this.#at = end + 1;
    this.#takeLine(); // what stands behind the quote says nothing
    return quote === '"' ? this.#doubleQuoted(body) : body;
  }

  #closingQuote(quote: string, begin: number): number | undefined {
    // A quote that is not closed would be sought to the end of the file by every line: a bound makes that linear.
    const limit = Math.min(this.#text.length, begin + 16 * 1024);
    for (let at = begin; at < limit; at += 1) {
      const char = this.#text.charAt(at);
      if (char === '\\' && quote === '"') at += 1;
      else if (char === quote) return at;
    }
    return undefined;
  }

  #doubleQuoted(body: string): string {
    let result = '';
    let plain = '';
    for (let at = 0; at < body.length; at += 1) {
      const escaped = body.charAt(at) === '\\' ? ESCAPED.get(body.charAt(at + 1)) : undefined;
      if (escaped === undefined) plain += body.charAt(at);
      else {
        // What stands before is expanded by itself, so that an escaped `$` is never the begin of a name.
        result += this.#expanded(plain) + escaped;
        plain = '';
        at += 1;
      }
    }
    return result + this.#expanded(plain);
  }

  #expanded(text: string): string {
    if (!text.includes('$')) return text;
    const expanded = this.#expand(text, (name) => this.#entries.get(name)?.value);
    return expanded === undefined || expanded.length > EXPANDED_BYTES_MAX ? text : expanded;
  }
}

const ESCAPED: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['"', '"'],
  ['\\', '\\'],
  ['$', '$'],
]);

function commentAfterSpace(line: string): number {
  return line.startsWith('#') ? 0 : line.search(/[ \t]#/);
}
