import type { RunRemark } from '@lumbung/contracts';
import { isFailure, type RemarkValue, type Said } from '@lumbung/sources';
import { fromErrorRecord, LumbungError } from '@lumbung/stdx';
import { clipped, clippedSentence, clippedValues } from './shown-text.ts';

/** A remark as a record keeps it: code and values for whoever has the words, and a line for a log. */
export function recordOfRemark(said: Said): RunRemark {
  if (isFailure(said)) {
    const { code, message, context } = said.error;
    const paste = said.paste === undefined ? {} : { paste: clipped(said.paste) };
    return { code, message: clipped(message), values: { ...clippedValues(context), ...paste } };
  }
  const { code, params } = said;
  const values: Readonly<Record<string, RemarkValue>> = params;
  if (Object.keys(values).length === 0) return { code, message: code };
  return { code, message: clipped(`${code} ${JSON.stringify(params)}`), values: clippedSentence(values) };
}

/** What a run fails with when an answer before it was no. */
export function errorOfRemark(said: Said): LumbungError {
  if (isFailure(said)) return fromErrorRecord(said.error);
  const { code, message } = recordOfRemark(said);
  return new LumbungError('CHECK_FAILED', {
    kind: 'operator',
    message,
    context: { check: code },
    hint: 'put right what the answer names',
  });
}
