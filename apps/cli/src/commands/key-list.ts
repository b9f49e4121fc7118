import { type KeyDescription, listKeys, shortId } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';
import { shownText } from '../shown-name.ts';
import { withRepository } from '../with-repository.ts';
import { shownTime } from './snapshot-filter.ts';
import { formatTable, type TableColumn } from './table.ts';

export const run: CommandRun = async (context) =>
  await withRepository(context, 'read', async ({ repository, signal }) => {
    const { output, texts } = context;
    const keys = await listKeys(repository, signal);
    if (output.isJson) {
      output.data(
        `[${keys
          .filter((key) => key.status === 'valid')
          .map(keyJson)
          .join(',')}]`,
      );
      return EXIT.ok;
    }
    const { t } = texts;
    const columns: TableColumn<KeyDescription>[] = [
      { title: ` ${t('column.id')}`, cell: (key) => [`${key.isCurrent ? '*' : ' '}${shortId(key.id)}`] },
      {
        title: t('column.user'),
        cell: (key) => [key.status === 'valid' ? shownText(key.username) : t('key.damaged')],
      },
      { title: t('column.host'), cell: (key) => [key.status === 'valid' ? shownText(key.hostname) : ''] },
      { title: t('column.created'), cell: (key) => [key.status === 'valid' ? shownTime(key.created) : ''] },
    ];
    output.data(formatTable(columns, keys, output.tableStyle));
    return EXIT.ok;
  });

function keyJson(key: Extract<KeyDescription, { readonly status: 'valid' }>): string {
  return jsonMessage({
    current: key.isCurrent,
    id: key.id,
    userName: key.username,
    hostName: key.hostname,
    created: shownTime(key.created),
  });
}
