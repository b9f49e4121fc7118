import { open } from 'node:fs/promises';
import path from 'node:path';
import { executeRepairPacks, parsePackId, planRepairPacks, type RepairPacksEvent, shortId } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import { recordSentence } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';
import { withRepository } from '../with-repository.ts';

export const run: CommandRun = async (context, args) => {
  const packIds = args.map(parsePackId);
  return await withRepository(context, 'exclusive', async ({ repository, lock, signal }) => {
    const { output, texts, world } = context;
    const { t } = texts;
    using line = context.progress();
    const onEvent = (event: RepairPacksEvent): void => {
      switch (event.kind) {
        case 'progress':
          line.show({ text: t(`repairPacks.phase.${event.phase}`), done: event.done, total: event.total });
          break;
        case 'blobLost':
          output.warn(t('repairPacks.blobLost', { id: shortId(event.blobId), message: t(`fault.${event.fault}`) }));
          break;
        case 'removeFailed':
          output.warn(
            t('prune.removeFailed', { id: shortId(event.packId), message: recordSentence(event.error, texts) }),
          );
          break;
      }
    };
    const plan = await planRepairPacks(repository, { lock, signal, onEvent, packIds });
    line.clear();
    for (const { packId, sizeBytes, blobsReadable, blobsLost } of plan.packs) {
      const size = sizeBytes === undefined ? t('repairPacks.missing') : texts.bytes(sizeBytes);
      output.say(t('repairPacks.pack', { id: shortId(packId), size, readable: blobsReadable, lost: blobsLost }));
    }
    const keepDamagedPack = async (packId: string, parts: AsyncIterable<Buffer>): Promise<void> => {
      const name = `pack-${packId}`;
      // What lies there under this name is an earlier copy of the same pack.
      await using file = await open(path.join(world.workingDirectory, name), 'w', 0o600);
      for await (const part of parts) await file.writeFile(part);
      await file.sync();
      output.say(t('repairPacks.kept', { name }));
    };
    const result = await executeRepairPacks(plan, { lock, signal, onEvent, keepDamagedPack });
    line.clear();
    const { blobsSaved: saved, blobsLost: lost, packsRemoved: removed } = result;
    output.message(
      jsonMessage({ message_type: 'summary', blobs_saved: saved, blobs_lost: lost, packs_removed: removed }),
    );
    output.say(t('repairPacks.done', { saved, lost, removed }));
    if (lost > 0) output.say(t('repairPacks.next'));
    return EXIT.ok;
  });
};
