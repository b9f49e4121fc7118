import { type BackupEvent, type BackupResult, type SnapshotId, shortId } from '@lumbung/engine';
import type { CommandContext } from '../context.ts';
import { recordSentence } from '../errors.ts';
import type { ProgressLine } from '../progress-line.ts';
import { shownText } from '../shown-name.ts';
import { StatusPace } from '../status-pace.ts';
import {
  backupSummaryJson,
  excludedItemJson,
  itemErrorJson,
  itemJson,
  scanFinishedJson,
  statusJson,
} from './backup-json.ts';

/** What unchanged files are told by: an earlier snapshot; nothing, as was asked for; or there are no files, only a stream. */
export type Comparison = 'with-parent' | 'with-nothing' | 'stream';

/** Tells what a backup does while it does it, and what it did. */
export class BackupReport implements Disposable {
  readonly #context: CommandContext;
  readonly #line: ProgressLine;
  readonly #pace: StatusPace;
  readonly #compares: Comparison;
  #hasParent = false;
  #isWalkToldOf = false;

  constructor(context: CommandContext, compares: Comparison) {
    this.#context = context;
    this.#compares = compares;
    this.#line = context.progress();
    this.#pace = new StatusPace(context.world);
  }

  /** Item by item messages are wanted. */
  get reportsItems(): boolean {
    return this.#context.output.verbosity >= 2;
  }

  readonly onEvent = (event: BackupEvent): void => {
    const { output, texts } = this.#context;
    const { t } = texts;
    switch (event.kind) {
      case 'status':
        this.#showStatus(event);
        break;
      case 'item':
        if (output.isJson) output.message(itemJson(event));
        else output.say(t(`backup.item.${event.action}`, { item: shownText(event.item) }));
        break;
      case 'excluded':
        if (output.verbosity < 2) break;
        if (output.isJson) output.message(excludedItemJson(event.item));
        else output.say(t('backup.item.excluded', { item: shownText(event.item) }));
        break;
      case 'error': {
        const message = recordSentence(event.error, texts);
        output.errorMessage(itemErrorJson(event, message));
        output.problem(t('error.label'), t('error.item', { item: shownText(event.item), message }));
        break;
      }
      case 'parent':
        this.#hasParent = event.snapshotId !== undefined;
        this.#tellParent(event.snapshotId);
        break;
      case 'warning': {
        const message = texts.error(event.code, {})?.message ?? event.message;
        output.warn(event.item === undefined ? message : t('error.item', { item: shownText(event.item), message }));
        break;
      }
    }
  };

  #tellParent(parentId: SnapshotId | undefined): void {
    const { output, texts } = this.#context;
    if (parentId !== undefined) output.note(texts.t('backup.parent', { id: shortId(parentId) }));
    else if (this.#compares === 'with-nothing') output.note(texts.t('backup.force'));
    else if (this.#compares === 'with-parent') output.note(texts.t('backup.noParent'));
  }

  #showStatus(event: Extract<BackupEvent, { kind: 'status' }>): void {
    const { output, texts } = this.#context;
    if (output.isJson) {
      if (event.isWalkDone) this.#tellEndOfWalk(event);
      if (this.#pace.isDue()) output.message(statusJson(event, this.#line.elapsedMs));
      return;
    }
    this.#line.show({
      text: texts.t('backup.counts', {
        count: event.filesDone,
        files: texts.count(event.filesDone),
        bytes: texts.bytes(event.bytesDone),
      }),
      done: event.bytesDone,
      // While the walk goes on, what was found so far is no whole; a parent tells what to expect.
      total: event.isWalkDone || this.#hasParent ? event.bytesTotal : 0,
      isBytes: true,
      item: event.currentFiles.at(-1),
    });
  }

  /** What others find out by a scan before the backup is known here when the walk is done. */
  #tellEndOfWalk(found: { readonly filesTotal: number; readonly bytesTotal: number }): void {
    if (this.#isWalkToldOf || !this.reportsItems) return;
    this.#isWalkToldOf = true;
    this.#context.output.message(scanFinishedJson(found, this.#line.elapsedMs));
  }

  finish(result: BackupResult): void {
    this.#line.clear();
    const { output, texts } = this.#context;
    const { t, count, bytes } = texts;
    const { summary } = result;
    this.#tellEndOfWalk({ filesTotal: summary.totalFilesProcessed, bytesTotal: summary.totalBytesProcessed });
    output.message(backupSummaryJson(result));
    const files = {
      new: count(summary.filesNew),
      changed: count(summary.filesChanged),
      unmodified: count(summary.filesUnmodified),
    };
    const dirs = {
      new: count(summary.dirsNew),
      changed: count(summary.dirsChanged),
      unmodified: count(summary.dirsUnmodified),
    };
    output.say(t('backup.files', files));
    output.say(t('backup.dirs', dirs));
    const added = bytes(summary.dataAdded);
    if (result.outcome === 'dry-run') output.say(t('backup.wouldAdd', { added }));
    else output.say(t('backup.added', { added, stored: bytes(summary.dataAddedPacked) }));
    output.say('');
    const processed = { files: count(summary.totalFilesProcessed), bytes: bytes(summary.totalBytesProcessed) };
    output.say(
      t('backup.processed', {
        ...processed,
        count: summary.totalFilesProcessed,
        time: texts.duration(result.durationMs),
      }),
    );
    if (result.snapshotId !== undefined) output.say(t('backup.saved', { id: shortId(result.snapshotId) }));
    if (result.outcome === 'unchanged' && result.parentId !== undefined) {
      output.say(t('backup.unchanged', { id: shortId(result.parentId) }));
    }
    if (result.errors.length > 0) output.warn(t('backup.incomplete', { count: result.errors.length }));
  }

  [Symbol.dispose](): void {
    this.#line.clear();
  }
}
