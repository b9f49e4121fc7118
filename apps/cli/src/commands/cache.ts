import { CACHE_OLD_AFTER_DAYS, listCaches, removeOldCaches } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';
import { formatTable, type TableColumn } from './table.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Enough of a repository's id to tell caches apart; the whole one would fill the line. */
const ID_LENGTH = 10;

export const run: CommandRun = async (context, _args, options) => {
  const { output, texts, world } = context;
  const { t } = texts;
  const nowMs = world.ports.clock.nowMs();
  const oldAfterDays = options.integer('maxAge', 0) ?? CACHE_OLD_AFTER_DAYS;
  const directory = context.cacheDirectory;
  if (options.flag('cleanup')) {
    const removed = await removeOldCaches(directory, { nowMs, oldAfterDays });
    output.message(jsonMessage({ message_type: 'summary', removed: removed.map(({ repositoryId }) => repositoryId) }));
    output.say(
      removed.length === 0 ? t('cache.noneOld', { days: oldAfterDays }) : t('cache.removed', { count: removed.length }),
    );
    return EXIT.ok;
  }
  const caches = (await listCaches(directory)).map((cache) => {
    const ageDays = Math.max(0, Math.floor((nowMs - cache.usedAtMs) / DAY_MS));
    return { ...cache, ageDays, isOld: nowMs - cache.usedAtMs > oldAfterDays * DAY_MS };
  });
  const isSizeWanted = !options.flag('noSize');
  if (output.isJson) {
    const items = caches.map(({ repositoryId, ageDays, isOld, sizeBytes }) =>
      jsonMessage({
        repository_id: repositoryId,
        days_unused: ageDays,
        is_old: isOld,
        size: isSizeWanted ? sizeBytes : undefined,
      }),
    );
    output.data(`[${items.join(',')}]`);
    return EXIT.ok;
  }
  if (caches.length === 0) {
    output.say(t('cache.none', { directory }));
    return EXIT.ok;
  }
  const age = ({ ageDays, isOld }: (typeof caches)[number]): string => {
    const days = ageDays === 0 ? t('cache.today') : t('cache.daysAgo', { count: ageDays });
    return isOld ? `${days} (${t('cache.old')})` : days;
  };
  const columns: TableColumn<(typeof caches)[number]>[] = [
    { title: t('column.repository'), cell: ({ repositoryId }) => [repositoryId.slice(0, ID_LENGTH)] },
    { title: t('column.lastUsed'), cell: (cache) => [age(cache)] },
  ];
  if (isSizeWanted) {
    columns.push({ title: t('column.size'), align: 'right', cell: ({ sizeBytes }) => [texts.bytes(sizeBytes)] });
  }
  output.data(formatTable(columns, caches, output.tableStyle));
  output.note(t('cache.total', { count: caches.length, directory }));
  return EXIT.ok;
};
