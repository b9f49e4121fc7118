import type { SnapshotStats } from '@lumbung/engine';
import { jsonMessage, nonZero } from '../json.ts';

/** `stats --json`: what a mode does not count is left out. */
export function statsJson(stats: SnapshotStats): string {
  const { compression } = stats;
  return jsonMessage({
    total_size: stats.totalBytes,
    total_uncompressed_size: compression === undefined ? undefined : nonZero(compression.totalUncompressedBytes),
    compression_ratio: compression === undefined ? undefined : nonZero(compression.ratio),
    compression_progress: compression === undefined ? undefined : nonZero(compression.progressPercent),
    compression_space_saving: compression === undefined ? undefined : nonZero(compression.spaceSavingPercent),
    total_file_count: nonZero(stats.totalFileCount),
    total_blob_count: nonZero(stats.totalBlobCount),
    snapshots_count: stats.snapshotsCount,
  });
}
