import { executeRepairIndex, planRepairIndex, type RepairIndexEvent, shortId } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import { recordSentence } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';
import { withRepository } from '../with-repository.ts';

export const run: CommandRun = async (context, _args, options) =>
  await withRepository(context, 'exclusive', async ({ repository, lock, signal }) => {
    const { output, texts } = context;
    const { t } = texts;
    using line = context.progress();
    const onEvent = (event: RepairIndexEvent): void => {
      switch (event.kind) {
        case 'progress':
          line.show({ text: t(`repairIndex.phase.${event.phase}`), done: event.done, total: event.total });
          break;
        case 'indexUnreadable':
          output.warn(
            t('repairIndex.indexUnreadable', {
              id: event.indexId.slice(0, 8),
              message: recordSentence(event.error, texts),
            }),
          );
          break;
        case 'packUnreadable':
          output.warn(
            t('repairIndex.packUnreadable', { id: event.packId, message: recordSentence(event.error, texts) }),
          );
          break;
      }
    };
    const readAllPacks = options.flag('readAllPacks');
    const plan = await planRepairIndex(repository, { lock, signal, onEvent, readAllPacks });
    line.clear();
    for (const packId of plan.missingPackIds) output.say(t('repairIndex.missing', { id: shortId(packId) }));
    if (plan.isEmpty) {
      output.message(jsonMessage({ message_type: 'summary', packs_added: 0, packs_missing: 0 }));
      output.say(t('repairIndex.nothing'));
      return EXIT.ok;
    }
    const result = await executeRepairIndex(plan, { lock, signal, onEvent });
    line.clear();
    output.message(
      jsonMessage({
        message_type: 'summary',
        packs_added: result.packsAdded,
        packs_missing: plan.missingPackIds.length,
        packs_unreadable: result.packsUnreadable.length,
        index_files_written: result.indexFilesWritten,
        index_files_removed: result.indexFilesRemoved,
      }),
    );
    const { packsAdded: added, indexFilesWritten: written, indexFilesRemoved: removed } = result;
    output.say(t('repairIndex.done', { added, missing: plan.missingPackIds.length, written, removed }));
    if (result.packsUnreadable.length > 0)
      output.warn(t('repairIndex.unreadable', { packs: result.packsUnreadable.join(' ') }));
    return EXIT.ok;
  });
