import type { ByteString } from '@lumbung/stdx';

/** Where something was written. Lines count from 1. */
export interface Place {
  readonly path: ByteString;
  readonly line: number;
}

/** Why a value is not known without running the program. `variable` is the name of an environment variable. */
export type Unknown =
  | { readonly kind: 'expression' }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'too-complex' };

/** A value of a PHP file that is read, not run. Strings are byte strings; objects are arrays of their properties. */
export type PhpValue =
  | { readonly kind: 'scalar'; readonly value: string | number | boolean | null; readonly at: Place }
  | { readonly kind: 'array'; readonly entries: ReadonlyMap<string, PhpValue>; readonly at: Place }
  | { readonly kind: 'unresolved'; readonly why: Unknown; readonly at: Place };

/** The value at a path of keys; undefined when there is none. An unresolved value on the way is what is found. */
export function valueAt(value: PhpValue | undefined, ...keys: readonly string[]): PhpValue | undefined {
  let found = value;
  for (const key of keys) {
    if (found?.kind !== 'array') return found?.kind === 'unresolved' ? found : undefined;
    found = found.entries.get(key);
  }
  return found;
}

/** The bytes of a scalar, as PHP prints it; undefined for null, false, an array, and what is not known. */
export function bytesOfValue(value: PhpValue | undefined): ByteString | undefined {
  if (value?.kind !== 'scalar' || value.value === null || value.value === false) return undefined;
  // Strings of the tokenizer are byte strings, and printed numbers are ASCII.
  return (value.value === true ? '1' : String(value.value)) as ByteString;
}

/** PHP's idea of what is true; undefined when it is not known. */
export function truthOf(value: PhpValue): boolean | undefined {
  switch (value.kind) {
    case 'unresolved':
      return undefined;
    case 'array':
      return value.entries.size > 0;
    case 'scalar':
      return (
        value.value !== null && value.value !== false && value.value !== 0 && value.value !== '' && value.value !== '0'
      );
  }
}
