import type { DatabaseBackupEvent, DumpOutcome, DumpPlace } from '@lumbung/runner/databases';
import { fromErrorRecord } from '@lumbung/stdx';
import type { CommandContext } from '../../context.ts';
import { errorSentence, recordSentence } from '../../errors.ts';
import { jsonMessage } from '../../json.ts';
import { shownText } from '../../shown-name.ts';

type Speaker = Pick<CommandContext, 'output' | 'texts'>;

/** What a dump is of. */
export function placeName({ database }: DumpPlace, { t }: CommandContext['texts']): string {
  return database === undefined ? t('db.wholeServer') : shownText(database);
}

export function tellRetry({ output, texts }: Speaker, event: Extract<DatabaseBackupEvent, { kind: 'retry' }>): void {
  output.warn(
    texts.t('db.retry', {
      name: placeName(event.place, texts),
      message: recordSentence(event.error, texts),
      time: texts.duration(event.afterMs),
    }),
  );
}

/** Why there is no snapshot of a database, and what to do. */
export function tellFailedDump({ output, texts }: Speaker, outcome: Extract<DumpOutcome, { kind: 'failed' }>): void {
  const item = placeName(outcome.place, texts);
  const { message, hint } = errorSentence(fromErrorRecord(outcome.error), texts);
  output.errorMessage(jsonMessage({ message_type: 'error', item, code: outcome.error.code, message }));
  output.problem(texts.t('error.label'), texts.t('error.item', { item, message }));
  if (hint !== undefined) output.labelled(texts.t('error.hintLabel'), hint, 'remark');
}
