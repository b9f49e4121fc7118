import * as z from 'zod';
import { bytesOfBase64 } from './base64.ts';
import { isIdText } from './ids.ts';
import { isTimestampText, ZERO_TIMESTAMP } from './timestamp.ts';

// Pieces of the schemas of documents. Absent and null mean the same: Go writes either for what is empty.

const U32_MAX = 2 ** 32 - 1;

/** 64 hex digits. */
export const idText = z.string().refine(isIdText, 'not an id');

export const timestamp = z.string().refine(isTimestampText, 'not a time');

export const optionalTimestamp = timestamp.nullish().transform((value) => value ?? ZERO_TIMESTAMP);

export const optionalText = z
  .string()
  .nullish()
  .transform((value) => (value ?? '').toWellFormed());

export const optionalTexts = z
  .array(z.string().transform((value) => value.toWellFormed()))
  .nullish()
  .transform((value) => value ?? []);

/** A user's or group's number. */
export const optionalOwner = z
  .int()
  .min(0)
  .max(U32_MAX)
  .nullish()
  .transform((value) => value ?? 0);

/** A number of things or bytes. */
export const optionalCount = z
  .int()
  .min(0)
  .nullish()
  .transform((value) => value ?? 0);

/** Bytes in base64. The message does not show them. */
export const base64Bytes = z.string().transform((text, context) => {
  const bytes = bytesOfBase64(text);
  if (bytes !== undefined) return bytes;
  context.addIssue({ code: 'custom', message: 'not base64' });
  return z.NEVER;
});
