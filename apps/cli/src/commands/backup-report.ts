import { type BackupEvent, type BackupResult, shortId, summaryFields } from '@lumbung/engine';
import { formatByteSize, fromErrorRecord } from '@lumbung/stdx';
import type { CommandContext } from '../context.ts';
import { errorSentence } from '../errors.ts';
import { jsonMessage, nonZero } from '../json.ts';
import { formatDuration, formatRate, ProgressLine } from '../progress-line.ts';

/** Status messages with --json come at most this often unless RESTIC_PROGRESS_FPS says otherwise. */
const JSON_STATUS_MS = 1000;

/** Tells what a backup does while it does it, and what it did. */
export class BackupReport implements Disposable {
  readonly #context: CommandContext;
  readonly #line: ProgressLine;
  readonly #statusEveryMs: number;
  #lastStatusMs = 0;

  constructor(context: CommandContext) {
    this.#context = context;
    this.#line = new ProgressLine(context.output, context.world.ports.clock);
    const perSecond = Number(context.world.variable('RESTIC_PROGRESS_FPS') ?? 0);
    this.#statusEveryMs = perSecond > 0 ? 1000 / Math.min(60, perSecond) : JSON_STATUS_MS;
  }

  /** Item by item messages are wanted. */
  get reportsItems(): boolean {
    return this.#context.output.verbosity >= 2;
  }

  onEvent = (event: BackupEvent): void => {
    const { output, texts } = this.#context;
    switch (event.kind) {
      case 'status':
        this.#showStatus(event);
        break;
      case 'item':
        output.message(
          jsonMessage({
            message_type: 'verbose_status',
            action: event.action,
            item: event.item,
            duration: 0,
            data_size: event.dataBytes,
            data_size_in_repo: event.dataBytesInRepository,
            metadata_size: event.metadataBytes,
            metadata_size_in_repo: event.metadataBytesInRepository,
            total_files: 0,
          }),
        );
        output.say(texts.t(`backup.item.${event.action}`, { item: event.item }));
        break;
      case 'excluded':
        output.message(jsonMessage({ message_type: 'excluded_item', item: event.item }));
        output.say(texts.t('backup.item.excluded', { item: event.item }));
        break;
      case 'error': {
        const { message } = errorSentence(fromErrorRecord(event.error), texts);
        output.errorMessage(jsonMessage({ message_type: 'error', error: { message }, during: event.during, item: event.item }));
        output.warn(texts.t('backup.itemError', { item: event.item, message }));
        break;
      }
      case 'parent':
        if (output.verbosity >= 0) {
          output.say(event.snapshotId === undefined ? texts.t('backup.noParent') : texts.t('backup.parent', { id: shortId(event.snapshotId) }));
        }
        break;
      case 'warning':
        output.warn(event.item === undefined ? event.message : `${event.item}: ${event.message}`);
        break;
    }
  };

  #showStatus(event: Extract<BackupEvent, { kind: 'status' }>): void {
    const { output, texts } = this.#context;
    const elapsedMs = this.#line.elapsedMs;
    const leftMs = event.bytesDone > 0 ? (elapsedMs * (event.bytesTotal - event.bytesDone)) / event.bytesDone : 0;
    if (output.isJson) {
      if (elapsedMs - this.#lastStatusMs < this.#statusEveryMs) return;
      this.#lastStatusMs = elapsedMs;
      output.message(
        jsonMessage({
          message_type: 'status',
          seconds_elapsed: nonZero(Math.floor(elapsedMs / 1000)),
          seconds_remaining: nonZero(Math.floor(leftMs / 1000)),
          percent_done: event.bytesTotal === 0 ? 0 : Math.min(1, event.bytesDone / event.bytesTotal),
          total_files: nonZero(event.filesTotal),
          files_done: nonZero(event.filesDone),
          total_bytes: nonZero(event.bytesTotal),
          bytes_done: nonZero(event.bytesDone),
          error_count: nonZero(event.errorCount),
          current_files: event.currentFiles.length === 0 ? undefined : event.currentFiles,
        }),
      );
      return;
    }
    const rate = formatRate(event.bytesDone, elapsedMs);
    this.#line.show(
      texts.t('backup.status', {
        files: event.filesDone,
        bytes: formatByteSize(event.bytesDone),
        rate: rate === '' ? '' : `, ${rate}`,
        left: leftMs > 2000 ? `, ${texts.t('unit.left', { time: formatDuration(leftMs) })}` : '',
        current: event.currentFiles.at(-1) ?? '',
      }),
      event.bytesDone,
      event.bytesTotal,
    );
  }

  finish(result: BackupResult): void {
    this.#line.clear();
    const { output, texts } = this.#context;
    const { summary } = result;
    output.message(
      jsonMessage({
        message_type: 'summary',
        ...(result.outcome === 'dry-run' ? { dry_run: true } : {}),
        ...Object.fromEntries(
          summaryFields(summary)
            .filter(({ key }) => !key.startsWith('backup_'))
            .map((field) => [field.key, 'number' in field ? field.number : undefined]),
        ),
        total_duration: result.durationMs / 1000,
        backup_start: summary.backupStart,
        backup_end: summary.backupEnd,
        snapshot_id: result.snapshotId,
      }),
    );
    const added = formatByteSize(summary.dataAdded);
    output.say('');
    output.say(texts.t('backup.files', { new: summary.filesNew, changed: summary.filesChanged, unmodified: summary.filesUnmodified }));
    output.say(texts.t('backup.dirs', { new: summary.dirsNew, changed: summary.dirsChanged, unmodified: summary.dirsUnmodified }));
    output.say(
      result.outcome === 'dry-run' ? texts.t('backup.wouldAdd', { added }) : texts.t('backup.added', { added, stored: formatByteSize(summary.dataAddedPacked) }),
    );
    output.say(
      texts.t('backup.processed', {
        files: summary.totalFilesProcessed,
        bytes: formatByteSize(summary.totalBytesProcessed),
        time: formatDuration(result.durationMs),
      }),
    );
    if (result.snapshotId !== undefined) output.say(texts.t('backup.saved', { id: shortId(result.snapshotId) }));
    if (result.outcome === 'unchanged') output.say(texts.t('backup.unchanged', { id: result.parentId === undefined ? '' : shortId(result.parentId) }));
    if (result.errors.length > 0) output.warn(texts.t('backup.incomplete', { count: result.errors.length }));
  }

  [Symbol.dispose](): void {
    this.#line.clear();
  }
}
