import { LumbungError, parseByteSize } from '@lumbung/stdx';

function invalid(option: string, value: string, expected: string, cause?: unknown): LumbungError {
  return new LumbungError('OPTION_INVALID', {
    kind: 'operator',
    message: `${option} does not take ${JSON.stringify(value)}: ${expected}`,
    context: { option, value, expected },
    hint: 'see the help of the command',
    cause,
  });
}

/** The options of one call, by their camel-case names. What was typed is checked when it is asked for. */
export class OptionBag {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** `noLock` is what `--no-lock` sets, however commander keeps it. */
  flag(name: string): boolean {
    const negated = /^no([A-Z].*)$/.exec(name)?.[1];
    if (negated !== undefined) return this.#values[negated.charAt(0).toLowerCase() + negated.slice(1)] === false;
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** All values of an option that may be given several times. */
  texts(name: string): readonly string[] {
    const value = this.#values[name];
    if (Array.isArray(value)) return value.filter((each): each is string => typeof each === 'string');
    return typeof value === 'string' ? [value] : [];
  }

  /** Values of `a,b` and repeated options in one list, without empty ones. */
  list(name: string): readonly string[] {
    return this.texts(name).flatMap((value) => value.split(',').map((part) => part.trim()).filter((part) => part !== ''));
  }

  /** Each occurrence a list of its own: `--tag a,b --tag c`. */
  lists(name: string): string[][] {
    return this.texts(name).map((value) => value.split(',').map((part) => part.trim()));
  }

  choice<const T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw invalid(optionName(name), value, choices.join(' | '));
    return found;
  }

  /** A whole number of at least `min`. */
  integer(name: string, min = 0): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min)) throw invalid(optionName(name), value, `>= ${min}`);
    return number;
  }

  /** A count, or -1 for `unlimited`. */
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
    if (value === undefined) return undefined;
    const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
    if (parts.length === 0 || parts.map(([part]) => part).join('') !== value) throw invalid(optionName(name), value, '90s, 5m, 1h30m');
    const factors: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
    return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (factors[unit ?? ''] ?? 0), 0);
  }

  /** For options that are checked elsewhere. */
  refuse(name: string, value: string, expected: string, cause?: unknown): never {
    throw invalid(optionName(name), value, expected, cause);
  }
}

function optionName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
