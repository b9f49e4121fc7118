import { type RecoverEvent, recoverSnapshots, shortId } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import { recordSentence } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';
import { withRepository } from '../with-repository.ts';

export const run: CommandRun = async (context) =>
  await withRepository(context, 'exclusive', async ({ repository, lock, signal }) => {
    const { output, texts, world, programVersion } = context;
    const { t } = texts;
    using line = context.progress();
    const onEvent = (event: RecoverEvent): void => {
      if (event.kind === 'progress') line.show({ text: t('recover.trees'), done: event.done, total: event.total });
      else {
        const message = recordSentence(event.error, texts);
        output.warn(t('recover.unreadable', { id: shortId(event.treeId), message }));
      }
    };
    const { hostname } = world.ports.identity;
    const result = await recoverSnapshots(repository, { lock, signal, onEvent, hostname, programVersion });
    line.clear();
    const { snapshotId, treesFound } = result;
    output.message(jsonMessage({ message_type: 'summary', trees_found: treesFound, snapshot_id: snapshotId }));
    if (snapshotId === undefined) output.say(t('recover.none'));
    else output.say(t('recover.done', { count: treesFound, id: shortId(snapshotId) }));
    return EXIT.ok;
  });
