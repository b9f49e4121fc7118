import { inspect } from 'node:util';

const HIDDEN = '[secret]';

/** A password that does not show itself: not in a string, not in JSON, not in an inspection, not in an error. Whoever
 *  needs the value says so with `reveal`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
