import { z } from 'zod';
import type { DUMP_REMARKS } from './of-dumps.ts';
import { REMARKS, type Remark, type RemarkArguments, remark } from './remark.ts';
import type { ValueKind } from './value-kinds.ts';

const NAME_LENGTH_MAX = 1024;
const TEXT_LENGTH_MAX = 64 * 1024;
const LISTED_MAX = 100;
const VALUES_MAX = 20;

const code = z.string().max(NAME_LENGTH_MAX);
const names = z.strictObject({
  first: z.array(z.string().max(NAME_LENGTH_MAX)).max(LISTED_MAX),
  count: z.int().nonnegative(),
});
const value = z.union([z.string().max(TEXT_LENGTH_MAX), z.int(), names]);

/** A remark in a manifest: of any code, since a newer program may have written it. */
export const storedRemarkSchema = z.strictObject({
  code,
  params: z
    .record(code, value)
    .refine((values) => Object.keys(values).length <= VALUES_MAX, { message: 'too many values' }),
});

/** The same in a manifest of version 1: a sentence in English. */
export const storedSentenceSchema = z.strictObject({ code, message: z.string().max(TEXT_LENGTH_MAX) });

export type StoredRemark = z.infer<typeof storedRemarkSchema>;
export type StoredSentence = z.infer<typeof storedSentenceSchema>;

export function storedRemark<Code extends keyof typeof DUMP_REMARKS>(
  code: Code,
  ...params: RemarkArguments<Code>
): StoredRemark {
  const { params: values } = remark(code, ...params);
  return { code, params: { ...values } as StoredRemark['params'] }; // codes of dumps carry names, lists of them, and counts
}

/** What a stored remark says: as it was meant where this program knows its code and all of its values, else as it stands. */
export function readStoredRemark(stored: StoredRemark | StoredSentence): Remark {
  if ('message' in stored) return remark('stored-sentence', { code: stored.code, sentence: stored.message });
  const spec: Readonly<Record<string, ValueKind>> | undefined = Object.hasOwn(REMARKS, stored.code)
    ? REMARKS[stored.code as keyof typeof REMARKS] // it is one of them
    : undefined;
  const isKnown =
    spec !== undefined &&
    Object.keys(stored.params).every((each) => Object.hasOwn(spec, each)) &&
    Object.entries(spec).every(([each, kind]) => isOfKind(stored.params[each], kind));
  if (isKnown) return { code: stored.code, params: stored.params } as Remark; // both were compared just now
  return remark('stored-unknown', { code: stored.code, values: JSON.stringify(stored.params) });
}

function isOfKind(stored: StoredRemark['params'][string] | undefined, kind: ValueKind): boolean {
  switch (kind) {
    case 'name':
    case 'paste':
      return typeof stored === 'string';
    case 'count':
    case 'bytes':
    case 'duration':
      return typeof stored === 'number';
    case 'names':
      return typeof stored === 'object';
    case 'parts':
    case 'kind':
    case 'objects':
      // No manifest has words of this program.
      return false;
  }
}
