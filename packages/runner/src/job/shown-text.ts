import type { SentenceValues } from '@lumbung/contracts';
import { type ErrorRecord, toErrorRecord } from '@lumbung/stdx';

/** Longer texts say nothing more, and a record has a bound. */
const CHARS_MAX = 4000;

/** A text from elsewhere, short enough for a record. */
export function clipped(text: string): string {
  return text.length <= CHARS_MAX ? text : `${text.slice(0, CHARS_MAX - 1)}…`;
}

/** What a record keeps of a thrown value. */
export function errorOf(error: unknown): ClippedError {
  return clippedError(toErrorRecord(error));
}

/** `ErrorRecord` as it is stored: without values that are not there. */
export interface ClippedError {
  readonly code: string;
  readonly kind: ErrorRecord['kind'];
  readonly message: string;
  readonly context: Readonly<Record<string, string | number | boolean>>;
  readonly hint?: string;
  readonly causeMessage?: string;
}

export function clippedError({ code, kind, message, context, hint, causeMessage }: ErrorRecord): ClippedError {
  return {
    code,
    kind,
    message: clipped(message),
    context: clippedValues(context),
    ...(hint === undefined ? {} : { hint: clipped(hint) }),
    ...(causeMessage === undefined ? {} : { causeMessage: clipped(causeMessage) }),
  };
}

/** Values for a sentence, as they are stored. */
export function clippedValues(values: ErrorRecord['context']): Readonly<Record<string, string | number | boolean>> {
  const kept: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) continue;
    kept[name] = typeof value === 'string' ? clipped(value) : value;
  }
  return kept;
}

/** The same of what goes into a sentence: also lists, of which the first are given. */
export function clippedSentence(values: SentenceValues): SentenceValues {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, clippedValue(value)]));
}

function clippedValue(value: SentenceValues[string]): SentenceValues[string] {
  if (typeof value === 'string') return clipped(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : 0;
  if (typeof value === 'boolean' || !('first' in value)) return value;
  const first = value.first.map((item) =>
    typeof item === 'string' ? clipped(item) : { kind: item.kind, name: clipped(item.name) },
  );
  return { first, count: value.count };
}
