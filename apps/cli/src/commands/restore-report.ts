import type { RestoreEvent, RestoreProgress, RestoreResult } from '@lumbung/engine';
import type { CommandContext } from '../context.ts';
import { recordSentence } from '../errors.ts';
import type { ProgressLine } from '../progress-line.ts';
import { shownName } from '../shown-name.ts';
import { StatusPace } from '../status-pace.ts';
import { restoredItemJson, restoreErrorJson, restoreStatusJson, restoreSummaryJson } from './restore-json.ts';

/** Tells what a restore does while it does it, and what it did. */
export class RestoreReport implements Disposable {
  readonly #context: CommandContext;
  readonly #line: ProgressLine;
  readonly #pace: StatusPace;

  constructor(context: CommandContext) {
    this.#context = context;
    this.#line = context.progress();
    this.#pace = new StatusPace(context.world);
  }

  readonly onEvent = (event: RestoreEvent): void => {
    const { output, texts } = this.#context;
    const { t } = texts;
    switch (event.kind) {
      case 'status':
        this.#showStatus(event.progress);
        break;
      case 'item':
        if (output.isJson) output.message(restoredItemJson(event));
        else output.say(t(`restore.item.${event.action}`, { item: shownName(event.path) }));
        break;
      case 'error':
      case 'warning': {
        const message = recordSentence(event.error, texts);
        const sentence = t('error.item', { item: shownName(event.path), message });
        if (event.kind === 'error') output.errorMessage(restoreErrorJson(event, message));
        if (event.kind === 'error') output.problem(t('error.label'), sentence);
        else output.warn(sentence);
        break;
      }
      case 'verifying':
        output.note(t('restore.verifying'));
        break;
    }
  };

  #showStatus(progress: RestoreProgress): void {
    const { output, texts } = this.#context;
    if (output.isJson) {
      if (this.#pace.isDue()) output.message(restoreStatusJson(progress, this.#line.elapsedMs));
      return;
    }
    const counts = { files: texts.count(progress.filesRestored), total: texts.count(progress.filesTotal) };
    this.#line.show({
      text: texts.t('restore.counts', { ...counts, bytes: texts.bytes(progress.bytesRestored) }),
      done: progress.bytesRestored,
      total: progress.bytesTotal,
      isBytes: true,
    });
  }

  finish({ progress, durationMs, filesVerified, errorCount }: RestoreResult, isDryRun: boolean): void {
    this.#line.clear();
    const { output, texts } = this.#context;
    const { t, count, bytes } = texts;
    output.message(restoreSummaryJson(progress, durationMs));
    const done = { files: count(progress.filesRestored), bytes: bytes(progress.bytesRestored) };
    output.say(t(isDryRun ? 'restore.wouldRestore' : 'restore.done', { ...done, time: texts.duration(durationMs) }));
    if (progress.filesSkipped > 0) {
      output.say(t('restore.skipped', { files: count(progress.filesSkipped), bytes: bytes(progress.bytesSkipped) }));
    }
    if (progress.filesDeleted > 0) output.say(t('restore.deleted', { files: count(progress.filesDeleted) }));
    if (progress.filesTotal + progress.filesSkipped === 0) output.note(t('restore.nothing'));
    if (filesVerified > 0) output.say(t('restore.verified', { files: count(filesVerified) }));
    if (errorCount > 0) output.warn(t('restore.errors', { count: errorCount }));
  }

  [Symbol.dispose](): void {
    this.#line.clear();
  }
}
