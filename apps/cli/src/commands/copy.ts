import { type CopyEvent, copySnapshots, type Repository, shortId } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';
import type { OptionBag } from '../option-bag.ts';
import { shownText } from '../shown-name.ts';
import { shownTime } from './snapshot-filter.ts';
import { selectionOf } from './snapshot-selection.ts';

/** Both directions: `--to` copies from the repository of the command line to another, `--from-repo` from another to it. */
function direction(context: CommandContext, options: OptionBag): Direction {
  options.refuseTogether('to', 'fromRepo');
  options.refuseTogether('to', 'fromRepositoryFile');
  const to = options.text('to');
  return to === undefined
    ? {
        openSource: async () => await context.openSourceRepository(options),
        openTarget: async () => await context.openRepository(),
      }
    : {
        openSource: async () => await context.openRepository(),
        openTarget: async () => await context.openTargetRepository(to, options),
      };
}

interface Direction {
  readonly openSource: () => Promise<Repository>;
  readonly openTarget: () => Promise<Repository>;
}

export const run: CommandRun = async (context, args, options) => {
  const { openSource, openTarget } = direction(context, options);
  const source = await openSource();
  try {
    await using sourceLock = context.isLockWanted ? await context.lock(source, 'shared') : undefined;
    const target = await openTarget();
    try {
      // --no-lock spares the source its lock; what is written to needs one.
      await using lock = await context.lock(target, 'shared');
      const signals = [context.signal, lock.signal, ...(sourceLock === undefined ? [] : [sourceLock.signal])];
      const signal = AbortSignal.any(signals);
      const { output, texts } = context;
      const { t } = texts;
      using line = context.progress();
      const onEvent = (event: CopyEvent): void => {
        switch (event.kind) {
          case 'progress': {
            const text = t('copy.status', { done: texts.bytes(event.bytesDone), total: texts.bytes(event.bytesTotal) });
            line.show({ text, done: event.bytesDone, total: event.bytesTotal, isBytes: true });
            break;
          }
          case 'snapshot':
            if (output.verbosity >= 1) {
              const { id, time, hostname, paths } = event.snapshot;
              const values = { id: shortId(id), time: shownTime(time), host: shownText(hostname) };
              output.say(t('change.snapshot', { ...values, paths: paths.map(shownText).join(', ') }));
            }
            break;
          case 'skipped':
            output.say(t('copy.skipped', { source: shortId(event.snapshot.id), target: shortId(event.existingId) }));
            break;
          case 'saved':
            output.message(
              jsonMessage({ message_type: 'copied', source_snapshot_id: event.sourceId, snapshot_id: event.targetId }),
            );
            output.say(t('copy.saved', { source: shortId(event.sourceId), target: shortId(event.targetId) }));
            break;
        }
      };
      const result = await copySnapshots(source, target, {
        lock,
        sourceLock: sourceLock ?? 'unlocked',
        signal,
        onEvent,
        selection: selectionOf(args, options),
      });
      line.clear();
      const { copied, skipped, blobsCopied, bytesCopied } = result;
      output.message(
        jsonMessage({
          message_type: 'summary',
          copied_snapshots: copied.length,
          skipped_snapshots: skipped.length,
          blobs_copied: blobsCopied,
          bytes_copied: bytesCopied,
        }),
      );
      if (copied.length + skipped.length === 0) output.say(t('snapshots.noneMatches'));
      else
        output.say(t('copy.done', { count: copied.length, skipped: skipped.length, bytes: texts.bytes(bytesCopied) }));
      return EXIT.ok;
    } finally {
      await target.backend.close();
    }
  } finally {
    await source.backend.close();
  }
};
