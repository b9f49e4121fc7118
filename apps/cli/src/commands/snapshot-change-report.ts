import { shortId, type SnapshotChangeEvent, type SnapshotChangePlan, type SnapshotRecord } from '@lumbung/engine';
import { fromErrorRecord } from '@lumbung/stdx';
import type { CommandContext } from '../context.ts';
import { errorSentence } from '../errors.ts';
import { jsonMessage } from '../json.ts';
import { shownText } from '../shown-name.ts';
import { shownTime } from './snapshot-filter.ts';

/** Tells what `tag`, `rewrite` and `repair snapshots` do to snapshots, under a heading for each snapshot that is touched. */
export class SnapshotChangeReport {
  readonly #context: CommandContext;
  #current: SnapshotRecord | undefined;
  #isHeadingShown = false;

  constructor(context: CommandContext) {
    this.#context = context;
  }

  readonly onEvent = (event: SnapshotChangeEvent): void => {
    const { output, texts } = this.#context;
    switch (event.kind) {
      case 'snapshot':
        this.#current = event.snapshot;
        this.#isHeadingShown = false;
        if (output.verbosity >= 1) this.#showHeading();
        break;
      case 'item':
        this.#showHeading();
        output.say(`  ${texts.t(`change.item.${event.action}`, { path: shownText(event.path) })}`);
        break;
      case 'saved':
        output.message(
          jsonMessage({ message_type: 'changed', old_snapshot_id: event.oldId, new_snapshot_id: event.newId }),
        );
        output.say(texts.t('change.saved', { old: shortId(event.oldId), new: shortId(event.newId) }));
        break;
      case 'removeFailed': {
        const { message } = errorSentence(fromErrorRecord(event.error), texts);
        const sentence = texts.t('forget.failed', { id: shortId(event.snapshotId), message });
        output.warn(sentence);
        output.errorMessage(jsonMessage({ message_type: 'error', error: { message: sentence } }));
        break;
      }
      case 'removed':
        break;
    }
  };

  #showHeading(): void {
    const snapshot = this.#current;
    if (this.#isHeadingShown || snapshot === undefined) return;
    this.#isHeadingShown = true;
    const { id, time, hostname, paths } = snapshot;
    const values = {
      id: shortId(id),
      time: shownTime(time),
      host: shownText(hostname),
      paths: paths.map(shownText).join(', '),
    };
    this.#context.output.say(this.#context.texts.t('change.snapshot', values));
  }

  /** The last line. */
  finish(plan: SnapshotChangePlan, how: { readonly isDryRun: boolean }): void {
    const { output, texts } = this.#context;
    const count = plan.changes.length + plan.vanishing.length;
    for (const { id } of plan.vanishing) output.say(texts.t('change.vanishing', { id: shortId(id) }));
    output.message(
      jsonMessage({ message_type: 'summary', changed_snapshots: count, ...(how.isDryRun ? { dry_run: true } : {}) }),
    );
    if (count === 0) output.say(texts.t('change.none'));
    else output.say(texts.t(how.isDryRun ? 'change.would' : 'change.done', { count }));
  }
}
