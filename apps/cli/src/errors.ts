import { describeError, isLumbungError } from '@lumbung/stdx';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { jsonMessage } from './json.ts';
import type { Output } from './output.ts';
import type { Texts } from './texts/texts.ts';

/** What is said about an error: one sentence, and what to do. */
export function errorSentence(error: unknown, texts: Texts): { readonly message: string; readonly hint: string | undefined } {
  if (!isLumbungError(error)) return { message: describeError(error), hint: undefined };
  const translated = texts.error(error.code, error.context);
  return { message: translated?.message ?? error.message, hint: translated?.hint ?? error.hint };
}

/** Tells a command's last error and returns the exit code. */
export function reportError(error: unknown, parts: { readonly output: Output; readonly texts: Texts; readonly signal: AbortSignal }): number {
  const { output, texts, signal } = parts;
  const code = exitCodeOf(error, signal);
  if (code === EXIT.interrupted) {
    output.warn(texts.t('error.interrupted'));
    output.errorMessage(jsonMessage({ message_type: 'exit_error', code, message: texts.t('error.interrupted') }));
    return code;
  }
  const { message, hint } = errorSentence(error, texts);
  output.warn(`${texts.t('error.prefix')}: ${message}`);
  if (hint !== undefined) output.warn(`  ${texts.t('error.hint')}: ${hint}`);
  const isBug = !isLumbungError(error) || error.kind === 'bug';
  if (isBug || output.verbosity >= 2) {
    if (isBug) output.warn(`  ${texts.t('error.bug')}`);
    output.warn(error instanceof Error ? (error.stack ?? String(error)) : String(error));
  } else if (error.cause !== undefined && output.verbosity >= 1) output.warn(`  ${describeError(error.cause)}`);
  output.errorMessage(jsonMessage({ message_type: 'exit_error', code, message }));
  return code;
}
