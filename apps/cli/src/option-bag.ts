import { assert, LumbungError, parseByteSize } from '@lumbung/stdx';

/** `dryRun` → `--dry-run`. */
function optionName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function invalid(option: string, value: string, expected: string, cause?: unknown): LumbungError {
  return new LumbungError('OPTION_INVALID', {
    kind: 'operator',
    message: `${option} does not take ${JSON.stringify(value)}: ${expected}`,
    context: { option, value, expected },
    hint: 'see the help of the command',
    cause,
  });
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * The options of one call, by their camel-case names. What was typed is checked when it is asked for. Asking for a name that
 * the command does not have is a bug, and is told as one: an option that is spelled otherwise where it is declared would else
 * never have an effect.
 */
export class OptionBag {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #known: ReadonlySet<string>;

  /** @param values of what was given; @param known names of all that could be */
  constructor(values: Readonly<Record<string, unknown>>, known: Iterable<string>) {
    this.#values = values;
    this.#known = new Set(known);
  }

  #get(name: string): unknown {
    assert(this.#known.has(name), `this command has no option called ${name}`);
    return this.#values[name];
  }

  isKnown(name: string): boolean {
    return this.#known.has(name);
  }

  /** A switch; `noLock` is what `--no-lock` sets. */
  flag(name: string): boolean {
    return this.#get(name) === true;
  }

  text(name: string): string | undefined {
    const value = this.#get(name);
    return typeof value === 'string' ? value : undefined;
  }

  /** All values of an option that may be given several times. */
  texts(name: string): readonly string[] {
    const value = this.#get(name);
    return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
  }

  /** Values of `a,b` and repeated options in one list, without empty ones. */
  list(name: string): readonly string[] {
    return this.lists(name)
      .flat()
      .filter((part) => part !== '');
  }

  /** Each occurrence a list of its own: `--tag a,b --tag c`. */
  lists(name: string): string[][] {
    return this.texts(name).map((value) => value.split(',').map((part) => part.trim()));
  }

  /** `key=value`, several times. */
  pairs(name: string): ReadonlyMap<string, string> {
    return new Map(
      this.texts(name).map((text) => {
        const equals = text.indexOf('=');
        if (equals < 1) throw invalid(optionName(name), text, 'key=value');
        return [text.slice(0, equals), text.slice(equals + 1)];
      }),
    );
  }

  choice<const T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw invalid(optionName(name), value, choices.join(', '));
    return found;
  }

  /** A whole number of at least `min`. */
  integer(name: string, min = 0): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min)) throw invalid(optionName(name), value, `≥ ${min}`);
    return number;
  }

  /** A count, or -1 for `unlimited`; 0 when it was not given. */
  count(name: string): number {
    if (this.text(name) === 'unlimited') return -1;
    return this.integer(name, -1) ?? 0;
  }

  bytes(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    try {
      return parseByteSize(value);
    } catch (cause) {
      throw invalid(optionName(name), value, '500k, 20M, 1G', cause);
    }
  }

  /** `90s`, `5m`, `1h30m` in milliseconds. */
  milliseconds(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined || value === '0') return undefined;
    const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
    if (parts.length === 0 || parts.map(([part]) => part).join('') !== value) {
      throw invalid(optionName(name), value, '90s, 5m, 1h30m');
    }
    return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (UNIT_MS[unit ?? ''] ?? 0), 0);
  }

  /** For options that are checked elsewhere. */
  refuse(name: string, value: string, expected: string, cause?: unknown): never {
    throw invalid(optionName(name), value, expected, cause);
  }

  /** @throws LumbungError OPTIONS_CONFLICT (operator): both were given */
  refuseTogether(first: string, second: string): void {
    const isGiven = (name: string): boolean => {
      const value = this.#get(name);
      return value === true || typeof value === 'string' || (Array.isArray(value) && value.length > 0);
    };
    if (!isGiven(first) || !isGiven(second)) return;
    const names = { first: optionName(first), second: optionName(second) };
    throw new LumbungError('OPTIONS_CONFLICT', {
      kind: 'operator',
      message: `${names.first} and ${names.second} exclude each other`,
      context: names,
      hint: 'leave one of them out',
    });
  }
}
