import type { RestoreEvent, RestoreProgress } from '@lumbung/engine';
import { textOf } from '@lumbung/stdx';
import { jsonMessage, nonZero } from '../json.ts';

type EventOf<Kind extends RestoreEvent['kind']> = Extract<RestoreEvent, { readonly kind: Kind }>;

export function restoreStatusJson(progress: RestoreProgress, elapsedMs: number): string {
  return jsonMessage({
    message_type: 'status',
    seconds_elapsed: nonZero(Math.floor(elapsedMs / 1000)),
    percent_done: progress.bytesTotal === 0 ? 0 : Math.min(1, progress.bytesRestored / progress.bytesTotal),
    ...countersOf(progress),
  });
}

export function restoredItemJson({ action, path, sizeBytes }: EventOf<'item'>): string {
  return jsonMessage({ message_type: 'verbose_status', action, item: textOf(path), size: sizeBytes });
}

export function restoreErrorJson({ path }: EventOf<'error'>, message: string): string {
  return jsonMessage({ message_type: 'error', error: { message }, during: 'restore', item: textOf(path) });
}

export function restoreSummaryJson(progress: RestoreProgress, durationMs: number): string {
  return jsonMessage({
    message_type: 'summary',
    seconds_elapsed: nonZero(Math.floor(durationMs / 1000)),
    ...countersOf(progress),
  });
}

function countersOf(progress: RestoreProgress) {
  return {
    total_files: nonZero(progress.filesTotal),
    files_restored: nonZero(progress.filesRestored),
    files_skipped: nonZero(progress.filesSkipped),
    files_deleted: nonZero(progress.filesDeleted),
    total_bytes: nonZero(progress.bytesTotal),
    bytes_restored: nonZero(progress.bytesRestored),
    bytes_skipped: nonZero(progress.bytesSkipped),
  };
}
