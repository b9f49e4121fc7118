import type { DiffChange, DiffCounts, DiffStatistics } from '@lumbung/engine';
import { textOf } from '@lumbung/stdx';
import { jsonMessage } from '../json.ts';

export function changeJson({ path, modifier }: DiffChange): string {
  return jsonMessage({ message_type: 'change', path: textOf(path), modifier });
}

export function statisticsJson(sourceSpec: string, targetSpec: string, statistics: DiffStatistics): string {
  return jsonMessage({
    message_type: 'statistics',
    source_snapshot: sourceSpec,
    target_snapshot: targetSpec,
    changed_files: statistics.changedFiles,
    added: countsOf(statistics.added),
    removed: countsOf(statistics.removed),
  });
}

function countsOf({ files, dirs, others, dataBlobs, treeBlobs, bytes }: Readonly<DiffCounts>) {
  return { files, dirs, others, data_blobs: dataBlobs, tree_blobs: treeBlobs, bytes };
}
