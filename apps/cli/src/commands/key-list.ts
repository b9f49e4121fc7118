import { type KeyDescription, listKeys, shortId } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';
import { shownText } from '../shown-name.ts';
import { withRepository } from '../with-repository.ts';
import { shownTime } from './snapshot-filter.ts';
import { formatTable } from './table.ts';

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
    const rows = keys.map((key) => [
      [`${key.isCurrent ? '*' : ' '}${shortId(key.id)}`],
      [key.status === 'valid' ? shownText(key.username) : t('key.damaged')],
      [key.status === 'valid' ? shownText(key.hostname) : ''],
      [key.status === 'valid' ? shownTime(key.created) : ''],
    ]);
    output.data(formatTable([` ${t('column.id')}`, t('column.user'), t('column.host'), t('column.created')], rows));
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
