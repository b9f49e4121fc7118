import {
  executeSnapshotChanges,
  type HeldLock,
  type SnapshotChangeEvent,
  type SnapshotChangePlan,
  type SnapshotRecord,
  shortId,
} from '@lumbung/engine';
import type { CommandContext } from '../context.ts';
import { recordSentence } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
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

  /** While it is planned: what would happen inside which snapshot. */
  readonly onPlanEvent = (event: SnapshotChangeEvent): void => {
    const { output, texts } = this.#context;
    if (event.kind === 'snapshot') {
      this.#current = event.snapshot;
      this.#isHeadingShown = false;
      if (output.verbosity >= 1) this.#showHeading();
    } else if (event.kind === 'item') {
      this.#showHeading();
      output.say(`  ${texts.t(`change.item.${event.action}`, { path: shownText(event.path) })}`);
    }
  };

  /** While it is carried out; the items come by again then, but have been told. */
  #onChangeEvent(event: SnapshotChangeEvent, plan: SnapshotChangePlan): void {
    const { output, texts } = this.#context;
    if (event.kind === 'saved') {
      const ids = { old_snapshot_id: event.oldId, new_snapshot_id: event.newId };
      output.message(jsonMessage({ message_type: 'changed', ...ids }));
      const key = plan.removesOld ? 'change.saved' : 'change.kept';
      output.say(texts.t(key, { old: shortId(event.oldId), new: shortId(event.newId) }));
    } else if (event.kind === 'removeFailed') {
      const message = recordSentence(event.error, texts);
      const sentence = texts.t('forget.failed', { id: shortId(event.snapshotId), message });
      output.warn(sentence);
      output.errorMessage(jsonMessage({ message_type: 'error', error: { message: sentence } }));
    }
  }

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

  /** Carries the plan out, unless it is only looked at, and tells how it ended. Returns the exit code. */
  async carryOut(
    plan: SnapshotChangePlan,
    how: { readonly lock: HeldLock; readonly signal: AbortSignal; readonly isDryRun: boolean },
  ): Promise<number> {
    const { output, texts } = this.#context;
    const { lock, signal, isDryRun } = how;
    for (const { id } of plan.vanishing) output.say(texts.t('change.vanishing', { id: shortId(id) }));
    const onEvent = (event: SnapshotChangeEvent): void => {
      this.#onChangeEvent(event, plan);
    };
    const failures = isDryRun ? [] : (await executeSnapshotChanges(plan, { lock, signal, onEvent })).failures;
    const count = plan.changes.length + plan.vanishing.length;
    const dryRun = isDryRun ? { dry_run: true } : {};
    output.message(jsonMessage({ message_type: 'summary', changed_snapshots: count, ...dryRun }));
    if (count === 0) output.say(texts.t('change.none'));
    else output.say(texts.t(isDryRun ? 'change.would' : 'change.done', { count }));
    return failures.length > 0 ? EXIT.incomplete : EXIT.ok;
  }
}
