import type { ByteString } from '@lumbung/stdx';

// PHP source cut into tokens, as the language does it for what configuration files use. Works on byte strings, since
// PHP strings are bytes: a password is what the server gets, whatever its encoding.

/** A piece of a double-quoted string or heredoc: text, or an expression that is put in. */
export type StringPart = string | readonly PhpToken[];

export type PhpToken =
  | { readonly kind: 'variable' | 'name' | 'number' | 'sign'; readonly text: string; readonly line: number }
  | { readonly kind: 'string'; readonly parts: readonly StringPart[]; readonly line: number }
  /** What could not be read: an unterminated string or comment. It reaches to the end of the file. */
  | { readonly kind: 'garbage'; readonly line: number };

/** Longest first, so that the first that fits is the right one. */
// biome-ignore format: a table
const SIGNS = [
  '<=>', '**=', '...', '<<=', '>>=', '===', '!==', '??=', '?->',
  '+=', '-=', '*=', '/=', '.=', '%=', '&=', '|=', '^=', '->', '=>', '::', '==', '!=', '<>', '<=', '>=', '&&', '||', '??',
  '++', '--', '<<', '>>', '**',
] as const;

const NAME = /[A-Za-z_\x80-\xff\\][A-Za-z0-9_\x80-\xff\\]*/y;
const VARIABLE_NAME = /[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*/y;
const NUMBER = /0[xX][0-9a-fA-F_]+|0[bB][01_]+|(?:[0-9][0-9_]*)?\.?[0-9][0-9_]*\.?(?:[eE][+-]?[0-9]+)?/y;
const HEREDOC = /<<<[ \t]*(?:"([A-Za-z_]\w*)"|'([A-Za-z_]\w*)'|([A-Za-z_]\w*))\r?\n/y;
const OPEN_TAG = /<\?(?:php(?=\s|$)|=|(?=\s))/gi;

const LINE_FEED = 0x0a;

/** How deep expressions inside strings inside expressions are followed. */
const STRING_DEPTH_MAX = 5;

/** The tokens of a file, without comments and without what stands outside of the tags; a closing tag is a `;`.
 *  Never throws: what is not PHP becomes a token `garbage`. */
export function tokenizePhp(text: ByteString): readonly PhpToken[] {
  const tokenizer = new Tokenizer(text, 0, 1);
  tokenizer.file();
  return tokenizer.tokens;
}

class Tokenizer {
  readonly tokens: PhpToken[] = [];
  readonly #text: string;
  readonly #depth: number;
  #at = 0;
  #line: number;

  constructor(text: string, depth: number, line: number) {
    this.#text = text;
    this.#depth = depth;
    this.#line = line;
  }

  file(): void {
    while (this.#toOpenTag()) this.code();
  }

  #toOpenTag(): boolean {
    OPEN_TAG.lastIndex = this.#at;
    const found = OPEN_TAG.exec(this.#text);
    if (found === null) return false;
    this.#moveTo(found.index + found[0].length);
    return true;
  }

  /** Up to the closing tag, or the end. */
  code(): void {
    const text = this.#text;
    while (this.#at < text.length) {
      const char = text.charAt(this.#at);
      if (char === '\n') this.#moveTo(this.#at + 1);
      else if (char === ' ' || char === '\t' || char === '\r' || char === '\v' || char === '\f') this.#at += 1;
      else if (text.startsWith('?>', this.#at)) {
        this.#push('sign', ';', 2);
        return;
      } else if (char === '#' || text.startsWith('//', this.#at)) this.#lineComment();
      else if (text.startsWith('/*', this.#at)) this.#blockComment();
      else this.#token(char);
    }
  }

  #token(char: string): void {
    if (char === "'") this.#singleQuoted();
    else if (char === '"') this.#doubleQuoted();
    else if (char === '$') this.#variable();
    else if (char === '<' && this.#isHeredoc()) this.#heredoc();
    else if (/[0-9]/.test(char) || (char === '.' && /[0-9]/.test(this.#text.charAt(this.#at + 1)))) {
      this.#push('number', this.#match(NUMBER) ?? char);
    } else {
      const name = this.#match(NAME);
      if (name !== undefined) this.#push('name', name);
      else this.#push('sign', SIGNS.find((sign) => this.#text.startsWith(sign, this.#at)) ?? char);
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0];
  }

  #push(kind: 'variable' | 'name' | 'number' | 'sign', text: string, lengthBytes = text.length): void {
    this.tokens.push({ kind, text, line: this.#line });
    this.#at += lengthBytes;
  }

  /** Counts only what it passes: a search beyond `end` would read the rest of a long line once a token. */
  #moveTo(end: number): void {
    for (let at = this.#at; at < end; at += 1) if (this.#text.charCodeAt(at) === LINE_FEED) this.#line += 1;
    this.#at = end;
  }

  #garbage(): void {
    this.tokens.push({ kind: 'garbage', line: this.#line });
    this.#at = this.#text.length;
  }

  /** Ends with the line, or before a closing tag. An attribute that is closed on its line ends there. */
  #lineComment(): void {
    const isAttribute = this.#text.startsWith('#[', this.#at);
    for (let at = this.#at; ; at += 1) {
      const char = this.#text.charAt(at);
      if (isAttribute && char === ']') {
        this.#at = at + 1;
        return;
      }
      if (char === '' || char === '\n' || this.#text.startsWith('?>', at)) {
        this.#at = at;
        return;
      }
    }
  }

  #blockComment(): void {
    const close = this.#text.indexOf('*/', this.#at + 2);
    if (close < 0) this.#garbage();
    else this.#moveTo(close + 2);
  }

  #variable(): void {
    VARIABLE_NAME.lastIndex = this.#at + 1;
    const name = VARIABLE_NAME.exec(this.#text)?.[0];
    if (name === undefined) this.#push('sign', '$');
    else this.#push('variable', name, name.length + 1);
  }

  #singleQuoted(): void {
    const begin = this.#at + 1;
    const end = this.#closingQuote("'", begin);
    if (end === undefined) return this.#garbage();
    const value = this.#text.slice(begin, end).replace(/\\([\\'])/g, '$1');
    this.tokens.push({ kind: 'string', parts: [value], line: this.#line });
    this.#moveTo(end + 1);
  }

  #doubleQuoted(): void {
    const begin = this.#at + 1;
    const end = this.#closingQuote('"', begin);
    if (end === undefined) return this.#garbage();
    this.#pushParts(this.#text.slice(begin, end), true);
    this.#moveTo(end + 1);
  }

  #closingQuote(quote: string, begin: number): number | undefined {
    for (let at = begin; at < this.#text.length; at += 1) {
      const char = this.#text.charAt(at);
      if (char === '\\') at += 1;
      else if (char === quote) return at;
    }
    return undefined;
  }

  #isHeredoc(): boolean {
    return this.#match(HEREDOC) !== undefined;
  }

  #heredoc(): void {
    HEREDOC.lastIndex = this.#at;
    const open = HEREDOC.exec(this.#text) ?? [''];
    const isNowdoc = open[2] !== undefined;
    const label = open[1] ?? open[2] ?? open[3] ?? '';
    const begin = this.#at + open[0].length;
    const closing = new RegExp(`^([ \\t]*)${label}(?![A-Za-z0-9_\\x80-\\xff])`, 'gm');
    closing.lastIndex = begin;
    const close = closing.exec(this.#text);
    if (close === null) return this.#garbage();
    // The line end before the closing label is not part of the text; indentation of the label is taken off each line.
    const indented = this.#text.slice(begin, close.index).replace(/\r?\n$/, '');
    const indentation = close[1]?.length ?? 0;
    const body = indentation === 0 ? indented : indented.replace(new RegExp(`^[ \\t]{0,${indentation}}`, 'gm'), '');
    if (isNowdoc) this.tokens.push({ kind: 'string', parts: [body], line: this.#line });
    else this.#pushParts(body, false);
    this.#moveTo(close.index + close[0].length);
  }

  #pushParts(body: string, isQuoted: boolean): void {
    const line = this.#line;
    this.tokens.push({ kind: 'string', parts: readParts(body, isQuoted, this.#depth, line), line });
  }
}

const ESCAPE = /\\(?:([nrtvef\\$"])|([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u\{([0-9A-Fa-f]{1,6})\})/y;
const ESCAPED: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  e: '\x1b',
  f: '\f',
  '\\': '\\',
  $: '$',
  '"': '"',
};
/** `$name`, `$name[key]`, `$name->property`: one index or property, no more. */
const SIMPLE =
  /\$([A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)(?:\[(?:(-?[0-9]+)|([A-Za-z_]\w*)|\$([A-Za-z_]\w*))\]|->([A-Za-z_]\w*))?/y;

function readParts(body: string, isQuoted: boolean, depth: number, line: number): StringPart[] {
  const parts: StringPart[] = [];
  let text = '';
  const add = (part: readonly PhpToken[]) => {
    if (text !== '') parts.push(text);
    text = '';
    parts.push(part);
  };
  for (let at = 0; at < body.length; ) {
    const char = body.charAt(at);
    if (char === '\\') {
      const escape = readEscape(body, at, isQuoted);
      text += escape.text;
      at += escape.lengthBytes;
      continue;
    }
    const put =
      char === '$' || (char === '{' && body.charAt(at + 1) === '$') ? readPut(body, at, depth, line) : undefined;
    if (put === undefined) {
      text += char;
      at += 1;
    } else {
      add(put.tokens);
      at = put.end;
    }
  }
  if (text !== '' || parts.length === 0) parts.push(text);
  return parts;
}

function readEscape(
  body: string,
  at: number,
  isQuoted: boolean,
): { readonly text: string; readonly lengthBytes: number } {
  ESCAPE.lastIndex = at;
  const match = ESCAPE.exec(body);
  if (match === null || (match[1] === '"' && !isQuoted)) return { text: '\\', lengthBytes: 1 };
  const lengthBytes = match[0].length;
  if (match[1] !== undefined) return { text: ESCAPED[match[1]] ?? '', lengthBytes };
  if (match[2] !== undefined) return { text: String.fromCharCode(Number.parseInt(match[2], 8) & 0xff), lengthBytes };
  if (match[3] !== undefined) return { text: String.fromCharCode(Number.parseInt(match[3], 16)), lengthBytes };
  const codePoint = Number.parseInt(match[4] ?? '', 16);
  const text = codePoint <= 0x10ffff ? Buffer.from(String.fromCodePoint(codePoint), 'utf8').toString('latin1') : '';
  return { text, lengthBytes };
}

/** An expression put into a string at `at`: `{$…}`, `${…}` or the simple form. */
function readPut(
  body: string,
  at: number,
  depth: number,
  line: number,
): { readonly tokens: readonly PhpToken[]; readonly end: number } | undefined {
  if (body.charAt(at) === '{' || body.startsWith('${', at)) {
    const begin = body.charAt(at) === '{' ? at + 1 : at + 2;
    const end = closingBrace(body, begin);
    if (end === undefined) return undefined;
    if (depth >= STRING_DEPTH_MAX) return { tokens: [{ kind: 'garbage', line }], end: end + 1 };
    // `${name}` is `$name`.
    const source = body.charAt(at) === '{' ? body.slice(begin, end) : `$${body.slice(begin, end)}`;
    const inner = new Tokenizer(source, depth + 1, line);
    inner.code();
    return { tokens: inner.tokens, end: end + 1 };
  }
  SIMPLE.lastIndex = at;
  const match = SIMPLE.exec(body);
  if (match === null) return undefined;
  const tokens: PhpToken[] = [{ kind: 'variable', text: match[1] ?? '', line }];
  const sign = (text: string) => tokens.push({ kind: 'sign', text, line });
  if (match[2] !== undefined || match[3] !== undefined) {
    sign('[');
    tokens.push({ kind: 'string', parts: [match[2] ?? match[3] ?? ''], line });
    sign(']');
  } else if (match[4] !== undefined) {
    sign('[');
    tokens.push({ kind: 'variable', text: match[4], line });
    sign(']');
  } else if (match[5] !== undefined) {
    sign('->');
    tokens.push({ kind: 'name', text: match[5], line });
  }
  return { tokens, end: at + match[0].length };
}

/** Longer expressions inside a string are not configuration; a bound keeps a string of many `{$` linear. */
const PUT_LENGTH_MAX = 500;

function closingBrace(body: string, begin: number): number | undefined {
  let depth = 0;
  const limit = Math.min(body.length, begin + PUT_LENGTH_MAX);
  for (let at = begin; at < limit; at += 1) {
    const char = body.charAt(at);
    if (char === '{') depth += 1;
    else if (char === '}') {
      if (depth === 0) return at;
      depth -= 1;
    }
  }
  return undefined;
}
