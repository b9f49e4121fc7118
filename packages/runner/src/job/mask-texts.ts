import { maskSecrets, type Secret } from '@lumbung/sources';

/** Keys of records and events whose values are sentences. All others are ids, names and numbers of ours: a password that is
 *  called like one of them must not change it. */
const TEXT_KEYS: ReadonlySet<string> = new Set(['message', 'hint', 'causeMessage', 'text', 'answer']);
/** Keys whose values are values for sentences. */
const VALUE_KEYS: ReadonlySet<string> = new Set(['context', 'values']);

/** Takes secrets out of what a run tells. No program of ours puts one in; servers and tools say what they like. */
export class TextMask {
  readonly #secrets: Secret[] = [];

  add(secret: Secret): void {
    this.#secrets.push(secret);
  }

  text(text: string): string {
    return maskSecrets(text, this.#secrets);
  }

  /** The same value, its sentences masked. */
  value<T>(value: T): T {
    return this.#secrets.length === 0 ? value : (this.#masked(value, 'names') as T); // of the same form
  }

  #masked(value: unknown, inside: 'names' | 'values'): unknown {
    if (typeof value === 'string') return inside === 'values' ? this.text(value) : value;
    if (Array.isArray(value)) return value.map((item) => this.#masked(item, inside));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        this.#masked(inner, VALUE_KEYS.has(key) || TEXT_KEYS.has(key) ? 'values' : inside),
      ]),
    );
  }
}
