import type { BackupEvent, BackupResult } from '@lumbung/engine';
import { jsonMessage, nonZero } from '../json.ts';

type EventOf<Kind extends BackupEvent['kind']> = Extract<BackupEvent, { readonly kind: Kind }>;

/** A line of `backup --json` on how far it has come. Everything but the percentage is left out while it is zero. */
export function statusJson(event: EventOf<'status'>, elapsedMs: number): string {
  const { bytesDone, bytesTotal } = event;
  const leftMs = bytesDone > 0 ? Math.max(0, (elapsedMs * (bytesTotal - bytesDone)) / bytesDone) : 0;
  return jsonMessage({
    message_type: 'status',
    seconds_elapsed: nonZero(Math.floor(elapsedMs / 1000)),
    seconds_remaining: nonZero(Math.floor(leftMs / 1000)),
    percent_done: bytesTotal === 0 ? 0 : Math.min(1, bytesDone / bytesTotal),
    total_files: nonZero(event.filesTotal),
    files_done: nonZero(event.filesDone),
    total_bytes: nonZero(bytesTotal),
    bytes_done: nonZero(bytesDone),
    error_count: nonZero(event.errorCount),
    current_files: event.currentFiles.length === 0 ? undefined : event.currentFiles,
  });
}

export function itemJson(event: EventOf<'item'>): string {
  return jsonMessage({
    message_type: 'verbose_status',
    action: event.action,
    item: event.item,
    duration: 0,
    data_size: event.dataBytes,
    data_size_in_repo: event.dataBytesInRepository,
    metadata_size: event.metadataBytes,
    metadata_size_in_repo: event.metadataBytesInRepository,
    total_files: 0,
  });
}

/** All files and bytes there are, once they are known. */
export function scanFinishedJson(
  { filesTotal, bytesTotal }: Pick<EventOf<'status'>, 'filesTotal' | 'bytesTotal'>,
  elapsedMs: number,
): string {
  return jsonMessage({
    message_type: 'verbose_status',
    action: 'scan_finished',
    item: '',
    duration: elapsedMs / 1000,
    data_size: bytesTotal,
    data_size_in_repo: 0,
    metadata_size: 0,
    metadata_size_in_repo: 0,
    total_files: filesTotal,
  });
}

export function excludedItemJson(item: string): string {
  return jsonMessage({ message_type: 'excluded_item', item });
}

export function itemErrorJson({ item, during }: EventOf<'error'>, message: string): string {
  return jsonMessage({ message_type: 'error', error: { message }, during, item });
}

/** The last line of `backup --json`. */
export function backupSummaryJson({ outcome, summary, durationMs, snapshotId }: BackupResult): string {
  return jsonMessage({
    message_type: 'summary',
    dry_run: outcome === 'dry-run' ? true : undefined,
    files_new: summary.filesNew,
    files_changed: summary.filesChanged,
    files_unmodified: summary.filesUnmodified,
    dirs_new: summary.dirsNew,
    dirs_changed: summary.dirsChanged,
    dirs_unmodified: summary.dirsUnmodified,
    data_blobs: summary.dataBlobs,
    tree_blobs: summary.treeBlobs,
    data_added: summary.dataAdded,
    data_added_packed: summary.dataAddedPacked,
    total_files_processed: summary.totalFilesProcessed,
    total_bytes_processed: summary.totalBytesProcessed,
    total_duration: durationMs / 1000,
    backup_start: summary.backupStart,
    backup_end: summary.backupEnd,
    snapshot_id: snapshotId,
  });
}
