// Without the engine: help and refusals need this file, and should not wait for ciphers and kernels.

const BEYOND_JSON = /[<>&\u2028\u2029]/g;

/** JSON as restic writes it: keys in the order given, undefined ones left out, strings escaped as Go's encoder escapes them.
 *  A bigint is written as the number it is. */
export function jsonMessage(value: unknown): string {
  if (typeof value === 'string') return goText(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(jsonMessage).join(',')}]`;
  const fields: string[] = [];
  for (const [key, field] of Object.entries(value)) {
    if (field !== undefined) fields.push(`${goText(key)}:${jsonMessage(field)}`);
  }
  return `{${fields.join(',')}}`;
}

function goText(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    BEYOND_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Left out when zero, as Go's encoder does for most counters. */
export function nonZero(value: number): number | undefined {
  return value === 0 ? undefined : value;
}
