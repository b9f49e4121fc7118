import { shortId } from '@lumbung/engine';
import { listDumps } from '@lumbung/runner/databases';
import type { CommandRun } from '../../command-spec.ts';
import { jsonMessage } from '../../json.ts';
import { withRepository } from '../../with-repository.ts';
import { formatTable } from '../table.ts';
import { dumpFilterOf } from './database-call.ts';
import { shownDump } from './dump-engine.ts';

export const run: CommandRun = async (context, _words, options) => {
  const { output, texts } = context;
  const { t } = texts;
  return await withRepository(context, 'read', async ({ repository, signal }) => {
    const dumps = await listDumps(repository, dumpFilterOf(options), signal);
    if (output.isJson) {
      const records = dumps.map(({ snapshot: { id, time, hostname, tags }, folder }) => {
        const [engine, server, database] = folder.split('/');
        return { id, time, hostname, tags, engine, server, database };
      });
      output.data(`${jsonMessage(records)}\n`);
      return 0;
    }
    if (dumps.length === 0) {
      output.say(t('db.none'));
      return 0;
    }
    const rows = dumps.map(({ snapshot, folder }) => ({ snapshot, ...shownDump(folder) }));
    output.table(
      formatTable(
        [
          { title: t('column.id'), cell: ({ snapshot }) => [shortId(snapshot.id)] },
          { title: t('column.time'), cell: ({ snapshot }) => [snapshot.time.slice(0, 19).replace('T', ' ')] },
          { title: t('column.server'), cell: ({ server }) => [server] },
          { title: t('column.database'), cell: ({ database }) => [database] },
        ],
        rows,
        output.tableStyle,
      ),
    );
    return 0;
  });
};
