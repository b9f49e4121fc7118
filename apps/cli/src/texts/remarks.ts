// What the database engines have to tell, in words: a code with values becomes a sentence, what to do, and statements to paste.
import {
  type DumpPart,
  isFailure,
  type Listed,
  type NamedObject,
  type ObjectKind,
  REMARKS,
  type Remark,
  type RemarkCode,
  type RemarkValue,
  type Said,
  type ValueKind,
} from '@lumbung/runner/databases';
import { assert, assertNever, fromErrorRecord } from '@lumbung/stdx';
import { errorSentence } from '../errors.ts';
import { shownText } from '../shown-name.ts';
import type { Texts } from './texts.ts';

export interface RemarkText {
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

export type RemarkTexts = Readonly<Record<string, RemarkText>>;
export type RemarkCatalogue = Readonly<Record<RemarkCode, RemarkText>>;

export interface RemarkWords {
  /** `a, b and 3 more`. */
  readonly more: string;
  readonly parts: Readonly<Record<DumpPart, string>>;
  readonly kinds: Readonly<Record<ObjectKind, string>>;
}

/** As people read it. Nothing in it moves a cursor, whatever a server or a repository has put there. */
export interface RemarkSentence {
  readonly message: string;
  readonly hint?: string;
  /** Statements, a line each. */
  readonly paste?: string;
}

/** Of the names in a list. */
const SHOWN_MAX = 10;
const PLACEHOLDER = /\{\{(\w+)\}\}/g;

/** Loaded by commands about databases alone: the words are many. */
export async function loadRemarks(texts: Texts): Promise<RemarkSpeaker> {
  if (texts.language === 'id') {
    const [{ idRemarks }, { idRemarkWords }] = await Promise.all([
      import('./id/remarks/catalogue.ts'),
      import('./id/remarks/words.ts'),
    ]);
    return new RemarkSpeaker(texts, idRemarks, idRemarkWords);
  }
  const [{ enRemarks }, { enRemarkWords }] = await Promise.all([
    import('./en/remarks/catalogue.ts'),
    import('./en/remarks/words.ts'),
  ]);
  return new RemarkSpeaker(texts, enRemarks, enRemarkWords);
}

export class RemarkSpeaker {
  readonly #texts: Texts;
  readonly #catalogue: RemarkCatalogue;
  readonly #words: RemarkWords;

  constructor(texts: Texts, catalogue: RemarkCatalogue, words: RemarkWords) {
    this.#texts = texts;
    this.#catalogue = catalogue;
    this.#words = words;
  }

  sentence(said: Said): RemarkSentence {
    if (isFailure(said)) {
      const { message, hint } = errorSentence(fromErrorRecord(said.error), this.#texts);
      return { message, ...optional({ hint, paste: said.paste }) };
    }
    const { message, hint } = this.#catalogue[said.code];
    const values = this.#shown(said);
    const paste = 'paste' in said.params ? said.params.paste : undefined;
    return { message: fill(message, values), ...optional({ hint: fillIf(hint, values), paste }) };
  }

  /** For programs: code and values as they are, and the sentence beside them. */
  json(said: Said): object {
    const params = isFailure(said) ? said.error.context : said.params;
    return { code: said.code, params, ...this.sentence(said) };
  }

  #shown({ code, params }: Remark): Readonly<Record<string, string>> {
    const kinds: Readonly<Record<string, ValueKind>> = REMARKS[code];
    const values = params as Readonly<Record<string, RemarkValue>>; // the values of a remark are those of its code
    const shown = Object.entries(kinds).map(([name, kind]) => {
      const value = values[name];
      assert(value !== undefined, `a remark ${code} without ${name}`);
      return [name, this.#shownValue(kind, value)] as const;
    });
    return Object.fromEntries(shown);
  }

  #shownValue(kind: ValueKind, value: RemarkValue): string {
    const { count, bytes, duration } = this.#texts;
    // What follows each kind is the type of its values, as they were made or read.
    switch (kind) {
      case 'name':
      case 'paste':
        return shownText(value as string);
      case 'count':
        return count(value as number);
      case 'bytes':
        return bytes(value as number);
      case 'duration':
        return duration(value as number);
      case 'names':
        return this.#list(value as Listed<string>, shownText);
      case 'kind':
        return this.#words.kinds[value as ObjectKind];
      case 'objects':
        return this.#list(
          value as Listed<NamedObject>,
          ({ kind: each, name }) => `${this.#words.kinds[each]} ${shownText(name)}`,
        );
      case 'parts':
        return (value as readonly DumpPart[]).map((part) => this.#words.parts[part]).join(', ');
      default:
        return assertNever(kind);
    }
  }

  #list<Item>({ first, count }: Listed<Item>, show: (item: Item) => string): string {
    const shown = first.slice(0, SHOWN_MAX);
    const names = shown.map(show).join(', ');
    const rest = count - shown.length;
    return rest > 0 ? fill(this.#words.more, { names, count: this.#texts.count(rest) }) : names;
  }
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(PLACEHOLDER, (_, name: string) => values[name] ?? '');
}

function fillIf(text: string | undefined, values: Readonly<Record<string, string>>): string | undefined {
  return text === undefined ? undefined : fill(text, values);
}

function optional(fields: {
  readonly hint: string | undefined;
  readonly paste: string | undefined;
}): Omit<RemarkSentence, 'message'> {
  const { hint, paste } = fields;
  return {
    ...(hint === undefined ? {} : { hint }),
    ...(paste === undefined ? {} : { paste: paste.split('\n').map(shownText).join('\n') }),
  };
}
