import { describeError, type ErrorRecord, errnoOf, fromErrorRecord, isLumbungError } from '@lumbung/stdx';
import { shownValues } from './error-values.ts';
import { EXIT, exitCodeOf, type Interruptions } from './exit-codes.ts';
import { jsonMessage } from './json.ts';
import type { Output } from './output.ts';
import { shownText } from './shown-name.ts';
import type { Texts } from './texts/texts.ts';

export interface ErrorSentence {
  readonly message: string;
  readonly hint?: string | undefined;
}

const UNEXPECTED = 'UNEXPECTED';
/** An error of the operating system that has no text of its own. */
const ERRNO_OTHER = 'ERRNO_OTHER';

/** The sentence about an error that crossed a thread. */
export function recordSentence(record: ErrorRecord, texts: Texts): string {
  return errorSentence(fromErrorRecord(record), texts).message;
}

/** What is said about an error: one sentence, and what to do. */
export function errorSentence(error: unknown, texts: Texts): ErrorSentence {
  if (isLumbungError(error)) {
    // What crossed a thread carries its words in its message alone.
    const values = error.code === UNEXPECTED ? { detail: error.message } : shownValues(error.context, texts);
    const found = texts.error(error.code, values) ?? ofSystem(isSystemCode(error.code) ? error.code : undefined, texts);
    return { message: found?.message ?? error.message, hint: found === undefined ? error.hint : found.hint };
  }
  return ofSystem(systemCodeOf(error), texts, pathOf(error)) ?? unexpected(error, texts);
}

/** An error of the operating system: its code has a text of its own, the rest names the file. */
function ofSystem(code: string | undefined, texts: Texts, path?: string): ErrorSentence | undefined {
  if (code === undefined) return undefined;
  const values = shownValues({ path, errno: code }, texts);
  const known = path === undefined ? undefined : texts.error(`ERRNO_${code}`, values);
  return known ?? texts.error(ERRNO_OTHER, values);
}

/** `ENOSPC`, but not Node's own `ERR_INVALID_ARG_TYPE`: that is a bug of ours. */
function isSystemCode(code: string): boolean {
  return /^E[A-Z0-9]+$/.test(code);
}

function systemCodeOf(error: unknown): string | undefined {
  const code = errnoOf(error);
  return code !== undefined && isSystemCode(code) ? code : undefined;
}

/** The words of another program or library, marked as such: nobody could translate them. */
function unexpected(error: unknown, texts: Texts): ErrorSentence {
  const detail = shownText(describeError(error));
  return { message: texts.error(UNEXPECTED, { detail })?.message ?? detail, hint: undefined };
}

function pathOf(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined;
}

/** Tells a command's last error and returns the exit code. */
export function reportError(
  error: unknown,
  parts: { readonly output: Output; readonly texts: Texts; readonly interruptions: Interruptions },
): number {
  const { output, texts, interruptions } = parts;
  const { t } = texts;
  const code = exitCodeOf(error, interruptions);
  if (code === EXIT.outputClosed) return code;
  const isInterrupted = code === EXIT.interrupted;
  const { message, hint } = isInterrupted
    ? { message: t('interrupt.done'), hint: undefined }
    : errorSentence(error, texts);
  output.errorMessage(jsonMessage({ message_type: 'exit_error', code, message }));
  if (isInterrupted) {
    output.warn(message);
    return code;
  }
  output.labelled(t('error.label'), message, 'problem');
  if (hint !== undefined) output.labelled(t('error.hintLabel'), hint);
  if (isBug(error)) {
    output.labelled(t('error.hintLabel'), t('error.bug'));
    output.warn(error instanceof Error ? (error.stack ?? String(error)) : String(error));
  } else if (output.verbosity >= 1) {
    for (const line of causes(error)) output.labelled(t('error.detailLabel'), shownText(line));
  }
  return code;
}

function isBug(error: unknown): boolean {
  return isLumbungError(error) ? error.kind === 'bug' : systemCodeOf(error) === undefined;
}

const CAUSES_MAX = 8;

/** The error as the programmers know it, and what led to it. */
function causes(error: unknown): string[] {
  const lines: string[] = [];
  for (let each: unknown = error; each !== undefined && lines.length < CAUSES_MAX; ) {
    lines.push(isLumbungError(each) ? `${each.code}: ${each.message}` : describeError(each));
    each = each instanceof Error ? each.cause : undefined;
  }
  return lines;
}
