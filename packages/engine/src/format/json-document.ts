import { LumbungError } from '@lumbung/stdx';
import type * as z from 'zod';
import { goJsonString } from './go-json.ts';
import { JsonCursor } from './json-cursor.ts';

// The small documents of a repository: keys, config, snapshots, locks. What is in them is untrusted; what is in them
// and not known here is kept, as the text it came as, where the document may be written again.

/** Fields that are not known here: the JSON of their values, by key. */
export type ExtraFields = Readonly<Record<string, string>>;

export interface DocumentSpec<Output> {
  readonly schema: z.ZodType<Output>;
  /** Of the error: code, and the thing's name in its message. */
  readonly code: string;
  readonly what: string;
  readonly hint: string;
}

export interface ParsedDocument<Output> {
  readonly value: Output;
  readonly extra: ExtraFields;
}

const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Parses a document that is one object. Fields that `known` does not list are not looked at further and are returned
 * as they are.
 *
 * @throws LumbungError `spec.code` (corruption). Neither message nor context show what is in the document: it may be a
 * key.
 */
export function parseDocument<Output>(
  bytes: Uint8Array,
  known: readonly string[],
  spec: DocumentSpec<Output>,
): ParsedDocument<Output> {
  const fields = rawFieldsOf(bytes, spec);
  const values = known.flatMap((key) => {
    const json = fields.get(key);
    // The text was checked to be JSON of little depth when it was passed over.
    return json === undefined ? [] : [[key, JSON.parse(json) as unknown] as const];
  });
  const result = spec.schema.safeParse(Object.fromEntries(values));
  if (!result.success) {
    const issue = result.error.issues[0];
    const where = issue?.path.join('.') ?? '';
    throw damaged(spec, `${where === '' ? '' : `${where}: `}${issue?.message ?? 'unknown'}`, { where });
  }
  for (const key of known) fields.delete(key);
  return { value: result.data, extra: Object.fromEntries(fields) };
}

function damaged(
  { code, what, hint }: DocumentSpec<unknown>,
  reason: string,
  context: Readonly<Record<string, string | number>>,
): LumbungError {
  return new LumbungError(code, {
    kind: 'corruption',
    message: `${what} is damaged: ${reason}`,
    context: { reason, ...context },
    hint,
  });
}

/** The fields of an object and the JSON of their values; of a key that stands twice the last counts. */
function rawFieldsOf(bytes: Uint8Array, spec: DocumentSpec<unknown>): Map<string, string> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const cursor = new JsonCursor(buffer, (reason, at) => damaged(spec, reason, { at }));
  const fields = new Map<string, string>();
  cursor.skipSpace();
  cursor.expect(OPEN_BRACE);
  cursor.skipSpace();
  if (!cursor.take(CLOSE_BRACE)) {
    do {
      cursor.skipSpace();
      const keyAt = cursor.at;
      cursor.skipString();
      const key = cursor.textAt(keyAt, cursor.at);
      cursor.enterField();
      const valueAt = cursor.at;
      cursor.skipValue();
      fields.set(key, buffer.toString('utf8', valueAt, cursor.at));
      cursor.skipSpace();
    } while (cursor.take(COMMA));
    cursor.expect(CLOSE_BRACE);
  }
  cursor.skipSpace();
  if (cursor.at !== buffer.length) throw damaged(spec, 'there is something behind its end', { at: cursor.at });
  return fields;
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

/** Fields to be written as they were read. */
export function extraJsonFields(extra: ExtraFields): readonly JsonField[] {
  return Object.entries(extra).map(([key, json]) => ({ key, json }));
}

/** Any JSON value of our own as Go writes it, objects with the keys in the order they came. */
export function goJsonValue(value: unknown): string {
  if (typeof value === 'string') return goJsonString(value);
  if (Array.isArray(value)) return `[${value.map(goJsonValue).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([key, item]) => `${goJsonString(key)}:${goJsonValue(item)}`);
    return `{${fields.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
