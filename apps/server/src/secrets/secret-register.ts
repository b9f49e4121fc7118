import { inspect } from 'node:util';

const REDACTED = '[secret]';
/** Shorter ones stand in ordinary words: they are taken out only where nothing of a word touches them. */
const PLAIN_CHARS_MIN = 5;
/** A line of a private key is as secret as the whole; a short one (`-----END`) says nothing. */
const LINE_CHARS_MIN = 16;

/** Every value that was ever opened in this process, so that nothing that leaves it shows one: log lines, errors, messages
 *  to and from children. It only grows: a password that was changed may still stand in a text that comes late. */
export class SecretRegister {
  readonly #texts = new Set<string>();
  #pattern: RegExp | undefined;

  get size(): number {
    return this.#texts.size;
  }

  add(value: string): void {
    const before = this.#texts.size;
    for (const text of [value, ...linesOf(value)]) {
      for (const form of formsOf(text)) if (form !== '') this.#texts.add(form);
    }
    if (this.#texts.size > before) this.#pattern = undefined;
  }

  /** `text` with every known value in it replaced, however it is written: as it is, in JSON, in an address, in base64. */
  redact(text: string): string {
    if (this.#texts.size === 0 || text === '') return text;
    this.#pattern ??= patternOf(this.#texts);
    return text.replace(this.#pattern, REDACTED);
  }

  /** The same for every text of a plain value, names of fields too. What is no plain value (an Error, a class) comes back as
   *  its text. */
  redactAll(value: unknown): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (Array.isArray(value)) return value.map((item) => this.redactAll(item));
    if (typeof value !== 'object' || value === null) return value;
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return this.redact(textOf(value));
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [this.redact(name), this.redactAll(item)] as const),
    );
  }
}

function textOf(value: object): string {
  return value instanceof Error ? `${value.name}: ${value.message}` : inspect(value);
}

function linesOf(value: string): string[] {
  return value.includes('\n') ? value.split(/\r?\n/).filter((line) => line.length >= LINE_CHARS_MIN) : [];
}

/** How a value stands in what programs write. */
function formsOf(text: string): string[] {
  if (text.length < PLAIN_CHARS_MIN) return [text];
  const bytes = Buffer.from(text);
  // A lone surrogate has no percent form.
  const percent = text.isWellFormed() ? [encodeURIComponent(text), encodeURI(text)] : [];
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    ...percent,
    ...percent.map((form) => form.replaceAll('%20', '+')),
    // As addresses are written by URL: some signs stay, some do not.
    ...urlForms(text),
    text.replaceAll("'", "'\\''"),
    text.replaceAll("'", "''"),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
}

function urlForms(text: string): string[] {
  const url = new URL('http://host/');
  url.password = text;
  return url.password === '' ? [] : [url.password];
}

function patternOf(texts: ReadonlySet<string>): RegExp {
  // The longest first: of two that begin alike, the rest of the longer one would stay.
  const alternatives = [...texts]
    .toSorted((a, b) => b.length - a.length)
    .map((text) =>
      text.length < PLAIN_CHARS_MIN ? `(?<![\\p{L}\\p{N}_])${escaped(text)}(?![\\p{L}\\p{N}_])` : escaped(text),
    );
  return new RegExp(alternatives.join('|'), 'gu');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/gu, (char) => `\\${char}`);
}
