import { type SnapshotStats, STATS_MODES, statsOf } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import type { Texts } from '../texts/texts.ts';
import { withRepository } from '../with-repository.ts';
import { formatFacts } from './facts.ts';
import { selectedSnapshots } from './snapshots.ts';
import { statsJson } from './stats-json.ts';

export const run: CommandRun = async (context, specs, options) => {
  const mode = options.choice('mode', STATS_MODES) ?? 'restore-size';
  return await withRepository(context, 'read', async ({ repository, signal }) => {
    const { output, texts } = context;
    const snapshots = await selectedSnapshots(context, repository, specs, options, signal);
    const indexed = await repository.loadIndex({ signal });
    using line = context.progress();
    const stats = await statsOf(indexed, snapshots, {
      mode,
      signal,
      onProgress: ({ snapshotsDone, snapshotsTotal }) => {
        const text = texts.t('stats.scanning', { done: snapshotsDone, total: snapshotsTotal });
        line.show({ text, done: snapshotsDone, total: snapshotsTotal });
      },
    });
    line.clear();
    output.message(statsJson(stats));
    output.table(formatFacts(factsOf(stats, texts)));
    return EXIT.ok;
  });
};

function factsOf(stats: SnapshotStats, { t, count, bytes, decimal }: Texts): [string, string][] {
  const { compression } = stats;
  const facts: [string, string][] = [
    [t('stats.mode'), stats.mode],
    [t('stats.snapshots'), count(stats.snapshotsCount)],
  ];
  if (stats.totalFileCount > 0) facts.push([t('stats.files'), count(stats.totalFileCount)]);
  if (stats.totalBlobCount > 0) facts.push([t('stats.blobs'), count(stats.totalBlobCount)]);
  facts.push([t('stats.size'), bytes(stats.totalBytes)]);
  if (compression === undefined) return facts;
  return [
    ...facts,
    [t('stats.uncompressed'), bytes(compression.totalUncompressedBytes)],
    [t('stats.ratio'), `${decimal(compression.ratio, 2)} ×`],
    [t('stats.progress'), `${decimal(compression.progressPercent, 1)} %`],
    [t('stats.saving'), `${decimal(compression.spaceSavingPercent, 1)} %`],
  ];
}
