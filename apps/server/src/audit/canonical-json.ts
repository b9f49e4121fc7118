import { LumbungError } from '@lumbung/stdx';

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

const DEPTH_MAX = 32;

/** The one text of a value: names sorted by their UTF-16 units, no blanks, numbers as ECMAScript prints them. RFC 8785.
 *  Fields that are undefined are left out.
 *  @throws LumbungError BUG_NOT_CANONICAL: NaN, an infinity, a lone surrogate, a circle, what is no plain value */
export function canonicalJson(value: unknown): string {
  return print(value, 0);
}

function print(value: unknown, depth: number): string {
  if (depth > DEPTH_MAX) throw notCanonical('too deep, or a circle');
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw notCanonical('a text with half a character');
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw notCanonical(String(value));
      return JSON.stringify(value);
    case 'boolean':
      return String(value);
    case 'object': {
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map((item) => print(item, depth + 1)).join(',')}]`;
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && prototype !== null) throw notCanonical('no plain object');
      const fields = Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, item]) => `${print(name, depth + 1)}:${print(item, depth + 1)}`);
      return `{${fields.join(',')}}`;
    }
    default:
      throw notCanonical(typeof value);
  }
}

function notCanonical(what: string): LumbungError {
  return new LumbungError('BUG_NOT_CANONICAL', { kind: 'bug', message: `it has no canonical form: ${what}` });
}
