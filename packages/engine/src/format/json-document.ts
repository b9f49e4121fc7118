import { describeError, type ErrorKind, LumbungError } from '@lumbung/stdx';
import * as z from 'zod';
import { goJsonString } from './go-json.ts';

// The small documents of a repository: keys, config, snapshots, locks. What is in them is untrusted; what is in them
// and not known here is kept where the document may be written again.

const decoder = new TextDecoder('utf-8', { fatal: false });

/** Parses a document with its schema. @throws LumbungError `code` (corruption) */
export function parseDocument<Output>(
  bytes: Uint8Array,
  options: {
    readonly schema: z.ZodType<Output>;
    readonly code: string;
    readonly what: string;
    readonly kind?: ErrorKind;
  },
): Output {
  const { schema, code, what, kind = 'corruption' } = options;
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw new LumbungError(code, { kind, message: `${what} is not JSON: ${describeError(cause)}`, cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  throw new LumbungError(code, {
    kind,
    message: `${what} is damaged: ${where === '' ? '' : `${where}: `}${issue?.message ?? 'unknown'}`,
    context: { where },
    cause: result.error,
  });
}

export type JsonField =
  | { readonly key: string; readonly text: string | undefined }
  | { readonly key: string; readonly number: number | undefined }
  | { readonly key: string; readonly texts: readonly string[] | undefined }
  | { readonly key: string; readonly flag: boolean }
  | { readonly key: string; readonly json: string | undefined };

/** Writes an object as Go's encoder would, in the order given; undefined fields are left out. */
export function goJsonObject(fields: readonly JsonField[]): string {
  const written: string[] = [];
  for (const field of fields) {
    const value = fieldText(field);
    if (value !== undefined) written.push(`${goJsonString(field.key)}:${value}`);
  }
  return `{${written.join(',')}}`;
}

function fieldText(field: JsonField): string | undefined {
  if ('text' in field) return field.text === undefined ? undefined : goJsonString(field.text);
  if ('number' in field) return field.number === undefined ? undefined : String(field.number);
  if ('texts' in field) return field.texts === undefined ? undefined : `[${field.texts.map(goJsonString).join(',')}]`;
  if ('flag' in field) return String(field.flag);
  return field.json;
}

/** Any JSON value as Go writes it, objects with the keys in the order they came. */
export function goJsonValue(value: unknown): string {
  if (typeof value === 'string') return goJsonString(value);
  if (Array.isArray(value)) return `[${value.map(goJsonValue).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${goJsonString(key)}:${goJsonValue(item)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** Fields of `value` that are not among `known`, as JSON fields. */
export function extraFields(extra: Readonly<Record<string, unknown>>): JsonField[] {
  return Object.entries(extra).map(([key, value]) => ({ key, json: goJsonValue(value) }));
}

/** What a document holds beyond the keys that are known here. */
export function extraOf(value: Readonly<Record<string, unknown>>, known: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !known.includes(key)));
}
