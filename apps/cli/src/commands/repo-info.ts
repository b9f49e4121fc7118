import { listKeys, loadReadableSnapshots, type Repository } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';
import { withRepository } from '../with-repository.ts';
import { formatFacts } from './facts.ts';
import { shownTime } from './snapshot-filter.ts';

/** Takes no lock: it only looks, and who looks for locks must not add one. */
export const run: CommandRun = async (context) =>
  await withRepository(context, 'none', async ({ repository, signal }) => {
    const { output, texts } = context;
    const { t, count, bytes } = texts;
    const { id, version } = repository.config;
    const snapshots = await loadReadableSnapshots(repository, () => undefined, signal);
    const keys = await listKeys(repository, signal);
    const packs = await sumUp(repository, 'data', signal);
    const locks = await sumUp(repository, 'locks', signal);
    const latest = snapshots.at(-1);
    output.message(
      jsonMessage({
        message_type: 'repository_info',
        location: repository.backend.location,
        id,
        version,
        keys_count: keys.length,
        snapshots_count: snapshots.length,
        latest_snapshot: latest?.id,
        packs_count: packs.count,
        packs_size: packs.sizeBytes,
        locks_count: locks.count,
      }),
    );
    output.table(
      formatFacts([
        [t('info.location'), repository.backend.location],
        [t('info.id'), id],
        [t('info.format'), t('info.version', { version })],
        [t('info.keys'), count(keys.length)],
        [
          t('info.snapshots'),
          latest === undefined
            ? '0'
            : t('info.latest', { count: count(snapshots.length), time: shownTime(latest.time) }),
        ],
        [t('info.packs'), t('info.packsSize', { count: count(packs.count), bytes: bytes(packs.sizeBytes) })],
        [t('info.locks'), count(locks.count)],
      ]),
    );
    return EXIT.ok;
  });

async function sumUp(
  repository: Repository,
  folder: 'data' | 'locks',
  signal: AbortSignal,
): Promise<{ readonly count: number; readonly sizeBytes: number }> {
  let count = 0;
  let sum = 0;
  for await (const { sizeBytes } of repository.listIds(folder, { signal })) {
    count += 1;
    sum += sizeBytes;
  }
  return { count, sizeBytes: sum };
}
