import {
  executePrune,
  type PruneEvent,
  type PruneLimit,
  type PruneOptions,
  type PrunePhase,
  type PruneStatistics,
  planPrune,
  type Repository,
  type SnapshotId,
  shortId,
} from '@lumbung/engine';
import type { CommandContext } from '../context.ts';
import { recordSentence } from '../errors.ts';
import { jsonMessage } from '../json.ts';
import type { OptionBag } from '../option-bag.ts';
import type { HeldRepository } from '../with-repository.ts';

/** A pack below this part of the usual size is small. */
const SMALL_PACK_PART = 0.8;
/** Only `prune` has this option, `forget --prune` has not. */
const RECOVER = 'unsafeRecoverNoFreeSpace';

function maxUnusedOf(options: OptionBag): PruneLimit | undefined {
  const text = options.text('maxUnused');
  if (text === undefined) return undefined;
  if (text === 'unlimited') return { kind: 'unlimited' };
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text);
  if (percent === null) return { kind: 'bytes', bytes: options.bytes('maxUnused') ?? 0 };
  const value = Number(percent[1]);
  if (value >= 100) options.refuse('maxUnused', text, '5%, 2G, unlimited');
  return { kind: 'percent', percent: value };
}

export interface PruneRequest extends HeldRepository {
  readonly isDryRun: boolean;
  readonly withoutSnapshots?: ReadonlySet<SnapshotId>;
}

/** Plans a prune, tells the plan, and carries it out unless it is a dry run. */
export async function pruneAndReport(
  context: CommandContext,
  options: OptionBag,
  request: PruneRequest,
): Promise<void> {
  const { output, texts } = context;
  const { t, bytes, count } = texts;
  const { repository, lock, signal, isDryRun } = request;
  using line = context.progress();
  let phase: PrunePhase = 'snapshots';
  const onEvent = (event: PruneEvent): void => {
    switch (event.kind) {
      case 'phase':
        phase = event.phase;
        line.show({ text: t(`prune.phase.${phase}`), total: 0 });
        break;
      case 'progress':
        line.show({ text: t(`prune.phase.${phase}`), done: event.done, total: event.total });
        break;
      case 'removeFailed':
        output.warn(
          t('prune.removeFailed', { id: shortId(event.packId), message: recordSentence(event.error, texts) }),
        );
        break;
    }
  };
  const plan = await planPrune(repository, {
    ...pruneOptions(options, repository),
    lock,
    signal,
    onEvent,
    ...(request.withoutSnapshots === undefined ? {} : { withoutSnapshots: request.withoutSnapshots }),
  });
  line.clear();
  const { statistics } = plan;
  const { packs } = statistics;
  output.say('');
  if (plan.isEmpty) output.say(t('prune.nothing'));
  else {
    const becomesFree = bytes(statistics.bytes.removeTotal + statistics.bytes.unreferenced);
    output.say(t('prune.remove', { packs: count(packs.removeTotal), bytes: becomesFree }));
    output.say(t('prune.repack', { packs: count(packs.repack), bytes: bytes(statistics.bytes.repack) }));
  }
  const rest = { bytes: bytes(statistics.bytes.remaining), unused: bytes(statistics.bytes.remainingUnused) };
  output.say(t('prune.remaining', rest));
  if (isDryRun) output.say(t('prune.dryRun'));
  else if (!plan.isEmpty) {
    const result = await executePrune(plan, { lock, signal, onEvent });
    line.clear();
    output.say(t('prune.done', { removed: count(result.packsRemoved), written: count(result.packsWritten) }));
  }
  output.message(summaryJson(statistics));
}

function pruneOptions(options: OptionBag, { packSizeBytes }: Repository): Partial<PruneOptions> {
  const maxUnused = maxUnusedOf(options);
  const maxRepackBytes = options.bytes('maxRepackSize');
  const smallBytes = options.flag('repackSmall') ? packSizeBytes * SMALL_PACK_PART : undefined;
  const repackSmallerThanBytes = options.bytes('repackSmallerThan') ?? smallBytes;
  return {
    ...(maxUnused === undefined ? {} : { maxUnused }),
    ...(maxRepackBytes === undefined ? {} : { maxRepackBytes }),
    ...(repackSmallerThanBytes === undefined ? {} : { repackSmallerThanBytes }),
    repackCacheableOnly: options.flag('repackCacheableOnly'),
    repackUncompressed: options.flag('repackUncompressed'),
    recoverNoFreeSpace: options.isKnown(RECOVER) && options.text(RECOVER) !== undefined,
  };
}

function summaryJson({ blobs, bytes, packs }: PruneStatistics): string {
  const { removeTotal: blobsRemoveTotal, repackRemove: blobsRepackRemove, ...blobsRest } = blobs;
  const { removeTotal, repackRemove, remainingUnused, ...bytesRest } = bytes;
  const { partlyUsed, removeTotal: packsRemoveTotal, ...packsRest } = packs;
  return jsonMessage({
    message_type: 'summary',
    blobs: { ...blobsRest, repack_remove: blobsRepackRemove, remove_total: blobsRemoveTotal },
    bytes: { ...bytesRest, repack_remove: repackRemove, remove_total: removeTotal, remaining_unused: remainingUnused },
    packfiles: { ...packsRest, partly_used: partlyUsed, remove_total: packsRemoveTotal },
  });
}
