/** What JSON can say; `undefined` fields are left out. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** The one way to write a value: sorted keys (those that are array indices first), two spaces, a newline at the end. Equal
 *  values give equal bytes. */
export function canonicalJson(value: JsonValue): string {
  return `${JSON.stringify(value, sortKeys, 2)}\n`;
}

function sortKeys(_key: string, value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null || isList(value)) return value;
  // As entries, so that a key `__proto__` is a key like any other.
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}
