// The smallest parts of what a run is asked for and tells.
import { ERROR_KINDS } from '@lumbung/stdx';
import { z } from 'zod';
import type { AssetId, RunId, SnapshotId } from '../ids/ids.ts';
import { ID_PATTERN, SNAPSHOT_ID_PATTERN } from '../ids/ids.ts';

const TEXT_CHARS_MAX = 4096;

// A schema checks what the parser of the brand checks, and gives the same text: the cast says so to the compiler.
export const runIdField = z.string().regex(ID_PATTERN) as unknown as z.ZodType<RunId, string>;
export const assetIdField = z.string().regex(ID_PATTERN) as unknown as z.ZodType<AssetId, string>;
export const snapshotIdField = z.string().regex(SNAPSHOT_ID_PATTERN) as unknown as z.ZodType<SnapshotId, string>;

/** What an application is called in tags, tables and paths: no comma, no blank. */
export const applicationCodeField = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);

/** The name of a secret, in place of the secret: who runs the job asks for its value when it is needed. */
export const secretRefField = z
  .strictObject({ secret: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/) })
  .readonly();

/** Milliseconds since 1970-01-01T00:00:00Z. */
export const momentField = z.int().nonnegative();
export const countField = z.int().nonnegative();
/** Not whole: what a monotonic clock says. */
export const durationField = z.number().nonnegative();
export const sha256Field = z.string().regex(/^[0-9a-f]{64}$/);

/** Text that may come from anywhere: a message, the name of a table. Bounded, without NUL. */
export const shownTextField = z.string().max(TEXT_CHARS_MAX * 4);

/** The name of a database, a table, a server, as its engine has it. */
export const nameField = z
  .string()
  .min(1)
  .max(1024)
  .refine((text) => !text.includes('\0'));

/**
 * A name or a path of files: text, or, where it is not UTF-8, its bytes in base64. What a listing gave is handed back as
 * it came, so that two names that look alike stay apart.
 */
export const filePathField = z.union([
  z
    .string()
    .min(1)
    .max(TEXT_CHARS_MAX)
    .refine((text) => !text.includes('\0') && text.isWellFormed()),
  z.strictObject({ bytes: z.base64().min(4).max(8192) }).readonly(),
]);

/** A path on the machine where the run happens. */
export const absolutePathField = z
  .string()
  .max(TEXT_CHARS_MAX)
  .regex(/^\/[^\0]*$/);

/** A list whose length is looked at before its items: one without end would give as many complaints. */
export function boundedList<Item extends z.ZodType>(item: Item, lengthMax: number) {
  return z.array(z.unknown()).max(lengthMax).pipe(z.array(item)).readonly();
}

/** What goes into a sentence, by name: texts and numbers; words of the house; of a list the first, and how many there are. */
export const sentenceValuesField = z
  .record(
    z.string().max(128),
    z.union([
      shownTextField,
      z.number(),
      z.boolean(),
      boundedList(z.string().max(64), 100),
      z
        .strictObject({
          first: boundedList(
            z.union([shownTextField, z.strictObject({ kind: z.string().max(64), name: shownTextField }).readonly()]),
            100,
          ),
          count: countField,
        })
        .readonly(),
    ]),
  )
  .readonly();

/** `ErrorRecord` of @lumbung/stdx: code, kind, message, values for a translation, hint, and what caused it. */
export const errorRecordField = z
  .strictObject({
    code: z.string().max(128),
    kind: z.enum(ERROR_KINDS),
    message: shownTextField,
    context: z.record(z.string().max(128), z.union([shownTextField, z.number(), z.boolean()])).readonly(),
    hint: shownTextField.exactOptional(),
    causeMessage: shownTextField.exactOptional(),
  })
  .readonly();

export type SecretRef = z.output<typeof secretRefField>;
export type SentenceValues = z.output<typeof sentenceValuesField>;
export type FilePath = z.output<typeof filePathField>;
