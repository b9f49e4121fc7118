/** A text with variables put in. `text` undefined: a variable that must be set is not, or the result is too large. */
export interface Interpolated {
  readonly text: string | undefined;
  /** Variables that are not set and have no default. */
  readonly missing: readonly string[];
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const DEPTH_MAX = 20;
const LENGTH_MAX = 256 * 1024;

class TooLargeError extends Error {}

/**
 * Puts variables into a text by the rules of the Compose specification: `$NAME`, `${NAME}`, `${NAME:-default}` (unset or
 * empty) and `${NAME-default}` (unset), `${NAME:?error}`, `${NAME?error}`, `${NAME:+other}`, `${NAME+other}`, all nested,
 * and `$$` for a `$`. What is put in is not read again. A `$` before anything else stays, though Compose refuses it.
 */
export function interpolate(text: string, lookup: (name: string) => string | undefined): Interpolated {
  const interpolator = new Interpolator(text, lookup);
  try {
    const result = interpolator.run();
    return { text: interpolator.isRefused ? undefined : result, missing: [...interpolator.missing] };
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error;
    return { text: undefined, missing: [...interpolator.missing] };
  }
}

class Interpolator {
  readonly missing = new Set<string>();
  isRefused = false;
  readonly #text: string;
  readonly #lookup: (name: string) => string | undefined;
  #at = 0;

  constructor(text: string, lookup: (name: string) => string | undefined) {
    this.#text = text;
    this.#lookup = lookup;
  }

  run(): string {
    return this.#until(undefined, 0);
  }

  /** @param end the brace that ends a default; undefined: the end of the text */
  #until(end: '}' | undefined, depth: number): string {
    let result = '';
    while (this.#at < this.#text.length) {
      const char = this.#text.charAt(this.#at);
      if (char === end) return result;
      result += char === '$' ? this.#variable(depth) : char;
      if (char !== '$') this.#at += 1;
      if (result.length > LENGTH_MAX) throw new TooLargeError();
    }
    return result;
  }

  #variable(depth: number): string {
    const begin = this.#at;
    if (this.#text.startsWith('$$', begin)) {
      this.#at += 2;
      return '$';
    }
    const isBraced = this.#text.startsWith('${', begin);
    NAME.lastIndex = begin + (isBraced ? 2 : 1);
    const name = NAME.exec(this.#text)?.[0];
    if (name === undefined) {
      this.#at += 1;
      return '$';
    }
    this.#at = NAME.lastIndex;
    return isBraced ? this.#braced(name, begin, depth) : this.#plain(name);
  }

  #plain(name: string): string {
    const value = this.#lookup(name);
    if (value === undefined) this.missing.add(name);
    return value ?? '';
  }

  #braced(name: string, begin: number, depth: number): string {
    const operator = /:?[-?+]|\}/y;
    operator.lastIndex = this.#at;
    const sign = operator.exec(this.#text)?.[0];
    if (sign === '}') {
      this.#at += 1;
      return this.#plain(name);
    }
    if (sign === undefined || depth >= DEPTH_MAX) {
      // Not a variable: as it stands.
      this.#at = begin + 1;
      return '$';
    }
    this.#at += sign.length;
    // What is not chosen is read too, to find its end, but is not missed.
    const missingBefore = [...this.missing];
    const isRefusedBefore = this.isRefused;
    const word = this.#until('}', depth + 1);
    this.#at += 1;
    const value = this.#lookup(name);
    const isSet = value !== undefined && (value !== '' || !sign.startsWith(':'));
    const usesWord = sign.endsWith('+') ? isSet : !isSet && sign.endsWith('-');
    if (!usesWord) {
      this.missing.clear();
      for (const one of missingBefore) this.missing.add(one);
      this.isRefused = isRefusedBefore;
    }
    if (usesWord) return word;
    if (sign.endsWith('+')) return '';
    if (isSet) return value;
    this.missing.add(name);
    this.isRefused = true;
    return '';
  }
}
