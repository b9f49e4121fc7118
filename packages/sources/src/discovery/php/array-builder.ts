import type { PhpValue, Place } from './value.ts';

/** An array of PHP that is being filled: a value without a key gets the number after the largest one. */
export class ArrayBuilder {
  readonly #entries: Map<string, PhpValue>;
  /** Undefined: not counted yet. An array that is copied to change one key is never counted. */
  #next: number | undefined;

  constructor(entries: Iterable<readonly [string, PhpValue]> = []) {
    this.#entries = new Map(entries);
  }

  get(key: string): PhpValue | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: PhpValue): void {
    if (this.#next !== undefined) this.#next = Math.max(this.#next, indexAfter(key));
    this.#entries.set(key, value);
  }

  append(value: PhpValue): void {
    let next = this.#next;
    if (next === undefined) {
      next = 0;
      for (const key of this.#entries.keys()) next = Math.max(next, indexAfter(key));
    }
    this.#entries.set(String(next), value);
    this.#next = next + 1;
  }

  finish(at: Place): PhpValue {
    return { kind: 'array', entries: this.#entries, at };
  }
}

function indexAfter(key: string): number {
  const first = key.charCodeAt(0);
  // Most keys are names: a look at one character is enough for them.
  const isNumber = first >= 0x30 && first <= 0x39 && /^\d{1,15}$/.test(key);
  return isNumber ? Number(key) + 1 : 0;
}

/** A value as a key; undefined: it is not known, or none. */
export function keyOf(value: PhpValue): string | undefined {
  if (value.kind !== 'scalar') return undefined;
  if (value.value === null) return '';
  return typeof value.value === 'boolean' ? String(Number(value.value)) : String(value.value);
}
